import * as messages from './messages.ts'
import { escapeHtml, mermaidText, sentenceHtml } from './sanitize.ts'
import type { Cell, Table } from './text-table.ts'

/** One phase of an operation, for the timeline. Times are milliseconds since the epoch. */
export interface Phase {
  readonly name: string
  readonly server: string
  readonly from: number
  readonly to: number
  readonly failed?: boolean
}

/** A step to paste, and the line that starts the form by hand. */
export interface StepToCopy {
  readonly title: string
  readonly yaml: string
  readonly command: string
}

/**
 * How a stage ended: `done`, `partly` (done with a problem), `failed`, `nothing` (nothing to do, or skipped), `planned`
 * (a dry run).
 */
export type Tone = 'done' | 'partly' | 'failed' | 'nothing' | 'planned'

/** What a stage has to say: the same for the log, the annotation, the summary and the notification. Raw texts. */
export interface Verdict {
  readonly isGreen: boolean
  readonly tone: Tone
  /** What happened, in one line. */
  readonly headline: string
  /** What state things are in now; may be empty. */
  readonly state: string
  /** The way out; undefined where none is needed. */
  readonly next: string | undefined
}

/** A job summary as data; all texts are raw, escaping is this module's work. */
export interface SummaryModel extends Omit<Verdict, 'isGreen'> {
  /** One server, line by line. */
  readonly details: readonly (readonly [label: string, value: Cell])[]
  /** Several servers, or a list of snapshots. */
  readonly table: Table | undefined
  /** What could be used instead. */
  readonly candidates: Table | undefined
  /** Short statements: what a dry run would do, what was deleted. */
  readonly facts: readonly string[]
  readonly steps: readonly StepToCopy[]
  readonly timeline: readonly Phase[]
}

const ICONS: Readonly<Record<Tone, string>> = {
  done: '✅',
  partly: '⚠️',
  failed: '❌',
  nothing: 'ℹ️',
  planned: '🔎',
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
    `<h3>${ICONS[model.tone]} ${sentenceHtml(model.headline)}</h3>`,
    ...paragraph(model.state),
    ...paragraph(model.next ?? '', `<strong>${messages.NEXT}</strong> `),
    ...renderDetails(model.details),
    ...(model.table === undefined ? [] : renderTable(model.table)),
    ...renderCandidates(model.candidates),
    ...(model.facts.length === 0
      ? []
      : [`<ul>${model.facts.map(fact => `<li>${sentenceHtml(fact)}</li>`).join('')}</ul>`]),
    ...model.steps.map(renderStep),
    ...renderTimeline(model.timeline),
  ]
  return `${parts.join('\n\n')}\n\n`
}

function paragraph(text: string, opening = ''): readonly string[] {
  return text === '' ? [] : [`<p>${opening}${sentenceHtml(text, PARAGRAPH)}</p>`]
}

// A fleet's failures, the first few with all they say.
const PARAGRAPH = 4_000

function renderDetails(details: SummaryModel['details']): readonly string[] {
  if (details.length === 0) return []
  const rows = details.map(
    ([label, value]) => `<tr><th align="left">${escapeHtml(label)}</th><td>${renderCell(value)}</td></tr>`,
  )
  return [['<table>', ...rows, '</table>'].join('\n')]
}

function renderCandidates(table: Table | undefined): readonly string[] {
  return table === undefined ? [] : [`<p><strong>${messages.AVAILABLE}</strong></p>`, ...renderTable(table)]
}

function renderTable(table: Table): readonly string[] {
  if (table.rows.length === 0) return []
  const head = table.columns.map(column => `<th>${escapeHtml(column)}</th>`).join('')
  const rows = fitting(
    table.rows
      .slice(0, ROW_LIMIT)
      .map(row => `<tr>${row.map(cell => `<td>${renderCell(cell)}</td>`).join('')}</tr>`),
  )
  const left = table.rows.length - rows.length
  const more =
    left > 0 ? [`<tr><td colspan="${table.columns.length}">${messages.moreRows(left)}</td></tr>`] : []
  return [['<table>', `<tr>${head}</tr>`, ...rows, ...more, '</table>'].join('\n')]
}

function renderCell(cell: Cell): string {
  if (typeof cell === 'string') return sentenceHtml(cell)
  return `<a href="${escapeHtml(cell.href)}">${escapeHtml(cell.text)}</a>`
}

function fitting(rows: readonly string[]): readonly string[] {
  let bytes = 0
  const end = rows.findIndex(row => {
    bytes += Buffer.byteLength(row)
    return bytes > TABLE_BYTES
  })
  return end === -1 ? rows : rows.slice(0, end)
}

function renderStep({ title, yaml, command }: StepToCopy): string {
  const code = yaml.split('\n').map(escapeCode).join('\n')
  const line = escapeHtml(command, SNIPPET_LINE)
  return `<details><summary>${escapeHtml(title)}</summary>\n\n<pre><code>${code}</code></pre>\n\n<p>${messages.BY_FORM}</p>\n\n<pre><code>${line}</code></pre>\n\n</details>`
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
    `title ${messages.CHART_TITLE}`,
    'dateFormat YYYY-MM-DD HH:mm:ss',
    // A red line for "now" says nothing of a run that has ended.
    'todayMarker off',
    ...axis(phases),
  ]
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
// D3 begins anew at each minute and each hour: only divisors of sixty give even marks.
const TICKS = [1, 2, 5, 10, 15, 30]

/** At most some six marks on the axis, whatever the length: more would overlap on a phone. */
function axis(phases: readonly Phase[]): readonly string[] {
  const from = Math.min(...phases.map(phase => phase.from))
  const length = Math.max(...phases.map(phase => phase.to)) - from
  const fits = (unit: number) => TICKS.find(tick => length / (tick * unit) <= 6)
  const seconds = fits(SECOND_MS)
  return seconds === undefined
    ? ['axisFormat %H:%M', `tickInterval ${fits(MINUTE_MS) ?? 30}minute`]
    : ['axisFormat %H:%M:%S', `tickInterval ${seconds}second`]
}

function barOf({ from, to }: Phase): string {
  // A bar of no width is not drawn: a second is the least.
  return `${chartTime(from)}, ${chartTime(Math.max(to, from + 1_000))}`
}

function chartTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
