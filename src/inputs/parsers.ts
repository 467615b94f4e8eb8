import { DAY_MS } from '../domain/clock.ts'
import { formatDuration, parseDuration } from '../policy/durations.ts'
import { complaints, expects, firstFew } from './messages.ts'
import type { Quote } from './quote.ts'
import { nearest } from './resemblance.ts'

/** What parsing a text came to. A complaint says what is wrong with it, as a sentence without its full stop. */
export type ParseResult<T> =
  /** `isBareNumber`: a number without a unit, taken for seconds. */
  | { readonly ok: true; readonly value: T; readonly isBareNumber?: boolean }
  | { readonly ok: false; readonly complaint: string }

/** Reads the text of an input. */
export interface InputParser<T> {
  /** To be read after "Expected". */
  readonly expects: string
  /** @param text without spaces around it, never empty */
  parse(text: string, quote: Quote): ParseResult<T>
}

/** The value of a text that is valid. */
export function ok<T>(value: T): ParseResult<T> {
  return { ok: true, value }
}

/** What is wrong with a text. */
export function invalid(complaint: string): { readonly ok: false; readonly complaint: string } {
  return { ok: false, complaint }
}

// Exactly what the toolkit's getBooleanInput takes (YAML 1.2's core schema).
const TRUE = ['true', 'True', 'TRUE']
const FALSE = ['false', 'False', 'FALSE']

export const BOOLEAN: InputParser<boolean> = {
  expects: expects.boolean,
  parse(text, quote) {
    if (TRUE.includes(text)) return ok(true)
    return FALSE.includes(text) ? ok(false) : invalid(complaints.notBoolean(quote(text)))
  },
}

export const TEXT: InputParser<string> = { expects: expects.text, parse: text => ok(text) }

/** A GitHub job ends after five days at most, and timers do not reach much further. */
const LONGEST_WAIT_MS = 5 * DAY_MS

/** A duration in milliseconds, from `leastMs` to `mostMs` (what `parseDuration` takes by default). */
function duration(
  expected: string,
  { leastMs = 1, mostMs = Number.POSITIVE_INFINITY }: { readonly leastMs?: number; readonly mostMs?: number },
): InputParser<number> {
  return {
    expects: expected,
    parse(text, quote) {
      const ms = parseDuration(text)
      if (ms === undefined) return invalid(complaints.notDuration(quote(text)))
      if (ms < leastMs) return invalid(complaints.tooShort(quote(text), `${leastMs}ms`))
      if (ms > mostMs) return invalid(complaints.tooLong(quote(text), formatDuration(mostMs)))
      return { ok: true, value: ms, isBareNumber: /^[0-9]+$/.test(text) }
    },
  }
}

export const TIMEOUT = duration(expects.timeout, { mostMs: LONGEST_WAIT_MS })
export const INTERVAL = duration(expects.interval, { leastMs: 100, mostMs: LONGEST_WAIT_MS })
export const AGE = duration(expects.age, {})

/** What `parser` takes, or one word that stands for something else. */
export function orWord<const W extends string, T>(word: W, parser: InputParser<T>): InputParser<W | T> {
  return {
    expects: expects.orWord(word, parser.expects),
    parse(text, quote) {
      if (text === word) return ok(word)
      const result = parser.parse(text, quote)
      const meant = nearest(text, [word])
      return result.ok || meant === undefined ? result : invalid(complaints.notSupported(quote(text), meant))
    },
  }
}

/** A whole number in decimal digits. */
export function wholeNumber(
  least: number,
  most: number,
  expected: string = expects.number(least, most),
): InputParser<number> {
  return {
    expects: expected,
    parse(text, quote) {
      const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
      return value >= least && value <= most ? ok(value) : invalid(complaints.notNumber(quote(text)))
    },
  }
}

/**
 * One of some words, letter for letter.
 * @param others what other tools call them, for the question what was meant
 */
export function oneOf<const W extends string>(
  words: readonly W[],
  others: Readonly<Record<string, NoInfer<W>>> = {},
): InputParser<W> {
  const synonyms = new Map(Object.entries(others))
  return {
    expects: expects.oneOf(words),
    parse(text, quote) {
      const word = words.find(each => each === text)
      if (word !== undefined) return ok(word)
      const meant = synonyms.get(text.toLowerCase()) ?? nearest(text, words)
      return invalid(complaints.notSupported(quote(text), meant))
    },
  }
}

/** The items of a list: separated by commas, spaces or line breaks. */
function listItems(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter(item => item !== '')
}

/** A list with at least one item, in the order given. */
export function listOf<T>(
  expected: string,
  item: InputParser<T>['parse'],
  split: (text: string) => readonly string[] = listItems,
): InputParser<readonly T[]> {
  return {
    expects: expected,
    parse(text, quote) {
      const values: T[] = []
      const wrong: string[] = []
      for (const each of split(text)) {
        const result = item(each, quote)
        if (result.ok) values.push(result.value)
        else wrong.push(result.complaint)
      }
      if (wrong.length > 0) return invalid(firstFew(wrong, '; '))
      return values.length === 0 ? invalid(complaints.emptyList(quote(text))) : ok(values)
    },
  }
}

/**
 * Any of some words, in any order; a word that is listed twice counts once.
 * @param others as of `oneOf`
 */
export function anyOf<const W extends string>(
  words: readonly W[],
  others: Readonly<Record<string, NoInfer<W>>> = {},
): InputParser<readonly W[]> {
  const list = listOf(expects.anyOf(words), oneOf(words, others).parse)
  return {
    expects: list.expects,
    parse(text, quote) {
      const result = list.parse(text, quote)
      return result.ok ? ok([...new Set(result.value)]) : result
    },
  }
}

/** Ids, each only once. `parse` says what an id is, and brings two spellings of one id to the same text. */
export function idsOf<Id extends string>(
  what: 'server' | 'snapshot',
  parse: (text: string) => Id | undefined,
): InputParser<readonly Id[]> {
  const list = listOf<Id>(expects.ids(what), (text, quote) => {
    const id = parse(text)
    return id === undefined ? invalid(complaints.notId(quote(text), what)) : ok(id)
  })
  return {
    expects: list.expects,
    parse(text, quote) {
      const result = list.parse(text, quote)
      if (!result.ok) return result
      const twice = repeated(listItems(text), result.value)
      if (twice.length === 0) return result
      return invalid(
        firstFew(
          twice.map(each => complaints.repeated(quote(each))),
          '; ',
        ),
      )
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
