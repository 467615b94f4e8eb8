import { describe, expect, it } from 'vitest'
import { type Fault, type FaultRule, Faults, REQUEST_KIND_NAMES } from '../../emulator/faults.ts'
import { AUTHORISED } from './support.ts'
import { ADAPTERS, CREATE } from './wires.ts'

const TOKEN = AUTHORISED.authorization
const RESET: Fault = { kind: 'reset' }

describe('which requests meet a fault', () => {
  const request = (method: string, path: string) => ({
    ...{ method, url: new URL(`https://api.test/api/v1${path}`), headers: {} },
  })
  const meets = (faults: Faults, times: number, asked = request('GET', '/snapshots/?server_id=1&page=2')) =>
    Array.from({ length: times }, (_, second) => faults.meet(asked, 5000 + second * 1000))
      .map(({ fault }) => (fault === undefined ? '.' : 'x'))
      .join('')

  it.each<[NonNullable<FaultRule['match']>, string]>([
    [{}, 'xxxxxx'],
    [{ nth: 3 }, '..x...'],
    [{ from: 2, to: 4 }, '.xxx..'],
    [{ from: 3 }, '..xxxx'],
    [{ every: 2 }, '.x.x.x'],
    [{ forMs: 3000 }, 'xxx...'],
    [{ method: 'POST' }, '......'],
    [{ path: '/snapshots/' }, 'xxxxxx'],
    [{ path: '/snapshots/*/restore/' }, '......'],
    [{ kind: 'list-snapshots' }, 'xxxxxx'],
    [{ kind: 'create' }, '......'],
    [{ query: 'page=2' }, 'xxxxxx'],
    [{ query: 'page=3' }, '......'],
    [{ chance: 0 }, '......'],
    [{ chance: 0.5 }, 'xxxxxx'],
  ])('%j: %s', (match, expected) => {
    const faults = new Faults(() => 0.25)
    faults.add({ match, when: 'before', fault: RESET })
    expect(meets(faults, 6)).toBe(expected)
  })

  it('a star is one segment, and every other character itself', () => {
    const faults = new Faults()
    faults.add({ match: { path: '/snapshots/*/restore/' }, when: 'before', fault: RESET })
    expect(meets(faults, 1, request('POST', '/snapshots/801/restore/'))).toBe('x')
    expect(meets(faults, 1, request('POST', '/snapshots/801/2/restore/'))).toBe('.')
    expect(meets(faults, 1, request('POST', '/snapshots//restore/'))).toBe('.')
  })

  it('every kind of request is met by its own name and by no other', () => {
    const asked = [
      ...[request('GET', '/snapshots/'), request('POST', '/snapshots/')],
      ...[request('POST', '/snapshots/1/restore/'), request('DELETE', '/snapshots/1/')],
      ...[request('GET', '/servers/'), request('GET', '/servers/1/'), request('POST', '/servers/1/power/')],
      request('GET', '/account/me/'),
    ]
    const met = REQUEST_KIND_NAMES.map(kind => {
      const faults = new Faults()
      faults.add({ match: { kind }, when: 'before', fault: RESET })
      return asked.map(each => meets(faults, 1, each)).join('')
    })
    expect(met).toEqual(asked.map((_, at) => '.'.repeat(at).concat('x').padEnd(8, '.')))
  })

  it('the first rule that applies decides, and every rule counts', () => {
    const faults = new Faults()
    faults.add(
      { match: { to: 1 }, when: 'before', fault: RESET },
      { match: { nth: 2 }, when: 'before', fault: { kind: 'hang' } },
    )
    const asked = request('GET', '/snapshots/')
    const met = [faults.meet(asked).fault, faults.meet(asked).fault, faults.meet(asked).fault]
    expect([met, faults.rules.length]).toEqual([['reset', 'hang', undefined], 2])
    faults.clear()
    expect(faults.meet(asked).fault).toBeUndefined()
  })
})

describe.each(ADAPTERS)('over %s', (_name, open) => {
  // A fault, what comes back of a create, and how many snapshots there are by it: with `before`, with `after`.
  it.each<[Fault, object | undefined, readonly [number, number]]>([
    [{ kind: 'reset' }, undefined, [0, 1]],
    [{ kind: 'close' }, undefined, [0, 1]],
    [{ kind: 'truncated' }, undefined, [0, 1]],
    [{ kind: 'endless-headers', everyMs: 0 }, undefined, [0, 1]],
    [{ kind: 'delay', ms: 700 }, { status: 201 }, [1, 1]],
    [{ kind: 'drip', everyMs: 1 }, { status: 201, body: expect.stringContaining('"id":802') }, [1, 1]],
    [
      { kind: 'status', status: 503, body: '{authorization}', headers: { 'Retry-After': '7' } },
      { status: 503, body: TOKEN, headers: { 'retry-after': '7', 'content-type': 'application/json' } },
      [0, 1],
    ],
    [
      { kind: 'redirect', location: 'https://elsewhere.test/?{authorization}' },
      { status: 307, headers: { location: `https://elsewhere.test/?${TOKEN}` } },
      [0, 1],
    ],
    [{ kind: 'redirect', location: '/', status: 302 }, { status: 302 }, [0, 1]],
    [{ kind: 'empty' }, { status: 201, body: '' }, [0, 1]],
    [
      { kind: 'html' },
      {
        status: 201,
        headers: { 'content-type': 'text/html' },
        body: expect.stringMatching(/^<!DOCTYPE html>/),
      },
      [0, 1],
    ],
    [
      { kind: 'body', body: '{"id":', contentType: 'text/plain' },
      { status: 201, body: '{"id":', headers: { 'content-type': 'text/plain' } },
      [0, 1],
    ],
    [{ kind: 'oversized', bytes: 1000 }, { status: 201, body: `"${'x'.repeat(998)}"` }, [0, 1]],
    // Refusals of the moment, as the API would word them.
    [{ kind: 'refusal', status: 409 }, { status: 409, body: '{"detail":"Try again later."}' }, [0, 1]],
    [{ kind: 'refusal', status: 423, detail: 'Locked.' }, { body: '{"detail":"Locked."}' }, [0, 1]],
    [
      { kind: 'refusal', status: 422, fields: { name: ['Taken.'] } },
      { status: 422, body: '{"name":["Taken."]}' },
      [0, 1],
    ],
    [
      { kind: 'challenge', status: 403 },
      { status: 403, headers: { 'content-type': 'text/html' }, body: expect.stringMatching(/<\/html>$/) },
      [0, 1],
    ],
    [
      { kind: 'fields', set: { 'server.id': 99, 'a.b': 1 }, remove: ['name', 'nothing.here'] },
      {
        status: 201,
        body: expect.stringMatching(/^(?!.*(?:"name":"x"|"a")).*"server":\{"name":"web-server-01","id":99\}/),
      },
      [1, 1],
    ],
    [{ kind: 'doubled' }, { status: 201, body: expect.stringContaining('"id":803') }, [2, 2]],
    [
      { kind: 'encoded', encoding: 'gzip' },
      { status: 201, body: expect.stringContaining('"id":802') },
      [1, 1],
    ],
    [{ kind: 'encoded', encoding: 'br' }, { status: 201, body: expect.stringContaining('"id":802') }, [1, 1]],
    [
      { kind: 'encoded', encoding: 'deflate' },
      { status: 201, body: expect.stringContaining('"id":802') },
      [1, 1],
    ],
  ])('%j makes %j of a create', async (fault, expected, made) => {
    for (const [index, when] of (['before', 'after'] as const).entries()) {
      const { ask, world, log } = await open({ rules: [{ when, fault }] })
      const answer = await ask(...CREATE)
      if (expected === undefined) expect(answer).toBeUndefined()
      else expect(answer).toMatchObject(expected)
      expect(world.events.filter(({ kind }) => kind === 'snapshot-created')).toHaveLength(made[index] ?? 0)
      expect(log).toMatchObject([
        { fault: fault.kind, acted: made[index] !== 0, status: answer?.status ?? null },
      ])
    }
  })

  it('a 204 that gets a body is a 200: a page that answers a delete, with or without having deleted', async () => {
    for (const [when, left] of [
      ['before', 2],
      ['after', 1],
    ] as const) {
      const { ask, world } = await open({ rules: [{ when, fault: { kind: 'html' } }] })
      expect(await ask('DELETE', '/snapshots/801/')).toMatchObject({ status: 200 })
      expect(world.report().snapshots).toHaveLength(left)
    }
    const { ask } = await open({ rules: [{ when: 'after', fault: { kind: 'empty' } }] })
    expect(await ask('DELETE', '/snapshots/801/')).toMatchObject({ status: 204, body: '' })
  })

  it('a challenge can be large and leave its tags open', async () => {
    const fault: Fault = { kind: 'challenge', status: 503, bytes: 300_000, unclosed: true, title: 'Wait' }
    const { ask, faults } = await open({ rules: [{ match: { nth: 1 }, when: 'before', fault }] })
    const page = (await ask('GET', '/snapshots/'))?.body ?? ''
    expect(page.length).toBeGreaterThanOrEqual(300_000)
    expect([page.includes('<title>Wait'), page.includes('</')]).toEqual([true, false])
    faults.add({ match: { nth: 1 }, when: 'before', fault: { ...fault, unclosed: false } })
    expect((await ask('GET', '/snapshots/'))?.body).toMatch(/<title>Wait<\/title>.{299000,}<\/html>$/)
  })

  it('fields of every item of a list, and of one, can be others', async () => {
    const set = { 'results.*.name': null, 'results.1.id': 'x', count: 7 }
    const { ask } = await open({
      rules: [{ when: 'after', fault: { kind: 'fields', set, remove: ['results.*.server'] } }],
    })
    const { count, results } = JSON.parse((await ask('GET', '/snapshots/'))?.body ?? '')
    expect([
      count,
      results.map(({ id, name, server }: Record<string, unknown>) => [id, name, server]),
    ]).toEqual([
      7,
      [
        [801, null, undefined],
        ['x', null, undefined],
      ],
    ])
    expect((await ask('DELETE', '/snapshots/801/'))?.body).toBe('{"count":7}')
  })

  it('others can act between two pages, before or after one is read', async () => {
    const fault: Fault = { kind: 'meanwhile', do: [{ act: 'delete', snapshot: '801' }] }
    const settings = { snapshotPaging: true, pageSize: 1 }
    for (const [when, status] of [
      ['before', 404],
      ['after', 200],
    ] as const) {
      const rule: FaultRule = { match: { kind: 'list-snapshots', query: 'page=2' }, when, fault }
      const { ask, world } = await open({ rules: [rule], settings })
      expect(JSON.parse((await ask('GET', '/snapshots/'))?.body ?? '')).toMatchObject({ count: 2 })
      expect(await ask('GET', '/snapshots/?page=2')).toMatchObject({ status })
      expect(world.snapshot('801')).toBeUndefined()
    }
  })

  const LIMITED: readonly (readonly [Omit<Extract<Fault, { kind: 'limiter' }>, 'kind'>, string, object])[] = [
    [{ perSecond: 1 }, '.xxx.x', { status: 429, body: expect.stringContaining('available in 1 second.') }],
    [{ perSecond: 0.25, tells: 'retry-after' }, '.xxxxx', { status: 429, headers: { 'retry-after': '4' } }],
    [{ perSecond: 10, burst: 2 }, '...x...', { status: 429 }],
    [
      { perSecond: 1, tells: 'ratelimit' },
      '.xxx.x',
      { headers: { 'ratelimit-limit': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' } },
    ],
    [
      { perSecond: 1, burst: 1, status: 403, tells: 'x-ratelimit', body: 'empty' },
      '..xx.x',
      { status: 403, headers: { 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0' }, body: '' },
    ],
    [
      { perSecond: 1, status: 503, body: 'html' },
      '.xxx.x',
      { status: 503, body: expect.stringContaining('<title>503 Service Temporarily Unavailable</title>') },
    ],
  ]
  it.each(LIMITED)('a limiter %j lets through %s', async (options, expected, refusal) => {
    const { ask, pass, log } = await open({
      rules: [{ when: 'before', fault: { kind: 'limiter', ...options } }],
    })
    const answers = []
    // Four at once, then, a second later, one or more again.
    for (let index = 0; index < expected.length; index += 1) {
      if (index === 4) await pass(1000)
      answers.push(await ask('GET', '/account/me/'))
    }
    expect(answers.map(answer => (answer?.status === 200 ? '.' : 'x')).join('')).toBe(expected)
    expect(answers.find(answer => answer?.status !== 200)).toMatchObject(refusal)
    expect(log.map(({ acted }) => (acted ? '.' : 'x')).join('')).toBe(expected)
  })

  it('everything that comes from there has the date of the API’s clock, unless it has one of its own', async () => {
    const { ask, faults } = await open({ settings: { clockSkewMs: 3_600_000 } })
    expect((await ask('GET', '/snapshots/'))?.headers['date']).toBe('Thu, 16 Jan 2025 17:15:00 GMT')
    faults.add({ match: { nth: 1 }, when: 'before', fault: { kind: 'challenge', status: 401 } })
    expect((await ask('GET', '/snapshots/'))?.headers['date']).toBe('Thu, 16 Jan 2025 17:15:00 GMT')
    const headers = { date: 'Wed, 01 Jan 2020 00:00:00 GMT' }
    faults.add({ when: 'before', fault: { kind: 'status', status: 500, headers } })
    expect((await ask('GET', '/snapshots/'))?.headers['date']).toBe(headers.date)
  })

  it.each([
    [404, {}, '{"detail":"Not Found"}'],
    [499, {}, '{"detail":"Error"}'],
    [404, { body: '' }, ''],
    [202, {}, ''],
    [302, {}, ''],
  ])('a status of %i %j is the API’s own refusal unless it says otherwise', async (status, more, body) => {
    const { ask } = await open({ rules: [{ when: 'before', fault: { kind: 'status', status, ...more } }] })
    expect(await ask('GET', '/snapshots/')).toMatchObject({ status, body })
  })

  it('has no date where the settings want none', async () => {
    const { ask } = await open({ settings: { dateHeader: false } })
    expect((await ask('GET', '/snapshots/'))?.headers).not.toHaveProperty('date')
  })
})
