import type { Server } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Caller, CallOptions } from './caller.ts'
import type { ApiResult } from './failure.ts'
import { readPages } from './paging.ts'
import { readServerPage, readServerRecord, type ServerRecord } from './schemas.ts'

/** How a server that its own endpoint did not know is read: under another id, out of the list, or not at all. */
type Detour =
  | { readonly by: 'other id'; readonly id: ServerId }
  | { readonly by: 'list' }
  | { readonly by: 'nothing' }

/**
 * Reads servers. The ids that snapshots give need not be those that the servers endpoint knows; a server that it does
 * not know is looked up in the server list, and the way that worked is remembered.
 */
export class Servers {
  readonly #caller: Caller
  readonly #detours = new Map<ServerId, Detour>()

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** The id under which the servers endpoint knows this server, as far as that has been found out. */
  endpointId(id: ServerId): ServerId {
    const detour = this.#detours.get(id)
    return detour?.by === 'other id' ? detour.id : id
  }

  /** Reads one server. Its id in the answer is the one that was asked for. */
  async read(id: ServerId, options: CallOptions): Promise<ApiResult<Server>> {
    const detour = this.#detours.get(id)
    return detour?.by === 'list'
      ? await this.#fromList(id, options)
      : await this.#fromEndpoint(id, detour, options)
  }

  async #fromEndpoint(
    id: ServerId,
    detour: Detour | undefined,
    options: CallOptions,
  ): Promise<ApiResult<Server>> {
    const answer = await this.#ask(id, options)
    if (answer.ok || answer.failure.status !== 404 || detour?.by === 'nothing') return answer
    const listed = await this.#find(id, options)
    if (!listed.ok) return listed
    const record = listed.value
    this.#detours.set(id, detourTo(id, record, detour))
    return record === undefined ? answer : { ok: true, value: serverOf(id, record) }
  }

  async #fromList(id: ServerId, options: CallOptions): Promise<ApiResult<Server>> {
    const listed = await this.#find(id, options)
    if (!listed.ok) return listed
    // No longer in the list: its own endpoint has the last word.
    return listed.value === undefined
      ? await this.#ask(id, options)
      : { ok: true, value: serverOf(id, listed.value) }
  }

  async #ask(id: ServerId, options: CallOptions): Promise<ApiResult<Server>> {
    const path = `/servers/${this.endpointId(id)}/`
    const understand = { read: readServerRecord }
    const answer = await this.#caller.call({ method: 'GET', path, understand }, options)
    return answer.ok ? { ok: true, value: serverOf(id, answer.value) } : answer
  }

  async #find(id: ServerId, options: CallOptions): Promise<ApiResult<ServerRecord | undefined>> {
    let found: ServerRecord | undefined
    const listed = await readPages(
      this.#caller,
      {
        path: '/servers/?page_size=100',
        read: readServerPage,
        identify: record => record.ids.join(),
        take: record => {
          if (record.ids.includes(id)) found = record
        },
      },
      options,
    )
    return listed.ok ? { ok: true, value: found } : listed
  }
}

function detourTo(id: ServerId, record: ServerRecord | undefined, tried: Detour | undefined): Detour {
  if (record === undefined) return { by: 'nothing' }
  const other = record.ids.find(known => known !== id)
  return other === undefined || tried !== undefined ? { by: 'list' } : { by: 'other id', id: other }
}

function serverOf(id: ServerId, { name, status }: ServerRecord): Server {
  return { id, name, status }
}
