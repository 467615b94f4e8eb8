import type { Snapshot } from '../domain/entities.ts'
import { parseTimestamp } from './timestamps.ts'

/** How the age of one snapshot compares with that of another. */
export type AgeOrder = 'newer' | 'older' | 'same' | 'unknown'

/** The newest of some snapshots, or those between which nothing decides. */
export type Newest =
  | { readonly state: 'none' }
  | { readonly state: 'decided'; readonly snapshot: Snapshot }
  | { readonly state: 'undecided'; readonly candidates: readonly Snapshot[] }

const NUMBER = /^[0-9]+$/

/**
 * Whether `a` is newer or older than `b`: by their dates where both can be read and either both or none have a zone,
 * otherwise, and between equal dates, by their ids where both are numbers, which APIs give in ascending order.
 */
export function compareAge(a: Snapshot, b: Snapshot): AgeOrder {
  const [madeA, madeB] = [parseTimestamp(a.createdAt), parseTimestamp(b.createdAt)]
  const areComparable = madeA !== undefined && madeB !== undefined && madeA.hasZone === madeB.hasZone
  if (areComparable && madeA.ms !== madeB.ms) return madeA.ms > madeB.ms ? 'newer' : 'older'
  if (a.id === b.id) return 'same'
  if (NUMBER.test(a.id) && NUMBER.test(b.id)) return compareIds(a.id, b.id) > 0 ? 'newer' : 'older'
  return areComparable ? 'same' : 'unknown'
}

/**
 * The one that is comparably newer than every other one: never a guess, and whatever the order of the list. Where
 * there is none, the candidates are those to which no other is comparably newer, newest first as far as that goes.
 * @param snapshots each of them once
 */
export function newest(snapshots: readonly Snapshot[]): Newest {
  if (snapshots.length === 0) return { state: 'none' }
  const snapshot = snapshots.find(one => countOlder(one, snapshots) === snapshots.length - 1)
  if (snapshot !== undefined) return { state: 'decided', snapshot }
  const unbeaten = snapshots.filter(one => !snapshots.some(other => compareAge(other, one) === 'newer'))
  // Dates and ids that contradict each other can go round in a circle, in which each one is beaten.
  const candidates = unbeaten.length > 1 ? unbeaten : snapshots
  return { state: 'undecided', candidates: candidates.toSorted(compareNewestFirst) }
}

/**
 * All of them, newest first; undefined where dates and ids do not decide between every two, or contradict each other.
 * @param snapshots each of them once
 */
export function rankNewestFirst(snapshots: readonly Snapshot[]): readonly Snapshot[] | undefined {
  const ranked = snapshots
    .map(snapshot => ({ snapshot, older: countOlder(snapshot, snapshots) }))
    .sort((a, b) => b.older - a.older)
  // A comparison of all with all is free of contradictions exactly when these counts are n-1, …, 1, 0.
  const isDecided = ranked.every(({ older }, index) => older === ranked.length - 1 - index)
  return isDecided ? ranked.map(({ snapshot }) => snapshot) : undefined
}

function countOlder(snapshot: Snapshot, among: readonly Snapshot[]): number {
  return among.filter(other => compareAge(snapshot, other) === 'newer').length
}

/**
 * For showing them in an order, newest first: what has no date comes last, and where nothing decides the order is
 * merely always the same. Not for choosing one: that is `newest`.
 */
export function compareNewestFirst(a: Snapshot, b: Snapshot): number {
  const madeA = parseTimestamp(a.createdAt)?.ms ?? Number.MIN_SAFE_INTEGER
  const madeB = parseTimestamp(b.createdAt)?.ms ?? Number.MIN_SAFE_INTEGER
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
