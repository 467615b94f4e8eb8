import type { WorldAnswer, WorldRequest } from './answers.ts'
import type { Faults } from './faults.ts'
import { Front, type FrontOptions } from './front.ts'
import { LoopbackServer, type Tls } from './loopback.ts'
import type { RequestLog } from './request-log.ts'

export interface ReceiverOptions extends FrontOptions {
  /** What the log calls it: `webhook` when not given. */
  readonly name?: string
  /** The status of its answers, which have no body. 204 when not given. */
  readonly status?: number
  readonly tls?: Tls
}

/** Whoever is told about things by a webhook, or answers a health check. */
export interface Receiver {
  readonly origin: string
  readonly port: number
  /** What it is to be spoiled by: slow, hanging, redirecting, refusing, … */
  readonly faults: Faults
  /** Method, path, headers and body of every request. */
  readonly log: RequestLog
  /** Also how it goes down: whoever asks from then on finds nobody. */
  close(): Promise<void>
}

/** Starts a receiver on the loopback interface, which writes down whatever it is sent. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const receiver = new HttpReceiver(options)
  await receiver.listen()
  return receiver
}

class HttpReceiver extends LoopbackServer implements Receiver {
  readonly #front: Front

  constructor(options: ReceiverOptions) {
    super(options.tls)
    this.#front = new Front(options, options.name ?? 'webhook')
    const answer: WorldAnswer = { status: options.status ?? 204, headers: {}, body: '' }
    const backend = { handle: (_request: WorldRequest) => answer }
    this.onRequest((request, response) => this.#front.serve(backend, request, response, Date.now()))
  }

  get faults(): Faults {
    return this.#front.faults
  }

  get log(): RequestLog {
    return this.#front.log
  }
}
