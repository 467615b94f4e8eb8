import { describe, expect, it } from 'vitest'
import {
  briefWindow,
  confirmationGapMs,
  confirmationWindow,
  extendStreak,
  isSettled,
  type Streak,
  settleWindow,
  times,
} from '../../../src/policy/settle.ts'

const REAL = { acceleratedClock: false }
const ACCELERATED = { acceleratedClock: true, fixedIntervalMs: 100 }

describe('the windows', () => {
  it('take their time whatever the interval', () => {
    for (const config of [REAL, { ...REAL, fixedIntervalMs: 100 }, { acceleratedClock: true }]) {
      expect(settleWindow(config)).toEqual({ durationMs: 60_000, reads: 3 })
      expect(briefWindow(config)).toEqual({ durationMs: 20_000, reads: 3 })
      expect(confirmationGapMs(config)).toBe(2_000)
      expect(confirmationWindow(config)).toEqual({ durationMs: 1_500, reads: 2 })
    }
  })

  it('are counted in intervals by an accelerated clock', () => {
    expect(settleWindow(ACCELERATED)).toEqual({ durationMs: 1_200, reads: 3 })
    expect(briefWindow(ACCELERATED)).toEqual({ durationMs: 400, reads: 3 })
    expect(confirmationGapMs(ACCELERATED)).toBe(100)
    expect(confirmationWindow(ACCELERATED)).toEqual({ durationMs: 75, reads: 2 })
  })

  it('have as many times the time and the reads as there are one after the other', () => {
    expect(times(2, { durationMs: 60_000, reads: 3 })).toEqual({ durationMs: 120_000, reads: 6 })
  })
})

describe('extendStreak', () => {
  it('counts the reads of the same value from the first on', () => {
    const first = extendStreak(undefined, 'active', 10)
    expect(first).toEqual({ value: 'active', since: 10, last: 10, reads: 1 })
    const second = extendStreak(first, 'active', 25)
    expect(second).toEqual({ value: 'active', since: 10, last: 25, reads: 2 })
    expect(extendStreak(second, 'active', 30)).toEqual({ value: 'active', since: 10, last: 30, reads: 3 })
    expect(first).toEqual({ value: 'active', since: 10, last: 10, reads: 1 })
  })

  it('begins anew with another value', () => {
    const streak = { value: 'active', since: 10, last: 30, reads: 3 }
    expect(extendStreak(streak, 'stopped', 40)).toEqual({ value: 'stopped', since: 40, last: 40, reads: 1 })
  })
})

describe('isSettled', () => {
  const window = { durationMs: 60_000, reads: 3 }
  const streak: Streak = { value: 'active', since: 5_000, last: 65_000, reads: 3 }

  it('needs both the time and the reads', () => {
    expect(isSettled(streak, window)).toBe(true)
    expect(isSettled({ ...streak, last: 64_999 }, window)).toBe(false)
    expect(isSettled({ ...streak, since: 5_001 }, window)).toBe(false)
    expect(isSettled({ ...streak, reads: 2 }, window)).toBe(false)
    expect(isSettled({ ...streak, last: 900_000, reads: 2 }, window)).toBe(false)
    expect(isSettled({ ...streak, last: 64_000, reads: 99 }, window)).toBe(false)
    expect(isSettled({ ...streak, last: 70_000, reads: 4 }, window)).toBe(true)
  })

  it('is not so before the first read', () => {
    expect(isSettled(undefined, window)).toBe(false)
    expect(isSettled(undefined, { durationMs: 0, reads: 0 })).toBe(false)
  })
})
