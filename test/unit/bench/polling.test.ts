import { describe, expect, it } from 'vitest'
import { exponential, pollUntil, spreadBetween, worstShareOfAllowed } from '../../../bench/polling.ts'
import { seededRandom } from '../../../bench/random.ts'

const every15 = () => 15_000
const random = seededRandom(1)

describe('pollUntil', () => {
  it('counts the polls, the one that sees the end included', () => {
    expect(pollUntil(every15, 31_000)).toEqual({ requests: 3, delayMs: 14_000 })
  })

  it('sees an end at the very moment of a poll at once', () => {
    expect(pollUntil(every15, 30_000)).toEqual({ requests: 2, delayMs: 0 })
  })
})

describe('spreadBetween', () => {
  it('of a fixed poll is half a gap late, and at most a whole one', () => {
    const spread = spreadBetween(() => every15, 180_000, 600_000, random)
    expect(spread.requests).toBeCloseTo(26.5, 2)
    expect(spread.meanMs).toBeCloseTo(7_500, -1)
    expect(spread.p95Ms).toBeCloseTo(14_250, -3)
    expect(spread.p99Ms).toBeCloseTo(14_850, -3)
    expect(spread.p99Ms).toBeGreaterThan(spread.p95Ms)
  })

  it('draws each wait anew', () => {
    const draws: number[] = []
    const poller = (source: () => number) => {
      draws.push(source())
      return every15
    }
    spreadBetween(poller, 180_000, 600_000, seededRandom(7))
    expect(new Set(draws).size).toBe(draws.length)
    expect(draws.length).toBeGreaterThan(1_000)
  })
})

describe('worstShareOfAllowed', () => {
  const worst = (gapMs: number, from: number, to: number, allowedMs: (elapsedMs: number) => number) =>
    worstShareOfAllowed(() => () => gapMs, [from, to], allowedMs, random)

  it('holds every gap against what is allowed where it begins', () => {
    expect(worst(15_000, 10_000, 60_000, () => 10_000)).toBe(1.5)
    expect(worst(15_000, 16_000, 60_000, elapsedMs => elapsedMs)).toBe(1)
  })

  it('looks at no gap that is over before the range begins or that begins after it', () => {
    expect(worst(15_000, 31_000, 45_000, elapsedMs => (elapsedMs === 30_000 ? 15_000 : 1))).toBe(1)
  })
})

describe('exponential', () => {
  it('doubles the gap up to the longest', () => {
    const interval = exponential(1_000, 30_000)
    expect([0, 1_000, 3_000, 7_000, 15_000, 31_000, 61_000].map(interval)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
    expect([0, 100, 300].map(exponential(100, 10_000))).toEqual([100, 200, 400])
  })
})
