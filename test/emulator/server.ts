import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { BASE_PATH, type WorldRequest } from './api.ts'
import { answerControl, CONTROL_PATH } from './control.ts'
import { deliverOver } from './delivery.ts'
import { Faults } from './faults.ts'
import { type LoggedRequest, RequestLog } from './request-log.ts'
import type { WorldSetup } from './settings.ts'
import { World } from './world.ts'

export interface EmulatorOptions {
  readonly setup?: WorldSetup
  /** 0, the default: any free one. */
  readonly port?: number
  /** How many milliseconds pass in the world while one passes here. 1 when not given. */
  readonly speed?: number
  /** The instant at which the world begins, milliseconds since the epoch. The present when not given. */
  readonly startAt?: number
  /** Real time, milliseconds; injected by tests. It need not begin at any particular value. */
  readonly realNow?: () => number
  /** Waits in real time, for the network's faults; injected by tests. */
  readonly wait?: (ms: number) => Promise<void>
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Told of each request when it is answered, or lost. */
  readonly onRequest?: (request: LoggedRequest) => void
}

export interface Emulator {
  /** e.g. `http://127.0.0.1:40123` */
  readonly origin: string
  /** The `api-url` for the action. */
  readonly apiUrl: string
  readonly port: number
  readonly faults: Faults
  readonly log: RequestLog
  /** The world as it is; a reset puts another one in its place. */
  readonly world: World
  /** Lets the world's time jump ahead. Milliseconds. */
  advance(ms: number): void
  /** Begins anew: another world (the first one's setup when not given), no faults, no requests. */
  reset(setup?: WorldSetup): void
  close(): Promise<void>
}

function realWait(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms).unref()
  })
}

/** Starts the emulated API as an HTTP server on the loopback interface. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = new HttpEmulator(options)
  await emulator.listen(options.port ?? 0)
  return emulator
}

class HttpEmulator implements Emulator {
  readonly faults = new Faults(Math.random)
  readonly log = new RequestLog()
  readonly #options: EmulatorOptions
  readonly #server: ReturnType<typeof createHttpServer>
  readonly #sockets = new Set<Socket>()
  readonly #realStart: number
  readonly #start: number
  #jumped = 0
  #setup: WorldSetup
  #world: World

  constructor(options: EmulatorOptions) {
    this.#options = options
    this.#setup = options.setup ?? {}
    this.#realStart = this.#realNow()
    this.#start = options.startAt ?? Date.now()
    this.#world = new World(this.#worldNow, this.#setup)
    const serve = (message: IncomingMessage, response: ServerResponse) => {
      this.#serve(message, response).catch((error: unknown) => response.destroy(toError(error)))
    }
    this.#server =
      options.tls === undefined ? createHttpServer(serve) : createHttpsServer({ ...options.tls }, serve)
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  get world(): World {
    return this.#world
  }

  get port(): number {
    // A server that listens on a port has such an address; one that listens on a pipe does not.
    return (this.#server.address() as AddressInfo).port
  }

  get origin(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.port}`
  }

  get apiUrl(): string {
    return `${this.origin}${BASE_PATH}`
  }

  advance(ms: number): void {
    this.#jumped += ms
    this.#world.settle()
  }

  reset(setup: WorldSetup = this.#setup): void {
    this.#setup = setup
    this.#world = new World(this.#worldNow, setup)
    this.faults.clear()
    this.log.clear()
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  #realNow(): number {
    return (this.#options.realNow ?? (() => performance.now()))()
  }

  readonly #worldNow = (): number => {
    const passed = (this.#realNow() - this.#realStart) * (this.#options.speed ?? 1)
    return Math.floor(this.#start + passed + this.#jumped)
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message, this.origin)
    if (request.url.pathname.startsWith(CONTROL_PATH)) {
      const { status, body, contentType } = answerControl(this, request)
      response.writeHead(status, { 'content-type': contentType }).end(body)
    } else await this.#serveApi(request, response)
  }

  async #serveApi(request: WorldRequest, response: ServerResponse): Promise<void> {
    const wait = this.#options.wait ?? realWait
    const world = this.#world
    const fate = this.faults.meet(request)
    const { method, url, headers, body } = request
    const update = this.log.note({
      ...{ at: world.now(), method, origin: url.origin, path: url.pathname + url.search, headers, body },
      ...{ status: null, fault: fate.fault ?? null, acted: false },
    })
    if (fate.delayBeforeMs > 0) await wait(fate.delayBeforeMs)
    const answer = fate.acts ? world.handle(request) : undefined
    update({ acted: fate.acts })
    if (fate.delayAfterMs > 0) await wait(fate.delayAfterMs)
    const delivery = fate.deliver(answer)
    const isWhole = delivery.kind === 'answer' || delivery.kind === 'drip'
    // Noted before it is sent, so that whoever has the answer finds the note.
    const logged = update({ status: isWhole ? delivery.answer.status : null })
    this.#options.onRequest?.(logged)
    await deliverOver(response, delivery, wait)
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

async function readRequest(message: IncomingMessage, origin: string): Promise<WorldRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk))
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)])
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', hostOrigin(message, origin)),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** Links in answers name the host that was asked for, as behind a proxy. */
function hostOrigin(message: IncomingMessage, origin: string): string {
  const host = message.headers.host
  return host === undefined ? origin : `${origin.slice(0, origin.indexOf(':'))}://${host}`
}
