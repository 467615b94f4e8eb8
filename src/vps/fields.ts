import * as messages from './messages.ts'
/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

// Seconds of the years 2000 to 2100: a number in this range, or a thousand times it, can only be an epoch.
const EARLIEST_EPOCH_S = 946_684_800
const LATEST_EPOCH_S = 4_102_444_800
const NUMBER = /^[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?$/

/** The fields of a JSON object; undefined for anything else, a list too. */
export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Fields
}

/** Text, or a number as text; empty for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : ''
}

/** An id, given as a number or as text; integers beyond 2^53 are text by now, with all of their digits. */
export function idOf<T>(value: unknown, parse: (text: string) => T | undefined): T | undefined {
  if (typeof value === 'string') return parse(value)
  return Number.isSafeInteger(value) ? parse(String(value)) : undefined
}

/** A size or a count, which Django also writes as text (`"5120.00"`); null for anything else, or below zero. */
export function amountOf(value: unknown): number | null {
  const text = textOf(value).trim()
  return NUMBER.test(text) ? Number(text) : null
}

/** A date as the API writes it. A number that can only be an epoch (seconds or milliseconds) becomes ISO 8601. */
export function dateOf(value: unknown): string | null {
  if (typeof value !== 'number') return textOf(value).trim() || null
  const ms = [value * 1_000, value].find(
    time => time >= EARLIEST_EPOCH_S * 1_000 && time < LATEST_EPOCH_S * 1_000,
  )
  return ms === undefined ? textOf(value) || null : new Date(ms).toISOString()
}

/** What is wrong with a field, without its value. */
export function fieldProblem(place: string, value: unknown, expected: string): string {
  return value === undefined
    ? messages.missingField(place)
    : messages.wrongField(place, kindOf(value), expected)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const kinds: Readonly<Record<string, string>> = { object: 'an object', string: 'text' }
  return kinds[typeof value] ?? `a ${typeof value}`
}
