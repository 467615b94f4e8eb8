import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SHORT_PATIENCE } from '../../../src/notify/attempts.ts'
import type { HttpFailure } from '../../../src/notify/transport.ts'
import { sendWebhook, type WebhookSettings } from '../../../src/notify/webhook.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { answered, FakeTransport, hanging, type Reply, rollback, timing, unanswered } from './support.ts'

const SECRET = 'https://hooks.slack.com/services/T0AB/B0CD/s3cr%2Ft?key=k3y'

async function send(replies: readonly Reply[], changes: Partial<WebhookSettings> = {}) {
  const clock = new VirtualClock(1_000_000)
  const transport: FakeTransport = new FakeTransport(
    clock,
    replies.map(reply => (reply === HANGS ? hanging(clock, () => transport) : reply)),
  )
  const settings = { url: new URL(SECRET), transport, ...timing(clock), ...changes }
  const warning = await clock.run(sendWebhook(rollback(), settings))
  return { warning, transport, tookMs: clock.now() - 1_000_000 }
}

/** Stands for a receiver that takes the request and never answers. */
const HANGS: Reply = unanswered('timeout', 'hangs')

test('one POST of JSON, in the shape of the host, is enough', async () => {
  const { warning, transport } = await send([answered(200, 'ok')])
  expect(warning).toBeUndefined()
  expect(transport.lines).toEqual(['POST /services/T0AB/B0CD/s3cr%2Ft?key=k3y'])
  const [sent] = transport.sent
  expect(sent?.request.headers).toEqual({
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'vps-snapshot-action',
  })
  expect(Object.keys(JSON.parse(sent?.request.body ?? ''))).toEqual(['text', 'unfurl_links', 'unfurl_media'])
})

test('every warning reads as the file shows', async () => {
  const replies: readonly (readonly [string, Reply])[] = [
    ['redirect', answered(302)],
    ['final', answered(404)],
    ['limited', answered(429)],
    ['transient', answered(503)],
    ['no connection', unanswered('unreachable', 'connection refused')],
    ['words that hold the address', unanswered('oversized', SECRET)],
    [
      'broken',
      () => {
        throw new Error(SECRET)
      },
    ],
  ]
  const lines: string[] = []
  for (const [title, reply] of replies) lines.push(title, `  ${(await send([reply])).warning}`)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('__snapshots__/webhook-warnings.txt')
})

test('any 2xx is a yes: Power Automate says 202, Discord 204', async () => {
  for (const status of [202, 204]) expect((await send([answered(status)])).warning).toBeUndefined()
})

describe('what is transient is tried three times', () => {
  test.each([408, 425, 429, 500, 502, 503, 504])('%i', async status => {
    const { warning, transport, tookMs } = await send([answered(status)])
    expect(transport.sent.length).toBe(3)
    expect(warning).toContain('hooks.slack.com')
    expect(warning).toContain(String(status))
    expect(tookMs).toBe(375 + 750)
  })

  test.each<HttpFailure['kind']>(['unreachable', 'interrupted'])('%s', async kind => {
    const { warning, transport } = await send([unanswered(kind, 'why'), answered(200)])
    expect([warning, transport.sent.length]).toEqual([undefined, 2])
  })
})

describe('what is final is tried once', () => {
  test.each([400, 401, 403, 404, 410])('%i', async status => {
    const { warning, transport } = await send([answered(status)])
    expect(transport.sent.length).toBe(1)
    for (const fact of ['hooks.slack.com', String(status), 'notify-url']) expect(warning).toContain(fact)
  })

  test('a redirect, which is not followed', async () => {
    const { warning, transport } = await send([answered(302, '', { location: 'https://evil.example/' })])
    expect(transport.sent.length).toBe(1)
    for (const fact of ['redirect', '302', 'notify-url']) expect(warning).toContain(fact)
    expect(warning).not.toContain('evil')
  })

  test('a certificate that is not accepted', async () => {
    const { warning, transport } = await send([unanswered('certificate', 'certificate has expired')])
    expect(transport.sent.length).toBe(1)
    expect(warning).toMatch(/hooks\.slack\.com.*: certificate has expired\.$/)
  })
})

describe('time', () => {
  test('an endpoint that never answers costs ten seconds at most', async () => {
    const { warning, transport, tookMs } = await send([HANGS])
    expect(tookMs).toBeLessThanOrEqual(10_000)
    expect(transport.sent.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, 4_625])
    expect(warning).toContain('no answer in time')
  })

  test('in the post step of a cancelled job, one try of two seconds', async () => {
    const hung = await send([HANGS], { patience: SHORT_PATIENCE })
    expect([hung.tookMs, hung.transport.sent.length]).toEqual([2_000, 1])
    const refused = await send([answered(503)], { patience: SHORT_PATIENCE })
    expect([refused.tookMs, refused.transport.sent.length]).toEqual([0, 1])
  })

  test('Retry-After is obeyed where it fits, and ends the tries where it does not', async () => {
    const short = await send([answered(429, '', { 'retry-after': '2' }), answered(200)])
    expect([short.warning, short.tookMs]).toEqual([undefined, 2_000])
    const long = await send([answered(429, '', { 'retry-after': '60' })])
    expect([long.tookMs, long.transport.sent.length]).toEqual([0, 1])
    expect(long.warning).toContain('429')
  })

  test('whatever is answered, and however late, ten seconds and three tries are the end', async () => {
    const reply = fc.record({
      delayMs: fc.nat({ max: 5_000 }),
      status: fc.constantFrom(200, 404, 429, 500, 503),
      retryAfter: fc.constantFrom('0', '1', '3', '3600', 'soon'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 4 }), async replies => {
        const clock = new VirtualClock(1_000_000)
        const transport: FakeTransport = new FakeTransport(
          clock,
          replies.map(({ delayMs, status, retryAfter }) => async () => {
            const timeoutMs = transport.sent.at(-1)?.timeoutMs ?? 0
            await clock.sleep(Math.min(delayMs, timeoutMs))
            if (delayMs > timeoutMs) return unanswered('timeout', '')
            return answered(status, '', { 'retry-after': retryAfter })
          }),
        )
        await clock.run(sendWebhook(rollback(), { url: new URL(SECRET), transport, ...timing(clock) }))
        expect(clock.now() - 1_000_000).toBeLessThanOrEqual(10_000)
        expect(transport.sent.length).toBeLessThanOrEqual(3)
        expect(transport.sent.every(({ timeoutMs }) => timeoutMs > 0)).toBe(true)
      }),
    )
  })
})

describe('the address stays secret', () => {
  test('beyond its host, whatever the transport says', async () => {
    const reason = fc.constantFrom(
      '',
      SECRET,
      'POST /services/T0AB failed',
      's3cr/t',
      'k3y',
      'getaddrinfo ENOTFOUND',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(reason, { maxLength: 3 }), async reasons => {
        const { warning } = await send([unanswered('oversized', reasons.join(' '))])
        expect(warning).toMatch(/hooks\.slack\.com[^:]*: .+\.$/)
        expect(warning).not.toMatch(/T0AB|B0CD|s3cr|k3y|services/)
      }),
    )
  })

  test('where it holds an escape that cannot be decoded', async () => {
    const url = new URL('https://chat.example.org:8443/hooks/%E0%A4%A')
    const { warning } = await send([unanswered('unreachable', 'connection refused')], {
      url,
      patience: SHORT_PATIENCE,
    })
    expect(warning).toMatch(/chat\.example\.org:8443.*: connection refused\.$/)
  })

  test('where the transport throws', async () => {
    const broken = () => {
      throw new Error(SECRET)
    }
    const { warning } = await send([broken])
    expect(warning).toContain('hooks.slack.com')
    expect(warning).not.toMatch(/T0AB|services/)
  })
})

test('a cancelled step ends it at once, between two tries as well', async () => {
  const cancel = new AbortController()
  const refuse = () => {
    cancel.abort(new Error('SIGINT'))
    return answered(503)
  }
  const { warning, tookMs } = await send([refuse], { signal: cancel.signal })
  expect(warning).toContain('cancelled')
  expect(tookMs).toBe(0)
})

test('a signal that nobody gives is passed on', async () => {
  const { warning } = await send([answered(200)], { signal: new AbortController().signal })
  expect(warning).toBeUndefined()
})
