import type { Clock, Random } from '../domain/clock.ts'
import { clip, wordsOf } from './error-body.ts'
import { type ApiFailure, type ApiResult, isAmbiguous } from './failure.ts'
import { parseJson } from './json.ts'
import { parseRetryAfter, retryDelay } from './retry.ts'
import type { Reader } from './schemas.ts'
import { type Scrub, scrubberOf } from './scrub.ts'
import type { Wire, WireAnswer, WireRequest, WireResult } from './wire.ts'

export interface CallOptions {
  /** Clock milliseconds. No answer is waited for beyond it. */
  readonly deadline: number
  /** For a poll: nothing is repeated, the next poll is the repetition. */
  readonly once?: boolean
}

/** What a client is made of. */
export interface ClientSettings {
  readonly apiUrl: URL
  readonly token: string
  readonly wire: Wire
  readonly clock: Clock
  readonly random: Random
  /** When it is aborted, nothing more is sent, and calls reject with its reason. */
  readonly signal: AbortSignal
  /** Told before each repetition. */
  readonly onRetry?: (note: { readonly failure: ApiFailure; readonly delayMs: number }) => void
  /** Told of each exchange: method, path, outcome. Never a body. */
  readonly debug?: (line: string) => void
}

/** One request of the API and how its answer is to be understood. */
export interface Call<T> {
  readonly method: WireRequest['method']
  /** Below the API's base, with its query. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** Reads the body of a 2xx; without it the body does not matter and `value` is the answer. */
  readonly understand: { readonly read: Reader<T> } | { readonly value: T }
  /**
   * What a 404 means, where it is not an error.
   * @param mayHaveActed whether an earlier sending of the same request may have been acted upon
   */
  readonly onMissing?: (mayHaveActed: boolean) => T
}

/** Milliseconds for one exchange. */
export const READ_TIMEOUT = 30_000
/** Milliseconds for one exchange that changes something. */
export const WRITE_TIMEOUT = 60_000
/** Milliseconds that a POST or DELETE on its way may still take once the signal is aborted. */
export const CANCEL_GRACE = 1_000

/** Sends calls: time-outs, repetitions, cancellation, and the translation of what comes back. */
export class Caller {
  readonly #settings: ClientSettings
  readonly #base: string
  readonly #scrub: Scrub

  constructor(settings: ClientSettings) {
    this.#settings = settings
    this.#base = settings.apiUrl.href.replace(/\/+$/, '')
    this.#scrub = scrubberOf(settings.token)
  }

  /** The API's base address, with one slash at its end. */
  get base(): URL {
    return new URL(`${this.#base}/`)
  }

  /** Sends a call until there is an answer, or it is given up. Rejects only when the signal is aborted. */
  async call<T>(call: Call<T>, options: CallOptions): Promise<ApiResult<T>> {
    const { clock, random, signal, onRetry } = this.#settings
    const began = clock.now()
    let mayHaveActed = false
    for (let sent = 1; ; sent += 1) {
      const result = await this.#attempt(call, { options, sent, mayHaveActed })
      if (result.ok || options.once === true || signal.aborted) return result
      const { failure } = result
      const now = clock.now()
      const delayMs = retryDelay({ failure, sent, now, began, deadline: options.deadline, random })
      if (delayMs === undefined) return result
      onRetry?.({ failure, delayMs })
      mayHaveActed ||= isAmbiguous(failure)
      await clock.sleep(delayMs, signal)
      if (clock.now() >= options.deadline) return result
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
    const { options, sent, mayHaveActed } = attempt
    const { clock, signal, debug } = this.#settings
    signal.throwIfAborted()
    const limit = call.method === 'GET' ? READ_TIMEOUT : WRITE_TIMEOUT
    const began = clock.now()
    const timeoutMs = Math.min(limit, options.deadline - began)
    if (timeoutMs <= 0) return this.#failed(call, { kind: 'expired', detail: '', repeated: 0 })
    const result = await this.#send(this.#requestOf(call), timeoutMs)
    debug?.(this.#clean(`${call.method} ${call.path}: ${outcomeOf(result)} after ${clock.now() - began} ms`))
    if (result.ok) return this.#understand(call, result.answer, { sent, mayHaveActed })
    const expired = result.failure.kind === 'timeout' && timeoutMs < limit
    const kind = expired ? 'expired' : result.failure.kind
    return this.#failed(call, { kind, detail: result.failure.reason, repeated: sent })
  }

  #requestOf(call: Call<unknown>): WireRequest {
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
  async #send(request: WireRequest, timeoutMs: number): Promise<WireResult> {
    const { wire, clock, signal } = this.#settings
    if (request.method === 'GET') return await wire.send(request, { timeoutMs, signal })
    const cut = new AbortController()
    // Made only when it is needed: each would cost an error with its stack, and a fleet sends thousands of requests.
    let answered: AbortController | undefined
    const onAbort = (): void => {
      answered = new AbortController()
      const stop = (): void => cut.abort(signal.reason)
      clock.sleep(CANCEL_GRACE, answered.signal).then(stop, () => undefined)
    }
    signal.addEventListener('abort', onAbort)
    try {
      return await wire.send(request, { timeoutMs, signal: cut.signal })
    } finally {
      signal.removeEventListener('abort', onAbort)
      answered?.abort()
    }
  }

  #understand<T>(call: Call<T>, answer: WireAnswer, sending: Omit<Attempt, 'options'>): ApiResult<T> {
    const { status } = answer
    const repeated = sending.sent
    if (status >= 200 && status < 300) return this.#accept(call, answer, repeated)
    if (status >= 300 && status < 400) {
      return this.#failed(call, { kind: 'redirect', status, detail: this.#targetOf(call, answer), repeated })
    }
    if (status === 404 && call.onMissing !== undefined) {
      return { ok: true, value: call.onMissing(sending.mayHaveActed) }
    }
    const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], this.#settings.clock.now())
    const asked = retryAfterMs === undefined ? {} : { retryAfterMs }
    const detail = wordsOf(answer.body, this.#scrub)
    return this.#failed(call, { kind: 'refused', status, detail, repeated, ...asked })
  }

  #accept<T>(call: Call<T>, { status, body }: WireAnswer, repeated: number): ApiResult<T> {
    if ('value' in call.understand) return { ok: true, value: call.understand.value }
    const parsed = parseJson(body, this.#scrub)
    const problem = body.trim() === '' ? 'the answer is empty' : 'the answer is not JSON'
    const reading = parsed.ok ? call.understand.read(parsed.value) : { ok: false as const, problem }
    if (reading.ok) return reading
    return this.#failed(call, { kind: 'unreadable', status, detail: reading.problem, repeated })
  }

  #targetOf(call: Call<unknown>, answer: WireAnswer): string {
    const { location } = answer.headers
    const target = location === undefined ? null : URL.parse(location, this.#base + call.path)
    if (target === null) return 'it names no target'
    // Neither credentials nor a query: both can hold what is nobody's business.
    return `it points to ${target.protocol}//${target.host}${target.pathname}`
  }

  #failed(call: Call<unknown>, found: Omit<ApiFailure, 'method' | 'path'>): ApiResult<never> {
    const failure = {
      ...found,
      method: call.method,
      path: this.#clean(call.path),
      detail: this.#clean(found.detail),
    }
    return { ok: false, failure }
  }

  #clean(text: string): string {
    return clip(this.#scrub(text))
  }
}

interface Attempt {
  readonly options: CallOptions
  readonly sent: number
  readonly mayHaveActed: boolean
}

function outcomeOf(result: WireResult): string {
  return result.ok ? String(result.answer.status) : `${result.failure.kind} (${result.failure.reason})`
}
