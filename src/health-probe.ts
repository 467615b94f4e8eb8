import { connect } from 'node:net'
import type { HealthTarget } from './inputs.ts'
import type { HealthProbe } from './operations/health.ts'
import type { Wire } from './vps/wire.ts'

const REDIRECTS = 5

/**
 * A probe that tries HTTP targets through `wire` (the proxy environment honoured, certificates verified, never a
 * token) and TCP targets directly.
 */
export function createHealthProbe(wire: Wire): HealthProbe {
  return (target, options) =>
    target.kind === 'http' ? probeHttp(wire, target.url, options) : probeTcp(target, options)
}

type Options = Parameters<HealthProbe>[1]

/** Healthy is a status below 400 after up to five redirects. */
async function probeHttp(wire: Wire, url: URL, options: Options): Promise<string | undefined> {
  let target = url
  for (let hop = 0; hop <= REDIRECTS; hop += 1) {
    const headers = { Accept: '*/*', 'User-Agent': 'vps-snapshot-action' }
    const result = await wire.send({ method: 'GET', url: target, headers }, options)
    if (!result.ok) return explain(result.failure)
    const { status, headers: answered } = result.answer
    if (status >= 400) return `answered with ${status}`
    const next = status >= 300 ? locationOf(answered['location'], target) : undefined
    if (next === undefined) return undefined
    if (next === 'unusable') return `answered with ${status} and leads to no http address`
    target = next
  }
  return `more than ${REDIRECTS} redirects`
}

// 304 and the like have no location, and are answers all the same.
function locationOf(location: string | undefined, base: URL): URL | 'unusable' | undefined {
  if (location === undefined) return undefined
  const target = URL.parse(location, base.href)
  return target !== null && /^https?:$/.test(target.protocol) ? target : 'unusable'
}

function explain(failure: { readonly kind: string; readonly reason: string }): string {
  if (failure.kind !== 'certificate') return failure.reason
  return `its certificate is not accepted: ${failure.reason} (a CA of your own goes into NODE_EXTRA_CA_CERTS)`
}

/** Healthy is a connection; it is closed at once. */
function probeTcp(
  target: Extract<HealthTarget, { kind: 'tcp' }>,
  options: Options,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host: target.host, port: target.port })
  const timer = setTimeout(() => resolve(`no connection within ${options.timeoutMs} ms`), options.timeoutMs)
  const onAbort = (): void => reject(options.signal.reason)
  if (options.signal.aborted) onAbort()
  options.signal.addEventListener('abort', onAbort)
  socket.once('connect', () => resolve(undefined))
  // The message of a failure at several addresses is empty; the code is always there.
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
  return promise.finally(() => {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', onAbort)
    socket.destroy()
  })
}
