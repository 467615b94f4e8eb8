import { HOUR_MS, MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { isOwn, isThisRepository, type Marker, madeByThisRun, parseMarker } from './marker.ts'
import { compareAge, compareNewestFirst, rankNewestFirst, uniqueById } from './recency.ts'
import { isCompleted, snapshotPhase } from './statuses.ts'
import { ageOf, isDatedLater } from './timestamps.ts'

/** All that decides what may be deleted. */
export interface RetentionFacts {
  /** All snapshots of one server. */
  readonly snapshots: readonly Snapshot[]
  readonly run: WorkflowRun
  /** By the API's clock, in milliseconds since the epoch. */
  readonly now: number
}

/**
 * Why a snapshot stays:
 * - `manual`: it has no valid marker, so it belongs to a person
 * - `other-repository`, `other-workflow`: somebody else's; `safety`, `keep`: retention never takes these
 * - `this-run`: made by this workflow run, in whichever attempt
 * - `unmarked`: the one that this run made, and whose marker the API dropped
 * - `unfinished`: in progress, or of an unrecognized status
 * - `newest`: among the newest `count` completed ones of this workflow
 * - `too-young`: another run may need it until `deletableFrom` (milliseconds since the epoch, by the API's clock)
 * - `unreadable-date`, `future-date`: its age is not known
 * - `not-comparable`: neither dates nor ids tell which ones are older
 * - `newer`: newer than what this run made
 * - `not-oldest`: it could go, but one slot is enough and another one goes first
 */
export type KeepReason =
  | { readonly kind: 'newest'; readonly count: number }
  | { readonly kind: 'too-young'; readonly deletableFrom: number }
  | { readonly kind: OwnershipReason | 'this-run' | 'unmarked' | 'unfinished' }
  | { readonly kind: 'unreadable-date' | 'future-date' | 'not-comparable' | 'newer' | 'not-oldest' }

type OwnershipReason = 'manual' | 'other-repository' | 'other-workflow' | 'safety' | 'keep'

export interface Kept {
  readonly snapshot: Snapshot
  readonly reason: KeepReason
}

/** Every snapshot of the server stands in exactly one of the two. */
export interface RetentionPlan {
  /** In the order in which they are to be deleted. */
  readonly deletes: readonly Snapshot[]
  /** Newest first. */
  readonly keeps: readonly Kept[]
}

/** Another run may still need a younger one, for its rollback. */
const YOUNG_MS = HOUR_MS
/** In a burst of deploys even a young one may go, but none that a run may still be deploying on. */
const BURST_AGE_MS = 10 * MINUTE_MS
const BURST_NEWER = 3

/** The facts, and what follows from them for all own snapshots together. */
interface Survey extends RetentionFacts {
  /** This workflow's own, made before a deploy or on schedule. */
  readonly own: readonly Snapshot[]
  /** The own completed ones, newest first; undefined where their ages cannot be compared. */
  readonly ranked: readonly Snapshot[] | undefined
}

/**
 * What `keep-last` deletes after a successful job: this workflow's own snapshots that are older than the one that this
 * run made and not among the newest `keepLast` completed ones; own failed ones first, then the oldest. Where the ages
 * of the completed ones cannot be compared, none of them.
 * @param options `made`: what this run made on the server, if anything; `madeIsDeleted`: `delete-on: success` deletes
 * it, so that it is none of the newest
 */
export function planKeepLast(
  facts: RetentionFacts,
  options: {
    readonly keepLast: number
    readonly made: SnapshotId | undefined
    readonly madeIsDeleted: boolean
  },
): RetentionPlan {
  const { keepLast, made: madeId, madeIsDeleted } = options
  const survey = surveyOf(facts)
  const made = survey.snapshots.find(({ id }) => id === madeId)
  const counted = survey.ranked?.filter(({ id }) => !madeIsDeleted || id !== madeId)
  // What is no count says nothing of what to spare, so everything is spared.
  const count = keepLast >= 1 ? keepLast : Number.POSITIVE_INFINITY
  const spared = new Set(counted?.slice(0, count))
  return planOf(survey, snapshot => {
    const reason = ownershipReason(snapshot, survey) ?? stateReason(snapshot, survey)
    if (reason?.kind === 'manual' && snapshot === made) return { kind: 'unmarked' }
    if (reason !== undefined) return reason
    if (spared.has(snapshot)) return { kind: 'newest', count }
    return ageReason(snapshot, survey) ?? orderReason(snapshot, made)
  })
}

/**
 * What `when-full: delete-oldest` deletes to free a slot: one at most, this workflow's own oldest, a failed one before
 * all. In a burst of deploys that may be one of ten minutes, if it is the oldest and three newer ones are completed.
 */
export function planFullServer(facts: RetentionFacts): RetentionPlan {
  const survey = surveyOf(facts)
  const isCandidate = (snapshot: Snapshot) =>
    ownershipReason(snapshot, survey) === undefined && stateReason(snapshot, survey) === undefined
  const candidates = survey.snapshots.filter(isCandidate).sort(deletionOrder(survey))
  const firstCompleted = candidates.find(isCompleted)
  const chosen =
    candidates.find(snapshot => ageReason(snapshot, survey) === undefined) ??
    candidates.find(
      snapshot => (isFailed(snapshot) || snapshot === firstCompleted) && mayGoInBurst(snapshot, survey),
    )
  return planOf(survey, snapshot => {
    if (snapshot === chosen) return undefined
    const reason = ownershipReason(snapshot, survey) ?? stateReason(snapshot, survey)
    return reason ?? ageReason(snapshot, survey) ?? { kind: 'not-oldest' }
  })
}

function surveyOf(facts: RetentionFacts): Survey {
  const snapshots = uniqueById(facts.snapshots)
  const own = snapshots.filter(({ description }) => isRetained(parseMarker(description), facts.run))
  return { ...facts, snapshots, own, ranked: rankNewestFirst(own.filter(isCompleted)) }
}

function planOf(survey: Survey, reasonOf: (snapshot: Snapshot) => KeepReason | undefined): RetentionPlan {
  const judged = survey.snapshots
    .toSorted(compareNewestFirst)
    .map(snapshot => ({ snapshot, reason: reasonOf(snapshot) }))
  const keeps = judged.flatMap(({ snapshot, reason }) => (reason === undefined ? [] : [{ snapshot, reason }]))
  const deletes = judged.flatMap(({ snapshot, reason }) => (reason === undefined ? [snapshot] : []))
  return { deletes: deletes.sort(deletionOrder(survey)), keeps }
}

/** Failed ones first, then the oldest first. */
function deletionOrder({ ranked = [] }: Survey): (a: Snapshot, b: Snapshot) => number {
  return (a, b) =>
    Number(isFailed(b)) - Number(isFailed(a)) ||
    ranked.indexOf(b) - ranked.indexOf(a) ||
    compareNewestFirst(b, a)
}

/** Only what this workflow made for a deploy or on schedule is subject to retention at all. */
function isRetained(marker: Marker | undefined, run: WorkflowRun): boolean {
  return isOwn(marker, run) && (marker?.purpose === 'deploy' || marker?.purpose === 'schedule')
}

function ownershipReason({ description }: Snapshot, { run }: Survey): KeepReason | undefined {
  const marker = parseMarker(description)
  if (marker === undefined) return { kind: 'manual' }
  if (!isThisRepository(marker, run)) return { kind: 'other-repository' }
  if (marker.purpose === 'safety' || marker.purpose === 'keep') return { kind: marker.purpose }
  if (!isOwn(marker, run)) return { kind: 'other-workflow' }
  return madeByThisRun(marker, run) ? { kind: 'this-run' } : undefined
}

function stateReason(snapshot: Snapshot, { ranked }: Survey): KeepReason | undefined {
  if (isFailed(snapshot)) return undefined
  if (!isCompleted(snapshot)) return { kind: 'unfinished' }
  return ranked === undefined ? { kind: 'not-comparable' } : undefined
}

function ageReason(snapshot: Snapshot, { own, now }: Survey): KeepReason | undefined {
  const age = ageOf(snapshot, now)
  if (age.state === 'unknown') return { kind: 'unreadable-date' }
  // The clock that dated it was wrong. It is old enough once the same clock has dated another one that much later.
  if (age.state === 'future')
    return own.some(other => isDatedLater(other, snapshot, YOUNG_MS)) ? undefined : { kind: 'future-date' }
  if (age.atLeastMs > YOUNG_MS) return undefined
  return { kind: 'too-young', deletableFrom: now + YOUNG_MS - age.atLeastMs }
}

function orderReason(snapshot: Snapshot, made: Snapshot | undefined): KeepReason | undefined {
  if (made === undefined) return undefined
  const order = compareAge(snapshot, made)
  if (order === 'older') return undefined
  return { kind: order === 'newer' ? 'newer' : 'not-comparable' }
}

function mayGoInBurst(snapshot: Snapshot, { own, now }: Survey): boolean {
  const age = ageOf(snapshot, now)
  const newer = own.filter(other => isCompleted(other) && compareAge(other, snapshot) === 'newer')
  return age.state === 'known' && age.atLeastMs > BURST_AGE_MS && newer.length >= BURST_NEWER
}

function isFailed(snapshot: Snapshot): boolean {
  return snapshotPhase(snapshot.status) === 'failed'
}
