import type { Snapshot } from '../domain/entities.ts'
import { parseMarker } from '../policy/marker.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isAccepted, type ServerRun, snapshotOf, type Work } from '../run/server-run.ts'
import { textOf, whatWentWrong } from './account.ts'
import { overallReason } from './reason.ts'
import { overallStatus, statusOf } from './status.ts'

/** One output. What has no value is left as it is. */
type OutputRow = { readonly name: string } & (
  | {
      /**
       * `change`: published as soon as it is known, and whenever it changes. `along`: together with those, and not
       * compared, since it changes with them or can wait, and of a thousand servers the lists are long.
       */
      readonly from: 'change' | 'along'
      readonly value: (run: OperationRun, isOver: boolean) => string | undefined
    }
  | {
      readonly from: 'end'
      /** @param now when the operation has ended, in clock milliseconds */
      readonly value: (run: OperationRun, now: number) => string | undefined
    }
)

/** Every output, in the order of action.yml. */
// biome-ignore format: a table, one row per line
export const OUTPUTS = [
  { name: 'snapshot-id', from: 'change', value: listOf(({ id }) => id) },
  { name: 'snapshot-name', from: 'along', value: listOf(({ name }) => name) },
  { name: 'server-id', from: 'along', value: listOf((_, { id }) => id) },
  { name: 'server-name', from: 'along', value: listOf((_, { name }) => name) },
  { name: 'created-at', from: 'along', value: listOf(({ createdAt }) => createdAt ?? '') },
  { name: 'size-mb', from: 'along', value: sizes },
  { name: 'status', from: 'change', value: (run, isOver) => isOver ? finalStatus(run) : earlyStatus(run) },
  { name: 'server-status', from: 'end', value: serverStatuses },
  { name: 'snapshots', from: 'end', value: snapshotsJson },
  { name: 'count', from: 'end', value: count },
  { name: 'deleted-snapshot-ids', from: 'change', value: run => idsOf(deletedSnapshots(run)) },
  { name: 'safety-snapshot-id', from: 'change', value: run => idsOf(safetySnapshots(run)) },
  { name: 'reason', from: 'end', value: run => overallReason(run) ?? '' },
  { name: 'duration-seconds', from: 'end', value: ({ began }, now) => `${Math.round((now - began) / 1_000)}` },
] as const satisfies readonly OutputRow[]

/** The values of some outputs. */
export type Outputs = { readonly [name in (typeof OUTPUTS)[number]['name']]?: string | undefined }

const ROWS: readonly OutputRow[] = OUTPUTS

/** All outputs of an operation that has ended at `now`, in clock milliseconds. */
export function finalOutputs(run: OperationRun, now: number): Outputs {
  return valuesOf(row => (row.from === 'end' ? row.value(run, now) : row.value(run, true)))
}

/** What can be published before the end: what exists, and what goes on. */
export function earlyOutputs(run: OperationRun): Outputs {
  return valuesOf(row => (row.from === 'end' ? undefined : row.value(run, false)))
}

function valuesOf(value: (row: OutputRow) => string | undefined): Outputs {
  return Object.fromEntries(ROWS.map(row => [row.name, value(row)]))
}

/** What a change of the record has to publish at once, whatever comes then; undefined: nothing. */
export function changedOutputs(before: OperationRun, after: OperationRun): Outputs | undefined {
  const isChanged = ROWS.some(
    row => row.from === 'change' && row.value(after, false) !== row.value(before, false),
  )
  return isChanged ? earlyOutputs(after) : undefined
}

const SEPARATOR = ','

/** A list of what exists, in the order of the servers; of nothing an empty one, once the operation is over. */
function listOf(value: (snapshot: Snapshot, server: ServerRun['server']) => string) {
  return (run: OperationRun, isOver: boolean): string | undefined => {
    const values = run.servers.flatMap(each => {
      const snapshot = snapshotOf(each)
      return snapshot === undefined ? [] : [value(snapshot, each.server)]
    })
    if (values.length === 0 && (!isOver || run.operation === 'list')) return undefined
    // Lists pair up, so that of several values none may hold a comma; one alone stays as it is.
    const items = values.length > 1 ? values.map(text => text.replaceAll(SEPARATOR, ' ')) : values
    return items.join(SEPARATOR)
  }
}

const sizeList = listOf(({ sizeMb }) => `${sizeMb ?? ''}`)

/** Empty where none is known. */
function sizes(run: OperationRun, isOver: boolean): string | undefined {
  const list = sizeList(run, isOver)
  return list?.replaceAll(SEPARATOR, '') === '' ? '' : list
}

function finalStatus(run: OperationRun): string | undefined {
  return run.operation === 'list' ? undefined : overallStatus(run)
}

/** What goes on, or has just ended. */
function earlyStatus({ servers }: OperationRun): string | undefined {
  const works = new Set(servers.flatMap(({ task }) => (isUnderWay(task) ? [task.work] : [])))
  if (works.has('restore')) return 'restoring'
  return works.has('snapshot') ? 'in_progress' : undefined
}

function isUnderWay(task: ServerRun['task']): task is Extract<ServerRun['task'], { readonly work: Work }> {
  return task.state === 'running' || task.state === 'left running' || task.state === 'succeeded'
}

/** They pair up with the other lists, which hold what exists; where nothing does, there is nothing to pair up with. */
function serverStatuses({ operation, servers, stopsServers }: OperationRun): string | undefined {
  // A plain create does nothing to the server.
  if (operation === 'create' && !stopsServers) return undefined
  const existing = servers.filter(server => snapshotOf(server) !== undefined)
  const statuses = (existing.length > 0 ? existing : servers).map(({ server }) => server.status ?? '')
  return statuses.some(status => status !== '') ? statuses.join(SEPARATOR) : undefined
}

function idsOf(snapshots: readonly Snapshot[]): string | undefined {
  return snapshots.length === 0 ? undefined : snapshots.map(({ id }) => id).join(SEPARATOR)
}

/** What `when-full`, `keep-last` or `delete-on` deleted. */
function deletedSnapshots({ servers }: OperationRun): readonly Snapshot[] {
  const deleted = servers.flatMap(({ deletions }) => deletions.filter(({ end }) => end === 'deleted'))
  return deleted.map(({ snapshot }) => snapshot)
}

/** What `safety-snapshot` made. */
function safetySnapshots({ servers }: OperationRun): readonly Snapshot[] {
  return servers.flatMap(({ safety }) => (safety === undefined ? [] : [safety.snapshot]))
}

function count({ operation, listed, servers, deletedUnlisted }: OperationRun): string | undefined {
  if (operation === 'list') return listed === undefined ? undefined : `${listed.length}`
  if (operation !== 'delete') return undefined
  const deleted = servers.filter(server => server.task.state === 'succeeded' && isAccepted(server))
  return `${deleted.length + deletedUnlisted.length}`
}

/** Ids as strings, whose each one is, and why where it went wrong. A list that could not be read is not an empty one. */
function snapshotsJson(run: OperationRun): string | undefined {
  if (run.operation === 'list' && run.listed === undefined) return undefined
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
