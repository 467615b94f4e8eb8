import { parseJson } from '../http/json.ts'
import type { Scrub } from '../http/scrub.ts'

/**
 * What an answer's body is: a JSON object or list, as the API writes them; a page of HTML or XML; nothing; or any other
 * text. Only the first comes from the API: its framework renders every error of its own as JSON.
 */
export type BodyForm = 'json' | 'html' | 'empty' | 'text'

/** The body of an answer that is no success, or says that it is none. */
export interface ErrorBody {
  readonly form: BodyForm
  /** The words for people; empty where there are none. Raw text without the token, at most `DETAIL_LIMIT` long. */
  readonly message: string
  /** The names of the fields that the API's messages are about; empty where it names none. */
  readonly fields: readonly string[]
}

/** Characters of a message that a failure carries. */
export const DETAIL_LIMIT = 2_000

// The title stands in the head of a page. What follows may be megabytes, made up to keep a pattern busy.
const LOOKED_AT = 64 * 1024
// Where the API and what stands before it put a sentence for people, most telling first.
const SENTENCES = ['detail', 'error', 'message'] as const
// Members of an error that are neither a sentence nor a field, among them those of RFC 9457.
const ABOUT_THE_ERROR = new Set([
  'non_field_errors',
  'code',
  'status',
  'status_code',
  'type',
  'title',
  'instance',
  'errors',
])
// What APIs say of a request that they answer with 2xx and do not carry out.
const REFUSED =
  /^(?:error|errored|fail|failed|failure|rejected|refused|denied|invalid|unsuccessful|[45][0-9]{2})$/i
// No request of the API has more fields, or longer names.
const MOST_FIELDS = 20
const LONGEST_FIELD = 100
// Deeper than any error body; it only bounds the walk.
const DEEPEST = 4

/** Reads the body of an answer that is no success, in time that grows with its length and no faster. */
export function readErrorBody(body: string, scrub: Scrub): ErrorBody {
  const parsed = parseJson(body, scrub)
  const value = parsed.ok ? parsed.value : undefined
  if (typeof value !== 'object' || value === null) {
    const form = formOfText(body)
    const message = truncate(scrub(form === 'html' ? titleOf(body) : body.trim()))
    return { form, message, fields: [] }
  }
  const named = fieldsOf(value)
    .slice(0, MOST_FIELDS)
    .map(name => scrub(name).slice(0, LONGEST_FIELD))
  return { form: 'json', message: truncate(scrub(extractMessage(value))), fields: named }
}

/**
 * Whether the JSON of a 2xx says no to a change: `{"success": false}`, `{"status": "error"}`, or an error in a field for
 * errors. In an object with an id only the first counts: the others say how that object is, for which a failed snapshot
 * that has just been deleted is no error.
 */
export function saysNo(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { success, status, id, error, errors } = value
  if (success === false) return true
  return id === undefined && (REFUSED.test(flatten(status, 0)) || isFilled(error) || isFilled(errors))
}

/** Whether a field for errors holds one: not null, false, 0, or empty. */
function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value)
}

/** Cuts a text to what a failure carries, never through the middle of a character. */
export function truncate(text: string): string {
  const cut = text.slice(0, DETAIL_LIMIT)
  return text.length > DETAIL_LIMIT ? cut.replace(/[\uD800-\uDBFF]$/, '') : cut
}

/** Whether a body that is not JSON is a page of HTML or XML. */
export function isPage(body: string): boolean {
  return formOfText(body) === 'html'
}

function formOfText(body: string): BodyForm {
  const text = body.trimStart()
  if (text === '') return 'empty'
  return /^\uFEFF?<[a-z!?]/i.test(text) ? 'html' : 'text'
}

/** The title of a page. Searched for step by step: a pattern would try again at every `<title` that is not closed. */
function titleOf(body: string): string {
  const head = body.slice(0, LOOKED_AT)
  const tag = head.toLowerCase().indexOf('<title')
  const start = tag < 0 ? -1 : head.indexOf('>', tag)
  const end = start < 0 ? -1 : head.indexOf('<', start)
  const title = end < 0 ? '' : head.slice(start + 1, end)
  return title.replace(/\s+/g, ' ').trim()
}

function extractMessage(body: object): string {
  if (!isRecord(body)) return flatten(body, 0)
  const sentence = sentenceOf(body)
  const others = Object.entries(body).filter(([key]) => !isSentence(key))
  // Beside a sentence, only lists are messages to a field; a lone text there is a code or a status.
  const fields = sentence === '' ? others : others.filter(([, value]) => Array.isArray(value))
  return [sentence, labelled(fields, 0)].filter(text => text !== '').join(' ')
}

/** Each field with messages of its own, below `errors` where they stand there. */
function fieldsOf(body: object): readonly string[] {
  if (!isRecord(body)) return []
  const hasSentence = sentenceOf(body) !== ''
  const own = Object.entries(body)
    .filter(([key]) => !isSentence(key) && !ABOUT_THE_ERROR.has(key))
    .filter(([, value]) => isMessage(value) && (!hasSentence || Array.isArray(value)))
    .map(([key]) => key)
  const { errors } = body
  const nested = isRecord(errors) ? fieldsOf(errors) : []
  const listed = Array.isArray(errors) ? errors.flatMap(namedField) : []
  return [...new Set([...own, ...nested, ...listed])]
}

// `{"errors": [{"attr": "name", "detail": "Too long."}]}` and its like.
function namedField(error: unknown): readonly string[] {
  if (!isRecord(error)) return []
  const name = error['attr'] ?? error['field']
  return typeof name === 'string' && name !== '' && name !== 'non_field_errors' ? [name] : []
}

/** A text, or what holds one; numbers and booleans say something about the error, not about a field. */
function isMessage(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return false
  return Object.values(value).some(inner => isMessage(inner, depth + 1))
}

function sentenceOf(body: Readonly<Record<string, unknown>>): string {
  return SENTENCES.map(key => flatten(body[key], 0)).find(text => text !== '') ?? ''
}

function isSentence(key: string): boolean {
  return SENTENCES.some(known => known === key)
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
