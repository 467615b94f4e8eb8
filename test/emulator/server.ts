import type { ServerResponse } from 'node:http'
import { BASE_PATH, type WorldRequest } from './answers.ts'
import { answerControl, CONTROL_PATH } from './control.ts'
import type { Faults } from './faults.ts'
import { Front, type FrontOptions } from './front.ts'
import { LoopbackServer, type Tls } from './loopback.ts'
import type { RequestLog } from './request-log.ts'
import type { WorldSetup } from './settings.ts'
import { World } from './world.ts'

export interface EmulatorOptions extends FrontOptions {
  readonly setup?: WorldSetup
  /** 0, the default: any free one. */
  readonly port?: number
  /** How many milliseconds pass in the world while one passes here. 1 when not given. */
  readonly speed?: number
  /** The instant at which the world begins, milliseconds since the epoch. The present when not given. */
  readonly startAt?: number
  readonly tls?: Tls
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

/** Starts the emulated API as an HTTP server on the loopback interface. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = new HttpEmulator(options)
  await emulator.listen(options.port ?? 0)
  return emulator
}

class HttpEmulator extends LoopbackServer implements Emulator {
  readonly #front: Front
  readonly #speed: number
  readonly #realStart: number
  readonly #start: number
  #jumped = 0
  #setup: WorldSetup
  #world: World

  constructor(options: EmulatorOptions) {
    super(options.tls)
    this.#front = new Front(options)
    this.#setup = options.setup ?? {}
    this.#speed = options.speed ?? 1
    this.#realStart = this.#front.realNow()
    this.#start = options.startAt ?? Date.now()
    this.#world = new World(this.#worldNow, this.#setup)
    this.onRequest((request, response) => this.#serve(request, response))
  }

  get world(): World {
    return this.#world
  }

  get faults(): Faults {
    return this.#front.faults
  }

  get log(): RequestLog {
    return this.#front.log
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

  readonly #worldNow = (): number => {
    const passed = (this.#front.realNow() - this.#realStart) * this.#speed
    return Math.floor(this.#start + passed + this.#jumped)
  }

  async #serve(request: WorldRequest, response: ServerResponse): Promise<void> {
    if (!request.url.pathname.startsWith(CONTROL_PATH))
      return this.#front.serve(this.#world, request, response, this.#world.now())
    const { status, body, contentType } = answerControl(this, request)
    response.writeHead(status, { 'content-type': contentType }).end(body)
  }
}
