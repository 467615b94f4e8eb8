import type { Snapshot } from '../domain/entities.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import { formatAge } from '../policy/durations.ts'
import { isOwn, isThisRepository, type Marker, parseMarker } from '../policy/marker.ts'
import { formatSize } from '../policy/sizes.ts'
import { createdAtMs, isAhead } from '../policy/timestamps.ts'
import type { Cell } from '../report/text-table.ts'
import { clockTime } from './messages/phrases.ts'
import * as titles from './messages/titles.ts'

/** A server for a table: its name, where it is known, and its id. */
export function serverCell({ name, id }: { readonly name: string; readonly id: string }): string {
  return name === '' ? id : `${name} (${id})`
}

/** A snapshot for a table: its id, and its name where it has one. */
export function snapshotText({ id, name }: Snapshot): string {
  return name === '' ? id : `${id} ${name}`
}

/** A size for a table; `–` while the API does not know it. */
export function sizeText({ sizeMb }: Snapshot): string {
  return sizeMb === null ? '–' : formatSize(sizeMb)
}

/** An age for a table, e.g. `2 days`. */
export function ageText(snapshot: Snapshot, now: number): string {
  const created = createdAtMs(snapshot)
  if (created === undefined) return titles.UNKNOWN
  return isAhead(created, now) ? titles.IN_FUTURE : formatAge(now - created)
}

/** When it was taken: by the API's clock, since ages are rounded, and which of two snapshots holds what may hang on minutes. */
export function takenText(snapshot: Snapshot, now: number): string {
  const created = createdAtMs(snapshot)
  if (created === undefined) return titles.UNKNOWN
  const age = isAhead(created, now) ? titles.IN_FUTURE : `${formatAge(now - created)} ago`
  return `${clockTime(created, now)} (${age})`
}

/**
 * Who made it, with a link to the run.
 * @param isOurs this run made it: the API may have dropped the marker that would say so
 */
export function makerCell(snapshot: Snapshot, origin: WorkflowRun, isOurs = false): Cell {
  const marker = parseMarker(snapshot.description)
  if (marker === undefined) return isOurs ? titles.THIS_RUN_UNMARKED : titles.MANUAL
  return { text: makerText(marker, origin), href: runUrl(origin, marker) }
}

function makerText(marker: Marker, origin: WorkflowRun): string {
  return `${titles.PURPOSES[marker.purpose]}${ownerText(marker, origin)}`
}

function ownerText(marker: Marker, origin: WorkflowRun): string {
  if (isOwn(marker, origin))
    return marker.run === origin.runId ? titles.THIS_RUN : titles.runOfThisWorkflow(marker.run)
  const workflow = isThisRepository(marker, origin)
    ? marker.workflow.slice(marker.repository.length + 1)
    : marker.workflow
  return titles.runOfOther(workflow, marker.run)
}

/** The page of a run. The parts of a marker are letters that need no escaping in an address. */
export function runUrl(
  { serverUrl }: WorkflowRun,
  { repository, run }: Pick<Marker, 'repository' | 'run'>,
): string {
  return `${serverUrl}/${repository}/actions/runs/${run}`
}
