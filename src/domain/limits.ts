/** Limits and durations of the API, documented or assumed. */

import { MINUTE_MS } from './clock.ts'

/** Snapshots that a server can have at a time (published reference). */
export const SLOTS = 5

/** Longest snapshot name that is sent. The reference documents the characters of a name, not its length. */
export const NAME_LIMIT = 64

/**
 * Longest description that is sent, in UTF-16 code units, which are never fewer than the characters that the API may
 * count. The API's own limit is unknown; 255 is the commonest one for such a field.
 */
export const DESCRIPTION_LIMIT = 255

/** How long an operation takes, in milliseconds. */
export interface DurationRange {
  readonly fromMs: number
  readonly toMs: number
}

/** 3 to 10 minutes (published reference): a hint, not a promise. */
export const CREATE_DURATION: DurationRange = { fromMs: 3 * MINUTE_MS, toMs: 10 * MINUTE_MS }

/** 5 to 15 minutes (published reference): a hint, not a promise. */
export const RESTORE_DURATION: DurationRange = { fromMs: 5 * MINUTE_MS, toMs: 15 * MINUTE_MS }
