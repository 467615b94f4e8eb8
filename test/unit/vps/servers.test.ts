import { describe, expect, it } from 'vitest'
import type { FoundByName } from '../../../src/vps/client.ts'
import { answer, bench, type Reply, refused, serverId } from './fake-transport.ts'

const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
const ID = serverId('12345')
const FAR = { deadline: 100_000_000, once: true }
const MISSING = answer(404, { detail: 'Not found.' })
const LIST = 'GET /servers/?page_size=100'
const BY_ID = 'GET /servers/12345/'
const BY_UUID = `GET /servers/${UUID}/`

function list(...results: readonly object[]) {
  return answer(200, { count: results.length, next: null, results })
}

const OTHER = { id: 7, uuid: '00000000-0000-4000-8000-000000000000', name: 'other', status: 'off' }
const WEB = { id: '12345', otherIds: [], name: 'web', status: 'active', foundByName: false }
const WEB_BY_BOTH = { ...WEB, otherIds: [UUID] }
const BOTH = { id: 12345, uuid: UUID, name: 'web', status: 'active' }

describe('readServer', () => {
  it('reads the server under the id that was asked for', async () => {
    const { client } = bench([
      answer(200, { uuid: UUID, hostname: 'web', status: 'active', password: 'root' }),
    ])
    expect(await client.readServer({ id: ID }, FAR)).toStrictEqual({
      ok: true,
      value: { ...WEB, otherIds: [UUID] },
    })
  })

  it('looks a server that is not known up in the list, and goes on with its other id', async () => {
    const { client, transport } = bench([
      MISSING,
      list(OTHER, BOTH),
      answer(200, { ...BOTH, status: 'stopped' }),
    ])
    expect(await client.readServer({ id: ID }, FAR)).toStrictEqual({
      ok: true,
      value: { ...WEB, otherIds: [UUID] },
    })
    expect(await client.readServer({ id: ID }, FAR)).toStrictEqual({
      ok: true,
      value: { ...WEB, otherIds: [UUID], status: 'stopped' },
    })
    await client.power(ID, 'start', FAR)
    expect(transport.lines).toEqual([BY_ID, LIST, BY_UUID, `POST /servers/${UUID}/power/`])
  })

  it('finds a UUID as well as a number, on any page', async () => {
    const next = 'https://admin.vps.org/api/v1/servers/?page=2'
    const first = answer(200, { count: 2, next, results: [OTHER] })
    const whole = [first, list(BOTH), first, list(BOTH)]
    const { client, transport } = bench([MISSING, ...whole, answer(200, BOTH)])
    const found = await client.readServer({ id: serverId(UUID) }, FAR)
    await client.readServer({ id: serverId(UUID) }, FAR)
    expect(found).toStrictEqual({ ok: true, value: { ...WEB, id: UUID, otherIds: ['12345'] } })
    const second = 'GET /servers/?page=2&page_size=100'
    expect(transport.lines).toEqual([BY_UUID, LIST, second, LIST, second, BY_ID])
  })

  it('goes on with the list where there is no other id', async () => {
    const { client, transport } = bench([
      MISSING,
      list({ id: 12345, status: 'active' }),
      list({ ...BOTH, uuid: null }),
    ])
    await client.readServer({ id: ID }, FAR)
    expect(await client.readServer({ id: ID }, FAR)).toStrictEqual({
      ok: true,
      value: WEB,
    })
    await client.power(ID, 'start', FAR)
    expect(transport.lines).toEqual([BY_ID, LIST, LIST, 'POST /servers/12345/power/'])
  })

  it('goes on with the list where the other id is not known either', async () => {
    const { client, transport } = bench([
      MISSING,
      list(BOTH),
      MISSING,
      list(BOTH),
      list(BOTH),
      MISSING,
      MISSING,
    ])
    for (const _ of [1, 2, 3]) expect((await client.readServer({ id: ID }, FAR)).ok).toBe(true)
    expect(transport.lines).toEqual([BY_ID, LIST, BY_UUID, LIST, LIST])
    const { client: failing } = bench([MISSING, list({ ...BOTH, uuid: null }), refused(403)])
    await failing.readServer({ id: ID }, FAR)
    expect(await failing.readServer({ id: ID }, FAR)).toMatchObject({ ok: false, failure: { status: 403 } })
  })

  it('asks the endpoint when a server is in the list no more', async () => {
    const { client, transport } = bench([MISSING, list({ ...BOTH, uuid: null }), list(OTHER), MISSING])
    await client.readServer({ id: ID }, FAR)
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({
      ok: false,
      failure: { status: 404, path: '/servers/12345/' },
    })
    expect(transport.lines).toEqual([BY_ID, LIST, LIST, BY_ID])
  })

  it('looks only once for a server that nobody knows', async () => {
    const { client, transport } = bench([MISSING, list(OTHER), MISSING])
    for (const _ of [1, 2]) {
      expect(await client.readServer({ id: ID }, FAR)).toStrictEqual({
        ok: false,
        failure: {
          kind: 'refused',
          method: 'GET',
          path: '/servers/12345/',
          status: 404,
          httpStatus: 404,
          bodyForm: 'json',
          detail: 'Not found.',
          repeated: 1,
        },
      })
    }
    expect(transport.lines).toEqual([BY_ID, LIST, BY_ID])
  })

  it('remembers nothing of a list that was not answered', async () => {
    const { client, transport } = bench([MISSING, refused(500), MISSING, list(BOTH)])
    expect(await client.readServer({ id: ID }, { ...FAR, once: true })).toMatchObject({
      ok: false,
      failure: { status: 500, path: '/servers/?page_size=100' },
    })
    expect((await client.readServer({ id: ID }, { ...FAR, once: true })).ok).toBe(true)
    expect(transport.lines).toEqual([BY_ID, LIST, BY_ID, LIST])
  })

  it('looks nothing up for another refusal', async () => {
    const { client, transport } = bench([refused(403)])
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({ ok: false, failure: { status: 403 } })
    expect(transport.lines).toEqual([BY_ID])
  })

  it('is not led astray by odd items', async () => {
    const { client } = bench([MISSING, list({ status: 'x' }, { status: 'y' }, [], BOTH)])
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({ ok: true, value: { name: 'web' } })
  })

  it('reads a server whose status the list does not give at its other id, and nowhere else', async () => {
    const silent = { ...BOTH, status: null }
    const made = bench([MISSING, list(silent), answer(200, BOTH)])
    expect(await made.client.readServer({ id: ID }, FAR)).toMatchObject({ ok: true, value: WEB_BY_BOTH })
    expect(made.transport.lines).toEqual([BY_ID, LIST, BY_UUID])
    const { client } = bench([MISSING, list({ ...silent, uuid: null })])
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({
      ok: false,
      failure: {
        kind: 'unreadable',
        path: '/servers/?page_size=100',
        detail: 'server 12345 has no status there',
      },
    })
  })

  it('refuses an answer about another server', async () => {
    const other = UUID.replace('2', '3')
    for (const body of [{ ...BOTH, id: 7 }, { ...OTHER }]) {
      const made = bench([answer(200, body)])
      expect(await made.client.readServer({ id: ID }, FAR)).toMatchObject({
        ok: false,
        failure: { kind: 'mismatch', status: 200, detail: `it names server 7 = ${body.uuid}` },
      })
      expect(made.client.sameServer(ID, serverId(UUID))).toBe(false)
    }
    const { client } = bench([answer(200, BOTH), answer(200, { uuid: other, status: 'active' })])
    await client.readServer({ id: ID }, FAR)
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({ failure: { kind: 'mismatch' } })
  })

  it('forgets a link that two answers contradict', async () => {
    const other = UUID.replace('2', '3')
    const { client } = bench([answer(200, BOTH), answer(200, { ...BOTH, uuid: other })])
    await client.readServer({ id: ID }, FAR)
    expect(client.sameServer(ID, serverId(UUID))).toBe(true)
    expect(await client.readServer({ id: ID }, FAR)).toMatchObject({ ok: true, value: { otherIds: [] } })
    expect(client.sameServer(ID, serverId(UUID))).toBe(false)
  })
})

describe('a server of which nothing knows the id', () => {
  const NAMED = { id: ID, name: 'web' }
  const BY_HOSTNAME = { uuid: UUID, hostname: 'web', status: 'active' }
  const FOUND = { ...WEB, foundByName: true }

  function withNotes(replies: readonly Reply[]) {
    const notes: FoundByName[] = []
    return { ...bench(replies, { onFoundByName: note => notes.push(note) }), notes }
  }

  it('is read as the only one of its name, said once, and proves nothing', async () => {
    const stopped = answer(200, { ...BY_HOSTNAME, status: 'stopped' })
    const { client, transport, notes } = withNotes([MISSING, list(OTHER, BY_HOSTNAME), stopped])
    expect(await client.readServer(NAMED, FAR)).toStrictEqual({ ok: true, value: FOUND })
    for (const query of [NAMED, { id: ID }]) {
      expect(await client.readServer(query, FAR)).toStrictEqual({
        ok: true,
        value: { ...FOUND, status: 'stopped' },
      })
    }
    expect(transport.lines).toEqual([BY_ID, LIST, BY_UUID, BY_UUID])
    expect(notes).toEqual([{ asked: ID, name: 'web', found: UUID }])
    expect(client.sameServer(ID, serverId(UUID))).toBe(false)
  })

  it('is read without a listener, too, and its power changed where it was found', async () => {
    const { client, transport } = bench([MISSING, list(BY_HOSTNAME), answer(202)])
    expect(await client.readServer(NAMED, FAR)).toStrictEqual({ ok: true, value: FOUND })
    await client.power(ID, 'start', FAR)
    expect(transport.lines[2]).toBe(`POST /servers/${UUID}/power/`)
  })

  it('goes on with the list where its endpoint is not known either', async () => {
    const { client, transport, notes } = withNotes([MISSING, list(BY_HOSTNAME), MISSING, list(BY_HOSTNAME)])
    for (const _ of [1, 2, 3]) {
      expect(await client.readServer(NAMED, FAR)).toStrictEqual({ ok: true, value: FOUND })
    }
    expect([transport.lines, notes.length]).toEqual([[BY_ID, LIST, BY_UUID, LIST, LIST], 1])
  })

  it.each([
    ['two are named so', [BY_HOSTNAME, { ...OTHER, id: null, hostname: 'web' }]],
    ['the one that is named so has a number of its own', [{ ...BY_HOSTNAME, id: 7 }]],
    ['the one that is named so has no id', [{ ...BY_HOSTNAME, uuid: null }]],
    ['none is named so', [{ ...BY_HOSTNAME, hostname: 'Web' }]],
  ])('is not found where %s', async (_, servers) => {
    const { client, notes } = withNotes([MISSING, list(...servers)])
    expect(await client.readServer(NAMED, FAR)).toMatchObject({ ok: false, failure: { status: 404 } })
    expect(notes).toEqual([])
  })

  it('is not found by a name that is not given, nor in a list that keeps changing', async () => {
    const nameless = withNotes([
      MISSING,
      list({ uuid: UUID, status: 'active' }, { ...BY_HOSTNAME, hostname: '' }),
      MISSING,
    ])
    for (const query of [{ id: ID }, { id: ID, name: '' }]) {
      expect(await nameless.client.readServer(query, FAR)).toMatchObject({ failure: { status: 404 } })
    }
    let asked = 0
    const moving: Reply = ({ url }) => {
      asked += 1
      if (!url.pathname.endsWith('/servers/')) return MISSING
      const next = url.searchParams.has('page') ? null : '?page=2'
      return answer(200, { results: [next === null ? BY_HOSTNAME : { id: asked }], next })
    }
    const { client } = bench([moving])
    expect(await client.readServer(NAMED, FAR)).toMatchObject({ failure: { status: 404 } })
  })

  it('is looked up again once its name is known', async () => {
    const { client, transport } = withNotes([MISSING, list(BY_HOSTNAME), MISSING, list(BY_HOSTNAME)])
    await client.readServer({ id: ID }, FAR)
    expect(await client.readServer(NAMED, FAR)).toStrictEqual({ ok: true, value: FOUND })
    expect(transport.lines).toEqual([BY_ID, LIST, BY_ID, LIST])
  })
})
