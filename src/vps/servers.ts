import type { Server } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Caller, CallOptions } from './caller.ts'
import { type ApiResult, isTransient } from './failure.ts'
import * as messages from './messages.ts'
import { type Listed, readPages } from './paging.ts'
import {
  mismatch,
  type Reader,
  readServerPage,
  readServerRecord,
  type ServerItem,
  type ServerRecord,
} from './schemas.ts'
import type { ServerAliases } from './server-aliases.ts'

/** Which server is to be read. */
export interface ServerQuery {
  readonly id: ServerId
  /** The name that a snapshot gives for it, by which it is looked up where nothing knows its id. */
  readonly name?: string
}

/** A server as the list of servers gives it; its name may be empty. */
export interface VisibleServer {
  readonly id: ServerId
  readonly name: string
}

/** No server has the id that was asked for; the only one of its name is read instead. */
export interface FoundByName {
  readonly asked: ServerId
  readonly name: string
  readonly found: ServerId
}

const LIST_CALL = { method: 'GET', path: '/servers/?page_size=100' } as const

/** How a server that its own endpoint did not know is read: under another id, out of the list, or not at all. */
type LookupStrategy =
  | { readonly by: 'other id'; readonly id: ServerId; readonly foundByName: boolean }
  | { readonly by: 'list' }
  | { readonly by: 'nothing'; readonly name: string }

interface Found {
  readonly item: ServerItem
  readonly foundByName: boolean
}

/**
 * Reads servers. The ids that snapshots give need not be those that the servers endpoint knows; a server that it does
 * not know is looked up in the server list, by its id and then by its name, and the way that worked is remembered.
 */
export class Servers {
  readonly #caller: Caller
  readonly #aliases: ServerAliases
  readonly #onFoundByName: ((note: FoundByName) => void) | undefined
  readonly #strategies = new Map<ServerId, LookupStrategy>()
  readonly #told = new Set<ServerId>()
  #isListLearnt = false
  #visible: readonly VisibleServer[] = []

  constructor(caller: Caller, aliases: ServerAliases, onFoundByName?: (note: FoundByName) => void) {
    this.#caller = caller
    this.#aliases = aliases
    this.#onFoundByName = onFoundByName
  }

  /** The id under which the servers endpoint knows this server, as far as that has been found out. */
  endpointId(id: ServerId): ServerId {
    const strategy = this.#strategies.get(id)
    return strategy?.by === 'other id' ? strategy.id : id
  }

  /** The servers that the token can see, by the list that was read last; a server that does not exist is looked up there. */
  get visible(): readonly VisibleServer[] {
    return this.#visible
  }

  /** Reads one server. Its id in the answer is the one that was asked for. */
  async read(query: ServerQuery, options: CallOptions): Promise<ApiResult<Server>> {
    const strategy = this.#strategies.get(query.id)
    if (strategy?.by !== 'list') {
      const answer = await this.#ask(query.id, options)
      if (answer.ok || answer.failure.status !== 404 || isSettledBy(strategy, query)) return answer
      return await this.#lookUp(query, options, answer)
    }
    return await this.#lookUp(query, options)
  }

  /** Reads the list of servers once, for the ids that it gives; not again unless it could not be read. */
  async learnAliases(options: CallOptions): Promise<void> {
    if (this.#isListLearnt) return
    const listed = await this.#list(options)
    this.#isListLearnt = listed.ok || !isTransient(listed.failure)
  }

  async #ask(id: ServerId, options: CallOptions): Promise<ApiResult<Server>> {
    const endpointId = this.endpointId(id)
    const path = `/servers/${endpointId}/`
    const decode = { read: this.#readerFor(endpointId) }
    const answer = await this.#caller.call({ method: 'GET', path, decode }, options)
    if (!answer.ok) return answer
    this.#aliases.learn([endpointId, ...answer.value.ids])
    const strategy = this.#strategies.get(id)
    const foundByName = strategy?.by === 'other id' && strategy.foundByName
    return { ok: true, value: this.#serverOf(id, answer.value, foundByName) }
  }

  #readerFor(id: ServerId): Reader<ServerRecord> {
    return body => {
      const reading = readServerRecord(body)
      if (!reading.ok || this.#aliases.compare(id, reading.value.ids) !== 'different') return reading
      return mismatch(messages.otherServer(reading.value.ids))
    }
  }

  /** @param unknown the endpoint's own answer, if it has just been asked */
  async #lookUp(
    query: ServerQuery,
    options: CallOptions,
    unknown?: ApiResult<Server>,
  ): Promise<ApiResult<Server>> {
    const listed = await this.#list(options)
    if (!listed.ok) return listed
    const found = this.#find(query, listed.value)
    this.#remember(query, found)
    // Not in the list: its own endpoint has the last word.
    if (found === undefined) return unknown ?? (await this.#ask(query.id, options))
    const { status } = found.item
    if (status !== undefined) {
      return { ok: true, value: this.#serverOf(query.id, { ...found.item, status }, found.foundByName) }
    }
    if (this.endpointId(query.id) !== query.id) return await this.#ask(query.id, options)
    const failure = this.#caller.failure(LIST_CALL, 'unreadable', messages.noStatusInList(query.id))
    return { ok: false, failure }
  }

  async #list(options: CallOptions): Promise<ApiResult<Listed<ServerItem>>> {
    const identify = ({ ids }: ServerItem): string | undefined => ids[0]
    const listing = { path: LIST_CALL.path, read: readServerPage, identify, consistent: true }
    const listed = await readPages(this.#caller, listing, options)
    if (!listed.ok) return listed
    for (const { ids } of listed.value.items) this.#aliases.learn(ids)
    this.#visible = listed.value.items.flatMap(({ ids: [id], names: [name = ''] }) =>
      id === undefined ? [] : [{ id, name }],
    )
    return listed
  }

  #find({ id, name = '' }: ServerQuery, { items, consistent }: Listed<ServerItem>): Found | undefined {
    const own = items.find(({ ids }) => this.#aliases.compare(id, ids) === 'same')
    if (own !== undefined) return { item: own, foundByName: false }
    const [namesake, ...others] = items.filter(({ names }) => name !== '' && names.includes(name))
    // A list that may lack an item proves no name to be the only one; and an id of the same kind says that it is another.
    if (namesake === undefined || others.length > 0 || !consistent) return undefined
    const mayBeIt = namesake.ids.length > 0 && this.#aliases.compare(id, namesake.ids) === 'unknown'
    return mayBeIt ? { item: namesake, foundByName: true } : undefined
  }

  #remember({ id, name = '' }: ServerQuery, found: Found | undefined): void {
    const isTried = this.endpointId(id) !== id
    const otherId = found?.item.ids.find(known => known !== id)
    if (found === undefined) this.#strategies.set(id, { by: 'nothing', name })
    else if (otherId === undefined || isTried) this.#strategies.set(id, { by: 'list' })
    else this.#strategies.set(id, { by: 'other id', id: otherId, foundByName: found.foundByName })
    if (found?.foundByName !== true || otherId === undefined || this.#told.has(id)) return
    this.#told.add(id)
    this.#onFoundByName?.({ asked: id, name, found: otherId })
  }

  #serverOf(id: ServerId, { names, status }: ServerRecord, foundByName: boolean): Server {
    const otherIds = foundByName ? [] : this.#aliases.idsOf(id).slice(1)
    return { id, otherIds, name: names[0] ?? '', status, foundByName }
  }
}

function isSettledBy(strategy: LookupStrategy | undefined, { name = '' }: ServerQuery): boolean {
  return strategy?.by === 'nothing' && strategy.name === name
}
