import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../emulator/faults.ts'
import { REFERENCE_INSTANT } from '../../emulator/reference.ts'
import { TimeQueue } from '../../emulator/time-queue.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { AUTHORISED } from './support.ts'
import { CREATE, virtually } from './wires.ts'

it('the queue of what is due gives everything back in the order of time, then of arrival', () => {
  const ordered = fc.property(fc.array(fc.integer({ min: 0, max: 20 })), instants => {
    const queue = new TimeQueue<number>()
    for (const [index, at] of instants.entries()) queue.add(at, index)
    const taken = instants.map(() => queue.take())
    const expected = instants.map((at, item) => ({ at, item })).sort((one, other) => one.at - other.at)
    expect(taken.map(each => [each?.at, each?.item])).toEqual(expected.map(({ at, item }) => [at, item]))
    expect([queue.size, queue.nextAt(), queue.take()]).toEqual([0, undefined, undefined])
  })
  fc.assert(ordered)
})

describe('the virtual clock', () => {
  it('runs concurrent sleepers, and what is set for an instant, in the order of their instants', async () => {
    const clock = new VirtualClock(1000)
    const order: string[] = []
    const note = (what: string) => order.push(`${what} at ${clock.now()}`)
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms)
      note(name)
      await clock.sleep(ms)
      note(name)
    }
    clock.at(1150, () => note('set'))
    clock.at(1160, () => note('cancelled'))()
    await clock.run(Promise.all([sleeper('slow', 300), sleeper('quick', 100)]))
    const expected = ['quick at 1100', 'set at 1150', 'quick at 1200', 'slow at 1300', 'slow at 1600']
    expect(order).toEqual(expected)
  })

  it('wakes a sleeper with the reason of its abort signal, at once', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    clock.at(40, () => controller.abort('enough'))
    for (const _ of ['in its sleep', 'before it']) {
      await expect(clock.run(clock.sleep(100, controller.signal))).rejects.toBe('enough')
      expect(clock.now()).toBe(40)
    }
  })

  it('settles as the promise does, and says so when it never can', async () => {
    const clock = new VirtualClock()
    const spin = async () => {
      for (;;) await clock.sleep(0)
    }
    await expect(clock.run(Promise.resolve(7))).resolves.toBe(7)
    await expect(clock.run(Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(clock.sleep(Number.NaN)).rejects.toThrow('a sleep of NaN milliseconds')
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow(
      'nothing is scheduled, and the promise has',
    )
    await expect(clock.run(spin(), { timerLimit: 100 })).rejects.toThrow('still not settled after 100 timers')
  })

  it('advances by an exact time', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    const asleep = clock.sleep(10).then(() => clock.sleep(10))
    const last = asleep.then(() => seen.push(clock.now())).then(() => clock.sleep(10))
    for (const ms of [20, 5]) {
      await clock.advance(ms)
      seen.push(clock.now(), clock.pending)
    }
    expect(seen).toEqual([20, 20, 1, 25, 1])
    await clock.run(last)
    expect(clock.now()).toBe(30)
  })
})

describe('the virtual wire', () => {
  const open = (latencyMs: number | (() => number) = 100) => {
    const played = virtually({ latencyMs })
    const passed = () => played.clock.now() - REFERENCE_INSTANT
    const made = () => played.world.events.filter(({ kind }) => kind === 'snapshot-created').length
    return { ...played, passed, made }
  }

  it('brings the answer after the latency; the world acts after half of it', async () => {
    const { send, passed, world, log } = open()
    expect(await send(CREATE)).toMatchObject({ ok: true, answer: { status: 201 } })
    expect([passed(), world.events[0]?.at]).toEqual([100, REFERENCE_INSTANT + 50])
    const body = '{"server_id":12345,"name":"x"}'
    expect(log.all).toEqual([
      {
        ...{ at: REFERENCE_INSTANT, method: 'POST', origin: 'https://api.test', path: '/api/v1/snapshots/' },
        ...{ headers: AUTHORISED, body, status: 201, fault: null, acted: true },
      },
    ])
  })

  // What comes of a create, after how long, and how many snapshots there are in the end: before, after the world acts.
  it.each<[Fault, string, number, number, number]>([
    [{ kind: 'reset' }, 'interrupted', 100, 0, 1],
    [{ kind: 'close' }, 'interrupted', 100, 0, 1],
    [{ kind: 'truncated' }, 'interrupted', 100, 0, 1],
    [{ kind: 'hang' }, 'timeout', 30_000, 0, 1],
    [{ kind: 'delay', ms: 60_000 }, 'timeout', 30_000, 1, 1],
    [{ kind: 'drip', everyMs: 1000 }, 'timeout', 30_000, 1, 1],
    [{ kind: 'delay', ms: 1000 }, '201', 1100, 1, 1],
    // A body of 249 bytes.
    [{ kind: 'drip', everyMs: 10 }, '201', 2590, 1, 1],
    [{ kind: 'oversized', bytes: 11_000_000 }, 'oversized', 100, 0, 1],
    [{ kind: 'endless-headers', everyMs: 10 }, 'oversized', 2150, 0, 1],
    [{ kind: 'endless-headers', everyMs: 1000 }, 'timeout', 30_000, 0, 1],
    // No connection is made.
    [{ kind: 'refused' }, 'unreachable', 100, 0, 0],
    [{ kind: 'certificate' }, 'certificate', 100, 0, 0],
  ])('%j ends as %s after %i ms', async (fault, expected, ms, before, after) => {
    for (const [when, count] of Object.entries({ before, after })) {
      const { faults, send, passed, made, clock } = open()
      faults.add({ when: when === 'before' ? when : 'after', fault })
      const result = await send(CREATE)
      const end = result.ok ? String(result.answer.status) : result.failure.kind
      expect([end, passed()]).toEqual([expected, ms])
      await clock.advance(60_000)
      expect(made(), when).toBe(count)
    }
  })

  it('rejects with the reason of an abort; what is on its way arrives all the same', async () => {
    const { clock, send, made } = open(() => 100)
    const controller = new AbortController()
    clock.at(clock.now() + 10, () => controller.abort('enough'))
    for (const _ of ['on its way', 'not sent']) {
      await expect(send(CREATE, { timeoutMs: 1000, signal: controller.signal })).rejects.toBe('enough')
      await clock.advance(100)
      expect(made()).toBe(1)
    }
  })

  it('has anybody at its other end, and nobody at another origin where one is given', async () => {
    const answer = { status: 204, headers: {}, body: '' }
    expect(await virtually({ world: { handle: () => answer } }).send(CREATE)).toEqual({ ok: true, answer })
    const { send, world, log } = virtually({ origin: 'https://elsewhere.test' })
    const failure = { kind: 'unreachable', reason: 'nobody answers there' }
    expect([await send(CREATE), world.events, log.all[0]?.origin]).toEqual([
      ...[{ ok: false, failure }, [], 'https://api.test'],
    ])
  })
})
