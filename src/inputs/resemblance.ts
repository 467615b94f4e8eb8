/** No name is so long that more slips than this still resemble it. */
const MOST_EDITS = 3

/**
 * The candidate that a text was probably meant to be: the same letters but for case, `-`, `_`, `.` and spaces, or the
 * fewest slips away (a character inserted, dropped, replaced, or swapped with its neighbour): at most one for every
 * three characters, and three in all. Of several equally near, the first.
 */
export function nearest<const T extends string>(text: string, candidates: readonly T[]): T | undefined {
  const letters = lettersOf(text)
  let found: T | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const meant = lettersOf(candidate)
    const limit = Math.min(MOST_EDITS, Math.max(1, Math.floor(meant.length / 3)))
    const edits = countEdits(letters, meant, limit)
    if (edits < fewest) [found, fewest] = [candidate, edits]
  }
  return found
}

/** What counts of a name: its letters, whatever their case and whatever separates them. */
export function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[-_.\s]/g, '')
}

/** The edit distance of two texts (optimal string alignment), or Infinity beyond `limit`. */
function countEdits(a: string, b: string, limit: number): number {
  if (a === b) return 0
  if (limit === 0 || Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  const [restA, restB] = [a.slice(same), b.slice(same)]
  const edits: (readonly [string, string])[] = [
    [restA.slice(1), restB],
    [restA, restB.slice(1)],
    [restA.slice(1), restB.slice(1)],
  ]
  if (restA[0] === restB[1] && restA[1] === restB[0]) edits.push([restA.slice(2), restB.slice(2)])
  return 1 + Math.min(...edits.map(([nextA, nextB]) => countEdits(nextA, nextB, limit - 1)))
}
