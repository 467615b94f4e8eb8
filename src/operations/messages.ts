/**
 * Every sentence that an operation itself says, but for those about rolling back: log lines, plans of a dry run, and why
 * it goes no further. Texts from the API are raw; the report makes them harmless.
 */
import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { NAME_LIMIT, SLOTS } from '../domain/limits.ts'
import { formatDuration } from '../policy/durations.ts'
import {
  ageOf,
  checkServer,
  lastStatus,
  NOTHING_CHANGED,
  serverLabel,
  snapshotIdOf,
  snapshotLabel,
} from '../run/labels.ts'
import { advice } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun } from '../run/server-run.ts'
import type { Unready } from '../waiting/messages.ts'

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

export function notDeleted({ id }: Pick<Snapshot, 'id'>): string {
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
