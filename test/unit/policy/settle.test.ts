import { describe, expect, it } from 'vitest'
import { extendStreak, isSettled, type Streak, settleWindow, twice } from '../../../src/policy/settle.ts'

describe('settleWindow', () => {
  const minute = { durationMs: 60_000, reads: 3 }

  it('is one minute and three reads, whatever the interval', () => {
    expect(settleWindow({ timeLapse: false })).toEqual(minute)
    expect(settleWindow({ timeLapse: false, fixedIntervalMs: 100 })).toEqual(minute)
    expect(settleWindow({ timeLapse: true })).toEqual(minute)
  })

  it('is twelve intervals and three reads in time-lapse', () => {
    expect(settleWindow({ timeLapse: true, fixedIntervalMs: 100 })).toEqual({ durationMs: 1_200, reads: 3 })
  })

  it('has twice the time and twice the reads when it is doubled', () => {
    expect(twice(minute)).toEqual({ durationMs: 120_000, reads: 6 })
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
