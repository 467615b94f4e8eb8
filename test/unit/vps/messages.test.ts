import { describe, expect, it } from 'vitest'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import {
  describeFailure,
  describeInTwo,
  lastAnswer,
  namesServer,
  remedyFor,
} from '../../../src/vps/messages.ts'

function failed(kind: ApiFailure['kind'], more: Partial<ApiFailure> = {}): ApiFailure {
  return { kind, method: 'POST', path: '/snapshots/', detail: '', repeated: 1, ...more }
}
const refused = (status: number, more: Partial<ApiFailure> = {}): ApiFailure =>
  failed('refused', { status, ...more })

const ALL: readonly ApiFailure[] = [
  ...[400, 401, 402, 403, 404, 408, 409, 422, 425, 429, 500, 503].map(status => refused(status)),
  refused(400, { fields: ['name'] }),
  refused(200),
  failed('refused'),
  ...(['unreachable', 'unknown-host', 'proxy', 'tls', 'certificate'] as const).map(kind => failed(kind)),
  ...(
    ['timeout', 'interrupted', 'oversized', 'unreadable', 'mismatch', 'intermediary', 'redirect'] as const
  ).map(kind => failed(kind)),
  failed('redirect', { status: 302 }),
  failed('expired'),
  failed('expired', { repeated: 0 }),
  failed('expired', { repeated: 0, retryAfterMs: 3_600_000 }),
]

/** What is said of these, the sentence and the next step. */
function told(failures: readonly ApiFailure[]): string {
  return failures.map(failure => `${describeFailure(failure)}\n  ${remedyFor(failure)}\n`).join('\n')
}

it('every failure is told as the file shows', async () => {
  const certificates = ['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN']
  const others = [
    refused(403, { detail: ' Needs snapshots:write. ', repeated: 3 }),
    refused(404, { method: 'GET', path: '/servers/99999/' }),
    refused(422, { fields: ['name', 'plan'] }),
    refused(429, { retryAfterMs: 3_600_000 }),
    failed('timeout', { method: 'GET' }),
    failed('unreachable', { detail: 'connection refused' }),
    ...certificates.map(code => failed('certificate', { code })),
  ]
  await expect(told([...ALL, ...others])).toMatchFileSnapshot('__snapshots__/failures.txt')
})

describe('describeFailure', () => {
  it.each<readonly [ApiFailure, readonly string[]]>([
    [refused(401), ['token', '401']],
    [refused(500), ['500', 'POST /snapshots/']],
    [
      refused(403, { detail: ' Needs snapshots:write. ', repeated: 3 }),
      [': Needs snapshots:write (', '3 times'],
    ],
    [refused(429, { httpStatus: 403 }), ['limit', '403']],
    [failed('intermediary', { httpStatus: 403, detail: 'Just a moment...' }), ['Just a moment... (', '403']],
    [failed('mismatch', { status: 201, detail: 'it names server 7' }), [': it names server 7 (', '201']],
    [refused(200, { detail: 'Server is busy.' }), [': Server is busy (', '200']],
    [
      failed('expired', { repeated: 0, last: failed('intermediary', { httpStatus: 503, detail: 'Down' }) }),
      ['Down', '503'],
    ],
  ])('names what is known: %o', (failure, facts) => {
    for (const fact of facts) expect(describeFailure(failure)).toContain(fact)
  })

  it('is one sentence that differs for each kind of failure', () => {
    const texts = ALL.map(describeFailure)
    for (const text of texts) expect(text).toMatch(/^[A-Z][^:]+\([^()]+\)\.$/)
    const beginnings = new Set(texts.map(text => text.split(' (')[0]))
    // 400, 409, 422, 425 and a 2xx that says no are the same refusal, as are 402, 400 with a field and none; 500 and 503; the two 302.
    expect(beginnings.size).toBeGreaterThanOrEqual(ALL.length - 8)
  })
})

describe('describeInTwo', () => {
  it('is one sentence where that fits a headline', () => {
    for (const failure of [refused(409), refused(404, { path: '/servers/4/' })])
      expect(describeInTwo(failure)).toEqual({ what: describeFailure(failure), words: '' })
  })

  it('has much that the API says apart, and loses none of it', () => {
    const detail = 'Server is not in a valid state for restoration, and will not be for a while'
    const { what, words } = describeInTwo(refused(400, { path: '/snapshots/804/restore/', detail }))
    expect(what).toMatch(/400.*\/snapshots\/804\/restore\//)
    expect(what).not.toContain('valid state')
    expect(words).toContain(detail)
  })
})

describe('lastAnswer', () => {
  it('is what the API said, or nothing', () => {
    expect(lastAnswer(refused(409))).toBe('')
    expect(lastAnswer(refused(409, { detail: 'Locked.' }))).toMatch(/Locked \(409/)
  })
})

describe('namesServer', () => {
  it('is so where a server does not exist', () => {
    expect(namesServer(refused(404, { path: '/servers/4/' }))).toBe(true)
    expect(namesServer(refused(404, { path: '/snapshots/4/' }))).toBe(false)
    expect(namesServer(refused(404, { path: '/snapshots/' }))).toBe(false)
    expect(namesServer(refused(403, { path: '/servers/4/' }))).toBe(false)
    expect(namesServer(failed('timeout', { path: '/servers/4/' }))).toBe(false)
  })
})

describe('remedyFor', () => {
  it('has a next step for each, in whole sentences', () => {
    for (const failure of ALL) expect(remedyFor(failure)).toMatch(/^[A-Z].+\.$/)
  })

  it.each<readonly [string, ApiFailure, RegExp]>([
    [
      'the fields that the API named',
      refused(422, { fields: ['name', 'server_id'] }),
      /`snapshot-name` and `server-id`/,
    ],
    ['a field that is no input', refused(422, { fields: ['name', 'plan'] }), /name, plan.*try again/],
    ['a rejected token', refused(401), /complete token.+create a new one in your VPS\.org account/],
    ['a 2xx that says no', refused(200), /status of the server, then try again/],
    ['an answer about something else', failed('mismatch', { status: 200 }), /mixing up responses/],
    ['a server', refused(404, { path: '/servers/99999/' }), /`server-id`/],
    ['a refusal of the moment', refused(409), /status of the server, then try again/],
    ['trouble at VPS.org', refused(503), /^Try again later\.$/],
    ['an unlisted refusal', refused(405), /^Check that `api-url`/],
    ['a limiter', refused(429), /in a few minutes/],
    ['a limiter that says how long', refused(429, { retryAfterMs: 3_600_000 }), /^Try again in 1h,/],
    ['a part of a second', refused(429, { retryAfterMs: 1_001 }), /^Try again in 2s,/],
    [
      'a limiter that outlasts the time limit',
      failed('expired', { repeated: 0, last: refused(429, { retryAfterMs: 90_000 }) }),
      /in 1m 30s/,
    ],
    [
      'a page that outlasts it',
      failed('expired', { repeated: 0, last: failed('intermediary', { retryAfterMs: 90_000 }) }),
      /^Try again later.+gateway or firewall/,
    ],
    ['a lost answer with Retry-After', refused(503, { retryAfterMs: 90_000 }), /^Try again later\.$/],
    ['an expired certificate', failed('certificate', { code: 'CERT_HAS_EXPIRED' }), /^Renew the certificate/],
    ['one that begins later', failed('certificate', { code: 'CERT_NOT_YET_VALID' }), /clock of this runner/],
    ['a wrong name', failed('certificate', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), /^Use the host name/],
    ['a wrong name of the proxy', failed('certificate', { code: 'UND_ERR_PRX_TLS' }), /^Use the host name/],
    ['an unknown CA', failed('certificate', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), /NODE_EXTRA_CA_CERTS/],
    ['a certificate without a code', failed('certificate'), /NODE_EXTRA_CA_CERTS/],
    ['a proxy', failed('proxy'), /HTTPS_PROXY/],
    ['an unknown host', failed('unknown-host'), /spelling/],
    ['a lost answer', failed('timeout'), /may have taken effect/],
    ['a lost answer to a read', failed('timeout', { method: 'GET' }), /^Try again later\.$/],
    ['a read that was cut', failed('interrupted', { method: 'GET' }), /^Try again later\.$/],
  ])('fits %s', (_, failure, text) => {
    expect(remedyFor(failure)).toMatch(text)
  })

  it.each([
    ['GET', '/snapshots/?server_id=12345', true],
    ['GET', '/servers/?page_size=100', true],
    ['GET', '/snapshots/', true],
    ['GET', '/servers/12345/', false],
    ['POST', '/snapshots/', true],
  ])('does not speak of an ID where %s %s has none', (method, path, isAddress) => {
    const remedy = remedyFor({ ...refused(404), method, path })
    expect(remedy === 'Check that `api-url` is the address of the VPS.org API.').toBe(isAddress)
  })

  it('names the permissions of the token for a 403', () => {
    const give = remedyFor(refused(403))
    expect(give).toContain('https://admin.vps.org/account/developers/')
    const known = (...permissions: readonly string[]) =>
      remedyFor(refused(403), { permissions }).replace(give, '')
    expect(known()).toContain('none')
    expect(known('servers:read', 'snapshots:read')).toContain('servers:read, snapshots:read')
  })
})
