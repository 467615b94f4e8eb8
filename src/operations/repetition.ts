import type { ApiFailure } from '../vps/failure.ts'
import { retryDelay } from '../vps/retry.ts'
import type { Context } from './context.ts'

/** How often a request came to nothing in a way that allows another try. */
export interface Repetition {
  tries: number
}

/**
 * Waits, where a request that changes something may be sent again: a POST that certainly did nothing, a DELETE after what
 * passes. Minutes may pass: the caller reads anew what its request depends on.
 * @param deadline clock milliseconds
 * @returns whether the request may be sent again
 */
export async function pauseBeforeRepeating(
  ctx: Context,
  failure: ApiFailure,
  repetition: Repetition,
  deadline: number,
): Promise<boolean> {
  const now = ctx.clock.now()
  repetition.tries += 1
  const { random } = ctx
  const delayMs = retryDelay({ failure, sent: repetition.tries, now, began: now, deadline, random })
  if (delayMs === undefined) return false
  ctx.sayRetry({ failure, delayMs })
  await ctx.clock.sleep(delayMs, ctx.signal)
  return true
}
