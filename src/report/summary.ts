import { escapeHtml, mermaidText } from './harmless.ts'
import type { Table } from './table.ts'

/** One phase of an operation, for the timeline. Times are milliseconds since the epoch. */
export interface Phase {
  readonly name: string
  readonly server: string
  readonly from: number
  readonly to: number
  readonly failed?: boolean
}

/** A job summary as data; all texts are raw, escaping is this module's work. */
export interface SummaryModel extends Table {
  readonly good: boolean
  readonly verdict: string
  readonly next?: string | undefined
  /** Short statements under the table: slots in use, what was deleted. */
  readonly facts: readonly string[]
  /** A YAML snippet to paste, with the sentence that introduces it. */
  readonly snippet?: { readonly title: string; readonly yaml: string } | undefined
  readonly timeline: readonly Phase[]
}

// The runner refuses a step's summary above 1 MiB; a table is cut well before, in rows and in bytes.
const ROW_LIMIT = 1_200
const TABLE_BYTES = 400_000
// A line of a snippet that is cut cannot be pasted; a thousand UUIDs fit.
const SNIPPET_LINE = 50_000
const CHART_LIMIT = 40

/**
 * Renders a summary. Tables and texts are HTML blocks (Markdown is not read inside them), so nothing that comes from
 * outside can break out; a blank line would end such a block, and no escaped text holds one.
 */
export function renderSummary(model: SummaryModel): string {
  const parts = [
    `<h3>${model.good ? '✅' : '❌'} ${escapeHtml(model.verdict)}</h3>`,
    ...(model.next === undefined ? [] : [`<p><strong>Next:</strong> ${escapeHtml(model.next)}</p>`]),
    ...renderTable(model),
    ...(model.facts.length === 0
      ? []
      : [`<ul>${model.facts.map(fact => `<li>${escapeHtml(fact)}</li>`).join('')}</ul>`]),
    ...renderSnippet(model.snippet),
    ...renderTimeline(model.timeline),
  ]
  return `${parts.join('\n\n')}\n\n`
}

function renderTable(model: SummaryModel): string[] {
  if (model.rows.length === 0) return []
  const head = model.columns.map(column => `<th>${escapeHtml(column)}</th>`).join('')
  const rows = fitting(
    model.rows
      .slice(0, ROW_LIMIT)
      .map(row => `<tr>${row.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`),
  )
  const left = model.rows.length - rows.length
  const more = left > 0 ? [`<tr><td colspan="${model.columns.length}">… and ${left} more</td></tr>`] : []
  return [['<table>', `<tr>${head}</tr>`, ...rows, ...more, '</table>'].join('\n')]
}

function fitting(rows: readonly string[]): readonly string[] {
  let bytes = 0
  const end = rows.findIndex(row => {
    bytes += Buffer.byteLength(row)
    return bytes > TABLE_BYTES
  })
  return end === -1 ? rows : rows.slice(0, end)
}

function renderSnippet(snippet: SummaryModel['snippet']): string[] {
  if (snippet === undefined) return []
  const code = snippet.yaml.split('\n').map(escapeCode).join('\n')
  return [
    `<details><summary>${escapeHtml(snippet.title)}</summary>\n\n<pre><code>${code}</code></pre>\n\n</details>`,
  ]
}

// A snippet's lines keep their indentation, which escapeHtml would fold away.
function escapeCode(line: string): string {
  const indent = line.replace(/[^ ].*$/s, '')
  return indent + escapeHtml(line, SNIPPET_LINE)
}

/** The phases as a chart, by the clock in UTC: the browser would show anything else in its own time zone. */
function renderTimeline(phases: readonly Phase[]): string[] {
  if (phases.length === 0) return []
  const shown = phases.slice(0, CHART_LIMIT)
  const lines = [...chartHead(shown)]
  let section = ''
  for (const phase of shown) {
    // A section must have a name.
    const server = mermaidText(phase.server) || 'server'
    if (server !== section) lines.push(`section ${server}`)
    section = server
    lines.push(`${mermaidText(phase.name)} :${phase.failed === true ? 'crit, ' : ''}${barOf(phase)}`)
  }
  return [[...lines, '```'].join('\n')]
}

function chartHead(phases: readonly Phase[]): readonly string[] {
  // Mermaid writes a section's name into a margin of fixed width; about seven pixels a character fit it.
  const padding = Math.max(75, ...phases.map(phase => mermaidText(phase.server).length * 7 + 20))
  const init = `%%{init: {"gantt": {"leftPadding": ${padding}}}}%%`
  return [
    '```mermaid',
    init,
    'gantt',
    'title Times in UTC',
    'dateFormat YYYY-MM-DD HH:mm:ss',
    ...axis(phases),
  ]
}

/** About five marks on the axis, whatever the length: more would overlap on a phone. */
function axis(phases: readonly Phase[]): readonly string[] {
  const from = Math.min(...phases.map(phase => phase.from))
  const seconds = (Math.max(...phases.map(phase => phase.to)) - from) / 1_000
  if (seconds <= 240)
    return ['axisFormat %H:%M:%S', `tickInterval ${Math.max(1, Math.ceil(seconds / 4))}second`]
  return ['axisFormat %H:%M', `tickInterval ${Math.ceil(seconds / 300)}minute`]
}

function barOf({ from, to }: Phase): string {
  // A bar of no width is not drawn: a second is the least.
  return `${chartTime(from)}, ${chartTime(Math.max(to, from + 1_000))}`
}

function chartTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
