import type { Snapshot } from '../domain/entities.ts'
import { chooseForFullServer } from '../policy/retention.ts'
import type { Context } from './context.ts'
import { deleteSnapshot } from './deletion.ts'
import { type Entry, serverLabel } from './entry.ts'
import { ageOf, inventory } from './inventory.ts'
import { explain, type Outcome, type Problem, success } from './problem.ts'
import { readSnapshotsOf } from './snapshots.ts'

/** What to do when there is no free slot; `not offered`: the operation has no such input. */
export type WhenFull = 'fail' | 'delete-oldest' | 'not offered'

/** The API's limit, from the published reference. */
export const SLOTS = 5

/** The error of a server without a free slot: what is there, and what a person can do. */
export function serverIsFull(
  ctx: Context,
  entry: Entry,
  snapshots: readonly Snapshot[],
  whenFull: WhenFull,
): Problem {
  const allowed = chooseForFullServer({ snapshots, origin: ctx.origin, now: ctx.clock.now() })
  const remedy =
    allowed === undefined
      ? 'None of them is one that this workflow may delete (its own, from another run, finished, over an hour old): delete one by hand (operation: delete, snapshot-id) and run the job again.'
      : `Delete one (operation: delete, snapshot-id: ${allowed.id} would be this workflow's oldest)${whenFull === 'not offered' ? '.' : ', or let the create step do it: when-full: delete-oldest.'}`
  const taken = whenFull === 'delete-oldest' && allowed !== undefined
  return {
    status: 'failed',
    message: `${serverLabel(entry)} has no free slot (${snapshots.length} of ${SLOTS} in use): ${inventory(ctx, snapshots)}.`,
    next: taken ? 'The slot that was freed has been taken again; run the job again.' : remedy,
    there: snapshots,
  }
}

/** What became of the attempt to free a slot. */
export interface Freed {
  readonly snapshot: Snapshot
  /**
   * `gone`: somebody else had deleted it. `not needed`: a slot came free before it was deleted. `unclear`: a slot came
   * free, and whether it was deleted is not known.
   */
  readonly how: 'deleted' | 'gone' | 'not needed' | 'unclear'
}

/**
 * Deletes the one snapshot that the rule allows, so that a slot comes free.
 * @returns what became of it; undefined where the rule allows none
 */
export async function freeSlot(
  ctx: Context,
  entry: Entry,
  snapshots: readonly Snapshot[],
  deadline: number,
): Promise<Outcome<Freed | undefined>> {
  const victim = chooseForFullServer({ snapshots, origin: ctx.origin, now: ctx.clock.now() })
  if (victim === undefined) return success(undefined)
  ctx.report.line(
    `${serverLabel(entry)} is full; deleting this workflow's oldest snapshot ${victim.id} ${victim.name} (${ageOf(ctx, victim)}).`,
  )
  const before = entry.status
  const deletion = await deleteSnapshot(ctx, victim, deadline, {
    lookAgain: () => lookForRoom(ctx, victim, deadline),
    // While its answer is outstanding, a cancel must not say that nothing was changed.
    note: mayHaveActed => {
      entry.status = mayHaveActed ? 'unknown' : before
    },
  })
  entry.status = before
  switch (deletion.state) {
    case 'deleted':
    case 'gone':
      return success({ snapshot: victim, how: deletion.state })
    case 'not wanted':
      return success({ snapshot: victim, how: deletion.mayHaveActed ? 'unclear' : 'not needed' })
    case 'forbidden':
      return { ok: false, problem: deletion.problem }
    case 'failed': {
      const state = deletion.mayHaveActed
        ? `Snapshot ${victim.id} was to make room for the new one; whether it is deleted is not known.`
        : `Snapshot ${victim.id} was to make room for the new one and was not deleted.`
      const status = deletion.mayHaveActed ? 'unknown' : 'failed'
      return {
        ok: false,
        problem: await explain(ctx, deletion.failure, `${state} No snapshot was taken.`, status),
      }
    }
  }
}

/** What cannot be read is taken for full, as it was before. */
async function lookForRoom(
  ctx: Context,
  victim: Snapshot,
  deadline: number,
): Promise<'wanted' | 'not wanted' | 'gone'> {
  const list = await readSnapshotsOf(ctx, victim.server.id, { deadline })
  if (!list.ok || list.value.length >= SLOTS) return 'wanted'
  return list.value.some(({ id }) => id === victim.id) ? 'not wanted' : 'gone'
}
