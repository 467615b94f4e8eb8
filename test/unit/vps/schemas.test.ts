import { describe, expect, it } from 'vitest'
import {
  readAcceptance,
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

describe('readSnapshot', () => {
  it('reads the example of the reference, and nothing that is not needed', () => {
    expect(readSnapshot({ ...EXAMPLE, message: 'begun', password: 'x' })).toStrictEqual({
      ok: true,
      value: READ,
    })
  })

  it.each(['size_mb', 'created_at', 'description'])('takes a missing or null %s', field => {
    const empty = {
      size_mb: ['sizeMb', null],
      created_at: ['createdAt', null],
      description: ['description', ''],
    }
    const [name = '', value] = empty[field as keyof typeof empty]
    const { [field as 'size_mb']: _, ...without } = EXAMPLE
    const expected = { ok: true, value: { ...READ, [String(name)]: value } }
    expect(readSnapshot(without)).toStrictEqual(expected)
    expect(readSnapshot({ ...EXAMPLE, [field]: null })).toStrictEqual(expected)
  })

  it.each([
    [802, '802'],
    ['802', '802'],
    ['90071992547409931234', '90071992547409931234'],
    [UUID.toUpperCase(), UUID],
  ])('takes %j as an id', (id, expected) => {
    expect(readSnapshot({ ...EXAMPLE, id })).toStrictEqual({ ok: true, value: { ...READ, id: expected } })
  })

  it.each([
    [{ id: 7 }, { id: '7', name: '' }],
    [
      { id: UUID, name: null },
      { id: UUID, name: '' },
    ],
    [7, { id: '7', name: '' }],
    ['7', { id: '7', name: '' }],
  ])('takes %j as a server', (server, expected) => {
    expect(readSnapshot({ ...EXAMPLE, server })).toStrictEqual({
      ok: true,
      value: { ...READ, server: expected },
    })
  })

  it.each([
    [null, 'the answer is null where an object was expected'],
    ['x', 'the answer is text where an object was expected'],
    [[], 'the answer is a list where an object was expected'],
    [{ ...EXAMPLE, id: '../servers/1' }, 'id is text where an id (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: 1.5 }, 'id is a number where an id (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: null }, 'id is null where an id (digits or a UUID) was expected'],
    [{ ...EXAMPLE, id: undefined }, 'id is missing'],
    [{ name: 'x' }, 'id is missing'],
    [{ ...EXAMPLE, name: 12 }, 'name is a number where text was expected'],
    [{ ...EXAMPLE, status: true }, 'status is a boolean where text was expected'],
    [{ ...EXAMPLE, size_mb: '5120' }, 'size_mb is text where a number was expected'],
    [{ ...EXAMPLE, created_at: 5 }, 'created_at is a number where text was expected'],
    [{ ...EXAMPLE, description: {} }, 'description is an object where text was expected'],
    [{ ...EXAMPLE, server: null }, 'server is null where an object was expected'],
    [{ ...EXAMPLE, server: {} }, 'server.id is missing'],
    [{ ...EXAMPLE, server: 'web' }, 'server is text where an id (digits or a UUID) was expected'],
    [{ ...EXAMPLE, server: { id: 1, name: [] } }, 'server.name is a list where text was expected'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readSnapshot(body))).toBe(expected)
  })
})

describe('readSnapshotPage', () => {
  it('reads a page and what it says of others', () => {
    const next = 'https://admin.vps.org/api/v1/snapshots/?page=2'
    expect(readSnapshotPage({ count: 9, results: [EXAMPLE], next, previous: null })).toStrictEqual({
      ok: true,
      value: { count: 9, items: [READ], next },
    })
  })

  it('tells a last page from one that says nothing of others', () => {
    const last = readSnapshotPage({ count: 0, results: [], next: null })
    const silent = readSnapshotPage({ count: null, results: [] })
    expect(last).toStrictEqual({ ok: true, value: { count: 0, items: [], next: null } })
    expect(silent).toStrictEqual({ ok: true, value: { count: undefined, items: [], next: undefined } })
  })

  it('reads a bare list as all there is', () => {
    expect(readSnapshotPage([EXAMPLE])).toStrictEqual({
      ok: true,
      value: { count: undefined, items: [READ], next: null },
    })
  })

  it.each([
    [{ count: 1 }, 'results is missing'],
    [{ results: {} }, 'results is an object where a list was expected'],
    [
      { results: [EXAMPLE, { ...EXAMPLE, id: 'x' }] },
      'results.1.id is text where an id (digits or a UUID) was expected',
    ],
    [{ results: [], count: -1 }, 'count is a number where a count was expected'],
    [{ results: [], count: 1.5 }, 'count is a number where a count was expected'],
    [{ results: [], count: 'x' }, 'count is text where a count was expected'],
    [{ results: [], next: 2 }, 'next is a number where a link was expected'],
    ['x', 'the answer is text where an object was expected'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readSnapshotPage(body))).toBe(expected)
  })
})

describe('readServerRecord', () => {
  it('takes the ids, the name and the status, never the password', () => {
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
      value: { ids: ['12345', UUID], name: 'web', status: 'active' },
    })
  })

  it.each([
    [{ status: 'off' }, { ids: [], name: '', status: 'off' }],
    [
      { status: 'off', id: 'x', uuid: null },
      { ids: [], name: '', status: 'off' },
    ],
    [
      { status: 'off', uuid: UUID, hostname: 'h' },
      { ids: [UUID], name: 'h', status: 'off' },
    ],
    [
      { status: 'off', id: 7, name: '', hostname: 'h' },
      { ids: ['7'], name: 'h', status: 'off' },
    ],
    [
      { status: 'off', id: 7, name: null, hostname: null },
      { ids: ['7'], name: '', status: 'off' },
    ],
  ])('takes %j', (body, value) => {
    expect(readServerRecord(body)).toStrictEqual({ ok: true, value })
  })

  it('says what is wrong', () => {
    expect(problem(readServerRecord({}))).toBe('status is missing')
    expect(problem(readServerRecord([]))).toBe('the answer is a list where an object was expected')
    expect(problem(readServerRecord({ status: 'off', name: 1 }))).toBe(
      'name is a number where text was expected',
    )
    expect(problem(readServerRecord({ status: 'off', hostname: 1 }))).toBe(
      'hostname is a number where text was expected',
    )
    expect(problem(readServerRecord(3))).toBe('the answer is a number where an object was expected')
    expect(problem(readServerPage({ results: [{ id: 1 }] }))).toBe('results.0.status is missing')
  })
})

describe('readPermissions', () => {
  it('takes the permissions of the token', () => {
    const body = { account: { email: 'a@b.test' }, token: { name: 'ci', permissions: ['a', 'b'] } }
    expect(readPermissions(body)).toStrictEqual({ ok: true, value: { permissions: ['a', 'b'] } })
  })

  it.each([
    [{}, 'token is missing'],
    [{ token: 'x' }, 'token is text where an object was expected'],
    [{ token: { permissions: 'all' } }, 'token.permissions is text where a list of permissions was expected'],
    [{ token: { permissions: [1] } }, 'token.permissions.0 is a number where text was expected'],
    [null, 'the answer is null where an object was expected'],
  ])('says what is wrong with %j', (body, expected) => {
    expect(problem(readPermissions(body))).toBe(expected)
  })
})

describe('readAcceptance', () => {
  it.each([
    [{ status: 'success', message: 'begun' }, 'begun'],
    [{ status: 'Success' }, ''],
    [{ message: 'begun' }, 'begun'],
    [{ status: null, message: 'begun' }, 'begun'],
  ])('takes %j as an acceptance', (body, message) => {
    expect(readAcceptance(body)).toStrictEqual({ ok: true, value: { message } })
  })

  it.each([
    [{ status: 'error' }, 'status is not "success"'],
    [{ status: null, message: null }, 'it says nothing of a restore'],
    [{ count: 1 }, 'it says nothing of a restore'],
    [{}, 'it says nothing of a restore'],
    [{ status: 200 }, 'status is not "success"'],
    [{ message: 1 }, 'message is a number where text was expected'],
    [[], 'the answer is a list where an object was expected'],
    ['ok', 'the answer is text where an object was expected'],
    [null, 'the answer is null where an object was expected'],
  ])('does not take %j as one', (body, expected) => {
    expect(problem(readAcceptance(body))).toBe(expected)
  })
})
