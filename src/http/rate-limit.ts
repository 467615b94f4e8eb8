/** What an answer says of a limiter. */
export interface RateLimit {
  /** Milliseconds from now until a request may be accepted again. */
  readonly waitMs?: number
  /** Milliseconds between requests that stay within the limiter's quota. */
  readonly distanceMs?: number
}

/** Milliseconds. A longer wait than a week counts as a week: no run lasts that long. */
export const LONGEST_WAIT_MS = 604_800_000

// RFC 9110, 10.2.3: seconds, or a date as in "Wed, 21 Oct 2026 07:28:00 GMT" (two older forms begin with the weekday too).
const SECONDS = /^[0-9]+$/
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /
// A reset is counted from now in the IETF's drafts, and is an instant with GitHub (seconds) and some others (milliseconds).
const EPOCH_SECONDS = 1e9
const EPOCH_MILLISECONDS = 1e12

type Headers = Readonly<Record<string, string>>

/**
 * Reads a `Retry-After` header as milliseconds from `now`. A date in the past is 0, what is absurdly far is clamped to a
 * week, and what is neither form (negative, fractional, words) counts as not given.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (SECONDS.test(text)) return clampWait(Number(text) * 1_000)
  const date = DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : clampWait(date - now)
}

/**
 * Reads `Retry-After`, the `RateLimit` headers of the IETF's drafts (`RateLimit-Remaining: 0` with `RateLimit-Reset: 30`,
 * `RateLimit: limit=100, remaining=0, reset=30`, `RateLimit: "default";r=0;t=30`, `RateLimit-Policy: 100;w=60` or
 * `"default";q=100;w=60`), and their `X-RateLimit-` forms, GitHub's among them. Instants are taken by the answer's own
 * `Date`, where it has one: the two clocks may differ.
 * @param now clock milliseconds
 */
export function readRateLimit(headers: Headers, now: number): RateLimit {
  const theirNow = Date.parse(headers['date'] ?? '') || now
  const retryAfterMs = parseRetryAfter(headers['retry-after'], theirNow)
  const resetMs = isExhausted(headers) ? readReset(headers, theirNow) : undefined
  const waits = [retryAfterMs, resetMs].filter(wait => wait !== undefined)
  const distanceMs = readDistance(headers)
  return {
    ...(waits.length === 0 ? {} : { waitMs: Math.max(...waits) }),
    ...(distanceMs === undefined ? {} : { distanceMs }),
  }
}

/** Whether the answer is a limiter's by its headers: they ask to come again later, or say that nothing is left. */
export function namesLimiter(headers: Headers): boolean {
  return parseRetryAfter(headers['retry-after'], 0) !== undefined || isExhausted(headers)
}

function isExhausted(headers: Headers): boolean {
  return [...fieldValues(headers, 'remaining', 'r')].some(remaining => remaining === 0)
}

/** Of several limits, the one that is reset last: before that, another one would still refuse. */
function readReset(headers: Headers, now: number): number | undefined {
  const resets = fieldValues(headers, 'reset', 't').map(reset => {
    if (reset >= EPOCH_MILLISECONDS) return clampWait(reset - now)
    return clampWait(reset >= EPOCH_SECONDS ? reset * 1_000 - now : reset * 1_000)
  })
  return resets.length === 0 ? undefined : Math.max(...resets)
}

/** Of several quotas (`10;w=1, 100;w=60`), the strictest on average. */
function readDistance(headers: Headers): number | undefined {
  const policies = [...valuesOf(headers, 'policy'), ...valuesOf(headers, 'limit')].flatMap(value =>
    value.split(','),
  )
  const distances = policies.flatMap(policy => {
    const quota = parameter(policy, 'q') ?? leadingNumber(policy)
    const seconds = parameter(policy, 'w')
    return quota && seconds ? [(seconds * 1_000) / quota] : []
  })
  return distances.length === 0 ? undefined : Math.max(...distances)
}

/** The numbers of a field: of `X-RateLimit-Remaining: 0`, of `remaining=0`, of `;r=0`. */
function fieldValues(headers: Headers, name: string, letter: string): readonly number[] {
  const own = valuesOf(headers, name)
    .flatMap(value => value.split(','))
    .map(leadingNumber)
  const combined = (headers['ratelimit'] ?? '').slice(0, LONGEST_HEADER).split(',')
  return [...own, ...combined.map(item => parameter(item, name) ?? parameter(item, letter))].filter(
    value => value !== undefined,
  )
}

const PREFIXES = ['ratelimit-', 'x-ratelimit-', 'x-rate-limit-']
const LONGEST_HEADER = 1_000

function valuesOf(headers: Headers, name: string): readonly string[] {
  return PREFIXES.map(prefix => headers[prefix + name]?.slice(0, LONGEST_HEADER)).filter(
    value => value !== undefined,
  )
}

function parameter(item: string, name: string): number | undefined {
  for (const part of item.split(';')) {
    const [key = '', value = ''] = part.split('=', 2)
    if (key.trim() === name) return leadingNumber(value)
  }
  return undefined
}

function leadingNumber(text: string): number | undefined {
  const digits = /^\s*([0-9]{1,15})(?![0-9])/.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function clampWait(ms: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, ms))
}
