import { MINUTE_MS } from '../domain/clock.ts'
import { jittered, nextDelay } from '../policy/schedule.ts'
import { acceleratedInterval, extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import type { Context } from '../run/context.ts'
import { type ApiFailure, isMomentaryRefusal, isThrottled } from '../vps/failure.ts'
import { backoff, RETRY_MINIMUM_MS, retryDelay } from '../vps/retry.ts'

/** How often a request has come back in a way that allows another try. */
export interface RetryState {
  tries: number
  /** When the API first refused for the moment, in clock milliseconds. */
  busySince?: number
  /** The same 401, 403 or 404 in every answer. */
  contradicted?: Streak
}

export interface RetryLimits {
  /** In clock milliseconds. */
  readonly deadline: number
  /** How long refusals of the moment are borne. */
  readonly patienceMs?: number
  /**
   * Set for what must not be given up while there is time: a rollback, and the start of a server that this action
   * stopped. A `Retry-After` that does not fit into that time is then shortened.
   */
  readonly isDue?: boolean
}

/** How long a refusal of the moment is taken for one, where the operation has that much time. */
export const BUSY_PATIENCE_MS = 2 * MINUTE_MS
/** The last try comes this long before the end: time for a look, the request and its answer. */
const LAST_TRY_MS = 10_000
/** A limiter that wants more time than there is gets no more requests than one in such a while. */
const LIMITER_PAUSE_MS = 5 * MINUTE_MS

/**
 * Waits, where a request that changes something may be sent again once a look has shown that nothing has happened: after a
 * limiter, a gateway's page, or a refusal of the moment; a DELETE after any transient failure. Minutes may pass: the
 * caller reads anew what its request depends on.
 * @returns whether the request may be sent again
 */
export async function backOff(
  ctx: Context,
  failure: ApiFailure,
  state: RetryState,
  limits: RetryLimits,
): Promise<boolean> {
  state.tries += 1
  const delayMs = delayOf(ctx, failure, state, limits)
  if (delayMs === undefined) return false
  const { tries, busySince } = state
  const lastedMs = tries > 1 && busySince !== undefined ? ctx.clock.now() - busySince : 0
  ctx.logRetry({ failure, delayMs, lastedMs: isMomentaryRefusal(failure) ? lastedMs : 0 })
  await ctx.clock.sleep(delayMs, ctx.signal)
  return true
}

function delayOf(
  ctx: Context,
  failure: ApiFailure,
  state: RetryState,
  { deadline, patienceMs = BUSY_PATIENCE_MS, isDue = false }: RetryLimits,
): number | undefined {
  const now = ctx.clock.now()
  const isBusy = isMomentaryRefusal(failure)
  const ownMs = isBusy ? busyGap(ctx, state) : otherGap(ctx, failure, state)
  if (ownMs === undefined) return undefined
  const busySince = state.busySince ?? now
  if (isBusy) state.busySince = busySince
  const leftMs = (isBusy ? Math.min(deadline, busySince + patienceMs) : deadline) - now
  const askedMs = failure.retryAfterMs ?? 0
  if (askedMs < leftMs) return fitted(Math.max(ownMs, askedMs), askedMs, leftMs)
  if (!isDue) return undefined
  return fitted(Math.max(ownMs, isThrottled(failure) ? LIMITER_PAUSE_MS : 0), 0, leftMs)
}

/** A wait that would leave no time for another try is shortened to one that does, as far as the API allows. */
function fitted(wantedMs: number, leastMs: number, leftMs: number): number | undefined {
  const lastMs = leftMs - LAST_TRY_MS
  if (wantedMs > lastMs && lastMs >= Math.max(leastMs, RETRY_MINIMUM_MS)) return lastMs
  return wantedMs < leftMs ? wantedMs : undefined
}

function busyGap(ctx: Context, { tries }: RetryState): number {
  // As in time-lapse everything else keeps to the given interval, so does this.
  return jittered(acceleratedInterval(ctx.pace) ?? backoff(tries), ctx.random)
}

function otherGap(ctx: Context, failure: ApiFailure, { tries }: RetryState): number | undefined {
  const now = ctx.clock.now()
  const { random } = ctx
  const own = { ...failure, retryAfterMs: 0 }
  const deadline = Number.POSITIVE_INFINITY
  return retryDelay({ failure: own, sent: tries, now, began: now, deadline, random, afterLook: true })
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
