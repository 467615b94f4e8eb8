import { type Json, toJson } from './json.ts'

export interface WorldRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface WorldAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const BASE_PATH = '/api/v1'

export function answerWith(status: number, body: Json): WorldAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: toJson(body) }
}

export function refuse(status: number, detail: string): WorldAnswer {
  return answerWith(status, { detail })
}
