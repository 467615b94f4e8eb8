import { describe, expect, it } from 'vitest'
import { atMost, formatGoals, formatTable, median } from '../../../bench/goals.ts'

describe('goals', () => {
  it('are met at the limit itself, and missed beyond it', () => {
    expect([atMost('a', 2, 2).met, atMost('a', 2.1, 2).met]).toEqual([true, false])
  })

  it('are missed by a figure that is none', () => {
    expect(atMost('a', Number.NaN, 2).met).toBe(false)
  })

  it('are printed beside their figures', () => {
    const goals = [atMost('requests', 28.06, 29), atMost('more', 241, 240, 0)]
    expect(formatGoals(goals).split('\n')).toEqual([
      'goal      figure      must be',
      'requests    28.1   at most 29     met',
      'more         241  at most 240  MISSED',
    ])
  })
})

describe('formatTable', () => {
  it('fills up rows that are shorter than the head', () => {
    expect(formatTable(['a', 'long'], [['word'], ['b', '1']])).toBe('a     long\nword\nb        1')
  })
})

describe('median', () => {
  it('is the middle one, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('of an even number is the mean of the middle two', () => {
    expect(median([8, 1, 2, 4])).toBe(3)
  })

  it('of nothing is none', () => {
    expect(median([])).toBeNaN()
  })
})
