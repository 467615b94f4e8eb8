import type { CallOptions } from '../../../src/vps/caller.ts'
import type { ApiResult } from '../../../src/vps/failure.ts'
import { answer, type Bench, rawSnapshot, serverId, snapshotId } from './fake-transport.ts'

export const UUID = '2f1c7a52-90d3-4b7e-8a31-5d0c6f1e9b44'
export const FAR: CallOptions = { deadline: 100_000_000 }
export const CREATED = {
  ...rawSnapshot(802),
  status: 'in_progress',
  size_mb: null,
  message: 'Snapshot is being created.',
}
export const REQUEST = {
  server: serverId('12345'),
  name: 'before-update-snapshot',
  description: 'Before "it"',
}
export const RESTORE = { snapshot: snapshotId('801'), server: serverId('12345') }
export const OK_LIST = answer(200, { count: 1, results: [rawSnapshot(801)] })

export const calls = {
  list: ({ client }: Bench, options = FAR) => client.listSnapshots({ servers: [serverId('12345')] }, options),
  create: ({ client }: Bench, options = FAR) => client.createSnapshot(REQUEST, options),
  restore: ({ client }: Bench, options = FAR) => client.restoreSnapshot(RESTORE, options),
  remove: ({ client }: Bench, options = FAR) => client.deleteSnapshot(snapshotId('801'), options),
  server: ({ client }: Bench, options = FAR) => client.readServer({ id: serverId('12345') }, options),
  power: ({ client }: Bench, options = FAR) => client.power(serverId('12345'), 'stop', options),
  account: ({ client }: Bench, options = FAR) => client.account(options),
}

export function failureOf(result: ApiResult<unknown>) {
  if (result.ok) throw new Error('it worked')
  return result.failure
}
