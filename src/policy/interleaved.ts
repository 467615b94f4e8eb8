import type { Snapshot } from '../domain/entities.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { isThisRepository, type Marker, parseMarker } from './marker.ts'
import { compareAge, compareNewestFirst } from './recency.ts'
import { isCompleted } from './statuses.ts'

/** Another run's deploy snapshot of the same server, newer than ours. */
export interface Interleaved {
  readonly snapshot: Snapshot
  readonly marker: Marker
}

// A look at the list may not hold a rollback up, least of all after a cancel.
const LOOK_MS = 30_000
const CANCELLED_LOOK_MS = 5_000

/** How long the look for a deploy by another run may take, in milliseconds. */
export function lookForOthersMs(isCancelled: boolean): number {
  return isCancelled ? CANCELLED_LOOK_MS : LOOK_MS
}

/**
 * The deploy that came after ours: the newest completed snapshot that another run of this repository made before a
 * deploy, and that is comparably newer than ours. Restoring ours would undo that deploy, too. Undefined where there is
 * none; failed, unfinished, scheduled, safety and kept snapshots and those of unknown age do not count.
 * @param snapshots those of our snapshot's server, however its id is written in them
 */
export function findInterleaved(
  ours: Snapshot,
  snapshots: readonly Snapshot[],
  run: WorkflowRun,
): Interleaved | undefined {
  return snapshots
    .toSorted(compareNewestFirst)
    .filter(isCompleted)
    .filter(snapshot => compareAge(snapshot, ours) === 'newer')
    .flatMap(snapshot => {
      const marker = parseMarker(snapshot.description)
      const isOtherDeploy =
        marker?.purpose === 'deploy' && isThisRepository(marker, run) && marker.run !== run.runId
      return isOtherDeploy ? [{ snapshot, marker }] : []
    })[0]
}
