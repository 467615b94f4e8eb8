import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptanceReader } from '../../../src/vps/acceptance.ts'
import { ServerAliases } from '../../../src/vps/server-aliases.ts'
import { serverId, snapshotId } from './fake-transport.ts'

const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
const aliases = new ServerAliases()
aliases.learn([serverId('12345'), serverId(UUID)])
const REQUEST = { snapshot: snapshotId('801'), server: serverId('12345') }
const DOCUMENTED = {
  status: 'success',
  message: 'Server is being restored from snapshot. This may take 5-15 minutes.',
  snapshot: { id: 801, name: 'pre-migration-snapshot', created_at: '2025-01-15T18:30:00Z' },
  server: { id: 12345, name: 'web-server-01', status: 'restoring' },
}

function read(body: unknown, request = REQUEST) {
  return acceptanceReader(request, aliases)(body)
}

describe('acceptanceReader', () => {
  it('takes the documented form', () => {
    expect(read(DOCUMENTED)).toStrictEqual({ ok: true, value: { message: DOCUMENTED.message } })
  })

  it.each([
    [{ status: 'success' }, ''],
    [{ status: 'Success', job: { id: 7 } }, ''],
    [{ status: 'restoring', id: 5512 }, ''],
    [{ status: 'pending' }, ''],
    [{ status: 202 }, ''],
    [{ success: true, message: null }, ''],
    [{ message: ' begun ' }, 'begun'],
    [{ status: null, message: 'begun' }, 'begun'],
    [{ status: 'success', error: null, errors: [] }, ''],
    [{ status: 'success', snapshot: 801, server: UUID }, ''],
    [{ status: 'success', snapshot: 'pre-migration-snapshot' }, ''],
    [{ status: 'success', snapshot_id: 801, server_id: 12345 }, ''],
    [{ status: 'completed', snapshot: { id: '801' } }, ''],
    [{ ...DOCUMENTED.snapshot, status: 'completed' }, ''],
    [{ server: { id: 12345, status: 'Restoring' } }, ''],
    [{ status: 'success', server: { uuid: UUID, hostname: 'web' } }, ''],
    [{ status: 'success', snapshot: { uuid: UUID } }, ''],
  ])('takes %j as an acceptance', (body, message) => {
    expect(read(body)).toStrictEqual({ ok: true, value: { message } })
  })

  it.each([
    [{ ...DOCUMENTED, snapshot: { id: 802 } }, 'it names snapshot 802'],
    [{ status: 'success', snapshot: 802 }, 'it names snapshot 802'],
    [{ status: 'success', snapshot_id: '802' }, 'it names snapshot 802'],
    [{ ...DOCUMENTED, server: { id: 7 } }, 'it names server 7, not 12345'],
    [{ status: 'success', server_id: 7 }, 'it names server 7, not 12345'],
    [
      { status: 'success', server: { uuid: UUID.replace('2', '3') } },
      `it names server ${UUID.replace('2', '3')}, not 12345`,
    ],
  ])('finds %j to be about something else', (body, problem) => {
    expect(read(body)).toStrictEqual({ ok: false, kind: 'mismatch', problem })
  })

  it('holds no server against a request that knows none', () => {
    expect(
      read({ status: 'success', server: { id: 7 } }, { ...REQUEST, server: undefined as never }).ok,
    ).toBe(true)
  })

  it.each([
    [{}, 'it does not mention a restore'],
    [{ status: null, message: null }, 'it does not mention a restore'],
    [{ count: 1, results: [] }, 'it does not mention a restore'],
    [{ status: 'completed', message: 'Snapshot list' }, 'it does not mention a restore'],
    [{ detail: 'Server is not in a valid state.' }, 'it does not mention a restore'],
    [{ message: ['x'] }, 'it does not mention a restore'],
    [[], 'the response is a list where an object was expected'],
    ['ok', 'the response is text where an object was expected'],
    [null, 'the response is null where an object was expected'],
  ])('cannot tell what %j says', (body, problem) => {
    expect(read(body)).toStrictEqual({ ok: false, problem })
  })

  it('never takes an answer for an acceptance that names another snapshot or server', () => {
    const other = fc.integer({ min: 1 }).filter(id => id !== 801 && id !== 12345)
    const wrong = fc.oneof(
      other.map(id => ({ snapshot: { id } })),
      other.map(id => ({ snapshot_id: id })),
      other.map(id => ({ server: { id, status: 'restoring' } })),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), wrong, (rest, named) => {
        expect(read({ status: 'success', ...rest, ...named }).ok).toBe(false)
      }),
    )
  })
})
