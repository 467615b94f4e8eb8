import type {
  HttpAnswer,
  HttpRequest,
  HttpTransport,
  TransportFailure,
  TransportOptions,
  TransportResult,
} from '../../src/http/http-transport.ts'
import { type Backend, type Delivery, type Fate, Faults, withHeaders } from './faults.ts'
import { RequestLog } from './request-log.ts'
import type { VirtualClock } from './virtual-clock.ts'

export interface VirtualWireSettings {
  readonly world: Backend
  readonly clock: VirtualClock
  readonly faults?: Faults
  /** Milliseconds of virtual time from the request to its answer; half of it passes before the world acts. */
  readonly latencyMs?: number | (() => number)
  /** Bodies above this are not read. Bytes. */
  readonly bodyLimit?: number
}

export interface VirtualWire extends HttpTransport {
  readonly faults: Faults
  readonly log: RequestLog
}

type Arrival = { readonly afterMs: number; readonly result: TransportResult } | 'never'

const BODY_LIMIT = 10 * 1024 * 1024
// HTTP clients give up after some 16 KiB of headers; each line of the endless ones has 80 bytes.
const HEADER_LINES = 205

function failed(kind: TransportFailure['kind'], reason: string): TransportResult {
  return { ok: false, failure: { kind, reason } }
}

/** The API's world at the other end of a wire on which all time is virtual. */
export function createVirtualWire(settings: VirtualWireSettings): VirtualWire {
  const log = new RequestLog()
  const faults = settings.faults ?? new Faults()
  return {
    log,
    faults,
    send: (request, options) => new Exchange(settings, faults, log, request).run(options),
  }
}

class Exchange {
  readonly #settings: VirtualWireSettings
  readonly #request: HttpRequest
  readonly #headers: Readonly<Record<string, string>>
  readonly #fate: Fate
  readonly #log: RequestLog

  constructor(settings: VirtualWireSettings, faults: Faults, log: RequestLog, request: HttpRequest) {
    this.#settings = settings
    this.#request = request
    this.#log = log
    const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])
    this.#headers = Object.fromEntries(headers)
    const { method, url } = request
    this.#fate = faults.meet({ method, url, headers: this.#headers }, settings.clock.now())
  }

  run(options: TransportOptions): Promise<TransportResult> {
    const { signal, timeoutMs } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { clock } = this.#settings
    return new Promise((resolve, reject) => {
      const abort = () => {
        forgetTimeout()
        reject(signal?.reason)
      }
      const settle = (result: TransportResult) => {
        forgetTimeout()
        signal?.removeEventListener('abort', abort)
        resolve(result)
      }
      const forgetTimeout = clock.at(clock.now() + timeoutMs, () =>
        settle(failed('timeout', `no answer within ${timeoutMs} ms`)),
      )
      signal?.addEventListener('abort', abort, { once: true })
      this.#travel(settle)
    })
  }

  /** What is on its way arrives, and the world acts, even when the sender has given up. */
  #travel(settle: (result: TransportResult) => void): void {
    const { clock, latencyMs = 0 } = this.#settings
    const latency = typeof latencyMs === 'number' ? latencyMs : latencyMs()
    const update = this.#note()
    clock.at(clock.now() + latency / 2 + this.#fate.delayBeforeMs, () => {
      const delivery = this.#act()
      update({ acted: this.#fate.acts })
      const arrival = arrivalOf(delivery, this.#settings.bodyLimit ?? BODY_LIMIT)
      if (arrival === 'never') return
      clock.at(clock.now() + this.#fate.delayAfterMs + arrival.afterMs + latency / 2, () => {
        if (arrival.result.ok) update({ status: arrival.result.answer.status })
        settle(arrival.result)
      })
    })
  }

  #act(): Delivery {
    const { world } = this.#settings
    const { method, url, body = '' } = this.#request
    const answer = this.#fate.ask(world, { method, url, headers: this.#headers, body })
    return withHeaders(this.#fate.deliver(answer), world.clockHeaders?.() ?? {})
  }

  #note(): ReturnType<RequestLog['note']> {
    const { method, url, body = '' } = this.#request
    return this.#log.note({
      ...{ at: this.#settings.clock.now(), method, origin: url.origin, path: url.pathname + url.search },
      ...{ headers: this.#headers, body, status: null, fault: this.#fate.fault ?? null, acted: false },
    })
  }
}

function arrivalOf(delivery: Delivery, bodyLimit: number): Arrival {
  switch (delivery.kind) {
    case 'hang':
      return 'never'
    case 'refused':
      return { afterMs: 0, result: failed('unreachable', 'connection refused') }
    case 'certificate':
      return { afterMs: 0, result: failed('certificate', 'self-signed certificate') }
    case 'reset':
      return { afterMs: 0, result: failed('interrupted', 'connection reset') }
    case 'close':
    case 'truncated':
      return { afterMs: 0, result: failed('interrupted', 'the other side closed the connection') }
    case 'endless-headers':
      return { afterMs: HEADER_LINES * delivery.everyMs, result: failed('oversized', 'headers without end') }
    case 'drip':
      return {
        afterMs: delivery.answer.body.length * delivery.everyMs,
        result: whole(delivery.answer, bodyLimit),
      }
    case 'answer':
    case 'encoded':
      return { afterMs: 0, result: whole(delivery.answer, bodyLimit) }
  }
}

function whole(answer: HttpAnswer, bodyLimit: number): TransportResult {
  if (answer.body.length > bodyLimit)
    return failed('oversized', `the answer is larger than ${bodyLimit} bytes`)
  return { ok: true, answer }
}
