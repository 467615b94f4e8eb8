import { formatDuration } from '../policy/durations.ts'
import { type NextPoll, nextDelay, type ScheduleName } from '../policy/schedule.ts'
import { extendStreak, isSettled, type SettleWindow, type Streak, settleWindow } from '../policy/settle.ts'
import type { Context } from '../run/context.ts'
import { type ApiFailure, type ApiResult, isTransient } from '../vps/failure.ts'
import * as messages from './messages.ts'

/** One attempt to see how something stands: it is over, with a value; it goes on; or no usable answer came. */
export type PollAttempt<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'pending' }
  | { readonly state: 'unanswered'; readonly failure: ApiFailure }

/** How a wait ended: with a value, at its deadline, or by an answer that no further poll can change (401, 403, 404, …). */
export type PollResult<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'expired'; readonly lastFailure: ApiFailure | undefined }
  | { readonly state: 'refused'; readonly failure: ApiFailure }

export interface PollOptions {
  readonly schedule: ScheduleName
  /** When the awaited thing began, in clock milliseconds: it decides where in the schedule the wait starts. */
  readonly began: number
  /** In clock milliseconds. */
  readonly deadline: number
  /** Whether the first attempt comes after a gap of the schedule; otherwise it comes at once. */
  readonly startAfterDelay?: boolean
  /** How long ago each of several awaited things began, in milliseconds; by default only the one of `began`. */
  readonly elapsed?: () => readonly number[]
  /**
   * Whether the same question has had a good answer before: then a single 401, 403 or 404 does not end the wait, but only
   * one that holds for a settle window.
   */
  readonly answeredBefore?: boolean
  /** Whether the last attempt showed an end that another one is to confirm. */
  readonly isConfirming?: () => boolean
  /** A line for the log once a minute, from the time passed; undefined: none. */
  readonly heartbeat?: ((elapsed: string) => string | undefined) | undefined
}

const HEARTBEAT_MS = 60_000

/** A client's result as an attempt: `judge` reads a good answer. */
export function toAttempt<A, T>(result: ApiResult<A>, judge: (answer: A) => PollAttempt<T>): PollAttempt<T> {
  return result.ok ? judge(result.value) : { state: 'unanswered', failure: result.failure }
}

/**
 * Attempts until there is a value, a final failure or the deadline. Transient failures are tolerated until the deadline,
 * said once, and said again when they end.
 */
export async function poll<T>(
  ctx: Context,
  options: PollOptions,
  attempt: () => Promise<PollAttempt<T>>,
): Promise<PollResult<T>> {
  const failures = failureLog(ctx)
  const isFinal = finality(ctx, options.answeredBefore ?? false)
  const heartbeat = heartbeatLog(ctx, options)
  let delay = options.startAfterDelay === true ? gapOf(ctx, options, { isFirst: true }) : 0
  for (;;) {
    const remaining = options.deadline - ctx.clock.now()
    await ctx.clock.sleep(Math.max(0, Math.min(delay, remaining)), ctx.signal)
    if (ctx.clock.now() >= options.deadline) return { state: 'expired', lastFailure: failures.last() }
    const seen = await attempt()
    if (seen.state === 'done') return seen
    if (seen.state === 'unanswered') {
      // The time was over before an answer could be: that tells nothing of the API.
      if (seen.failure.kind === 'expired')
        return { state: 'expired', lastFailure: failures.last() ?? seen.failure.last }
      if (isFinal(seen.failure)) return { state: 'refused', failure: seen.failure }
      // What the API asks to wait does not fit into the time that is left.
      const { retryAfterMs = 0 } = seen.failure
      if (ctx.clock.now() + retryAfterMs >= options.deadline)
        return { state: 'expired', lastFailure: seen.failure }
    } else isFinal(undefined)
    failures.note(seen.state === 'unanswered' ? seen.failure : undefined)
    heartbeat()
    const asked = seen.state === 'unanswered' ? (seen.failure.retryAfterMs ?? 0) : 0
    delay = gapOf(ctx, options, { minGapMs: asked, isConfirming: options.isConfirming?.() ?? false })
  }
}

/**
 * Tells whether a failure ends a wait; undefined is a good answer. What contradicts good answers to the same question has
 * to hold for a settle window: a replica, a gateway or a token that is being rotated can say no once.
 */
function finality(ctx: Context, answeredBefore: boolean): (failure: ApiFailure | undefined) => boolean {
  let hasAnswered = answeredBefore
  let streak: Streak | undefined
  return failure => {
    if (failure === undefined) {
      hasAnswered = true
      streak = undefined
      return false
    }
    if (isTransient(failure)) return false
    if (!hasAnswered || !isContradiction(failure)) return true
    streak = extendStreak(streak, String(failure.status), ctx.clock.now())
    return isSettled(streak, settleWindow(ctx.pace))
  }
}

/** What the API refuses to say although it has just said it: 401, 403, 404, and 409 or 423 while something else goes on. */
function isContradiction({ status = 0 }: ApiFailure): boolean {
  return status >= 400 && status < 500
}

function gapOf(
  ctx: Context,
  { schedule, began, deadline, elapsed }: PollOptions,
  more: Pick<NextPoll, 'isFirst' | 'isConfirming' | 'minGapMs'>,
): number {
  const now = ctx.clock.now()
  const elapsedMs = elapsed?.() ?? [now - began]
  return nextDelay({ schedule, elapsedMs, remainingMs: deadline - now, ...more }, ctx.pace, ctx.random)
}

/** What one read says of something that has to hold for a while before it counts. */
export type Reading<T> =
  | { readonly state: 'done'; readonly value: T }
  /** `value` counts once every read of a window has said the same `as`: of its own one, where it has that. */
  | {
      readonly state: 'holding'
      readonly as: string
      readonly value: T
      readonly window?: SettleWindow
    }
  | { readonly state: 'moving' }

/** Reads until something is certain at once, or has held for a settle window. */
export function pollUntilStable<A, T>(
  ctx: Context,
  options: Pick<
    PollOptions,
    'deadline' | 'heartbeat' | 'isConfirming' | 'answeredBefore' | 'startAfterDelay'
  > & {
    readonly schedule?: ScheduleName
    readonly window?: SettleWindow
  },
  read: (isFirst: boolean) => Promise<ApiResult<A>>,
  classify: (answer: A) => Reading<T>,
): Promise<PollResult<T>> {
  const { schedule = 'settle', window = settleWindow(ctx.pace) } = options
  let streak: Streak | undefined
  let isFirst = true
  const attempt = async (): Promise<PollAttempt<T>> => {
    const result = read(isFirst)
    isFirst = false
    return toAttempt(await result, answer => {
      const reading = classify(answer)
      if (reading.state === 'done') return reading
      if (reading.state === 'moving') {
        streak = undefined
        return { state: 'pending' }
      }
      streak = extendStreak(streak, reading.as, ctx.clock.now())
      return isSettled(streak, reading.window ?? window)
        ? { state: 'done', value: reading.value }
        : { state: 'pending' }
    })
  }
  const {
    deadline,
    heartbeat,
    isConfirming = () => false,
    answeredBefore = false,
    startAfterDelay = false,
  } = options
  const began = ctx.clock.now()
  const more = { heartbeat, isConfirming, answeredBefore, startAfterDelay }
  return poll(ctx, { schedule, began, deadline, ...more }, attempt)
}

interface FailureLog {
  note(failure: ApiFailure | undefined): void
  last(): ApiFailure | undefined
}

function failureLog(ctx: Context): FailureLog {
  let count = 0
  let last: ApiFailure | undefined
  return {
    note: failure => {
      if (failure !== undefined && count === 0) ctx.report.line(messages.noAnswer(failure))
      if (failure === undefined && count > 0) ctx.report.line(messages.answersAgain(count))
      count = failure === undefined ? 0 : count + 1
      last = failure
    },
    last: () => last,
  }
}

function heartbeatLog(ctx: Context, options: PollOptions): () => void {
  let next = ctx.clock.now() + HEARTBEAT_MS
  return () => {
    const now = ctx.clock.now()
    if (options.heartbeat === undefined || now < next) return
    next = now + HEARTBEAT_MS
    const text = options.heartbeat(formatDuration(now - options.began))
    if (text !== undefined) ctx.report.line(text)
  }
}
