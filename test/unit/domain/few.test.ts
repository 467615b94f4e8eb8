import { expect, it } from 'vitest'
import { few } from '../../../src/domain/few.ts'

it.each([
  [[], 2, undefined, ''],
  [['a'], 2, undefined, 'a'],
  [['a', 'b'], 2, undefined, 'a, b'],
  [['a', 'b', 'c'], 2, undefined, 'a, b and 1 more'],
  [['a', 'b', 'c', 'd'], 2, '; ', 'a; b and 2 more'],
] as const)('the first of %j, at most %d', (items, shown, separator, text) => {
  expect(few(items, shown, separator)).toBe(text)
})
