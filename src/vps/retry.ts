import type { Random } from '../domain/clock.ts'
import { type ApiFailure, isPassingStatus } from './failure.ts'

/** Milliseconds. The first delay is at most this; each further one at most twice the one before. */
export const RETRY_BASE = 1_000
/** Milliseconds. No delay of our own choice is longer. */
export const RETRY_CAP = 30_000
/** Milliseconds. No delay is shorter: no hot loop, whatever the API asks for. */
export const RETRY_MINIMUM = 250
/** Milliseconds. The longest `Retry-After` that is believed. */
export const RETRY_AFTER_CAP = 600_000
/** Milliseconds of unbroken failure after which a read is given up, however far the deadline is. */
export const RETRY_PATIENCE = 300_000

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
}

/**
 * Whether a request that failed so may be sent again. GET and DELETE do the same when done twice; a POST is repeated
 * only when it certainly did nothing: the connection was never made, or the API counted it away (429).
 */
export function mayRepeat(failure: ApiFailure): boolean {
  const { kind, method, status } = failure
  if (kind === 'unreachable' || (kind === 'refused' && status === 429)) return true
  if (method === 'POST') return false
  if (kind === 'unreadable') return method === 'GET'
  return kind === 'timeout' || kind === 'interrupted' || isPassingStatus(failure)
}

/**
 * How many milliseconds to wait before the request is sent again; undefined: it is given up now. Exponential with full
 * jitter, at least what the API asked for, and never so long that the deadline or a read's patience would pass.
 */
export function retryDelay({
  failure,
  sent,
  now,
  began,
  deadline,
  random,
}: RetryQuestion): number | undefined {
  if (!mayRepeat(failure)) return undefined
  const delay = Math.max(RETRY_MINIMUM, backoff(sent, random), failure.retryAfterMs ?? 0)
  const limit = failure.method === 'GET' ? Math.min(deadline, began + RETRY_PATIENCE) : deadline
  return now + delay < limit ? delay : undefined
}

function backoff(sent: number, random: Random): number {
  return random() * Math.min(RETRY_CAP, RETRY_BASE * 2 ** (sent - 1))
}

// RFC 9110, 10.2.3: seconds, or a date as in "Wed, 21 Oct 2026 07:28:00 GMT" (two older forms begin with the weekday too).
const SECONDS = /^[0-9]+$/
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /

/**
 * Reads a `Retry-After` header as milliseconds from `now`. A date in the past is 0, what is absurdly far is clamped to
 * ten minutes, and what is neither form (negative, fractional, words) counts as not given.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (SECONDS.test(text)) return Math.min(RETRY_AFTER_CAP, Number(text) * 1_000)
  const date = DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.min(RETRY_AFTER_CAP, Math.max(0, date - now))
}
