import type { Snapshot } from '../domain/entities.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { isThisRepository, madeByThisRun, parseMarker } from './marker.ts'
import { compareAge, compareNewestFirst, newest, uniqueById } from './recency.ts'
import { isCompleted, snapshotActivity } from './statuses.ts'

interface Selected {
  readonly ok: true
  readonly snapshot: Snapshot
  /** Whether a re-run made it: it may hold what the first attempt left. */
  readonly fromRerun: boolean
  /** Whether this workflow run made it. If not, a list that lags may still lack the one that it did make. */
  readonly fromThisRun: boolean
  /** For `latest`: those that are newer, or may be, and can never be restored, newest first. */
  readonly passedOver: readonly Snapshot[]
}

const NONE = { ok: false, reason: 'none' } as const

/** What `latest` is on one server. */
export type LatestSelection =
  | Selected
  | { readonly ok: false; readonly reason: 'none' }
  /** A newer one of this repository is being made: wait for it, then choose again. */
  | { readonly ok: false; readonly reason: 'in-progress'; readonly snapshot: Snapshot }
  /** Neither dates nor ids tell which of these is the newest. */
  | { readonly ok: false; readonly reason: 'undecided'; readonly candidates: readonly Snapshot[] }

/** What a name means on one server. */
export type NameSelection =
  | Selected
  | { readonly ok: false; readonly reason: 'none' }
  | { readonly ok: false; readonly reason: 'several'; readonly candidates: readonly Snapshot[] }

/**
 * The newest snapshot of one server that any workflow of this repository made before a deploy: for a wait of any
 * status; for a restore completed, unless a newer one is in progress. What is stuck or failed does not count there.
 * @param options `now`: by the API's clock, in milliseconds since the epoch
 */
export function selectLatest(
  snapshots: readonly Snapshot[],
  run: WorkflowRun,
  { use, now }: { readonly use: 'restore' | 'wait'; readonly now: number },
): LatestSelection {
  const deploys = uniqueById(snapshots).filter(snapshot => isDeploy(snapshot, run))
  const eligible = deploys.filter(snapshot => use === 'wait' || isOrWillBeCompleted(snapshot, now))
  const latest = newest(eligible)
  if (latest.state === 'none') return NONE
  if (latest.state === 'undecided') return { ok: false, reason: 'undecided', candidates: latest.candidates }
  const { snapshot } = latest
  if (use === 'wait' || isCompleted(snapshot)) {
    const mayBeNewer = (other: Snapshot): boolean =>
      ['newer', 'unknown'].includes(compareAge(other, snapshot))
    const passedOver = deploys
      .filter(other => !eligible.includes(other) && mayBeNewer(other))
      .sort(compareNewestFirst)
    return selected(snapshot, run, passedOver)
  }
  return { ok: false, reason: 'in-progress', snapshot }
}

function isDeploy({ description }: Snapshot, run: WorkflowRun): boolean {
  const marker = parseMarker(description)
  return marker?.purpose === 'deploy' && isThisRepository(marker, run)
}

function isOrWillBeCompleted(snapshot: Snapshot, now: number): boolean {
  return isCompleted(snapshot) || ['in_progress', 'undated'].includes(snapshotActivity(snapshot, now))
}

/**
 * The snapshot of this name on one server. The spellings of the name are tried in their order: the first that some
 * snapshot bears decides. Between two of the same name a person must decide.
 */
export function selectByName(
  snapshots: readonly Snapshot[],
  spellings: readonly string[],
  run: WorkflowRun,
): NameSelection {
  const found = spellings.map(name => named(snapshots, name)).find(({ length }) => length > 0) ?? []
  const [snapshot, ...others] = found
  if (snapshot === undefined) return NONE
  return others.length > 0 ? { ok: false, reason: 'several', candidates: found } : selected(snapshot, run)
}

function named(snapshots: readonly Snapshot[], name: string): readonly Snapshot[] {
  return uniqueById(snapshots).filter(snapshot => snapshot.name === name)
}

function selected(snapshot: Snapshot, run: WorkflowRun, passedOver: readonly Snapshot[] = []): Selected {
  const marker = parseMarker(snapshot.description)
  const fromRerun = marker !== undefined && marker.attempt > 1
  return { ok: true, snapshot, fromRerun, fromThisRun: madeByThisRun(marker, run), passedOver }
}
