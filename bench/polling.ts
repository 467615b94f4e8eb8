import type { Random } from '../src/domain/clock.ts'
import type { Interval } from '../src/policy/schedule.ts'

/** What it takes to see the end of something that lasts `durationMs`. */
export interface Waited {
  readonly requests: number
  /** From the end to the poll that sees it. Milliseconds. */
  readonly delayMs: number
}

/** How late the ends of many waits are noticed, and what that costs. */
export interface Spread {
  readonly meanMs: number
  readonly p95Ms: number
  readonly p99Ms: number
  /** The mean. */
  readonly requests: number
}

/** A way of polling: each wait draws its gaps anew, since they may be jittered. */
export type Poller = (random: Random) => Interval

/** Polls until something that lasts so long has ended; an answer takes no time. */
export function pollUntil(interval: Interval, durationMs: number): Waited {
  let at = 0
  let requests = 0
  do {
    at += interval(at)
    requests += 1
  } while (at < durationMs)
  return { requests, delayMs: at - durationMs }
}

/** Many waits, whose durations are spread evenly from `fromMs` to `toMs`. */
export function spreadBetween(poller: Poller, fromMs: number, toMs: number, random: Random): Spread {
  const waits = Array.from({ length: WAITS }, (_, index) =>
    pollUntil(poller(random), fromMs + ((index + 0.5) / WAITS) * (toMs - fromMs)),
  )
  const delays = waits.map(({ delayMs }) => delayMs).sort((one, other) => one - other)
  return {
    meanMs: sum(delays) / WAITS,
    p95Ms: percentile(delays, 95),
    p99Ms: percentile(delays, 99),
    requests: sum(waits.map(({ requests }) => requests)) / WAITS,
  }
}

const WAITS = 4_000

/** The smallest figure that so many per cent do not exceed. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0)
}

/**
 * The longest gap in which something can end that lasts from `fromMs` to `toMs`, as a share of what is allowed, over
 * many waits.
 * @param allowedMs the longest gap that may begin when so much time has passed
 */
export function worstShareOfAllowed(
  poller: Poller,
  [fromMs, toMs]: readonly [fromMs: number, toMs: number],
  allowedMs: Interval,
  random: Random,
): number {
  let worst = 0
  for (let wait = 0; wait < GAP_WAITS; wait += 1) {
    const interval = poller(random)
    for (let at = 0; at < toMs; ) {
      const gap = interval(at)
      if (at + gap > fromMs) worst = Math.max(worst, gap / allowedMs(at))
      at += gap
    }
  }
  return worst
}

const GAP_WAITS = 200

/** Exponential back-off: doubled each time, up to `longestMs`. */
export function exponential(firstMs: number, longestMs: number): Interval {
  // After gaps of 1, 2, … 2^k times the first, 2^(k+1) − 1 times it have passed.
  return elapsedMs => Math.min(longestMs, elapsedMs + firstMs)
}
