/**
 * Every sentence that an operation itself says: log lines, warnings, plans of a dry run, and why it goes no further. Texts
 * from the API are raw; the report makes them harmless.
 */
import { type Snapshot, UNREADABLE_STATUS } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { NAME_LIMIT, SLOTS } from '../domain/limits.ts'
import { formatDuration } from '../policy/durations.ts'
import type { Interleaved } from '../policy/interleaved.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import { ageOf, checkServer, lastStatus, serverLabel, snapshotIdOf, snapshotLabel } from '../run/labels.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'
import type { Unready } from '../waiting/messages.ts'

export const NOTHING_CHANGED = 'Nothing was changed.'

/** The titles of the log's groups. */
export const GROUPS = { preflight: 'Preflight checks', snapshots: 'Snapshots', restore: 'Restore' } as const

// ---- create

export function nameChanged(given: string, name: string): string {
  return `VPS.org does not allow the snapshot name "${given}"; using "${name}" (at most ${NAME_LIMIT} ASCII letters, digits, "-" and "_").`
}

export const NO_SNAPSHOT_OF_IT = 'No snapshot of it was taken.'

export function notSettledForCreate({ reason, what, state }: Unready, run: ServerRun): Problem {
  return certain(reason, what, `${state} ${NO_SNAPSHOT_OF_IT}`, checkServer(run), { kind: 're-run' })
}

export function needsReadableServer(input: string, state: string): string {
  return `\`${input}\` needs a token that may read the server. ${state}`.trim()
}

export function unreadableServer(server: ServerId): string {
  return `This token may not read server ${server}, so its status is unknown. Taking the snapshot anyway.`
}

export function snapshotAccepted(run: ServerRun, { id, name }: Snapshot): string {
  return `Snapshot ${id} of ${serverLabel(run)} was accepted${name === '' ? '' : `: "${name}"`}.`
}

export function snapshotCompleted(run: ServerRun): string {
  return `Snapshot ${snapshotIdOf(run)} of ${serverLabel(run)} is complete.`
}

export function lastSlotTaken(run: ServerRun, { id }: Snapshot): string {
  return `Snapshot ${id} uses the last slot of ${serverLabel(run)} (${SLOTS} of ${SLOTS}). The next create will fail unless you set \`keep-last\` or \`when-full: delete-oldest\`, or delete a snapshot.`
}

export function mayBeInconsistent(run: ServerRun): string {
  return `${serverLabel(run)} is running: files being written may be inconsistent in the snapshot (\`stop-server: true\` avoids this).`
}

/** An unknown status is not the same as not running. */
export function cannotStop(run: ServerRun): Problem {
  return certain(
    'server-busy',
    `\`stop-server\` cannot be used: the status of ${serverLabel(run)} is "${lastStatus(run)}".`,
    `It is neither running nor stopped. ${NO_SNAPSHOT_OF_IT}`,
    checkServer(run),
    advice('Or take the snapshot without `stop-server`.'),
  )
}

export function nameTaken(run: ServerRun, { id, name }: Snapshot): string {
  return `${serverLabel(run)} already has a snapshot named "${name}" (${id}). To tell the two apart later, use \`snapshot-id\` instead of \`snapshot-name\`.`
}

export function startedByOther(run: ServerRun): Problem {
  return certain(
    'server-busy',
    `${serverLabel(run)} was stopped for its snapshot, and somebody else started it.`,
    NO_SNAPSHOT_OF_IT,
    advice('Check what else starts or restores the server.'),
    { kind: 're-run' },
  )
}

export function wouldTake(run: ServerRun, name: string): string {
  const { slots, server } = run
  // More than there are is a list that shows what is not there.
  const used = slots === undefined || slots > SLOTS ? '' : `, ${slots} of ${SLOTS} slots in use`
  return `Would take snapshot "${name}" of ${serverLabel(run)} (${server.status ?? 'status unknown'}${used}).`
}

export function wouldStop(run: ServerRun): string {
  return `Would stop ${serverLabel(run)} first and start it again afterwards.`
}

export function wouldLeave(run: ServerRun): string {
  return `Would not stop ${serverLabel(run)}: it is not running.`
}

export function wouldDeleteFirst(snapshot: Snapshot): string {
  return `Would delete snapshot ${snapshotLabel(snapshot)} first, because no slot is free.`
}

// ---- restore

export function twoOfOneServer(one: Snapshot, other: Snapshot): Problem {
  const what = `Snapshots ${one.id} and ${other.id} both belong to server ${other.server.id}.`
  const next = advice('Set one snapshot for each server.')
  return { ...certain('ambiguous', what, NOTHING_CHANGED, next), candidates: [one, other] }
}

/** @param candidates what could be restored instead; undefined where it could not be read */
export function notFound(ids: readonly SnapshotId[], candidates: readonly Snapshot[] | undefined): Problem {
  const what = `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(', ')} were`} not found.`
  const next: NextStep =
    candidates?.length === 0
      ? { kind: 'list', server: undefined }
      : advice('Set `snapshot-id` to a snapshot that exists.')
  return {
    ...certain(
      'not-found',
      what,
      `Nothing was restored from ${ids.length === 1 ? 'it' : 'them'}.${alternatives(candidates)}`,
      next,
    ),
    candidates: candidates ?? [],
  }
}

function alternatives(candidates: readonly Snapshot[] | undefined): string {
  if (candidates === undefined) return ' The other snapshots could not be read.'
  return candidates.length === 0 ? ' There is no other snapshot to restore.' : ''
}

/** Why a snapshot must not be restored. */
export type Rejection =
  | { readonly why: 'not completed' }
  | { readonly why: 'age unknown' | 'dated ahead' }
  | { readonly why: 'too old'; readonly ageMs: number; readonly maxAgeMs: number }

export function rejected(
  run: ServerRun,
  snapshot: Snapshot,
  rejection: Rejection,
  candidates: readonly Snapshot[] | undefined,
): Problem {
  const isAge = rejection.why !== 'not completed'
  const hasOther = (candidates ?? []).length > 0
  return {
    ...certain(
      isAge ? 'too-old' : 'not-completed',
      `Snapshot ${snapshot.id} was not restored: ${rejectionText(snapshot, rejection)}.`,
      `${serverLabel(run)} was not changed.${alternatives(candidates)}`,
      ...(isAge ? [] : stepsForUnfinished(snapshot)),
      ...(hasOther ? [advice('Set `snapshot-id` to another snapshot.')] : []),
      ...(rejection.why === 'too old'
        ? [advice('To restore an older snapshot, raise or remove `max-snapshot-age`.')]
        : []),
      ...(rejection.why === 'age unknown' || rejection.why === 'dated ahead'
        ? [advice('To restore a snapshot of unknown age, remove `max-snapshot-age`.')]
        : []),
    ),
    candidates: candidates ?? [],
  }
}

/** One that failed is never completed; any other may be. */
function stepsForUnfinished({ id, status, server }: Snapshot): readonly NextStep[] {
  return snapshotPhase(status) === 'failed'
    ? [{ kind: 'list', server: server.id }]
    : [{ kind: 'follow', snapshot: id, isRestore: false }]
}

function rejectionText(snapshot: Snapshot, rejection: Rejection): string {
  switch (rejection.why) {
    case 'not completed':
      return snapshot.status === UNREADABLE_STATUS
        ? 'its status cannot be read'
        : `its status is "${snapshot.status}", not completed`
    case 'age unknown':
      return 'its age is unknown, and `max-snapshot-age` is set'
    case 'dated ahead':
      return 'it is dated in the future, so its age is unknown, and `max-snapshot-age` is set'
    case 'too old': {
      const [is, may] = [formatDuration(rejection.ageMs), formatDuration(rejection.maxAgeMs)]
      return `it is ${is === may ? 'just over ' : ''}${is} old, and \`max-snapshot-age\` is ${may}`
    }
  }
}

export function unreadableForPlan(server: ServerId): string {
  return `This token may not read server ${server}, so its status is unknown.`
}

export const DRY_RUN_SENT_NOTHING = 'This was a dry run: nothing was sent.'

export function wouldTakeSafety(run: ServerRun): string {
  return `Would first take a safety snapshot of ${serverLabel(run)}.`
}

export function wouldOverwrite(run: ServerRun, snapshot: Snapshot, now: number): string {
  return `Would overwrite ${serverLabel(run)} (${run.server.id}, ${lastStatus(run)}) with snapshot ${snapshotLabel(snapshot)} (${ageOf(snapshot, now)}).`
}

export function safetyInCancelledJob(run: ServerRun): string {
  return `The job was cancelled, so little time is left: if the safety snapshot of ${serverLabel(run)} does not complete within four minutes, nothing is restored. To restore without a safety snapshot, set \`safety-snapshot: false\`.`
}

export function safetyFailed(run: ServerRun, { what, state, isUnnamed: _, ...problem }: Problem): Problem {
  return {
    ...problem,
    what: `${serverLabel(run)} was not restored: its safety snapshot could not be taken.`,
    state: [what, state].filter(text => text !== '').join(' '),
    next: [...problem.next, advice('To restore without a safety snapshot, set `safety-snapshot: false`.')],
  }
}

export function safetyDescription(run: ServerRun): string {
  return `State of ${serverLabel(run)} before snapshot ${snapshotIdOf(run)} was restored`
}

export function safetyAccepted(run: ServerRun, { id }: Snapshot): string {
  return `Safety snapshot ${id} of ${serverLabel(run)} was accepted.`
}

export function safetyCompleted(run: ServerRun, { id }: Snapshot): string {
  return `Safety snapshot ${id} of ${serverLabel(run)} is complete.`
}

export function restoreAccepted(run: ServerRun): string {
  return `The restore of ${serverLabel(run)} from snapshot ${snapshotIdOf(run)} was accepted. Everything on the server is being overwritten.`
}

export function notSeenRestoring(run: ServerRun): string {
  return `${serverLabel(run)} has not reported "restoring" yet.`
}

export function restoreEnded(run: ServerRun, phase: string): string {
  return `The restore of ${serverLabel(run)} has finished; the server is ${phase === 'active' ? 'running' : phase}.`
}

export function leftStopped(run: ServerRun): string {
  return `Leaving ${serverLabel(run)} stopped (\`start-after-restore: false\`).`
}

// ---- delete

export function absent(id: SnapshotId): string {
  return `Snapshot ${id} was not found: it has already been deleted, or the ID is wrong.`
}

/** @param guard the servers that are allowed */
export function notFoundToDelete(ids: readonly SnapshotId[], guard: readonly ServerId[]): Problem {
  return certain(
    'not-found',
    `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(', ')} were`} not found.`,
    `Not deleted: whether an unlisted snapshot belongs to a server in \`server-id\` (${guard.join(', ')}) cannot be checked.`,
    advice('Check `snapshot-id`. If the snapshot has already been deleted, nothing is left to do.'),
  )
}

export function wouldDelete(run: ServerRun, snapshot: Snapshot, now: number): string {
  return `Would delete snapshot ${snapshotLabel(snapshot)} of ${serverLabel(run)} (${ageOf(snapshot, now)}).`
}

/** @param mayBeOurs something in between had answered a request of ours */
export function goneAlready({ id }: Snapshot, mayBeOurs: boolean): string {
  return mayBeOurs
    ? `Snapshot ${id} is gone: an earlier request of this step or somebody else deleted it.`
    : `Snapshot ${id} had already been deleted.`
}

export function givenTwice(one: ServerId, other: ServerId): Problem {
  const what = `\`server-id\` names one server twice: ${one} and ${other} are the same.`
  return certain('invalid-input', what, NOTHING_CHANGED, advice(`Remove ${other} from \`server-id\`.`))
}

export function unknownButListed(run: ServerRun, { id, server }: Snapshot): Problem {
  const what = `Snapshot ${id} of ${serverLabel(run)} was not deleted: VPS.org says that it does not exist, but still lists it.`
  return certain('not-found', what, '', { kind: 'list', server: server.id })
}

export function deletionAccepted(run: ServerRun, snapshot: Snapshot): string {
  return `The deletion of snapshot ${snapshotLabel(snapshot)} of ${serverLabel(run)} was accepted.`
}

export function unlistedDeleted(id: SnapshotId): string {
  return `Snapshot ${id} was not in the list yet; its deletion was accepted.`
}

export function deletionUnknown({ id }: Pick<Snapshot, 'id'>): string {
  return `It is unknown whether snapshot ${id} was deleted.`
}

export function deletionCutOff(id: SnapshotId): Problem {
  return {
    reason: 'lost-answer',
    done: 'unknown',
    what: deletionUnknown({ id }),
    state: 'The step ended before VPS.org had answered.',
    next: [{ kind: 'list', server: undefined }],
  }
}

export function notDeleted({ id }: Snapshot): string {
  return `Snapshot ${id} was not deleted.`
}

export function deletionUnobservable({ id }: Snapshot): string {
  return `VPS.org accepted the deletion of snapshot ${id}; whether it is gone is unknown.`
}

// ---- wait

export function nothingToWaitFor(ids: readonly SnapshotId[]): Problem {
  const what = `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(', ')} were`} not found.`
  return certain('not-found', what, 'There is nothing to wait for.', { kind: 'list', server: undefined })
}

export function notOfThisRun(snapshots: readonly Snapshot[]): Problem {
  const ids = snapshots.map(({ id }) => id)
  const which = ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(', ')} were`
  return certain(
    'wrong-run',
    `${which} not made by this workflow run, so no rollback is armed.`,
    'A rollback to it could undo more than this deploy. Nothing was changed. The deploy must not start.',
    advice("Set `snapshot-id` to the output of this run's own `operation: create` step."),
  )
}

export function snapshotIs(run: ServerRun, { id, status }: Snapshot): string {
  return `Snapshot ${id} of ${serverLabel(run)} is ${status.replaceAll('_', ' ')}.`
}

export function followingRestore(run: ServerRun): string {
  return `${serverLabel(run)} is being restored; waiting for the restore to finish.`
}

/** @param ms how long it has to stay so */
export function makingSure(run: ServerRun, ms: number): string {
  return `${serverLabel(run)} is ${lastStatus(run)}; watching it for ${formatDuration(ms)}, in case a restore has just been started.`
}

export function isSettling(run: ServerRun): string {
  return `${serverLabel(run)} is ${lastStatus(run)}; waiting until it settles.`
}

export function serverIs(run: ServerRun): string {
  return `${serverLabel(run)} is ${lastStatus(run)}.`
}

export function brokenServer(run: ServerRun): Problem {
  return certain(
    'restore-failed',
    `Snapshot ${snapshotIdOf(run)} is complete, but the status of ${serverLabel(run)} is "${lastStatus(run)}".`,
    'If it was being restored, the restore has failed.',
    checkServer(run),
    advice('Restore it again, or contact VPS.org support.'),
  )
}

export function restoreNotVisible(run: ServerRun): string {
  return `Snapshot ${snapshotIdOf(run)} is complete, but it is unknown whether ${serverLabel(run)} is being restored.`
}

// ---- the end of the job

export const JOB_STATUS_UNKNOWN =
  'The runner did not say how the job ended (`job-status` is empty or unknown), so nothing was restored or deleted.'

export function interleavedUnknown(failure: ApiFailure): string {
  return `It could not be checked whether another run has deployed since: ${describeFailure(failure)} Restoring anyway.`
}

/** @param target what is not restored */
export function interleaved(
  run: ServerRun,
  target: Snapshot,
  { snapshot, marker }: Interleaved,
  runId: string,
): Problem {
  return certain(
    'interleaved',
    `${serverLabel(run)} was not restored: run ${marker.run} has deployed to it since this run (${runId}).`,
    `A rollback to snapshot ${snapshotIdOf(run)} would undo that deploy, too: its snapshot ${snapshot.id} is newer. Nothing was overwritten.`,
    advice(`If the site works, leave it: restoring snapshot ${target.id} would undo both deploys.`),
    { kind: 'restore', snapshot: target.id },
  )
}

/** A fleet is rolled back as a whole or not at all. */
export function interleavedInGroup(
  run: ServerRun,
  target: Snapshot,
  other: ServerRun,
  { marker }: Interleaved,
): Problem {
  return certain(
    'interleaved',
    `${serverLabel(run)} was not restored: run ${marker.run} has deployed to ${serverLabel(other)}, which belongs to the same group.`,
    'A group is rolled back as a whole or not at all. Nothing was overwritten.',
    { kind: 'restore', snapshot: target.id },
  )
}

export function interleavedWarning(run: ServerRun, { snapshot, marker }: Interleaved): string {
  return `Run ${marker.run} has deployed to ${serverLabel(run)} since this snapshot was taken (its snapshot ${snapshot.id} is newer): restoring undoes that deploy, too.`
}

export function fullAfterFailure(run: ServerRun): string {
  return `All ${SLOTS} slots of ${serverLabel(run)} are in use: the next create will be refused unless you delete a snapshot or set \`when-full: delete-oldest\`.`
}

// ---- the runner's files

export function cannotArm(why: string): Problem {
  return certain(
    'runner-files',
    "The runner's state file cannot be written, so nothing would happen at the end of the job.",
    `${NOTHING_CHANGED} The cause: ${why}.`,
    advice(
      'Check the disk and the version of the runner. Without `restore-on`, `delete-on`, `keep-last` and `stop-server`, the state file is not needed.',
    ),
  )
}

export function disarmed(why: string): Problem {
  return certain(
    'runner-files',
    "No rollback is armed: the runner's state file can no longer be written.",
    `The snapshot exists. The cause: ${why}.`,
    advice('Check the disk of the runner.'),
    { kind: 're-run' },
  )
}

export function cleanUpDisarmed(why: string): string {
  return `The runner's state file can no longer be written (${why}): do not rely on \`delete-on\` or \`keep-last\` for this snapshot. If it stays, delete it yourself.`
}

export const STATE_LOST_UNCLEAR =
  'What the main step saved for the end of the job is missing, and so are its inputs: nothing was restored, started or deleted. If the job failed after a deploy, restore the server yourself.'

export const STATE_LOST_CLEAN_UP =
  'What the main step saved for the end of the job is missing: no snapshot was deleted.'

export function stateLost(isRestoreDue: boolean, mayBeDown: boolean, servers: readonly ServerId[]): Problem {
  return certain(
    'lost-state',
    `${isRestoreDue ? 'Nothing was restored' : 'Nothing was started'}: the runner lost what the snapshot step had saved.`,
    mayBeDown ? 'The server may still be stopped.' : 'The post step cannot tell which snapshot to restore.',
    ...(isRestoreDue
      ? [
          ...(servers.length === 0 ? [undefined] : servers).map(
            server => ({ kind: 'list', server }) as const,
          ),
          advice("If the deploy has begun, it is still in place: restore this run's snapshot."),
        ]
      : []),
    ...(mayBeDown ? servers.map(id => ({ kind: 'start server', server: `server ${id}` }) as const) : []),
  )
}

// ---- beside the verdict

export const AVAILABLE = 'Available snapshots:'

export const RESULTS = 'Results:'

export function moreInOutput(count: number): string {
  return `… and ${count} more, all of them in the output "snapshots".`
}

/** For those who have saved the form by hand. */
export function byHand(command: string): string {
  return `By hand: ${command}`
}

// ---- around the operations

export const NOTHING_LEFT = 'Nothing to do: the main step saved nothing for the post step.'

export const SUCCESS_PROVES_NOTHING =
  'A composite action on this runner does not learn how the job ended: "success" counts as unknown.'

export function stateNotSaved(why: string): string {
  return `The step's state cannot be saved: ${why}`
}

export function foundByName(asked: ServerId, name: string): string {
  return `VPS.org does not know server ${asked} by its ID; using the one server named "${name}".`
}
