import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import { type PollAttempt, type PollResult, poll, toAttempt } from './poll.ts'
import { followSnapshots } from './snapshot-reader.ts'

/**
 * Waits until no list holds what was deleted, with one request a poll: a deletion can take seconds, and a maintenance page
 * deletes nothing. One list can be empty by mistake, or of a replica that knows nothing: two in a row, some seconds apart,
 * must lack it.
 * @param deadline clock milliseconds
 * @param onGone told of each as soon as it is known to be gone: what cuts off the wait takes nothing of that back
 * @returns how the wait ended, and what is not known to be gone
 */
export async function awaitGone(
  ctx: Context,
  deleted: readonly Snapshot[],
  deadline: number,
  onGone: (id: SnapshotId) => void = () => undefined,
): Promise<{ readonly end: PollResult<true>; readonly left: ReadonlySet<SnapshotId> }> {
  let left = deleted
  let lackedBefore: ReadonlySet<SnapshotId> = new Set()
  const attempt = async (): Promise<PollAttempt<true>> => {
    return toAttempt(await followSnapshots(ctx, left, { deadline, once: true }), snapshots => {
      const listed = new Set(snapshots.map(({ id }) => id))
      const isGone = ({ id }: Snapshot): boolean => !listed.has(id) && lackedBefore.has(id)
      for (const { id } of left.filter(isGone)) onGone(id)
      left = left.filter(snapshot => !isGone(snapshot))
      lackedBefore = new Set(left.map(({ id }) => id).filter(id => !listed.has(id)))
      return left.length === 0 ? { state: 'done', value: true } : { state: 'pending' }
    })
  }
  const began = ctx.clock.now()
  const isConfirming = (): boolean => lackedBefore.size > 0
  const end = await poll(
    ctx,
    { schedule: 'delete', began, deadline, answeredBefore: true, isConfirming },
    attempt,
  )
  return { end, left: new Set(left.map(({ id }) => id)) }
}

// A deletion can take seconds; what is listed longer than this is not said to be gone.
const LISTED_TIME_MS = 30_000

/** Waits a little until no list holds one snapshot that is said to be gone. */
export async function awaitOneGone(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
): Promise<PollResult<true>> {
  const until = Math.min(deadline, ctx.clock.now() + LISTED_TIME_MS)
  return (await awaitGone(ctx, [snapshot], until)).end
}
