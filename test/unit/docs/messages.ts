import { filesOf, readText } from '../../documents/markdown.ts'

/** Stands for what differs from one time to the next, in a quoted message as in the texts of the source. */
const VARIABLE = '…'
/** With what stands in braces inside of it. */
const EXPRESSION = /\$\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}/g
const SPEAKING = 10

/** The texts of the source: its string and template literals as they read, without comments. */
export function sourceTexts(): string {
  return filesOf('src/**/*.ts')
    .map(file => textsOf(readText(file)))
    .join('\n')
}

/** Source code with comments away, concatenated literals joined, and `…` for every `${…}`. */
export function textsOf(code: string): string {
  const withoutComments = code.replace(/^\s*(?:\/\/|\/\*\*?|\*).*$/gm, '')
  const joined = withoutComments.replace(/(['"`])\s*\+\s*['"`]/g, '')
  return withoutExpressions(joined).replace(/\\(['"`])/g, '$1')
}

/** What stands inside of an expression, such as the other words of a condition, follows as a text of its own. */
function withoutExpressions(code: string): string {
  const inside = [...code.matchAll(EXPRESSION)].map(([, expression = '']) => withoutExpressions(expression))
  return [code.replace(EXPRESSION, VARIABLE), ...inside].join('\n')
}

/**
 * What is wrong with a quoted message; undefined where every fixed part of it stands in a text of the source, and one
 * of them is long enough to be told from others.
 */
export function strangeMessage(line: string, texts: string): string | undefined {
  // The status of an answer is quoted, since people look for it; in the source it is a variable.
  const general = line.replace(/answered with [1-5]\d\d/g, `answered with ${VARIABLE}`)
  const trimmed = general.split(VARIABLE).map(part => part.replace(/^[\s:]+|[\s:]+$/g, ''))
  const parts = trimmed.filter(part => /\p{L}{2}/u.test(part))
  if (!parts.some(part => part.length >= SPEAKING)) return `"${line}" has no part that tells it from others`
  const strange = parts.filter(part => !isSaid(part, texts))
  return strange.length === 0 ? undefined : `the source does not say "${strange.join('" nor "')}"`
}

/**
 * Whether a text of the source holds the part, but for punctuation at its end, or, where several texts follow one another,
 * each of its sentences and clauses, or both halves of it that are long enough.
 */
function isSaid(part: string, texts: string): boolean {
  const isText = (piece: string) => texts.includes(piece) || texts.includes(piece.replace(/[.:,]$/, ''))
  const pieces = part.split(/(?<=[.:!]) |(?=, )/)
  const halves = [...part.matchAll(/ /g)].map(({ index }) => [part.slice(0, index), part.slice(index + 1)])
  return (
    pieces.every(isText) ||
    isText(part) ||
    halves.some(both => both.every(half => half.length >= SPEAKING && isText(half)))
  )
}
