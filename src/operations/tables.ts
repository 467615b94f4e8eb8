import type { Snapshot } from '../domain/entities.ts'
import { formatDuration } from '../policy/durations.ts'
import { parseMarker } from '../policy/marker.ts'
import { createdAtMs } from '../policy/recency.ts'
import type { Table } from '../report/table.ts'
import type { Context } from './context.ts'
import type { Entry } from './entry.ts'
import { ageText, serverText, sizeText } from './inventory.ts'
import type { Ledger } from './ledger.ts'

// A log of thousands of lines is read by nobody.
const LINES = 100

/** Prints a table to the log; of a long one the beginning. */
export function printTable(ctx: Context, { columns, rows }: Table): void {
  ctx.report.table({ columns, rows: rows.slice(0, LINES) })
  if (rows.length > LINES)
    ctx.report.line(`… and ${rows.length - LINES} more, all of them in the output "snapshots".`)
}

/** What became of each server, or each snapshot of a list: the same for the log and the summary. */
export function resultTable(ctx: Context, ledger: Ledger): Table {
  const { listed, entries } = ledger
  // What matters most comes first: a phone shows four columns.
  const columns = ['Snapshot', 'Status', 'Server', 'Size', 'Age']
  return listed === undefined
    ? { columns: [...columns, 'Took', 'Name'], rows: entries.map(entry => entryRow(ctx, entry)) }
    : {
        columns: [...columns, 'Created', 'Made by', 'Name'],
        rows: listed.map(snapshot => listRow(ctx, snapshot)),
      }
}

function entryRow(ctx: Context, entry: Entry): readonly string[] {
  const took =
    entry.began === undefined || entry.ended === undefined ? '' : formatDuration(entry.ended - entry.began)
  const { snapshot } = entry
  return [
    snapshot?.id ?? '–',
    statusCell(entry),
    `${entry.serverName} (${entry.server})`.trim(),
    snapshot === undefined ? '–' : sizeText(snapshot),
    snapshot === undefined ? '–' : ageText(ctx, snapshot),
    took,
    snapshot?.name ?? '–',
  ]
}

/** What was refused is not what has failed: the snapshot is as good as before. */
function statusCell({ status, snapshot, accepted }: Entry): string {
  return status === 'failed' && snapshot !== undefined && !accepted ? 'refused' : (status ?? 'not begun')
}

function listRow(ctx: Context, snapshot: Snapshot): readonly string[] {
  return [
    snapshot.id,
    snapshot.status,
    serverText(snapshot),
    sizeText(snapshot),
    ageText(ctx, snapshot),
    createdText(snapshot),
    ownerName(snapshot),
    snapshot.name,
  ]
}

/** By the API's clock: ages are rounded, and which of two snapshots holds what may hang on minutes. */
function createdText(snapshot: Snapshot): string {
  const created = createdAtMs(snapshot)
  return created === undefined ? '–' : `${new Date(created).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A safety snapshot holds what was broken, and must not be taken for one from before a deploy. */
function ownerName(snapshot: Snapshot): string {
  const marker = parseMarker(snapshot.description)
  if (marker === undefined) return 'a person'
  const purpose = marker.purpose === 'deploy' ? '' : `${marker.purpose}: `
  return `${purpose}${marker.workflow}, run ${marker.run}`
}
