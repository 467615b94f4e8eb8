import { connect } from 'node:net'
import type { Clock } from '../domain/clock.ts'
import type { HealthProbe, HealthTarget } from '../domain/health.ts'
import type { HttpTransport } from '../http/http-transport.ts'
import * as messages from './messages.ts'
import { systemClock } from './system-clock.ts'

const MOST_REDIRECTS = 5
const HEADERS = { Accept: '*/*', 'User-Agent': 'vps-snapshot-action' }

/**
 * A probe of HTTP targets through `transport` (the proxy environment honoured, certificates verified) and of TCP
 * targets directly.
 */
export function createHealthProbe(transport: HttpTransport, clock: Clock = systemClock): HealthProbe {
  return (target, options) =>
    target.kind === 'http' ? probeHttp(transport, clock, target.url, options) : probeTcp(target, options)
}

/**
 * Healthy is a status below 400, by status line and headers alone: the body may be anything, and never end. Redirects
 * are followed on the same host only, since another host's health says nothing about this one.
 */
async function probeHttp(
  transport: HttpTransport,
  clock: Clock,
  url: URL,
  options: Parameters<HealthProbe>[1],
): Promise<string | undefined> {
  const deadline = clock.now() + options.timeoutMs
  let target = url
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const timeoutMs = Math.max(1, deadline - clock.now())
    const request = { method: 'GET', url: target, headers: HEADERS } as const
    const result = await transport.send(request, { ...options, timeoutMs, headersOnly: true })
    if (!result.ok) return messages.unanswered(result.failure)
    const { status, headers } = result.answer
    if (status >= 400) return messages.answered(status)
    // 304 and the like have no location, but they are answers.
    if (status < 300 || headers['location'] === undefined) return undefined
    const next = URL.parse(headers['location'], target.href)
    if (next === null || !/^https?:$/.test(next.protocol)) return messages.redirectsOutOfHttp(status)
    if (next.hostname !== url.hostname) return messages.redirectsAway(status, next.host)
    target = next
  }
  return messages.redirectsTooOften(MOST_REDIRECTS)
}

/** Healthy is a connection; it is closed at once. */
function probeTcp(
  target: Extract<HealthTarget, { kind: 'tcp' }>,
  options: Parameters<HealthProbe>[1],
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const socket = connect({ host: target.host, port: target.port })
  const { timeoutMs } = options
  const timer = setTimeout(() => resolve(messages.noConnection(timeoutMs)), timeoutMs)
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
