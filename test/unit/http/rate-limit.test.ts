import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LONGEST_WAIT_MS,
  namesLimiter,
  parseRetryAfter,
  readRateLimit,
} from '../../../src/http/rate-limit.ts'

const NOW = Date.UTC(2026, 9, 21, 7, 28, 0)

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['3600', 3_600_000],
    ['604801', LONGEST_WAIT_MS],
    ['9'.repeat(400), LONGEST_WAIT_MS],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:27:30 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', LONGEST_WAIT_MS],
    ['Wednesday, 21-Oct-26 07:28:10 GMT', 10_000],
  ])('reads %j', (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected)
  })

  it.each([
    undefined,
    '',
    '-5',
    '1.5',
    '1e3',
    'NaN',
    'soon',
    'Infinity',
    'Wed, 99 Oct 2026 07:28:30 GMT',
    'Monday',
    '2026-10-21T07:28:30Z',
    'x Wed, 21 Oct 2026 07:28:30 GMT',
  ])('counts %j as not given', header => {
    expect(parseRetryAfter(header, NOW)).toBeUndefined()
  })
})

describe('readRateLimit', () => {
  it.each<readonly [string, Record<string, string>, { waitMs?: number; distanceMs?: number }]>([
    ['nothing', {}, {}],
    ['Retry-After', { 'retry-after': '3600' }, { waitMs: 3_600_000 }],
    ['a limit without its window', { 'x-ratelimit-limit': '60' }, {}],
    ['what is left', { 'ratelimit-remaining': '5', 'ratelimit-reset': '30' }, {}],
    ['the first drafts', { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, { waitMs: 30_000 }],
    [
      'the first drafts with a window',
      { 'ratelimit-limit': '10, 10;w=1, 50;w=60', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' },
      { waitMs: 1_000, distanceMs: 1_200 },
    ],
    [
      'draft 7',
      { ratelimit: 'limit=100, remaining=0, reset=50', 'ratelimit-policy': '100;w=60' },
      { waitMs: 50_000, distanceMs: 600 },
    ],
    [
      'draft 8 and later',
      { ratelimit: '"default";r=0;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { waitMs: 30_000, distanceMs: 600 },
    ],
    [
      'several of them',
      {
        ratelimit: '"burst";r=4;t=1, "day";r=0;t=600',
        'ratelimit-policy': '"burst";q=5;w=1, "day";q=10;w=60',
      },
      { waitMs: 600_000, distanceMs: 6_000 },
    ],
    [
      'GitHub’s, an instant in seconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 90) },
      { waitMs: 90_000 },
    ],
    [
      'an instant in milliseconds',
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(NOW + 1_500) },
      { waitMs: 1_500 },
    ],
    [
      'an instant that has passed',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1000000000' },
      { waitMs: 0 },
    ],
    [
      'the longer of two waits',
      { 'retry-after': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' },
      { waitMs: 9_000 },
    ],
    ['an exhausted limit without an end', { 'x-ratelimit-remaining': '0' }, {}],
    [
      'a header that came twice',
      { 'x-ratelimit-remaining': '3, 0', 'x-ratelimit-reset': '2, 8' },
      { waitMs: 8_000 },
    ],
    ['no window of nothing', { 'ratelimit-policy': '0;w=60, 10;w=0, x;w=1' }, {}],
    [
      'no numbers that are too long',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9'.repeat(16) },
      {},
    ],
    ['no words', { ratelimit: 'none', 'ratelimit-remaining': 'none', 'ratelimit-policy': 'q=;w=' }, {}],
  ])('reads %s', (_, headers, expected) => {
    expect(readRateLimit(headers, NOW)).toEqual(expected)
  })

  it('takes instants by the clock of the answer', () => {
    const date = new Date(NOW + 3_600_000).toUTCString()
    const until = new Date(NOW + 3_600_000 + 20_000)
    expect(readRateLimit({ date, 'retry-after': until.toUTCString() }, NOW).waitMs).toBe(20_000)
    const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(until.getTime() / 1_000) }
    expect(readRateLimit({ date, ...reset }, NOW).waitMs).toBe(20_000)
    expect(readRateLimit({ date: 'today', ...reset }, until.getTime() - 5_000).waitMs).toBe(5_000)
  })

  it('is bounded, whatever the headers hold', () => {
    const piece = fc.constantFrom(
      '0',
      '1',
      '9',
      ',',
      ';',
      '=',
      'q',
      'w',
      'r',
      't',
      'reset',
      'remaining',
      ' ',
      '"',
    )
    const value = fc.oneof(
      fc.string(),
      fc.array(piece).map(pieces => pieces.join('')),
      fc.nat().map(String),
    )
    const names = [
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'date',
    ]
    const headers = fc.dictionary(fc.constantFrom(...names), value)
    fc.assert(
      fc.property(headers, given => {
        const { waitMs = 0, distanceMs = 1 } = readRateLimit(given, NOW)
        expect(waitMs).toBeGreaterThanOrEqual(0)
        expect(waitMs).toBeLessThanOrEqual(LONGEST_WAIT_MS)
        expect(distanceMs).toBeGreaterThan(0)
        expect(Number.isFinite(distanceMs)).toBe(true)
      }),
    )
  })
})

describe('namesLimiter', () => {
  it.each([
    [{ 'retry-after': '0' }, true],
    [{ 'x-ratelimit-remaining': '0' }, true],
    [{ ratelimit: '"default";r=0;t=30' }, true],
    [{ 'x-ratelimit-remaining': '1' }, false],
    [{ 'retry-after': 'soon' }, false],
    [{}, false],
  ])('of %j is %s', (headers, expected) => {
    expect(namesLimiter(headers)).toBe(expected)
  })
})
