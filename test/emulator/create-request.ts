import { answerWith, refuse, type WorldAnswer } from './answers.ts'
import { idText, isRecord, type Json, parseJson } from './json.ts'
import type { Settings } from './settings.ts'

export type Fields = { readonly [key: string]: Json }
export type Body =
  | { readonly ok: true; readonly fields: Fields }
  | { readonly ok: false; readonly answer: WorldAnswer }

// Characters.
const NAME_LIMIT = 255
const DESCRIPTION_LIMIT = 500

/** Reads a request's body as a JSON object; none at all is an empty one. */
export function readBody(body: string): Body {
  try {
    const value = body === '' ? {} : parseJson(body)
    if (isRecord(value)) return { ok: true, fields: value }
    const detail = ['Invalid data. Expected a dictionary.']
    return { ok: false, answer: answerWith(400, { non_field_errors: detail }) }
  } catch {
    return { ok: false, answer: refuse(400, 'JSON parse error.') }
  }
}

/** What is wrong with the fields of a create: messages by field, none when all is well. */
export function problemsOf(fields: Fields): Readonly<Record<string, readonly string[]>> {
  const problems = {
    server_id: serverIdProblem(fields['server_id']),
    name: nameProblem(fields['name']),
    description: descriptionProblem(fields['description']),
  }
  const found = Object.entries(problems).flatMap(([field, problem]) =>
    problem === undefined ? [] : [[field, [problem]] as const],
  )
  return Object.fromEntries(found)
}

function serverIdProblem(value: Json | undefined): string | undefined {
  if (value === undefined) return 'This field is required.'
  return idText(value) === undefined ? 'A valid integer is required.' : undefined
}

function nameProblem(value: Json | undefined): string | undefined {
  if (value === undefined) return 'This field is required.'
  if (typeof value !== 'string') return 'Not a valid string.'
  if (value === '') return 'This field may not be blank.'
  if (!/^[A-Za-z0-9_-]+$/.test(value))
    return 'Name may contain only letters, numbers, hyphens and underscores.'
  return tooLong(value, NAME_LIMIT)
}

function descriptionProblem(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? tooLong(value, DESCRIPTION_LIMIT) : 'Not a valid string.'
}

function tooLong(value: string, limit: number): string | undefined {
  return [...value].length > limit ? `Ensure this field has no more than ${limit} characters.` : undefined
}

/** What the API keeps of a description. */
export function keptDescription(given: Json | undefined, settings: Settings): string | null {
  const description = typeof given === 'string' ? given : ''
  switch (settings.descriptions) {
    case 'kept':
      return description + settings.descriptionSuffix
    case 'dropped':
      return ''
    case 'null':
      return null
    case 'unbracketed':
      return description.replace(/\[[^\]]*\]/g, '').trim() + settings.descriptionSuffix
    case 'cut':
      return [...description].slice(0, settings.descriptionCut).join('') + settings.descriptionSuffix
  }
}
