import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import { chooseForFullServer } from '../policy/retention.ts'
import { serverPhase } from '../policy/statuses.ts'
import { isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel } from './entry.ts'
import { ageOf, inventory } from './inventory.ts'
import { explain, failure, type Outcome, type Problem, success } from './problem.ts'

/** The API's limit, from the published reference. */
export const SLOTS = 5

/** The error of a server without a free slot: what is there, and what a person can do. */
export function serverIsFull(
  ctx: Context,
  entry: Entry,
  snapshots: readonly Snapshot[],
  whenFull: 'fail' | 'delete-oldest',
): Problem {
  const allowed = chooseForFullServer({ snapshots, origin: ctx.origin, now: ctx.clock.now() })
  const remedy =
    allowed === undefined
      ? 'None of them is one that this workflow may delete (its own, from another run, finished, over an hour old): delete one by hand (operation: delete, snapshot-id) and run the job again.'
      : `Delete one (operation: delete, snapshot-id: ${allowed.id} would be this workflow's oldest), or let the create step do it: when-full: delete-oldest.`
  const taken = whenFull === 'delete-oldest' && allowed !== undefined
  return {
    status: 'failed',
    message: `${serverLabel(entry)} has no free slot (${snapshots.length} of ${SLOTS} in use): ${inventory(ctx, snapshots)}.`,
    next: taken ? 'The slot that was freed has been taken again; run the job again.' : remedy,
    there: snapshots,
  }
}

/**
 * Deletes the one snapshot that the rule allows, so that a slot comes free.
 * @returns what was deleted, or was found to be gone; undefined where the rule allows none
 */
export async function freeSlot(
  ctx: Context,
  entry: Entry,
  snapshots: readonly Snapshot[],
  deadline: number,
): Promise<Outcome<{ readonly snapshot: Snapshot; readonly how: 'deleted' | 'gone' } | undefined>> {
  const victim = chooseForFullServer({ snapshots, origin: ctx.origin, now: ctx.clock.now() })
  if (victim === undefined) return success(undefined)
  const allowed = await mayDeleteFrom(ctx, entry.server, victim, deadline)
  if (!allowed.ok) return allowed
  ctx.report.line(
    `${serverLabel(entry)} is full; deleting this workflow's oldest snapshot ${victim.id} ${victim.name} (${ageOf(ctx, victim)}).`,
  )
  // While its answer is outstanding, a cancel must not say that nothing was changed.
  entry.status = 'unknown'
  const answer = await ctx.api.deleteSnapshot(victim.id, { deadline })
  entry.status = undefined
  if (answer.ok) return success({ snapshot: victim, how: answer.value })
  // Of what was sent more than once, an earlier sending may have been obeyed.
  const isCertain = answer.failure.repeated <= 1 && !isAmbiguous(answer.failure)
  const state = isCertain
    ? `Snapshot ${victim.id} was to make room for the new one and was not deleted.`
    : `Snapshot ${victim.id} was to make room for the new one; whether it is deleted is not known.`
  return { ok: false, problem: await explain(ctx, answer.failure, `${state} No snapshot was taken.`) }
}

/** A snapshot whose server is being restored is not deleted: it may be the one that the restore reads. */
export async function mayDeleteFrom(
  ctx: Context,
  server: ServerId,
  snapshot: Snapshot,
  deadline: number,
): Promise<Outcome<undefined>> {
  const answer = await ctx.api.readServer(server, { deadline })
  if (!answer.ok) {
    ctx.report.warn(
      `Server ${server} could not be read before snapshot ${snapshot.id} was deleted: whether it is being restored is not known.`,
    )
    return success(undefined)
  }
  if (serverPhase(answer.value.status) !== 'restoring') return success(undefined)
  return failure(
    `Snapshot ${snapshot.id} was not deleted: its server ${answer.value.name} (${server}) is being restored.`,
    `Wait for the restore to end (operation: wait, snapshot-id: ${snapshot.id}), then delete again.`,
  )
}
