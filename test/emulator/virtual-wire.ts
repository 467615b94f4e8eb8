import type {
  Wire,
  WireAnswer,
  WireFailure,
  WireOptions,
  WireRequest,
  WireResult,
} from '../../src/vps/wire.ts'
import type { WorldAnswer } from './api.ts'
import { type Delivery, type Fate, Faults } from './faults.ts'
import { RequestLog } from './request-log.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { World } from './world.ts'

export interface VirtualWireSettings {
  readonly world: World
  readonly clock: VirtualClock
  readonly faults?: Faults
  /** Milliseconds of virtual time from the request to its answer; half of it passes before the world acts. */
  readonly latencyMs?: number | (() => number)
  /** Bodies above this are not read. Bytes. */
  readonly bodyLimit?: number
  /** What is sent elsewhere finds nobody. Any origin when it is not given. */
  readonly origin?: string
}

export interface VirtualWire extends Wire {
  readonly log: RequestLog
}

type Arrival = { readonly afterMs: number; readonly result: WireResult } | 'never'

const BODY_LIMIT = 10 * 1024 * 1024
// HTTP clients give up after some 16 KiB of headers; each line of the endless ones has 80 bytes.
const HEADER_LINES = 205

function failed(kind: WireFailure['kind'], reason: string): WireResult {
  return { ok: false, failure: { kind, reason } }
}

/** The API's world at the other end of a wire on which all time is virtual. */
export function createVirtualWire(settings: VirtualWireSettings): VirtualWire {
  const log = new RequestLog()
  const faults = settings.faults ?? new Faults()
  return {
    log,
    send: (request, options) => new Exchange(settings, faults, log, request).run(options),
  }
}

class Exchange {
  readonly #settings: VirtualWireSettings
  readonly #request: WireRequest
  readonly #headers: Readonly<Record<string, string>>
  readonly #fate: Fate
  readonly #log: RequestLog

  constructor(settings: VirtualWireSettings, faults: Faults, log: RequestLog, request: WireRequest) {
    this.#settings = settings
    this.#request = request
    this.#log = log
    const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value])
    this.#headers = Object.fromEntries(headers)
    this.#fate = faults.meet({ method: request.method, url: request.url, headers: this.#headers })
  }

  run(options: WireOptions): Promise<WireResult> {
    const { signal, timeoutMs } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { clock } = this.#settings
    return new Promise((resolve, reject) => {
      const abort = () => {
        forgetTimeout()
        reject(signal?.reason)
      }
      const settle = (result: WireResult) => {
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
  #travel(settle: (result: WireResult) => void): void {
    const { clock, latencyMs = 0 } = this.#settings
    const latency = typeof latencyMs === 'number' ? latencyMs : latencyMs()
    const update = this.#note()
    clock.at(clock.now() + latency / 2 + this.#fate.delayBeforeMs, () => {
      if (this.#isElsewhere()) return settle(failed('unreachable', 'nobody answers there'))
      const answer = this.#fate.acts ? this.#act() : undefined
      update({ acted: this.#fate.acts })
      const arrival = arrivalOf(this.#fate.deliver(answer), this.#settings.bodyLimit ?? BODY_LIMIT)
      if (arrival === 'never') return
      clock.at(clock.now() + this.#fate.delayAfterMs + arrival.afterMs + latency / 2, () => {
        if (arrival.result.ok) update({ status: arrival.result.answer.status })
        settle(arrival.result)
      })
    })
  }

  #isElsewhere(): boolean {
    const { origin } = this.#settings
    return origin !== undefined && origin !== this.#request.url.origin
  }

  #act(): WorldAnswer {
    const { method, url, body = '' } = this.#request
    return this.#settings.world.handle({ method, url, headers: this.#headers, body })
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
      return { afterMs: 0, result: whole(delivery.answer, bodyLimit) }
  }
}

function whole(answer: WireAnswer, bodyLimit: number): WireResult {
  if (answer.body.length > bodyLimit)
    return failed('oversized', `the answer is larger than ${bodyLimit} bytes`)
  return { ok: true, answer }
}
