import { describe, expect, it } from 'vitest'
import { reference } from './support.ts'

const SNAPSHOT_801 = {
  id: 801,
  server: { id: 12345, name: 'web-server-01' },
  name: 'pre-migration-snapshot',
  status: 'completed',
  size_mb: 5120,
  created_at: '2025-01-15T18:30:00Z',
  description: 'Before major migration',
}
const SNAPSHOT_798 = {
  id: 798,
  server: { id: 12345, name: 'web-server-01' },
  name: 'weekly-snapshot-2025-01-08',
  status: 'completed',
  size_mb: 4856,
  created_at: '2025-01-08T12:00:00Z',
  description: 'Weekly snapshot',
}

describe("the answers to the reference's own examples", () => {
  it('lists 801 and 798', () => {
    const answer = reference().ask('GET', '/snapshots/?server_id=12345')
    expect(answer.status).toBe(200)
    expect(answer.headers).toEqual({ 'content-type': 'application/json' })
    expect(JSON.parse(answer.body)).toEqual({ count: 2, results: [SNAPSHOT_801, SNAPSHOT_798] })
  })

  it('creates 802', () => {
    const answer = reference().ask('POST', '/snapshots/', {
      server_id: 12345,
      name: 'before-update-snapshot',
      description: 'Snapshot before system update',
    })
    expect(answer.status).toBe(201)
    expect(JSON.parse(answer.body)).toEqual({
      id: 802,
      server: { id: 12345, name: 'web-server-01' },
      name: 'before-update-snapshot',
      status: 'in_progress',
      size_mb: null,
      created_at: '2025-01-16T16:15:00Z',
      description: 'Snapshot before system update',
      message: 'Snapshot is being created. This may take 3-10 minutes depending on server size.',
    })
  })

  it('restores 801', () => {
    const answer = reference().ask('POST', '/snapshots/801/restore/')
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({
      status: 'success',
      message: 'Server is being restored from snapshot. This may take 5-15 minutes.',
      snapshot: { id: 801, name: 'pre-migration-snapshot', created_at: '2025-01-15T18:30:00Z' },
      server: { id: 12345, name: 'web-server-01', status: 'restoring' },
    })
  })

  it('deletes 801 without a body', () => {
    const { ask } = reference()
    expect(ask('DELETE', '/snapshots/801/')).toEqual({ status: 204, headers: {}, body: '' })
    expect(JSON.parse(ask('GET', '/snapshots/').body)).toEqual({ count: 1, results: [SNAPSHOT_798] })
  })
})

describe('the documented refusals', () => {
  it.each([
    ['GET', '/snapshots/'],
    ['POST', '/snapshots/'],
    ['POST', '/snapshots/801/restore/'],
    ['DELETE', '/snapshots/801/'],
    ['GET', '/servers/12345/'],
    ['GET', '/account/me/'],
  ])('%s %s is 401 without a token, and with a wrong one', (method, path) => {
    const { ask } = reference()
    const without = ask(method, path, undefined, {})
    const wrong = ask(method, path, undefined, { authorization: 'Bearer wrong' })
    expect([without.status, wrong.status]).toEqual([401, 401])
    expect(JSON.parse(without.body)).toEqual({ detail: 'Authentication credentials were not provided.' })
    expect(JSON.parse(wrong.body)).toEqual({ detail: 'Invalid token.' })
  })

  it('a snapshot of an unknown server is 404', () => {
    expect(reference().ask('POST', '/snapshots/', { server_id: 1, name: 'x' }).status).toBe(404)
  })

  it.each([
    ['POST', '/snapshots/1/restore/'],
    ['DELETE', '/snapshots/1/'],
  ])('%s %s of an unknown snapshot is 404', (method, path) => {
    expect(reference().ask(method, path)).toMatchObject({ status: 404, body: '{"detail":"Not found."}' })
  })

  it('a sixth snapshot is 400', () => {
    const { ask } = reference()
    const create = () => ask('POST', '/snapshots/', { server_id: 12345, name: 'x' })
    expect([create(), create(), create()].map(({ status }) => status)).toEqual([201, 201, 201])
    expect(create()).toMatchObject({
      status: 400,
      body: '{"detail":"Snapshot limit reached. You can have a maximum of 5 snapshots per server."}',
    })
  })

  it.each([
    [{ server_id: 12345 }, { name: ['This field is required.'] }],
    [{ server_id: 12345, name: '' }, { name: ['This field may not be blank.'] }],
    [
      { server_id: 12345, name: 'before update' },
      { name: ['Name may contain only letters, numbers, hyphens and underscores.'] },
    ],
    [
      { server_id: 12345, name: 'x'.repeat(256) },
      { name: ['Ensure this field has no more than 255 characters.'] },
    ],
    [{ server_id: 12345, name: 7 }, { name: ['Not a valid string.'] }],
    [{ name: 'x' }, { server_id: ['This field is required.'] }],
    [{ server_id: '12345', name: 'x' }, { server_id: ['A valid integer is required.'] }],
    [{ server_id: 1.5, name: 'x' }, { server_id: ['A valid integer is required.'] }],
    [
      { server_id: 12345, name: 'x', description: 'x'.repeat(501) },
      { description: ['Ensure this field has no more than 500 characters.'] },
    ],
    [{ server_id: 12345, name: 'x', description: 7 }, { description: ['Not a valid string.'] }],
    ['[]', { non_field_errors: ['Invalid data. Expected a dictionary.'] }],
    ['{', { detail: 'JSON parse error.' }],
  ])('the create %j is 400', (body, problem) => {
    const answer = reference().ask('POST', '/snapshots/', body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toEqual(problem)
  })

  it('a restore of an unfinished snapshot, and of a server in passing, is 400', () => {
    const { ask } = reference()
    ask('POST', '/snapshots/', { server_id: 12345, name: 'x' })
    expect(ask('POST', '/snapshots/802/restore/').body).toBe('{"detail":"Snapshot is not completed."}')
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(200)
    expect(ask('POST', '/snapshots/798/restore/')).toMatchObject({
      status: 400,
      body: '{"detail":"Server is not in a valid state for restoration."}',
    })
  })

  it('what is no part of the API is 404, an unknown method 405', () => {
    const { ask } = reference()
    expect(ask('GET', '/snapshots').status).toBe(404)
    expect(ask('GET', '/backups/').status).toBe(404)
    expect(ask('GET', '/snapshots/801/')).toMatchObject({
      status: 405,
      body: '{"detail":"Method \\"GET\\" not allowed."}',
    })
  })
})
