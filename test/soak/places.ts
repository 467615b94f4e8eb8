/** What a stage wrote in different places, read as texts: it needs no record, so it holds for the built action, too. */
import { miscounts, type Standing } from './counts.ts'
import type { StageStory } from './story.ts'

export type Written = Pick<StageStory, 'green' | 'log' | 'outputs' | 'state' | 'summary'>

/** A row of the table of several servers. */
interface Row extends Standing {
  /** Its id; empty where its name is so long that it was cut off. */
  readonly server: string
}

const WORD = '(unknown|failed|timed out|cancelled|restoring|in progress|planned|completed|restored|deleted)'
const SUMMARY_TABLE = /<tr><th>Server<\/th><th>Status<\/th>(?:.|\n)*?<\/table>/
const SUMMARY_ROW = new RegExp(
  `<tr><td>(.*?)</td><td>${WORD}</td>(?:<td>[^<]*</td>){2}<td>(.*?)</td></tr>`,
  'g',
)
const LOG_ROW = new RegExp(`^(.+?) {2,}${WORD} {2,}(?:.*? {2,}){2}(.*)$`)

/** Of the summary's table of several servers. */
export function rowsOf(summary: string): readonly Row[] {
  const [table = ''] = SUMMARY_TABLE.exec(summary) ?? []
  return [...table.matchAll(SUMMARY_ROW)].map(rowOf)
}

function rowsOfLog(log: readonly string[]): readonly Row[] {
  return log.slice(log.lastIndexOf('Results:')).flatMap(line => {
    const cells = LOG_ROW.exec(line)
    return cells === null ? [] : [rowOf(cells)]
  })
}

function rowOf([, server = '', word = '', details = '']: readonly string[]): Row {
  const [, id = ''] = /(?:^|\()([0-9a-f-]+)\)?$/.exec(server) ?? []
  return { server: id, status: word.replace(' ', '_'), isWrong: !['', '–'].includes(details) }
}

/** Every contradiction between log, summary, outputs and saved state: of how a server stands, and of how the step ended. */
export function contradictions(stage: Written, stateIsLost = false): readonly string[] {
  const saved = stateIsLost ? [] : ofSavedState(stage)
  return [...ofJson(stage), ...ofTables(stage), ...ofVerdict(stage), ...saved]
}

interface Item {
  readonly status: string
  readonly server: { readonly id: string }
  readonly error?: string
}

/** The output `snapshots`: this action's own; a test of its form is elsewhere. */
function itemsOf({ snapshots = '[]' }: Written['outputs']): readonly Item[] {
  return JSON.parse(snapshots) as readonly Item[]
}

// Of several servers the worst, as the outputs are documented.
const WORST_FIRST = ['unknown', 'failed', 'timed_out', 'cancelled', 'restoring', 'in_progress']

function ofJson({ green, outputs, summary }: Written): readonly string[] {
  const items = itemsOf(outputs)
  const { status = '' } = outputs
  const severity = (word: string): number => WORST_FIRST.indexOf(word)
  const isBetter = (word: string): boolean => severity(status) < 0 || severity(status) > severity(word)
  const worse = green ? [] : items.filter(item => item.error !== undefined && severity(item.status) >= 0)
  const told = new Map(items.map(item => [item.server.id, item.status]))
  const rows = told.size === items.length ? rowsOf(summary) : []
  return [
    ...worse
      .filter(item => isBetter(item.status))
      .map(item => `the status is ${status}, and that of a snapshot of ${item.server.id} ${item.status}`),
    ...rows
      .filter(row => told.has(row.server) && told.get(row.server) !== row.status)
      .map(
        row => `the summary says ${row.status} of server ${row.server}, and the JSON ${told.get(row.server)}`,
      ),
  ]
}

/** Of a cancelled job the summary is written before the wait, for which there may be no time. */
function isWrittenEarly(summary: string): boolean {
  return /A cancelled job has no time|Reason for the rollback: the job was cancelled/.test(summary)
}

function ofTables({ log, summary }: Written): readonly string[] {
  const rows = isWrittenEarly(summary) ? [] : rowsOf(summary)
  const told = (row: Row | undefined): string => `${row?.status}${row?.isWrong ? ', with a problem' : ''}`
  return rowsOfLog(log).flatMap((row, index) =>
    rows.length === 0 || told(row) === told(rows[index])
      ? []
      : [`the log says of server ${row.server}: ${told(row)}, and the summary: ${told(rows[index])}`],
  )
}

/** What a headline asserts of the one server that it is about. */
const ASSERTED: readonly (readonly [headline: RegExp, statuses: readonly string[]])[] = [
  [/^Snapshot \S+ of .* completed in |is complete \(/, ['completed']],
  [/^Restored |^The restore of .* has finished\./, ['restored']],
  [/^Deleted |^Already deleted: |^Not found: /, ['deleted']],
  [/was accepted and is in progress\.$/, ['in_progress']],
  [/is being restored from snapshot \S+ \(accepted/, ['restoring', 'cancelled']],
  [/did not complete within|is still restoring|is still listed|^After .*it is unknown/, ['timed_out']],
  [/^Cancelled .*while |^Cancelled .*before it was clear/, ['cancelled']],
  [/^Cancelled \(\w+\) after /, ['completed', 'restored']],
  [/^Cancelled \(\w+\)\.$|^Cancelled before (?!it was clear)/, ['failed']],
  [/^Dry run: would (?!\w+ nothing)/, ['planned']],
  [/^The step ended before VPS\.org answered/, ['unknown']],
]

function ofVerdict({ green, log, outputs, summary }: Written): readonly string[] {
  const [, icon = '', html] = /<h3>(\S+) (.*)<\/h3>/.exec(summary) ?? []
  if (html === undefined) return []
  const headline = plain(html)
  const breaches: string[] = []
  // Blanks and backticks are written in another way.
  const letters = (text: string): string => text.replace(/[\s`]/g, '')
  if (!letters(log.join('\n')).includes(letters(headline)))
    breaches.push(`the log does not say what the summary begins with: ${headline}`)
  if (green ? icon === '❌' : !['⚠️', '❌'].includes(icon))
    breaches.push(`the step is ${green ? 'green' : 'red'}: ${icon} ${headline}`)
  const rows = rowsOf(summary)
  const [, state = ''] = /<p>(?!<strong>)(.*)<\/p>/.exec(summary) ?? []
  if (rows.length > 0) breaches.push(...miscounts(`${headline} ${plain(state)}`, rows))
  else if (outputs['status'] !== undefined) breaches.push(...ofOne(headline, wordsOf(outputs)))
  return breaches
}

function ofOne(headline: string, words: readonly string[]): readonly string[] {
  return ASSERTED.flatMap(([pattern, statuses]) => {
    const isTold =
      words.length !== 1 || !pattern.test(headline) || words.some(word => statuses.includes(word))
    return isTold ? [] : [`the status is ${words}, and the verdict: ${headline}`]
  })
}

/** How each server stands by the output `snapshots`; where it has none, by `status`. */
function wordsOf(outputs: Written['outputs']): readonly string[] {
  const items = itemsOf(outputs)
  return items.length === 0 ? [outputs['status'] ?? ''] : items.map(item => item.status)
}

/** What the end of the job is to find are the snapshots of the outputs, as complete as they say. */
function ofSavedState({ outputs, state }: Written): readonly string[] {
  // Outputs that could not be written are in the log.
  const ids = outputs['snapshot-id']?.split(',')
  const told = new Map(itemsOf(outputs).map(item => [item.server.id, item.status]))
  return Object.entries(state).flatMap(([name, text]) => {
    if (!name.startsWith('server-')) return []
    const { server, snapshot } = JSON.parse(text)
    if (snapshot === undefined) return []
    const word = told.get(server)
    // A wait that followed a restore found its snapshot completed.
    const isComplete = word === 'completed' || word === 'restored'
    return [
      ...(ids === undefined || ids.includes(snapshot.id)
        ? []
        : [`snapshot ${snapshot.id} is saved, and not in the outputs`]),
      ...(word === undefined || snapshot.completed === isComplete
        ? []
        : [`what is saved of server ${server} contradicts the JSON: ${word}`]),
    ]
  })
}

function plain(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}
