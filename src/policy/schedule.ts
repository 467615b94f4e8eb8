import { DAY_MS, MINUTE_MS, type Random } from '../domain/clock.ts'
import { CREATE_DURATION, type DurationRange, RESTORE_DURATION } from '../domain/limits.ts'
import type { PollConfig } from './poll-config.ts'
import { confirmationGapMs } from './settle.ts'

/** Milliseconds to wait until the next poll, when `elapsedMs` have passed since the operation began. */
export type Interval = (elapsedMs: number) => number

export type ScheduleName = 'create' | 'restore' | 'delete' | 'power' | 'settle'

/** No input, however wrong, makes a hot loop; nor a delay beyond what timers take (they fire at once then). */
const SHORTEST_GAP_MS = 100
const LONGEST_GAP_MS = DAY_MS

const JITTER = 0.1
const LATE_FROM_MS = 30 * MINUTE_MS
const LATE_GAP_MS = 30_000
/** The last look is taken this long before the deadline, so that what has ended is not reported as timed out. */
const LAST_LOOK_MS = 5_000

/** The longest gaps of a schedule, jitter included. */
interface Longest {
  /** However little time has passed. */
  readonly leastMs: number
  /** Of the time that has passed: what lasts longer may be noticed later. */
  readonly share: number
  /** In the first half hour; after that half a minute. */
  readonly mostMs: number
}

/** Within the documented range of an operation its end is likely: there the gap is the same all along. */
const RANGE_GAP_MS = 7_500
const LONG: Longest = { leastMs: 3_000, share: 0.12, mostMs: 15_000 }

/*
 * A gap depends on the time that has really passed, and on nothing that was planned: however jitter and slow answers
 * move the polls, none is skipped. The ranges are a hint; outside them the end is noticed nearly as soon.
 */
const SCHEDULES: Readonly<Record<ScheduleName, Interval>> = {
  create: withinRange(CREATE_DURATION, proportional(LONG)),
  restore: withinRange(RESTORE_DURATION, proportional(LONG)),
  delete: proportional({ leastMs: 1_000, share: 0.4, mostMs: 10_000 }),
  power: proportional({ leastMs: 2_000, share: 0.4, mostMs: 10_000 }),
  settle: proportional({ leastMs: 3_000, share: 0.3, mostMs: 10_000 }),
}

function proportional({ leastMs, share, mostMs }: Longest): Interval {
  return elapsedMs => {
    const limit = elapsedMs < LATE_FROM_MS ? mostMs : LATE_GAP_MS
    return Math.min(limit, Math.max(leastMs, share * elapsedMs)) / (1 + JITTER)
  }
}

function withinRange({ fromMs, toMs }: DurationRange, otherwise: Interval): Interval {
  return elapsedMs => (elapsedMs >= fromMs && elapsedMs < toMs ? RANGE_GAP_MS : otherwise(elapsedMs))
}

/** The schedule of an operation, before jitter, in whole milliseconds. A time that is none (negative, NaN) counts as 0. */
export function scheduleFor(name: ScheduleName): Interval {
  const interval = SCHEDULES[name]
  return elapsedMs => Math.floor(interval(elapsedMs > 0 ? elapsedMs : 0))
}

/** The gap ±10 %, so that jobs that began together do not poll in step. Milliseconds. */
export function jittered(gapMs: number, random: Random): number {
  return bounded(Math.floor(gapMs * (1 - JITTER + 2 * JITTER * random())))
}

/** What the next poll depends on. Milliseconds. */
export interface NextPoll {
  readonly schedule: ScheduleName
  /** Since each awaited thing began, one at least; of several, the one whose gap is shortest decides. */
  readonly elapsedMs: readonly number[]
  /** Until the deadline. */
  readonly remainingMs: number
  /** Nothing has been looked at yet. */
  readonly isFirst?: boolean
  /** The last look showed an end that one more is to confirm. */
  readonly isConfirming?: boolean
  /** The distance that a limiter's answer asks for: it stretches every schedule. */
  readonly minGapMs?: number
}

/**
 * How long to wait before the next poll, in milliseconds: exactly the given interval, or the operation's schedule with
 * jitter. Whatever the interval, the first look comes early, and the last one before the deadline.
 */
export function nextDelay(next: NextPoll, config: PollConfig, random: Random): number {
  const { elapsedMs, remainingMs, minGapMs = 0 } = next
  const interval = scheduleFor(next.schedule)
  const scheduledMs = jittered(Math.min(...elapsedMs.map(interval)), random)
  const regularMs = config.fixedIntervalMs === undefined ? scheduledMs : bounded(config.fixedIntervalMs)
  const early = next.isFirst === true ? [scheduledMs, remainingMs / 2] : []
  const confirming = next.isConfirming === true ? [confirmationGapMs(config)] : []
  const wantedMs = Math.min(regularMs, ...early, ...confirming)
  return bounded(Math.max(beforeDeadline(wantedMs, remainingMs), minGapMs))
}

/** Shorter gaps bring a look in the last seconds by themselves; in these seconds the last look has been taken: none goes beyond. */
function beforeDeadline(delayMs: number, remainingMs: number): number {
  if (delayMs < LAST_LOOK_MS || remainingMs <= LAST_LOOK_MS) return Math.min(delayMs, remainingMs)
  return Math.min(delayMs, remainingMs - LAST_LOOK_MS)
}

function bounded(ms: number): number {
  return ms >= SHORTEST_GAP_MS ? Math.min(ms, LONGEST_GAP_MS) : SHORTEST_GAP_MS
}
