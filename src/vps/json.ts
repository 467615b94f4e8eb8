import type { Scrub } from './scrub.ts'

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

const INTEGER = /^-?[0-9]+$/
// 2^53 has sixteen digits. A backslash can write any character in another way, so that a search would not find it.
const NEEDS_A_LOOK_AT_EACH_VALUE = /[0-9]{16}|\\/

/**
 * Parses JSON. An integer beyond 2^53 becomes its digits as text, so that an id loses none; every text goes through
 * `scrub`.
 */
export function parseJson(text: string, scrub: Scrub): Parsed {
  try {
    // Of thousands of snapshots hardly any text needs more, and to look at each value takes four times the memory.
    if (!NEEDS_A_LOOK_AT_EACH_VALUE.test(text) && scrub(text) === text)
      return { ok: true, value: JSON.parse(text) }
    return { ok: true, value: parseEachValue(text, scrub) }
  } catch {
    return { ok: false }
  }
}

function parseEachValue(text: string, scrub: Scrub): unknown {
  const revive: Reviver = (_key, value, { source = '' }) => {
    if (typeof value === 'string') return scrub(value)
    return typeof value === 'number' && !Number.isSafeInteger(value) && INTEGER.test(source) ? source : value
  }
  // The library's type does not know the reviver's third parameter yet; Node has had it since version 21.
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown)
}
