import { describe, expect, it } from 'vitest'
import type { HttpRequest, TransportResult } from '../../../src/http/http-transport.ts'
import { type Fault, Faults } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire, type VirtualWireSettings } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'
import { AUTHORISED } from './support.ts'

const ORIGIN = 'https://api.test'
const CREATE: HttpRequest = {
  method: 'POST',
  url: new URL(`${ORIGIN}/api/v1/snapshots/`),
  headers: { Authorization: AUTHORISED.authorization },
  body: '{"server_id": 12345, "name": "x"}',
}

function stage(more: Partial<VirtualWireSettings> = {}) {
  const clock = new VirtualClock(REFERENCE_INSTANT)
  const world = new World(() => clock.now(), REFERENCE_SETUP)
  const faults = new Faults()
  const wire = createVirtualWire({ world, clock, faults, latencyMs: 100, ...more })
  const send = (request: HttpRequest = CREATE, timeoutMs = 30_000): Promise<TransportResult> =>
    clock.run(wire.send(request, { timeoutMs }))
  const passed = () => clock.now() - REFERENCE_INSTANT
  const made = () => world.events.filter(({ kind }) => kind === 'snapshot-created').length
  return { clock, world, faults, wire, send, passed, made }
}

describe('the virtual wire', () => {
  it('brings the answer after the latency; the world acts after half of it', async () => {
    const { send, passed, world, wire } = stage()
    expect(await send()).toMatchObject({ ok: true, answer: { status: 201 } })
    expect([passed(), (world.events[0]?.at ?? 0) - REFERENCE_INSTANT]).toEqual([100, 50])
    expect(wire.log.all).toEqual([
      {
        ...{ at: REFERENCE_INSTANT, method: 'POST', origin: ORIGIN, path: '/api/v1/snapshots/' },
        ...{ headers: AUTHORISED, body: CREATE.body, status: 201, fault: null, acted: true },
      },
    ])
  })

  const failures: readonly (readonly [Fault, string, number])[] = [
    [{ kind: 'reset' }, 'interrupted', 100],
    [{ kind: 'close' }, 'interrupted', 100],
    [{ kind: 'truncated' }, 'interrupted', 100],
    [{ kind: 'hang' }, 'timeout', 30_000],
    [{ kind: 'delay', ms: 60_000 }, 'timeout', 30_000],
    [{ kind: 'drip', everyMs: 1000 }, 'timeout', 30_000],
    [{ kind: 'oversized', bytes: 11_000_000 }, 'oversized', 100],
    [{ kind: 'endless-headers', everyMs: 10 }, 'oversized', 2150],
    [{ kind: 'endless-headers', everyMs: 1000 }, 'timeout', 30_000],
  ]
  it.each(failures)(
    '%j fails as %s after %i ms, before or after the world acted',
    async (fault, kind, ms) => {
      for (const when of ['before', 'after'] as const) {
        const { faults, send, passed, made, clock } = stage()
        faults.add({ when, fault })
        expect(await send()).toMatchObject({ ok: false, failure: { kind } })
        expect(passed()).toBe(ms)
        await clock.advance(60_000)
        const acts = when === 'after' || fault.kind === 'delay' || fault.kind === 'drip'
        expect(made()).toBe(acts ? 1 : 0)
      }
    },
  )

  it.each([
    ['refused', 'unreachable'],
    ['certificate', 'certificate'],
  ] as const)('a connection that is %s is %s, and nothing is done', async (kind, expected) => {
    const { faults, send, made } = stage()
    faults.add({ when: 'after', fault: { kind } })
    expect(await send()).toMatchObject({ ok: false, failure: { kind: expected } })
    expect(made()).toBe(0)
  })

  it('a late answer, and one that drips, take their time', async () => {
    const late = stage()
    late.faults.add({ when: 'after', fault: { kind: 'delay', ms: 1000 } })
    await late.send()
    expect(late.passed()).toBe(1100)
    const dripping = stage()
    dripping.faults.add({ when: 'before', fault: { kind: 'drip', everyMs: 10 } })
    const result = await dripping.send()
    expect(dripping.passed()).toBe(100 + 10 * (result.ok ? result.answer.body.length : 0))
  })

  it('finds nobody at another origin, where one is given', async () => {
    const { send, made, wire } = stage({ origin: ORIGIN })
    const result = await send({ ...CREATE, url: new URL('https://elsewhere.test/api/v1/snapshots/') })
    expect(result).toEqual({ ok: false, failure: { kind: 'unreachable', reason: 'nobody answers there' } })
    expect([made(), wire.log.all[0]?.origin]).toEqual([0, 'https://elsewhere.test'])
  })

  it('rejects with the reason of an abort; what is on its way arrives all the same', async () => {
    const { clock, wire, made } = stage({ latencyMs: () => 100 })
    const controller = new AbortController()
    const reason = new Error('enough')
    clock.at(clock.now() + 10, () => controller.abort(reason))
    const options = { timeoutMs: 1000, signal: controller.signal }
    await expect(clock.run(wire.send(CREATE, options))).rejects.toBe(reason)
    await clock.advance(100)
    expect(made()).toBe(1)
    await expect(clock.run(wire.send(CREATE, options))).rejects.toBe(reason)
    await clock.advance(100)
    expect(made()).toBe(1)
  })

  it('can have anybody at its other end', async () => {
    const { send } = stage({ world: { handle: () => ({ status: 204, headers: {}, body: '' }) } })
    expect(await send()).toEqual({ ok: true, answer: { status: 204, headers: {}, body: '' } })
  })
})
