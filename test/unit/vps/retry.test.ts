import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import {
  backoff,
  isRetryable,
  isRetryableAfterLook,
  RETRY_BASE_MS,
  RETRY_CAP_MS,
  RETRY_MINIMUM_MS,
  RETRY_PATIENCE_MS,
  type RetryQuestion,
  retryDelay,
} from '../../../src/vps/retry.ts'

const KINDS: readonly ApiFailure['kind'][] = [
  'unreachable',
  'unknown-host',
  'proxy',
  'tls',
  'certificate',
  'timeout',
  'interrupted',
  'oversized',
  'intermediary',
  'redirect',
  'unreadable',
  'mismatch',
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
  retryAfterMs: fc.integer({ min: 0, max: 600_000 }),
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

describe('isRetryable', () => {
  it.each([
    [
      'GET',
      ['unreachable', 'timeout', 'interrupted', 'intermediary', 'unreadable', 'mismatch'],
      [408, 425, 429, 500, 502, 503, 504],
    ],
    [
      'DELETE',
      ['unreachable', 'timeout', 'interrupted', 'intermediary', 'unreadable', 'mismatch'],
      [408, 425, 429, 500, 502, 503, 504],
    ],
    ['POST', ['unreachable'], [429]],
  ])('knows what of a %s may be repeated', (method, kinds, statuses) => {
    expect(KINDS.filter(kind => isRetryable(failed(kind, { method })))).toEqual(kinds)
    expect(STATUSES.filter(status => isRetryable(failed('refused', { method, status })))).toEqual(statuses)
  })

  it('does not take a status of 429 for a refusal where it is none', () => {
    expect(isRetryable(failed('redirect', { method: 'POST', status: 429 }))).toBe(false)
  })
})

describe('isRetryableAfterLook', () => {
  it('adds to a POST what had no effect and may pass', () => {
    const post = (more: Partial<ApiFailure>) => failed('refused', { method: 'POST', ...more })
    expect(
      KINDS.filter(kind => isRetryableAfterLook(failed(kind, { method: 'POST', httpStatus: 500 }))),
    ).toEqual(['unreachable'])
    expect(STATUSES.filter(status => isRetryableAfterLook(post({ status })))).toEqual([400, 409, 425, 429])
    expect(isRetryableAfterLook(post({ status: 200 }))).toBe(true)
    for (const status of [200, 400])
      expect(isRetryableAfterLook(post({ status, fields: ['name'] }))).toBe(false)
    const page = (httpStatus: number) =>
      isRetryableAfterLook(post({ kind: 'intermediary', httpStatus, bodyForm: 'html' }))
    expect([200, 400, 403, 404, 408, 500, 502, 503, 504].filter(page)).toEqual([400, 403, 404, 503])
    expect(isRetryableAfterLook(post({ kind: 'redirect', status: 302 }))).toBe(true)
  })
})

describe('backoff', () => {
  it('doubles from one second to thirty', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 2_000].map(backoff)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ])
  })
})

describe('retryDelay', () => {
  it('has the constants that are documented', () => {
    expect([RETRY_BASE_MS, RETRY_CAP_MS, RETRY_MINIMUM_MS, RETRY_PATIENCE_MS]).toEqual([
      1_000, 30_000, 250, 300_000,
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

  it('repeats more after a look', () => {
    const failure = failed('refused', { method: 'POST', status: 409 })
    expect(ask({ failure })).toBeUndefined()
    expect(Math.round(ask({ failure, afterLook: true }) ?? 0)).toBe(1_000)
    expect(ask({ failure: { ...failure, status: 404 }, afterLook: true })).toBeUndefined()
  })

  it('never is a hot loop, never passes the deadline, and obeys the API', () => {
    fc.assert(
      fc.property(anyQuestion, question => {
        const delay = retryDelay(question)
        if (delay === undefined) return
        expect(isRetryable(question.failure)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(RETRY_MINIMUM_MS)
        expect(delay).toBeGreaterThanOrEqual(question.failure.retryAfterMs ?? 0)
        expect(delay).toBeLessThanOrEqual(Math.max(RETRY_CAP_MS, question.failure.retryAfterMs ?? 0))
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
          expect(sent).toBeLessThanOrEqual(1 + deadline / RETRY_MINIMUM_MS)
        },
      ),
    )
  })
})
