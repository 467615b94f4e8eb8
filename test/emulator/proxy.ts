import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ProxiedRequest {
  /** `connect`: a tunnel; `absolute`: a request that was forwarded as it stood. */
  readonly kind: 'connect' | 'absolute'
  /** `host:port`, or the whole URL. */
  readonly target: string
  /** What `Proxy-Authorization` said; undefined when it was not there. */
  readonly authorization: string | undefined
  /** False: refused with 407. */
  readonly admitted: boolean
}

export interface ProxyOptions {
  /** Basic credentials that are asked for. None when not given. */
  readonly credentials?: { readonly user: string; readonly password: string }
  /** Where a `host:port` is really to be found; itself when not given. */
  readonly route?: (target: string) => { readonly host: string; readonly port: number } | undefined
}

export interface Proxy {
  readonly origin: string
  readonly port: number
  readonly requests: readonly ProxiedRequest[]
  close(): Promise<void>
}

const REFUSAL =
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\n\r\n'

/** Starts a plain HTTP proxy on the loopback interface that opens tunnels and forwards requests. */
export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const proxy = new PlainProxy(options)
  await proxy.listen()
  return proxy
}

class PlainProxy implements Proxy {
  readonly requests: ProxiedRequest[] = []
  readonly #options: ProxyOptions
  readonly #server = createServer()
  readonly #sockets = new Set<Socket>()

  constructor(options: ProxyOptions) {
    this.#options = options
    this.#server.on('connection', (socket: Socket) => this.#keep(socket))
    this.#server.on('connect', (message: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#tunnel(message, socket, head),
    )
    this.#server.on('request', (message: IncomingMessage, response: ServerResponse) =>
      this.#forward(message, response),
    )
  }

  get port(): number {
    // A server that listens on a port has such an address; one that listens on a pipe does not.
    return (this.#server.address() as AddressInfo).port
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', resolve)
    })
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    // A side that breaks off is the other side's affair, never the end of the proxy.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #admits(kind: ProxiedRequest['kind'], target: string, message: IncomingMessage): boolean {
    const { credentials } = this.#options
    const authorization = message.headers['proxy-authorization']
    const wanted =
      credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
    const admitted = wanted === undefined || authorization === `Basic ${wanted}`
    this.requests.push({ kind, target, authorization, admitted })
    return admitted
  }

  #placeOf(target: string): { readonly host: string; readonly port: number } {
    const colon = target.lastIndexOf(':')
    const itself = { host: target.slice(0, colon), port: Number(target.slice(colon + 1)) }
    return this.#options.route?.(target) ?? itself
  }

  #tunnel(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    const target = message.url ?? ''
    if (!this.#admits('connect', target, message)) return void socket.end(REFUSAL)
    const { host, port } = this.#placeOf(target)
    const beyond = connect(port, host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      beyond.write(head)
      beyond.pipe(socket).pipe(beyond)
    })
    this.#keep(beyond)
    beyond.on('close', () => socket.destroy())
    socket.on('close', () => beyond.destroy())
  }

  #forward(message: IncomingMessage, response: ServerResponse): void {
    const target = message.url ?? ''
    if (!this.#admits('absolute', target, message)) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end()
      return
    }
    const url = new URL(target)
    const { 'proxy-authorization': _withheld, ...headers } = message.headers
    const place = this.#placeOf(`${url.hostname}:${url.port || '80'}`)
    const { method = 'GET' } = message
    const beyond = httpRequest({ ...place, method, headers, path: url.pathname + url.search }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    beyond.on('error', () => response.writeHead(502).end())
    message.pipe(beyond)
  }
}
