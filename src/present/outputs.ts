import type { Snapshot } from '../domain/entities.ts'
import { parseMarker } from '../policy/marker.ts'
import type { Outputs } from '../report/output-names.ts'
import { deletedSnapshots, type OperationRun } from '../run/operation-run.ts'
import { type ServerRun, snapshotOf, type Work } from '../run/server-run.ts'
import { textOf, whatWentWrong } from './account.ts'
import { overallReason } from './reason.ts'
import { overallStatus, statusOf } from './status.ts'

/** All outputs of an operation that has ended at `now`, in clock milliseconds. */
export function finalOutputs(run: OperationRun, now: number): Outputs {
  const { operation } = run
  return {
    ...(operation === 'list' ? {} : { ...snapshotFields(run), status: overallStatus(run) }),
    ...serverStatuses(run),
    ...sideOutputs(run),
    // A list that could not be read is not an empty one.
    ...(operation === 'list' && run.listed === undefined ? {} : { snapshots: snapshotsJson(run) }),
    ...countOf(run),
    reason: overallReason(run) ?? '',
    'duration-seconds': `${Math.round((now - run.began) / 1_000)}`,
  }
}

/** What can be published before the end: what exists, and what goes on. Empty while there is nothing. */
export function earlyOutputs(run: OperationRun): Outputs {
  const hasSnapshots = run.servers.some(server => snapshotOf(server) !== undefined)
  return { ...(hasSnapshots ? snapshotFields(run) : {}), ...sideOutputs(run), ...earlyStatus(run) }
}

function earlyStatus({ servers }: OperationRun): Outputs {
  const works = new Set(servers.flatMap(({ task }) => (isUnderWay(task) ? [task.work] : [])))
  if (works.has('restore')) return { status: 'restoring' }
  return works.has('snapshot') ? { status: 'in_progress' } : {}
}

function isUnderWay(task: ServerRun['task']): task is Extract<ServerRun['task'], { readonly work: Work }> {
  return task.state === 'running' || task.state === 'left running' || task.state === 'succeeded'
}

/** The outputs that have a value for each snapshot that exists, as lists in the order of the servers. */
function snapshotFields(run: OperationRun): Outputs {
  const existing = run.servers.flatMap(server => {
    const snapshot = snapshotOf(server)
    return snapshot === undefined ? [] : [{ ...server.server, snapshot }]
  })
  const list = (value: (item: (typeof existing)[number]) => string): string => listOf(existing.map(value))
  return {
    'snapshot-id': list(({ snapshot }) => snapshot.id),
    'snapshot-name': list(({ snapshot }) => snapshot.name),
    'server-id': list(({ id }) => id),
    'server-name': list(({ name }) => name),
    'created-at': list(({ snapshot }) => snapshot.createdAt ?? ''),
    'size-mb': existing.every(({ snapshot }) => snapshot.sizeMb === null)
      ? ''
      : list(({ snapshot }) => `${snapshot.sizeMb ?? ''}`),
  }
}

const SEPARATOR = ','

/** Lists pair up, so that of several values none may hold a comma; one alone stays as it is. */
function listOf(values: readonly string[]): string {
  const items = values.length > 1 ? values.map(value => value.replaceAll(SEPARATOR, ' ')) : values
  return items.join(SEPARATOR)
}

/** They pair up with the other lists, which hold what exists; where nothing does, there is nothing to pair up with. */
function serverStatuses({ operation, servers, stopsServers }: OperationRun): Outputs {
  // A plain create does nothing to the server.
  if (operation === 'create' && !stopsServers) return {}
  const existing = servers.filter(server => snapshotOf(server) !== undefined)
  const statuses = (existing.length > 0 ? existing : servers).map(({ server }) => server.status ?? '')
  return statuses.some(status => status !== '') ? { 'server-status': statuses.join(',') } : {}
}

/** What was made and deleted besides. */
function sideOutputs(run: OperationRun): Outputs {
  const deleted = deletedSnapshots(run).map(({ id }) => id)
  const safety = safetySnapshots(run).map(({ id }) => id)
  return {
    ...(deleted.length === 0 ? {} : { 'deleted-snapshot-ids': deleted.join(',') }),
    ...(safety.length === 0 ? {} : { 'safety-snapshot-id': safety.join(',') }),
  }
}

/** What `safety-snapshot` made, in the order of the servers. */
function safetySnapshots(run: OperationRun): readonly Snapshot[] {
  return run.servers.flatMap(({ safety }) => (safety === undefined ? [] : [safety.snapshot]))
}

function countOf({ operation, listed, servers, deletedUnlisted }: OperationRun): Outputs {
  if (operation === 'list') return listed === undefined ? {} : { count: `${listed.length}` }
  if (operation !== 'delete') return {}
  const deleted = servers.filter(({ task }) => task.state === 'succeeded' && task.how !== 'already gone')
  return { count: `${deleted.length + deletedUnlisted.length}` }
}

/** The JSON of the `snapshots` output: ids as strings, whose each one is, and why where it went wrong. */
function snapshotsJson(run: OperationRun): string {
  const items =
    run.listed?.map(snapshot => jsonOf(snapshot)) ??
    run.servers.flatMap(server => {
      const snapshot = snapshotOf(server)
      return snapshot === undefined ? [] : [jsonOf(snapshot, server)]
    })
  return JSON.stringify(items)
}

function jsonOf(snapshot: Snapshot, server?: ServerRun): Record<string, unknown> {
  const marker = parseMarker(snapshot.description)
  const error = server === undefined ? undefined : whatWentWrong(server)
  return {
    id: snapshot.id,
    name: snapshot.name,
    status: server === undefined ? snapshot.status : statusOf(server),
    size_mb: snapshot.sizeMb,
    created_at: snapshot.createdAt,
    description: snapshot.description,
    server: { id: snapshot.server.id, name: snapshot.server.name },
    made_by:
      marker === undefined
        ? null
        : { workflow: marker.workflow, run_id: marker.run, attempt: marker.attempt, purpose: marker.purpose },
    ...(error === undefined ? {} : { error: textOf(error) }),
  }
}
