import { hiddenCredentials, shortened } from './messages.ts'

/** Longest piece of a value that a problem shows, in characters. */
const SHOWN = 60

/** A shorter piece of a secret gives nothing away, and hiding it would spoil other values. */
const SHORTEST_PIECE = 4

// Control and format characters (line breaks, escapes, bidirectional overrides), private use, unassigned, separators.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Shows what an input held. */
export type Quote = (text: string) => string

/**
 * A `Quote` for problems: in quotation marks, on one line, shortened, and with `***` in place of each secret, which may
 * have been pasted into the wrong input. A secret with spaces or commas is hidden in pieces too, because a list is
 * shown item by item.
 */
export function quoteWithout(secrets: readonly string[]): Quote {
  const pieces = secrets
    .flatMap(secret => secret.split(/[\s,]+/))
    .filter(piece => piece.length >= SHORTEST_PIECE)
  // The longest first: one secret may contain another.
  const hidden = [...secrets, ...pieces].toSorted((a, b) => b.length - a.length)
  return text => `"${printable(hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text))}"`
}

/** Stands for a value that may hold a password. */
export const quoteNothing: Quote = () => hiddenCredentials

/**
 * Shows what should have been a URL, without the parts that may hold a password: nothing of a value with an `@`, and
 * nothing after a `?` or a `#`.
 */
export function quoteUrl(text: string, quote: Quote): string {
  if (text.includes('@')) return quoteNothing(text)
  // Quoted before it is cut, so that no half of a secret is left.
  const shown = quote(text)
  const end = shown.search(/[?#]/)
  return end === -1 ? shown : shortened(shown.slice(0, end))
}

function printable(text: string): string {
  const characters = Array.from(text.toWellFormed().replace(UNPRINTABLE, '\uFFFD'))
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN - 1).join('')}…` : characters.join('')
}
