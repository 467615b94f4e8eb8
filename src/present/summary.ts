import type { Snapshot } from '../domain/entities.ts'
import { SLOTS } from '../domain/limits.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { formatDuration } from '../policy/durations.ts'
import { withoutMarker } from '../policy/marker.ts'
import type { Phase as ChartPhase, SummaryModel, Verdict } from '../report/summary-markup.ts'
import type { Cell } from '../report/text-table.ts'
import { serverLabel } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { type ServerRun, snapshotOf } from '../run/server-run.ts'
import { DETAILS, deletedBy, slotsInUse } from './messages/titles.ts'
import { makerCell, serverCell, sizeText, snapshotText, takenText } from './snapshot-cells.ts'
import { statusOf } from './status.ts'
import { stepsToCopy } from './steps-to-copy.ts'
import { candidatesTable, resultTable } from './tables.ts'

/** The job summary of a stage. `now` by the API's clock, in milliseconds: ages are told by it. */
export function summaryOf(
  run: OperationRun,
  { tone, headline, state, next }: Verdict,
  origin: WorkflowRun,
  now: number,
): SummaryModel {
  const [only, ...others] = shownServers(run)
  const isTable = run.listed !== undefined || others.length > 0
  return {
    ...{ tone, headline, state, next },
    details:
      isTable || only === undefined ? [] : [...detailsOf(run, only, origin, now), ...runDetails(run, origin)],
    table: isTable ? resultTable(run, origin, now) : undefined,
    candidates: candidatesTable(run, origin, now),
    facts: factsOf(run),
    steps: stepsToCopy(run, origin),
    timeline: timelineOf(run),
  }
}

/** A good deploy gets one summary, that of its snapshot: the end of a job shows only what it did or refused. */
export function hasSomethingToShow({ servers, rollback, problem }: OperationRun): boolean {
  return (
    problem !== undefined ||
    rollback !== 'not due' ||
    servers.some(({ deletions, began }) => began !== undefined || deletions.some(({ end }) => end !== 'gone'))
  )
}

function shownServers({ operation, rollback, servers }: OperationRun): readonly ServerRun[] {
  return operation === 'post' && rollback !== 'due' ? [] : servers
}

/** One server, line by line: a phone shows all of it. */
function detailsOf(
  { operation }: OperationRun,
  run: ServerRun,
  origin: WorkflowRun,
  now: number,
): readonly (readonly [string, Cell])[] {
  const snapshot = snapshotOf(run)
  const isRead = run.server.name !== '' || run.server.status !== undefined
  if (snapshot === undefined && !isRead) return []
  // What a create, and the end of its job, are about is this run's own, whether it has its marker or not.
  const isOurs = operation === 'create' || operation === 'post'
  return [
    [DETAILS.server, serverCell(run.server)],
    ...(snapshot === undefined ? [] : snapshotDetails(snapshot, { origin, isOurs }, now)),
    ...descriptionDetails(run, snapshot),
    ...(run.safety === undefined ? [] : [[DETAILS.safety, snapshotText(run.safety.snapshot)] as const]),
    ...slotDetails(run, isRead),
    ...timeDetails(run),
  ]
}

function snapshotDetails(
  snapshot: Snapshot,
  { origin, isOurs }: { readonly origin: WorkflowRun; readonly isOurs: boolean },
  now: number,
): readonly (readonly [string, Cell])[] {
  return [
    [DETAILS.snapshot, snapshotText(snapshot)],
    [DETAILS.taken, takenText(snapshot, now)],
    [DETAILS.madeBy, makerCell(snapshot, origin, isOurs)],
    [DETAILS.size, sizeText(snapshot)],
  ]
}

/** Of what overwrites a server, where it comes from: workflow, job and commit, unless somebody wrote something else. */
function descriptionDetails(
  { goal }: ServerRun,
  snapshot: Snapshot | undefined,
): readonly (readonly [string, Cell])[] {
  const text = goal === 'restore' && snapshot !== undefined ? withoutMarker(snapshot.description) : ''
  return text === '' ? [] : [[DETAILS.description, text]]
}

/** What is about to be deployed, or was undone; and who started a restore by hand. */
function runDetails(
  { operation, servers }: OperationRun,
  { sha, serverUrl, repository, event, actor }: WorkflowRun,
): readonly (readonly [string, Cell])[] {
  const isUndone = servers.some(server => statusOf(server) === 'restored')
  const undo = isUndone ? DETAILS.undoneCommit : DETAILS.commitToUndo
  const label = operation === 'create' ? DETAILS.commit : undo
  if ((operation === 'create' || operation === 'post') && /^[0-9a-f]{40}$/.test(sha))
    return [[label, { text: sha.slice(0, 7), href: `${serverUrl}/${repository}/commit/${sha}` }]]
  return operation === 'restore' && event === 'workflow_dispatch' && actor !== ''
    ? [[DETAILS.startedBy, actor]]
    : []
}

/** Slots are counted from a list, which says nothing of a server that does not exist. */
function slotDetails({ slots, task }: ServerRun, isRead: boolean): readonly (readonly [string, Cell])[] {
  const isGone = task.state === 'failed' && task.snapshot === undefined
  return slots === undefined || slots > SLOTS || !isRead || isGone || task.state === 'planned'
    ? []
    : [[DETAILS.slots, slotsInUse(slots, SLOTS)]]
}

function timeDetails(run: ServerRun): readonly (readonly [string, Cell])[] {
  const { began, ended } = run
  const down = downtimeOf(run)
  return [
    ...(began === undefined || ended === undefined
      ? []
      : [[DETAILS.took, formatDuration(ended - began)] as const]),
    ...(down === undefined ? [] : [[DETAILS.downtime, formatDuration(down)] as const]),
  ]
}

/** How long the server was down for its snapshot: from the request to stop it until it was seen running. */
function downtimeOf({ phases }: ServerRun): number | undefined {
  const stop = phases.find(({ kind }) => kind === 'stop')
  const start = phases.findLast(({ kind, failed }) => kind === 'start' && !failed)
  return stop === undefined || start === undefined ? undefined : start.to - stop.from
}

/** A chart of one bar says nothing. */
function timelineOf(run: OperationRun): readonly ChartPhase[] {
  const phases = shownServers(run).flatMap(server =>
    server.phases.map(({ kind, from, to, failed }) => ({
      name: kind,
      server: serverLabel(server),
      from,
      to,
      failed,
    })),
  )
  const hasSeveral = new Set(phases.map(({ name }) => name)).size > 1
  return hasSeveral ? phases : []
}

const FACTS = 100

/** What a dry run would do, and what was deleted. */
function factsOf({ servers }: OperationRun): readonly string[] {
  const planned = servers.flatMap(({ task }) => (task.state === 'planned' ? task.steps : []))
  const deleted = servers.flatMap(run =>
    run.deletions.flatMap(({ snapshot, by, end }) =>
      end === 'deleted' ? [deletedBy(by, serverLabel(run), snapshotText(snapshot))] : [],
    ),
  )
  return [...planned, ...deleted].slice(0, FACTS)
}
