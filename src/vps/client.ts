import type { Server, Snapshot } from '../domain/entities.ts'
import { idToJson, type ServerId, type SnapshotId } from '../domain/ids.ts'
import { acceptanceReader, type RestoreRequest } from './acceptance.ts'
import { ApiClock } from './api-clock.ts'
import { Caller, type ClientSettings as CallerSettings, type CallOptions } from './caller.ts'
import type { ApiResult } from './failure.ts'
import { snapshotOfOther } from './messages.ts'
import { mismatch, type Reader, readPermissions, readSnapshot } from './schemas.ts'
import { ServerAliases } from './server-aliases.ts'
import { type FoundByName, type ServerQuery, Servers, type VisibleServer } from './servers.ts'
import { type SnapshotList, SnapshotLists, type SnapshotQuery } from './snapshot-lists.ts'

export type { RestoreRequest } from './acceptance.ts'
export type { CallOptions } from './caller.ts'
export type { FoundByName, ServerQuery, VisibleServer } from './servers.ts'
export type { OddItem, SnapshotList, SnapshotQuery } from './snapshot-lists.ts'

/** What a client is made of. */
export interface ClientSettings extends CallerSettings {
  /** Told once for each server that was found by its name only. */
  readonly onFoundByName?: (note: FoundByName) => void
}

export interface SnapshotRequest {
  readonly server: ServerId
  readonly name: string
  readonly description: string
}

/**
 * The VPS.org API, as far as this project needs it. Every outcome is a value; what rejects is cancellation, with the
 * signal's reason. GET and DELETE are repeated after what passes, a POST only when it certainly did nothing. An answer
 * that names another server or snapshot than was asked for is a failure of the kind `mismatch`.
 */
export interface VpsClient {
  /** All pages. What comes back is filtered here again: the API may ignore the filter. */
  listSnapshots(query: SnapshotQuery, options: CallOptions): Promise<ApiResult<SnapshotList>>
  /** Its answer's server has the id that was asked for. */
  createSnapshot(request: SnapshotRequest, options: CallOptions): Promise<ApiResult<Snapshot>>
  restoreSnapshot(
    request: RestoreRequest,
    options: CallOptions,
  ): Promise<ApiResult<{ readonly message: string }>>
  /** `gone`: there was no such snapshot. `deleted` also where a repetition finds it gone after an unanswered try. */
  deleteSnapshot(id: SnapshotId, options: CallOptions): Promise<ApiResult<'deleted' | 'gone'>>
  /** A server that its own endpoint does not know is looked up in the server list, by its ids and then by its name. */
  readServer(query: ServerQuery, options: CallOptions): Promise<ApiResult<Server>>
  /**
   * The servers that the token can see, as far as its list has been read: after a server that does not exist it has been.
   */
  visibleServers(): readonly VisibleServer[]
  /** Asks for the change; it is done when the server's status says so. */
  power(id: ServerId, action: 'start' | 'stop', options: CallOptions): Promise<ApiResult<undefined>>
  /** What the token may do. */
  account(options: CallOptions): Promise<ApiResult<{ readonly permissions: readonly string[] }>>
  /**
   * Whether two ids are of one server, as far as answers have told so far: a server read before is known by its number
   * and its UUID. Never true by name.
   */
  sameServer(a: ServerId, b: ServerId): boolean
  /**
   * Milliseconds by which the API's clock is ahead of ours (negative: behind), by the `Date` of its newest answer, and
   * so by up to a second and the answer's travel too little; undefined until an answer has had one.
   */
  clockOffsetMs(): number | undefined
}

/** Makes a client for one account. */
export function createClient({ onFoundByName, ...settings }: ClientSettings): VpsClient {
  const apiClock = new ApiClock(settings.clock)
  const caller = new Caller({
    ...settings,
    onAnswer: answer => {
      apiClock.observe(answer)
      settings.onAnswer?.(answer)
    },
  })
  const aliases = new ServerAliases()
  const servers = new Servers(caller, aliases, onFoundByName)
  const lists = new SnapshotLists(caller, servers, aliases)
  return {
    listSnapshots: (query, options) => lists.read(query, options),
    createSnapshot: (request, options) => createSnapshot(caller, aliases, request, options),
    restoreSnapshot: (request, options) => restoreSnapshot(caller, aliases, request, options),
    deleteSnapshot: (id, options) => deleteSnapshot(caller, id, options),
    readServer: (query, options) => servers.read(query, options),
    visibleServers: () => servers.visible,
    power: (id, action, options) => {
      const path = `/servers/${servers.endpointId(id)}/power/`
      const body = JSON.stringify({ action })
      return caller.call({ method: 'POST', path, body, decode: { value: undefined } }, options)
    },
    account: options =>
      caller.call({ method: 'GET', path: '/account/me/', decode: { read: readPermissions } }, options),
    sameServer: (a, b) => aliases.compare(a, [b]) === 'same',
    clockOffsetMs: () => apiClock.offsetMs,
  }
}

function createSnapshot(
  caller: Caller,
  aliases: ServerAliases,
  { server, name, description }: SnapshotRequest,
  options: CallOptions,
): Promise<ApiResult<Snapshot>> {
  // By hand, since a number with all of its digits is more than JSON.stringify can write.
  const texts = `"name":${JSON.stringify(name)},"description":${JSON.stringify(description)}`
  const body = `{"server_id":${idToJson(aliases.referenceId(server))},${texts}}`
  const decode = { read: createdReader(server, aliases) }
  return caller.call({ method: 'POST', path: '/snapshots/', body, decode }, options)
}

/** Reads the snapshot that a create has made. Its server is the one that was asked for, under the id that was asked for. */
function createdReader(asked: ServerId, aliases: ServerAliases): Reader<Snapshot> {
  return answer => {
    const reading = readSnapshot(answer)
    if (!reading.ok) return reading
    const { snapshot, serverIds } = reading.value
    if (aliases.compare(asked, serverIds) === 'different') {
      return mismatch(snapshotOfOther(snapshot.id, serverIds, asked))
    }
    // The API itself says by which id it knows the server that was asked for.
    aliases.learn([asked, ...serverIds])
    return { ok: true, value: { ...snapshot, server: { id: asked, name: snapshot.server.name } } }
  }
}

function restoreSnapshot(
  caller: Caller,
  aliases: ServerAliases,
  request: RestoreRequest,
  options: CallOptions,
): Promise<ApiResult<{ readonly message: string }>> {
  const read = acceptanceReader(request, aliases)
  const path = `/snapshots/${request.snapshot}/restore/`
  return caller.call({ method: 'POST', path, decode: { read } }, options)
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
      decode: { value: 'deleted' },
      onMissing: mayHaveActed => (mayHaveActed ? 'deleted' : 'gone'),
    },
    options,
  )
}
