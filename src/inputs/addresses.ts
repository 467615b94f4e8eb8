import { bad, good, type Kind, type Reading } from './kinds.ts'
import { quoteNothing, quoteUrl } from './quote.ts'
import type { HealthTarget } from './types.ts'

// 127.0.0.0/8 in the form to which URL brings every spelling of an address.
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Whether a URL leads to this machine itself, where nobody listens in between. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname)
}

/** The API's base address, ending in one slash. */
export const API_URL: Kind<URL> = {
  takes: 'an `https:` URL (`http:` to a loopback address only) without credentials, query or fragment',
  read(text, quote) {
    const shown = quoteUrl(text, quote)
    const url = parseUrl(text)
    if (url === undefined || !/^https?:$/.test(url.protocol)) return bad(`${shown} is not an https URL`)
    if (hasCredentials(url)) return bad(`${shown} holds credentials`)
    if (/[?#]/.test(text)) return bad(`${shown} has a query or a fragment`)
    if (url.protocol === 'http:' && !isLoopback(url)) return bad(`${shown} would send the token unencrypted`)
    url.pathname = url.pathname.replace(/\/*$/, '/')
    return good(url)
  },
}

/** One thing that must answer: an HTTP address, or a host and port to connect to. */
export const HEALTH_TARGET: Kind<HealthTarget> = {
  takes: '`https://…`, `http://…` or `tcp://host:port`, without credentials',
  read(text, quote) {
    const shown = quoteUrl(text, quote)
    const url = parseUrl(text)
    if (url === undefined) return bad(`${shown} is not a URL`)
    if (hasCredentials(url)) return bad(`${shown} holds credentials`)
    if (/^https?:$/.test(url.protocol)) return good({ kind: 'http', url })
    return url.protocol === 'tcp:' ? readTcp(url, shown) : bad(`${shown} is none of these`)
  },
}

/**
 * A list of health targets. Where an item is wrong and there is an `@` anywhere, no item is shown: a password with a
 * comma in it comes apart into several.
 */
export function guarded<T>(list: Kind<T>): Kind<T> {
  return {
    takes: list.takes,
    read: (text, quote) => list.read(text, text.includes('@') ? quoteNothing : quote),
  }
}

// Slashes must be there, and nothing that URL would silently drop (tabs, line breaks) or turn round (backslashes).
function parseUrl(text: string): URL | undefined {
  if (!/^[a-z]+:\/\/[^\s\\\p{C}]+$/iu.test(text)) return undefined
  return URL.parse(text) ?? undefined
}

function hasCredentials(url: URL): boolean {
  return url.username !== '' || url.password !== ''
}

// A name or an address; URL itself has checked what stands in brackets.
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9a-f:.]+\])$/

function readTcp(url: URL, shown: string): Reading<HealthTarget> {
  if (!HOST.test(url.hostname)) return bad(`${shown} has no host name or address that can be connected to`)
  const port = Number(url.port)
  if (port === 0) return bad(`${shown} has no port`)
  if (!/^\/?$/.test(`${url.pathname}${url.search}${url.hash}`))
    return bad(`${shown} has more than a host and a port`)
  return good({ kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port })
}
