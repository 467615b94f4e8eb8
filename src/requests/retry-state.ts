import { jittered, nextDelay } from '../policy/schedule.ts'
import { acceleratedInterval, extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import type { Context } from '../run/context.ts'
import { type ApiFailure, isMomentaryRefusal } from '../vps/failure.ts'
import { backoff, retryDelay } from '../vps/retry.ts'

/** How often a request has come back in a way that allows another try. */
export interface RetryState {
  tries: number
  /** Until when a refusal of the moment is taken for one, in clock milliseconds. */
  busyUntil?: number
  /** The same 401, 403 or 404 in every answer. */
  contradicted?: Streak
}

/** How long a refusal of the moment is taken for one, where the operation has that much time. */
export const BUSY_PATIENCE_MS = 2 * 60_000

/**
 * Waits, where a request that changes something may be sent again once a look has shown that nothing has happened: after a
 * limiter, a gateway's page, or a refusal of the moment; a DELETE after any transient failure. Minutes may pass: the
 * caller reads anew what its request depends on.
 * @param limits `deadline` in clock milliseconds; `patienceMs`: how long refusals of the moment are borne
 * @returns whether the request may be sent again
 */
export async function backOff(
  ctx: Context,
  failure: ApiFailure,
  state: RetryState,
  limits: { readonly deadline: number; readonly patienceMs?: number },
): Promise<boolean> {
  state.tries += 1
  const delayMs = isMomentaryRefusal(failure)
    ? busyDelay(ctx, failure, state, limits)
    : otherDelay(ctx, failure, state, limits.deadline)
  if (delayMs === undefined) return false
  ctx.logRetry({ failure, delayMs })
  await ctx.clock.sleep(delayMs, ctx.signal)
  return true
}

function busyDelay(
  ctx: Context,
  failure: ApiFailure,
  state: RetryState,
  { deadline, patienceMs = BUSY_PATIENCE_MS }: { readonly deadline: number; readonly patienceMs?: number },
): number | undefined {
  const now = ctx.clock.now()
  state.busyUntil ??= now + patienceMs
  // As in time-lapse everything else keeps to the given interval, so does this.
  const gap = acceleratedInterval(ctx.pace) ?? backoff(state.tries)
  const delayMs = Math.max(jittered(gap, ctx.random), failure.retryAfterMs ?? 0)
  return now + delayMs < Math.min(deadline, state.busyUntil) ? delayMs : undefined
}

function otherDelay(
  ctx: Context,
  failure: ApiFailure,
  { tries }: RetryState,
  deadline: number,
): number | undefined {
  const now = ctx.clock.now()
  const { random } = ctx
  return retryDelay({ failure, sent: tries, now, began: now, deadline, random, afterLook: true })
}

/** What contradicts good answers where it comes once: a replica, a gateway, a token that is being rotated. */
const CONTRADICTIONS: ReadonlySet<number> = new Set([401, 403, 404])

/**
 * Waits, where a 401, 403 or 404 has not yet held for a settle window: what was allowed and there when the job began is
 * not believed to be otherwise for a single answer.
 * @returns whether the request may be sent again
 */
export async function outlast(
  ctx: Context,
  failure: ApiFailure,
  state: RetryState,
  deadline: number,
): Promise<boolean> {
  const { status = 0 } = failure
  if (!CONTRADICTIONS.has(status)) return false
  const now = ctx.clock.now()
  state.contradicted = extendStreak(state.contradicted, String(status), now)
  if (isSettled(state.contradicted, settleWindow(ctx.pace))) return false
  const elapsedMs = [now - state.contradicted.since]
  const remainingMs = deadline - now
  const delayMs = nextDelay({ schedule: 'settle', elapsedMs, remainingMs }, ctx.pace, ctx.random)
  ctx.logRetry({ failure, delayMs })
  await ctx.clock.sleep(delayMs, ctx.signal)
  return ctx.clock.now() < deadline
}
