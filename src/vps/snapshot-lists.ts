import pLimit from 'p-limit'
import type { ListedSnapshot, Snapshot } from '../domain/entities.ts'
import { isNumericId, type ServerId, type SnapshotId } from '../domain/ids.ts'
import type { Caller, CallOptions } from './caller.ts'
import type { ApiResult } from './failure.ts'
import { type Listed, readPages } from './paging.ts'
import { readSnapshotPage, type SnapshotItem } from './schemas.ts'
import type { Match, ServerAliases } from './server-aliases.ts'
import type { Servers } from './servers.ts'

export interface SnapshotQuery {
  /** Only the snapshots of these servers; of all if it is not given. */
  readonly servers?: readonly ServerId[]
  /** For a choice: reads again where the list may have changed while it was read. See `SnapshotList.consistent`. */
  readonly consistent?: boolean
}

/** An entry of the list that must be neither chosen nor deleted. */
export interface OddItem {
  /** Which field cannot be read, and what was expected there; without its value. */
  readonly problem: string
  /** Undefined where its id is what cannot be read. */
  readonly id: SnapshotId | undefined
  readonly server: ServerId | undefined
}

export interface SnapshotList {
  /**
   * Of the servers asked for, each once, in the API's order; `server.id` is the id that was asked for. One whose status
   * cannot be read is among them.
   */
  readonly snapshots: readonly Snapshot[]
  /**
   * Those that may be of a server asked for, which nothing proves: they name no server, or one by a number where a UUID
   * was asked for (or the other way round). A snapshot that is known by its id can be followed here; none may be chosen.
   */
  readonly unattributed: readonly ListedSnapshot[]
  /** Not empty: to be said once. Of the servers asked for, or of nobody knows which. */
  readonly oddItems: readonly OddItem[]
  /** How many slots all of these take: `snapshots`, `unattributed`, and the items without an id. */
  readonly count: number
  /** How many slots each server takes for certain: its `snapshots`, and the items without an id that name it. */
  readonly countOf: ReadonlyMap<ServerId, number>
  /** Whether it is certain that nothing was missed. Where it is not, a choice is a guess. */
  readonly consistent: boolean
}

type Items = Pick<Listed<SnapshotItem>, 'items' | 'consistent'>

// Requests for single servers that are under way at once.
const PARALLEL_LISTS = 5

/** Reads lists of snapshots with as few requests as it can. */
export class SnapshotLists {
  readonly #caller: Caller
  readonly #servers: Servers
  readonly #aliases: ServerAliases
  readonly #limit = pLimit(PARALLEL_LISTS)
  /** How many pages the whole list had when it was read last. */
  #pages = 1

  constructor(caller: Caller, servers: Servers, aliases: ServerAliases) {
    this.#caller = caller
    this.#servers = servers
    this.#aliases = aliases
  }

  /** What comes back is filtered here again: the API may ignore the filter, or know the server by another id. */
  async read(
    { servers, consistent = false }: SnapshotQuery,
    options: CallOptions,
  ): Promise<ApiResult<SnapshotList>> {
    const answer = await this.#itemsOf(servers, consistent, options)
    if (!answer.ok) return answer
    const { items } = answer.value
    for (const { serverIds } of items) this.#aliases.learn(serverIds)
    if (servers !== undefined && this.#mayBeKnownOtherwise(servers, items)) {
      await this.#servers.learnAliases(options)
    }
    return { ok: true, value: this.#listOf(servers, answer.value) }
  }

  /** One server by the filter, several by the whole list, unless that has more pages than there are servers. */
  async #itemsOf(
    servers: readonly ServerId[] | undefined,
    consistent: boolean,
    options: CallOptions,
  ): Promise<ApiResult<Items>> {
    if (servers === undefined || (servers.length > 1 && this.#pages <= servers.length)) {
      const answer = await this.#list('', consistent, options)
      if (answer.ok) this.#pages = answer.value.pages
      return answer
    }
    const answers = await Promise.all(
      servers.map(id => this.#limit(() => this.#listServer(id, consistent, options))),
    )
    const lists: Listed<SnapshotItem>[] = []
    for (const answer of answers) {
      if (!answer.ok) return answer
      lists.push(answer.value)
    }
    const items = new Map(
      lists.flatMap(list => list.items).map((item, index) => [item.snapshot?.id ?? index, item]),
    )
    const value = { items: [...items.values()], consistent: lists.every(list => list.consistent) }
    return { ok: true, value }
  }

  async #listServer(
    server: ServerId,
    consistent: boolean,
    options: CallOptions,
  ): Promise<ApiResult<Listed<SnapshotItem>>> {
    const id = this.#aliases.referenceId(server)
    const answer = await this.#list(`server_id=${id}&`, consistent, options)
    // The reference's filter is a number; an API that refuses any other still has its whole list.
    const isRefusedUuid =
      !answer.ok && !isNumericId(id) && [400, 404, 422].includes(answer.failure.status ?? 0)
    return isRefusedUuid ? await this.#list('', consistent, options) : answer
  }

  #list(filter: string, consistent: boolean, options: CallOptions): Promise<ApiResult<Listed<SnapshotItem>>> {
    const path = `/snapshots/?${filter}page_size=100`
    const identify = ({ snapshot }: SnapshotItem): string | undefined => snapshot?.id
    return readPages(this.#caller, { path, read: readSnapshotPage, identify, consistent }, options)
  }

  /** Whether the list of servers is worth a look: an id is a number in one place and may be a UUID in the other. */
  #mayBeKnownOtherwise(servers: readonly ServerId[], items: readonly SnapshotItem[]): boolean {
    const compare = this.#aliases.matcher(servers)
    return items.some(({ serverIds }) => serverIds.length > 0 && compare(serverIds).is === 'unknown')
  }

  #listOf(servers: readonly ServerId[] | undefined, { items, consistent }: Items): SnapshotList {
    const compare = servers === undefined ? ofAnyServer : this.#aliases.matcher(servers)
    const snapshots: Snapshot[] = []
    const unattributed: ListedSnapshot[] = []
    const oddItems: OddItem[] = []
    const countOf = new Map<ServerId, number>()
    let withoutId = 0
    for (const { snapshot, serverIds, problem } of items) {
      const match = compare(serverIds)
      if (match.is === 'different') continue
      if (problem !== undefined) oddItems.push({ problem, id: snapshot?.id, server: serverIds[0] })
      if (match.is === 'same') countOf.set(match.asked, (countOf.get(match.asked) ?? 0) + 1)
      if (snapshot === undefined) withoutId += 1
      else if (match.is === 'unknown') unattributed.push(snapshot)
      else snapshots.push({ ...snapshot, server: { id: match.asked, name: snapshot.server.name } })
    }
    const count = snapshots.length + unattributed.length + withoutId
    return { snapshots, unattributed, oddItems, count, countOf, consistent }
  }
}

function ofAnyServer([id]: readonly ServerId[]): Match {
  return id === undefined ? { is: 'unknown' } : { is: 'same', asked: id }
}
