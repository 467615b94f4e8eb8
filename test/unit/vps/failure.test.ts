import { describe, expect, it } from 'vitest'
import type { BodyForm } from '../../../src/vps/error-body.ts'
import {
  type ApiFailure,
  didNothing,
  isAmbiguous,
  isFromIntermediary,
  isMomentaryRefusal,
  isThrottled,
  isTransient,
  readRefusal,
  refusedFields,
} from '../../../src/vps/failure.ts'

const scrub = (text: string): string => text.replaceAll('vps_secret', '***')

function failed(kind: ApiFailure['kind'], more: Partial<ApiFailure> = {}): ApiFailure {
  return { kind, method: 'POST', path: '/snapshots/', detail: '', repeated: 1, ...more }
}

const BODIES = {
  detail: '{"detail": "No."}',
  fields: '{"name": ["Too long."], "server_id": ["Unknown."]}',
  html: '<!DOCTYPE html><title>Just a moment...</title>',
  empty: '',
  text: 'upstream connect error',
} as const
type Body = keyof typeof BODIES

function refusal(status: number, body: Body, headers: Readonly<Record<string, string>> = {}): ApiFailure {
  return failed('refused', readRefusal({ status, headers, body: BODIES[body] }, scrub, 1_000_000))
}

/** What is to be thought of a failure: its facts first, then each predicate that holds. */
function verdictOn(failure: ApiFailure): string {
  const predicates = {
    ...{
      isTransient,
      isMomentaryRefusal,
      isAmbiguous,
      didNothing,
      isThrottled,
      isFromIntermediary,
    },
  }
  const held = Object.entries(predicates).flatMap(([name, holds]) => (holds(failure) ? [name] : []))
  const fields = refusedFields(failure)
  return [
    failure.kind,
    failure.status ?? '-',
    ...held,
    ...(fields.length > 0 ? [fields.join('+')] : []),
  ].join(' ')
}

// In words: what each status means when the API's own JSON comes with it, and when anything else does.
const FINAL = 'didNothing'
const MOMENTARY = 'isMomentaryRefusal didNothing'
const TROUBLE = 'isTransient isAmbiguous'
const PAGE = 'intermediary - isTransient didNothing isFromIntermediary'
const LIMITER_PAGE = 'intermediary - isTransient didNothing isThrottled isFromIntermediary'
const LOST = 'intermediary - isTransient isAmbiguous isFromIntermediary'
const LIMITER = 'refused 429 isTransient didNothing isThrottled'

/** Status, then its verdict for the body forms detail, fields, html, empty, text. */
const TABLE: readonly (readonly [number, string, string, string, string, string])[] = [
  [400, `refused 400 ${MOMENTARY}`, `refused 400 ${FINAL} name+server_id`, PAGE, PAGE, PAGE],
  [401, `refused 401 ${FINAL}`, `refused 401 ${FINAL}`, PAGE, PAGE, PAGE],
  [402, `refused 402 ${FINAL}`, `refused 402 ${FINAL}`, PAGE, PAGE, PAGE],
  [403, `refused 403 ${FINAL}`, `refused 403 ${FINAL}`, PAGE, PAGE, PAGE],
  [404, `refused 404 ${FINAL}`, `refused 404 ${FINAL}`, PAGE, PAGE, PAGE],
  [405, `refused 405 ${FINAL}`, `refused 405 ${FINAL}`, PAGE, PAGE, PAGE],
  [408, `refused 408 ${TROUBLE}`, `refused 408 ${TROUBLE}`, LOST, LOST, LOST],
  [409, `refused 409 ${MOMENTARY}`, `refused 409 ${MOMENTARY}`, PAGE, PAGE, PAGE],
  [410, `refused 410 ${FINAL}`, `refused 410 ${FINAL}`, PAGE, PAGE, PAGE],
  [413, `refused 413 ${FINAL}`, `refused 413 ${FINAL}`, PAGE, PAGE, PAGE],
  [418, `refused 418 ${FINAL}`, `refused 418 ${FINAL}`, PAGE, PAGE, PAGE],
  [422, `refused 422 ${MOMENTARY}`, `refused 422 ${FINAL} name+server_id`, PAGE, PAGE, PAGE],
  [423, `refused 423 ${MOMENTARY}`, `refused 423 ${MOMENTARY}`, PAGE, PAGE, PAGE],
  [
    425,
    'refused 425 isTransient isMomentaryRefusal didNothing',
    'refused 425 isTransient isMomentaryRefusal didNothing',
    ...([PAGE, PAGE, PAGE] as const),
  ],
  [
    429,
    ...([LIMITER, LIMITER] as const),
    ...([
      `${LIMITER} isFromIntermediary`,
      `${LIMITER} isFromIntermediary`,
      `${LIMITER} isFromIntermediary`,
    ] as const),
  ],
  [451, `refused 451 ${FINAL}`, `refused 451 ${FINAL}`, PAGE, PAGE, PAGE],
  [500, `refused 500 ${TROUBLE}`, `refused 500 ${TROUBLE}`, LOST, LOST, LOST],
  [502, `refused 502 ${TROUBLE}`, `refused 502 ${TROUBLE}`, LOST, LOST, LOST],
  [503, `refused 503 ${TROUBLE}`, `refused 503 ${TROUBLE}`, LIMITER_PAGE, LIMITER_PAGE, LOST],
  [504, `refused 504 ${TROUBLE}`, `refused 504 ${TROUBLE}`, LOST, LOST, LOST],
  [599, `refused 599 ${TROUBLE}`, `refused 599 ${TROUBLE}`, LOST, LOST, LOST],
]

describe('an answer outside 2xx and 3xx', () => {
  const forms: readonly Body[] = ['detail', 'fields', 'html', 'empty', 'text']
  const cells = TABLE.flatMap(([status, ...verdicts]) =>
    forms.map((body, at) => [status, body, verdicts[at]] as const),
  )

  it.each(cells)('of %i with %s is: %s', (status, body, verdict) => {
    expect(verdictOn(refusal(status, body))).toBe(verdict)
  })

  it.each(cells)('of %i with %s keeps its facts', (status, body) => {
    const form: Record<Body, BodyForm> = {
      detail: 'json',
      fields: 'json',
      html: 'html',
      empty: 'empty',
      text: 'text',
    }
    expect(refusal(status, body)).toMatchObject({ httpStatus: status, bodyForm: form[body] })
    expect(refusal(status, body).detail).toBe(
      {
        detail: 'No.',
        fields: 'name: Too long.; server_id: Unknown.',
        html: 'Just a moment...',
        empty: '',
        text: BODIES.text,
      }[body],
    )
  })

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'x-ratelimit-remaining': '0' }, undefined],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9' }, 9_000],
  ])('of 403 with %j is a limiter’s, whatever its body', (headers, wait) => {
    for (const body of forms) {
      const failure = refusal(403, body, headers)
      expect(verdictOn(failure)).toMatch(/^refused 429 isTransient didNothing isThrottled/)
      expect(failure).toMatchObject({ status: 429, httpStatus: 403 })
      expect(failure.retryAfterMs).toBe(wait)
    }
  })

  it('of 403 with some of the limit left is about the token', () => {
    expect(refusal(403, 'detail', { 'x-ratelimit-remaining': '10' }).status).toBe(403)
  })

  it('of any other status stays what it is with Retry-After', () => {
    expect(refusal(404, 'detail', { 'retry-after': '7' })).toMatchObject({ status: 404, retryAfterMs: 7_000 })
    expect(refusal(503, 'detail', { 'retry-after': '7' })).toMatchObject({ status: 503, retryAfterMs: 7_000 })
  })

  it('holds no token', () => {
    const answer = { status: 400, headers: {}, body: '{"vps_secret": ["vps_secret"]}' }
    expect(JSON.stringify(readRefusal(answer, scrub, 0))).not.toContain('vps_secret')
  })
})

describe('a failure that is no such answer', () => {
  it.each([
    ['unreachable', {}, 'unreachable - isTransient didNothing'],
    ['unknown-host', {}, 'unknown-host - didNothing'],
    ['proxy', {}, 'proxy - didNothing'],
    ['tls', {}, 'tls - didNothing'],
    ['certificate', {}, 'certificate - didNothing'],
    ['timeout', {}, 'timeout - isTransient isAmbiguous'],
    ['interrupted', {}, 'interrupted - isTransient isAmbiguous'],
    ['oversized', {}, 'oversized - isTransient isAmbiguous'],
    ['unreadable', { status: 201 }, 'unreadable 201 isTransient isAmbiguous'],
    ['unreadable', {}, 'unreadable - isTransient isAmbiguous'],
    ['mismatch', { status: 201 }, 'mismatch 201 isTransient isAmbiguous'],
    [
      'intermediary',
      { httpStatus: 200, bodyForm: 'html' },
      'intermediary - isTransient isAmbiguous isFromIntermediary',
    ],
    ['redirect', { status: 302 }, 'redirect 302 isTransient didNothing'],
    ['redirect', {}, 'redirect - didNothing'],
    ['expired', { repeated: 1 }, 'expired - isAmbiguous'],
    ['expired', { repeated: 0 }, 'expired - didNothing'],
    ['refused', { status: 500 }, 'refused 500 isTransient isAmbiguous'],
    ['refused', { status: 200 }, 'refused 200 isMomentaryRefusal didNothing'],
    ['refused', { status: 201, fields: ['name'] }, 'refused 201 didNothing name'],
    ['refused', { status: 199 }, 'refused 199 didNothing'],
    ['refused', {}, 'refused - didNothing'],
  ] as const)('%s %j is: %s', (kind, more, verdict) => {
    expect(verdictOn(failed(kind, more))).toBe(verdict)
  })

  it('has no fields, whatever it carries', () => {
    expect(refusedFields(failed('unreadable', { status: 400, fields: ['name'] }))).toEqual([])
    expect(refusedFields(failed('refused', { status: 409, fields: ['name'] }))).toEqual([])
    expect(refusedFields(failed('refused', { fields: ['name'] }))).toEqual([])
    expect(refusedFields(failed('refused', { status: 400 }))).toEqual([])
  })
})
