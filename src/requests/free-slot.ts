import type { Snapshot } from '../domain/entities.ts'
import { SLOTS } from '../domain/limits.ts'
import { planFullServer } from '../policy/retention.ts'
import { apiNow, type Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import type { Deletion, ServerRun } from '../run/server-run.ts'
import { awaitOneGone } from '../waiting/deletions.ts'
import { explain } from '../waiting/explain.ts'
import { readForChoice } from '../waiting/snapshot-reader.ts'
import { type DeletionResult, deleteSnapshot } from './delete-snapshot.ts'
import * as messages from './messages.ts'

/** What to do when there is no free slot; `not offered`: the operation has no such input. */
export type WhenFull = 'fail' | 'delete-oldest' | 'not offered'

/** The one snapshot that `when-full: delete-oldest` may delete; undefined where there is none. */
export function slotCandidate(ctx: Context, snapshots: readonly Snapshot[]): Snapshot | undefined {
  return planFullServer({ snapshots, run: ctx.origin, now: apiNow(ctx) }).deletes[0]
}

/** The problem of a server without a free slot: what is there, and what a person can do. */
export function serverIsFull(
  ctx: Context,
  run: ServerRun,
  snapshots: readonly Snapshot[],
  whenFull: WhenFull,
): Problem {
  const used = Math.max(run.slots ?? 0, snapshots.length)
  // Nobody may be told to delete what is about to be restored.
  const others = snapshots.filter(({ id }) => id !== run.target?.id)
  const { deletes, keeps } = planFullServer({ snapshots: others, run: ctx.origin, now: apiNow(ctx) })
  return messages.serverIsFull(run, { snapshots, used, whenFull, keeps, deletable: deletes[0] })
}

/** What became of the attempt to free a slot. */
export interface FreedSlot {
  readonly snapshot: Snapshot
  /**
   * `gone`: somebody else had deleted it. `not needed`: a slot came free before it was deleted. `unclear`: a slot came
   * free, and whether it was deleted is not known.
   */
  readonly how: 'deleted' | 'gone' | 'not needed' | 'unclear'
}

/**
 * Deletes the one snapshot that the rule allows, so that a slot comes free, and records the deletion.
 * @returns what became of it; undefined where the rule allows none
 */
export async function freeSlot(
  ctx: Context,
  track: ServerTrack,
  snapshots: readonly Snapshot[],
  deadline: number,
): Promise<Outcome<FreedSlot | undefined>> {
  const candidate = slotCandidate(ctx, snapshots)
  if (candidate === undefined) return success(undefined)
  ctx.report.line(messages.deletingOldest(track.run, candidate, apiNow(ctx)))
  const record = (end: Deletion['end']): void =>
    track.record({ type: 'deletion ended', deletion: { snapshot: candidate, by: 'when-full', end } })
  const deletion = await deleteSnapshot(ctx, candidate, deadline, {
    recheck: () => checkForRoom(ctx, candidate, deadline),
    onSent: () => track.record({ type: 'request sent', request: 'make room', toDelete: candidate }),
    onRefused: () => track.record({ type: 'request refused' }),
  })
  return freedBy(ctx, candidate, deletion, deadline, record)
}

async function freedBy(
  ctx: Context,
  candidate: Snapshot,
  deletion: DeletionResult,
  deadline: number,
  record: (end: Deletion['end']) => void,
): Promise<Outcome<FreedSlot>> {
  switch (deletion.state) {
    case 'gone':
      record(deletion.mayBeOurs ? 'unknown' : 'gone')
      return success({ snapshot: candidate, how: deletion.mayBeOurs ? 'unclear' : 'gone' })
    case 'deleted': {
      // A maintenance page deletes nothing: before it is said, the list agrees.
      const isSeen = await isGone(ctx, candidate, deadline)
      record(isSeen ? 'deleted' : 'unknown')
      return success({ snapshot: candidate, how: isSeen ? 'deleted' : 'unclear' })
    }
    case 'not wanted':
      if (deletion.mayHaveActed) record('unknown')
      return success({ snapshot: candidate, how: deletion.mayHaveActed ? 'unclear' : 'not needed' })
    case 'forbidden':
      return failed(deletion.problem)
    case 'failed': {
      const done = deletion.mayHaveActed ? 'unknown' : 'nothing'
      return failed(await explain(ctx, deletion.failure, { state: messages.notFreed(candidate, done), done }))
    }
  }
}

async function isGone(ctx: Context, snapshot: Snapshot, deadline: number): Promise<boolean> {
  return (await awaitOneGone(ctx, snapshot, deadline)).state === 'done'
}

/** A list that cannot be read is taken for full, as it was before. */
async function checkForRoom(
  ctx: Context,
  candidate: Snapshot,
  deadline: number,
): Promise<'wanted' | 'not wanted' | 'gone'> {
  const list = await readForChoice(ctx, [candidate.server.id], { deadline })
  if (!list.ok || list.value.count >= SLOTS) return 'wanted'
  if (list.value.snapshots.some(({ id }) => id === candidate.id)) return 'not wanted'
  return (await isGone(ctx, candidate, deadline)) ? 'gone' : 'wanted'
}
