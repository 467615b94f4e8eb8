import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { RunOrigin } from '../domain/origin.ts'
import { isOwn, type Marker, parseMarker } from './marker.ts'
import { compareNewestFirst, createdAtMs, uniqueById } from './recency.ts'
import { snapshotPhase } from './statuses.ts'

/** All that decides what may be deleted. */
export interface RetentionFacts {
  /** All snapshots of one server. */
  readonly snapshots: readonly Snapshot[]
  readonly origin: RunOrigin
  /** Milliseconds since the epoch. */
  readonly now: number
}

const HOUR_MS = 60 * 60_000

/**
 * What `keep-last` deletes, in this order: this workflow's own snapshots that are older than `newest` (the one this
 * run made) and not among the newest `keepLast` completed ones. The new one counts among those, failed ones do not.
 */
export function chooseForKeepLast(
  facts: RetentionFacts,
  keepLast: number,
  newest: SnapshotId,
): readonly Snapshot[] {
  // Not a count: then nothing says what to spare, so everything is.
  if (!(keepLast >= 1)) return []
  const snapshots = uniqueById(facts.snapshots)
  const made = snapshots.find(snapshot => snapshot.id === newest)
  const spared = new Set(newestCompleted(snapshots, facts.origin).slice(0, keepLast))
  const isOlder = (snapshot: Snapshot) => made === undefined || compareNewestFirst(snapshot, made) > 0
  return deletable(facts).filter(snapshot => !spared.has(snapshot) && isOlder(snapshot))
}

/** What `when-full: delete-oldest` deletes to free a slot; undefined when the rule allows none. */
export function chooseForFullServer(facts: RetentionFacts): Snapshot | undefined {
  return deletable(facts)[0]
}

/** All that may be deleted at all, the first to go first: failed ones, then the oldest. */
function deletable(facts: RetentionFacts): readonly Snapshot[] {
  return uniqueById(facts.snapshots)
    .filter(snapshot => mayBeDeleted(snapshot, facts))
    .sort((a, b) => Number(isFailed(b)) - Number(isFailed(a)) || compareNewestFirst(b, a))
}

function mayBeDeleted(snapshot: Snapshot, { origin, now }: RetentionFacts): boolean {
  const marker = parseMarker(snapshot.description)
  const finished = isCompleted(snapshot) || isFailed(snapshot)
  return (
    finished && isRetained(marker, origin) && marker.run !== origin.runId && isOverAnHourOld(snapshot, now)
  )
}

/** Only what this workflow made for a deploy or on schedule is subject to retention at all. */
function isRetained(marker: Marker | undefined, origin: RunOrigin): marker is Marker {
  return marker !== undefined && marker.purpose !== 'safety' && isOwn(marker, origin)
}

/** Another run may need a younger one. Without a date nothing is; a date in the future is another clock's. */
function isOverAnHourOld(snapshot: Snapshot, now: number): boolean {
  const made = createdAtMs(snapshot)
  return made !== undefined && now - made > HOUR_MS
}

function newestCompleted(snapshots: readonly Snapshot[], origin: RunOrigin): readonly Snapshot[] {
  return snapshots
    .filter(snapshot => isCompleted(snapshot) && isRetained(parseMarker(snapshot.description), origin))
    .sort(compareNewestFirst)
}

function isCompleted(snapshot: Snapshot): boolean {
  return snapshotPhase(snapshot.status) === 'completed'
}

function isFailed(snapshot: Snapshot): boolean {
  return snapshotPhase(snapshot.status) === 'failed'
}
