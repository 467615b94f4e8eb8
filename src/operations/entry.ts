import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Phase } from '../report/summary.ts'
import type { Problem } from './problem.ts'

/** What can be said of one snapshot, and of an operation as a whole. */
export type Status =
  | 'unknown'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'in_progress'
  | 'restoring'
  | 'planned'
  | 'completed'
  | 'restored'
  | 'deleted'

// Worst first: what cannot be told is worse than what is known to have failed.
const WORST_FIRST: readonly Status[] = [
  'unknown',
  'failed',
  'timed_out',
  'cancelled',
  'in_progress',
  'restoring',
  'planned',
  'completed',
  'restored',
  'deleted',
]

/**
 * The record of one server's part in an operation. It is kept up to date at every step, so that the truth can be told
 * wherever the operation is cut off.
 */
export interface Entry {
  readonly server: ServerId
  serverName: string
  /** The snapshot, as last seen; undefined while there is none (or none that is known). */
  snapshot: Snapshot | undefined
  /** undefined: nothing has been asked of the API for it. `unknown`: asked, and not answered. */
  status: Status | undefined
  /** Whether the API has accepted what this is about: only then it goes on at VPS.org when its end is not seen. */
  accepted: boolean
  /** A stop was asked for (or is about to be), and the server has not been seen running since. */
  stopAsked: boolean
  /** The server's status as last seen. */
  serverStatus: string | undefined
  /** When a create last read the server, in clock milliseconds. */
  readAt: number | undefined
  problem: Problem | undefined
  /** When its own work began and ended, in clock milliseconds. */
  began: number | undefined
  ended: number | undefined
  readonly phases: Phase[]
}

/** A record of a server of which nothing is known yet. */
export function newEntry(server: ServerId, snapshot?: Snapshot): Entry {
  return {
    server,
    serverName: snapshot?.server.name ?? '',
    snapshot,
    status: undefined,
    accepted: false,
    stopAsked: false,
    serverStatus: undefined,
    readAt: undefined,
    problem: undefined,
    began: undefined,
    ended: undefined,
    phases: [],
  }
}

/** The worst of some statuses; `failed` where nothing was asked of the API at all. */
export function worstStatus(statuses: readonly (Status | undefined)[]): Status {
  return WORST_FIRST.find(status => statuses.includes(status)) ?? 'failed'
}

/** `timed_out` and `cancelled` say that the API had accepted; where it had not, nothing goes on, and it is a failure. */
export function saidStatus(status: Status | undefined, accepted: boolean): Status | undefined {
  return !accepted && (status === 'timed_out' || status === 'cancelled') ? 'failed' : status
}

/** What a person calls the server: its name where it is known. */
export function serverLabel(entry: Entry): string {
  return entry.serverName === '' ? `server ${entry.server}` : entry.serverName
}

/** The id of its snapshot, for a text; empty while there is none. */
export function snapshotIdOf(entry: Entry): string {
  return entry.snapshot?.id ?? ''
}

/** A record of a snapshot that is there. */
export type HeldEntry = Entry & { readonly snapshot: Snapshot }

/** Those of some records that have a snapshot. */
export function heldEntries(entries: readonly Entry[]): readonly HeldEntry[] {
  return entries.filter((entry): entry is HeldEntry => entry.snapshot !== undefined)
}

/** The server's status as last seen, for a text. */
export function lastStatus(entry: Entry): string {
  return entry.serverStatus ?? 'unreadable'
}

/** Notes that a phase of the entry's work went from `from` to `to`. */
export function addPhase(entry: Entry, name: string, from: number, to: number, failed = false): void {
  entry.phases.push({ name, server: serverLabel(entry), from, to, failed })
}

/** Why nothing was done for a server whose turn came after the deadline. */
export function tooLate(entry: Entry): Problem {
  return {
    status: 'timed_out',
    message: `${serverLabel(entry)} was not begun: the time was over before its turn came. Nothing was changed on it.`,
    next: 'Give more time (timeout) or work on more servers at once (max-parallel), and run it again for the servers that are left.',
  }
}

/** Marks the entry as failed with a problem; what the problem says of its status holds. */
export function failEntry(entry: Entry, problem: Problem): void {
  entry.problem = problem
  entry.status = problem.status
}
