import type { Clock, Random } from '../domain/clock.ts'
import type { HttpAnswer, HttpRequest, HttpTransport, TransportResult } from '../http/http-transport.ts'
import { parseJson } from '../http/json.ts'
import { Pacer } from '../http/pacing.ts'
import { readRateLimit } from '../http/rate-limit.ts'
import { type Scrub, scrubberOf } from '../http/scrub.ts'
import { isPage, saysNo, truncate } from './error-body.ts'
import {
  type ApiFailure,
  type ApiResult,
  isAmbiguous,
  isThrottled,
  type RefusalFacts,
  readRefusal,
} from './failure.ts'
import * as messages from './messages.ts'
import { RETRY_PATIENCE_MS, retryDelay } from './retry.ts'
import type { Reader } from './schemas.ts'

export interface CallOptions {
  /** Clock milliseconds. No answer is waited for beyond it. */
  readonly deadline: number
  /** For a poll: nothing is repeated, the next poll is the repetition. */
  readonly once?: boolean
  /** A change that is sent though a limiter wants more time than there is: the caller has waited as long as it could. */
  readonly isDue?: boolean
}

/** What a client is made of. */
export interface ClientSettings {
  readonly apiUrl: URL
  readonly token: string
  readonly transport: HttpTransport
  readonly clock: Clock
  readonly random: Random
  /** When it is aborted, nothing more is sent, and calls reject with its reason. */
  readonly signal: AbortSignal
  /**
   * How many requests may be sent within a second while no limiter has answered. Infinity for an emulator in time-lapse,
   * whose second is a small part of ours.
   */
  readonly burst?: number
  /** Told before each repetition. */
  readonly onRetry?: (note: { readonly failure: ApiFailure; readonly delayMs: number }) => void
  /** Told of each exchange: method, path, outcome. Never a body. */
  readonly debug?: (line: string) => void
  /** Told of each answer, whatever its status. */
  readonly onAnswer?: (answer: HttpAnswer) => void
}

/** One request of the API and how its answer is decoded. */
export interface Call<T> {
  readonly method: HttpRequest['method']
  /** Below the API's base, with its query. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** `read` takes the JSON of a 2xx; `value` is the result of any that is empty, or JSON that does not say no. */
  readonly decode: { readonly read: Reader<T> } | { readonly value: T }
  /**
   * What the API's own 404 means, where it is not an error.
   * @param mayHaveActed whether an earlier sending of the same request may have been acted on
   */
  readonly onMissing?: (mayHaveActed: boolean) => T
}

/** For one exchange that only reads. */
export const READ_TIMEOUT_MS = 30_000
/** For one exchange that changes something. */
export const WRITE_TIMEOUT_MS = 60_000
// That no connection was made in less than this before the deadline says nothing of the network.
const CONNECTION_TIME_MS = 1_000
// A timer may go off so much before its time.
const TIMER_SLACK_MS = 5
/** That a POST or DELETE on its way may still take once the signal is aborted. */
export const CANCEL_GRACE_MS = 1_000

/** Sends calls: pace, time-outs, repetitions, cancellation, and the translation of what comes back. */
export class Caller {
  readonly #settings: ClientSettings
  readonly #base: string
  readonly #scrub: Scrub
  readonly #pacer: Pacer
  /** What each request that failed was answered last. */
  readonly #failures = new Map<string, ApiFailure>()
  /** What was answered last by whatever slows all requests down. */
  #limited: ApiFailure | undefined

  constructor(settings: ClientSettings) {
    this.#settings = settings
    this.#base = settings.apiUrl.href.replace(/\/+$/, '')
    this.#scrub = scrubberOf(settings.token)
    this.#pacer = new Pacer(settings.clock, settings.burst)
  }

  /** Sends a call until there is an answer, or it is given up. Rejects only when the signal is aborted. */
  async call<T>(call: Call<T>, options: CallOptions): Promise<ApiResult<T>> {
    const { clock, random, signal, onRetry } = this.#settings
    const { deadline, isDue = false } = options
    const began = clock.now()
    let mayHaveActed = false
    let last: ApiResult<T> | undefined
    for (let sent = 1; ; sent += 1) {
      // A read that fails without end is given up before a limiter lets it go again.
      const isRepeatedRead = sent > 1 && call.method === 'GET'
      const turnBy = isRepeatedRead ? Math.min(deadline, began + RETRY_PATIENCE_MS) : deadline
      const attempt = { deadline, turnBy, isDue, sent, mayHaveActed }
      const result = this.#remembered(call, await this.#attempt(call, attempt))
      // No time was left to send it again: what the API said before tells more.
      if (!result.ok && result.failure.repeated === 0 && last !== undefined) return last
      if (result.ok || options.once === true || signal.aborted) return result
      last = result
      const { failure } = result
      const delayMs = retryDelay({ failure, sent, now: clock.now(), began, deadline, random })
      if (delayMs === undefined) return result
      onRetry?.({ failure, delayMs })
      mayHaveActed ||= isAmbiguous(failure)
      await clock.sleep(delayMs, signal)
    }
  }

  /** A failure that was found in the answers themselves. */
  failure(
    call: Pick<Call<unknown>, 'method' | 'path'>,
    kind: ApiFailure['kind'],
    detail: string,
  ): ApiFailure {
    const { method, path } = call
    return { kind, method, path: this.#clean(path), detail: this.#clean(detail), repeated: 1 }
  }

  async #attempt<T>(call: Call<T>, attempt: Attempt): Promise<ApiResult<T>> {
    const { clock, signal } = this.#settings
    const { deadline, turnBy, isDue } = attempt
    signal.throwIfAborted()
    const isChange = call.method !== 'GET'
    if (clock.now() >= deadline) return this.#failed(call, { kind: 'expired', detail: '', repeated: 0 })
    const turn = await this.#pacer.turn({ isChange, isDue, route: routeOf(call), deadline: turnBy, signal })
    signal.throwIfAborted()
    if (!turn.ok) {
      const last = this.#limited && { ...this.#limited, retryAfterMs: turn.waitMs }
      return this.#failed(call, { kind: 'expired', detail: '', repeated: 0, ...(last && { last }) })
    }
    const limit = isChange ? WRITE_TIMEOUT_MS : READ_TIMEOUT_MS
    const timeoutMs = Math.min(limit, deadline - turn.sentAt)
    const sending = await this.#send(this.#requestOf(call), timeoutMs)
    this.#debug(call, sending, clock.now() - turn.sentAt)
    if (!sending.ok) {
      const { kind, reason, code } = sending.failure
      const facts = { detail: reason, repeated: attempt.sent, ...(code === undefined ? {} : { code }) }
      if (timeoutMs === limit) return this.#failed(call, { kind, ...facts })
      // It was our own limit that ended this; without a connection nothing was sent.
      const isOver = clock.now() + TIMER_SLACK_MS >= deadline
      if (kind === 'unreachable' && isOver && timeoutMs < CONNECTION_TIME_MS)
        return this.#failed(call, { kind: 'expired', ...facts, repeated: 0 })
      return this.#failed(call, { kind: kind === 'timeout' ? 'expired' : kind, ...facts })
    }
    this.#settings.onAnswer?.(sending.answer)
    const result = this.#decode(call, sending.answer, attempt)
    const isLimited = !result.ok && isThrottled(result.failure)
    if (isLimited) this.#limited = result.failure
    this.#pacer.answered(turn, isLimited ? readRateLimit(sending.answer.headers, clock.now()) : undefined)
    return result
  }

  /**
   * That there was no time says nothing of the API: what it answered to the same request before goes with it. A change
   * that was cut off by the deadline may have been acted on, which outweighs that.
   */
  #remembered<T>({ method, path, body = '' }: Call<T>, result: ApiResult<T>): ApiResult<T> {
    const request = `${method} ${withoutQuery(path)} ${body}`
    if (result.ok) {
      this.#failures.delete(request)
      return result
    }
    const { failure } = result
    if (failure.kind !== 'expired') this.#failures.set(request, failure)
    const last = failure.last ?? this.#failures.get(request)
    const isUnclear = failure.repeated > 0 && method !== 'GET'
    if (failure.kind !== 'expired' || last === undefined || isUnclear) return result
    return { ok: false, failure: { ...failure, last } }
  }

  #requestOf(call: Call<unknown>): HttpRequest {
    const { token } = this.#settings
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'User-Agent': 'vps-snapshot-action',
    }
    const request = { method: call.method, url: new URL(this.#base + call.path), headers }
    return call.body === undefined ? request : { ...request, body: call.body }
  }

  /** A request that changes something is not torn up at once by a cancel: its answer is worth a moment. */
  async #send(request: HttpRequest, timeoutMs: number): Promise<TransportResult> {
    const { transport, clock, signal } = this.#settings
    if (request.method === 'GET') return await transport.send(request, { timeoutMs, signal })
    const cut = new AbortController()
    const answered = new AbortController()
    const onAbort = (): void => {
      const stop = (): void => cut.abort(signal.reason)
      clock.sleep(CANCEL_GRACE_MS, answered.signal).then(stop, () => undefined)
    }
    signal.addEventListener('abort', onAbort)
    try {
      return await transport.send(request, { timeoutMs, signal: cut.signal })
    } finally {
      signal.removeEventListener('abort', onAbort)
      answered.abort()
    }
  }

  #decode<T>(call: Call<T>, answer: HttpAnswer, { sent, mayHaveActed }: Attempt): ApiResult<T> {
    const { status } = answer
    if (status >= 200 && status < 300) return this.#accept(call, answer, sent)
    if (status >= 300 && status < 400) {
      const detail = this.#targetOf(call, answer)
      return this.#failed(call, { kind: 'redirect', status, httpStatus: status, detail, repeated: sent })
    }
    const facts = this.#readRefusal(answer)
    if (facts.status === 404 && call.onMissing !== undefined) {
      return { ok: true, value: call.onMissing(mayHaveActed) }
    }
    return this.#failed(call, { ...facts, repeated: sent })
  }

  #accept<T>(call: Call<T>, answer: HttpAnswer, repeated: number): ApiResult<T> {
    const { status, body } = answer
    const isEmpty = body.trim() === ''
    if ('value' in call.decode && isEmpty) return { ok: true, value: call.decode.value }
    const parsed = parseJson(body, this.#scrub)
    // A maintenance page with 200 is no yes, and neither is an answer to a change that says no.
    if (parsed.ok ? call.method !== 'GET' && saysNo(parsed.value) : isPage(body)) {
      return this.#failed(call, { ...this.#readRefusal(answer), repeated })
    }
    const seen = { status, httpStatus: status, repeated }
    if (!parsed.ok) {
      const detail = isEmpty ? messages.EMPTY : messages.NOT_JSON
      return this.#failed(call, { kind: 'unreadable', detail, ...seen })
    }
    if ('value' in call.decode) return { ok: true, value: call.decode.value }
    const reading = call.decode.read(parsed.value)
    if (reading.ok) return reading
    const { kind = 'unreadable', problem: detail } = reading
    return this.#failed(call, { kind, detail, ...seen })
  }

  #readRefusal(answer: HttpAnswer): RefusalFacts {
    return readRefusal(answer, this.#scrub, this.#settings.clock.now())
  }

  #targetOf(call: Call<unknown>, answer: HttpAnswer): string {
    const { location } = answer.headers
    const target = location === undefined ? null : URL.parse(location, this.#base + call.path)
    if (target === null) return messages.NO_TARGET
    // Neither credentials nor a query: both can hold what is nobody's business.
    return messages.pointsTo(`${target.protocol}//${target.host}${target.pathname}`)
  }

  #failed(call: Call<unknown>, found: Omit<ApiFailure, 'method' | 'path'>): ApiResult<never> {
    const { method } = call
    const failure = { ...found, method, path: this.#clean(call.path), detail: this.#clean(found.detail) }
    return { ok: false, failure }
  }

  #debug({ method, path }: Call<unknown>, result: TransportResult, tookMs: number): void {
    const outcome = result.ok
      ? String(result.answer.status)
      : `${result.failure.kind} (${result.failure.reason})`
    this.#settings.debug?.(this.#clean(`${method} ${path}: ${outcome} after ${tookMs} ms`))
  }

  #clean(text: string): string {
    return truncate(this.#scrub(text))
  }
}

function routeOf({ method, path }: Pick<Call<unknown>, 'method' | 'path'>): string {
  return `${method} ${withoutQuery(path).replace(/\/[0-9][^/]*|\/[0-9a-f-]{36}/gi, '/*')}`
}

function withoutQuery(path: string): string {
  return path.replace(/\?.*/s, '')
}

interface Attempt {
  /** Clock milliseconds, for the answer. */
  readonly deadline: number
  /** Clock milliseconds, for the request to be sent. */
  readonly turnBy: number
  readonly isDue: boolean
  readonly sent: number
  readonly mayHaveActed: boolean
}
