import { describe, expect, it } from 'vitest'
import { exponential, meanBetween, pollUntil, worstShareOfAllowed } from '../../../bench/polling.ts'
import { fixedSchedule } from '../../../src/policy/schedule.ts'

const every15 = fixedSchedule(15_000)

describe('pollUntil', () => {
  it('counts the polls, the one that sees the end included', () => {
    expect(pollUntil(every15, 31_000)).toEqual({ requests: 3, delayMs: 14_000 })
  })

  it('sees an end at the very moment of a poll at once', () => {
    expect(pollUntil(every15, 30_000)).toEqual({ requests: 2, delayMs: 0 })
  })
})

describe('meanBetween', () => {
  it('of a fixed poll is half a gap late', () => {
    const { requests, delayMs } = meanBetween(every15, 180_000, 600_000)
    expect(requests).toBeCloseTo(26.5, 2)
    expect(delayMs).toBeCloseTo(7_500, -1)
  })
})

describe('worstShareOfAllowed', () => {
  it('takes the end right after a poll', () => {
    // An end right after the poll at 15 s is seen 15 s later; half of 15 s is allowed.
    expect(worstShareOfAllowed(every15, 15_000, 60_000)).toBe(2)
  })

  it('allows three seconds however short the duration', () => {
    expect(worstShareOfAllowed(fixedSchedule(3_000), 1_000, 60_000)).toBe(1)
  })

  it('looks at no duration below the first', () => {
    expect(worstShareOfAllowed(every15, 30_000, 60_000)).toBe(1)
  })
})

describe('exponential', () => {
  it('doubles the gap up to the longest', () => {
    const gap = exponential(30_000)
    expect([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000].map(gap)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
  })
})
