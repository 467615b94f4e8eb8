import { formatDuration } from '../policy/durations.ts'
import { nextDelay, type ScheduleName } from '../policy/schedule.ts'
import { type ApiFailure, type ApiResult, describeFailure, isMiss } from '../vps/failure.ts'
import type { Context } from './context.ts'

/** One look at the world: it is over, with a value; it goes on; or no usable answer came. */
export type Look<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'pending' }
  | { readonly state: 'unanswered'; readonly failure: ApiFailure }

/** How a wait ended: with a value, at its deadline, or by an answer that no further poll can mend (401, 403, 404, …). */
export type Polled<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'expired'; readonly lastMiss: ApiFailure | undefined }
  | { readonly state: 'refused'; readonly failure: ApiFailure }

export interface PollOptions {
  readonly schedule: ScheduleName
  /** When the awaited thing began, in clock milliseconds: it decides where in the schedule the wait starts. */
  readonly began: number
  readonly deadline: number
  readonly first: 'now' | 'after a gap'
  /** The gap after `elapsed` milliseconds, where several things are awaited at once; by default that of `began`. */
  readonly gap?: () => number
  /** A line for the log once a minute, from the time passed; undefined: none. */
  readonly heartbeat?: ((elapsed: string) => string | undefined) | undefined
}

const HEARTBEAT = 60_000
// The last look is taken this long before the deadline, so that what has ended is not reported as timed out.
const LAST_LOOK = 5_000

/** A result of the client as a look: a miss is not an answer, anything else that failed is final. */
export function unanswered(failure: ApiFailure): Look<never> {
  return { state: 'unanswered', failure }
}

/**
 * Looks until there is a value, a final failure or the deadline. Misses (no answer, or none that can be used) are
 * tolerated until the deadline, said once, and said again when they end.
 */
export async function poll<T>(
  ctx: Context,
  options: PollOptions,
  look: () => Promise<Look<T>>,
): Promise<Polled<T>> {
  const misses = missLog(ctx)
  const heartbeat = heartbeatLog(ctx, options)
  let wait = options.first === 'now' ? 0 : gapOf(ctx, options)
  for (;;) {
    const remaining = options.deadline - ctx.clock.now()
    await ctx.clock.sleep(Math.max(0, Math.min(lastLookBefore(ctx, wait, remaining), remaining)), ctx.signal)
    if (ctx.clock.now() >= options.deadline) return { state: 'expired', lastMiss: misses.last() }
    const seen = await look()
    if (seen.state === 'done') return seen
    if (seen.state === 'unanswered') {
      // The time was over before an answer could be: that tells nothing of the API.
      if (seen.failure.kind === 'expired') return { state: 'expired', lastMiss: misses.last() }
      if (!isMiss(seen.failure)) return { state: 'refused', failure: seen.failure }
    }
    misses.note(seen.state === 'unanswered' ? seen.failure : undefined)
    heartbeat()
    const asked = seen.state === 'unanswered' ? (seen.failure.retryAfterMs ?? 0) : 0
    wait = Math.max(gapOf(ctx, options), asked)
  }
}

function gapOf(ctx: Context, options: PollOptions): number {
  if (options.gap !== undefined) return options.gap()
  return nextDelay(options.schedule, ctx.clock.now() - options.began, ctx.pace, ctx.random)
}

/** A given interval is kept exactly; the automatic schedule takes a last look shortly before the deadline. */
function lastLookBefore(ctx: Context, wait: number, remaining: number): number {
  if (ctx.pace.fixedIntervalMs !== undefined || remaining <= LAST_LOOK) return wait
  return Math.min(wait, remaining - LAST_LOOK)
}

interface MissLog {
  note(failure: ApiFailure | undefined): void
  last(): ApiFailure | undefined
}

function missLog(ctx: Context): MissLog {
  let count = 0
  let last: ApiFailure | undefined
  return {
    note: failure => {
      if (failure !== undefined && count === 0)
        ctx.report.line(`${describeFailure(failure)} This is no answer; the wait goes on.`)
      if (failure === undefined && count > 0)
        ctx.report.line(`The API answers again, after ${count} ${count === 1 ? 'miss' : 'misses'}.`)
      count = failure === undefined ? 0 : count + 1
      last = failure
    },
    last: () => last,
  }
}

function heartbeatLog(ctx: Context, options: PollOptions): () => void {
  let next = ctx.clock.now() + HEARTBEAT
  return () => {
    const now = ctx.clock.now()
    if (options.heartbeat === undefined || now < next) return
    next = now + HEARTBEAT
    const text = options.heartbeat(formatDuration(now - options.began))
    if (text !== undefined) ctx.report.line(text)
  }
}

/** A client's result as a look: `judge` reads a good answer. */
export function lookAt<A, T>(result: ApiResult<A>, judge: (answer: A) => Look<T>): Look<T> {
  return result.ok ? judge(result.value) : unanswered(result.failure)
}
