import { describe, expect, it } from 'vitest'
import type { WireRequest, WireResult } from '../../../src/vps/wire.ts'
import { type Fault, Faults } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire, type VirtualWireSettings } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'
import { AUTHORISED } from './support.ts'

const ORIGIN = 'https://api.test'
const CREATE: WireRequest = {
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
  const send = (request: WireRequest = CREATE, timeoutMs = 30_000): Promise<WireResult> =>
    clock.run(wire.send(request, { timeoutMs }))
  const passed = () => clock.now() - REFERENCE_INSTANT
  const made = () => world.events.filter(({ kind }) => kind === 'snapshot-created').length
  return { clock, world, faults, wire, send, passed, made }
}

describe('the virtual wire', () => {
  it('brings the answer after the latency; the world acts after half of it', async () => {
    const { send, passed, world, wire } = stage()
    const result = await send()
    expect(result.ok && result.answer.status).toBe(201)
    expect(passed()).toBe(100)
    expect((world.events[0]?.at ?? 0) - REFERENCE_INSTANT).toBe(50)
    expect(wire.log.all).toEqual([
      {
        at: REFERENCE_INSTANT,
        method: 'POST',
        origin: ORIGIN,
        path: '/api/v1/snapshots/',
        headers: AUTHORISED,
        body: CREATE.body,
        status: 201,
        fault: null,
        acted: true,
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
        const result = await send()
        expect(result.ok ? undefined : result.failure.kind).toBe(kind)
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
    const result = await send()
    expect(result.ok ? undefined : result.failure.kind).toBe(expected)
    expect(made()).toBe(0)
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
})

describe('what a fault makes of an answer', () => {
  const answerTo = async (fault: Fault, when: 'before' | 'after', request = CREATE) => {
    const { faults, send, passed } = stage()
    faults.add({ when, fault })
    const result = await send(request)
    if (!result.ok) throw new Error(result.failure.reason)
    return { ...result.answer, passed: passed() }
  }

  it('a status with headers, which can echo the token', async () => {
    const fault: Fault = {
      ...{ kind: 'status', status: 503, body: '{authorization}', headers: { 'Retry-After': '7' } },
    }
    expect(await answerTo(fault, 'before')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '7', 'content-type': 'application/json' },
      body: AUTHORISED.authorization,
    })
  })

  it('a redirect', async () => {
    const fault: Fault = { kind: 'redirect', location: 'https://elsewhere.test/?{authorization}' }
    expect(await answerTo(fault, 'after')).toMatchObject({
      ...{ status: 307, headers: { location: `https://elsewhere.test/?${AUTHORISED.authorization}` } },
    })
    expect(await answerTo({ ...fault, status: 302 }, 'after')).toMatchObject({ status: 302 })
  })

  it('another body under the right status, whether the world acted or not', async () => {
    for (const when of ['before', 'after'] as const) {
      expect(await answerTo({ kind: 'empty' }, when)).toMatchObject({ status: 201, body: '' })
      const html = await answerTo({ kind: 'html' }, when)
      expect([html.status, html.headers['content-type']]).toEqual([201, 'text/html'])
      expect(html.body).toMatch(/^<!DOCTYPE html>/)
      const wrong = await answerTo({ kind: 'body', body: '{"id":', contentType: 'text/plain' }, when)
      expect(wrong).toMatchObject({ status: 201, body: '{"id":', headers: { 'content-type': 'text/plain' } })
      const large = await answerTo({ kind: 'oversized', bytes: 1000 }, when)
      expect([large.status, large.body.length]).toEqual([201, 1000])
    }
  })

  it('a 204 that gets a body is a 200', async () => {
    const request: WireRequest = {
      ...{ method: 'DELETE', url: new URL(`${ORIGIN}/api/v1/snapshots/801/`), headers: AUTHORISED },
    }
    expect(await answerTo({ kind: 'html' }, 'after', request)).toMatchObject({ status: 200 })
    expect(await answerTo({ kind: 'empty' }, 'after', request)).toMatchObject({ status: 204, body: '' })
  })

  it('a late answer, and one that drips, are right', async () => {
    expect(await answerTo({ kind: 'delay', ms: 1000 }, 'after')).toMatchObject({ status: 201, passed: 1100 })
    const dripped = await answerTo({ kind: 'drip', everyMs: 10 }, 'before')
    expect([dripped.status, dripped.passed]).toEqual([201, 100 + 10 * dripped.body.length])
  })
})

describe('which requests meet a fault', () => {
  const fault: Fault = { kind: 'reset' }
  const request = (method: string, path: string) => ({
    ...{ method, url: new URL(`${ORIGIN}/api/v1${path}`), headers: {} },
  })
  const meets = (faults: Faults, times: number, asked = request('GET', '/snapshots/?server_id=1')) =>
    Array.from({ length: times }, () => (faults.meet(asked).fault === undefined ? '.' : 'x')).join('')

  it.each([
    [{}, 'xxxxxx'],
    [{ nth: 3 }, '..x...'],
    [{ from: 2, to: 4 }, '.xxx..'],
    [{ from: 3 }, '..xxxx'],
    [{ every: 2 }, '.x.x.x'],
    [{ method: 'POST' }, '......'],
    [{ path: '/snapshots/' }, 'xxxxxx'],
    [{ path: '/snapshots/*/restore/' }, '......'],
    [{ chance: 0 }, '......'],
    [{ chance: 0.5 }, 'xxxxxx'],
  ])('%j: %s', (match, expected) => {
    const faults = new Faults(() => 0.25)
    faults.add({ match, when: 'before', fault })
    expect(meets(faults, 6)).toBe(expected)
  })

  it('a star is one segment, and every other character itself', () => {
    const faults = new Faults()
    faults.add({ match: { path: '/snapshots/*/restore/' }, when: 'before', fault })
    expect(meets(faults, 1, request('POST', '/snapshots/801/restore/'))).toBe('x')
    expect(meets(faults, 1, request('POST', '/snapshots/801/2/restore/'))).toBe('.')
    expect(meets(faults, 1, request('POST', '/snapshots//restore/'))).toBe('.')
  })

  it('the first rule that applies decides, and every rule counts', () => {
    const faults = new Faults()
    faults.add(
      { match: { to: 1 }, when: 'before', fault },
      { match: { nth: 2 }, when: 'before', fault: { kind: 'hang' } },
    )
    const asked = request('GET', '/snapshots/')
    expect([faults.meet(asked).fault, faults.meet(asked).fault, faults.meet(asked).fault]).toEqual([
      ...['reset', 'hang', undefined],
    ])
    expect(faults.rules).toHaveLength(2)
    faults.clear()
    expect(faults.meet(asked).fault).toBeUndefined()
  })
})
