import { HOUR_MS, MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'

// No time zone is further from UTC than these.
const FURTHEST_EAST_MS = 14 * HOUR_MS
const FURTHEST_WEST_MS = 12 * HOUR_MS
// A local time that is labelled as UTC looks this far ahead. A date beyond that is the mistake of a clock.
const FURTHEST_AHEAD_MS = FURTHEST_EAST_MS + HOUR_MS

/** A moment as the API writes it. */
export interface Timestamp {
  /** Milliseconds since the epoch; of a form without a zone as if it were UTC. */
  readonly ms: number
  /** Without a zone it compares with others of its kind only. */
  readonly hasZone: boolean
}

/** How old something is, by the API's clock. */
export type Age =
  | { readonly state: 'known'; readonly atLeastMs: number; readonly atMostMs: number }
  /** Dated so far ahead that a clock was wrong: its age is anything, but it may be ordered among others. */
  | { readonly state: 'future' }
  /** No date, or none that can be read. */
  | { readonly state: 'unknown' }

// Clocks differ a little. What is dated further ahead than this has no age that could be told.
const SKEW_MS = 5 * MINUTE_MS

type Dated = Pick<Snapshot, 'createdAt'>

const TIMESTAMP = new RegExp(
  [
    /^(?<date>\d{4}-\d\d-\d\d)[t ](?<minute>\d\d:\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,12}))?)?/,
    / ?(?<zone>z|utc|gmt|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
  'i',
)
// Ten digits of seconds or thirteen of milliseconds are moments from 2001 to 2286; other numbers could be anything.
const EPOCH = /^[1-9]\d{9}(?:\d{3})?(?:\.\d{1,12})?$/
const EPOCH_SECONDS_END = 10_000_000_000

/**
 * Reads a date in every unambiguous form: ISO 8601 with `T`, `t` or a space, with or without seconds and their
 * fraction, and with the zone as `Z`, `UTC`, `+00:00`, `+0000`, `+00` or not at all; or epoch seconds or milliseconds.
 * Fractions are cut to milliseconds. Undefined for everything else, for days without a time and days that do not exist.
 */
export function parseTimestamp(value: string | number | null): Timestamp | undefined {
  const text = String(value).trim()
  if (EPOCH.test(text)) return { ms: epochMs(Number(text)), hasZone: true }
  const groups = TIMESTAMP.exec(text)?.groups
  if (groups === undefined) return undefined
  const { date, minute, second = '00', fraction = '', zone } = groups
  const written = `${date}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const ms = Date.parse(written)
  // Date.parse makes 2 March of 30 February.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== written) return undefined
  return { ms: ms - offsetMs(zone), hasZone: zone !== undefined }
}

function epochMs(value: number): number {
  return Math.round(value < EPOCH_SECONDS_END ? value * 1_000 : value)
}

/** `+02:00`, `-0530`, `+02`; what has no sign is UTC. */
function offsetMs(zone = ''): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS
  return sign === '-' ? -offset : offset
}

/** When it was made, in milliseconds since the epoch; undefined without a date and zone that can be read. */
export function createdAtMs({ createdAt }: Dated): number | undefined {
  const timestamp = parseTimestamp(createdAt)
  return timestamp?.hasZone === true ? timestamp.ms : undefined
}

/**
 * How old a snapshot is. Without a zone its age is uncertain by 26 hours, so that it is known only roughly.
 * @param now by the API's clock (the `Date` header of its answers, or `created_at` of what was just made), in
 * milliseconds since the epoch: the runner's clock may be wrong
 */
export function ageOf({ createdAt }: Dated, now: number): Age {
  const timestamp = parseTimestamp(createdAt)
  if (timestamp === undefined) return { state: 'unknown' }
  const age = now - timestamp.ms
  if (age < -FURTHEST_AHEAD_MS) return { state: 'future' }
  if (timestamp.hasZone) return { state: 'known', atLeastMs: age, atMostMs: age }
  return { state: 'known', atLeastMs: age - FURTHEST_WEST_MS, atMostMs: age + FURTHEST_EAST_MS }
}

/** Whether a date lies so far ahead that a clock must be wrong, both in milliseconds since the epoch. */
export function isAhead(at: number, now: number): boolean {
  return at - now > SKEW_MS
}

/** Whether a snapshot's date is later than another's by more than so many milliseconds, both read by one clock. */
export function isDatedLater(snapshot: Dated, other: Dated, byMs: number): boolean {
  const [later, earlier] = [parseTimestamp(snapshot.createdAt), parseTimestamp(other.createdAt)]
  if (later === undefined || earlier === undefined) return false
  return later.hasZone === earlier.hasZone && later.ms - earlier.ms > byMs
}
