/** The environment of the process, as far as a module may see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The proxy for one scheme. `uri` is empty where there is none. */
export type ProxyChoice =
  | { readonly ok: true; readonly uri: string; readonly noProxy: string }
  | { readonly ok: false; readonly reason: string }

/**
 * Reads the proxy for `http:` or `https:` addresses from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. The lower-case name
 * wins, as with curl; an empty one counts as not given, as with GitHub's own toolkit. `host:port` without a scheme is
 * an HTTP proxy.
 */
export function proxyFor(scheme: 'http:' | 'https:', env: Environment): ProxyChoice {
  const name = scheme === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const given = variable(name, env)
  const noProxy = variable('NO_PROXY', env)
  if (given === '') return { ok: true, uri: '', noProxy }
  const uri = given.includes('://') ? given : `http://${given}`
  if (isProxyAddress(uri)) return { ok: true, uri, noProxy }
  return { ok: false, reason: `${name} does not hold the address of an HTTP proxy (http://… or https://…)` }
}

function variable(name: string, env: Environment): string {
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
