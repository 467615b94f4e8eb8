import type { Snapshot } from '../domain/entities.ts'
import { formatAge, formatSize } from '../policy/durations.ts'
import { isOwn, isThisRepository, parseMarker } from '../policy/marker.ts'
import { compareNewestFirst, createdAtMs } from '../policy/recency.ts'
import { oneLine } from '../report/harmless.ts'
import type { Table } from '../report/table.ts'
import type { Context } from './context.ts'

// An account may have thousands; these are what a person would look at first, and operation: list has them all.
const SHOWN = 10
// A name of hundreds of characters would crowd out the end of the sentence.
const NAME = 60

/**
 * Some snapshots in one sentence: id, name, status, age and whose each is. Of many the newest are shown.
 * @param withServer whether of which server each one is must be said; by default where they are of several
 */
export function inventory(
  ctx: Context,
  snapshots: readonly Snapshot[],
  withServer: boolean = areOfSeveralServers(snapshots),
): string {
  const shown = newestOf(snapshots).map(snapshot => describeSnapshot(ctx, snapshot, withServer))
  const left = snapshots.length - shown.length
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('; ')
}

/** The same as a table for the log, where a sentence of five snapshots is hard to read. */
export function inventoryTable(ctx: Context, snapshots: readonly Snapshot[]): Table {
  return {
    columns: ['Snapshot', 'Status', 'Server', 'Size', 'Age', 'Whose', 'Name'],
    rows: newestOf(snapshots).map(snapshot => [
      snapshot.id,
      snapshot.status,
      serverText(snapshot),
      sizeText(snapshot),
      ageText(ctx, snapshot),
      ownerOf(ctx, snapshot),
      snapshot.name,
    ]),
  }
}

/** In the order that the API gave, where all are shown. */
function newestOf(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots.length <= SHOWN ? snapshots : snapshots.toSorted(compareNewestFirst).slice(0, SHOWN)
}

function areOfSeveralServers(snapshots: readonly Snapshot[]): boolean {
  return new Set(snapshots.map(({ server }) => server.id)).size > 1
}

function describeSnapshot(ctx: Context, snapshot: Snapshot, withServer: boolean): string {
  const of = withServer ? ` of ${serverText(snapshot)}` : ''
  return `${snapshot.id} ${oneLine(snapshot.name, NAME)}${of} (${snapshot.status}, ${ageOf(ctx, snapshot)}, ${ownerOf(ctx, snapshot)})`
}

/** Which server a snapshot is of, e.g. `web-server-01 (12345)`. */
export function serverText({ server }: Snapshot): string {
  return `${server.name} (${server.id})`.trim()
}

/** How large a snapshot is, for a table: `–` while the API does not know it. */
export function sizeText({ sizeMb }: Snapshot): string {
  return sizeMb === null ? '–' : formatSize(sizeMb)
}

/** How old a snapshot is, e.g. `2 days old`. */
export function ageOf(ctx: Context, snapshot: Snapshot): string {
  const age = ageText(ctx, snapshot)
  return age === UNKNOWN_AGE ? `age ${age}` : `${age} old`
}

/** The age of a snapshot by itself, e.g. `2 days`. */
export function ageText(ctx: Context, snapshot: Snapshot): string {
  const created = createdAtMs(snapshot)
  return created === undefined ? UNKNOWN_AGE : formatAge(ctx.clock.now() - created)
}

const UNKNOWN_AGE = 'unknown'

function ownerOf(ctx: Context, snapshot: Snapshot): string {
  const marker = parseMarker(snapshot.description)
  if (marker === undefined) return "a person's"
  if (marker.purpose === 'safety') return `a safety snapshot of ${marker.repository}`
  if (isOwn(marker, ctx.origin)) return marker.run === ctx.origin.runId ? "this run's" : "this workflow's"
  return isThisRepository(marker, ctx.origin)
    ? 'another workflow of this repository'
    : `of ${marker.repository}`
}
