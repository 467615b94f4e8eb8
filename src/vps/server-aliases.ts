import { isNumericId, type ServerId } from '../domain/ids.ts'

/** Which server ids name, if any; `unknown` where one is a number, the other a UUID, and nothing links them. */
export type Match =
  | { readonly is: 'same'; readonly asked: ServerId }
  | { readonly is: 'different' }
  | { readonly is: 'unknown' }

/**
 * Which number and which UUID are one server, as far as answers have told. The list of snapshots names servers by
 * number, the vendor's own clients by UUID. Two numbers never are one server, nor are two UUIDs.
 */
export class ServerAliases {
  readonly #others = new Map<ServerId, ServerId>()
  readonly #contradictory = new Set<ServerId>()

  /** Takes note that ids which stood in one answer are of one server. */
  learn(ids: readonly ServerId[]): void {
    const number = ids.find(isNumericId)
    const uuid = ids.find(id => !isNumericId(id))
    if (number === undefined || uuid === undefined || this.#others.get(number) === uuid) return
    if (this.#contradictory.has(number) || this.#contradictory.has(uuid)) return
    const partners = [this.#others.get(number), this.#others.get(uuid)].filter(id => id !== undefined)
    if (partners.length > 0) {
      // One of the answers is wrong, and nobody can tell which: a wrong link could restore another server.
      for (const id of [number, uuid, ...partners]) this.#contradictory.add(id)
      return
    }
    this.#others.set(number, uuid)
    this.#others.set(uuid, number)
  }

  /** The id and, where it is known, the server's other one. */
  idsOf(id: ServerId): readonly ServerId[] {
    const other = this.#otherOf(id)
    return other === undefined ? [id] : [id, other]
  }

  /** The number where it is known, which is what the reference takes for a server; else the id as it is. */
  referenceId(id: ServerId): ServerId {
    return this.idsOf(id).find(isNumericId) ?? id
  }

  /** Compares a server with the ids that an answer gives for one. No ids at all: `unknown`. */
  compare(asked: ServerId, ids: readonly ServerId[]): Match['is'] {
    return this.matcher([asked])(ids).is
  }

  /** Prepares comparisons with any of several servers. What is learnt later does not count in it. */
  matcher(asked: readonly ServerId[]): (ids: readonly ServerId[]) => Match {
    const wanted = new Map(asked.flatMap(id => this.idsOf(id).map(each => [each, id] as const)))
    const unpaired = asked.filter(id => this.#otherOf(id) === undefined)
    const seeksUuid = unpaired.some(isNumericId)
    const seeksNumber = unpaired.some(id => !isNumericId(id))
    const mayBeWanted = (id: ServerId): boolean =>
      this.#otherOf(id) === undefined && (isNumericId(id) ? seeksNumber : seeksUuid)
    return ids => {
      const match = ids.map(id => wanted.get(id)).find(id => id !== undefined)
      if (match !== undefined) return { is: 'same', asked: match }
      return { is: ids.every(mayBeWanted) ? 'unknown' : 'different' }
    }
  }

  #otherOf(id: ServerId): ServerId | undefined {
    return this.#contradictory.has(id) ? undefined : this.#others.get(id)
  }
}
