import type { Pace } from './schedule.ts'

/** How long, and over how many reads at least, something must stay the same before it is believed. */
export interface SettleWindow {
  readonly durationMs: number
  readonly reads: number
}

/** Immutable record of the same observation in every read: since when and how often. Times in clock milliseconds. */
export interface Streak {
  readonly value: string
  readonly since: number
  readonly last: number
  readonly reads: number
}

const READS = 3
const DURATION_MS = 60_000
const TIME_LAPSE_INTERVALS = 12

/** One minute and three reads; in time-lapse twelve intervals and three reads. */
export function settleWindow(pace: Pace): SettleWindow {
  if (!pace.timeLapse || pace.fixedIntervalMs === undefined) return { durationMs: DURATION_MS, reads: READS }
  return { durationMs: TIME_LAPSE_INTERVALS * pace.fixedIntervalMs, reads: READS }
}

/** As long, and as many reads, as two windows one after the other. */
export function twice(window: SettleWindow): SettleWindow {
  return { durationMs: 2 * window.durationMs, reads: 2 * window.reads }
}

/** Adds a read; a value other than the streak's begins a new one. */
export function extendStreak(streak: Streak | undefined, value: string, at: number): Streak {
  if (streak?.value !== value) return { value, since: at, last: at, reads: 1 }
  return { value, since: streak.since, last: at, reads: streak.reads + 1 }
}

/** Whether the streak fills the window, in time and in reads. */
export function isSettled(streak: Streak | undefined, window: SettleWindow): boolean {
  if (streak === undefined) return false
  return streak.last - streak.since >= window.durationMs && streak.reads >= window.reads
}
