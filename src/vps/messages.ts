/** Every sentence about a request of the API that failed, and what helps. */
import { few, NAMED } from '../domain/few.ts'
import type { ServerId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { type ApiFailure, isMomentaryRefusal, isTransient, refusedFields } from './failure.ts'
import type { VisibleServer } from './servers.ts'

/** One whole sentence: what happened, in whose words, HTTP last. Raw text: not yet harmless to print. */
export function describeFailure(failure: ApiFailure): string {
  if (failure.last !== undefined) return describeFailure(failure.last)
  const words = wordsOf(failure)
  return `${whatHappened(failure)}${words === '' ? '' : `: ${words}`} (${httpOf(failure)}).`
}

const BY_ID = /^\/(server|snapshot)s\/([^/?]+)\//

// What is longer fits no headline.
const HEADLINE_LIMIT = 100

/** The same for a headline: where the API has much to say, that is a sentence of its own. */
export function describeInTwo(failure: ApiFailure): { readonly what: string; readonly words: string } {
  const what = describeFailure(failure)
  const words = wordsOf(failure)
  if (words === '' || what.length <= HEADLINE_LIMIT) return { what, words: '' }
  return { what: `${whatHappened(failure)} (${httpOf(failure)}).`, words: `The answer: ${words}.` }
}

/** The API's own words, after what a whole row of failures has been called; nothing where it had none. */
export function lastAnswer(failure: ApiFailure): string {
  const words = wordsOf(failure)
  return words === '' ? '' : `The last answer: ${words} (${httpOf(failure)}).`
}

/** Whether the description names the server, and not only the request. */
export function namesServer(failure: ApiFailure): boolean {
  return isMissing(failure, 'server')
}

/** Whether it says that a snapshot does not exist. */
export function namesSnapshot(failure: ApiFailure): boolean {
  return isMissing(failure, 'snapshot')
}

function isMissing({ kind, status, path }: ApiFailure, what: 'server' | 'snapshot'): boolean {
  return kind === 'refused' && status === 404 && BY_ID.exec(path)?.[1] === what
}

/** The API's own words, where they say more than the status does. */
function wordsOf({ detail, status }: ApiFailure): string {
  const words = detail.trim().replace(/(?<!\.)\.$/, '')
  return status === 404 && /^not found$/i.test(words) ? '' : words
}

function httpOf(failure: ApiFailure): string {
  const { method, repeated } = failure
  // What is asked for page by page helps nobody, and makes the line long.
  const path = failure.path.replace(/\?.*/s, '')
  const status = failure.httpStatus ?? failure.status
  return [
    ...(status === undefined ? [] : [String(status)]),
    // A token that is rejected is rejected everywhere.
    ...(failure.status === 401 ? [] : [`${method} ${path}`]),
    ...(repeated > 1 ? [`sent ${repeated} times`] : []),
  ].join(', ')
}

function whatHappened(failure: ApiFailure): string {
  if (failure.kind === 'refused') return refusalOf(failure)
  if (failure.kind === 'expired' && failure.repeated === 0)
    return 'The time limit was reached before the request could be sent'
  if (failure.kind === 'redirect' && failure.status === undefined)
    return 'The API returned a link to another address, which is not followed'
  return OUTCOMES[failure.kind]
}

const OUTCOMES: Readonly<Record<Exclude<ApiFailure['kind'], 'refused'>, string>> = {
  unreachable: 'Could not connect to the API',
  'unknown-host': 'Could not find the host',
  proxy: 'Could not get through the proxy',
  tls: 'Could not set up a secure connection',
  certificate: 'The TLS certificate was not accepted',
  timeout: 'VPS.org did not respond in time',
  interrupted: 'The connection was lost before the response was complete',
  oversized: 'The response was too large to read',
  intermediary: 'A gateway or challenge page answered instead of the API',
  redirect: 'The API redirected the request, which is not followed',
  unreadable: 'The response could not be understood',
  mismatch: 'The response does not match the request',
  expired: 'The time limit was reached before VPS.org responded',
}

function refusalOf(failure: ApiFailure): string {
  const { status = 0 } = failure
  const known = status === 404 ? missing(failure) : REFUSALS[status]
  if (known !== undefined) return known
  if (status >= 500) return 'VPS.org returned a server error'
  return isMomentaryRefusal(failure) ? 'VPS.org refused the request for now' : 'VPS.org refused the request'
}

function missing({ path }: ApiFailure): string {
  const [, kind, id] = BY_ID.exec(path) ?? []
  if (id === undefined) return 'VPS.org found nothing at this address'
  return `${kind === 'server' ? 'Server' : 'Snapshot'} ${id} does not exist, or this token belongs to another account`
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'VPS.org rejected the API token',
  403: 'VPS.org denied access',
  408: 'VPS.org timed out',
  429: 'VPS.org is limiting requests',
}

const ACCOUNT = 'your VPS.org account (https://admin.vps.org/account/developers/)'
const CHECK_API_URL = 'Check that `api-url` is the address of the VPS.org API.'
const MAYBE_DONE = 'Check the current state before you try again: the request may have taken effect.'
const TRY_LATER = 'Try again later.'
const VERIFICATION = 'Verification cannot be switched off.'

/** What is known of the token, and said where it helps. */
export interface TokenFacts {
  /** Said after a 403. */
  readonly permissions?: readonly string[] | undefined
  /** The servers that it can see: said where it cannot see one. */
  readonly servers?: readonly VisibleServer[]
}

/** The next step for a person. Raw text where it names permissions, servers or fields. */
export function remedyFor(failure: ApiFailure, token: TokenFacts = {}): string {
  if (failure.last !== undefined) return remedyFor(failure.last, token)
  if (failure.retryAfterMs !== undefined && failure.status === 429) return waitRemedy(failure.retryAfterMs)
  if (failure.kind === 'certificate') return certificateRemedy(failure.code ?? '')
  // A read has no effect.
  if (failure.method === 'GET' && ['timeout', 'interrupted'].includes(failure.kind)) return TRY_LATER
  if (failure.kind !== 'refused') return KIND_REMEDIES[failure.kind]
  return refusalRemedy(failure, token)
}

const KIND_REMEDIES: Readonly<Record<Exclude<ApiFailure['kind'], 'refused' | 'certificate'>, string>> = {
  unreachable:
    'Check that this runner can reach `api-url`: the firewall, and the proxy variables HTTPS_PROXY and NO_PROXY.',
  'unknown-host': 'Check the spelling of `api-url` and of the proxy, and the DNS of this runner.',
  proxy:
    'Check HTTPS_PROXY (HTTP_PROXY for plain HTTP), its credentials and what the proxy allows, or add the host to NO_PROXY.',
  tls: 'Check that the host and port support TLS 1.2 or later, and that no proxy in between breaks it.',
  timeout: MAYBE_DONE,
  interrupted: MAYBE_DONE,
  oversized: `${CHECK_API_URL} Its responses are far smaller.`,
  intermediary:
    'Try again later. If it keeps happening, allow this runner through the gateway or firewall in front of `api-url`.',
  redirect: 'Set `api-url` to the final address of the API. The token is sent nowhere else.',
  unreadable: `${CHECK_API_URL} Something in between may be responding in its place.`,
  mismatch: `${CHECK_API_URL} Something in between may be mixing up responses.`,
  expired: 'Check the current state, and increase `timeout`.',
}

/** What helps depends on what is wrong with it; codes as OpenSSL and Node name them. */
function certificateRemedy(code: string): string {
  if (/EXPIRED|NOT_YET_VALID/.test(code))
    return `Renew the certificate, and check the clock of this runner. ${VERIFICATION}`
  if (/ALTNAME|HOSTNAME|UND_ERR_PRX_TLS/.test(code))
    return `Use the host name that the certificate was issued for. ${VERIFICATION}`
  return `If a proxy or gateway of yours signs with its own CA, set NODE_EXTRA_CA_CERTS to the file with that CA. ${VERIFICATION}`
}

function refusalRemedy(failure: ApiFailure, { permissions, servers = [] }: TokenFacts): string {
  const { status = 0 } = failure
  const fields = refusedFields(failure)
  if (fields.length > 0) return fieldsRemedy(fields)
  if (status === 401)
    return `Check that the secret holds the complete token. If it expired or was revoked, create a new one in ${ACCOUNT}.`
  if (status === 403) return permissionRemedy(permissions)
  if (status === 404) return remedyForMissing(failure, servers)
  if (status === 402) return 'Check the billing of your VPS.org account, then try again.'
  if (status === 429) return 'Try again in a few minutes, with fewer jobs at once.'
  if (isMomentaryRefusal(failure)) return 'Check the status of the server, then try again.'
  return isTransient(failure) ? TRY_LATER : CHECK_API_URL
}

// What a person sets, where the API calls it otherwise.
const INPUTS = new Map([
  ['name', '`snapshot-name`'],
  ['description', '`description`'],
  ['server_id', '`server-id`'],
])

function fieldsRemedy(fields: readonly string[]): string {
  return fields.every(field => INPUTS.has(field))
    ? `Correct ${fields.map(field => INPUTS.get(field)).join(' and ')} as VPS.org asks.`
    : `Resolve what VPS.org reports about ${fields.join(', ')}, then try again.`
}

/** A list has no ID that could be wrong. */
function remedyForMissing({ path }: ApiFailure, servers: readonly VisibleServer[]): string {
  const [, kind] = BY_ID.exec(path) ?? []
  if (kind !== 'server') return CHECK_API_URL
  const remedy = 'Correct `server-id`, or use a token of the account that owns the server.'
  return servers.length === 0 ? remedy : `${remedy} This token can see: ${visible(servers)}.`
}

// A name may have any length; several of them are to leave room for the rest.
const NAME_SHOWN = 40

/** `web-01 (12345), db-01 (12346) and 3 more`. */
function visible(servers: readonly VisibleServer[]): string {
  const texts = servers.map(({ id, name }) =>
    name === '' ? id : `${Array.from(name).slice(0, NAME_SHOWN).join('')} (${id})`,
  )
  return few(texts, NAMED.choice)
}

function permissionRemedy(permissions: readonly string[] | undefined): string {
  const give = `Give the API token the permission it needs in ${ACCOUNT}.`
  if (permissions === undefined) return give
  return `${give} The token has ${permissions.length === 0 ? 'none' : permissions.join(', ')}.`
}

function waitRemedy(retryAfterMs: number): string {
  return `Try again in ${formatDuration(Math.ceil(retryAfterMs / 1_000) * 1_000)}, with fewer jobs at once.`
}

// ---- what was wrong with an answer, after the colon of a sentence above; never with a value out of it

export const RESPONSE = 'the response'
export const ITEM = 'the item'
export const ID_EXPECTED = 'an ID (digits or a UUID)'
export const PERMISSIONS_EXPECTED = 'a list of permissions'
export const EMPTY = 'the response is empty'
export const NOT_JSON = 'the response is not JSON'
export const NO_TARGET = 'it names no target'
export const NOT_ABOUT_RESTORE = 'it does not mention a restore'
export const PAGES_IN_CIRCLES = 'its pages lead back to what was read already'
export const LINK_WITHOUT_QUERY = 'its link to the next page has no query'

export function missingField(place: string): string {
  return `${place} is missing`
}

export function wrongField(place: string, kind: string, expected: string): string {
  return `${place} is ${kind} where ${expected} was expected`
}

export function pointsTo(address: string): string {
  return `it points to ${address}`
}

export function tooManyPages(most: number): string {
  return `the list has more than ${most} pages`
}

export function otherSnapshot(id: string): string {
  return `it names snapshot ${id}`
}

/** @param asked undefined where the server that was asked for is in the request */
export function otherServer(ids: readonly ServerId[], asked?: ServerId): string {
  return `it names server ${ids.join(' = ')}${asked === undefined ? '' : `, not ${asked}`}`
}

export function snapshotOfOther(id: string, ids: readonly ServerId[], asked: ServerId): string {
  return `snapshot ${id} belongs to server ${ids.join(' = ')}, not ${asked}`
}

export function noStatusInList(id: ServerId): string {
  return `server ${id} has no status there`
}
