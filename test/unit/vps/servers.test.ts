import { describe, expect, it } from 'vitest'
import { answer, bench, rawSnapshot, serverId } from './fake-wire.ts'

const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
const ID = serverId('12345')
const FAR = { deadline: 100_000_000 }
const MISSING = answer(404, { detail: 'Not found.' })
const LIST = 'GET /servers/?page_size=100'
const BY_ID = 'GET /servers/12345/'
const BY_UUID = `GET /servers/${UUID}/`

function list(...results: readonly object[]) {
  return answer(200, { count: results.length, next: null, results })
}

const OTHER = { id: 7, uuid: '00000000-0000-4000-8000-000000000000', name: 'other', status: 'off' }
const BOTH = { id: 12345, uuid: UUID, name: 'web', status: 'active' }

describe('readServer', () => {
  it('reads the server under the id that was asked for', async () => {
    const { client } = bench([
      answer(200, { uuid: UUID, hostname: 'web', status: 'active', password: 'root' }),
    ])
    expect(await client.readServer(ID, FAR)).toStrictEqual({
      ok: true,
      value: { id: '12345', name: 'web', status: 'active' },
    })
  })

  it('looks a server that is not known up in the list, and goes on with its other id', async () => {
    const { client, wire } = bench([MISSING, list(OTHER, BOTH), answer(200, { ...BOTH, status: 'stopped' })])
    expect(await client.readServer(ID, FAR)).toStrictEqual({
      ok: true,
      value: { id: '12345', name: 'web', status: 'active' },
    })
    expect(await client.readServer(ID, FAR)).toStrictEqual({
      ok: true,
      value: { id: '12345', name: 'web', status: 'stopped' },
    })
    await client.power(ID, 'start', FAR)
    expect(wire.lines).toEqual([BY_ID, LIST, BY_UUID, `POST /servers/${UUID}/power/`])
  })

  it('finds a UUID as well as a number, on any page', async () => {
    const next = 'https://admin.vps.org/api/v1/servers/?page=2'
    const first = answer(200, { count: 2, next, results: [OTHER] })
    const { client, wire } = bench([MISSING, first, list(BOTH), answer(200, BOTH)])
    const found = await client.readServer(serverId(UUID), FAR)
    await client.readServer(serverId(UUID), FAR)
    expect(found).toStrictEqual({ ok: true, value: { id: UUID, name: 'web', status: 'active' } })
    expect(wire.lines).toEqual([BY_UUID, LIST, 'GET /servers/?page=2', BY_ID])
  })

  it('goes on with the list where there is no other id', async () => {
    const { client, wire } = bench([
      MISSING,
      list({ id: 12345, status: 'active' }),
      list({ ...BOTH, uuid: null }),
    ])
    await client.readServer(ID, FAR)
    expect(await client.readServer(ID, FAR)).toStrictEqual({
      ok: true,
      value: { id: '12345', name: 'web', status: 'active' },
    })
    await client.power(ID, 'start', FAR)
    expect(wire.lines).toEqual([BY_ID, LIST, LIST, 'POST /servers/12345/power/'])
  })

  it('goes on with the list where the other id is not known either', async () => {
    const { client, wire } = bench([MISSING, list(BOTH), MISSING, list(BOTH), list(BOTH), MISSING, MISSING])
    for (const _ of [1, 2, 3]) expect((await client.readServer(ID, FAR)).ok).toBe(true)
    expect(wire.lines).toEqual([BY_ID, LIST, BY_UUID, LIST, LIST])
    const { client: failing } = bench([MISSING, list({ ...BOTH, uuid: null }), answer(403)])
    await failing.readServer(ID, FAR)
    expect(await failing.readServer(ID, FAR)).toMatchObject({ ok: false, failure: { status: 403 } })
  })

  it('asks the endpoint when a server is in the list no more', async () => {
    const { client, wire } = bench([MISSING, list({ ...BOTH, uuid: null }), list(OTHER), MISSING])
    await client.readServer(ID, FAR)
    expect(await client.readServer(ID, FAR)).toMatchObject({
      ok: false,
      failure: { status: 404, path: '/servers/12345/' },
    })
    expect(wire.lines).toEqual([BY_ID, LIST, LIST, BY_ID])
  })

  it('looks only once for a server that nobody knows', async () => {
    const { client, wire } = bench([MISSING, list(OTHER), MISSING])
    for (const _ of [1, 2]) {
      expect(await client.readServer(ID, FAR)).toStrictEqual({
        ok: false,
        failure: {
          kind: 'refused',
          method: 'GET',
          path: '/servers/12345/',
          status: 404,
          detail: 'Not found.',
          repeated: 1,
        },
      })
    }
    expect(wire.lines).toEqual([BY_ID, LIST, BY_ID])
  })

  it('remembers nothing of a list that was not answered', async () => {
    const { client, wire } = bench([MISSING, answer(500), MISSING, list(BOTH)])
    expect(await client.readServer(ID, { ...FAR, once: true })).toMatchObject({
      ok: false,
      failure: { status: 500, path: '/servers/?page_size=100' },
    })
    expect((await client.readServer(ID, { ...FAR, once: true })).ok).toBe(true)
    expect(wire.lines).toEqual([BY_ID, LIST, BY_ID, LIST])
  })

  it('looks nothing up for another refusal', async () => {
    const { client, wire } = bench([answer(403)])
    expect(await client.readServer(ID, FAR)).toMatchObject({ ok: false, failure: { status: 403 } })
    expect(wire.lines).toEqual([BY_ID])
  })

  it('is not led astray by servers without ids', async () => {
    const { client } = bench([MISSING, list({ status: 'x' }, { status: 'y' }, BOTH)])
    expect(await client.readServer(ID, FAR)).toMatchObject({ ok: true, value: { name: 'web' } })
    expect(rawSnapshot(1)).toMatchObject({ id: 1 })
  })
})
