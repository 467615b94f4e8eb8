import { MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import { ageOf } from './timestamps.ts'

/** What a snapshot's status means. `unrecognized` is a value that nobody documented. */
export type SnapshotPhase = 'in_progress' | 'completed' | 'failed' | 'unrecognized'

/**
 * What a server's status means. `transitioning` is a change of power that ends by itself (starting, stopping, …);
 * `unrecognized` is `suspended` and everything that nobody documented: not the same as not running.
 */
export type ServerPhase = 'active' | 'stopped' | 'restoring' | 'transitioning' | 'error' | 'unrecognized'

/** Whether a snapshot is still being made. */
export type SnapshotActivity =
  | 'finished'
  /** Worth waiting for. */
  | 'in_progress'
  /** Unfinished for so long, or so wrongly dated, that waiting is pointless. */
  | 'stuck'
  /** Unfinished for a time that its date does not tell. */
  | 'undated'

/** The longest creation that the reference mentions takes ten minutes. */
const STUCK_AFTER_MS = 30 * MINUTE_MS

// `in_progress` and `completed` are documented; the others are what such APIs say.
const SNAPSHOT_WORDS: ReadonlyMap<string, SnapshotPhase> = new Map<string, SnapshotPhase>([
  ['in_progress', 'in_progress'],
  ...words('completed', 'completed', 'complete', 'available', 'ready', 'done', 'success', 'finished'),
  ...words('failed', 'failed', 'failure', 'aborted', 'cancelled', 'canceled'),
])

// `active`, `stopped` and `restoring` are documented; the others are what such APIs say.
const SERVER_WORDS: ReadonlyMap<string, ServerPhase> = new Map<string, ServerPhase>([
  ...words('active', 'active', 'running'),
  ...words('stopped', 'stopped', 'off'),
  ...words('restoring', 'restoring'),
  ...words('transitioning', 'starting', 'stopping', 'restarting', 'rebooting', 'booting', 'shutting_down'),
  ...words('transitioning', 'powering_on', 'powering_off'),
  ...words('error', 'failed'),
])

function words<Phase extends string>(
  phase: Phase,
  ...statuses: readonly string[]
): readonly (readonly [string, Phase])[] {
  return statuses.map(status => [status, phase])
}

/** In any letter case, with `_`, `-` or a space between words. */
export function snapshotPhase(status: string): SnapshotPhase {
  const word = normalize(status)
  return SNAPSHOT_WORDS.get(word) ?? (isError(word) ? 'failed' : 'unrecognized')
}

/** Whether a snapshot is there to be restored. */
export function isCompleted({ status }: Pick<Snapshot, 'status'>): boolean {
  return snapshotPhase(status) === 'completed'
}

/** In any letter case, with `_`, `-` or a space between words. */
export function serverPhase(status: string): ServerPhase {
  const word = normalize(status)
  return SERVER_WORDS.get(word) ?? (isError(word) ? 'error' : 'unrecognized')
}

/**
 * Whether a snapshot is still being made; one of an unrecognized status is, as long as it is young.
 * @param now by the API's clock, in milliseconds since the epoch
 */
export function snapshotActivity(snapshot: Snapshot, now: number): SnapshotActivity {
  const phase = snapshotPhase(snapshot.status)
  if (phase === 'completed' || phase === 'failed') return 'finished'
  const age = ageOf(snapshot, now)
  if (age.state === 'future') return 'stuck'
  if (age.state === 'unknown') return 'undated'
  if (age.atLeastMs >= STUCK_AFTER_MS) return 'stuck'
  return age.atMostMs < STUCK_AFTER_MS ? 'in_progress' : 'undated'
}

function normalize(status: string): string {
  return status
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

/** `error`, `errored`, `error_timeout`, … */
function isError(word: string): boolean {
  return word.startsWith('error')
}
