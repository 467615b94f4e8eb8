import { describe, expect, it } from 'vitest'
import { DATE_FORMS, NEXT_LINKS, type SettingsChange } from '../../emulator/settings.ts'
import { World } from '../../emulator/world.ts'
import { listOf, reference, stage } from './support.ts'

const CREATE = { server_id: 12345, name: 'x' }
const LARGE = '90071992547409931234'
const UUID = '6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506'

describe('ids', () => {
  it('keeps every digit of a large one', () => {
    const { ask } = stage({ servers: [{ id: LARGE, name: 'one' }], nextSnapshotId: '90071992547409939999' })
    const made = ask('POST', '/snapshots/', `{"server_id": ${LARGE}, "name": "x"}`)
    expect(made.body).toContain('"id":90071992547409939999,')
    expect(made.body).toContain(`"server":{"id":${LARGE},`)
    expect(ask('POST', '/snapshots/', '{"server_id": 90071992547409931235, "name": "x"}').status).toBe(404)
    expect(ask('GET', `/servers/${LARGE}/`).body).toContain(`"id":${LARGE},`)
    expect(listOf(ask, `?server_id=${LARGE}`)).toHaveLength(1)
  })

  it('are UUIDs in any letter case', () => {
    const { ask } = stage({ servers: [{ id: UUID, name: 'one' }], settings: { snapshotIds: 'uuid' } })
    const made = JSON.parse(ask('POST', '/snapshots/', { server_id: UUID, name: 'x' }).body)
    expect(made).toMatchObject({ id: '00000000-0000-4000-8000-000000000001', server: { id: UUID } })
    expect(listOf(ask, `?server_id=${UUID.toUpperCase()}`)).toHaveLength(1)
    expect(ask('DELETE', `/snapshots/${made.id}/`).status).toBe(204)
  })

  const BOTH = { id: 12345, uuid: UUID, name: 'one', hostname: 'one' }
  it.each([
    // By number, by UUID; the list of snapshots filtered by each, the server that a snapshot tells; a server.
    ['both', {}, [200, 200, 1, 1, 12345], BOTH],
    ['number', {}, [200, 404, 1, 0, 12345], { id: 12345, name: 'one' }],
    ['uuid', {}, [404, 200, 1, 0, 12345], { uuid: UUID, hostname: 'one' }],
    ['both', { snapshotServerIds: 'uuid', serverIdsTaken: 'uuid' }, [200, 200, 0, 1, UUID], BOTH],
  ] as const)('of servers: %s %j', (identifiers, more, expected, server) => {
    const { ask } = stage({
      servers: [{ id: '12345', uuid: UUID, name: 'one' }],
      snapshots: [{ id: '801', server: '12345', name: 'x' }],
      settings: { identifiers, ...more },
    })
    expect([
      ...[ask('GET', '/servers/12345/').status, ask('GET', `/servers/${UUID}/`).status],
      ...[listOf(ask, '?server_id=12345').length, listOf(ask, `?server_id=${UUID}`).length],
      listOf(ask)[0]?.server?.id,
    ]).toEqual(expected)
    const shown = JSON.parse(ask('GET', '/servers/').body).results[0]
    const told = Object.entries(shown).filter(([field]) => ['id', 'uuid', 'name', 'hostname'].includes(field))
    expect(Object.fromEntries(told)).toEqual(server)
    const by = expected[0] === 200 ? '12345' : UUID
    expect(JSON.parse(ask('GET', `/servers/${by}/`).body).password).toBe('root-password-of-one')
    expect(shown.password).toBeUndefined()
  })

  it('are made for a server that has one of them only; a hidden server has none, and words can be others', () => {
    const { ask } = stage({
      servers: [
        { id: '1', name: 'one', hidden: true },
        { id: '2', name: 'two', status: 'stopped' },
      ],
      settings: { statusWords: { stopped: 'Off' } },
    })
    expect(ask('GET', '/servers/1/').status).toBe(404)
    const uuid = '5e44e500-0000-4000-8000-000000000002'
    expect(JSON.parse(ask('GET', '/servers/').body).results).toMatchObject([{ id: 2, uuid, status: 'Off' }])
    expect(ask('GET', `/servers/${uuid}/`).status).toBe(200)
  })
})

describe('what a snapshot looks like', () => {
  it.each([
    [{ descriptions: 'kept' }, 'text [marker]'],
    [{ descriptions: 'dropped' }, ''],
    [{ descriptions: 'null' }, null],
    [{ descriptions: 'unbracketed' }, 'text'],
    [{ descriptions: 'cut', descriptionCut: 8 }, 'text [ma'],
    [{ descriptions: 'cut', descriptionCut: 5, descriptionSuffix: '[another]' }, 'text [another]'],
    [{ descriptionSuffix: ' [another]' }, 'text [marker] [another]'],
  ] as const)('with %j a description becomes %j', (settings, expected) => {
    const answer = reference({}, settings).ask('POST', '/snapshots/', {
      ...CREATE,
      description: 'text [marker]',
    })
    expect(JSON.parse(answer.body).description).toBe(expected)
  })

  it('dates it in every form, all of the same instant', () => {
    const dates = DATE_FORMS.map(dateForm => listOf(reference({}, { dateForm }).ask)[0]?.created_at)
    expect(dates).toEqual([
      '2025-01-15T18:30:00Z',
      '2025-01-15T18:30:00+00:00',
      '2025-01-15T18:30:00+0000',
      '2025-01-15T18:30:00+00',
      '2025-01-15T20:30:00+02:00',
      '2025-01-15 18:30:00Z',
      '2025-01-15t18:30:00z',
      '2025-01-15T18:30:00.000456Z',
      '2025-01-15T18:30Z',
      1_736_965_800,
      '2025-01-15T18:30:00',
    ])
  })

  it.each([
    [{ dateSkewMs: 3_600_000 }, '2025-01-16T17:15:00Z', 'Thu, 16 Jan 2025 16:15:00 GMT'],
    [{ clockSkewMs: -3_600_000 }, '2025-01-16T15:15:00Z', 'Thu, 16 Jan 2025 15:15:00 GMT'],
    [{ dateHeader: false }, '2025-01-16T16:15:00Z', undefined],
  ])('with %j is dated %s while the clock says %s', (settings, createdAt, date) => {
    const { ask, world } = reference({}, settings)
    expect(JSON.parse(ask('POST', '/snapshots/', CREATE).body).created_at).toBe(createdAt)
    expect(world.clockHeaders()['date']).toBe(date)
  })

  it('has any odd shape: one by one, all of them, or as an item that is none', () => {
    const { ask, world } = reference({}, { strayItems: [null, 'odd', { status: 7 }] })
    world.act({
      act: 'snapshot-shape',
      snapshot: '801',
      shape: { shows: { name: null, size_mb: '5120.00' } },
    })
    world.act({ act: 'snapshot-shape', snapshot: '798', shape: { hides: ['id'], shows: { server: null } } })
    world.configure({ snapshotShape: { hides: ['description'], shows: { colour: 'blue' } } })
    expect(JSON.parse(ask('GET', '/snapshots/').body)).toMatchObject({ count: 5 })
    const [, , , one, other] = listOf(ask)
    expect(one).toMatchObject({ id: 801, name: null, size_mb: '5120.00', colour: 'blue' })
    expect([Object.keys(other ?? {}).includes('id'), other?.server]).toEqual([false, null])
    expect(Object.keys(one ?? {})).not.toContain('description')
    const shape = { shows: { created_at: 1_736_965_800 } }
    const born = stage({
      servers: [{ id: '1', name: 'one' }],
      snapshots: [{ id: '2', server: '1', name: 'x', shape }],
    })
    expect(listOf(born.ask)[0]?.created_at).toBe(1_736_965_800)
  })
})

describe('lists', () => {
  function fleet(): World {
    const ids = Array.from({ length: 1000 }, (_unused, index) => String(index + 1))
    const snapshots = ids.flatMap(server =>
      ['1', '2', '3', '4', '5'].map(digit => ({ id: `${server}${digit}`, server, name: 'x' })),
    )
    const servers = ids.map(id => ({ id, name: `server-${id}` }))
    return new World(() => 0, { servers, snapshots, settings: { snapshotPaging: true } })
  }

  it('have pages of a hundred at most, with absolute links, for a thousand servers', () => {
    const world = fleet()
    const headers = { authorization: `Bearer ${world.settings.token}` }
    let link: string | null = 'http://localhost:9/api/v1/snapshots/?page_size=1000'
    const seen = new Set<number>()
    let pages = 0
    while (link !== null) {
      const answer = JSON.parse(world.handle({ method: 'GET', url: new URL(link), headers, body: '' }).body)
      expect(answer.count).toBe(5000)
      for (const { id } of answer.results) seen.add(id)
      pages += 1
      link = answer.next
    }
    expect([pages, seen.size]).toEqual([50, 5000])
  })

  it('link back and forth, and have no page beyond the last', () => {
    const { ask } = reference({}, { snapshotPaging: true })
    const page = (query: string) => JSON.parse(ask('GET', `/snapshots/?${query}`).body)
    const base = 'http://127.0.0.1:9/api/v1/snapshots/'
    expect(page('page_size=1')).toMatchObject({ next: `${base}?page_size=1&page=2`, previous: null })
    expect(page('page=2&page_size=1')).toMatchObject({ next: null, previous: `${base}?page=1&page_size=1` })
    expect(page('')).toMatchObject({ count: 2, next: null, previous: null })
    for (const wrong of ['page=2', 'page=0', 'page=x'])
      expect(ask('GET', `/snapshots/?${wrong}`)).toMatchObject({
        ...{ status: 404, body: '{"detail":"Invalid page."}' },
      })
  })

  it('can link astray', () => {
    const links = NEXT_LINKS.map(nextLinks => {
      const { ask } = reference({}, { snapshotPaging: true, pageSize: 1, nextLinks })
      return JSON.parse(ask('GET', '/snapshots/').body).next
    })
    expect(links).toEqual([
      'http://127.0.0.1:9/api/v1/snapshots/?page=2',
      'http://api.internal:8000/api/v1/snapshots/?page=2',
      'http://127.0.0.1/api/v1/snapshots/?page=2',
      'http://127.0.0.1:9/snapshots/?page=2',
      'https://127.0.0.1:9/api/v1/snapshots/?page=2',
      '/api/v1/snapshots/?page=2',
    ])
  })

  it('can be bare arrays', () => {
    const { ask } = reference({}, { bareLists: ['snapshots', 'servers'], snapshotPaging: true, pageSize: 1 })
    expect(JSON.parse(ask('GET', '/snapshots/').body)).toMatchObject([{ id: 801 }, { id: 798 }])
    expect(JSON.parse(ask('GET', '/servers/').body)).toMatchObject([{ id: 12345 }])
  })

  it('filter by server, unless the filter is ignored', () => {
    const { ask, world } = reference()
    world.addServer({ id: '2', name: 'two' })
    world.act({ act: 'create', server: '2', name: 'x' })
    expect(listOf(ask, '?server_id=2').map(({ id }) => id)).toEqual([802])
    expect(listOf(ask, '?server_id=3')).toEqual([])
    expect(ask('GET', '/snapshots/?server_id=two').status).toBe(400)
    world.configure({ filterIgnored: true })
    expect(listOf(ask, '?server_id=2')).toHaveLength(3)
  })
})

describe('a replica that is behind', () => {
  const LAGGING: SettingsChange = { replicaLagMs: 500 }

  it('answers every other read with what was then: snapshots, statuses, deletions, servers', () => {
    const { ask, pass, status, world } = reference({ snapshotMs: 1000 }, LAGGING)
    const twice = () =>
      [listOf(ask), listOf(ask)].map(list => list.map(({ id, status }) => `${id} ${status}`))
    const old = ['801 completed', '798 completed']
    ask('POST', '/snapshots/', CREATE)
    expect(twice()).toEqual([['802 in_progress', ...old], old])
    pass(1000)
    expect(twice()).toEqual([
      ['802 completed', ...old],
      ['802 in_progress', ...old],
    ])
    pass(500)
    ask('DELETE', '/snapshots/798/')
    expect(twice()).toEqual([
      ['802 completed', '801 completed'],
      ['802 completed', ...old],
    ])
    pass(500)
    expect(twice()).toEqual(Array(2).fill(['802 completed', '801 completed']))
    world.act({ act: 'status', server: '12345', status: 'stopped' })
    expect([status(), status()]).toEqual(['stopped', 'active'])
  })

  it('can answer by chance, which the seed decides', () => {
    const reads = (seed: number) => {
      const { ask, pass, world } = reference({}, { ...LAGGING, replicaReads: 'random', seed })
      pass(1000)
      world.act({ act: 'delete', snapshot: '801' })
      return Array.from({ length: 64 }, () => listOf(ask).length)
    }
    expect(reads(7)).toEqual(reads(7))
    expect(reads(7)).not.toEqual(reads(8))
    expect(new Set(reads(7))).toEqual(new Set([1, 2]))
  })
})
