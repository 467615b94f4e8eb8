import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/clock.ts'

/** Ten years: longer than any time-out or age, and far below where numbers lose precision. */
const LONGEST_MS = 3_650 * DAY_MS

// 15 digits are exact in a number; the units come in descending order, each at most once.
const SECONDS = /^[0-9]{1,15}$/
const COMBINED =
  /^(?:(?<d>[0-9]{1,15})d)?(?:(?<h>[0-9]{1,15})h)?(?:(?<m>[0-9]{1,15})m)?(?:(?<s>[0-9]{1,15})s)?(?:(?<ms>[0-9]{1,15})ms)?$/

const UNITS: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
  ['ms', 1],
]

/**
 * Reads a duration as milliseconds: `90s`, `15m`, `1h30m`, `500ms`, `2d`, or a bare number of seconds; spaces
 * around it do not matter. Undefined for anything else and for more than ten years.
 */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim()
  const duration = SECONDS.test(trimmed) ? Number(trimmed) * SECOND_MS : parseCombined(trimmed)
  return duration === undefined || duration > LONGEST_MS ? undefined : duration
}

function parseCombined(text: string): number | undefined {
  const amounts = COMBINED.exec(text)?.groups
  if (text === '' || amounts === undefined) return undefined
  return UNITS.reduce((sum, [unit, milliseconds]) => sum + Number(amounts[unit] ?? 0) * milliseconds, 0)
}

/**
 * A length of time for a person, in its two largest units: `4m 10s`, `1h 5m`, `2d 3h`, `12s`, `0s`. Rounded to the
 * second, from an hour on to the minute, from 48 hours on to the hour. What is no length of time (negative, NaN) is `0s`.
 */
export function formatDuration(ms: number): string {
  const seconds = Math.round(bounded(ms) / SECOND_MS)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's')
  const minutes = Math.round(bounded(ms) / MINUTE_MS)
  if (minutes < 48 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm')
  const hours = Math.round(bounded(ms) / HOUR_MS)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`
}

/**
 * An age for a person, in one unit: `45 seconds`, `18 minutes`, `1 hour`, `2 days` (days from 48 hours on). Rounded
 * to the nearest. What is no age (negative because two clocks differ, NaN) is `0 seconds`.
 */
export function formatAge(ms: number): string {
  const age = bounded(ms)
  const seconds = Math.round(age / SECOND_MS)
  if (seconds < 60) return counted(seconds, 'second')
  const minutes = Math.round(age / MINUTE_MS)
  if (minutes < 60) return counted(minutes, 'minute')
  const hours = Math.round(age / HOUR_MS)
  return hours < 48 ? counted(hours, 'hour') : counted(Math.round(age / DAY_MS), 'day')
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function bounded(ms: number): number {
  return ms > 0 ? Math.min(ms, LONGEST_MS) : 0
}
