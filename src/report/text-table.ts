import { escapeWorkflowCommands, oneLine } from './sanitize.ts'

/** A text, or a text that links somewhere. Raw; `href` is an https address made by this action. */
export type Cell = string | { readonly text: string; readonly href: string }

/** A table for the log and for the job summary. All texts are raw. */
export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The text of a cell. */
export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

// A log is read by the line, on a phone too; the summary and the outputs hold the whole texts.
const CELL_LIMIT = 80
const GAP = '  '

/** The table as lines of text whose columns are aligned; nothing in a cell is a command to the runner. */
export function tableLines({ columns, rows }: Table): readonly string[] {
  // A cell without anything in it would make its neighbours look like those of other columns.
  const cells = [columns, ...rows].map(row =>
    row.map(cell => escapeWorkflowCommands(oneLine(cellText(cell), CELL_LIMIT)) || '–'),
  )
  const widths = columns.map((_, column) => Math.max(...cells.map(row => widthOf(row[column] ?? ''))))
  return cells.map(row =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  )
}

/** Characters, not UTF-16 code units: a name outside of the basic plane would push its row to the left. */
function widthOf(cell: string): number {
  return Array.from(cell).length
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}
