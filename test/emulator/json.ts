import * as v from 'valibot'

/** A JSON value in which an integer beyond 2^53 is a bigint. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

// The runtime has both; the compiler's own library does not describe them yet.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
const parseWithSource = JSON.parse as unknown as (
  text: string,
  revive: (key: string, value: Json, context: { readonly source?: string }) => Json,
) => Json

/** Parses JSON and loses no digit of an integer. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  return parseWithSource(text, (_key, value, { source }) => {
    const isLarge = typeof value === 'number' && !Number.isSafeInteger(value)
    return isLarge && source !== undefined && /^-?[0-9]+$/.test(source) ? BigInt(source) : value
  })
}

/** Writes JSON; a bigint becomes a number with all of its digits. */
export function toJson(value: Json): string {
  return JSON.stringify(value, (_key, part: Json) =>
    typeof part === 'bigint' ? rawJSON(String(part)) : part,
  )
}

export function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An id as the API writes it: digits as a number, anything else as a string. */
export function idValue(id: string): Json {
  return /^[1-9][0-9]*$/.test(id) ? BigInt(id) : id
}

/** An id as a request gave it, read strictly: a number for digits, a string for a UUID. Undefined: neither. */
export function idText(value: Json | undefined): string | undefined {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : undefined
  return typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value.toLowerCase() : undefined
}

/** Any JSON value out of `JSON.parse`. */
export const jsonSchema: v.GenericSchema<Json> = v.lazy(() =>
  v.union([
    v.null(),
    v.boolean(),
    v.number(),
    v.string(),
    v.array(jsonSchema),
    v.record(v.string(), jsonSchema),
  ]),
)
