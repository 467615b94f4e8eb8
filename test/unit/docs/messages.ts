import { globSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../harness/manifest.ts'
import { readText } from './markdown.ts'

/** Stands for what differs from one time to the next, in a quoted message as in the texts of the source. */
const VARIABLE = '…'

/** The texts of the source: its string and template literals as they read, without comments. */
export function sourceTexts(): string {
  const files = globSync('**/*.ts', { cwd: join(ROOT, 'src') })
  return files.map(file => textsOf(readText(join('src', file)))).join('\n')
}

/** Source code with comments away, concatenated literals joined, and `…` for every `${…}`. */
export function textsOf(code: string): string {
  const withoutComments = code.replace(/^\s*(?:\/\/|\/\*\*?|\*).*$/gm, '')
  const joined = withoutComments.replace(/(['"`])\s*\+\s*['"`]/g, '')
  return withoutExpressions(joined).replace(/\\(['"`])/g, '$1')
}

/** What stands inside of an expression, such as the other words of a condition, follows as a text of its own. */
function withoutExpressions(code: string): string {
  const inside: string[] = []
  let text = ''
  for (let at = 0; at < code.length; at += 1) {
    if (!code.startsWith('${', at)) {
      text += code.charAt(at)
      continue
    }
    const end = endOfExpression(code, at + 2)
    inside.push(withoutExpressions(code.slice(at + 2, end)))
    text += VARIABLE
    at = end
  }
  return [text, ...inside].join('\n')
}

function endOfExpression(code: string, start: number): number {
  let depth = 1
  for (let at = start; at < code.length; at += 1) {
    if (code.charAt(at) === '{') depth += 1
    if (code.charAt(at) === '}') depth -= 1
    if (depth === 0) return at
  }
  return code.length
}

/**
 * What is wrong with a quoted message; undefined where every fixed part of it stands in a text of the source, and one
 * of them is long enough to be told from others.
 */
export function strangeMessage(line: string, texts: string): string | undefined {
  // The status of an answer is quoted, since people look for it; in the source it is a variable.
  const general = line.replace(/answered with [1-5]\d\d/g, `answered with ${VARIABLE}`)
  const parts = general
    .split(VARIABLE)
    .map(part => part.replace(/^[\s:]+|[\s:]+$/g, ''))
    .filter(part => /\p{L}{2}/u.test(part))
  if (!parts.some(part => part.length >= SPEAKING)) return `"${line}" has no part that tells it from others`
  const strange = parts.filter(part => !isSaid(part, texts))
  return strange.length === 0 ? undefined : `the source does not say "${strange.join('" nor "')}"`
}

const SPEAKING = 10

/**
 * Whether a text of the source holds the part, but for punctuation at its end, or, where several texts follow one another,
 * each of its sentences and clauses, or both halves of it that are long enough.
 */
function isSaid(part: string, texts: string): boolean {
  const isText = (piece: string) => texts.includes(piece) || texts.includes(piece.replace(/[.:,]$/, ''))
  if (isText(part)) return true
  const pieces = part.split(/(?<=[.:!]) |(?=, )/)
  return (pieces.length > 1 && pieces.every(isText)) || hasTwoTexts(part, isText)
}

function hasTwoTexts(part: string, isText: (piece: string) => boolean): boolean {
  const spaces = [...part.matchAll(/ /g)].map(({ index }) => index)
  return spaces.some(at => {
    const halves = [part.slice(0, at), part.slice(at + 1)]
    return halves.every(half => half.length >= SPEAKING && isText(half))
  })
}
