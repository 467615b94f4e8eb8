import type { WireFailure } from './wire.ts'

/** Why a call of the API came to nothing. */
export type ApiFailure = {
  /**
   * The wire's kinds, and:
   * - `redirect`: an answer pointed elsewhere (3xx, or a `next` link that is not followed)
   * - `unreadable`: a 2xx whose body is not JSON or has the wrong shape
   * - `refused`: any other status outside 2xx
   * - `expired`: the deadline was reached before there was an answer
   */
  readonly kind: WireFailure['kind'] | 'redirect' | 'unreadable' | 'refused' | 'expired'
  readonly method: string
  /** Below the API's base, e.g. `/snapshots/801/restore/`. */
  readonly path: string
  readonly status?: number
  /** The API's own words, or the reason: raw text from outside without the token, at most 2,000 characters. May be empty. */
  readonly detail: string
  /** Milliseconds that the API asked to wait. */
  readonly retryAfterMs?: number
  /** How many times the request was sent before it was given up: 1 is once, 0 never. */
  readonly repeated: number
}

export type ApiResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ApiFailure }

const PASSING_STATUSES = new Set([408, 425, 429])
const MISSES: ReadonlySet<ApiFailure['kind']> = new Set([
  'unreachable',
  'timeout',
  'interrupted',
  'oversized',
  'unreadable',
])
const LOST_ANSWERS: ReadonlySet<ApiFailure['kind']> = new Set([
  'timeout',
  'interrupted',
  'oversized',
  'unreadable',
])

/** Whether this is no answer to what was asked, so that the same question may well be answered later. */
export function isMiss(failure: ApiFailure): boolean {
  return MISSES.has(failure.kind) || isPassingStatus(failure)
}

/**
 * Whether a POST or DELETE that failed so may have been acted upon all the same. Not where it was never sent (no
 * connection, no TLS), and not where the API refused it (429, 3xx, 4xx). 408 and 425 may come from something before the API.
 */
export function isAmbiguous(failure: ApiFailure): boolean {
  if (failure.kind === 'expired') return failure.repeated > 0
  return LOST_ANSWERS.has(failure.kind) || (isPassingStatus(failure) && failure.status !== 429)
}

/** Whether the status of a refusal says that it is a matter of the moment: 408, 425, 429, 5xx. */
export function isPassingStatus({ kind, status = 0 }: ApiFailure): boolean {
  return kind === 'refused' && (PASSING_STATUSES.has(status) || status >= 500)
}

/** One whole sentence: what was asked and what came back. Raw text: not yet harmless to print. */
export function describeFailure(failure: ApiFailure): string {
  const times = failure.repeated > 1 ? ` (sent ${failure.repeated} times)` : ''
  const detail = failure.detail.trim()
  const words = detail === '' ? '' : `: ${detail}`
  const sentence = `${failure.method} ${failure.path} ${outcomeOf(failure)}${times}${words}`
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`
}

function outcomeOf({ kind, status, repeated }: ApiFailure): string {
  if (kind === 'refused') return `was answered with ${status}`
  if (kind === 'expired')
    return repeated > 0 ? 'had no answer before the deadline' : 'was not sent, the deadline was reached'
  if (kind === 'redirect')
    return status === undefined
      ? 'was answered with a link that leads elsewhere'
      : `was answered with ${status}, a redirect`
  if (kind === 'unreadable')
    return status === undefined
      ? 'was answered in a way that cannot be read'
      : `was answered with ${status}, but the answer cannot be read`
  return WIRE_OUTCOMES[kind]
}

const WIRE_OUTCOMES: Readonly<Record<WireFailure['kind'], string>> = {
  unreachable: 'was not sent, since there was no connection to the API',
  certificate: 'was not sent, since the certificate was not accepted',
  timeout: 'had no answer in time',
  interrupted: 'was cut off before its answer was complete',
  oversized: 'had an answer that is too large to be read',
}

const ACCOUNT = 'your VPS.org account (https://admin.vps.org)'

const KIND_REMEDIES: Readonly<Record<Exclude<ApiFailure['kind'], 'refused'>, string>> = {
  unreachable:
    'Check that api-url is right and can be reached from here: name look-up, firewall, and the proxy variables HTTPS_PROXY and NO_PROXY.',
  certificate:
    'If a proxy or gateway of yours signs with its own CA, give the file with that CA in NODE_EXTRA_CA_CERTS. Verification cannot be switched off.',
  timeout: 'Look at the present state before doing it again: the request may have been acted upon.',
  interrupted: 'Look at the present state before doing it again: the request may have been acted upon.',
  oversized: 'Check that api-url is the address of the VPS.org API: its answers are far smaller.',
  redirect: 'Set api-url to the address at which the API itself answers: the token is sent nowhere else.',
  unreadable:
    'Check that api-url is the address of the VPS.org API and that nothing in between answers in its place.',
  expired: 'Look at the present state, and give it more time.',
}

const STATUS_REMEDIES: Readonly<Record<number, string>> = {
  400: 'Correct what the API names.',
  401: `The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in ${ACCOUNT} and pass it whole.`,
  404: 'Check the id: what it names was deleted, or it belongs to another account than the token.',
}

/**
 * The next step for a person. Raw text where it names permissions.
 * @param permissions of the token, where they are known; they are named for a 403
 */
export function remedyFor(failure: ApiFailure, permissions?: readonly string[]): string {
  if (failure.kind !== 'refused') return KIND_REMEDIES[failure.kind]
  if (failure.status === 403) return permissionRemedy(permissions)
  if (failure.status === 429) return waitRemedy(failure.retryAfterMs)
  if (isPassingStatus(failure)) return 'VPS.org has a problem of its own. Try again later.'
  if (failure.status === 404 && isList(failure)) return WRONG_ADDRESS
  return STATUS_REMEDIES[failure.status ?? 0] ?? WRONG_ADDRESS
}

const WRONG_ADDRESS = 'Check that api-url is the address of the VPS.org API.'

/** A list has no id that could be wrong. */
function isList({ method, path }: ApiFailure): boolean {
  return method === 'GET' && /^\/(?:snapshots|servers)\/(?:\?|$)/.test(path)
}

function permissionRemedy(permissions: readonly string[] | undefined): string {
  const give = `Give the API token the permission that the API names, in ${ACCOUNT}.`
  if (permissions === undefined) return give
  return `${give} It has ${permissions.length === 0 ? 'none' : permissions.join(', ')}.`
}

function waitRemedy(retryAfterMs: number | undefined): string {
  const wait = retryAfterMs === undefined ? 'a few minutes' : `${Math.ceil(retryAfterMs / 1_000)} s`
  return `The API has had too many requests. Try again in ${wait}, with fewer jobs at once.`
}
