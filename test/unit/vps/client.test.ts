import { describe, expect, it } from 'vitest'
import { CANCEL_GRACE_MS, READ_TIMEOUT_MS, WRITE_TIMEOUT_MS } from '../../../src/vps/caller.ts'
import { isAmbiguous } from '../../../src/vps/failure.ts'
import { CREATED, calls, FAR, failureOf, REQUEST, UUID } from './calls.ts'
import { API, answer, bench, lost, rawSnapshot, refused, serverId, TOKEN } from './fake-transport.ts'

describe('a request', () => {
  it.each([
    ['list', 'GET', '/snapshots/?server_id=12345&page_size=100', undefined],
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
    const made = bench([refused(400)])
    await calls[name](made)
    expect(made.transport.sent.map(({ request }) => request)).toStrictEqual([
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
      const made = bench([refused(400)], { apiUrl: new URL(base) })
      await calls.account(made)
      expect(made.transport.lines).toEqual([`GET ${base.replace(':80', '').replace(/\/+$/, '')}/account/me/`])
    }
  })

  it('keeps every digit of a server id, and sends a UUID as text', async () => {
    const made = bench([refused(400)])
    await made.client.createSnapshot({ ...REQUEST, server: serverId('90071992547409931234') }, FAR)
    await made.client.createSnapshot({ ...REQUEST, server: serverId(UUID) }, FAR)
    const bodies = made.transport.sent.map(({ request }) => request.body ?? '')
    expect(bodies[0]).toMatch(/^\{"server_id":90071992547409931234,/)
    expect(bodies[1]).toMatch(new RegExp(`^\\{"server_id":"${UUID}",`))
  })

  it('has its own time-out, clamped to the deadline', async () => {
    expect([READ_TIMEOUT_MS, WRITE_TIMEOUT_MS, CANCEL_GRACE_MS]).toEqual([30_000, 60_000, 1_000])
    for (const [name, limit] of [
      ['list', 30_000],
      ['create', 60_000],
      ['remove', 60_000],
    ] as const) {
      const made = bench([refused(400)])
      await calls[name](made)
      await calls[name](made, { deadline: made.clock.now() + 1_234 })
      expect(made.transport.sent.map(({ options }) => options.timeoutMs)).toEqual([limit, 1_234])
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

  it('of a create is about the server that was asked for, under the id that was asked for', async () => {
    const created = async (server: unknown, asked = '12345') => {
      const made = bench([answer(200, [{ id: 12345, uuid: UUID }]), answer(201, { ...CREATED, server })])
      const servers = [serverId('999')]
      await made.client.listSnapshots({ servers }, FAR)
      return await made.client.createSnapshot({ ...REQUEST, server: serverId(asked) }, FAR)
    }
    for (const server of [null, 12345, { name: 'web' }, { uuid: UUID }]) {
      expect(await created(server)).toMatchObject({ ok: true, value: { id: '802', server: { id: '12345' } } })
    }
    expect(await created({ id: 12345, name: 'web' }, UUID)).toMatchObject({
      value: { server: { id: UUID, name: 'web' } },
    })
    for (const server of [7, { id: 7, name: 'web' }, { id: 7, uuid: UUID.replace('2', '3') }]) {
      expect(failureOf(await created(server))).toMatchObject({ kind: 'mismatch', status: 201, repeated: 1 })
    }
    expect(failureOf(await created({ id: 7 })).detail).toBe('snapshot 802 belongs to server 7, not 12345')
  })

  it('of a create teaches by which number the API knows a UUID', async () => {
    const made = bench([answer(201, CREATED), answer(201, CREATED), answer(200, [])])
    await made.client.createSnapshot({ ...REQUEST, server: serverId(UUID) }, FAR)
    expect(made.client.sameServer(serverId(UUID), serverId('12345'))).toBe(true)
    expect(made.client.sameServer(serverId(UUID), serverId('7'))).toBe(false)
    await made.client.createSnapshot({ ...REQUEST, server: serverId(UUID) }, FAR)
    expect(made.transport.sent[1]?.request.body).toMatch(/^\{"server_id":12345,/)
    await made.client.listSnapshots({ servers: [serverId(UUID)] }, FAR)
    expect(made.transport.lines[2]).toBe('GET /snapshots/?server_id=12345&page_size=100')
  })

  it.each(['create', 'restore', 'remove', 'power'] as const)('of a %s can say no with 2xx', async name => {
    const made = bench([answer(200, { status: 'error', message: 'Busy.' })])
    const failure = failureOf(await calls[name](made))
    expect(failure).toMatchObject({ kind: 'refused', status: 200, bodyForm: 'json', detail: 'Busy.' })
    expect([isAmbiguous(failure), made.transport.sent.length]).toEqual([false, 1])
    const named = await calls[name](bench([answer(200, { errors: { name: ['Too long.'] } })]))
    expect(failureOf(named)).toMatchObject({ fields: ['name'], detail: 'errors: name: Too long.' })
  })

  it('of a read says how the server is, and not that it was refused', async () => {
    const read = await calls.server(bench([answer(200, { id: 12345, name: 'web', status: 'error' })]))
    expect(read).toMatchObject({ ok: true, value: { status: 'error' } })
  })

  it('of a delete may show the failed snapshot that is gone', async () => {
    const gone = answer(200, { ...rawSnapshot(801), status: 'failed', error: 'No space.' })
    expect(await calls.remove(bench([gone]))).toStrictEqual({ ok: true, value: 'deleted' })
  })

  it('of a read that is about something else is asked for again', async () => {
    const server = (id: number) => answer(200, { id, name: 'web', status: 'active' })
    const made = bench([server(7), server(12345)])
    expect(await made.clock.run(calls.server(made))).toMatchObject({ ok: true, value: { status: 'active' } })
    expect(made.retries.map(({ failure }) => failure.kind)).toEqual(['mismatch'])
    const endless = bench([server(7)])
    const failure = failureOf(await endless.clock.run(calls.server(endless)))
    expect(failure).toMatchObject({ kind: 'mismatch', detail: 'it names server 7' })
    expect(failure.repeated).toBeGreaterThan(5)
  })

  it('of a restore can be about something else', async () => {
    const wrong = await calls.restore(bench([answer(200, { status: 'success', server: { id: 7 } })]))
    expect(failureOf(wrong)).toMatchObject({ kind: 'mismatch', detail: 'it names server 7, not 12345' })
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
    expect(await calls.remove(bench([answer(200)]))).toStrictEqual({ ok: true, value: 'deleted' })
    expect(await calls.remove(bench([answer(200, '{}')]))).toStrictEqual({ ok: true, value: 'deleted' })
    expect(await calls.remove(bench([answer(200, '"ok"')]))).toStrictEqual({ ok: true, value: 'deleted' })
    expect(await calls.power(bench([answer(202, ' ')]))).toStrictEqual({ ok: true, value: undefined })
  })

  it('of the account is what the token may do', async () => {
    const body = { account: { email: 'a@b.test' }, token: { name: 'ci', permissions: ['snapshots:read'] } }
    expect(await calls.account(bench([answer(200, body)]))).toStrictEqual({
      ok: true,
      value: { permissions: ['snapshots:read'] },
    })
  })

  it.each([
    ['', 'the response is empty'],
    [' \n', 'the response is empty'],
    ['{"id": 80', 'the response is not JSON'],
    ['{}', 'id is missing'],
  ])('that is %j cannot be read, and a POST is not repeated', async (body, detail) => {
    const made = bench([answer(201, body)])
    expect(await calls.create(made)).toStrictEqual({
      ok: false,
      failure: {
        ...{ kind: 'unreadable', method: 'POST', path: '/snapshots/', status: 201, httpStatus: 201 },
        ...{ detail, repeated: 1 },
      },
    })
    expect(made.transport.lines).toEqual(['POST /snapshots/'])
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
        httpStatus: 403,
        bodyForm: 'json',
        detail: 'Needs snapshots:write.',
        repeated: 1,
      },
    })
    expect(failureOf(await calls.restore(bench([refused(199)])))).toMatchObject({
      kind: 'refused',
      status: 199,
    })
    expect(failureOf(await calls.restore(bench([refused(404)])))).toMatchObject({
      kind: 'refused',
      status: 404,
    })
  })

  it('with a Retry-After hands it on', async () => {
    const failure = failureOf(await calls.create(bench([refused(503, 'No.', { 'retry-after': '12' })])))
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
        path: '/snapshots/?server_id=12345&page_size=100',
        status,
        httpStatus: status,
        detail,
        repeated: 1,
      })
      expect(made.transport.sent).toHaveLength(1)
    }
  })

  it('never brings the token out', async () => {
    const echo = `bad ${TOKEN} ${encodeURIComponent(TOKEN)} ${JSON.stringify(TOKEN)}`
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
    expect(failureOf(results[0] ?? results[1] ?? { ok: true, value: 0 }).detail).toMatch(
      /^bad \*\*\* \*\*\* "\*\*\*"/,
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
