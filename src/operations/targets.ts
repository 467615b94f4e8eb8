import type { Snapshot } from '../domain/entities.ts'
import type { Recorder, ServerTrack } from '../run/recorder.ts'
import { type Goal, newServerRun } from '../run/server-run.ts'

/** A server's record, and the snapshot that the operation was given for it. */
export interface Target {
  readonly track: ServerTrack
  readonly snapshot: Snapshot
}

/** Begins a record for the server of each snapshot that was found. */
export function recordTargets(
  recorder: Recorder,
  goal: Goal,
  snapshots: readonly Snapshot[],
): readonly Target[] {
  const servers = snapshots.map(snapshot => newServerRun(goal, snapshot.server, snapshot))
  recorder.record({ type: 'servers found', servers })
  // Both are in one order.
  return recorder.tracks.flatMap((track, index) =>
    snapshots.slice(index, index + 1).map(snapshot => ({ track, snapshot })),
  )
}
