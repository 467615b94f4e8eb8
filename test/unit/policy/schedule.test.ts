import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  jittered,
  type NextPoll,
  nextDelay,
  type ScheduleName,
  scheduleFor,
} from '../../../src/policy/schedule.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NAMES: readonly ScheduleName[] = ['create', 'restore', 'delete', 'power', 'settle']
const AUTO = { acceleratedClock: false }
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0))
/** What a random source may give, its ends included. */
const draws = fc.array(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)), {
  minLength: 1,
  maxLength: 50,
})

const randomOf = (values: readonly number[]) => {
  let next = 0
  return () => values[next++ % values.length] ?? 0
}

const delayOf = (next: Partial<NextPoll>, config = AUTO, random = () => 0.5) =>
  nextDelay({ schedule: 'create', elapsedMs: [0], remainingMs: HOUR, ...next }, config, random)

/** What design and bench promise of a create and a restore, whatever they take. */
const allowedMs = (elapsedMs: number) =>
  Math.min(elapsedMs < 30 * MINUTE ? 15 * SECOND : 30 * SECOND, Math.max(3 * SECOND, 0.12 * elapsedMs))

describe('the schedules', () => {
  it.each([
    ['create', [2_727, 2_727, 3_272, 6_545, 13_090, 13_636, 7_500, 7_500, 13_636, 13_636, 27_272]],
    ['restore', [2_727, 2_727, 3_272, 6_545, 13_090, 13_636, 13_636, 7_500, 13_636, 13_636, 27_272]],
    ['delete', [909, 3_636, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 27_272]],
    ['power', [1_818, 3_636, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 27_272]],
    ['settle', [2_727, 2_727, 8_181, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 9_090, 27_272]],
  ] as const)('of %s are close in the documented range, and grow with what has passed', (name, gaps) => {
    const moments = [0, 10, 30, 60, 120, 179, 180, 599, 900, 1_799, 1_800].map(second => second * SECOND)
    expect(moments.map(scheduleFor(name))).toEqual(gaps)
  })

  it.each([
    ['create', 180, 600],
    ['restore', 300, 900],
  ] as const)('of a %s are the same all through its range', (name, from, to) => {
    const moments = [from - 0.001, from, to - 0.001, to].map(second => second * SECOND)
    expect(moments.map(scheduleFor(name))).toEqual([13_636, 7_500, 7_500, 13_636])
  })

  it('take a time that is none for the beginning', () => {
    for (const name of NAMES) {
      const interval = scheduleFor(name)
      expect([interval(Number.NaN), interval(-1), interval(-Infinity)]).toEqual(Array(3).fill(interval(0)))
      expect(interval(Infinity)).toBe(27_272)
    }
  })

  it('have three reads at least in a settle window', () => {
    let at = 0
    let reads = 0
    for (; at < MINUTE; reads += 1) at += jittered(scheduleFor('settle')(at), () => 1)
    expect(reads).toBeGreaterThanOrEqual(3)
  })
})

describe('the goals of waiting, jitter included', () => {
  it.each(['create', 'restore'] as const)('hold for every gap of a %s', schedule => {
    fc.assert(
      fc.property(draws, fc.double({ min: 0, max: HOUR, noNaN: true }), (values, start) => {
        const random = randomOf(values)
        for (let at = start; at < start + 5 * MINUTE; ) {
          const delay = delayOf({ schedule, elapsedMs: [at], remainingMs: DAY }, AUTO, random)
          expect(delay).toBeLessThanOrEqual(allowedMs(at))
          at += delay
        }
      }),
    )
  })

  it('lose no poll to jitter: however early or late each one comes, the planned ones stay in their order', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), draws, (schedule, values) => {
        const random = randomOf(values)
        const interval = scheduleFor(schedule)
        for (let at = 0, lastPlanned = 0, polls = 0; polls < 300; polls += 1) {
          const planned = at + interval(at)
          expect(planned).toBeGreaterThan(lastPlanned)
          const next = at + delayOf({ schedule, elapsedMs: [at], remainingMs: DAY }, AUTO, random)
          expect(Math.abs(next - planned)).toBeLessThanOrEqual(0.1 * interval(at) + 1)
          lastPlanned = planned
          at = next
        }
      }),
    )
  })

  it('never fall behind where polls come a little early: the gap changes by less than a tenth around any moment', () => {
    const ranges = [180, 600, 300, 900, 1_800].map(second => second * SECOND)
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 2 * HOUR }), (name, at) => {
        const interval = scheduleFor(name)
        const early = at - Math.floor(0.1 * interval(at))
        fc.pre(!ranges.some(edge => early < edge && edge <= at))
        expect(interval(Math.max(0, early))).toBeLessThanOrEqual(interval(at))
        expect(interval(Math.max(0, early))).toBeGreaterThanOrEqual(0.9 * interval(at))
      }),
    )
  })
})

describe('jittered', () => {
  it('is within 10 % of the gap', () => {
    expect(jittered(10_000, () => 0)).toBe(9_000)
    expect(jittered(10_000, () => 0.5)).toBe(10_000)
    expect(jittered(10_000, () => 0.999999)).toBe(10_999)
    expect(jittered(1_234, () => 0.1)).toBe(1_135)
    expect(jittered(100, () => 0)).toBe(100)
  })
})

describe('nextDelay', () => {
  const every = (fixedIntervalMs: number) => ({ acceleratedClock: false, fixedIntervalMs })

  it('is the schedule of the operation with jitter', () => {
    expect(delayOf({ elapsedMs: [200 * SECOND] }, AUTO, () => 0)).toBe(6_750)
    expect(delayOf({ elapsedMs: [200 * SECOND] })).toBe(7_500)
    expect(delayOf({ schedule: 'power' })).toBe(1_818)
  })

  it('is exactly the given interval', () => {
    expect(delayOf({ elapsedMs: [400 * SECOND] }, every(250), () => 0)).toBe(250)
    expect(delayOf({}, every(MINUTE), () => 0.9)).toBe(MINUTE)
  })

  it.each([
    [99, 100],
    [0, 100],
    [-5, 100],
    [Number.NaN, 100],
    [DAY + 1, DAY],
    [Infinity, DAY],
  ])('makes of %d ms neither a hot loop nor more than a timer takes', (interval, gap) => {
    expect(delayOf({ remainingMs: Infinity }, every(interval))).toBe(gap)
  })

  it('is that of the one of several that needs it most, so that a fleet polls no more often than one', () => {
    expect(delayOf({ elapsedMs: [HOUR, 200 * SECOND, 170 * SECOND] })).toBe(7_500)
  })

  it('looks early for the first time, whatever the interval and the time-out', () => {
    expect(delayOf({ isFirst: true }, every(10 * MINUTE))).toBe(2_727)
    expect(delayOf({ isFirst: true }, every(250))).toBe(250)
    expect(delayOf({ isFirst: true })).toBe(2_727)
    expect(delayOf({ isFirst: true, remainingMs: 2_000 }, every(10 * MINUTE))).toBe(1_000)
  })

  it('looks for the last time five seconds before the deadline', () => {
    expect(delayOf({ remainingMs: 30 * SECOND }, every(10 * MINUTE))).toBe(25 * SECOND)
    expect(delayOf({ remainingMs: 17 * SECOND, elapsedMs: [20 * MINUTE] })).toBe(12 * SECOND)
    expect(delayOf({ remainingMs: 5_001 }, every(10 * MINUTE))).toBe(100)
  })

  it('goes to the deadline and no further in the last five seconds', () => {
    expect(delayOf({ remainingMs: 5 * SECOND }, every(10 * MINUTE))).toBe(5 * SECOND)
    expect(delayOf({ remainingMs: 2 * SECOND }, every(4_000))).toBe(2 * SECOND)
  })

  it('keeps to an interval that is shorter than that', () => {
    expect(delayOf({ remainingMs: 6 * SECOND }, every(4_000))).toBe(4_000)
  })

  it('confirms an end after two seconds, by an accelerated clock after an interval', () => {
    expect(delayOf({ isConfirming: true, elapsedMs: [200 * SECOND] })).toBe(2_000)
    expect(delayOf({ isConfirming: true }, every(MINUTE))).toBe(2_000)
    expect(delayOf({ isConfirming: true }, { ...every(100), acceleratedClock: true })).toBe(100)
  })

  it("is stretched by a limiter's answer, whatever else it would be", () => {
    const minGapMs = 20 * SECOND
    for (const more of [{}, { isFirst: true }, { isConfirming: true }, { remainingMs: 10 * SECOND }]) {
      expect(delayOf({ ...more, minGapMs })).toBe(minGapMs)
      expect(delayOf({ ...more, minGapMs }, every(250))).toBe(minGapMs)
    }
    expect(delayOf({ elapsedMs: [HOUR], minGapMs })).toBe(27_272)
  })

  it('is never a hot loop, nor more than a timer takes', () => {
    const configs = fc.oneof(
      fc.constant(AUTO),
      anyNumber.map(fixedIntervalMs => ({ fixedIntervalMs, acceleratedClock: true })),
    )
    const polls = fc.record({
      schedule: fc.constantFrom(...NAMES),
      elapsedMs: fc.array(anyNumber, { minLength: 1, maxLength: 3 }),
      remainingMs: anyNumber,
      isFirst: fc.boolean(),
      isConfirming: fc.boolean(),
      minGapMs: anyNumber,
    })
    fc.assert(
      fc.property(polls, configs, anyNumber, (next, config, random) => {
        const delay = nextDelay(next, config, () => random)
        expect(delay >= 100 && delay <= DAY).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('always leaves a look before the deadline, whatever the interval', () => {
    const timeouts = fc.integer({ min: SECOND, max: HOUR })
    const intervals = fc.option(fc.integer({ min: 100, max: DAY }), { nil: undefined })
    fc.assert(
      fc.property(timeouts, intervals, draws, (timeoutMs, fixedIntervalMs, values) => {
        const config = {
          acceleratedClock: false,
          ...(fixedIntervalMs === undefined ? {} : { fixedIntervalMs }),
        }
        const random = randomOf(values)
        const looks: number[] = []
        for (let at = 0; ; ) {
          at += delayOf(
            { elapsedMs: [at], remainingMs: timeoutMs - at, isFirst: looks.length === 0 },
            config,
            random,
          )
          if (at >= timeoutMs) break
          looks.push(at)
        }
        expect(looks[0]).toBeLessThanOrEqual(3 * SECOND)
        expect(timeoutMs - (looks.at(-1) ?? 0)).toBeLessThanOrEqual(5 * SECOND)
      }),
    )
  })
})
