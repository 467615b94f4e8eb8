/**
 * Text from outside (the API, a person's description, a proxy's page) made harmless before it is printed.
 *
 * The runner obeys `::command::` at the start of any line and `##[command]` anywhere in one, and takes a lone
 * carriage return for the end of a line. Terminals and browsers obey escape sequences and bidirectional controls.
 */

/** Longest piece of outside text that is printed; what is longer is cut and says so with an ellipsis. */
export const PIECE_LIMIT = 300

// ECMA-48 control sequences (CSI, OSC and the two-character ones), the ones that colour or move what a terminal shows.
// An OSC is taken out whole only where it ends within a word: one that never ends would take the rest of the line along.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is being removed
const ESCAPES = /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|\][^\s\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])?/g
// Format characters (bidirectional overrides and isolates, zero-width joiners, byte-order marks), private use, unassigned.
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cn}]/gu
// Every kind of white space and control, line and paragraph separators among them.
const BLANKS = /[\p{Cc}\p{Z}]+/gu

/** One line, no control or invisible characters, no lone surrogates, white space folded, at most `limit` characters. */
export function oneLine(text: string, limit: number = PIECE_LIMIT): string {
  // Cut before the work is done, so that a megabyte of text costs what a line does; twice the limit, since blanks fold.
  const head = text.slice(0, limit * 4)
  const clean = head.toWellFormed().replace(ESCAPES, '').replace(INVISIBLE, '').replace(BLANKS, ' ').trim()
  const isWhole = text.length <= limit * 4
  if (isWhole && clean.length <= limit) return clean
  const points = Array.from(clean)
  if (isWhole && points.length <= limit) return clean
  return `${points
    .slice(0, limit - 1)
    .join('')
    .trimEnd()}…`
}

/** A whole line for the log: nothing in it is a command to the runner. Longer than `LINE_LIMIT` is cut. */
export function logLine(line: string): string {
  const indent = line.replace(/[^ ].*$/s, '')
  return indent + escapeWorkflowCommands(oneLine(line, LINE_LIMIT))
}

const LINE_LIMIT = 1_000

/** Takes the runner's command syntax apart, visibly: `::x::` becomes `: :x::`, `##[x]` becomes `## [x]`. */
export function escapeWorkflowCommands(line: string): string {
  return line.replace(/^::/, ': :').replaceAll('##[', '## [')
}

/** Text for HTML and for Markdown's HTML blocks, in which Markdown is not read. */
export function escapeHtml(text: string, limit: number = LINE_LIMIT): string {
  return oneLine(text, limit).replace(/[&<>"'`|]/g, character => `&#${character.charCodeAt(0)};`)
}

/**
 * The same for a sentence: what stands between two backticks is shown as code. No other markup can come of it, nor can
 * code within code, since everything is escaped first.
 */
export function sentenceHtml(text: string, limit?: number): string {
  return escapeHtml(text, limit).replace(/&#96;((?:(?!&#96;).)+)&#96;/g, '<code>$1</code>')
}

/** Text for a Mermaid chart: only what cannot end a label or begin a directive, at most 60 characters. */
export function mermaidText(text: string): string {
  return oneLine(text.replace(/[^\p{L}\p{N} .()/_-]+/gu, ' '), 60)
}
