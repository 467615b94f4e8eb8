import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  fixedSchedule,
  type Gap,
  jittered,
  nextDelay,
  type ScheduleName,
  scheduleFor,
} from '../../../src/policy/schedule.ts'

const SECOND = 1_000
const TWO_HOURS = 7_200 * SECOND
const DAY = 86_400 * SECOND
const NAMES: readonly ScheduleName[] = ['create', 'restore', 'delete', 'power', 'settle']
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0))

/** The moments of all polls up to the first at or after `until`, without jitter and with answers that take no time. */
function pollsUntil(gap: Gap, until: number): readonly number[] {
  const polls: number[] = []
  for (let at = gap(0); ; at += gap(at)) {
    polls.push(at)
    if (at >= until) return polls
  }
}

/** The delay until an end after `duration` is noticed, and the requests that took. */
function outcome(polls: readonly number[], duration: number): { delay: number; requests: number } {
  const index = polls.findIndex(at => at >= duration)
  return { delay: (polls[index] ?? Number.NaN) - duration, requests: index + 1 }
}

/** Means over ends that are spread uniformly over a range, in seconds. */
function means(gap: Gap, from: number, to: number): { delay: number; requests: number } {
  const polls = pollsUntil(gap, to * SECOND)
  const samples = 12_000
  let delay = 0
  let requests = 0
  for (let sample = 0; sample < samples; sample++) {
    const end = outcome(polls, (from + ((to - from) * (sample + 0.5)) / samples) * SECOND)
    delay += end.delay
    requests += end.requests
  }
  return { delay: delay / samples / SECOND, requests: requests / samples }
}

const seconds = (name: ScheduleName, count: number) =>
  pollsUntil(scheduleFor(name), TWO_HOURS)
    .slice(0, count)
    .map(at => at / SECOND)

describe('the poll times', () => {
  it('of a create are few until the documented range, close in it, and ever fewer after it', () => {
    expect(seconds('create', 14)).toEqual([
      8, 12, 18, 27, 40, 60, 90, 135, 193.936, 207.639, 221.109, 234.345, 247.348, 260.118,
    ])
    const gap = scheduleFor('create')
    expect([0, 7_999, 8_000, 134_999, 135_000].map(gap)).toEqual([8_000, 8_000, 4_000, 45_000, 58_936])
    expect([170_000, 180_000, 500_000, 550_000, 599_999].map(gap)).toEqual([
      23_936, 13_936, 6_800, 5_000, 5_000,
    ])
    expect([600_000, 605_000, 700_000, 966_666, 966_667, TWO_HOURS].map(gap)).toEqual([
      5_000, 5_750, 20_000, 60_000, 60_000, 60_000,
    ])
  })

  it('of a restore likewise', () => {
    expect(seconds('restore', 13)).toEqual([
      8, 12, 18, 27, 40, 60, 90, 135, 202, 303, 316.683, 330.208, 343.575,
    ])
    const gap = scheduleFor('restore')
    expect([135_000, 202_000, 302_999, 303_000].map(gap)).toEqual([67_000, 101_000, 101_000, 13_683])
    expect([500_000, 899_999, 900_000, 1_000_000, TWO_HOURS].map(gap)).toEqual([
      11_200, 5_000, 5_000, 20_000, 60_000,
    ])
  })

  it('of a delete begin quickly', () => {
    expect(seconds('delete', 11)).toEqual([1, 2, 4, 6, 9, 13, 19, 28, 38, 48, 58])
    expect([119_000, 120_000, 140_000, 500_000].map(scheduleFor('delete'))).toEqual([
      10_000, 10_000, 13_000, 60_000,
    ])
  })

  it('of a change of power begin quickly', () => {
    expect(seconds('power', 9)).toEqual([2, 5, 8, 12, 18, 27, 37, 47, 57])
    expect([119_000, 120_000, 140_000, 500_000].map(scheduleFor('power'))).toEqual([
      10_000, 10_000, 13_000, 60_000,
    ])
  })

  it('of a settle window are eight in the window of a minute that begins with the first', () => {
    expect(seconds('settle', 10)).toEqual([5, 8, 12, 18, 27, 40, 53, 67, 82, 97])
    expect([179_000, 180_000, 200_000, 500_000].map(scheduleFor('settle'))).toEqual([
      15_000, 15_000, 18_000, 60_000,
    ])
  })

  it('grow by 15 % from gap to gap once the operation is overdue', () => {
    const polls = pollsUntil(scheduleFor('restore'), TWO_HOURS).filter(at => at >= 900 * SECOND)
    const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? Number.NaN))
    for (const [index, gap] of gaps.slice(1).entries()) {
      expect(gap).toBeCloseTo(Math.min(60_000, 1.15 * (gaps[index] ?? Number.NaN)), -1)
    }
  })
})

describe('the goals of waiting', () => {
  const fixed = fixedSchedule(15 * SECOND)

  it.each([
    { name: 'create', from: 180, to: 600, mostRequests: 29, fixedRequests: 26.5, delay: 4.8, requests: 28.1 },
    {
      name: 'restore',
      from: 300,
      to: 900,
      mostRequests: 40,
      fixedRequests: 40.5,
      delay: 4.7,
      requests: 38.9,
    },
  ] as const)('$name: at least a quarter less delay than a fixed 15 s poll, for as few requests', goal => {
    const ours = means(scheduleFor(goal.name), goal.from, goal.to)
    const theirs = means(fixed, goal.from, goal.to)
    expect(theirs.delay).toBeCloseTo(7.5, 2)
    expect(theirs.requests).toBeCloseTo(goal.fixedRequests, 2)
    expect(ours.delay).toBeLessThanOrEqual(0.75 * theirs.delay)
    expect(ours.requests).toBeLessThanOrEqual(goal.mostRequests)
    expect(ours.delay).toBeCloseTo(goal.delay, 1)
    expect(ours.requests).toBeCloseTo(goal.requests, 1)
  })

  it.each(NAMES)('%s: from 5 s on the delay is at most half the duration or 3 s', name => {
    const polls = pollsUntil(scheduleFor(name), TWO_HOURS)
    // The delay is longest for what ends just after a poll.
    const worst = [5 * SECOND, ...polls.map(at => at + 1)].filter(at => at >= 5 * SECOND && at < TWO_HOURS)
    for (const duration of worst) {
      expect(outcome(polls, duration).delay).toBeLessThanOrEqual(Math.max(3 * SECOND, duration / 2))
    }
  })

  it.each(NAMES)('%s: two hours cost fewer requests than a poll every 30 s', name => {
    const polls = pollsUntil(scheduleFor(name), TWO_HOURS)
    expect(polls.length).toBeLessThan(pollsUntil(fixedSchedule(30 * SECOND), TWO_HOURS).length)
    expect(polls.length).toBeLessThan(200)
  })
})

describe('scheduleFor', () => {
  it('takes an age that is none for the beginning', () => {
    for (const name of NAMES) {
      const gap = scheduleFor(name)
      expect([gap(Number.NaN), gap(-1), gap(-Infinity)]).toEqual([gap(0), gap(0), gap(0)])
      expect(gap(Infinity)).toBe(60_000)
    }
  })

  it('is a whole number of milliseconds between a second and two minutes at any age', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES),
        fc.oneof(anyNumber, fc.integer({ min: 0, max: 1_000_000 })),
        (name, age) => {
          const gap = scheduleFor(name)(age)
          expect(Number.isInteger(gap)).toBe(true)
          expect(gap).toBeGreaterThanOrEqual(1_000)
          expect(gap).toBeLessThanOrEqual(101_000)
        },
      ),
    )
  })
})

describe('fixedSchedule', () => {
  it('is the interval at any age', () => {
    fc.assert(
      fc.property(fc.double({ min: 100, max: DAY, noNaN: true }), anyNumber, (interval, age) => {
        expect(fixedSchedule(interval)(age)).toBe(interval)
      }),
    )
  })

  it.each([
    [99, 100],
    [0, 100],
    [-5, 100],
    [Number.NaN, 100],
    [DAY + 1, DAY],
    [Infinity, DAY],
  ])('makes of %d ms neither a hot loop nor more than a timer takes', (interval, gap) => {
    expect(fixedSchedule(interval)(0)).toBe(gap)
  })
})

describe('jittered', () => {
  it('is within 10 % of the gap', () => {
    expect(jittered(10_000, () => 0)).toBe(9_000)
    expect(jittered(10_000, () => 0.5)).toBe(10_000)
    expect(jittered(10_000, () => 0.75)).toBe(10_500)
    expect(jittered(10_000, () => 0.999999)).toBe(11_000)
    expect(jittered(1_234, () => 0.1)).toBe(1_135)
  })

  it('is never below 100 ms, whatever the gap and the random source say', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (gap, random) => {
        const delay = jittered(gap, () => random)
        expect(delay >= 100 && delay <= DAY).toBe(true)
      }),
    )
    expect(jittered(100, () => 0)).toBe(100)
  })
})

describe('nextDelay', () => {
  it('is exactly the fixed interval when one is given', () => {
    const pace = { fixedIntervalMs: 250, timeLapse: true }
    expect(nextDelay('create', 400_000, pace, () => 0)).toBe(250)
    expect(nextDelay('restore', 0, { ...pace, timeLapse: false }, () => 0.9)).toBe(250)
  })

  it('is the schedule of the operation with jitter otherwise', () => {
    expect(nextDelay('create', 0, { timeLapse: false }, () => 0)).toBe(7_200)
    expect(nextDelay('power', 28_000, { timeLapse: false }, () => 0.5)).toBe(10_000)
    expect(nextDelay('settle', 0, { timeLapse: true }, () => 0.75)).toBe(5_250)
  })

  it('is never below 100 ms', () => {
    const paces = fc.oneof(
      fc.constant({ timeLapse: false }),
      anyNumber.map(fixedIntervalMs => ({ fixedIntervalMs, timeLapse: true })),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...NAMES),
        anyNumber,
        paces,
        fc.double({ min: 0, max: 1 }),
        (name, age, pace, random) => {
          const delay = nextDelay(name, age, pace, () => random)
          expect(delay >= 100 && delay <= DAY).toBe(true)
        },
      ),
    )
  })
})
