import { describe, expect, it } from 'vitest'
import { CANCEL_GRACE, READ_TIMEOUT, WRITE_TIMEOUT } from '../../../src/vps/caller.ts'
import type { ApiResult } from '../../../src/vps/failure.ts'
import type { WireResult } from '../../../src/vps/wire.ts'
import {
  API,
  answer,
  type Bench,
  bench,
  lost,
  rawSnapshot,
  serverId,
  snapshotId,
  TOKEN,
} from './fake-wire.ts'

const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
const FAR = { deadline: 100_000_000 }
const CREATED = {
  ...rawSnapshot(802),
  status: 'in_progress',
  size_mb: null,
  message: 'Snapshot is being created.',
}
const REQUEST = { server: serverId('12345'), name: 'before-update-snapshot', description: 'Before "it"' }
const OK_LIST = answer(200, { count: 1, results: [rawSnapshot(801)] })

const calls = {
  list: ({ client }: Bench, options = FAR) => client.listSnapshots({ server: serverId('12345') }, options),
  create: ({ client }: Bench, options = FAR) => client.createSnapshot(REQUEST, options),
  restore: ({ client }: Bench, options = FAR) => client.restoreSnapshot(snapshotId('801'), options),
  remove: ({ client }: Bench, options = FAR) => client.deleteSnapshot(snapshotId('801'), options),
  server: ({ client }: Bench, options = FAR) => client.readServer(serverId('12345'), options),
  power: ({ client }: Bench, options = FAR) => client.power(serverId('12345'), 'stop', options),
  account: ({ client }: Bench, options = FAR) => client.account(options),
}

function failureOf(result: ApiResult<unknown>) {
  if (result.ok) throw new Error('it worked')
  return result.failure
}

describe('a request', () => {
  it.each([
    ['list', 'GET', '/snapshots/?server_id=12345', undefined],
    [
      'create',
      'POST',
      '/snapshots/',
      '{"server_id":12345,"name":"before-update-snapshot","description":"Before \\"it\\""}',
    ],
    ['restore', 'POST', '/snapshots/801/restore/', undefined],
    ['remove', 'DELETE', '/snapshots/801/', undefined],
    ['server', 'GET', '/servers/12345/', undefined],
    ['power', 'POST', '/servers/12345/power/', '{"action":"stop"}'],
    ['account', 'GET', '/account/me/', undefined],
  ] as const)('to %s is made as the reference makes it', async (name, method, path, body) => {
    const made = bench([answer(400)])
    await calls[name](made)
    expect(made.wire.sent.map(({ request }) => request)).toStrictEqual([
      {
        method,
        url: new URL(API + path),
        headers: {
          Authorization: `Bearer ${TOKEN}`,
          'Content-Type': 'application/json',
          Accept: 'application/json',
          'User-Agent': 'vps-snapshot-action',
        },
        ...(body === undefined ? {} : { body }),
      },
    ])
  })

  it('goes below any base, with or without a slash at its end', async () => {
    for (const base of ['http://127.0.0.1:80/', 'http://127.0.0.1', 'https://gateway.test/vps/v1//']) {
      const made = bench([answer(400)], { apiUrl: new URL(base) })
      await calls.account(made)
      expect(made.wire.lines).toEqual([`GET ${base.replace(':80', '').replace(/\/+$/, '')}/account/me/`])
    }
  })

  it('keeps every digit of a server id, and sends a UUID as text', async () => {
    const made = bench([answer(400)])
    await made.client.createSnapshot({ ...REQUEST, server: serverId('90071992547409931234') }, FAR)
    await made.client.createSnapshot({ ...REQUEST, server: serverId(UUID) }, FAR)
    const bodies = made.wire.sent.map(({ request }) => request.body ?? '')
    expect(bodies[0]).toMatch(/^\{"server_id":90071992547409931234,/)
    expect(bodies[1]).toMatch(new RegExp(`^\\{"server_id":"${UUID}",`))
  })

  it('has its own time-out, clamped to the deadline', async () => {
    expect([READ_TIMEOUT, WRITE_TIMEOUT, CANCEL_GRACE]).toEqual([30_000, 60_000, 1_000])
    for (const [name, limit] of [
      ['list', 30_000],
      ['create', 60_000],
      ['remove', 60_000],
    ] as const) {
      const made = bench([answer(400)])
      await calls[name](made)
      await calls[name](made, { deadline: made.clock.now() + 1_234 })
      expect(made.wire.sent.map(({ options }) => options.timeoutMs)).toEqual([limit, 1_234])
    }
  })
})

describe('an answer', () => {
  it('of a create is the snapshot', async () => {
    expect(await calls.create(bench([answer(201, CREATED)]))).toStrictEqual({
      ok: true,
      value: {
        id: '802',
        server: { id: '12345', name: 'web-server-01' },
        name: 's802',
        status: 'in_progress',
        sizeMb: null,
        createdAt: '2025-01-15T18:30:00Z',
        description: '',
      },
    })
  })

  it('of a restore is its message', async () => {
    const body = { status: 'success', message: 'Server is being restored.', snapshot: { id: 801 } }
    expect(await calls.restore(bench([answer(200, body)]))).toStrictEqual({
      ok: true,
      value: { message: 'Server is being restored.' },
    })
    expect(await calls.restore(bench([answer(299, { status: 'success' })]))).toStrictEqual({
      ok: true,
      value: { message: '' },
    })
  })

  it('of a delete or a change of power needs no body', async () => {
    expect(await calls.remove(bench([answer(204)]))).toStrictEqual({ ok: true, value: 'deleted' })
    expect(await calls.power(bench([answer(202, '<html>')]))).toStrictEqual({ ok: true, value: undefined })
  })

  it('of the account is what the token may do', async () => {
    const body = { account: { email: 'a@b.test' }, token: { name: 'ci', permissions: ['snapshots:read'] } }
    expect(await calls.account(bench([answer(200, body)]))).toStrictEqual({
      ok: true,
      value: { permissions: ['snapshots:read'] },
    })
  })

  it.each([
    ['', 'the answer is empty'],
    [' \n', 'the answer is empty'],
    ['{"id": 80', 'the answer is not JSON'],
    ['{}', 'id is missing'],
  ])('that is %j cannot be read, and a POST is not repeated', async (body, detail) => {
    const made = bench([answer(201, body)])
    expect(await calls.create(made)).toStrictEqual({
      ok: false,
      failure: { kind: 'unreadable', method: 'POST', path: '/snapshots/', status: 201, detail, repeated: 1 },
    })
    expect(made.wire.lines).toEqual(['POST /snapshots/'])
  })

  it('outside of 2xx is refused, in its own words', async () => {
    const made = bench([answer(403, { detail: 'Needs snapshots:write.' })])
    expect(await calls.restore(made)).toStrictEqual({
      ok: false,
      failure: {
        kind: 'refused',
        method: 'POST',
        path: '/snapshots/801/restore/',
        status: 403,
        detail: 'Needs snapshots:write.',
        repeated: 1,
      },
    })
    expect(failureOf(await calls.restore(bench([answer(199)])))).toMatchObject({
      kind: 'refused',
      status: 199,
    })
    expect(failureOf(await calls.restore(bench([answer(404)])))).toMatchObject({
      kind: 'refused',
      status: 404,
    })
  })

  it('with a Retry-After hands it on', async () => {
    const failure = failureOf(await calls.create(bench([answer(503, '', { 'retry-after': '12' })])))
    expect(failure).toMatchObject({ status: 503, retryAfterMs: 12_000 })
    const date = new Date(1_000_000 + 5_000).toUTCString()
    const dated = failureOf(await calls.create(bench([answer(503, '', { 'retry-after': date })])))
    expect(dated.retryAfterMs).toBe(5_000)
  })

  it.each([
    [
      { location: 'https://user:pw@evil.test:8443/login?next=x#y' },
      'it points to https://evil.test:8443/login',
    ],
    [{ location: '../other/' }, 'it points to https://admin.vps.org/api/v1/other/'],
    [{ location: `/x/${TOKEN}` }, 'it points to https://admin.vps.org/x/***'],
    [{ location: 'http://[' }, 'it names no target'],
    [{}, 'it names no target'],
  ])('that redirects is not followed', async (headers, detail) => {
    for (const status of [300, 302, 399]) {
      const made = bench([answer(status, '', headers)])
      expect(failureOf(await calls.list(made))).toStrictEqual({
        kind: 'redirect',
        method: 'GET',
        path: '/snapshots/?server_id=12345',
        status,
        detail,
        repeated: 1,
      })
      expect(made.wire.sent).toHaveLength(1)
    }
  })

  it('never brings the token out', async () => {
    const echo = `bad ${TOKEN} ${encodeURIComponent(TOKEN)} ${Buffer.from(TOKEN).toString('base64')}`
    const made = bench([
      answer(400, { detail: echo }),
      answer(400, echo),
      lost('timeout', echo),
      answer(201, { ...CREATED, name: echo, description: echo }),
    ])
    const results = [
      await calls.create(made),
      await calls.create(made),
      await calls.create(made),
      await calls.create(made),
    ]
    const text = JSON.stringify([results, made.lines])
    expect(text).not.toContain(TOKEN)
    expect(text).not.toContain(Buffer.from(TOKEN).toString('base64').slice(0, 12))
    expect(failureOf(results[0] ?? results[1] ?? { ok: true, value: 0 }).detail).toMatch(
      /^bad \*\*\* \*\*\* \*\*\*/,
    )
  })

  it('that is endless text is cut', async () => {
    const failure = failureOf(await calls.create(bench([answer(400, 'x'.repeat(100_000))])))
    expect(failure.detail).toHaveLength(2_000)
    expect(failureOf(await calls.create(bench([lost('timeout', 'y'.repeat(9_999))]))).detail).toHaveLength(
      2_000,
    )
  })
})

describe('repetition', () => {
  it('of a read goes on until there is an answer, and tells of each', async () => {
    const made = bench([lost('interrupted', 'reset'), answer(502), answer(200, 'no JSON'), OK_LIST])
    const result = await made.clock.run(calls.list(made))
    expect(result.ok).toBe(true)
    expect(made.wire.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 500, 1_500, 3_500])
    expect(made.retries.map(({ failure, delayMs }) => [failure.kind, failure.repeated, delayMs])).toEqual([
      ['interrupted', 1, 500],
      ['refused', 2, 1_000],
      ['unreadable', 3, 2_000],
    ])
  })

  it('ends at the deadline with the last failure', async () => {
    const made = bench([answer(500, 'down')])
    const failure = failureOf(await made.clock.run(calls.remove(made, { deadline: 1_004_000 })))
    expect(failure).toMatchObject({ kind: 'refused', status: 500, detail: 'down', repeated: 4 })
    expect(made.clock.now()).toBe(1_003_500)
  })

  it('of a read ends after five minutes', async () => {
    const made = bench([answer(429)])
    await made.clock.run(calls.account(made))
    expect(made.clock.now()).toBeGreaterThan(1_000_000 + 280_000)
    expect(made.clock.now()).toBeLessThan(1_000_000 + 300_000)
  })

  it('does not follow a sleep that lasted beyond the deadline', async () => {
    const made = bench([answer(500)])
    const late = { now: () => made.clock.now(), sleep: (ms: number) => made.clock.sleep(ms + 10_000) }
    const slow = bench([answer(500, 'down')], { clock: late })
    const failure = failureOf(await made.clock.run(calls.remove(slow, { deadline: 1_009_000 })))
    expect(failure).toMatchObject({ kind: 'refused', detail: 'down', repeated: 1 })
    expect(slow.wire.sent).toHaveLength(1)
  })

  it('is not done for a poll', async () => {
    const made = bench([answer(500), OK_LIST])
    const result = await made.client.listSnapshots({}, { ...FAR, once: true })
    expect(failureOf(result).status).toBe(500)
    expect([made.wire.sent.length, made.retries]).toEqual([1, []])
  })

  it('of a POST is done only where it certainly did nothing', async () => {
    const made = bench([lost('unreachable'), answer(429, '', { 'retry-after': '9' }), answer(500)])
    const failure = failureOf(await made.clock.run(calls.create(made)))
    expect(failure).toMatchObject({ status: 500, repeated: 3 })
    expect(made.wire.sent.map(({ at }) => at - 1_000_000)).toEqual([0, 500, 9_500])
    for (const kind of ['timeout', 'interrupted', 'oversized', 'certificate'] as const) {
      const once = bench([lost(kind)])
      expect(failureOf(await calls.create(once)).kind).toBe(kind)
      expect(once.wire.sent).toHaveLength(1)
    }
  })

  it('needs neither listener', async () => {
    const made = bench([answer(500), OK_LIST])
    const { client } = bench([], { wire: made.wire, clock: made.clock })
    const quiet = await made.clock.run(client.listSnapshots({}, FAR))
    expect(quiet.ok).toBe(true)
  })
})

describe('the deadline', () => {
  it('that has passed lets nothing be sent', async () => {
    const made = bench([OK_LIST])
    expect(await calls.list(made, { deadline: 1_000_000 })).toStrictEqual({
      ok: false,
      failure: {
        kind: 'expired',
        method: 'GET',
        path: '/snapshots/?server_id=12345',
        detail: '',
        repeated: 0,
      },
    })
    expect(made.wire.sent).toEqual([])
  })

  it('makes a time-out of its own making an expiry', async () => {
    const made = bench([lost('timeout', 'no answer')])
    expect(failureOf(await calls.create(made, { deadline: 1_059_999 }))).toStrictEqual({
      kind: 'expired',
      method: 'POST',
      path: '/snapshots/',
      detail: 'no answer',
      repeated: 1,
    })
    expect(failureOf(await calls.create(made, { deadline: 1_060_000 })).kind).toBe('timeout')
    const unreachable = bench([lost('unreachable')])
    expect(failureOf(await calls.create(unreachable, { deadline: 1_000_100 })).kind).toBe('unreachable')
  })
})

describe('a delete that meets 404', () => {
  it('at first finds the snapshot gone', async () => {
    expect(await calls.remove(bench([answer(404)]))).toStrictEqual({ ok: true, value: 'gone' })
  })

  it.each([answer(500), answer(408), lost('timeout'), lost('interrupted')])(
    'after an unanswered try has deleted it',
    async first => {
      const made = bench([first, answer(429), answer(404)])
      expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'deleted' })
    },
  )

  it.each([answer(429), lost('unreachable')])('after a try that did nothing finds it gone', async first => {
    const made = bench([first, answer(404)])
    expect(await made.clock.run(calls.remove(made))).toStrictEqual({ ok: true, value: 'gone' })
  })
})

describe('cancellation', () => {
  const reason = new Error('cancelled')

  it('before a call lets nothing be sent', async () => {
    for (const name of ['list', 'create', 'remove'] as const) {
      const made = bench([OK_LIST])
      made.cancel.abort(reason)
      await expect(calls[name](made)).rejects.toBe(reason)
      expect(made.wire.sent).toEqual([])
    }
  })

  it('during a read ends it at once', async () => {
    const made = bench([
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason))
        }),
    ])
    const call = calls.list(made)
    made.cancel.abort(reason)
    await expect(call).rejects.toBe(reason)
    expect(made.clock.now()).toBe(1_000_000)
  })

  it('between two tries ends the wait', async () => {
    const made = bench([answer(500)])
    made.clock.at(1_000_200, () => made.cancel.abort(reason))
    await expect(made.clock.run(calls.list(made))).rejects.toBe(reason)
    expect([made.clock.now(), made.wire.sent.length]).toEqual([1_000_200, 1])
  })

  function answeredAfter(ms: number, result: WireResult, made: () => Bench) {
    return (_: unknown, { signal }: { readonly signal?: AbortSignal }): Promise<WireResult> =>
      made()
        .clock.sleep(ms, signal)
        .then(() => result)
  }

  it.each(['create', 'remove'] as const)('during a %s waits a second for its answer', async name => {
    const made: Bench = bench([
      answeredAfter(1_500, answer(name === 'create' ? 201 : 204, CREATED), () => made),
    ])
    made.clock.at(1_000_501, () => made.cancel.abort(reason))
    const result = await made.clock.run<ApiResult<unknown>>(calls[name](made))
    expect(result.ok).toBe(true)
    expect(made.clock.now()).toBe(1_001_500)
  })

  it('during a POST ends it after that second', async () => {
    const made: Bench = bench([answeredAfter(5_000, answer(201, CREATED), () => made)])
    made.clock.at(1_000_100, () => made.cancel.abort(reason))
    await expect(made.clock.run(calls.create(made))).rejects.toBe(reason)
    expect(made.clock.now()).toBe(1_001_100)
  })

  it('hands on what came in that second, and repeats nothing', async () => {
    const made: Bench = bench([answeredAfter(500, answer(500, 'down'), () => made)])
    made.clock.at(1_000_100, () => made.cancel.abort(reason))
    const failure = failureOf(await made.clock.run<ApiResult<unknown>>(calls.remove(made)))
    expect([failure.status, made.wire.sent.length, made.retries]).toEqual([500, 1, []])
  })

  it('leaves no listener and no wait behind a request that was answered', async () => {
    const made = bench([answer(204)])
    await calls.remove(made)
    made.cancel.abort(reason)
    expect(made.clock.pending).toBe(0)
    expect(made.wire.sent[0]?.options.signal?.aborted).toBe(false)
  })
})

describe('the debug lines', () => {
  it('name each exchange and its outcome, never a body', async () => {
    const made: Bench = bench([
      async () => {
        await made.clock.sleep(120)
        return lost('timeout', 'slow')
      },
      OK_LIST,
    ])
    await made.clock.run(calls.list(made))
    expect(made.lines).toEqual([
      'GET /snapshots/?server_id=12345: timeout (slow) after 120 ms',
      'GET /snapshots/?server_id=12345: 200 after 0 ms',
    ])
  })
})
