import pLimit from 'p-limit'
import type { Context } from '../run/context.ts'

/**
 * Works on `items` side by side, `max-parallel` at once, and gives the results in their order. When one throws (the
 * operation is being cancelled) the others are waited for first, so that none goes on writing behind the caller's back.
 */
export async function forEachServer<T, R>(
  ctx: Context,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(ctx.maxParallel)
  return allOrFirstError(items.map(item => limit(() => work(item))))
}

/** Waits for all; then gives the values, or throws the first error. */
export async function allOrFirstError<R>(promises: readonly Promise<R>[]): Promise<R[]> {
  const results = await Promise.allSettled(promises)
  return results.map(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
