import type { Random } from '../domain/clock.ts'

/** Milliseconds to wait until the next poll, when `elapsedMs` have passed since the operation began. */
export type Gap = (elapsedMs: number) => number

export type ScheduleName = 'create' | 'restore' | 'delete' | 'power' | 'settle'

/** How an operation polls. */
export interface Pace {
  /** Exactly this long between two polls; when it is not given, the operation's schedule. */
  readonly fixedIntervalMs?: number
  /** An emulator is polled, whose minutes last less than a minute. */
  readonly timeLapse: boolean
}

/** No input, however wrong, makes a hot loop; nor a delay beyond what timers take (they fire at once then). */
const SHORTEST_GAP_MS = 100
const LONGEST_GAP_MS = 24 * 60 * 60_000

// From here on in seconds, like the documented durations.
const SLOWEST = 60
const GROWTH = 0.15

/** The poll times of the beginning, then what follows. Each gap is at most half of what has passed, or 3 seconds. */
function leadIn(polls: readonly number[], afterwards: Gap): Gap {
  return elapsed => {
    let previous = 0
    for (const poll of polls) {
      // The whole gap, not what is left of it: a fleet of slightly different ages polls no more often than one server.
      if (elapsed < poll) return poll - previous
      previous = poll
    }
    return afterwards(elapsed)
  }
}

/** `gap` until `from`, then 15 % longer each time, up to a minute: a geometric series in closed form. */
function slackening(from: number, gap: number): Gap {
  return elapsed => Math.min(SLOWEST, gap + GROWTH * Math.max(0, elapsed - from))
}

interface Range {
  readonly opens: number
  readonly closes: number
  readonly factor: number
  readonly least: number
}

/**
 * The gaps of an operation whose end is equally likely at any moment of a documented range. The gap that makes the
 * mean delay least for a given mean number of requests goes with the square root of what is left of the range: a poll
 * late in it is seldom needed. Nothing can have ended before the range opens, so the first poll comes a gap after it.
 */
function withinRange({ opens, closes, factor, least }: Range): Gap {
  const inside = (elapsed: number) => Math.max(least, factor * Math.sqrt(closes - elapsed))
  const overdue = slackening(closes, least)
  return elapsed => {
    if (elapsed < opens) return opens + inside(opens) - elapsed
    return elapsed < closes ? inside(elapsed) : overdue(elapsed)
  }
}

/** A create takes 3 to 10 minutes, a restore 5 to 15 (published reference). The factors spend the requests allowed. */
const SCHEDULES: Readonly<Record<ScheduleName, Gap>> = {
  create: leadIn(
    [8, 12, 18, 27, 40, 60, 90, 135],
    withinRange({ opens: 180, closes: 600, factor: 0.68, least: 5 }),
  ),
  restore: leadIn(
    [8, 12, 18, 27, 40, 60, 90, 135, 202, 303],
    withinRange({ opens: 300, closes: 900, factor: 0.56, least: 5 }),
  ),
  delete: leadIn([1, 2, 4, 6, 9, 13, 19, 28], slackening(120, 10)),
  power: leadIn([2, 5, 8, 12, 18, 27], slackening(120, 10)),
  settle: leadIn([5, 8, 12, 18, 27, 40, 53, 67], slackening(180, 15)),
}

/** The schedule of an operation, before jitter, in whole milliseconds. An age that is none (negative, NaN) counts as 0. */
export function scheduleFor(name: ScheduleName): Gap {
  const gap = SCHEDULES[name]
  return elapsedMs => Math.round(1_000 * gap(elapsedMs > 0 ? elapsedMs / 1_000 : 0))
}

/** Always the same gap, whatever the age; kept between 100 ms and a day. */
export function fixedSchedule(intervalMs: number): Gap {
  return () => bounded(intervalMs)
}

/** The gap ±10 %, so that jobs that began together do not poll in step. */
export function jittered(gapMs: number, random: Random): number {
  return bounded(Math.round(gapMs * (0.9 + 0.2 * random())))
}

/** How long to wait before the next poll: exactly the fixed interval, or the operation's schedule with jitter. */
export function nextDelay(name: ScheduleName, elapsedMs: number, pace: Pace, random: Random): number {
  if (pace.fixedIntervalMs !== undefined) return fixedSchedule(pace.fixedIntervalMs)(elapsedMs)
  return jittered(scheduleFor(name)(elapsedMs), random)
}

function bounded(ms: number): number {
  return ms >= SHORTEST_GAP_MS ? Math.min(ms, LONGEST_GAP_MS) : SHORTEST_GAP_MS
}
