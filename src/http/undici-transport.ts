import type { Socket } from 'node:net'
import { Agent, buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici'
import { decodeBody } from './content-encoding.ts'
import type {
  HttpRequest,
  HttpTransport,
  TransportFailure,
  TransportOptions,
  TransportResult,
} from './http-transport.ts'
import * as messages from './messages.ts'
import { chooseProxy, type Environment, type ProxyChoice } from './proxy.ts'
import { toTransportFailure } from './transport-failure.ts'

/** Limits in milliseconds and bytes; each has a default. */
export interface UndiciTransportSettings {
  /** Where the proxy variables are read from. */
  readonly env: Environment
  /** For the connection, name look-up and TLS included; of a proxy and of the API behind it, each. 10 s. */
  readonly connectTimeoutMs?: number
  /** For the first byte of the answer, and between any two pieces of it. 60 s; never above the request's own limit. */
  readonly silenceTimeoutMs?: number
  /** Of an answer's body, as it travels and once decompressed. 8 MiB. */
  readonly bodyLimit?: number
  /** Of all of an answer's headers together. 64 KiB. */
  readonly headerLimit?: number
}

export interface UndiciTransport extends HttpTransport {
  /** Ends every connection at once, so that nothing holds the process. Nothing can be sent afterwards. */
  close(): Promise<void>
}

type Limits = Required<Omit<UndiciTransportSettings, 'env'>>

/**
 * HTTP/1.1 over undici: certificates always verified, the proxy environment honoured, every request on a connection of
 * its own. A kept connection may have been closed by the other side at the very moment when a request is written to it;
 * then nobody could tell whether the request was acted on.
 */
export function createUndiciTransport(settings: UndiciTransportSettings): UndiciTransport {
  const { env, ...given } = settings
  const limits: Limits = {
    connectTimeoutMs: 10_000,
    silenceTimeoutMs: 60_000,
    bodyLimit: 8 * 1024 * 1024,
    headerLimit: 64 * 1024,
    ...given,
  }
  const dispatchers = new Dispatchers(limits)
  return {
    send: async (request, options) => {
      options.signal?.throwIfAborted()
      if (dispatchers.isClosed)
        return { ok: false, failure: { kind: 'unreachable', reason: messages.ENDED.closed } }
      const choice = chooseProxy(request.url, env)
      if (choice.via === 'nothing') return { ok: false, failure: { kind: 'proxy', reason: choice.reason } }
      return await new Exchange(request, options, limits).run(dispatchers.get(choice, request.url.protocol))
    },
    close: () => dispatchers.close(),
  }
}

type Way = Exclude<ProxyChoice, { readonly via: 'nothing' }>

/** undici's dispatchers, one for each way, made when they are first needed. */
class Dispatchers {
  readonly #limits: Limits
  readonly #connect: buildConnector.connector
  readonly #sockets = new Set<Socket>()
  readonly #open = new Map<string, Dispatcher>()
  isClosed = false

  constructor(limits: Limits) {
    this.#limits = limits
    // `rejectUnauthorized` is spelled out, since otherwise `NODE_TLS_REJECT_UNAUTHORIZED` decides.
    const connect = buildConnector({
      timeout: limits.connectTimeoutMs,
      allowH2: false,
      rejectUnauthorized: true,
    })
    this.#connect = (options, callback) => {
      // The published type says `void`; the function returns the socket at once, before it is connected.
      const socket = connect(options, callback) as unknown as Socket
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    }
  }

  get(way: Way, scheme: string): Dispatcher {
    const key = way.via === 'direct' ? '' : `${scheme} ${way.uri}`
    const dispatcher = this.#open.get(key) ?? this.#make(way, scheme)
    this.#open.set(key, dispatcher)
    return dispatcher
  }

  async close(): Promise<void> {
    this.isClosed = true
    const closing = [...this.#open.values()].map(dispatcher => dispatcher.destroy())
    // undici forgets a socket that is still connecting; it would hold the process until its time-out.
    for (const socket of this.#sockets) socket.destroy(new Error('closed'))
    await Promise.all(closing)
  }

  #make(way: Way, scheme: string): Dispatcher {
    const { limits, connect } = { limits: this.#limits, connect: this.#connect }
    const options = {
      connect,
      allowH2: false,
      pipelining: 0,
      maxHeaderSize: limits.headerLimit,
      maxResponseSize: limits.bodyLimit,
    }
    if (way.via === 'direct') return new Agent(options)
    const toProxy = (uri: string | URL): Dispatcher =>
      new Pool(uri, { ...options, headersTimeout: limits.connectTimeoutMs })
    // A plain request is handed to the proxy as it is: many proxies open tunnels to port 443 only.
    if (scheme === 'http:')
      return new ProxyAgent({ ...options, uri: way.uri, proxyTunnel: false, factory: toProxy })
    return new ProxyAgent({
      ...options,
      uri: way.uri,
      clientFactory: toProxy,
      connectTimeout: limits.connectTimeoutMs,
      requestTls: { rejectUnauthorized: true },
    })
  }
}

/** One request and what comes back. undici calls the `on…` methods. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest
  readonly #options: TransportOptions
  readonly #limits: Limits
  readonly #outcome = Promise.withResolvers<TransportResult>()
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #over = false
  #status = 0
  #headers: Readonly<Record<string, string>> = {}
  #timer: NodeJS.Timeout | undefined

  constructor(request: HttpRequest, options: TransportOptions, limits: Limits) {
    this.#request = request
    this.#options = options
    this.#limits = limits
  }

  run(dispatcher: Dispatcher): Promise<TransportResult> {
    const { method, url, headers, body } = this.#request
    const silence = Math.min(this.#limits.silenceTimeoutMs, this.#options.timeoutMs)
    this.#timer = setTimeout(this.#onTimeout, this.#options.timeoutMs)
    this.#options.signal?.addEventListener('abort', this.#onAbort)
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        // Decompressing is left to those who compress unasked.
        headers: { 'Accept-Encoding': 'identity', ...headers },
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
    if (this.#over) controller.abort(new Error(messages.ENDED.unwanted))
    else this.#controller = controller
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: NodeJS.Dict<string | string[]>,
  ): void {
    this.#status = status
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    )
    if (this.#options.headersOnly !== true) return
    this.#end({ ok: true, answer: { status, headers: this.#headers, body: '' } })
    controller.abort(new Error(messages.ENDED.headersOnly))
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const encoding = this.#headers['content-encoding'] ?? ''
    const decoded = decodeBody(Buffer.concat(this.#chunks), encoding, this.#limits.bodyLimit)
    if (decoded.ok) {
      const body = new TextDecoder().decode(decoded.body)
      this.#end({ ok: true, answer: { status: this.#status, headers: this.#headers, body } })
    } else this.#end(decoded)
  }

  onResponseError(_: unknown, error: Error): void {
    const started = this.#controller !== undefined
    // A request that undici does not accept is a mistake in the program, nothing that the network did.
    if (!started && 'code' in error && error.code === 'UND_ERR_INVALID_ARG') this.#fail(error)
    else this.#end({ ok: false, failure: toTransportFailure(error, started) })
  }

  // Also ends what no time-out of undici's covers, such as a name look-up that hangs.
  readonly #onTimeout = (): void => {
    const { timeoutMs } = this.#options
    const failure: TransportFailure =
      this.#controller === undefined
        ? { kind: 'unreachable', reason: messages.noConnection(timeoutMs) }
        : { kind: 'timeout', reason: messages.noResponse(timeoutMs) }
    this.#end({ ok: false, failure })
    this.#controller?.abort(new Error(failure.reason))
  }

  readonly #onAbort = (): void => {
    this.#fail(this.#options.signal?.reason)
    this.#controller?.abort(new Error('cancelled'))
  }

  #end(result: TransportResult): void {
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
