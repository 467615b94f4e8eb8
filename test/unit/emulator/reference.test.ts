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
  ...{ ...SNAPSHOT_801, id: 798, name: 'weekly-snapshot-2025-01-08', size_mb: 4856 },
  ...{ created_at: '2025-01-08T12:00:00Z', description: 'Weekly snapshot' },
}
const CREATE = {
  server_id: 12345,
  ...{ name: 'before-update-snapshot', description: 'Snapshot before system update' },
}
const CREATED = {
  ...{ id: 802, server: SNAPSHOT_801.server, name: CREATE.name, status: 'in_progress', size_mb: null },
  ...{ created_at: '2025-01-16T16:15:00Z', description: CREATE.description },
  message: 'Snapshot is being created. This may take 3-10 minutes depending on server size.',
}
const RESTORING = {
  ...{ status: 'success', message: 'Server is being restored from snapshot. This may take 5-15 minutes.' },
  snapshot: { id: 801, name: 'pre-migration-snapshot', created_at: '2025-01-15T18:30:00Z' },
  server: { id: 12345, name: 'web-server-01', status: 'restoring' },
}

describe("the reference's own examples", () => {
  it.each([
    [
      'GET',
      '/snapshots/?server_id=12345',
      undefined,
      200,
      { count: 2, results: [SNAPSHOT_801, SNAPSHOT_798] },
    ],
    ['POST', '/snapshots/', CREATE, 201, CREATED],
    ['POST', '/snapshots/801/restore/', undefined, 200, RESTORING],
  ])('%s %s is answered as published', (method, path, body, status, expected) => {
    const answer = reference().ask(method, path, body)
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(answer.body)).toEqual(expected)
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
    expect(ask(method, path, undefined, {})).toMatchObject({
      ...{ status: 401, body: '{"detail":"Authentication credentials were not provided."}' },
    })
    expect(ask(method, path, undefined, { authorization: 'Bearer wrong' })).toMatchObject({
      ...{ status: 401, body: '{"detail":"Invalid token."}' },
    })
  })

  it.each([
    ['POST', '/snapshots/', { server_id: 1, name: 'x' }, 404, 'Server not found.'],
    ['POST', '/snapshots/1/restore/', undefined, 404, 'Not found.'],
    ['DELETE', '/snapshots/1/', undefined, 404, 'Not found.'],
    // No part of the API, and no method of it.
    ['GET', '/snapshots', undefined, 404, 'Not found.'],
    ['GET', '/backups/', undefined, 404, 'Not found.'],
    ['GET', '/snapshots/801/', undefined, 405, 'Method "GET" not allowed.'],
  ])('%s %s %j is %i', (method, path, body, status, detail) => {
    const answer = reference().ask(method, path, body)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { detail }])
  })

  it('a sixth snapshot is 400, in the field and with the limit that the settings have', () => {
    const { ask, world } = reference()
    const create = () => ask('POST', '/snapshots/', { server_id: 12345, name: 'x' })
    expect([create(), create(), create()].map(({ status }) => status)).toEqual([201, 201, 201])
    expect(create()).toMatchObject({
      status: 400,
      body: '{"detail":"Snapshot limit reached. You can have a maximum of 5 snapshots per server."}',
    })
    world.configure({ snapshotLimit: 2, limitErrorField: 'non_field_errors' })
    expect(JSON.parse(create().body)).toEqual({
      non_field_errors: ['Snapshot limit reached. You can have a maximum of 2 snapshots per server.'],
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
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, problem])
  })

  it('a restore of an unfinished snapshot, and of a server in passing, is 400', () => {
    const { ask } = reference()
    ask('POST', '/snapshots/', { server_id: 12345, name: 'x' })
    expect(ask('POST', '/snapshots/802/restore/').body).toBe('{"detail":"Snapshot is not completed."}')
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(200)
    expect(ask('POST', '/snapshots/798/restore/')).toMatchObject({
      ...{ status: 400, body: '{"detail":"Server is not in a valid state for restoration."}' },
    })
  })

  it('names the permission that a token lacks, and the account tells those that it has', () => {
    const { ask } = reference({}, { permissions: ['snapshots:read'] })
    expect(ask('GET', '/servers/12345/')).toMatchObject({
      ...{ status: 403, body: '{"detail":"This token lacks the permission \\"servers:read\\"."}' },
    })
    expect(ask('GET', '/snapshots/').status).toBe(200)
    expect(ask('POST', '/snapshots/', CREATE).status).toBe(403)
    expect(JSON.parse(ask('GET', '/account/me/').body).token.permissions).toEqual(['snapshots:read'])
  })
})
