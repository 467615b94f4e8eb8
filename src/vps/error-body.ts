import { parseJson } from './json.ts'
import type { Scrub } from './scrub.ts'

export const DETAIL_LIMIT = 2_000

// Where the API and what stands before it put a sentence for people, most telling first.
const SENTENCES = ['detail', 'error', 'message'] as const
// Deeper than any error body; it only bounds the walk.
const DEEPEST = 4

/** Takes the words for people out of an error's body. Empty where there are none; raw text, without the token. */
export function wordsOf(body: string, scrub: Scrub): string {
  const parsed = parseJson(body, scrub)
  const words = parsed.ok ? bodyWords(parsed.value) : textWords(body)
  return clip(scrub(words))
}

/** Cuts a text to what a failure may carry, never through the middle of a character. */
export function clip(text: string): string {
  const cut = text.slice(0, DETAIL_LIMIT)
  return text.length > DETAIL_LIMIT ? cut.replace(/[\uD800-\uDBFF]$/, '') : cut
}

function textWords(body: string): string {
  const text = body.trim()
  if (!/^<(?:!doctype|html|head|body|center|h1|!--|\?xml)/i.test(text)) return text
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim()
  return title || 'an HTML page'
}

function bodyWords(body: unknown): string {
  if (!isRecord(body)) return flatten(body, 0)
  const sentence = SENTENCES.map(key => flatten(body[key], 0)).find(text => text !== '')
  const others = Object.entries(body).filter(([key]) => !SENTENCES.some(known => known === key))
  // Beside a sentence, only lists are messages to a field; a lone text there is a code or a status.
  const fields = sentence === undefined ? others : others.filter(([, value]) => Array.isArray(value))
  return [sentence ?? '', labelled(fields, 0)].filter(text => text !== '').join(' ')
}

function labelled(entries: readonly [string, unknown][], depth: number): string {
  return entries
    .map(([key, value]) => [key, flatten(value, depth)] as const)
    .filter(([, text]) => text !== '')
    .map(([key, text]) => (key === 'non_field_errors' ? text : `${key}: ${text}`))
    .join('; ')
}

function flatten(value: unknown, depth: number): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (depth > DEEPEST) return ''
  if (Array.isArray(value)) {
    return value
      .map(item => flatten(item, depth + 1))
      .filter(text => text !== '')
      .join(' ')
  }
  return isRecord(value) ? labelled(Object.entries(value), depth + 1) : ''
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
