import type { Scrub } from './scrub.ts'

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const INTEGER = /^-?[0-9]+$/

/**
 * Parses JSON. An integer beyond 2^53 becomes its digits as text, so that an id loses none; every text goes through
 * `scrub`.
 */
export function parseJson(text: string, scrub: Scrub): Parsed {
  const revive: Reviver = (_key, value, { source = '' }) => {
    if (typeof value === 'string') return scrub(value)
    return typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(source) ? source : value
  }
  try {
    // The library's type does not know the reviver's third parameter yet; Node has had it since version 21.
    return { ok: true, value: JSON.parse(text, revive as (key: string, value: unknown) => unknown) }
  } catch {
    // Not JSON, or nested deeper than the stack.
    return { ok: false }
  }
}
