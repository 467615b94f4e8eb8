import { describe, expect, it } from 'vitest'
import type { Fault } from '../../emulator/faults.ts'
import { type LimiterOptions, TokenBucket } from '../../emulator/limiter.ts'
import { AUTHORISED, conversations, like, stage } from './support.ts'

describe('a fault', () => {
  // What is made of a create, and how many snapshots there are by it: where it comes before the world acts, and after.
  it.each<[Fault, string, number, number]>([
    [{ kind: 'refused' }, 'nothing', 0, 0],
    [{ kind: 'close' }, 'nothing', 0, 1],
    [{ kind: 'delay', ms: 700 }, '201 {"id":802,…', 1, 1],
    [{ kind: 'drip', everyMs: 1 }, '201 {"id":802,…', 1, 1],
    [{ kind: 'encoded', encoding: 'gzip' }, '201 {"id":802,…', 1, 1],
    [{ kind: 'doubled' }, '201 {"id":803,…', 2, 2],
    [{ kind: 'status', status: 302 }, '302 ', 0, 1],
    [{ kind: 'status', status: 503, body: '{authorization}' }, `503 ${AUTHORISED.authorization}`, 0, 1],
    [{ kind: 'html' }, '201 <!DOCTYPE html>…</html>', 0, 1],
    [{ kind: 'empty' }, '201 ', 0, 1],
    [{ kind: 'oversized', bytes: 1000 }, `201 "${'x'.repeat(998)}"`, 0, 1],
    [{ kind: 'challenge', status: 403, bytes: 50, unclosed: true }, '403 …<title ', 0, 1],
    [
      { kind: 'fields', set: { 'server.id': 99, 'a.b': 1 }, remove: ['name', 'nothing.here'] },
      '201 {"id":802,"status":"in_progress",…size.","server":{"name":"web-server-01","id":99}}',
      1,
      1,
    ],
  ])('%j makes %s of a create', (fault, expected, before, after) => {
    for (const [when, count] of [['before', before] as const, ['after', after] as const]) {
      const { ask, world, faults } = stage()
      faults.add({ when, fault })
      const answer = ask('POST /snapshots/ {"server_id":12345,"name":"x"}')
      expect(answer === undefined ? 'nothing' : `${answer.status} ${answer.body}`).toMatch(like(expected))
      expect(world.events).toHaveLength(count)
    }
  })

  conversations()`
    is met by requests that fit, by the first rule that applies, where a star is one segment:
      fault {"match":{"every":2},"when":"before","fault":{"kind":"status","status":500}}
      fault {"match":{"path":"/servers/*/"},"when":"before","fault":{"kind":"status","status":502}}
      fault {"match":{"path":"/snapshots/*/","chance":0.5},"when":"before","fault":{"kind":"status","status":503}}
      fault {"match":{"chance":0},"when":"before","fault":{"kind":"status","status":504}}
      GET /servers/ -> 200…; GET /servers/ -> 500…; GET /servers/12345/ -> 502…; GET /servers/12345/ -> 500…
      POST /snapshots/801/restore/ -> 200…; DELETE /snapshots/801/ -> 500…; DELETE /snapshots/801/ -> 503…
    can give a delete an answer, and every item of a list other fields; others can act once it is read:
      fault {"match":{"nth":1},"when":"after","fault":{"kind":"meanwhile","do":[{"act":"delete","snapshot":"801"}]}}
      GET /snapshots/ -> 200 {"count":2,…; events -> deleted
      fault {"match":{"kind":"delete"},"when":"after","fault":{"kind":"html"}}; DELETE /snapshots/798/ -> 200 <…
      fault {"when":"after","fault":{"kind":"fields","set":{"results.*.name":null},"remove":["results.*.server"]}}
      create; create; GET /snapshots/ -> 200 {"count":2,"results":[{"id":803,"status":…,"name":null},{"id":802,"status":…,"name":null}]}
  `
})

describe('a limiter', () => {
  // Four requests at once, and four after a second, of which a dot is let through. Then the first refusal.
  it.each<[LimiterOptions, string, number, object, string]>([
    [{ perSecond: 0.3, tells: 'retry-after' }, '.xxxxxxx', 429, { 'retry-after': '4' }, '{"…in 4 seconds."}'],
    [
      { perSecond: 10, burst: 2, tells: 'ratelimit' },
      ...(['...x...x', 429] as const),
      { 'ratelimit-limit': '3', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' },
      '{"…in 1 second."}',
    ],
    [
      { perSecond: 1, status: 403, tells: 'x-ratelimit', body: 'empty' },
      ...(['.xxx.xxx', 403] as const),
      { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      '',
    ],
    [
      { perSecond: 1, status: 503, body: 'html' },
      '.xxx.xxx',
      503,
      {},
      '…503 Service Temporarily Unavailable…',
    ],
  ])('%j lets through %s', (options, expected, status, headers, body) => {
    const bucket = new TokenBucket(options)
    const refusals = [0, 0, 0, 0, 1000, 1000, 1000, 1000].map(at => bucket.take(at))
    expect(refusals.map(refusal => (refusal === undefined ? '.' : 'x')).join('')).toBe(expected)
    const refusal = refusals.find(each => each !== undefined)
    expect(refusal).toMatchObject({ status, headers, body: expect.stringMatching(like(body)) })
  })
})
