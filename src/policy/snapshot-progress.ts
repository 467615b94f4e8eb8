import type { Snapshot } from '../domain/entities.ts'
import { extendStreak, isSettled, type SettleWindow, type Streak, times } from './settle.ts'
import { snapshotPhase } from './statuses.ts'

export type SnapshotProgress =
  | { readonly state: 'pending'; readonly snapshot?: Snapshot }
  | { readonly state: 'completed'; readonly snapshot: Snapshot }
  | { readonly state: 'failed'; readonly snapshot: Snapshot }
  | { readonly state: 'gone'; readonly snapshot: Snapshot }

/** What has been seen of one awaited snapshot. Immutable. */
export interface SnapshotWatch {
  readonly window: SettleWindow
  /** As a list showed it last; undefined until a list has shown it. */
  readonly snapshot: Snapshot | undefined
  /** When it was first seen in its status, in clock milliseconds. */
  readonly since: number
  /** The good answers in a row that lacked it. */
  readonly missing: Streak | undefined
}

/**
 * Begins to watch a snapshot. `seen` is the snapshot as an earlier list showed it, `since` when. The answer to a create is no list:
 * lists may lag behind it, and a snapshot that no list has shown yet is not gone.
 */
export function startSnapshotWatch(window: SettleWindow, seen?: Snapshot, since = 0): SnapshotWatch {
  return { window, snapshot: seen, since, missing: undefined }
}

/**
 * Adds a good answer: the snapshot as it shows it, or undefined when it lacks it. Once the snapshot is completed,
 * failed or gone, nothing changes that any more.
 */
export function observeSnapshot(
  watch: SnapshotWatch,
  snapshot: Snapshot | undefined,
  at: number,
): SnapshotWatch {
  if (snapshotProgress(watch).state !== 'pending') return watch
  if (snapshot !== undefined) {
    const since = snapshot.status === watch.snapshot?.status ? watch.since : at
    return { ...watch, snapshot, since, missing: undefined }
  }
  if (watch.snapshot === undefined) return watch
  return { ...watch, missing: extendStreak(watch.missing, 'missing', at) }
}

/**
 * What the answers so far prove. A snapshot is gone when it was seen once and is then missing from every good answer
 * for two settle windows. An unrecognized status is pending.
 */
export function snapshotProgress(watch: SnapshotWatch): SnapshotProgress {
  const { snapshot } = watch
  if (snapshot === undefined) return { state: 'pending' }
  const phase = snapshotPhase(snapshot.status)
  if (phase === 'completed' || phase === 'failed') return { state: phase, snapshot }
  return { state: isSettled(watch.missing, times(2, watch.window)) ? 'gone' : 'pending', snapshot }
}
