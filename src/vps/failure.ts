import type { HttpAnswer, TransportFailure } from '../http/http-transport.ts'
import { namesLimiter, readRateLimit } from '../http/rate-limit.ts'
import type { Scrub } from '../http/scrub.ts'
import { type BodyForm, readErrorBody } from './error-body.ts'

/** Why a call of the API came to nothing, as facts. What follows from them say the predicates below. */
export interface ApiFailure {
  /**
   * The transport's kinds, and:
   * - `intermediary`: an answer that the API did not write: a gateway's or a challenge page, an empty error, any status
   * - `redirect`: an answer that points elsewhere (3xx, or a `next` link that is not followed)
   * - `unreadable`: a 2xx whose body is not JSON or has the wrong shape
   * - `mismatch`: a 2xx that is about another server or snapshot than was asked for
   * - `refused`: the API's own answer with any other status, or a limiter's; or a 2xx that says no to a change
   * - `expired`: the deadline was reached before there was an answer
   */
  readonly kind:
    | TransportFailure['kind']
    | 'intermediary'
    | 'redirect'
    | 'unreadable'
    | 'mismatch'
    | 'refused'
    | 'expired'
  readonly method: string
  /** Below the API's base, e.g. `/snapshots/801/restore/`. */
  readonly path: string
  /**
   * The status as the API means it. Absent where something else answered: a challenge page with 403 says nothing about
   * the token, one with 404 nothing about a snapshot. 429 also for a 403 that names a rate limit.
   */
  readonly status?: number
  /** The status as it came, whoever wrote it. */
  readonly httpStatus?: number
  /** What the body of an answer outside 2xx and 3xx was, and of a page that came with 2xx. */
  readonly bodyForm?: BodyForm
  /** The names of the fields that a refusal is about. */
  readonly fields?: readonly string[]
  /** The error code of the network, e.g. `CERT_HAS_EXPIRED`. */
  readonly code?: string
  /** The API's own words, or the reason: raw text from outside without the token, at most 2,000 characters. May be empty. */
  readonly detail: string
  /** Milliseconds that whoever answered asked to wait. */
  readonly retryAfterMs?: number
  /** Of an `expired` one that had no time: the answer to the same request before, or the limiter's that left no time. */
  readonly last?: ApiFailure
  /** How many times the request was sent before it was given up: 1 is once, 0 never. */
  readonly repeated: number
}

export type ApiResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ApiFailure }

type Kinds = ReadonlySet<ApiFailure['kind']>

const LOST_ANSWERS: Kinds = new Set(['timeout', 'interrupted', 'oversized', 'unreadable', 'mismatch'])
const MISSING_ANSWERS: Kinds = new Set(['unreachable', ...LOST_ANSWERS])
const TRANSIENT_STATUSES = new Set([408, 425, 429])
const MOMENTARY_STATUSES = new Set([409, 423, 425])
const INVALID_REQUEST_STATUSES = new Set([400, 422])

/** The facts of an answer that is no yes. */
export type RefusalFacts = Pick<ApiFailure, 'kind' | 'detail'> &
  Partial<Pick<ApiFailure, 'status' | 'httpStatus' | 'bodyForm' | 'fields' | 'retryAfterMs'>>

/**
 * Tells who wrote an answer outside 2xx and 3xx, or a 2xx that is no yes, and what it says.
 * @param now clock milliseconds
 */
export function readRefusal({ status, headers, body }: HttpAnswer, scrub: Scrub, now: number): RefusalFacts {
  const { form, message, fields } = readErrorBody(body, scrub)
  const { waitMs } = readRateLimit(headers, now)
  const facts = {
    httpStatus: status,
    bodyForm: form,
    detail: message,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
  // A limiter means the same whoever runs it.
  if (status === 429 || (status === 403 && namesLimiter(headers)))
    return { ...facts, kind: 'refused', status: 429 }
  if (form !== 'json') return { ...facts, kind: 'intermediary' }
  return { ...facts, kind: 'refused', status, ...(fields.length === 0 ? {} : { fields }) }
}

/**
 * Whether this is no answer to what was asked, so that the same question may well be answered later: nothing came, or
 * not from the API (a redirect among it), or the API is limiting (429) or in trouble of its own (408, 425, 5xx).
 */
export function isTransient(failure: ApiFailure): boolean {
  const { kind, status = 0 } = failure
  if (MISSING_ANSWERS.has(kind) || kind === 'intermediary') return true
  if (kind === 'redirect') return failure.status !== undefined
  return kind === 'refused' && (TRANSIENT_STATUSES.has(status) || status >= 500)
}

/**
 * Whether a request that failed so may have been acted on: the answer was lost (a page with 2xx among it), or it is 408
 * or a 5xx. A change is then looked for, and sent again once at most.
 */
export function isAmbiguous(failure: ApiFailure): boolean {
  const { kind } = failure
  if (kind === 'expired') return failure.repeated > 0
  if (LOST_ANSWERS.has(kind)) return true
  if ((kind !== 'refused' && kind !== 'intermediary') || isThrottled(failure)) return false
  const status = failure.httpStatus ?? failure.status ?? 0
  return status === 408 || status >= 500 || (kind === 'intermediary' && isSuccess(status))
}

/**
 * Whether a request that failed so had no effect: never sent, refused by the API, or stopped by a limiter or a challenge
 * page. Certain for what was never sent and for what the API refused; of the rest as likely as can be, which is why a
 * change is sent again only after a look.
 */
export function didNothing(failure: ApiFailure): boolean {
  return !isAmbiguous(failure)
}

/** Whether a limiter answered: 429, a 403 that names a rate limit, or a 503 that is a page or empty. */
export function isThrottled({ kind, status, httpStatus, bodyForm }: ApiFailure): boolean {
  if (kind === 'refused') return status === 429
  return kind === 'intermediary' && httpStatus === 503 && bodyForm !== 'text'
}

/** Whether something between here and the API answered in its place: a challenge page, a gateway, a limiter's page. */
export function isFromIntermediary({ kind, bodyForm = 'json' }: ApiFailure): boolean {
  return kind === 'intermediary' || (kind === 'refused' && bodyForm !== 'json')
}

/**
 * Whether the API refused a change because of the moment: 409, 423, 425, or a 400, a 422 or a 2xx that says no, where
 * they name no field. The world is read again, and the change sent again.
 */
export function isMomentaryRefusal(failure: ApiFailure): boolean {
  const { kind, status = 0, fields } = failure
  if (kind !== 'refused') return false
  return MOMENTARY_STATUSES.has(status) || (mayNameFields(status) && fields === undefined)
}

/** The fields that the API named in refusing a request (400, 422, a 2xx that says no); empty where it named none. */
export function refusedFields({ kind, status = 0, fields = [] }: ApiFailure): readonly string[] {
  return kind === 'refused' && mayNameFields(status) ? fields : []
}

function mayNameFields(status: number): boolean {
  return INVALID_REQUEST_STATUSES.has(status) || isSuccess(status)
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
