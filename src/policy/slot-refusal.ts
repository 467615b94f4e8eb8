import { SLOTS } from '../domain/limits.ts'

/** What the API said when it refused a create. */
export interface Refusal {
  /** Its own words; empty where there are none. */
  readonly detail: string
  /** The fields that it named; `non_field_errors` is none. */
  readonly fields: readonly string[]
}

const SLOT_WORDS = /\b(?:limit|limits|maximum|max|quota|quotas|slot|slots|too many|at most)\b/
// Limits of something else, or a matter of the moment: a free slot would not help.
const OTHER_WORDS = new RegExp(
  `\\b(?:${[
    'rate|requests?|calls?|api|throttled|throttling|retry|retries|attempts?',
    'length|characters?|size|disk|memory|cpu|bandwidth|traffic',
    'concurrent|concurrently|in progress|at a time|time limits?|timeout|seconds?|minutes?|hours?|hourly|daily',
  ].join('|')})\\b`,
)
/** What says no more than the status does. */
const EMPTY_WORDS: ReadonlySet<string> = new Set([
  '',
  'bad request',
  'conflict',
  'error',
  'forbidden',
  'invalid input',
  'invalid parameters',
  'invalid request',
  'unprocessable content',
  'unprocessable entity',
  'validation error',
])

/**
 * Whether a refused create may be refused because the server has no free slot, so that deleting a snapshot can help:
 * the refusal speaks of a limit, whatever the length of the list, or it says nothing of its own and the list is full.
 * Never where it names a field or another reason.
 * @param listLength how many snapshots the server's list shows
 */
export function slotsCanBeTheReason({ detail, fields }: Refusal, listLength: number): boolean {
  if (fields.length > 0) return false
  const words = detail.toLowerCase().replace(/[_-]/g, ' ')
  if (SLOT_WORDS.test(words)) return !OTHER_WORDS.test(words)
  return EMPTY_WORDS.has(words.trim().replace(/[.!]$/, '')) && listLength >= SLOTS
}
