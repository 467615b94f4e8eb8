import type { ServerId, SnapshotId } from './ids.ts'

/** The status of a snapshot whose answer holds none that can be read: neither completed, nor failed, nor in progress. */
export const UNREADABLE_STATUS = 'unreadable'

/**
 * A snapshot as the API describes it, ids as text. Of its fields only the ids are sure to be there. Strings are as the
 * API sent them: not yet harmless to print.
 */
export interface Snapshot {
  readonly id: SnapshotId
  /** Empty where the API gives none: the vendor's own client takes snapshots without a label. */
  readonly name: string
  /** As the API says it, or `UNREADABLE_STATUS`; `snapshotPhase` tells what it means. */
  readonly status: string
  /** Mebibytes; null while the API does not know it. */
  readonly sizeMb: number | null
  /** As the API says it (ISO 8601 in the reference's examples; a plausible epoch is written so); null without any. */
  readonly createdAt: string | null
  /** Empty where the API has none. */
  readonly description: string
  /** Under the id that was asked for, where its server was asked for; else as the API says it. */
  readonly server: { readonly id: ServerId; readonly name: string }
}

/** A snapshot in a list that does not say whose it is: it can be followed by its id and is never chosen. */
export type SnapshotWithoutServer = Omit<Snapshot, 'server'> & {
  readonly server: { readonly id: undefined; readonly name: string }
}

export type ListedSnapshot = Snapshot | SnapshotWithoutServer

/** A server, reduced to what this action needs; the API's answer can hold the root password, which goes nowhere. */
export interface Server {
  /** The id under which it was asked for. */
  readonly id: ServerId
  /** What else it is known by: its UUID beside a number, or its number beside a UUID. Empty if `foundByName`. */
  readonly otherIds: readonly ServerId[]
  /** `name` or `hostname`; empty where the API gives neither. */
  readonly name: string
  /** As the API says it; `serverPhase` tells what it means. */
  readonly status: string
  /**
   * No server has the id that was asked for, and this is the only one of that name. A likely guess, no proof: it
   * satisfies no guard, it is never stopped, and its restore has ended only if it was seen restoring.
   */
  readonly foundByName: boolean
}
