import pLimit from 'p-limit'
import type { Context } from '../run/context.ts'

/** Does some work as soon as a place is free for it. */
export type InTurn = <R>(work: () => Promise<R>) => Promise<R>

/**
 * Works on `items` side by side, `max-parallel` at once, and gives the results in their order. When one throws (the
 * operation is being cancelled) the others are waited for first, so that none goes on writing behind the caller's back.
 */
export function forEachServer<T, R>(
  ctx: Context,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  return sideBySide(items, ctx.maxParallel, (item, inTurn) => inTurn(() => work(item)))
}

/** The same where an item takes one of the `places` only for a part of what is done with it. */
export async function sideBySide<T, R>(
  items: readonly T[],
  places: number,
  work: (item: T, inTurn: InTurn) => Promise<R>,
): Promise<R[]> {
  const inTurn: InTurn = pLimit(places)
  const results = await Promise.allSettled(items.map(item => work(item, inTurn)))
  return results.map(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
