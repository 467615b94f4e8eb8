import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeQueue } from '../../emulator/time-queue.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'

describe('the queue of what is due', () => {
  it('gives everything back in the order of time, then of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), instants => {
        const queue = new TimeQueue<number>()
        instants.forEach((at, index) => {
          queue.add(at, index)
        })
        const taken: (readonly [number, number])[] = []
        for (let next = queue.take(); next !== undefined; next = queue.take())
          taken.push([next.at, next.item])
        const expected = instants.map((at, index) => [at, index] as const)
        expect(taken).toEqual(expected.sort((one, other) => one[0] - other[0] || one[1] - other[1]))
        expect([queue.size, queue.nextAt()]).toEqual([0, undefined])
      }),
    )
  })
})

describe('the virtual clock', () => {
  it('runs concurrent sleepers in the order of their instants', async () => {
    const clock = new VirtualClock(1000)
    const order: string[] = []
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms)
      order.push(`${name} at ${clock.now()}`)
      await clock.sleep(ms)
      order.push(`${name} at ${clock.now()}`)
    }
    await clock.run(Promise.all([sleeper('slow', 300), sleeper('quick', 100)]))
    expect(order).toEqual(['quick at 1100', 'quick at 1200', 'slow at 1300', 'slow at 1600'])
  })

  it('does what is set for an instant, unless it is cancelled', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    clock.at(50, () => seen.push(clock.now()))
    clock.at(60, () => seen.push(clock.now()))()
    await clock.run(clock.sleep(100))
    expect(seen).toEqual([50])
  })

  it('wakes a sleeper with the reason of its abort signal, at once', async () => {
    const clock = new VirtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    clock.at(40, () => controller.abort(reason))
    await expect(clock.run(clock.sleep(100, controller.signal))).rejects.toBe(reason)
    expect(clock.now()).toBe(40)
    await expect(clock.run(clock.sleep(100, controller.signal))).rejects.toBe(reason)
    expect(clock.now()).toBe(40)
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
      'nothing is scheduled, and the promise has not settled',
    )
    await expect(clock.run(spin(), { timerLimit: 100 })).rejects.toThrow('still not settled after 100 timers')
  })

  it('advances by an exact time', async () => {
    const clock = new VirtualClock()
    let woken = 0
    const sleeper = async () => {
      await clock.sleep(10)
      await clock.sleep(10)
      woken = clock.now()
      await clock.sleep(10)
    }
    const asleep = sleeper()
    await clock.advance(25)
    expect([woken, clock.now(), clock.pending]).toEqual([20, 25, 1])
    await clock.run(asleep)
    expect(clock.now()).toBe(30)
  })
})
