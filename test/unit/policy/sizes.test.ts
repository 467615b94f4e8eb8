import { describe, expect, it } from 'vitest'
import { formatSize } from '../../../src/policy/sizes.ts'

describe('formatSize', () => {
  it.each([
    [0, '0 MiB'],
    [0.4, '0 MiB'],
    [512, '512 MiB'],
    [1_023.4, '1023 MiB'],
    [1_023.5, '1.0 GiB'],
    [1_024, '1.0 GiB'],
    [4_856, '4.7 GiB'],
    [5_120, '5.0 GiB'],
    [null, 'unknown size'],
    [-1, 'unknown size'],
    [Number.NaN, 'unknown size'],
    [Number.POSITIVE_INFINITY, 'unknown size'],
  ])('writes %j mebibytes as %s', (mb, text) => {
    expect(formatSize(mb)).toBe(text)
  })
})
