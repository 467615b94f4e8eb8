import { complaints, expects, hiddenSecret } from './messages.ts'
import { type InputParser, invalid, listOf, ok, type ParseResult } from './parsers.ts'
import { type Quote, quoteNothing, quoteUrl } from './quote.ts'
import type { HealthTarget } from './types.ts'

// 127.0.0.0/8 in the form to which URL brings every spelling of an address.
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whether a URL leads to this machine itself, where nobody listens in between. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname)
}

/** The API's base address, ending in one slash. */
export const API_URL: InputParser<URL> = {
  expects: expects.apiUrl,
  parse(text, quote) {
    const shown = quoteUrl(text, quote)
    const result = parseSafeUrl(text, shown, 'the token')
    if (!result.ok) return result
    if (/[?#]/.test(text)) return invalid(complaints.queryOrFragment(shown))
    result.value.pathname = result.value.pathname.replace(/\/*$/, '/')
    return result
  },
}

/** The address of a webhook, which is a secret: nothing of it is ever shown. */
export const NOTIFY_URL: InputParser<URL> = {
  expects: expects.notifyUrl,
  parse: text => parseSafeUrl(text, hiddenSecret, 'the notification'),
}

function parseSafeUrl(text: string, shown: string, what: string): ParseResult<URL> {
  const url = parseUrl(text)
  if (url === undefined || !/^https?:$/.test(url.protocol)) return invalid(complaints.notHttps(shown))
  if (hasCredentials(url)) return invalid(complaints.credentials(shown))
  if (url.protocol === 'http:' && !isLoopback(url)) return invalid(complaints.unencrypted(shown, what))
  return ok(url)
}

const HEALTH_LIST = listOf(expects.healthTargets, parseHealthTarget, healthItems)

/**
 * What must answer: HTTP addresses, or hosts and ports to connect to. Where an item is wrong and there is an `@`
 * anywhere, no item is shown: a password with a comma in it falls apart into several.
 */
export const HEALTH_TARGETS: InputParser<readonly HealthTarget[]> = {
  expects: HEALTH_LIST.expects,
  parse: (text, quote) => HEALTH_LIST.parse(text, text.includes('@') ? quoteNothing : quote),
}

/** Like the items of any list, but that a comma in a URL's query belongs to the URL, unless another URL follows it. */
function healthItems(text: string): readonly string[] {
  const parts = text.split(/\s+|,(?=[a-z]+:\/\/)/i)
  const items = parts.flatMap(part => {
    const beforeQuery = part.replace(/\?.*/, '')
    const separate = beforeQuery.split(',')
    return [...separate.slice(0, -1), `${separate.at(-1)}${part.slice(beforeQuery.length)}`]
  })
  return items.map(item => item.replace(/,+$/, '')).filter(item => item !== '')
}

function parseHealthTarget(text: string, quote: Quote): ParseResult<HealthTarget> {
  const shown = quoteUrl(text, quote)
  const url = parseUrl(text)
  if (url === undefined) return invalid(complaints.notUrl(shown))
  if (hasCredentials(url)) return invalid(complaints.credentials(shown))
  if (/^https?:$/.test(url.protocol)) return ok({ kind: 'http', url })
  return url.protocol === 'tcp:' ? parseTcp(url, shown) : invalid(complaints.notHealthTarget(shown))
}

// A name or an address; URL itself has checked what is in brackets.
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\])$/

function parseTcp(url: URL, shown: string): ParseResult<HealthTarget> {
  if (!HOST.test(url.hostname)) return invalid(complaints.noHost(shown))
  const port = Number(url.port)
  if (port === 0) return invalid(complaints.noPort(shown))
  if (!/^\/?$/.test(`${url.pathname}${url.search}${url.hash}`))
    return invalid(complaints.notOnlyHostAndPort(shown))
  return ok({ kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port })
}

// The slashes must be there, and nothing that URL would silently drop (tabs, line breaks) or turn round (backslashes).
function parseUrl(text: string): URL | undefined {
  if (!/^[a-z]+:\/\/[^\s\\\p{C}]+$/iu.test(text)) return undefined
  return URL.parse(text) ?? undefined
}

function hasCredentials(url: URL): boolean {
  return url.username !== '' || url.password !== ''
}
