import { MINUTE_MS } from '../domain/clock.ts'
import type { PollConfig } from './poll-config.ts'

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
const CONFIRMATION_MS = 2_000
const CONFIRMATION_READS = 2
// A timer may fire a little early, and answers take different times.
const CONFIRMATION_SHARE = 0.75

/** One minute and three reads; by an accelerated clock twelve intervals and three reads. */
export function settleWindow(config: PollConfig): SettleWindow {
  return windowOf(config, MINUTE_MS, 12)
}

/** 20 seconds (four intervals) and three reads: where there is no time for more, or an id that lists lack is looked for. */
export function briefWindow(config: PollConfig): SettleWindow {
  return windowOf(config, 20_000, 4)
}

function windowOf(config: PollConfig, usualMs: number, intervals: number): SettleWindow {
  const intervalMs = acceleratedInterval(config)
  return { durationMs: intervalMs === undefined ? usualMs : intervals * intervalMs, reads: READS }
}

/**
 * How long to wait before a read that confirms another, in milliseconds: one read can come from a replica that lags
 * behind. Two seconds; by an accelerated clock one interval.
 */
export function confirmationGapMs(config: PollConfig): number {
  return acceleratedInterval(config) ?? CONFIRMATION_MS
}

/** What two reads in a row must fill that confirm each other. */
export function confirmationWindow(config: PollConfig): SettleWindow {
  return { durationMs: CONFIRMATION_SHARE * confirmationGapMs(config), reads: CONFIRMATION_READS }
}

/** The interval to which everything keeps in time-lapse, in milliseconds; undefined where time runs as usual. */
export function acceleratedInterval({ acceleratedClock, fixedIntervalMs }: PollConfig): number | undefined {
  return acceleratedClock ? fixedIntervalMs : undefined
}

/** As long, and as many reads, as so many windows one after the other. */
export function times(count: number, window: SettleWindow): SettleWindow {
  return { durationMs: count * window.durationMs, reads: count * window.reads }
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
