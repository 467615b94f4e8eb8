import type { ServerResponse } from 'node:http'
import type { WorldRequest } from './answers.ts'
import { deliverOver } from './delivery.ts'
import { type Backend, Faults, withHeaders } from './faults.ts'
import { type LoggedRequest, RequestLog } from './request-log.ts'

export interface FrontOptions {
  /** Real time, milliseconds; injected by tests. It need not begin at any particular value. */
  readonly realNow?: () => number
  /** Waits in real time, for the network's faults; injected by tests. */
  readonly wait?: (ms: number) => Promise<void>
  /** Told of each request when it is answered, or lost. */
  readonly onRequest?: (request: LoggedRequest) => void
  /** The log to write to, which several servers can share. A new one when not given. */
  readonly log?: RequestLog
}

/** What stands between a real connection and what answers: the log and the network's faults. */
export class Front {
  readonly faults = new Faults(Math.random)
  readonly log: RequestLog
  readonly realNow: () => number
  readonly #options: FrontOptions
  readonly #to: string | undefined

  constructor(options: FrontOptions, to?: string) {
    this.#options = options
    this.#to = to
    this.log = options.log ?? new RequestLog()
    this.realNow = options.realNow ?? (() => performance.now())
  }

  /** Answers a request, or loses it, as the faults want. `at` is the instant that the log tells. */
  async serve(backend: Backend, request: WorldRequest, response: ServerResponse, at: number): Promise<void> {
    const { wait = realWait, onRequest } = this.#options
    const fate = this.faults.meet(request, this.realNow())
    const { method, url, headers, body } = request
    const update = this.log.note({
      ...(this.#to === undefined ? {} : { to: this.#to }),
      ...{ at, method, origin: url.origin, path: url.pathname + url.search, headers, body },
      ...{ status: null, fault: fate.fault ?? null, acted: false },
    })
    if (fate.delayBeforeMs > 0) await wait(fate.delayBeforeMs)
    const answer = fate.ask(backend, request)
    update({ acted: fate.acts })
    if (fate.delayAfterMs > 0) await wait(fate.delayAfterMs)
    const delivery = withHeaders(fate.deliver(answer), backend.clockHeaders?.() ?? {})
    const isWhole = 'answer' in delivery && delivery.kind !== 'truncated'
    // Noted before it is sent, so that whoever has the answer finds the note.
    const logged = update({ status: isWhole ? delivery.answer.status : null })
    onRequest?.(logged)
    await deliverOver(response, delivery, wait)
  }
}

function realWait(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms).unref()
  })
}
