import type { Snapshot } from '../domain/entities.ts'

// With a zone: a time without one could be off by half a day, which is too much to delete by.
const TIMESTAMP =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/

/** When it was made, by the API's clock, in milliseconds since the epoch; undefined where the API does not say it clearly. */
export function createdAtMs(snapshot: Pick<Snapshot, 'createdAt'>): number | undefined {
  if (snapshot.createdAt === null || !TIMESTAMP.test(snapshot.createdAt)) return undefined
  const time = Date.parse(snapshot.createdAt)
  return Number.isNaN(time) ? undefined : time
}

/**
 * For sorting, the newest first. Ids are given in ascending order, so that they decide between equal dates; what has
 * no date counts as oldest.
 */
export function compareNewestFirst(a: Snapshot, b: Snapshot): number {
  const madeA = createdAtMs(a) ?? Number.MIN_SAFE_INTEGER
  const madeB = createdAtMs(b) ?? Number.MIN_SAFE_INTEGER
  return madeB - madeA || compareIds(b.id, a.id)
}

/** Numeric for digits, which have no leading zeros: the longer is the greater. UUIDs are all of one length. */
function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Each snapshot once, as it was read last: a paged list that changes meanwhile can hold one twice. */
export function uniqueById(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return [...new Map(snapshots.map(snapshot => [snapshot.id, snapshot])).values()]
}
