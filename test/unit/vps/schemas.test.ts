import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readPermissions,
  readServerPage,
  readServerRecord,
  readSnapshot,
  readSnapshotPage,
} from '../../../src/vps/schemas.ts'

const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
const EXAMPLE = {
  id: 801,
  server: { id: 12345, name: 'web-server-01' },
  name: 'pre-migration-snapshot',
  status: 'completed',
  size_mb: 5120,
  created_at: '2025-01-15T18:30:00Z',
  description: 'Before major migration',
}
const READ = {
  id: '801',
  server: { id: '12345', name: 'web-server-01' },
  name: 'pre-migration-snapshot',
  status: 'completed',
  sizeMb: 5120,
  createdAt: '2025-01-15T18:30:00Z',
  description: 'Before major migration',
}

function problem(reading: { ok: true } | { ok: false; problem: string }): string {
  return reading.ok ? 'no problem' : reading.problem
}

function itemOf(item: unknown) {
  const page = readSnapshotPage([item])
  return page.ok ? page.value.items[0] : undefined
}

describe('readSnapshot', () => {
  it('reads the example of the reference, and nothing that is not needed', () => {
    expect(readSnapshot({ ...EXAMPLE, message: 'begun', password: 'x' })).toStrictEqual({
      ok: true,
      value: { snapshot: READ, serverIds: ['12345'] },
    })
  })

  it('needs nothing but an id', () => {
    const snapshot = {
      id: '801',
      server: { id: undefined, name: '' },
      name: '',
      status: 'unreadable',
      sizeMb: null,
      createdAt: null,
      description: '',
    }
    expect(readSnapshot({ id: 801 })).toStrictEqual({ ok: true, value: { snapshot, serverIds: [] } })
  })

  it.each([
    [802, '802'],
    ['802', '802'],
    ['90071992547409931234', '90071992547409931234'],
    [UUID.toUpperCase(), UUID],
  ])('takes %j as an id', (id, expected) => {
    expect(readSnapshot({ ...EXAMPLE, id })).toMatchObject({ value: { snapshot: { id: expected } } })
  })

  it.each([
    ['name', null, { name: '' }],
    ['name', undefined, { name: '' }],
    ['name', 12, { name: '12' }],
    ['name', ['x'], { name: '' }],
    ['status', ' completed ', { status: 'completed' }],
    ['status', null, { status: 'unreadable' }],
    ['status', ' ', { status: 'unreadable' }],
    ['status', 3, { status: 'unreadable' }],
    ['status', { value: 'completed' }, { status: 'unreadable' }],
    ['size_mb', null, { sizeMb: null }],
    ['size_mb', '5120.00', { sizeMb: 5120 }],
    ['size_mb', ' 5120 ', { sizeMb: 5120 }],
    ['size_mb', '5.12E+3', { sizeMb: 5120 }],
    ['size_mb', 0, { sizeMb: 0 }],
    ['size_mb', -1, { sizeMb: null }],
    ['size_mb', '5 GiB', { sizeMb: null }],
    ['size_mb', '', { sizeMb: null }],
    ['size_mb', Number.POSITIVE_INFINITY, { sizeMb: null }],
    ['size_mb', {}, { sizeMb: null }],
    ['created_at', null, { createdAt: null }],
    ['created_at', '', { createdAt: null }],
    ['created_at', 'yesterday', { createdAt: 'yesterday' }],
    ['created_at', ' 2025-01-15 18:30 ', { createdAt: '2025-01-15 18:30' }],
    ['created_at', 1_736_965_800, { createdAt: '2025-01-15T18:30:00.000Z' }],
    ['created_at', 1_736_965_800.25, { createdAt: '2025-01-15T18:30:00.250Z' }],
    ['created_at', 1_736_965_800_000, { createdAt: '2025-01-15T18:30:00.000Z' }],
    ['created_at', 946_684_800, { createdAt: '2000-01-01T00:00:00.000Z' }],
    ['created_at', 4_102_444_800, { createdAt: '4102444800' }],
    ['created_at', 20250115, { createdAt: '20250115' }],
    ['created_at', 0, { createdAt: '0' }],
    ['created_at', Number.POSITIVE_INFINITY, { createdAt: null }],
    ['created_at', [2025, 1, 15], { createdAt: null }],
    ['description', null, { description: '' }],
    ['description', {}, { description: '' }],
  ])('reads %s: %j as far as it can be read', (field, value, expected) => {
    expect(readSnapshot({ ...EXAMPLE, [field]: value })).toStrictEqual({
      ok: true,
      value: { snapshot: { ...READ, ...expected }, serverIds: ['12345'] },
    })
  })

  it.each([
    [{ id: 7 }, ['7'], { id: '7', name: '' }],
    [{ id: UUID, name: null }, [UUID], { id: UUID, name: '' }],
    [{ uuid: UUID, hostname: 'web' }, [UUID], { id: UUID, name: 'web' }],
    [{ id: 7, uuid: UUID, name: 'web' }, ['7', UUID], { id: '7', name: 'web' }],
    [{ id: 7, uuid: 7, name: ['x'] }, ['7'], { id: '7', name: '' }],
    [{ name: 'web' }, [], { id: undefined, name: 'web' }],
    [7, ['7'], { id: '7', name: '' }],
    ['7', ['7'], { id: '7', name: '' }],
    ['web', [], { id: undefined, name: 'web' }],
    [null, [], { id: undefined, name: '' }],
    [undefined, [], { id: undefined, name: '' }],
    [[7], [], { id: undefined, name: '' }],
    [0, [], { id: undefined, name: '0' }],
  ])('takes %j as a server', (server, serverIds, expected) => {
    expect(readSnapshot({ ...EXAMPLE, server })).toStrictEqual({
      ok: true,
      value: { snapshot: { ...READ, server: expected }, serverIds },
    })
  })

  it('takes a server_id where no server is named', () => {
    const { server: _, ...rest } = EXAMPLE
    expect(readSnapshot({ ...rest, server_id: 7 })).toMatchObject({ value: { serverIds: ['7'] } })
    expect(readSnapshot({ ...rest, server: { name: 'web' }, server_id: 7 })).toMatchObject({
      value: { serverIds: ['7'], snapshot: { server: { id: '7', name: 'web' } } },
    })
    expect(readSnapshot({ ...EXAMPLE, server_id: 7 })).toMatchObject({ value: { serverIds: ['12345'] } })
  })

  it.each([
    [null, 'the response is null where an object was expected'],
    ['x', 'the response is text where an object was expected'],
    [[], 'the response is a list where an object was expected'],
    [{ ...EXAMPLE, id: '../servers/1' }, 'id is text where an ID (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: 1.5 }, 'id is a number where an ID (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: true }, 'id is a boolean where an ID (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: null }, 'id is null where an ID (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: {} }, 'id is an object where an ID (digits or a UUID) was expected'],
    [{ name: 'x' }, 'id is missing'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readSnapshot(body))).toBe(expected)
  })
})

describe('readSnapshotPage', () => {
  it('reads a page and what it says of others', () => {
    const next = 'https://admin.vps.org/api/v1/snapshots/?page=2'
    const item = { snapshot: READ, serverIds: ['12345'], problem: undefined }
    expect(readSnapshotPage({ count: 9, results: [EXAMPLE], next, previous: null })).toStrictEqual({
      ok: true,
      value: { count: 9, items: [item], next },
    })
  })

  it('tells a last page from one that says nothing of others', () => {
    const empty = (value: object) => ({ ok: true, value: { items: [], ...value } })
    expect(readSnapshotPage({ count: 0, results: [], next: null })).toStrictEqual(
      empty({ count: 0, next: null }),
    )
    expect(readSnapshotPage({ count: 0, results: [], next: false })).toStrictEqual(
      empty({ count: 0, next: null }),
    )
    expect(readSnapshotPage({ count: null, results: [] })).toStrictEqual(
      empty({ count: undefined, next: undefined }),
    )
  })

  it('reads a bare list as all there is', () => {
    expect(readSnapshotPage([])).toStrictEqual({
      ok: true,
      value: { count: undefined, items: [], next: null },
    })
  })

  it.each([
    ['5', 5],
    ['x', undefined],
    [-1, undefined],
    [1.5, undefined],
    [{}, undefined],
  ])('reads the count %j as far as it can be read', (count, read) => {
    expect(readSnapshotPage({ results: [], count })).toMatchObject({ value: { count: read } })
  })

  it.each([
    [{ count: 1 }, 'results is missing'],
    [{ results: {} }, 'results is an object where a list was expected'],
    [{ results: [], next: 2 }, 'next is a number where a link was expected'],
    [{ results: [], next: { href: '?page=2' } }, 'next is an object where a link was expected'],
    ['x', 'the response is text where a list was expected'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readSnapshotPage(body))).toBe(expected)
  })

  it.each([
    [null, 'the item is null where an object was expected'],
    [[EXAMPLE], 'the item is a list where an object was expected'],
    [{ ...EXAMPLE, id: 'x' }, 'id is text where an ID (digits or a UUID) was expected'],
    [{ ...EXAMPLE, status: null }, 'status is null where text was expected'],
    [{ id: 801 }, 'status is missing'],
    [{ id: 801, status: 'completed' }, undefined],
  ])('reads the item %j all the same, and says what is wrong with it', (item, expected) => {
    expect(itemOf(item)?.problem).toBe(expected)
  })

  it('names the server of an item without an id', () => {
    expect(itemOf({ ...EXAMPLE, id: null })).toMatchObject({ snapshot: undefined, serverIds: ['12345'] })
  })
})

describe('any JSON', () => {
  const id = fc.oneof(
    fc.integer({ min: 1 }),
    fc.uuid(),
    fc.bigInt({ min: 1n, max: 10n ** 40n - 1n }).map(String),
  )
  const key = fc.constantFrom('server', 'name', 'status', 'size_mb', 'created_at', 'description', 'server_id')
  const odd = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.double(), fc.string()), {
    noNullPrototype: false,
  })

  it('is read without an exception', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ results: fc.array(fc.jsonValue()), count: fc.jsonValue(), next: fc.jsonValue() }),
    )
    fc.assert(
      fc.property(body, given => {
        for (const read of [
          readSnapshot,
          readSnapshotPage,
          readServerRecord,
          readServerPage,
          readPermissions,
        ]) {
          expect(typeof read(given).ok).toBe('boolean')
        }
      }),
    )
  })

  it('loses no snapshot whose id can be read, beside whatever else', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(id, odd)), fc.array(fc.jsonValue()), (known, others) => {
        const items = known.map(([given, rest]) => ({ ...rest, id: given }))
        const page = readSnapshotPage({ results: [...others, ...items] })
        const read = page.ok ? page.value.items.slice(others.length) : []
        expect(read.map(({ snapshot }) => snapshot?.id)).toEqual(known.map(([given]) => String(given)))
        for (const { snapshot, serverIds } of read) {
          expect(snapshot?.status).not.toBe('')
          expect(snapshot?.server.id).toBe(serverIds[0])
          expect(snapshot?.sizeMb ?? 0).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

describe('readServerRecord', () => {
  it('takes the ids, the names and the status, never the password', () => {
    const body = {
      uuid: UUID,
      id: 12345,
      name: 'web',
      hostname: 'web.test',
      status: 'active',
      password: 'root',
    }
    expect(readServerRecord(body)).toStrictEqual({
      ok: true,
      value: { ids: ['12345', UUID], names: ['web', 'web.test'], status: 'active' },
    })
  })

  it.each([
    [{ status: 'off' }, { ids: [], names: [], status: 'off' }],
    [
      { status: 'off', id: 'x', uuid: null, name: [] },
      { ids: [], names: [], status: 'off' },
    ],
    [
      { status: ' off', id: UUID, uuid: UUID, hostname: 'h' },
      { ids: [UUID], names: ['h'], status: 'off' },
    ],
    [
      { status: 'off', id: 7, name: '', hostname: 1 },
      { ids: ['7'], names: ['1'], status: 'off' },
    ],
  ])('takes %j', (body, value) => {
    expect(readServerRecord(body)).toStrictEqual({ ok: true, value })
  })

  it('says what is wrong', () => {
    expect(problem(readServerRecord({}))).toBe('status is missing')
    expect(problem(readServerRecord({ status: 1 }))).toBe('status is a number where text was expected')
    expect(problem(readServerRecord([]))).toBe('the response is a list where an object was expected')
  })

  it('is read in a list without a status, or without anything', () => {
    expect(readServerPage([{ id: 1 }, null])).toMatchObject({
      value: {
        items: [
          { ids: ['1'], status: undefined },
          { ids: [], names: [], status: undefined },
        ],
      },
    })
  })
})

describe('readPermissions', () => {
  it('takes the permissions of the token', () => {
    const body = { account: { email: 'a@b.test' }, token: { name: 'ci', permissions: ['a', null, 'b'] } }
    expect(readPermissions(body)).toStrictEqual({ ok: true, value: { permissions: ['a', 'b'] } })
  })

  it.each([
    [{}, 'token is missing'],
    [{ token: 'x' }, 'token is text where an object was expected'],
    [{ token: { permissions: 'all' } }, 'token.permissions is text where a list of permissions was expected'],
    [null, 'the response is null where an object was expected'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readPermissions(body))).toBe(expected)
  })
})
