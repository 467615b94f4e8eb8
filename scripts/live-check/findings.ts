/** What a check of one assumption found. */
export interface Finding {
  readonly assumption: string
  readonly verdict: 'as assumed' | 'otherwise' | 'not checked'
  /** What was seen: shapes, words, counts, times. Never a token, an address, a name or a whole body. */
  readonly evidence: string
}

/** One check's result, from a boolean. */
export function finding(assumption: string, holds: boolean, evidence: string): Finding {
  return { assumption, verdict: holds ? 'as assumed' : 'otherwise', evidence }
}

/** An assumption that this run did not look at, and why. */
export function notChecked(assumption: string, why: string): Finding {
  return { assumption, verdict: 'not checked', evidence: why }
}

const MARKS = { 'as assumed': '✅', otherwise: '❌', 'not checked': '–' } as const

/** The report, as Markdown to paste into an issue. */
export function renderReport(findings: readonly Finding[], heading: string): string {
  const cell = (text: string): string =>
    text
      .replace(/[\r\n]+/g, ' ')
      .replaceAll('|', '\\|')
      .replaceAll('`', "'")
  const rows = findings.map(
    item => `| ${MARKS[item.verdict]} | ${cell(item.assumption)} | ${cell(item.evidence)} |`,
  )
  const count = (verdict: Finding['verdict']): number =>
    findings.filter(item => item.verdict === verdict).length
  return [
    `## ${heading}`,
    '',
    `${count('as assumed')} as assumed, ${count('otherwise')} otherwise, ${count('not checked')} not checked.`,
    '',
    '| | Assumption | Seen |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

/** The shape of a JSON value in words, without what it holds: `{id: integer, name: text}`. */
export function shapeOf(value: unknown, depth = 2): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value))
    return value.length === 0 ? 'empty list' : `list of ${shapeOf(value[0], depth - 1)}`
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string')
    return isUuid(value) ? 'UUID' : /^\d+$/.test(value) ? 'digits as text' : 'text'
  if (typeof value !== 'object') return typeof value
  if (depth === 0) return 'object'
  return `{${Object.entries(value)
    .map(([key, part]) => `${key}: ${shapeOf(part, depth - 1)}`)
    .join(', ')}}`
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
