import { onTestFinished } from 'vitest'
import type { FaultRule, Faults } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import type { LoggedRequest } from '../../emulator/request-log.ts'
import { startEmulator } from '../../emulator/server.ts'
import type { SettingsChange } from '../../emulator/settings.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'
import { AUTHORISED } from './support.ts'

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The emulated API behind one of its two adapters. Its time passes only when the test says so. */
export interface Adapter {
  readonly world: World
  readonly faults: Faults
  readonly log: readonly LoggedRequest[]
  /** Undefined when no whole answer came. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: string): Promise<Answered | undefined>
  pass(ms: number): Promise<void>
}

export const CREATE = ['POST', '/snapshots/', '{"server_id": 12345, "name": "x"}'] as const

export interface AdapterOptions {
  readonly rules?: readonly FaultRule[]
  readonly settings?: SettingsChange
}

/** The real server; faults wait for nobody. */
async function overHttp({ rules = [], settings = {} }: AdapterOptions = {}): Promise<Adapter> {
  let now = 0
  const emulator = await startEmulator({
    setup: { ...REFERENCE_SETUP, settings },
    startAt: REFERENCE_INSTANT,
    realNow: () => now,
    wait: () => Promise.resolve(),
  })
  onTestFinished(() => emulator.close())
  emulator.faults.add(...rules)
  return {
    world: emulator.world,
    faults: emulator.faults,
    log: emulator.log.all,
    ask: async (method, path, body) => {
      try {
        const init = { method, headers: AUTHORISED, redirect: 'manual' as const }
        const answer = await fetch(`${emulator.apiUrl}${path}`, body === undefined ? init : { ...init, body })
        return {
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: await answer.text(),
        }
      } catch {
        return undefined
      }
    },
    pass: ms => {
      now += ms
      return Promise.resolve()
    },
  }
}

/** The virtual wire, without latency. */
function virtually({ rules = [], settings = {} }: AdapterOptions = {}): Promise<Adapter> {
  const clock = new VirtualClock(REFERENCE_INSTANT)
  const world = new World(() => clock.now(), { ...REFERENCE_SETUP, settings })
  const wire = createVirtualWire({ world, clock })
  wire.faults.add(...rules)
  return Promise.resolve({
    world,
    faults: wire.faults,
    log: wire.log.all,
    ask: async (method, path, body) => {
      const url = new URL(`https://api.test/api/v1${path}`)
      const request = { method, url, headers: AUTHORISED, ...(body === undefined ? {} : { body }) }
      const result = await clock.run(wire.send(request, { timeoutMs: 30_000 }))
      return result.ok ? result.answer : undefined
    },
    pass: ms => clock.advance(ms),
  })
}

export const ADAPTERS = [
  ['the real server', overHttp],
  ['the virtual wire', virtually],
] as const
