/** Longest piece of a value that a problem shows, in characters. */
const SHOWN = 60

// Control and format characters (line breaks, escapes, bidirectional overrides), private use, unassigned, separators.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Shows what an input held. */
export type Quote = (text: string) => string

/**
 * A `Quote` for problems: in quotation marks, one line, shortened, and with `***` wherever the token stands, since
 * it may have been pasted into the wrong input. A token with blanks or commas in it is hidden in its pieces too,
 * because a list input is shown item by item.
 */
export function quoteWithout(token: string): Quote {
  const secrets = [token, ...token.split(/[\s,]+/)].filter(secret => secret !== '')
  return text => `"${harmless(secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text))}"`
}

/** Stands for a value that may hold a password. */
export const quoteNothing: Quote = () => 'a value with "@" in it (not shown, it may hold a password)'

/**
 * Shows what should have been a URL, without the parts that may hold a password: of a value with an `@` nothing is
 * shown, and nothing after a `?` or a `#`.
 */
export function quoteUrl(text: string, quote: Quote): string {
  if (text.includes('@')) return quoteNothing(text)
  // Quoted before it is cut, so that no half of a token is left.
  const shown = quote(text)
  const end = shown.search(/[?#]/)
  return end === -1 ? shown : `${shown.slice(0, end)}" and more after it`
}

function harmless(text: string): string {
  const characters = Array.from(text.toWellFormed().replace(UNPRINTABLE, '\uFFFD'))
  return characters.length > SHOWN ? `${characters.slice(0, SHOWN - 1).join('')}…` : characters.join('')
}
