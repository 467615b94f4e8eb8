import type { Socket } from 'node:net'
import type { buildConnector as Connect, Dispatcher } from 'undici'
import connectThroughProxy from 'undici/lib/api/api-connect.js'
import buildConnector from 'undici/lib/core/connect.js'
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import { type Environment, proxyFor } from './proxy.ts'
import type { Wire, WireFailure, WireOptions, WireRequest, WireResult } from './wire.ts'
import { classify } from './wire-error.ts'

/** Limits in milliseconds and bytes; each has a default. */
export interface UndiciWireSettings {
  /** Where the proxy variables are read from. */
  readonly env: Environment
  /** For the connection, name look-up and TLS included; of a proxy and of the API behind it, each. 10 s. */
  readonly connectTimeoutMs?: number
  /** For the first byte of the answer, and between any two pieces of it. 60 s; never above the request's own limit. */
  readonly silenceTimeoutMs?: number
  /** Of an answer's body. 8 MiB. */
  readonly bodyLimit?: number
  /** Of all of an answer's headers together. 64 KiB. */
  readonly headerLimit?: number
}

export interface UndiciWire extends Wire {
  /** Ends every connection at once, so that nothing holds the process. Nothing can be sent afterwards. */
  close(): Promise<void>
}

type Limits = Required<Omit<UndiciWireSettings, 'env'>>
type Route =
  | { readonly ok: true; readonly dispatcher: Dispatcher }
  | { readonly ok: false; readonly failure: WireFailure }

/**
 * The wire over undici: HTTP/1.1, certificates always verified, the proxy environment honoured, every request on a
 * connection of its own. A kept connection may have been closed by the other side at the very moment when a request is
 * written to it; then nobody could tell whether the request was acted upon.
 */
export function createUndiciWire(settings: UndiciWireSettings): UndiciWire {
  const { env, ...given } = settings
  const limits: Limits = {
    connectTimeoutMs: 10_000,
    silenceTimeoutMs: 60_000,
    bodyLimit: 8 * 1024 * 1024,
    headerLimit: 64 * 1024,
    ...given,
  }
  const sockets = new Set<Socket>()
  const routes = new Map<string, Route>()
  const routeFor = (scheme: string): Route => {
    const route =
      routes.get(scheme) ?? openRoute(scheme === 'https:' ? 'https:' : 'http:', env, limits, sockets)
    routes.set(scheme, route)
    return route
  }
  return {
    send: async (request, options) => {
      options.signal?.throwIfAborted()
      const route = routeFor(request.url.protocol)
      if (!route.ok) return { ok: false, failure: route.failure }
      return await new Exchange(request, options, limits).run(route.dispatcher)
    },
    close: async () => {
      const open = [...routes.values()].flatMap(route => (route.ok ? [route.dispatcher] : []))
      const closed = open.map(dispatcher => dispatcher.destroy())
      // undici forgets a socket that is still connecting; it would hold the process until its time-out.
      for (const socket of sockets) socket.destroy(new Error('closed'))
      await Promise.all(closed)
    },
  }
}

/**
 * One dispatcher for each scheme: undici's agent would send https through `HTTP_PROXY` where there is no
 * `HTTPS_PROXY`, which no other client does. Empty strings keep it from reading the process's environment by itself.
 */
function openRoute(
  scheme: 'http:' | 'https:',
  env: Environment,
  limits: Limits,
  sockets: Set<Socket>,
): Route {
  const proxy = proxyFor(scheme, env)
  if (!proxy.ok) return { ok: false, failure: { kind: 'unreachable', reason: proxy.reason } }
  const connect = trackedConnector(limits, sockets)
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: scheme === 'http:' ? proxy.uri : '',
    httpsProxy: scheme === 'https:' ? proxy.uri : '',
    noProxy: proxy.noProxy,
    // Also for plain http: an error of the proxy is then told apart from an answer of the API.
    proxyTunnel: true,
    requestTls: { rejectUnauthorized: true },
    connectTimeout: limits.connectTimeoutMs,
    clientFactory: (uri: URL) => openProxy(uri, connect, limits),
    connect,
    allowH2: false,
    pipelining: 0,
    maxHeaderSize: limits.headerLimit,
    maxResponseSize: limits.bodyLimit,
  })
  return { ok: true, dispatcher }
}

// The tunnel needs `connect`, which only undici's index gives to its dispatchers.
function openProxy(uri: URL, connect: Connect.connector, limits: Limits): Dispatcher {
  const pool = new Pool(uri, { connect, allowH2: false, headersTimeout: limits.connectTimeoutMs })
  return Object.assign(pool, { connect: connectThroughProxy })
}

/** `rejectUnauthorized` is given in so many words, since otherwise `NODE_TLS_REJECT_UNAUTHORIZED` decides. */
function trackedConnector(limits: Limits, sockets: Set<Socket>): Connect.connector {
  const connect = buildConnector({
    timeout: limits.connectTimeoutMs,
    allowH2: false,
    rejectUnauthorized: true,
  })
  return (options, callback) => {
    const socket = connect(options, callback)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
}

/** One request and what comes back. undici calls the `on…` methods. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: WireRequest
  readonly #options: WireOptions
  readonly #limits: Limits
  readonly #outcome = Promise.withResolvers<WireResult>()
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #over = false
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  #timer: NodeJS.Timeout | undefined

  constructor(request: WireRequest, options: WireOptions, limits: Limits) {
    this.#request = request
    this.#options = options
    this.#limits = limits
  }

  run(dispatcher: Dispatcher): Promise<WireResult> {
    const { method, url, headers, body } = this.#request
    const silence = Math.min(this.#limits.silenceTimeoutMs, this.#options.timeoutMs)
    this.#timer = setTimeout(this.#onTimeout, this.#options.timeoutMs)
    this.#options.signal?.addEventListener('abort', this.#onAbort)
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers,
        body: body ?? null,
        headersTimeout: silence,
        bodyTimeout: silence,
      },
      this,
    )
    return this.#outcome.promise
  }

  /** Called when there is a connection, immediately before the first byte of the request is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#over) controller.abort(new Error('no longer wanted'))
    else this.#controller = controller
  }

  onResponseStart(_: unknown, status: number, headers: NodeJS.Dict<string | string[]>): void {
    this.#status = status
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    )
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const body = new TextDecoder().decode(Buffer.concat(this.#chunks))
    this.#end({ ok: true, answer: { status: this.#status, headers: this.#headers, body } })
  }

  onResponseError(_: unknown, error: Error): void {
    // A request that undici does not accept is a mistake in the program, nothing that the network did.
    if ('code' in error && error.code === 'UND_ERR_INVALID_ARG') this.#fail(error)
    else this.#end({ ok: false, failure: classify(error, this.#controller !== undefined) })
  }

  readonly #onTimeout = (): void => {
    const limit = `${this.#options.timeoutMs} ms`
    const failure: WireFailure =
      this.#controller === undefined
        ? { kind: 'unreachable', reason: `no connection within ${limit}` }
        : { kind: 'timeout', reason: `no complete answer within ${limit}` }
    this.#end({ ok: false, failure })
    this.#controller?.abort(new Error(failure.reason))
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#options.signal?.reason)
    this.#controller?.abort(new Error('cancelled'))
  }

  #end(result: WireResult): void {
    this.#release()
    this.#outcome.resolve(result)
  }

  #fail(reason: unknown): void {
    this.#release()
    this.#outcome.reject(reason)
  }

  #release(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
  }
}
