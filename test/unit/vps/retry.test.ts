import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import {
  mayRepeat,
  parseRetryAfter,
  RETRY_AFTER_CAP,
  RETRY_BASE,
  RETRY_CAP,
  RETRY_MINIMUM,
  RETRY_PATIENCE,
  type RetryQuestion,
  retryDelay,
} from '../../../src/vps/retry.ts'

const KINDS: readonly ApiFailure['kind'][] = [
  'unreachable',
  'timeout',
  'interrupted',
  'oversized',
  'certificate',
  'redirect',
  'unreadable',
  'expired',
]
const STATUSES = [400, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504]

function failed(kind: ApiFailure['kind'], more: Partial<ApiFailure> = {}): ApiFailure {
  return { kind, method: 'GET', path: '/snapshots/', detail: '', repeated: 1, ...more }
}

function ask(question: Partial<RetryQuestion> = {}): number | undefined {
  return retryDelay({
    failure: failed('timeout'),
    sent: 1,
    now: 0,
    began: 0,
    deadline: 10_000_000,
    random: () => 0.999_999,
    ...question,
  })
}

const anyFailure = fc.record({
  kind: fc.constantFrom(...KINDS, 'refused' as const),
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  status: fc.integer({ min: 100, max: 599 }),
  retryAfterMs: fc.integer({ min: 0, max: RETRY_AFTER_CAP }),
  path: fc.constant('/'),
  detail: fc.constant(''),
  repeated: fc.constant(1),
})
const anyQuestion: fc.Arbitrary<RetryQuestion> = fc.record({
  failure: anyFailure,
  sent: fc.integer({ min: 1, max: 5_000 }),
  began: fc.integer({ min: 0, max: 1_000_000 }),
  now: fc.integer({ min: 0, max: 3_000_000 }),
  deadline: fc.integer({ min: 0, max: 5_000_000 }),
  random: fc.double({ min: 0, max: 0.999_999, noNaN: true }).map(value => () => value),
})

describe('mayRepeat', () => {
  it.each([
    ['GET', ['unreachable', 'timeout', 'interrupted', 'unreadable'], [408, 425, 429, 500, 502, 503, 504]],
    ['DELETE', ['unreachable', 'timeout', 'interrupted'], [408, 425, 429, 500, 502, 503, 504]],
    ['POST', ['unreachable'], [429]],
  ])('knows what of a %s may be repeated', (method, kinds, statuses) => {
    expect(KINDS.filter(kind => mayRepeat(failed(kind, { method })))).toEqual(kinds)
    expect(STATUSES.filter(status => mayRepeat(failed('refused', { method, status })))).toEqual(statuses)
  })

  it('does not take a status of 429 for a refusal where it is none', () => {
    expect(mayRepeat(failed('redirect', { method: 'POST', status: 429 }))).toBe(false)
  })
})

describe('retryDelay', () => {
  it('has the constants that are documented', () => {
    expect([RETRY_BASE, RETRY_CAP, RETRY_MINIMUM, RETRY_AFTER_CAP, RETRY_PATIENCE]).toEqual([
      1_000, 30_000, 250, 600_000, 300_000,
    ])
  })

  it('doubles up to its cap', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 2_000].map(sent => Math.round(ask({ sent }) ?? 0))
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('takes any part of that, but never less than the minimum', () => {
    expect(ask({ sent: 3, random: () => 0.5 })).toBe(2_000)
    expect(ask({ sent: 3, random: () => 0 })).toBe(250)
  })

  it('waits at least as long as the API asks', () => {
    const failure = failed('refused', { status: 429, retryAfterMs: 7_000 })
    expect(ask({ failure })).toBe(7_000)
    expect(ask({ failure, sent: 5, random: () => 0.5 })).toBe(8_000)
    expect(ask({ failure: { ...failure, retryAfterMs: 0 }, random: () => 0 })).toBe(250)
  })

  it('gives up at once if the delay would reach the deadline', () => {
    const failure = failed('refused', { status: 503, retryAfterMs: 5_000 })
    expect(ask({ failure, now: 1_000, deadline: 6_001 })).toBe(5_000)
    expect(ask({ failure, now: 1_000, deadline: 6_000 })).toBeUndefined()
  })

  it('gives a read up after five minutes of unbroken failure, nothing else', () => {
    const random = () => 0.5
    const at = { began: 10_000, sent: 2, random }
    expect(ask({ ...at, now: 308_999 })).toBe(1_000)
    expect(ask({ ...at, now: 309_000 })).toBeUndefined()
    expect(ask({ ...at, now: 309_000, failure: failed('timeout', { method: 'DELETE' }) })).toBe(1_000)
    expect(ask({ ...at, now: 309_000, failure: failed('unreachable', { method: 'POST' }) })).toBe(1_000)
  })

  it('repeats nothing that may not be repeated', () => {
    expect(ask({ failure: failed('certificate') })).toBeUndefined()
  })

  it('never is a hot loop, never passes the deadline, and obeys the API', () => {
    fc.assert(
      fc.property(anyQuestion, question => {
        const delay = retryDelay(question)
        if (delay === undefined) return
        expect(mayRepeat(question.failure)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(RETRY_MINIMUM)
        expect(delay).toBeGreaterThanOrEqual(question.failure.retryAfterMs ?? 0)
        expect(delay).toBeLessThanOrEqual(Math.max(RETRY_CAP, question.failure.retryAfterMs ?? 0))
        expect(question.now + delay).toBeLessThan(question.deadline)
      }),
    )
  })

  it('ends, whatever fails for ever', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_600_000 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (deadline, luck) => {
          let now = 0
          let sent = 1
          for (; sent < 20_000; sent += 1) {
            const failure = failed('unreachable', { method: 'POST' })
            const delay = retryDelay({ failure, sent, now, began: 0, deadline, random: () => luck })
            if (delay === undefined) break
            now += delay
          }
          expect(now).toBeLessThan(deadline)
          expect(sent).toBeLessThanOrEqual(1 + deadline / RETRY_MINIMUM)
        },
      ),
    )
  })
})

describe('parseRetryAfter', () => {
  const NOW = Date.UTC(2026, 9, 21, 7, 28, 0)

  it.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5_000],
    ['600', 600_000],
    ['601', 600_000],
    ['9'.repeat(400), 600_000],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:27:30 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 600_000],
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

  it('is undefined or between 0 and ten minutes, whatever it is given', () => {
    const header = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map(date => date.toUTCString()),
      fc.nat().map(String),
    )
    fc.assert(
      fc.property(header, fc.nat(), (text, now) => {
        const read = parseRetryAfter(text, now) ?? 0
        expect(read).toBeGreaterThanOrEqual(0)
        expect(read).toBeLessThanOrEqual(RETRY_AFTER_CAP)
      }),
    )
  })
})
