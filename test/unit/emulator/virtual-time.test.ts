import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TransportOptions } from '../../../src/http/http-transport.ts'
import type { Fault } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { TimeQueue } from '../../emulator/time-queue.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'
import { AUTHORISED } from './support.ts'

it('the queue of what is due gives everything back in the order of time, then of arrival', () => {
  const ordered = fc.property(fc.array(fc.integer({ min: 0, max: 20 })), instants => {
    const queue = new TimeQueue<number>()
    for (const [index, at] of instants.entries()) queue.add(at, index)
    const taken = instants.map(() => queue.take())
    const expected = instants.map((at, item) => ({ at, item })).sort((one, other) => one.at - other.at)
    expect(taken.map(each => [each?.at, each?.item])).toEqual(expected.map(({ at, item }) => [at, item]))
    expect([queue.nextAt(), queue.take()]).toEqual([undefined, undefined])
  })
  fc.assert(ordered)
})

describe('the virtual clock', () => {
  it('fires what is set for an instant, unless that is cancelled, and advances by an exact time', async () => {
    const clock = new VirtualClock(1000)
    const seen: number[] = []
    const note = () => seen.push(clock.now())
    clock.at(1160, note)()
    const asleep = clock.sleep(300).then(note)
    clock.at(1150, note)
    await clock.advance(200)
    note()
    await clock.run(asleep)
    expect(seen).toEqual([1150, 1200, 1300])
  })

  it('says so when a promise can never settle', async () => {
    const clock = new VirtualClock()
    const spin = async () => {
      for (;;) await clock.sleep(0)
    }
    await expect(clock.sleep(Number.NaN)).rejects.toThrow('a sleep of NaN milliseconds')
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow('nothing is scheduled')
    await expect(clock.run(spin(), { timerLimit: 100 })).rejects.toThrow('still not settled after 100 timers')
  })
})

describe('the virtual wire', () => {
  const open = () => {
    const clock = new VirtualClock(REFERENCE_INSTANT)
    const world = new World(() => clock.now(), REFERENCE_SETUP)
    const wire = createVirtualWire({ world, clock, latencyMs: 100 })
    const url = new URL('https://api.test/api/v1/snapshots/')
    const request = {
      method: 'POST',
      url,
      headers: AUTHORISED,
      body: '{"server_id":12345,"name":"x"}',
    } as const
    const send = (more: Partial<TransportOptions> = {}) =>
      clock.run(wire.send(request, { timeoutMs: 30_000, ...more }))
    return { clock, world, wire, send }
  }

  it.each<[Fault, string, number]>([
    // A body of 249 bytes.
    [{ kind: 'drip', everyMs: 10 }, '201', 2590],
    [{ kind: 'oversized', bytes: 11_000_000 }, 'oversized', 100],
    [{ kind: 'endless-headers', everyMs: 10 }, 'oversized', 2150],
    [{ kind: 'hang' }, 'timeout', 30_000],
  ])('%j ends as %s after %i ms', async (fault, expected, ms) => {
    const { clock, wire, send } = open()
    wire.faults.add({ when: 'after', fault })
    const result = await send()
    expect(result.ok ? String(result.answer.status) : result.failure.kind).toBe(expected)
    expect(clock.now() - REFERENCE_INSTANT).toBe(ms)
    expect(wire.log.all).toMatchObject([{ acted: true, status: result.ok ? 201 : null }])
  })

  it('rejects with the reason of an abort; what is on its way arrives all the same', async () => {
    const { clock, send, world } = open()
    const controller = new AbortController()
    clock.at(clock.now() + 10, () => controller.abort('enough'))
    for (const _ of ['on its way', 'not sent']) {
      await expect(send({ signal: controller.signal })).rejects.toBe('enough')
      await clock.advance(100)
      expect(world.events.map(({ kind }) => kind)).toEqual(['snapshot-created'])
    }
  })
})
