import { parseDuration } from '../policy/durations.ts'
import type { Quote } from './quote.ts'

/** What reading a text came to. A complaint says what is wrong with it, as a sentence without its end. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly complaint: string }

/** A kind of value that an input can hold. */
export interface Kind<T> {
  /** What such an input takes, to be read after "It takes". */
  readonly takes: string
  /** Reads a text without blanks around it, never empty. */
  read(text: string, quote: Quote): Reading<T>
}

export function good<T>(value: T): Reading<T> {
  return { ok: true, value }
}

export function bad(complaint: string): { readonly ok: false; readonly complaint: string } {
  return { ok: false, complaint }
}

// Exactly what the toolkit's getBooleanInput takes (YAML 1.2's core schema).
const BOOLEANS = new Map([
  ...['true', 'True', 'TRUE'].map(word => [word, true] as const),
  ...['false', 'False', 'FALSE'].map(word => [word, false] as const),
])

export const BOOLEAN: Kind<boolean> = {
  takes: '`true` or `false`',
  read(text, quote) {
    const value = BOOLEANS.get(text)
    return value === undefined ? bad(`${quote(text)} is neither true nor false`) : good(value)
  },
}

export const TEXT: Kind<string> = { takes: 'a text', read: text => good(text) }

/** A GitHub job ends after five days at most, and timers do not reach much further. */
const LONGEST_WAIT_MS = 5 * 24 * 60 * 60_000

/** A duration of more than nothing, as milliseconds. */
export const AGE: Kind<number> = {
  takes: 'a duration above zero: `90s`, `15m`, `1h30m`, `2d`, or a number of seconds',
  read: (text, quote) => readDuration(text, quote, 1),
}

/** A time to wait, as milliseconds: `leastMs` to five days. */
export function wait(least: string, leastMs: number): Kind<number> {
  return {
    takes: `a duration from ${least} to 5 days: \`90s\`, \`15m\`, \`1h30m\`, or a number of seconds`,
    read(text, quote) {
      const reading = readDuration(text, quote, leastMs)
      const tooLong = reading.ok && reading.value > LONGEST_WAIT_MS
      return tooLong ? bad(`${quote(text)} is too long`) : reading
    },
  }
}

function readDuration(text: string, quote: Quote, leastMs: number): Reading<number> {
  const duration = parseDuration(text)
  if (duration === undefined) return bad(`${quote(text)} is not a duration`)
  return duration < leastMs ? bad(`${quote(text)} is too short`) : good(duration)
}

/** A kind, or one word that stands for something else. */
export function orWord<const W extends string, T>(word: W, kind: Kind<T>): Kind<W | T> {
  return {
    takes: `\`${word}\` or ${kind.takes}`,
    read: (text, quote) => (text === word ? good(word) : kind.read(text, quote)),
  }
}

/** A whole number from `least` to `most`, in decimal digits. */
export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    takes: `a whole number from ${least} to ${most}`,
    read(text, quote) {
      const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
      return value >= least && value <= most
        ? good(value)
        : bad(`${quote(text)} is not a whole number from ${least} to ${most}`)
    },
  }
}

/** One of some words, letter for letter. A word in other letter case is recognised in the complaint. */
export function oneOf<const W extends string>(words: readonly W[]): Kind<W> {
  return {
    takes: `one of ${words.map(word => `\`${word}\``).join(', ')}`,
    read(text, quote) {
      const word = words.find(each => each === text)
      if (word !== undefined) return good(word)
      const meant = words.find(each => each === text.toLowerCase())
      const hint = meant === undefined ? '' : `: did you mean \`${meant}\`?`
      return bad(`${quote(text)} is none of them${hint}`)
    },
  }
}

/** The items of a list: separated by commas, blanks or line breaks. */
export function listItems(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(item => item !== '')
}

/** A list with at least one item, in the order given. */
export function listOf<T>(items: string, item: Kind<T>): Kind<readonly T[]> {
  return {
    takes: `${items}, separated by commas, blanks or line breaks`,
    read(text, quote) {
      const values: T[] = []
      const complaints: string[] = []
      for (const each of listItems(text)) {
        const reading = item.read(each, quote)
        if (reading.ok) values.push(reading.value)
        else complaints.push(reading.complaint)
      }
      if (complaints.length > 0) return bad(enumerate(complaints))
      return values.length === 0 ? bad(`${quote(text)} is a list of nothing`) : good(values)
    },
  }
}

/** Any of some words, in any order; a word that stands there twice counts once. */
export function anyOf<const W extends string>(words: readonly W[]): Kind<readonly W[]> {
  const kind = listOf(`any of ${words.map(word => `\`${word}\``).join(', ')}`, oneOf(words))
  return {
    takes: kind.takes,
    read(text, quote) {
      const reading = kind.read(text, quote)
      return reading.ok ? good([...new Set(reading.value)]) : reading
    },
  }
}

/** Ids, each only once. `parse` says what an id is, and brings two spellings of one id to the same text. */
export function idsOf<Id extends string>(
  what: string,
  parse: (text: string) => Id | undefined,
): Kind<readonly Id[]> {
  const item: Kind<Id> = {
    takes: 'an id',
    read(text, quote) {
      const id = parse(text)
      return id === undefined ? bad(`${quote(text)} is not an id`) : good(id)
    },
  }
  const list = listOf(`${what} ids (digits or a UUID each)`, item)
  return {
    takes: list.takes,
    read(text, quote) {
      const reading = list.read(text, quote)
      if (!reading.ok) return reading
      const twice = repeated(listItems(text), reading.value)
      return twice.length === 0
        ? reading
        : bad(enumerate(twice.map(each => `${quote(each)} stands there twice`)))
    },
  }
}

/** The items whose id an earlier item has: as they were typed, each id once. */
function repeated(items: readonly string[], ids: readonly string[]): readonly string[] {
  const times = new Map<string | undefined, number>()
  return items.filter((_, at) => {
    const before = times.get(ids[at]) ?? 0
    times.set(ids[at], before + 1)
    return before === 1
  })
}

/** The first few of many complaints: a list of ten thousand wrong items is one mistake. */
function enumerate(complaints: readonly string[]): string {
  const shown = complaints.slice(0, COMPLAINTS_SHOWN).join('; ')
  const left = complaints.length - COMPLAINTS_SHOWN
  return left > 0 ? `${shown}; and ${left} more` : shown
}

const COMPLAINTS_SHOWN = 5
