import type { Gap } from '../src/policy/schedule.ts'

/** What it takes to see the end of something that lasts `durationMs`. */
export interface Waited {
  readonly requests: number
  /** From the end to the poll that sees it. Milliseconds. */
  readonly delayMs: number
}

/** Polls by a schedule until something that lasts so long has ended; an answer takes no time. */
export function pollUntil(gap: Gap, durationMs: number): Waited {
  let at = 0
  let requests = 0
  do {
    at += gap(at)
    requests += 1
  } while (at < durationMs)
  return { requests, delayMs: at - durationMs }
}

/** The mean over durations that are spread evenly from `fromMs` to `toMs`. */
export function meanBetween(gap: Gap, fromMs: number, toMs: number): Waited {
  let requests = 0
  let delayMs = 0
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const waited = pollUntil(gap, fromMs + ((sample + 0.5) / SAMPLES) * (toMs - fromMs))
    requests += waited.requests
    delayMs += waited.delayMs
  }
  return { requests: requests / SAMPLES, delayMs: delayMs / SAMPLES }
}

const SAMPLES = 2_000

/**
 * The largest delay between two durations, as a share of what is allowed: 3 seconds or half of the duration, whichever
 * is more. The worst that can happen is an end right after a poll, so that is what is looked at.
 */
export function worstShareOfAllowed(gap: Gap, fromMs: number, toMs: number): number {
  let worst = 0
  for (let at = 0; at <= toMs; ) {
    const next = at + gap(at)
    const end = Math.max(at, fromMs)
    if (next > end) worst = Math.max(worst, (next - end) / Math.max(3_000, end / 2))
    at = next
  }
  return worst
}

/** Exponential back-off from a second, doubled each time, up to `longestMs`. */
export function exponential(longestMs: number): Gap {
  // After gaps of 1, 2, … 2^k seconds, 2^(k+1) − 1 seconds have passed.
  return elapsedMs => Math.min(longestMs, elapsedMs + 1_000)
}
