import { describe, expect, it } from 'vitest'
import {
  type ApiFailure,
  describeFailure,
  isAmbiguous,
  isMiss,
  isPassingStatus,
  remedyFor,
} from '../../../src/vps/failure.ts'

function failed(kind: ApiFailure['kind'], more: Partial<ApiFailure> = {}): ApiFailure {
  return { kind, method: 'POST', path: '/snapshots/', detail: '', repeated: 1, ...more }
}
const refused = (status: number): ApiFailure => failed('refused', { status })

const KINDS = [
  'unreachable',
  'certificate',
  'timeout',
  'interrupted',
  'oversized',
  'redirect',
  'unreadable',
] as const
const STATUSES = [400, 401, 403, 404, 408, 409, 425, 429, 499, 500, 502, 504, 599]

describe('isMiss', () => {
  it('is everything that is no answer to the question', () => {
    expect(KINDS.filter(kind => isMiss(failed(kind)))).toEqual([
      'unreachable',
      'timeout',
      'interrupted',
      'oversized',
      'unreadable',
    ])
    expect(STATUSES.filter(status => isMiss(refused(status)))).toEqual([408, 425, 429, 500, 502, 504, 599])
    expect(isMiss(failed('expired'))).toBe(false)
  })
})

describe('isAmbiguous', () => {
  it('is everything after which the API may have acted', () => {
    expect(KINDS.filter(kind => isAmbiguous(failed(kind)))).toEqual([
      'timeout',
      'interrupted',
      'oversized',
      'unreadable',
    ])
    expect(STATUSES.filter(status => isAmbiguous(refused(status)))).toEqual([408, 425, 500, 502, 504, 599])
  })

  it('is a deadline only if the request had been sent', () => {
    expect(isAmbiguous(failed('expired', { repeated: 1 }))).toBe(true)
    expect(isAmbiguous(failed('expired', { repeated: 0 }))).toBe(false)
  })
})

describe('isPassingStatus', () => {
  it('looks at refusals only', () => {
    expect(isPassingStatus(refused(503))).toBe(true)
    expect(isPassingStatus(failed('unreadable', { status: 503 }))).toBe(false)
    expect(isPassingStatus(failed('refused'))).toBe(false)
  })
})

describe('describeFailure', () => {
  it.each([
    [refused(500), 'POST /snapshots/ was answered with 500.'],
    [
      failed('refused', { status: 403, detail: ' No permission. ', repeated: 3 }),
      'POST /snapshots/ was answered with 403 (sent 3 times): No permission.',
    ],
    [
      failed('unreachable', { detail: 'connection refused' }),
      'POST /snapshots/ was not sent, since there was no connection to the API: connection refused.',
    ],
    [
      failed('certificate', { detail: 'self-signed' }),
      'POST /snapshots/ was not sent, since the certificate was not accepted: self-signed.',
    ],
    [failed('timeout'), 'POST /snapshots/ had no answer in time.'],
    [failed('interrupted'), 'POST /snapshots/ was cut off before its answer was complete.'],
    [failed('oversized'), 'POST /snapshots/ had an answer that is too large to be read.'],
    [failed('expired'), 'POST /snapshots/ had no answer before the deadline.'],
    [failed('expired', { repeated: 0 }), 'POST /snapshots/ was not sent, the deadline was reached.'],
    [
      failed('redirect', { status: 302, detail: 'it points to https://x.test/?' }),
      'POST /snapshots/ was answered with 302, a redirect: it points to https://x.test/?',
    ],
    [failed('redirect'), 'POST /snapshots/ was answered with a link that leads elsewhere.'],
    [
      failed('unreadable', { status: 201, detail: 'id is missing' }),
      'POST /snapshots/ was answered with 201, but the answer cannot be read: id is missing.',
    ],
    [
      failed('unreadable', { detail: 'loop!' }),
      'POST /snapshots/ was answered in a way that cannot be read: loop!',
    ],
  ])('says what was asked and what came back', (failure, text) => {
    expect(describeFailure(failure)).toBe(text)
  })
})

describe('remedyFor', () => {
  it.each([
    [refused(400), 'Correct what the API names.'],
    [
      refused(401),
      'The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.',
    ],
    [
      refused(404),
      'Check the id: what it names was deleted, or it belongs to another account than the token.',
    ],
    [refused(408), 'VPS.org has a problem of its own. Try again later.'],
    [refused(503), 'VPS.org has a problem of its own. Try again later.'],
    [refused(429), 'The API has had too many requests. Try again in a few minutes, with fewer jobs at once.'],
    [
      failed('refused', { status: 429, retryAfterMs: 1_001 }),
      'The API has had too many requests. Try again in 2 s, with fewer jobs at once.',
    ],
    [refused(405), 'Check that api-url is the address of the VPS.org API.'],
    [failed('refused'), 'Check that api-url is the address of the VPS.org API.'],
  ])('has a next step for each status', (failure, text) => {
    expect(remedyFor(failure)).toBe(text)
  })

  it.each([
    ['GET', '/snapshots/?server_id=12345', true],
    ['GET', '/servers/?page_size=100', true],
    ['GET', '/snapshots/', true],
    ['GET', '/servers/12345/', false],
    ['POST', '/snapshots/', false],
    ['DELETE', '/snapshots/801/', false],
  ])('does not speak of an id where %s %s has none', (method, path, isAddress) => {
    const remedy = remedyFor({ ...refused(404), method, path })
    expect(remedy === 'Check that api-url is the address of the VPS.org API.').toBe(isAddress)
  })

  it('names the permissions of the token for a 403', () => {
    const give =
      'Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org).'
    expect(remedyFor(refused(403))).toBe(give)
    expect(remedyFor(refused(403), [])).toBe(`${give} It has none.`)
    expect(remedyFor(refused(403), ['servers:read', 'snapshots:read'])).toBe(
      `${give} It has servers:read, snapshots:read.`,
    )
  })

  it.each([
    [
      'unreachable',
      'Check that api-url is right and can be reached from here: name look-up, firewall, and the proxy variables HTTPS_PROXY and NO_PROXY.',
    ],
    [
      'certificate',
      'If a proxy or gateway of yours signs with its own CA, give the file with that CA in NODE_EXTRA_CA_CERTS. Verification cannot be switched off.',
    ],
    ['timeout', 'Look at the present state before doing it again: the request may have been acted upon.'],
    ['interrupted', 'Look at the present state before doing it again: the request may have been acted upon.'],
    ['oversized', 'Check that api-url is the address of the VPS.org API: its answers are far smaller.'],
    [
      'redirect',
      'Set api-url to the address at which the API itself answers: the token is sent nowhere else.',
    ],
    [
      'unreadable',
      'Check that api-url is the address of the VPS.org API and that nothing in between answers in its place.',
    ],
    ['expired', 'Look at the present state, and give it more time.'],
  ] as const)('has a next step where it is %s', (kind, text) => {
    expect(remedyFor(failed(kind))).toBe(text)
  })
})
