/** Takes a secret out of a text. */
export type Scrub = (text: string) => string

const MASK = '***'
// A shorter piece of base64 would also match what has nothing to do with the secret.
const SHORTEST_BASE64 = 8

/**
 * Makes a function that replaces `secret` by `***`: as it is, URL-encoded, as it stands in JSON, and in base64 (also
 * as a part of a longer encoded text, where it may begin at any of three places).
 */
export function scrubberOf(secret: string): Scrub {
  const forms = [...new Set([...plainForms(secret), ...base64Forms(secret)])]
    .filter(form => form !== '')
    .sort((one, other) => other.length - one.length)
  return text => forms.reduce((rest, form) => rest.replaceAll(form, MASK), text)
}

function plainForms(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret.toWellFormed())
  const lowerCase = encoded.replace(/%[0-9A-F]{2}/g, hex => hex.toLowerCase())
  return [secret, encoded, lowerCase, encoded.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1)]
}

function base64Forms(secret: string): readonly string[] {
  return [0, 1, 2].flatMap(before => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    // The first and the last character can hold bits of the neighbours.
    const inner = (text: string): string =>
      text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
    return [inner(bytes.toString('base64')), inner(bytes.toString('base64url'))].filter(
      form => form.length >= SHORTEST_BASE64,
    )
  })
}
