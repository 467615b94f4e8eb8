/** What a snapshot's status means. `unlisted` is a value nobody documented: treated as still running. */
export type SnapshotPhase = 'in_progress' | 'completed' | 'failed' | 'unlisted'

/**
 * What a server's status means. `passing` is a change that ends by itself (starting, stopping, …); `unlisted` is
 * `suspended` and everything that nobody documented.
 */
export type ServerPhase = 'active' | 'stopped' | 'restoring' | 'passing' | 'broken' | 'unlisted'

// `in_progress` and `completed` are documented; no failure value is, so the plausible ones are taken.
const SNAPSHOT_PHASES: ReadonlyMap<string, SnapshotPhase> = new Map([
  ['in_progress', 'in_progress'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['error', 'failed'],
  ['errored', 'failed'],
  ['cancelled', 'failed'],
  ['canceled', 'failed'],
])

// `active`, `stopped` and `restoring` are documented; the others are what such APIs say.
const SERVER_PHASES: ReadonlyMap<string, ServerPhase> = new Map([
  ['active', 'active'],
  ['running', 'active'],
  ['stopped', 'stopped'],
  ['off', 'stopped'],
  ['restoring', 'restoring'],
  ['starting', 'passing'],
  ['stopping', 'passing'],
  ['restarting', 'passing'],
  ['rebooting', 'passing'],
  ['error', 'broken'],
  ['failed', 'broken'],
])

/** In any letter case. */
export function snapshotPhase(status: string): SnapshotPhase {
  return SNAPSHOT_PHASES.get(status.toLowerCase()) ?? 'unlisted'
}

/** In any letter case. */
export function serverPhase(status: string): ServerPhase {
  return SERVER_PHASES.get(status.toLowerCase()) ?? 'unlisted'
}
