import type { HttpRequest, HttpTransport } from '../../src/http/http-transport.ts'

/** An answer, reduced to what may be looked at and shown. */
export interface Seen {
  readonly status: number
  /** Parsed JSON; undefined for an empty body or one that is not JSON. */
  readonly json: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** A raw way to the API: the checks want to see what the client of the action would smooth over. */
export interface RawApi {
  call(
    method: HttpRequest['method'],
    path: string,
    options?: { readonly body?: unknown; readonly token?: string },
  ): Promise<Seen>
}

const TIME_LIMIT = 60_000

/** A raw API at `apiUrl`; a request that gets no answer at all rejects with the reason, which holds no secret. */
export function rawApi(wire: HttpTransport, apiUrl: URL, token: string): RawApi {
  const base = apiUrl.href.replace(/\/+$/, '')
  return {
    call: async (method, path, options = {}) => {
      const headers = {
        Authorization: `Bearer ${options.token ?? token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'User-Agent': 'vps-snapshot-action live check',
      }
      const body = options.body === undefined ? {} : { body: JSON.stringify(options.body) }
      const result = await wire.send(
        { method, url: new URL(base + path), headers, ...body },
        { timeoutMs: TIME_LIMIT },
      )
      if (!result.ok) throw new Error(`${method} ${path}: ${result.failure.reason}`)
      const { status, headers: answered, body: text } = result.answer
      return { status, json: parse(text), headers: answered }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A field of a JSON object, undefined where there is none. */
export function field(value: unknown, ...path: readonly string[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.entries(at).find(([name]) => name === key)?.[1]
  }
  return at
}

/** The items of a list answer: `results`, or the bare array. */
export function itemsOf(seen: Seen): readonly unknown[] {
  const results = Array.isArray(seen.json) ? seen.json : field(seen.json, 'results')
  return Array.isArray(results) ? results : []
}
