import { BlockList, isIP } from 'node:net'
import { noProxyAddress } from './messages.ts'

/** The environment of the process, as far as a module may see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** How a request reaches its host. */
export type ProxyChoice =
  | { readonly via: 'direct' }
  | { readonly via: 'proxy'; readonly uri: string }
  /** A proxy is set that cannot be used; going around it would break a rule that somebody made. */
  | { readonly via: 'nothing'; readonly reason: string }

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }
const LONGEST_PREFIX = { ipv4: 32, ipv6: 128 } as const

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Chooses the way to `url` from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. The lower-case name wins, as with curl; an
 * empty one counts as not given, as with GitHub's own toolkit. `host:port` without a scheme is an HTTP proxy. This
 * machine's own addresses are never asked for through a proxy: it would mean another machine by them, and see
 * everything that is sent.
 */
export function chooseProxy(url: URL, env: Environment): ProxyChoice {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const given = readVariable(name, env)
  if (given === '' || isLoopbackHost(hostOf(url)) || isExempt(url, readVariable('NO_PROXY', env)))
    return { via: 'direct' }
  const uri = given.includes('://') ? given : `http://${given}`
  if (isProxyAddress(uri)) return { via: 'proxy', uri }
  return { via: 'nothing', reason: noProxyAddress(name) }
}

/** Whether a host name or address (without brackets) means this machine: `localhost`, 127.0.0.0/8 or `::1`. */
function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isInside(LOOPBACK, host)
}

/**
 * Whether `NO_PROXY` exempts a URL. Items are separated by commas or spaces: `*`; an address, or a range of addresses
 * (`10.0.0.0/8`, `fd00::/8`), as Go, curl and Python read them; a domain, with its subdomains, with or without a
 * leading dot, as curl and Python read it; `*.domain` for the subdomains alone. `:port` limits any of them to a port.
 */
function isExempt(url: URL, noProxy: string): boolean {
  const host = hostOf(url)
  const port = url.port || DEFAULT_PORTS[url.protocol]
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .some(item => {
      const [pattern, onlyPort] = splitPort(item)
      return (onlyPort === undefined || onlyPort === port) && matchesHost(pattern, host)
    })
}

function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true
  const range = rangeOf(pattern)
  if (range !== undefined) return isInside(range, host)
  const domain = withoutFinalDot(pattern.replace(/^\*?\./, ''))
  if (domain === '' || familyOf(host) !== undefined) return false
  return host.endsWith(`.${domain}`) || (host === domain && !pattern.startsWith('*'))
}

/** The addresses that an item names; undefined where it names none. */
function rangeOf(pattern: string): BlockList | undefined {
  const [address = '', prefix, ...more] = pattern.split('/')
  const family = familyOf(address)
  if (family === undefined || more.length > 0) return undefined
  const longest = LONGEST_PREFIX[family]
  const length = prefix === undefined ? longest : Number(prefix)
  if (prefix === '' || !Number.isInteger(length) || length < 0 || length > longest) return undefined
  const range = new BlockList()
  range.addSubnet(address, length, family)
  return range
}

function isInside(range: BlockList, host: string): boolean {
  const family = familyOf(host)
  return family !== undefined && range.check(host, family)
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address)
  if (version === 0) return undefined
  return version === 4 ? 'ipv4' : 'ipv6'
}

/** `host:port`, `[address]:port` or `[address]`; a bare IPv6 address has colons and no port. */
function splitPort(item: string): readonly [pattern: string, port: string | undefined] {
  const port = /^(?:\[[^\]]*\]|[^:]*):([0-9]+)$/.exec(item)?.[1]
  const pattern = port === undefined ? item : item.slice(0, -port.length - 1)
  return [pattern.replace(/^\[([^\]]*)\]$/, '$1'), port]
}

function hostOf(url: URL): string {
  return withoutFinalDot(url.hostname.toLowerCase().replace(/^\[|\]$/g, ''))
}

function withoutFinalDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}

function readVariable(name: string, env: Environment): string {
  return (env[name.toLowerCase()] || env[name] || '').trim()
}

function isProxyAddress(uri: string): boolean {
  const url = URL.parse(uri)
  if (url === null) return false
  return /^https?:$/.test(url.protocol) && canBeDecoded(url.username) && canBeDecoded(url.password)
}

function canBeDecoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
