/** Takes a secret out of a text. */
export type Scrub = (text: string) => string

const MASK = '***'

/**
 * Makes a function that replaces `secret` by `***`: as it is, URL-encoded, and as JSON writes it. Its time grows with
 * the length of the text and of nothing else.
 */
export function scrubberOf(secret: string): Scrub {
  const forms = formsOf(secret)
    .filter(form => form !== '')
    .sort((one, other) => other.length - one.length)
  return text => forms.reduce((rest, form) => rest.replaceAll(form, MASK), text)
}

function formsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase())
  const forms = [
    secret,
    encoded,
    lowerCase,
    encoded.replaceAll('%20', '+'),
    JSON.stringify(secret).slice(1, -1),
  ]
  return [...new Set(forms)]
}
