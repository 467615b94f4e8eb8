/**
 * Every sentence about a request that changes the snapshots of a server: log lines, warnings, and the problems that end
 * one. Texts from the API are raw; the report makes them harmless.
 */
import type { Server, Snapshot } from '../domain/entities.ts'
import { SLOTS } from '../domain/limits.ts'
import { formatDuration } from '../policy/durations.ts'
import type { Kept } from '../policy/retention.ts'
import { ageOf, keptBecause, serverLabel, snapshotLabel } from '../run/labels.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'
import type { CreateProbe, ProbeResult } from './find-created.ts'
import type { WhenFull } from './free-slot.ts'

export function unclear(what: string, state: string, ...next: readonly NextStep[]): Problem {
  return { reason: 'lost-answer', done: 'unknown', what, state, next }
}

// ---- create

export const NO_SNAPSHOT_TAKEN = 'No snapshot was taken.'

function createUnclear({ track, name }: CreateProbe, state: string): Problem {
  return unclear(
    `It is unknown whether a snapshot of ${serverLabel(track.run)} was started.`,
    state,
    { kind: 'list', server: track.run.server.id },
    advice(`If "${name}" is in the list, wait for it or delete it.`),
    { kind: 're-run' },
  )
}

export function lookingForCreated(lost: ApiFailure): string {
  return `${describeFailure(lost)} Checking whether the snapshot was started before anything is sent again.`
}

/** The API says full, and its list has room: one of the two lags. */
export function lookingForDoubled(run: ServerRun, refusal: ApiFailure): string {
  return `${describeFailure(refusal)} The list shows a free slot on ${serverLabel(run)}. Checking whether the snapshot was started after all.`
}

export function createdNothing(run: ServerRun): string {
  return `The request had no effect: ${serverLabel(run)} has no snapshot with its key. Sending it once more.`
}

export function adopted({ id }: Snapshot): string {
  return `The snapshot was started after all: ${id} (found by its key).`
}

/** Why what was found, or was not, does not tell whether the request acted. */
function whyUnclear(found: Exclude<ProbeResult, { state: 'ours' }>): string {
  switch (found.state) {
    case 'unmarked':
      return `Snapshot ${found.snapshot.id} is new and has the right name, but not this action's marker, so it may belong to somebody else. Nothing was sent again.`
    case 'none':
      return 'The request was sent twice, and no snapshot with its key has appeared.'
    case 'unclear':
      return found.reason
  }
}

export const LIST_UNREADABLE_FOR_LONG = 'The time ran out before the list of snapshots could show it.'

export function unclearAfterFailure(
  request: CreateProbe,
  failure: ApiFailure,
  found: Exclude<ProbeResult, { state: 'ours' }>,
): Problem {
  return createUnclear(request, `${describeFailure(failure)} ${whyUnclear(found)}`)
}

export function unclearBeforeRepeating(
  request: CreateProbe,
  found: Exclude<ProbeResult, { state: 'ours' }>,
): Problem {
  return createUnclear(request, `An earlier request got no response. ${whyUnclear(found)}`)
}

/** What became of an earlier, unanswered request must be said besides a refusal. */
export function withUnanswered(request: CreateProbe, { what, state }: Problem): Problem {
  const earlier = 'An earlier request got no response, and no snapshot with its key has appeared.'
  return createUnclear(request, [earlier, what, state].filter(text => text !== '').join(' '))
}

export function answeredWithOld(request: CreateProbe, { id }: Snapshot): Problem {
  return createUnclear(request, `The API answered with snapshot ${id}, which existed before.`)
}

const CONSEQUENCE = '`keep-last`, `when-full` and `latest` will not see this snapshot.'

export function markerImpossible(repository: string, { id }: Snapshot): string {
  return `Snapshot ${id} has no valid marker, because GITHUB_REPOSITORY is "${repository}" and not owner/name: ${CONSEQUENCE}`
}

export function markerDropped({ id }: Snapshot): string {
  return `VPS.org returned the description of snapshot ${id} without this action's marker: ${CONSEQUENCE}`
}

export function descriptionRefused(refusal: ApiFailure, isNone: boolean): string {
  const then = isNone
    ? `Trying without a description: ${CONSEQUENCE}`
    : "Trying with nothing but this action's marker in it."
  return `${describeFailure(refusal)} ${then}`
}

export function nameRefused(refusal: ApiFailure, shorter: string): string {
  return `${describeFailure(refusal)} Trying with the name "${shorter}".`
}

// ---- slots

/** The error of a server without a free slot; the candidates show what holds them. */
export function serverIsFull(
  run: ServerRun,
  facts: {
    readonly snapshots: readonly Snapshot[]
    readonly whenFull: WhenFull
    /** How many slots the list shows in use: what cannot be read takes one, too. */
    readonly used: number
    /** Why each of the others stays. */
    readonly keeps: readonly Kept[]
    readonly deletable: Snapshot | undefined
  },
): Problem {
  const { snapshots, used, whenFull, keeps, deletable } = facts
  const why = whenFull === 'delete-oldest' ? ` ${whyStillFull(keeps, deletable)}` : ''
  return {
    ...certain(
      'no-free-slot',
      `No free snapshot slot on ${serverLabel(run)}: ${used === SLOTS ? `${SLOTS} of ${SLOTS}` : 'all'} are in use.`,
      `${NO_SNAPSHOT_TAKEN}${why}`,
      ...stepsForFull(whenFull, deletable),
    ),
    candidates: snapshots,
  }
}

function whyStillFull(keeps: readonly Kept[], deletable: Snapshot | undefined): string {
  return deletable === undefined
    ? `No snapshot can be deleted automatically: ${keptBecause(keeps)}.`
    : 'Somebody else took the freed slot.'
}

const DELETE_ONE = advice('Delete a snapshot.')

function stepsForFull(whenFull: WhenFull, deletable: Snapshot | undefined): readonly NextStep[] {
  const again: NextStep = { kind: 're-run' }
  if (deletable === undefined) return [DELETE_ONE, again]
  if (whenFull === 'delete-oldest') return [again]
  const remove: NextStep = { kind: 'delete', snapshot: deletable.id }
  return whenFull === 'not offered'
    ? [remove, again]
    : [remove, advice('Or set `when-full: delete-oldest`.'), again]
}

/** The API says that it is full, and its list shows fewer snapshots than the documented limit. */
export function fullByItsOwnWords(
  run: ServerRun,
  refusal: ApiFailure,
  snapshots: readonly Snapshot[],
  state: string,
): Problem {
  const what = `VPS.org takes no more snapshots of ${serverLabel(run)}.`
  return {
    ...certain('no-free-slot', what, `${describeFailure(refusal)} ${state}`, DELETE_ONE, { kind: 're-run' }),
    candidates: snapshots,
  }
}

export function deletingOldest(run: ServerRun, candidate: Snapshot, now: number): string {
  return `${serverLabel(run)} is full. Deleting this workflow's oldest snapshot, ${snapshotLabel(candidate)} (${ageOf(candidate, now)}), to free a slot.`
}

export function notFreed({ id }: Snapshot, done: Problem['done']): string {
  const what =
    done === 'unknown'
      ? `It is unknown whether snapshot ${id} was deleted to free a slot.`
      : `Snapshot ${id} was not deleted.`
  return `${what} ${NO_SNAPSHOT_TAKEN}`
}

export function slotsUnreadable(failure: ApiFailure): string {
  return `It is unknown whether the server is full: ${describeFailure(failure)} ${NO_SNAPSHOT_TAKEN}`
}

export function freedUnclear(snapshot: Snapshot): string {
  return `A slot is free again, but it is unknown whether snapshot ${snapshotLabel(snapshot)} was deleted for it.`
}

export function freedByOther({ id }: Snapshot): string {
  return `Snapshot ${id} had already been deleted by somebody else. Trying again.`
}

export function freed(snapshot: Snapshot, patienceMs: number): string {
  return `Deleted snapshot ${snapshotLabel(snapshot)} to free a slot. Trying again for up to ${formatDuration(patienceMs)} until the slot is free.`
}

export function slotsChanged(run: ServerRun, used: number): string {
  return `The API refused the snapshot, but the slots of ${serverLabel(run)} have changed since: ${used} of ${SLOTS} are in use. Trying again.`
}

export function slotNeverCameFree(
  run: ServerRun,
  refusal: ApiFailure,
  used: number,
  patienceMs: number,
): Problem {
  return certain(
    'no-free-slot',
    `No snapshot slot of ${serverLabel(run)} became free within ${formatDuration(patienceMs)}.`,
    `The list shows ${used} of ${SLOTS} in use. ${describeFailure(refusal)} ${NO_SNAPSHOT_TAKEN}`,
    advice('Wait a few minutes.'),
    { kind: 're-run' },
  )
}

export function refusedWithRoom(run: ServerRun, used: number, mayExist: boolean): string {
  const slots = `The list shows ${used} of ${SLOTS} slots of ${serverLabel(run)} in use.`
  // An unanswered request may have taken the last one.
  return mayExist ? slots : `${slots} ${NO_SNAPSHOT_TAKEN}`
}

// ---- delete

export function unreadableBeforeDelete({ id, server }: Snapshot): string {
  return `Server ${server.id} could not be read before deleting snapshot ${id}: it may be restoring.`
}

export function deleteWhileRestoring({ id }: Snapshot, server: Server, mayHaveActed: boolean): Problem {
  return {
    reason: 'already-restoring',
    done: mayHaveActed ? 'unknown' : 'nothing',
    what: `Snapshot ${id} was not deleted: ${server.name} (${server.id}) is being restored.`,
    state: mayHaveActed ? `It is unknown whether an earlier request deleted snapshot ${id}.` : '',
    next: [{ kind: 'follow', snapshot: id, isRestore: true }],
  }
}

function toDelete(snapshot: Snapshot): string {
  const { server } = snapshot
  return `snapshot ${snapshotLabel(snapshot)} of ${server.name === '' ? `server ${server.id}` : server.name}`
}

export function retireForbidden(snapshot: Snapshot, by: string): string {
  return `\`${by}\` did not delete ${toDelete(snapshot)}: the server is being restored.`
}

export function retireUnclear(snapshot: Snapshot, by: string, failure: ApiFailure): string {
  return `It is unknown whether \`${by}\` deleted ${toDelete(snapshot)}. ${describeFailure(failure)}`
}

export function retireFailed(snapshot: Snapshot, by: string, failure: ApiFailure): string {
  return `\`${by}\` could not delete ${toDelete(snapshot)}. ${describeFailure(failure)} Delete it yourself if you need its slot.`
}

export function retired(snapshot: Snapshot, by: string, now: number): string {
  return `Deleted ${toDelete(snapshot)} (${ageOf(snapshot, now)}): ${by}.`
}

export function stillListed(snapshot: Snapshot, by: string, asked: 'deleted' | 'gone'): string {
  const answer = asked === 'deleted' ? 'accepted the deletion' : 'says that it does not exist'
  return `\`${by}\` asked to delete ${toDelete(snapshot)}. VPS.org ${answer}, but still lists it.`
}

export function retiredByOther(snapshot: Snapshot, by: string): string {
  return `Nothing to delete for \`${by}\`: ${toDelete(snapshot)} is already gone.`
}

export function retentionUnreadable(failure: ApiFailure): string {
  return `\`keep-last\` deleted nothing: the list of snapshots could not be read. ${describeFailure(failure)}`
}

export const RETENTION_LIST_MOVES =
  '`keep-last` deleted nothing: the list of snapshots kept changing while it was read.'
