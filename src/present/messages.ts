/**
 * Every sentence that tells how an operation ended: what went wrong for a server, the headline, the state of things, the
 * way out. Texts from the API are raw; the report makes them harmless.
 */
import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import type { JobEnd } from '../inputs.ts'
import { formatAge, formatDuration } from '../policy/durations.ts'
import type { Kept } from '../policy/retention.ts'
import { formatSize } from '../policy/sizes.ts'
import { serverPhase } from '../policy/statuses.ts'
import { createdAtOf, keptBecause, lastStatus, serverLabel, snapshotIdOf } from '../run/labels.ts'
import type { Armed, CutOff, OperationRun } from '../run/operation-run.ts'
import type { Problem } from '../run/problem.ts'
import { type CutOffBy, type Deletion, type ServerRun, snapshotOf, type Task } from '../run/server-run.ts'

type Left = Extract<Task, { state: 'left running' }>

const ENDED: Readonly<Record<CutOffBy, string>> = {
  cancelled: 'Cancelled',
  'internal error': 'Interrupted',
}

/** What happened, in one short sentence, and what state things are in now. */
export interface Account {
  readonly what: string
  /** Whole sentences, or nothing. */
  readonly state: string
}

// ---- what went wrong for one server

export function skipped(run: ServerRun, why: Extract<Task, { state: 'skipped' }>['why']): Account {
  const server = serverLabel(run)
  switch (why) {
    case 'group failed':
      return { what: `Skipped ${server} because another server in the group failed.`, state: '' }
    case 'out of time':
      return { what: `Timed out before ${server} was started.`, state: 'Nothing was changed on it.' }
    case 'cancelled':
    case 'internal error':
      return { what: `${ENDED[why]} before ${skippedWork(run)}.`, state: stateOfSkipped(run) }
  }
}

function skippedWork(run: ServerRun): string {
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  if (run.goal === 'delete') return `snapshot ${id} of ${server} was deleted`
  return run.goal === 'restore'
    ? `${server} was restored from snapshot ${id}`
    : `a snapshot of ${server} was requested`
}

function stateOfSkipped({ goal, safety, power }: ServerRun): string {
  if (goal !== 'restore') return ''
  if (safety !== undefined)
    return `Nothing was overwritten; its safety snapshot ${safety.snapshot.id} was accepted.`
  return power.state === 'untouched' ? 'Nothing was changed on it.' : 'Nothing was overwritten.'
}

export function unanswered(run: ServerRun): Account {
  const server = serverLabel(run)
  return {
    what: `The step ended while a request for ${server} was waiting for its answer.`,
    state: 'It is unknown whether VPS.org acted on it.',
  }
}

export function timedOut(
  run: ServerRun,
  { work, since, at, lastFailure }: Left & { why: 'timed out' },
): Account {
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  const failure = lastFailure === undefined ? '' : ` The last request failed: ${lastFailure}`
  switch (work) {
    case 'snapshot': {
      const waited = formatDuration(at - (run.began ?? since))
      return {
        what: `Snapshot ${id} of ${server} did not complete within ${waited}.`,
        state: `It continues at VPS.org.${failure}`,
      }
    }
    case 'restore':
      return {
        // What could not be read last may have ended meanwhile.
        what:
          lastFailure === undefined
            ? `${server} is still restoring from snapshot ${id} after ${formatDuration(at - since)}.`
            : `The restore of ${server} from snapshot ${id} was not seen to finish within ${formatDuration(at - since)}.`,
        state: `${lastFailure === undefined ? 'The restore continues at VPS.org' : 'VPS.org had accepted it'} (last status: ${lastStatus(run)}). Do not restore again.${failure}`,
      }
    case 'possible restore':
      return {
        what: `Snapshot ${id} is complete, but it could not be seen whether ${server} is being restored.`,
        state: `Its last status was ${lastStatus(run)}.${failure}`,
      }
    case 'deletion':
      return {
        what: `Snapshot ${id} is still listed ${formatDuration(at - since)} after its deletion was accepted.`,
        state: failure.trim(),
      }
  }
}

export function cutOff(run: ServerRun, { work, why }: Left & { why: CutOffBy }): Account {
  const ended = ENDED[why]
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  switch (work) {
    case 'snapshot':
      return {
        what: `${ended} while snapshot ${id} of ${server} was in progress.`,
        state: 'It continues at VPS.org.',
      }
    case 'restore':
      return {
        what: `${ended} while ${server} was restoring from snapshot ${id}.`,
        state: 'The restore was accepted and continues at VPS.org. Do not restore again.',
      }
    case 'possible restore':
      return {
        what: `${ended} before it was clear whether ${server} is being restored.`,
        state: `Snapshot ${id} is complete.`,
      }
    case 'deletion':
      return {
        what: `${ended} before snapshot ${id} of ${server} was seen to be gone.`,
        state: 'Its deletion was accepted.',
      }
  }
}

export function acceptedInCancelledJob(run: ServerRun, { since }: Left): Account {
  return {
    what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(since, since)}).`,
    state: 'A cancelled job has no time to wait for the end of the restore. Do not restore again.',
  }
}

export function unobservable({ work }: Left, { what, state }: Problem): Account {
  const isRestore = work === 'restore' || work === 'possible restore'
  return { what, state: isRestore && state === '' ? 'Do not restore again.' : state }
}

export function mayBeDown(run: ServerRun): Account {
  const server = serverLabel(run)
  if (run.power.state === 'start requested' && run.task.state === 'succeeded' && run.task.work === 'restore')
    return {
      what: `${server} has been restored, but has not been seen running.`,
      state: 'The restore left it stopped, and it was being started.',
    }
  if (run.goal === 'clean up' || run.goal === 'restore')
    return {
      what: `${server} has not been seen running since it was stopped for its snapshot.`,
      state: '',
    }
  return {
    what: `${server} ${run.power.state === 'stop requested' ? 'was being stopped' : 'is stopped'}.`,
    state: 'It is started again at the end of the job.',
  }
}

export function restoredNotStarted(run: ServerRun, { what, state }: Problem): Account {
  return {
    what: `${serverLabel(run)} has been restored, but could not be started.`,
    state: `${what} ${state}`.trim(),
  }
}

export function unhealthy(run: ServerRun, { what, state }: Problem): Account {
  return { what: `${doneBut(run)} ${what}.`, state }
}

export function healthCheckCutOff(run: ServerRun): Account {
  return { what: `${doneBut(run)} its health check was cut off.`, state: '' }
}

function doneBut(run: ServerRun): string {
  const isRestore = run.task.state === 'succeeded' && run.task.work === 'restore'
  return isRestore
    ? `${serverLabel(run)} has been restored, but`
    : `Snapshot ${snapshotIdOf(run)} is complete, but`
}

export function deletedToFreeSlot(snapshots: readonly Snapshot[]): string {
  const which = snapshots.map(({ id, name }) => `${id} "${name}"`).join(', ')
  return `Snapshot ${which} was deleted to free a slot.`
}

// ---- create

export function snapshotDone(run: ServerRun): string {
  const took =
    run.task.state === 'succeeded' ? formatDuration(run.task.at - (run.began ?? run.task.since)) : ''
  const size = formatSize(snapshotOf(run)?.sizeMb ?? null)
  const slot = run.slots === undefined ? '' : `, slot ${run.slots} of ${SLOTS}`
  return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} completed in ${took} (${size}${slot}).`
}

const ENDS: Readonly<Record<JobEnd, string>> = {
  success: 'succeeds',
  failure: 'fails',
  cancelled: 'is cancelled',
}

/** What is armed, and that nothing is. */
export function armed(
  servers: readonly ServerRun[],
  { restoreOn, deleteOn, keepLast, isTooLate, isKept }: Armed,
  jobStatus: OperationRun['jobStatus'],
): string {
  const [only, ...others] = servers
  const isOne = only !== undefined && others.length === 0
  const target = isOne
    ? `${serverLabel(only)} is restored to this snapshot`
    : `${servers.length === 2 ? 'both' : `all ${servers.length}`} servers are restored`
  const these = isOne ? 'this snapshot is' : 'these snapshots are'
  // A job that has failed does not succeed any more.
  const maySucceed = jobStatus === 'success' || jobStatus === 'unknown'
  const deletes = deleteOn.filter(end => end !== 'success' || maySucceed)
  const said = [
    ...(restoreOn.length === 0 ? [] : [`If this job ${endsText(restoreOn)}, ${target}.`]),
    ...(deletes.length === 0 ? [] : [`If this job ${endsText(deletes)}, ${these} deleted.`]),
    ...(keepLast === undefined || !maySucceed ? [] : [`If this job succeeds, ${keptOf(keepLast)}.`]),
  ]
  const none = isTooLate
    ? 'The job had already failed or been cancelled before this step, so no rollback is armed.'
    : 'No rollback is set (`restore-on` is empty).'
  const kept = isKept ? [`${isOne ? 'This snapshot stays' : 'These snapshots stay'} ${UNTIL_DELETED}`] : []
  const isPromise = jobStatus === 'unknown' && said.length > 0
  return [
    ...(restoreOn.length === 0 ? [none] : []),
    ...said,
    ...kept,
    ...(isPromise ? [NEEDS_JOB_STATUS] : []),
  ].join(' ')
}

const UNTIL_DELETED = 'until you delete it: retention and `latest` leave it alone.'

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

export const NOTHING_CHANGED = 'Nothing was changed.'
export const NOTHING_RESTORED = 'Nothing was restored.'

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
    [tally.troubled, 'with a problem'],
  ]
  const others = parts.flatMap(([count, what]) => (count === 0 ? [] : [`; ${count} ${what}`]))
  return `${tally.done} of ${tally.all} ${done}${others.join('')}.`
}

// ---- restore

export function wouldOverwrite(servers: readonly ServerRun[], now: number): string {
  const [only, ...others] = servers
  if (only === undefined) return 'Dry run: would overwrite nothing.'
  return others.length > 0
    ? `Dry run: would overwrite ${servers.length} servers: ${few(servers.map(serverLabel))}.`
    : `Dry run: would overwrite ${serverLabel(only)} with snapshot ${snapshotIdOf(only)} (${age(only, now)}).`
}

export function restoreNotAwaited(run: ServerRun, since: number, now: number): Account {
  return {
    what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(since, now)}).`,
    state: 'The end of the restore was not waited for. Do not restore again.',
  }
}

export function restored(run: ServerRun, now: number): Account {
  const created = createdAtOf(run)
  const taken =
    created === undefined
      ? 'taken at an unknown time'
      : `taken ${clockTime(created, now)}, ${formatAge(now - created)} ago`
  return {
    what: `Restored ${serverLabel(run)} to snapshot ${snapshotIdOf(run)} (${taken}).`,
    state: `${stateAfter(run)} ${lost(created, run.safety?.snapshot.id, now)}`,
  }
}

function lost(since: number | undefined, safety: SnapshotId | undefined, now: number): string {
  const after = since === undefined ? 'it was taken' : clockTime(since, now)
  return safety === undefined
    ? `Changes made after ${after} are lost.`
    : `Changes made after ${after} are no longer on the server; safety snapshot ${safety} has them.`
}

/** @param isSafe whether each has a safety snapshot */
export function lostSince(since: number, now: number, isSafe: boolean): string {
  const end = isSafe ? 'no longer on them; their safety snapshots have them' : 'lost on them'
  return `Changes made after ${clockTime(since, now)} are ${end}.`
}

function stateAfter(run: ServerRun): string {
  const status = lastStatus(run)
  const state = serverPhase(status) === 'active' ? 'running' : status
  const healthy = run.health.state === 'passed' ? ' and healthy' : ''
  const seen =
    run.task.state === 'succeeded' && run.task.how === 'never seen'
      ? ' VPS.org accepted the restore; "restoring" was never observed.'
      : ''
  return `The server is ${state}${healthy}.${seen}`
}

export function restoredSome(tally: Tally): string {
  return tallyText(tally, 'servers restored', 'still restoring')
}

export const DO_NOT_RESTORE_AGAIN = 'Do not restore the servers that are still restoring.'

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

export function waitedForSome(done: number, all: number): string {
  return `${done} of ${all} done.`
}

export function waitedForSnapshot(run: ServerRun, now: number): Account {
  // The server is read only where the snapshot was complete from the start; whether a restore has just ended cannot be told.
  const { status } = run.server
  return {
    what: `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} is complete (${formatSize(snapshotOf(run)?.sizeMb ?? null)}, ${age(run, now)}).`,
    state:
      status === undefined
        ? ''
        : `No restore is in progress: the server is ${serverPhase(status) === 'active' ? 'running' : status}.`,
  }
}

/** The API does not say which snapshot a server is being restored from. */
export function waitedForRestore(run: ServerRun): Account {
  return { what: `The restore of ${serverLabel(run)} has finished.`, state: stateAfter(run) }
}

// ---- the end of the job

export const BECAUSE = {
  success: '',
  failure: 'The job failed.',
  cancelled: 'The job was cancelled.',
  unknown: '',
} as const

export const ROLLBACK_SKIPPED: Account = {
  what: 'Rollback skipped: the snapshot step did not succeed.',
  state: 'Nothing was restored.',
}

export const JOB_STATUS_UNKNOWN: Account = {
  what: 'Nothing was restored or deleted: the runner did not say how the job ended.',
  state: '`job-status` is empty or unknown.',
}

export function nothingToDo(jobStatus: OperationRun['jobStatus']): string {
  return `Nothing to do at the end of the job (job status: ${jobStatus}).`
}

export function startedAgain(run: ServerRun): string {
  return `${serverLabel(run)}, which was stopped for its snapshot, is running again.`
}

export function deletionEnded(
  by: Deletion['by'],
  end: 'deleted' | 'stays' | 'unknown',
  snapshots: readonly Snapshot[],
): string {
  switch (end) {
    case 'deleted':
      return `\`${by}\` deleted ${ids(snapshots)}.`
    case 'stays':
      return `\`${by}\` could not delete ${ids(snapshots)}.`
    case 'unknown':
      return `It is unknown whether \`${by}\` deleted ${ids(snapshots)}.`
  }
}

export const RETENTION_UNREADABLE = '`keep-last` deleted nothing: the list of snapshots could not be read.'
export const RETENTION_DELETED_NOTHING = '`keep-last` deleted nothing.'

/** Each one that stays has a reason. */
export function kept(items: readonly Kept[]): string {
  return `Kept: ${keptBecause(items)}.`
}

function ids(snapshots: readonly Snapshot[]): string {
  return `${snapshots.length === 1 ? 'snapshot' : 'snapshots'} ${few(snapshots.map(({ id }) => id))}`
}

// ---- a cancel, and a mistake of this action

export function cutOffBeforeAnything(cut: CutOff): Account {
  return { what: endedEarly(cut), state: 'Nothing was changed.' }
}

export function endedEarly(cut: CutOff): string {
  return cut.by === 'cancel' ? `Cancelled (${cut.signal}).` : `Internal error: ${cut.message}.`
}

export const DEFECT = 'This is a mistake in the action.'
export const REPORT_IT = 'Please open an issue with this log.'

export function done(items: readonly string[]): string {
  return `Completed before the end: ${few(items, 10)}.`
}

export function doneSnapshot(id: SnapshotId, status: string): string {
  return `snapshot ${id} (${status})`
}

export function doneSafety(id: SnapshotId): string {
  return `safety snapshot ${id} (accepted)`
}

export function doneFreed(id: SnapshotId): string {
  return `snapshot ${id} (deleted to free a slot)`
}

export const CLEANUP_CUT_OFF = 'Whatever is not named here may or may not have been done.'

/** Who started a restore by hand. */
export function startedBy(actor: string): string {
  return `Started by ${actor}.`
}

// ---- failures of several servers

export function serverFailed(run: ServerRun, { what, state }: Account): string {
  const text = `${what} ${state}`.trim()
  const label = serverLabel(run)
  return text.toLowerCase().includes(label.toLowerCase()) ? text : `${label}: ${text}`
}

export function furtherFailed(servers: readonly ServerRun[]): string {
  const more = servers.length > IDS ? ` and ${servers.length - IDS} more` : ''
  return `${servers.length} more: ${servers.slice(0, IDS).map(serverLabel).join(', ')}${more}.`
}

// More than these are in the output of that name; the runner cuts an annotation's text at 4,096 characters.
const IDS = 30

// ---- the way out

export function followStep(list: string, isRestore: boolean): string {
  return `To ${isRestore ? 'follow the restore' : 'resume waiting'}, run \`operation: wait\` with \`snapshot-id: ${list}\`.`
}

export function restoreStep(list: string, count: number): string {
  return `To restore ${these(list, count)} yourself, run \`operation: restore\` with \`snapshot-id: ${list}\`.`
}

export function deleteStep(list: string, count: number): string {
  return `To delete ${these(list, count)}, run \`operation: delete\` with \`snapshot-id: ${list}\`.`
}

function these(list: string, count: number): string {
  return count === 1 ? `snapshot ${list}` : 'these snapshots'
}

export function listStep(server: string): string {
  return server === ''
    ? 'To see what exists, run `operation: list`.'
    : `To see what exists, run \`operation: list\` with \`server-id: ${server}\`.`
}

export function checkApplication(run: ServerRun): string {
  return `Check the application on ${serverLabel(run)}.`
}

export const DO_IT = 'To carry this out, run it again with `dry-run: false`.'

export const START_NOW =
  'Start the server in the VPS.org panel; the action tries once more at the end of the job.'
export const START_YOURSELF = 'Check the server in the VPS.org panel, and start it if it is stopped.'

export function reRun(after: string | undefined): string {
  return after === undefined ? 'Re-run the job.' : `${after} re-run the job.`
}

// ---- small parts

function age(run: ServerRun, now: number): string {
  const created = createdAtOf(run)
  return created === undefined ? 'of unknown age' : `${formatAge(now - created)} old`
}

/** `02:41 UTC`, with the date where it was another day. */
export function clockTime(at: number, now: number): string {
  const text = new Date(at).toISOString()
  const today = new Date(now).toISOString().slice(0, 10)
  const time = `${text.slice(11, 16)} UTC`
  return text.startsWith(today) ? time : `${text.slice(0, 10)} ${time}`
}

/** The first few of a list, and how many more: a headline fits one line. */
function few(items: readonly string[], shown = 3, separator = ', '): string {
  if (items.length <= shown) return items.join(separator)
  return `${items.slice(0, shown).join(separator)} and ${items.length - shown} more`
}
