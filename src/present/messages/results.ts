/**
 * Every headline of a stage, and the state of things after it: for each operation what was done, and what is armed. Texts
 * from the API are raw; the report makes them harmless.
 */

import type { Snapshot } from '../../domain/entities.ts'
import { few } from '../../domain/few.ts'
import type { ServerId, SnapshotId } from '../../domain/ids.ts'
import { SLOTS } from '../../domain/limits.ts'
import type { JobEnd } from '../../inputs.ts'
import { formatAge, formatDuration } from '../../policy/durations.ts'
import { parseMarker } from '../../policy/marker.ts'
import { formatSize } from '../../policy/sizes.ts'
import { serverPhase } from '../../policy/statuses.ts'
import { isAhead } from '../../policy/timestamps.ts'
import { createdAtOf, lastStatus, serverLabel, snapshotIdOf } from '../../run/labels.ts'
import type { Armed, OperationRun } from '../../run/operation-run.ts'
import { type ServerRun, snapshotOf, wasNeverSeen } from '../../run/server-run.ts'
import { type Account, age, clockTime, joined, NEVER_SEEN_RESTORING } from './phrases.ts'

// ---- create

export function snapshotDone(run: ServerRun): string {
  // Of the snapshot itself: a stop before it, or a wait for the server, is in what the whole took.
  const took = run.task.state === 'succeeded' ? formatDuration(run.task.at - run.task.since) : ''
  const size = formatSize(snapshotOf(run)?.sizeMb ?? null)
  // More than there are is a list that shows what is not there.
  const slot = run.slots === undefined || run.slots > SLOTS ? '' : `, slot ${run.slots} of ${SLOTS}`
  return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} completed in ${took} (${size}${slot}).`
}

const ENDS: Readonly<Record<JobEnd, string>> = {
  success: 'succeeds',
  failure: 'fails',
  cancelled: 'is cancelled',
}

/** What is armed, and that nothing is. */
export function armed(
  { servers, jobStatus, cutOff }: Pick<OperationRun, 'servers' | 'jobStatus' | 'cutOff'>,
  { restoreOn: asked, deleteOn, keepLast, isTooLate, isKept }: Armed,
): string {
  // The end of the job restores only what a step that ended green has left.
  const restoreOn = cutOff === undefined ? asked : []
  const [only, ...others] = servers
  const isOne = only !== undefined && others.length === 0
  const target = isOne
    ? `${serverLabel(only)} is restored to this snapshot`
    : `${servers.length === 2 ? 'both' : `all ${servers.length}`} servers are restored`
  const these = isOne ? 'this snapshot is' : 'these snapshots are'
  // A job that has failed does not succeed any more.
  const maySucceed = jobStatus === 'success' || jobStatus === 'unknown'
  const deletes = deleteOn.filter(end => end !== 'success' || maySucceed)
  const unmarked = servers.filter(run => !hasMarker(run)).length
  const promisesRetention = keepLast !== undefined && maySucceed
  const said = [
    ...(restoreOn.length === 0 ? [] : [`If this job ${endsText(restoreOn)}, ${target}.`]),
    ...(deletes.length === 0 ? [] : [`If this job ${endsText(deletes)}, ${these} deleted.`]),
    ...(promisesRetention ? [`If this job succeeds, ${keptOf(keepLast)}.`] : []),
  ]
  const none = isTooLate
    ? 'The job had already failed or been cancelled before this step, so no rollback is armed.'
    : asked.length > 0
      ? 'This step did not succeed, so no rollback is armed.'
      : 'No rollback is set (`restore-on` is empty).'
  const kept = isKept ? [isOne ? ONE_KEPT : SEVERAL_KEPT] : []
  const isPromise = jobStatus === 'unknown' && said.length > 0
  return [
    ...(restoreOn.length === 0 ? [none] : []),
    ...said,
    ...kept,
    ...(promisesRetention && unmarked > 0 ? [withoutMarker(unmarked, servers.length)] : []),
    ...(isPromise ? [NEEDS_JOB_STATUS] : []),
  ].join(' ')
}

/** Retention needs the marker in the description, which the API may not have kept. */
function hasMarker(run: ServerRun): boolean {
  return parseMarker(snapshotOf(run)?.description ?? '') !== undefined
}

function withoutMarker(count: number, all: number): string {
  const which = all === 1 ? 'This snapshot' : `${count} of these snapshots`
  return count === 1
    ? `${which} has no marker: \`keep-last\` neither counts nor deletes it. Delete it yourself.`
    : `${which} have no marker: \`keep-last\` neither counts nor deletes them. Delete them yourself.`
}

const ONE_KEPT = 'This snapshot stays until you delete it: retention and `latest` leave it alone.'
const SEVERAL_KEPT = 'These snapshots stay until you delete them: retention and `latest` leave them alone.'

/** Without the word at the end of the job none of the promises is kept. */
const NEEDS_JOB_STATUS =
  'The runner does not report the status of the job (`job-status` is empty or unknown). Unless it does at the end, none of this happens. Do not set `job-status` yourself.'

export const DRY_WAIT = 'This was a dry run: nothing is armed for the end of the job.'

function keptOf(keepLast: number): string {
  const kept = keepLast === 1 ? 'newest snapshot is' : `newest ${keepLast} snapshots are`
  return `this workflow's ${kept} kept and its older ones are deleted`
}

function endsText(ends: readonly JobEnd[]): string {
  return ends.map(end => ENDS[end]).join(' or ')
}

export function snapshotNotAwaited(run: ServerRun): string {
  return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} was accepted and is in progress.`
}

/** What the step that waits for it must carry. */
export const WAIT_ARMS =
  'No rollback is armed yet: put `restore-on`, `delete-on`, `keep-last` and `health-check` on the `operation: wait` step before the deploy.'

export function snapshotsNotAwaited(count: number): string {
  return `${count} snapshots were accepted and are in progress.`
}

export function wouldTake(servers: readonly ServerRun[]): string {
  const what = servers.length === 1 ? 'a snapshot' : `${servers.length} snapshots`
  return `Dry run: would take ${what} of ${few(servers.map(serverLabel))}.`
}

export const NOTHING_RESTORED = 'No server was restored.'

export function snapshotsDone(all: number, tookMs: number): string {
  return `${all} of ${all} snapshots completed in ${formatDuration(tookMs)}.`
}

/** How many servers of a group stand how; each is counted once. */
export interface Tally {
  readonly all: number
  /** `troubled` ones included. */
  readonly done: number
  /** Accepted, and not seen to end. */
  readonly underWay: number
  readonly unknown: number
  readonly failed: number
  readonly skipped: number
  /** Done, and not all is as it should be: down, or unhealthy. */
  readonly troubled: number
}

export function snapshotsFailed(tally: Tally): string {
  return tallyText(tally, 'snapshots completed', 'in progress')
}

function tallyText(tally: Tally, done: string, underWay: string): string {
  const parts: readonly (readonly [number, string])[] = [
    [tally.underWay, underWay],
    [tally.unknown, 'unknown'],
    [tally.failed, 'failed'],
    [tally.skipped, 'skipped'],
  ]
  const others = parts.flatMap(([count, what]) => (count === 0 ? [] : [`; ${count} ${what}`]))
  const troubled = tally.troubled === 0 ? '' : ` (${tally.troubled} with a problem)`
  return `${tally.done} of ${tally.all} ${done}${troubled}${others.join('')}.`
}

// ---- restore

export function wouldOverwrite(servers: readonly ServerRun[], now: number): string {
  const [only, ...others] = servers
  if (only === undefined) return 'Dry run: would overwrite nothing.'
  return others.length > 0
    ? `Dry run: would overwrite ${servers.length} servers: ${few(servers.map(serverLabel))}.`
    : `Dry run: would overwrite ${serverLabel(only)} with snapshot ${snapshotIdOf(only)} (${age(only, now)}).`
}

/** What carrying out the plan of a restore would mean. */
export function wouldLose(since: number, now: number): string {
  return `Changes made after ${clockTime(since, now)} would be overwritten, and the server would be down during the restore.`
}

export function restoreNotAwaited(run: ServerRun, since: number, now: number): Account {
  return {
    what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(since, now)}).`,
    state: 'The step did not wait for the restore to finish. Do not restore again.',
  }
}

export function restored(run: ServerRun, now: number): Account {
  const created = createdAtOf(run)
  const taken =
    created === undefined
      ? 'taken at an unknown time'
      : isAhead(created, now)
        ? `dated ${clockTime(created, now)}, in the future`
        : `taken ${clockTime(created, now)}, ${formatAge(now - created)} ago`
  return {
    what: `Restored ${serverLabel(run)} to snapshot ${snapshotIdOf(run)} (${taken}).`,
    state: `${stateAfter(run)} ${lost(created, run.safety?.snapshot.id, now)}`,
  }
}

function lost(since: number | undefined, safety: SnapshotId | undefined, now: number): string {
  const after = since === undefined || isAhead(since, now) ? 'it was taken' : clockTime(since, now)
  return safety === undefined
    ? `Changes made after ${after} are lost.`
    : `Changes made after ${after} are no longer on the server; safety snapshot ${safety} has them.`
}

/** @param isSafe whether each has a safety snapshot */
export function lostSince(since: number, now: number, isSafe: boolean): string {
  const changes = `changes made after ${clockTime(since, now)} are`
  return isSafe
    ? `On the restored servers, ${changes} gone; their safety snapshots have them.`
    : `On the restored servers, ${changes} lost.`
}

function stateAfter(run: ServerRun): string {
  const status = lastStatus(run)
  const state = serverPhase(status) === 'active' ? 'running' : status
  const healthy = run.health.state === 'passed' ? ' and healthy' : ''
  return joined([`The server is ${state}${healthy}.`, wasNeverSeen(run) ? NEVER_SEEN_RESTORING : ''])
}

/** No read of some servers showed their restore. */
export function neverSeenRestoring(servers: readonly ServerRun[]): string {
  const [restores, they] = servers.length === 1 ? ['the restore', 'it'] : ['the restores', 'they']
  return `VPS.org accepted ${restores} of ${few(servers.map(serverLabel))}, but ${they} never reported "restoring".`
}

export function restoredSome(tally: Tally): string {
  return tallyText(tally, 'servers restored', 'still restoring')
}

// ---- delete, list, wait

export function wouldDelete(servers: readonly ServerRun[]): string {
  return `Dry run: would delete ${servers.length === 0 ? 'nothing' : snapshotsOf(servers)}.`
}

export function deleted(servers: readonly ServerRun[]): string {
  return `Deleted ${snapshotsOf(servers)}.`
}

function snapshotsOf(servers: readonly ServerRun[]): string {
  const [only, ...others] = servers
  return only === undefined || others.length > 0
    ? `${servers.length} snapshots: ${few(servers.map(snapshotIdOf))}`
    : `snapshot ${snapshotIdOf(only)} of ${serverLabel(only)}`
}

export function deletedIds(list: readonly SnapshotId[]): string {
  return `Deleted ${list.length === 1 ? 'snapshot' : `${list.length} snapshots:`} ${few(list)}.`
}

export function deletedSome(done: number, all: number): string {
  return `${done} of ${all} snapshots deleted.`
}

export function goneAlready(ids: readonly string[]): string {
  return `Already deleted: ${few(ids)}.`
}

/** What no list holds may never have existed. */
export function notFound(ids: readonly SnapshotId[]): string {
  return `Not found: ${few(ids)} (already deleted, or the ID is wrong).`
}

export function listed(snapshots: readonly Snapshot[], asked: readonly ServerId[]): string {
  const { length } = snapshots
  const servers = new Set(snapshots.map(({ server }) => server.id)).size
  if (length > 0)
    return `${length} ${length === 1 ? 'snapshot' : 'snapshots'} on ${servers} ${servers === 1 ? 'server' : 'servers'}.`
  if (asked.length === 0) return 'This token can see no snapshots.'
  return `No snapshots on ${asked.length === 1 ? 'server' : 'servers'} ${few(asked)}.`
}

export function listedOwnerless(ids: readonly SnapshotId[]): string {
  return ids.length === 1
    ? `The list does not say which server snapshot ${few(ids)} belongs to.`
    : `The list does not say which servers ${ids.length} snapshots belong to: ${few(ids)}.`
}

export function listedUnreadable(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'} of the list could not be read.`
}

export function waitedForSome(tally: Tally): string {
  return tallyText(tally, 'finished', 'in progress')
}

export function waitedForSnapshot(run: ServerRun, now: number): Account {
  // The server is read only where the snapshot was complete from the start; whether a restore has just ended cannot be told.
  const { status } = run.server
  return {
    what: `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} is complete (${formatSize(snapshotOf(run)?.sizeMb ?? null)}, ${age(run, now)}).`,
    state:
      status === undefined
        ? ''
        : `The server is ${serverPhase(status) === 'active' ? 'running' : status}; no restore was seen.`,
  }
}

/** The API does not say which snapshot a server is being restored from. */
export function waitedForRestore(run: ServerRun): Account {
  return { what: `The restore of ${serverLabel(run)} has finished.`, state: stateAfter(run) }
}
