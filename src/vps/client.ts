import type { Server, Snapshot } from '../domain/entities.ts'
import { idToJson, type ServerId, type SnapshotId } from '../domain/ids.ts'
import { Caller, type CallOptions, type ClientSettings } from './caller.ts'
import type { ApiResult } from './failure.ts'
import { readPages } from './paging.ts'
import { readAcceptance, readPermissions, readSnapshot, readSnapshotPage } from './schemas.ts'
import { Servers } from './servers.ts'

export type { CallOptions, ClientSettings } from './caller.ts'

export interface SnapshotQuery {
  /** Only the snapshots of this server. */
  readonly server?: ServerId
  /** Filters while the pages are read, so that what is not needed takes no memory. */
  readonly keep?: (snapshot: Snapshot) => boolean
  /** Gives up, with `complete: false`, as soon as the list is seen to take more requests than this. */
  readonly atMostRequests?: number
}

export interface SnapshotList {
  readonly snapshots: readonly Snapshot[]
  /** As the API says on its first page, before `keep`; where it does not, how many it sent. */
  readonly count: number
  /** How many pages were asked for. */
  readonly requests: number
  /** How many pages the whole list has, as far as the first one tells. */
  readonly pages: number
  /** Whether it is the whole list: false only where `atMostRequests` cut it off. */
  readonly complete: boolean
}

export interface SnapshotRequest {
  readonly server: ServerId
  readonly name: string
  readonly description: string
}

/**
 * The VPS.org API, as far as this project needs it. Every outcome is a value; what rejects is cancellation, with the
 * signal's reason. GET and DELETE are repeated after what passes, a POST only when it certainly did nothing.
 */
export interface VpsClient {
  /** All pages. What comes back is filtered by `server` here again: the API may ignore the filter. */
  listSnapshots(query: SnapshotQuery, options: CallOptions): Promise<ApiResult<SnapshotList>>
  createSnapshot(request: SnapshotRequest, options: CallOptions): Promise<ApiResult<Snapshot>>
  restoreSnapshot(id: SnapshotId, options: CallOptions): Promise<ApiResult<{ readonly message: string }>>
  /** `gone`: there was no such snapshot. `deleted` also where a repetition finds it gone after an unanswered try. */
  deleteSnapshot(id: SnapshotId, options: CallOptions): Promise<ApiResult<'deleted' | 'gone'>>
  /** A server that its own endpoint does not know is looked up in the server list by `id` and `uuid`. */
  readServer(id: ServerId, options: CallOptions): Promise<ApiResult<Server>>
  /** Asks for the change; it is done when the server's status says so. */
  power(id: ServerId, action: 'start' | 'stop', options: CallOptions): Promise<ApiResult<undefined>>
  /** What the token may do. */
  account(options: CallOptions): Promise<ApiResult<{ readonly permissions: readonly string[] }>>
}

/** Makes a client for one account. */
export function createClient(settings: ClientSettings): VpsClient {
  const caller = new Caller(settings)
  const servers = new Servers(caller)
  return {
    listSnapshots: (query, options) => listSnapshots(caller, query, options),
    createSnapshot: (request, options) => createSnapshot(caller, request, options),
    restoreSnapshot: (id, options) => {
      const path = `/snapshots/${id}/restore/`
      return caller.call({ method: 'POST', path, understand: { read: readAcceptance } }, options)
    },
    deleteSnapshot: (id, options) => deleteSnapshot(caller, id, options),
    readServer: (id, options) => servers.read(id, options),
    power: (id, action, options) => {
      const path = `/servers/${servers.endpointId(id)}/power/`
      const body = JSON.stringify({ action })
      return caller.call({ method: 'POST', path, body, understand: { value: undefined } }, options)
    },
    account: options =>
      caller.call({ method: 'GET', path: '/account/me/', understand: { read: readPermissions } }, options),
  }
}

async function listSnapshots(
  caller: Caller,
  { server, keep = () => true, atMostRequests }: SnapshotQuery,
  options: CallOptions,
): Promise<ApiResult<SnapshotList>> {
  const snapshots: Snapshot[] = []
  const path = server === undefined ? '/snapshots/?page_size=100' : `/snapshots/?server_id=${server}`
  const take = (snapshot: Snapshot): void => {
    if ((server === undefined || snapshot.server.id === server) && keep(snapshot)) snapshots.push(snapshot)
  }
  const identify = ({ id }: Snapshot): string => id
  const listed = await readPages(
    caller,
    { path, read: readSnapshotPage, identify, take, atMostRequests },
    options,
  )
  return listed.ok ? { ok: true, value: { snapshots, ...listed.value } } : listed
}

function createSnapshot(
  caller: Caller,
  { server, name, description }: SnapshotRequest,
  options: CallOptions,
): Promise<ApiResult<Snapshot>> {
  // By hand, since a number with all of its digits is more than JSON.stringify can write.
  const texts = `"name":${JSON.stringify(name)},"description":${JSON.stringify(description)}`
  const body = `{"server_id":${idToJson(server)},${texts}}`
  return caller.call(
    { method: 'POST', path: '/snapshots/', body, understand: { read: readSnapshot } },
    options,
  )
}

function deleteSnapshot(
  caller: Caller,
  id: SnapshotId,
  options: CallOptions,
): Promise<ApiResult<'deleted' | 'gone'>> {
  return caller.call<'deleted' | 'gone'>(
    {
      method: 'DELETE',
      path: `/snapshots/${id}/`,
      understand: { value: 'deleted' },
      onMissing: mayHaveActed => (mayHaveActed ? 'deleted' : 'gone'),
    },
    options,
  )
}
