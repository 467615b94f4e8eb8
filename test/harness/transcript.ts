import type { LogCommand } from './commands.ts'
import type { Texts } from './environment.ts'
import type { Annotation } from './log.ts'
import { applyMasks } from './masks.ts'

/** A request as whoever answered it wrote it down. */
export interface RecordedRequest {
  /** Who was asked, other than the API: `github`, `webhook`. */
  readonly to?: string
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly body?: unknown
  /** Of the answer, where there was one. */
  readonly status?: number | null
}

/** Everything that a stage of the action left behind. */
export interface Transcript {
  readonly stage: 'main' | 'post'
  /** Masked lines of stdout and stderr in the order of their arrival, commands as a run's web page shows them. */
  readonly log: readonly string[]
  readonly rawStdout: string
  readonly rawStderr: string
  readonly outputs: Texts
  /** Of a post stage: what it saved itself. */
  readonly state: Texts
  readonly env: Texts
  readonly paths: readonly string[]
  readonly summary: string
  /** Files that the runner cannot read to their ends, which fails the step; not there when there are none. */
  readonly fileProblems?: readonly string[]
  /** null when a signal ended the process. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly annotations: readonly Annotation[]
  readonly commands: readonly LogCommand[]
  readonly masks: readonly string[]
  /** Those of this stage only. */
  readonly requests: readonly RecordedRequest[]
  readonly durationMs: number
  /** From the first signal that was sent to the end of the process; undefined when none was sent. */
  readonly afterSignalMs: number | undefined
}

export interface FormatOptions {
  /** What else differs from run to run. Applied first, in this order. */
  readonly replace?: readonly (readonly [pattern: RegExp, by: string])[]
  /** Times and durations stay as they are: for what does not depend on the clock. */
  readonly exact?: boolean
}

type Replacements = NonNullable<FormatOptions['replace']>

const PORTS: Replacements = [[/(127\.0\.0\.1|localhost|\[::1\]):\d+/g, '$1:<port>']]
const CHANGING: Replacements = [
  ...PORTS,
  [/\bkey=[a-z0-9]{8}\b/g, 'key=<key>'],
  [/"key":"[a-z0-9]{8}"/g, '"key":"<key>"'],
  // The chart's marks depend on how long it took.
  [/tickInterval \d+/g, 'tickInterval <n>'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| ?UTC|[+-]\d\d:\d\d)?/g, '<time>'],
  [/\b\d\d:\d\d(?::\d\d)? UTC/g, '<time>'],
  [/(?<=Trying again in )\d+(?:\.\d+)?s\b/g, '<pause>'],
  [/\b(?:\d+[dhm] )?\d+(?:ms|[dhms])\b/g, '<duration>'],
  [/\b\d+ (?:second|minute|hour|day)s?\b/g, '<age>'],
  [/(?<=\bsent )\d+(?= times\b)/g, '<n>'],
  [/(?<=Output duration-seconds: )\d+/g, '<seconds>'],
  // Milliseconds since the epoch, as states keep them.
  [/\b1[6-9]\d{11}\b/g, '<ms>'],
]

/** A transcript as a stable text: nothing in it depends on time, ports, chance, or how often something was polled. */
export function formatTranscript(transcript: Transcript, options: FormatOptions = {}): string {
  const stable = (text: string) => normalise(applyMasks(text, transcript.masks), options)
  const { outputs, state, env } = transcript
  const ended = transcript.signal === null ? `exit ${transcript.exitCode}` : `ended by ${transcript.signal}`
  const sections: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['requests', collapse(inOrder(transcript.requests.map(request => stable(formatRequest(request)))))],
    ['log', collapse(realign(transcript.log.map(stable)))],
    ['annotations', transcript.annotations.map(each => stable(formatAnnotation(each)))],
    ['outputs', formatTexts({ ...outputs, ...steadySeconds(outputs) }, stable)],
    ['state', formatTexts(state, stable)],
    ['environment', formatTexts(env, stable)],
    ['unreadable files', (transcript.fileProblems ?? []).map(stable)],
    ['summary', transcript.summary === '' ? [] : stable(transcript.summary.trimEnd()).split('\n')],
  ]
  const texts = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `--- ${title}\n${lines.join('\n')}\n`)
  return `=== ${transcript.stage}: ${ended}\n${texts.join('')}`
}

function normalise(text: string, { replace = [], exact = false }: FormatOptions): string {
  return [...replace, ...(exact ? PORTS : CHANGING)].reduce(
    (result, [pattern, by]) => result.replace(pattern, by),
    text,
  )
}

function formatRequest({ to, method, path, body, status }: RecordedRequest): string {
  const sent =
    body === undefined || body === '' ? '' : ` ${typeof body === 'string' ? body : JSON.stringify(body)}`
  return `${to === undefined ? '' : `[${to}] `}${method} ${path}${sent}${status == null ? '' : ` -> ${status}`}`
}

function formatAnnotation({ level, title, message }: Annotation): string {
  return `${level}${title === '' ? '' : ` (${title})`}: ${message}`
}

function formatTexts(texts: Texts, stable: (text: string) => string): readonly string[] {
  return Object.entries(texts).map(([name, value]) => `${name}=${stable(value)}`)
}

function steadySeconds(outputs: Texts): Texts {
  return 'duration-seconds' in outputs ? { 'duration-seconds': '<seconds>' } : {}
}

/** Aligns the columns of a table anew: what became stable in a cell is not as wide as what stood there. */
function realign(lines: readonly string[]): readonly string[] {
  let widths: readonly number[] = []
  return lines.map((line, index) => {
    if (TABLE_HEAD.test(line)) widths = widthsOf(lines.slice(index))
    if (widths.length === 0 || cellsOf(line).length !== widths.length) widths = []
    const cells = cellsOf(line).map((cell, column) => cell.padEnd(widths[column] ?? 0))
    return widths.length === 0 ? line : cells.join('  ').trimEnd()
  })
}

const TABLE_HEAD = /^(?:Snapshot|Server) {2,}\S/

function cellsOf(line: string): readonly string[] {
  return line.split(/ {2,}/)
}

/** Of the table at the beginning of some lines. */
function widthsOf(lines: readonly string[]): readonly number[] {
  const columns = cellsOf(lines[0] ?? '').length
  const end = lines.findIndex(line => cellsOf(line).length !== columns)
  const rows = lines.slice(0, end === -1 ? lines.length : end).map(cellsOf)
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map(row => (row[column] ?? '').length)),
  )
}

/**
 * What is read of several servers is read side by side, and comes in any order: reads in a row that differ in their IDs
 * alone are sorted.
 */
function inOrder(lines: readonly string[]): readonly string[] {
  const ordered: string[][] = []
  for (const line of lines) {
    const row = ordered.at(-1)
    if (row !== undefined && line.startsWith('GET ') && kindOf(line) === kindOf(row[0] ?? '')) row.push(line)
    else ordered.push([line])
  }
  return ordered.flatMap(row => row.toSorted())
}

function kindOf(line: string): string {
  return line.replaceAll(/(?<=server_id=|\/servers\/)[\w-]+/g, '<id>')
}

/** The same line several times in a row is one line that says so. */
function collapse(lines: readonly string[]): readonly string[] {
  const runs: { readonly line: string; length: number }[] = []
  for (const line of lines) {
    const last = runs.at(-1)
    if (last?.line === line) last.length += 1
    else runs.push({ line, length: 1 })
  }
  return runs.map(({ line, length }) => (length === 1 ? line : `${line} (repeated)`))
}
