import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { RunOrigin } from '../domain/origin.ts'
import { isThisRepository, type Marker, parseMarker } from './marker.ts'
import { compareNewestFirst, uniqueById } from './recency.ts'
import { snapshotPhase } from './statuses.ts'

export type Selected =
  | {
      readonly ok: true
      readonly snapshot: Snapshot
      /** `latest` chose one that a re-run made: it may hold what the first attempt left. */
      readonly fromRerun: boolean
    }
  | { readonly ok: false; readonly reason: 'none' }
  | { readonly ok: false; readonly reason: 'several'; readonly ids: readonly SnapshotId[] }

const NONE: Selected = { ok: false, reason: 'none' }

/**
 * The newest snapshot of one server that any workflow of this repository made before a deploy: for a restore the
 * newest completed one, for a wait the newest of any status.
 */
export function chooseLatest(
  snapshots: readonly Snapshot[],
  origin: RunOrigin,
  use: 'restore' | 'wait',
): Selected {
  const [latest] = snapshots
    .filter(({ status }) => use === 'wait' || snapshotPhase(status) === 'completed')
    .flatMap(snapshot => madeForDeploy(snapshot, origin))
    .sort((a, b) => compareNewestFirst(a.snapshot, b.snapshot))
  if (latest === undefined) return NONE
  return { ok: true, snapshot: latest.snapshot, fromRerun: latest.marker.attempt > 1 }
}

function madeForDeploy(
  snapshot: Snapshot,
  origin: RunOrigin,
): readonly { snapshot: Snapshot; marker: Marker }[] {
  const marker = parseMarker(snapshot.description)
  return marker?.purpose === 'deploy' && isThisRepository(marker, origin) ? [{ snapshot, marker }] : []
}

/** The snapshot of exactly this name on one server. Two of the same name are for a person to decide. */
export function chooseByName(snapshots: readonly Snapshot[], name: string): Selected {
  const named = uniqueById(snapshots).filter(snapshot => snapshot.name === name)
  const [snapshot, ...others] = named
  if (snapshot === undefined) return NONE
  if (others.length > 0) return { ok: false, reason: 'several', ids: named.map(({ id }) => id) }
  return { ok: true, snapshot, fromRerun: false }
}
