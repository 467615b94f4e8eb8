import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import { type PollAttempt, type PollResult, poll, toAttempt } from './poll.ts'
import { createSnapshotReader } from './snapshot-reader.ts'

/**
 * Waits until no list holds what was deleted, with one request a poll: a deletion can take seconds, and a maintenance page
 * deletes nothing.
 * @param deadline clock milliseconds
 * @returns how the wait ended, and what is still listed
 */
export async function awaitGone(
  ctx: Context,
  deleted: readonly Snapshot[],
  deadline: number,
): Promise<{ readonly end: PollResult<true>; readonly left: ReadonlySet<SnapshotId> }> {
  const reader = createSnapshotReader(ctx)
  let left = deleted
  const attempt = async (): Promise<PollAttempt<true>> => {
    return toAttempt(await reader.follow(left, { deadline, once: true }), snapshots => {
      const listed = new Set(snapshots.map(({ id }) => id))
      left = left.filter(({ id }) => listed.has(id))
      return left.length === 0 ? { state: 'done', value: true } : { state: 'pending' }
    })
  }
  const began = ctx.clock.now()
  const end = await poll(ctx, { schedule: 'delete', began, deadline, answeredBefore: true }, attempt)
  return { end, left: new Set(left.map(({ id }) => id)) }
}
