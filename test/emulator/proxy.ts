import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { LoopbackServer } from './loopback.ts'

export interface ProxiedRequest {
  /** `connect`: a tunnel; `absolute`: a request that was to be forwarded as it stood. */
  readonly kind: 'connect' | 'absolute'
  /** `host:port`, or the whole URL. */
  readonly target: string
  /** What `Proxy-Authorization` said; undefined when it was not there. */
  readonly authorization: string | undefined
  /** False: refused; of a tunnel, with 407. */
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

/** Starts a plain HTTP proxy on the loopback interface that opens tunnels, and forwards nothing. */
export async function startProxy(options: ProxyOptions = {}): Promise<Proxy> {
  const proxy = new PlainProxy(options)
  await proxy.listen()
  return proxy
}

class PlainProxy extends LoopbackServer implements Proxy {
  readonly requests: ProxiedRequest[] = []
  readonly #options: ProxyOptions

  constructor(options: ProxyOptions) {
    super()
    this.#options = options
    this.server.on('connect', (message: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#tunnel(message, socket, head),
    )
    this.server.on('request', (message: IncomingMessage, response: ServerResponse) =>
      this.#refuse(message, response),
    )
  }

  #admits({ headers }: IncomingMessage): boolean {
    const { credentials } = this.#options
    const wanted =
      credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
    return wanted === undefined || headers['proxy-authorization'] === `Basic ${wanted}`
  }

  #placeOf(target: string): { readonly host: string; readonly port: number } {
    const colon = target.lastIndexOf(':')
    const itself = { host: target.slice(0, colon), port: Number(target.slice(colon + 1)) }
    return this.#options.route?.(target) ?? itself
  }

  #tunnel(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    const admitted = this.#admits(message)
    this.#note('connect', message, admitted)
    if (!admitted) return void socket.end(REFUSAL)
    const { host, port } = this.#placeOf(message.url ?? '')
    const beyond = connect(port, host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      beyond.write(head)
      beyond.pipe(socket).pipe(beyond)
    })
    this.keep(beyond)
    beyond.on('close', () => socket.destroy())
    socket.on('close', () => beyond.destroy())
  }

  /** Whoever asks for something else than a tunnel is written down, too. */
  #refuse(message: IncomingMessage, response: ServerResponse): void {
    this.#note('absolute', message, false)
    response.writeHead(501).end()
  }

  #note(kind: ProxiedRequest['kind'], { url = '', headers }: IncomingMessage, admitted: boolean): void {
    this.requests.push({ kind, target: url, authorization: headers['proxy-authorization'], admitted })
  }
}
