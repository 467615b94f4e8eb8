import { onTestFinished } from 'vitest'
import type { HttpAnswer, HttpRequest, TransportOptions } from '../../../src/http/http-transport.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire, type VirtualWireSettings } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'
import { AUTHORISED, requestOf } from './support.ts'

export const CREATE = 'POST /snapshots/ {"server_id":12345,"name":"x"}'

/** What comes of a request over the network; undefined where no whole answer comes. */
export async function fetched(asked: string, origin: string): Promise<HttpAnswer | undefined> {
  const answer = await send(asked, origin).catch(() => undefined)
  const body = await answer?.text().catch(() => undefined)
  if (answer === undefined || body === undefined) return undefined
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
}

export function send(asked: string, origin: string, more: RequestInit = {}): Promise<Response> {
  const { method, url, body } = requestOf(asked, origin)
  return fetch(url, { headers: AUTHORISED, redirect: 'manual', method, body: body || null, ...more })
}

/** The real server, whose real time stands still until the test moves it, and whose faults wait for nobody. */
export async function overHttp(options: EmulatorOptions = {}) {
  let real = 5000
  const waits: number[] = []
  const wait = async (ms: number) => void waits.push(ms)
  const timing = { startAt: REFERENCE_INSTANT, realNow: () => real, wait }
  const emulator = await startEmulator({ setup: REFERENCE_SETUP, ...timing, ...options })
  onTestFinished(() => emulator.close())
  const ask = (asked: string) => fetched(asked, emulator.origin)
  const pass = async (ms: number) => {
    real += ms
  }
  const { origin, faults, log } = emulator
  const world = {
    get world() {
      return emulator.world
    },
  }
  return Object.assign(world, { origin, waits, faults, log, isSteered: true, ask, pass })
}

/** The virtual wire, without latency unless that is given. */
export function virtually(options: Partial<VirtualWireSettings> = {}) {
  const clock = new VirtualClock(REFERENCE_INSTANT)
  const world = new World(() => clock.now(), REFERENCE_SETUP)
  const wire = createVirtualWire({ world, clock, ...options })
  const send = (asked: string, options: TransportOptions = { timeoutMs: 30_000 }) => {
    // Safe: a test asks with one of the methods that there are.
    const request = requestOf(asked, 'https://api.test') as HttpRequest
    return clock.run(wire.send({ ...request, headers: AUTHORISED }, options))
  }
  const ask = async (asked: string): Promise<HttpAnswer | undefined> => {
    const result = await send(asked)
    return result.ok ? result.answer : undefined
  }
  const pass = (ms: number) => clock.advance(ms)
  return { clock, world, faults: wire.faults, log: wire.log, send, ask, pass }
}

export const WIRES = [
  ['the real server', () => overHttp()],
  ['the virtual wire', async () => virtually()],
] as const
