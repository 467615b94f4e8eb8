import type { Random } from '../domain/clock.ts'
import { type ApiFailure, didNothing, isMomentaryRefusal, isTransient } from './failure.ts'

/** The first delay is at most this; each further one at most twice the one before. */
export const RETRY_BASE_MS = 1_000
/** No delay of our own choice is longer. */
export const RETRY_CAP_MS = 30_000
/** No delay is shorter: no hot loop, whatever the API asks for. */
export const RETRY_MINIMUM_MS = 250
/** Of unbroken failure, after which a read is given up, however far the deadline is. */
export const RETRY_PATIENCE_MS = 300_000

/** All that the policy looks at. Times are clock milliseconds. */
export interface RetryQuestion {
  readonly failure: ApiFailure
  /** How many times the request was sent so far, from 1. */
  readonly sent: number
  readonly now: number
  /** When the request was sent first. */
  readonly began: number
  readonly deadline: number
  readonly random: Random
  /** Whether a look shows, before the request is sent again, that nothing has happened: more may then be repeated. */
  readonly afterLook?: boolean
}

/**
 * Whether a request that failed so may be sent again as it is. GET and DELETE do the same when done twice; a POST is
 * repeated only when it certainly did nothing: the connection was never made, or a limiter counted it away (429).
 */
export function isRetryable(failure: ApiFailure): boolean {
  const { kind, method, status } = failure
  if (method === 'POST') return kind === 'unreachable' || (kind === 'refused' && status === 429)
  return isTransient(failure) && kind !== 'redirect' && kind !== 'oversized'
}

/**
 * Whether a change that failed so may be sent again, and again, after looks that show that nothing has happened: what
 * stopped it may pass, and it had no effect.
 */
export function isRetryableAfterLook(failure: ApiFailure): boolean {
  return isRetryable(failure) || isMomentaryRefusal(failure) || (isTransient(failure) && didNothing(failure))
}

/**
 * How many milliseconds to wait before the request is sent again; undefined: it is given up now. Exponential with full
 * jitter, at least what the API asked for, and never so long that the deadline or a read's patience would pass.
 */
export function retryDelay(question: RetryQuestion): number | undefined {
  const { failure, sent, now, began, deadline, random, afterLook = false } = question
  const mayRepeat = afterLook ? isRetryableAfterLook(failure) : isRetryable(failure)
  if (!mayRepeat) return undefined
  const delay = Math.max(RETRY_MINIMUM_MS, random() * backoff(sent), failure.retryAfterMs ?? 0)
  const limit = failure.method === 'GET' ? Math.min(deadline, began + RETRY_PATIENCE_MS) : deadline
  return now + delay < limit ? delay : undefined
}

/** The longest delay after so many tries, from 1: 1, 2, 4 … 30 s, in milliseconds. */
export function backoff(tries: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** (tries - 1))
}
