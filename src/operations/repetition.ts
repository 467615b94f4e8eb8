import type { ApiFailure } from '../vps/failure.ts'
import { retryDelay } from '../vps/retry.ts'
import type { Context } from './context.ts'

/** How often a request was sent that certainly did nothing: there was no connection, or the API had too many (429). */
export interface Repetition {
  unsent: number
}

/**
 * Waits, where a request that changes something certainly did nothing and may be sent again. Minutes may pass: the
 * caller reads anew what its request depends on.
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
  repetition.unsent += 1
  const { random } = ctx
  const delayMs = retryDelay({ failure, sent: repetition.unsent, now, began: now, deadline, random })
  if (delayMs === undefined) return false
  ctx.sayRetry({ failure, delayMs })
  await ctx.clock.sleep(delayMs, ctx.signal)
  return true
}
