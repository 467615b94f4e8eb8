import type { ServerId, SnapshotId } from './ids.ts'

/** A snapshot as the API describes it, validated, ids as text. Strings are as the API sent them: not yet harmless to print. */
export interface Snapshot {
  readonly id: SnapshotId
  readonly name: string
  /** As the API says it; `snapshotPhase` tells what it means. */
  readonly status: string
  /** Mebibytes; null while the API does not know it. */
  readonly sizeMb: number | null
  /** As the API says it (ISO 8601 in the reference's examples); null where it says nothing. */
  readonly createdAt: string | null
  /** Empty where the API has none. */
  readonly description: string
  readonly server: { readonly id: ServerId; readonly name: string }
}

/** A server, reduced to what this action needs; the API's answer can hold the root password, which goes nowhere. */
export interface Server {
  readonly id: ServerId
  /** `name` or `hostname`; empty where the API gives neither. */
  readonly name: string
  /** As the API says it; `serverPhase` tells what it means. */
  readonly status: string
}
