import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { Entry } from './entry.ts'
import type { Problem } from './problem.ts'

/**
 * What an operation has done so far. It is written to at every step and read when the operation ends, however it
 * ends: a cancel in the middle finds the truth here.
 */
export interface Ledger {
  entries: Entry[]
  /** What `when-full` or `keep-last` deleted. */
  readonly deleted: Snapshot[]
  /** What `snapshot-before-restore` made, by server. */
  readonly safety: Map<ServerId, Snapshot>
  /** Snapshots in use on a server, where they were counted. */
  readonly slots: Map<ServerId, number>
  /** What `delete` was asked for and no list holds. */
  absent: readonly SnapshotId[]
  /** What kept the operation as a whole from going on. */
  problem: Problem | undefined
  /** The servers for whose snapshots `list` was asked; empty: all. */
  asked: readonly ServerId[]
  /** What `list` read, newest first. */
  listed: readonly Snapshot[] | undefined
  /** When the operation began, in clock milliseconds. */
  readonly began: number
  /** `accepted`: the caller did not want to wait for the end. */
  extent: 'full' | 'accepted' | 'planned'
}

/** An empty ledger of an operation that begins at `now`. */
export function newLedger(now: number): Ledger {
  return {
    entries: [],
    deleted: [],
    safety: new Map(),
    slots: new Map(),
    absent: [],
    problem: undefined,
    asked: [],
    listed: undefined,
    began: now,
    extent: 'full',
  }
}

/** Every problem of the operation, the general one first. */
export function problemsOf(ledger: Ledger): readonly Problem[] {
  const own = ledger.entries.flatMap(entry => (entry.problem === undefined ? [] : [entry.problem]))
  return ledger.problem === undefined ? own : [ledger.problem, ...own]
}
