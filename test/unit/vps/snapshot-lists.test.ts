import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SnapshotList, SnapshotQuery } from '../../../src/vps/client.ts'
import { answer, bench, type Reply, rawSnapshot, refused, serverId } from './fake-transport.ts'

const FAR = { deadline: 100_000_000, once: true }
const ID = serverId('12345')
const OTHER = serverId('7')
const UUID = serverId('2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44')
const FILTERED = 'GET /snapshots/?server_id=12345&page_size=100'
const BY_UUID = `GET /snapshots/?server_id=${UUID}&page_size=100`
const WHOLE = 'GET /snapshots/?page_size=100'
const SERVERS = 'GET /servers/?page_size=100'

async function read(replies: readonly Reply[], query: SnapshotQuery = {}) {
  const made = bench(replies)
  const result = await made.client.listSnapshots(query, FAR)
  return { ...made, lines: made.transport.lines, list: result.ok ? result.value : undefined, result }
}

function idsOf(list: SnapshotList | undefined) {
  return list?.snapshots.map(({ id, server }) => `${id} of ${server.id}`)
}

describe('listSnapshots', () => {
  it('asks for one server with the filter, and drops those of others where the API ignores it', async () => {
    const mixed = answer(200, {
      count: 3,
      results: [rawSnapshot(1), rawSnapshot(2, { id: 7 }), rawSnapshot(3)],
    })
    const { lines, list } = await read([mixed], { servers: [ID] })
    expect(lines).toEqual([FILTERED])
    expect(idsOf(list)).toEqual(['1 of 12345', '3 of 12345'])
    expect(list).toMatchObject({ unattributed: [], oddItems: [], count: 2, consistent: true })
  })

  it('asks for all where no server is given', async () => {
    const { lines, list } = await read([
      answer(200, [rawSnapshot(1), rawSnapshot(2, 7), rawSnapshot(3, null)]),
    ])
    expect(lines).toEqual([WHOLE])
    expect(idsOf(list)).toEqual(['1 of 12345', '2 of 7'])
    expect(list).toMatchObject({ unattributed: [{ id: '3' }], count: 3 })
  })

  it('reads the whole list for several servers, and one by one where that has more pages', async () => {
    const page = (id: number, next: string | null) => answer(200, { results: [rawSnapshot(id)], next })
    const single = answer(200, [rawSnapshot(1), rawSnapshot(5, 7)])
    const made = bench([page(1, '?page=2'), page(2, '?page=3'), page(3, null), single])
    const servers = [ID, OTHER]
    await made.client.listSnapshots({ servers }, FAR)
    const again = await made.client.listSnapshots({ servers }, FAR)
    expect(made.transport.lines.slice(3)).toEqual([FILTERED, 'GET /snapshots/?server_id=7&page_size=100'])
    expect(again.ok ? idsOf(again.value) : []).toEqual(['1 of 12345', '5 of 7'])
    expect(again.ok && again.value.consistent).toBe(true)
    await made.client.listSnapshots({}, FAR)
    await made.client.listSnapshots({ servers }, FAR)
    expect(made.transport.lines.slice(5)).toEqual([WHOLE, WHOLE])
  })

  it('fails where one of several is not answered', async () => {
    const long = [1, 2, 3].map(id =>
      answer(200, { results: [rawSnapshot(id)], next: id < 3 ? `?page=${id + 1}` : null }),
    )
    const made = bench([...long, answer(200, []), refused(403)])
    await made.client.listSnapshots({ servers: [ID, OTHER] }, FAR)
    const failed = await made.client.listSnapshots({ servers: [ID, OTHER] }, FAR)
    expect(failed).toMatchObject({ ok: false, failure: { status: 403 } })
    expect((await read([refused(500)])).result).toMatchObject({ ok: false, failure: { status: 500 } })
  })

  it('hands the wish for certainty on', async () => {
    const pages = [
      answer(200, { results: [rawSnapshot(1)], next: '?page=2' }),
      answer(200, { results: [rawSnapshot(2)], next: null }),
    ]
    expect((await read(pages, { servers: [ID] })).list?.consistent).toBe(false)
    const certain = await read([...pages, ...pages], { servers: [ID], consistent: true })
    expect([certain.lines.length, certain.list?.consistent]).toEqual([4, true])
  })
})

describe('odd items', () => {
  const items = [
    rawSnapshot(1),
    { ...rawSnapshot(2), id: null },
    { ...rawSnapshot(3), status: null },
    null,
    { ...rawSnapshot(5, { id: 7 }), id: 'x' },
    rawSnapshot(6, null),
  ]

  it('spoil nothing, take a slot, and are told of', async () => {
    const { list } = await read([answer(200, items)], { servers: [ID] })
    expect(idsOf(list)).toEqual(['1 of 12345', '3 of 12345'])
    expect(list?.snapshots[1]?.status).toBe('unreadable')
    expect(list?.unattributed.map(({ id }) => id)).toEqual(['6'])
    expect(list?.oddItems).toEqual([
      {
        problem: 'id is null where an ID (digits or a UUID) was expected',
        id: undefined,
        server: ID,
      },
      { problem: 'status is null where text was expected', id: '3', server: ID },
      {
        problem: 'the item is null where an object was expected',
        id: undefined,
        server: undefined,
      },
    ])
    expect(list?.count).toBe(5)
    expect([...(list?.countOf ?? [])]).toEqual([[ID, 3]])
  })

  it('never make a snapshot of another server one of the server asked for', async () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record({ id: fc.integer({ min: 1 }), server: fc.jsonValue(), status: fc.jsonValue() }),
      fc.record({ id: fc.integer({ min: 1 }), server: fc.record({ id: fc.constantFrom(7, 12345, UUID) }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(odd), async items => {
        const { list } = await read([answer(200, items), refused(403)], { servers: [ID] })
        const own = items.filter(item =>
          /"server":(?:\{"id":12345\}|"?12345"?[,}])/.test(JSON.stringify(item)),
        )
        for (const { id, server } of list?.snapshots ?? []) {
          expect(server.id).toBe(ID)
          expect(own.map(item => String((item as { id: unknown }).id))).toContain(id)
        }
        expect(list?.count).toBeLessThanOrEqual(items.length)
      }),
    )
  })
})

describe('a server that has a number and a UUID', () => {
  const numbered = answer(200, [rawSnapshot(1), rawSnapshot(2)])
  const known = answer(200, [{ id: 12345, uuid: UUID, name: 'web' }])

  it('is looked up in the list of servers once, when snapshots come under another kind of id', async () => {
    const made = bench([numbered, known, numbered])
    const query = { servers: [UUID] }
    const first = await made.client.listSnapshots(query, FAR)
    expect(first.ok ? idsOf(first.value) : []).toEqual([`1 of ${UUID}`, `2 of ${UUID}`])
    await made.client.listSnapshots(query, FAR)
    expect(made.transport.lines).toEqual([BY_UUID, SERVERS, FILTERED])
    expect(made.client.sameServer(UUID, ID)).toBe(true)
  })

  it('is known by what the items themselves say', async () => {
    const both = answer(200, [rawSnapshot(1, { id: 12345, uuid: UUID }), rawSnapshot(2, { uuid: UUID })])
    const { lines, list } = await read([both], { servers: [ID] })
    expect([lines, idsOf(list)]).toEqual([[FILTERED], ['1 of 12345', '2 of 12345']])
  })

  it('never has no snapshots where the API returned some for it', async () => {
    const unknown = answer(200, [{ uuid: UUID, hostname: 'web' }])
    const { list } = await read([numbered, unknown], { servers: [UUID] })
    expect(list).toMatchObject({ snapshots: [], unattributed: [{ id: '1' }, { id: '2' }], count: 2 })
  })

  it('is not looked up again where the list of servers told nothing, but where it was not answered', async () => {
    for (const [reply, requests] of [
      [answer(200, []), 3],
      [refused(403), 3],
      [refused(500), 4],
    ] as const) {
      const made = bench([numbered, reply, numbered, reply])
      for (const _ of [1, 2]) await made.client.listSnapshots({ servers: [UUID] }, FAR)
      expect(made.transport.lines).toHaveLength(requests)
    }
  })

  it('is not looked up where all ids are of one kind', async () => {
    const { lines } = await read([answer(200, [rawSnapshot(1, { id: 7 }), rawSnapshot(2, null)])], {
      servers: [ID],
    })
    expect(lines).toEqual([FILTERED])
  })

  it('is found in the whole list where the API takes no UUID for its filter', async () => {
    for (const status of [400, 404, 422]) {
      const { lines, list } = await read([refused(status), numbered, known], { servers: [UUID] })
      expect(lines).toEqual([BY_UUID, WHOLE, SERVERS])
      expect(idsOf(list)).toHaveLength(2)
      expect((await read([refused(status)], { servers: [ID] })).lines).toEqual([FILTERED])
    }
    expect((await read([refused(403)], { servers: [UUID] })).lines).toEqual([BY_UUID])
    const unreachable = { ok: false, failure: { kind: 'unreachable', reason: '' } } as const
    expect((await read([unreachable], { servers: [UUID] })).lines).toEqual([BY_UUID])
  })
})
