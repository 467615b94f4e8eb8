import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { WorldRequest } from './answers.ts'

export interface Tls {
  /** PEM. */
  readonly key: string
  readonly cert: string
}

/** An HTTP or HTTPS server on the loopback interface, which ends at once when it is closed. */
export class LoopbackServer {
  readonly server: ReturnType<typeof createHttpServer>
  readonly #scheme: string
  readonly #sockets = new Set<Socket>()
  #port = 0

  constructor(tls?: Tls) {
    this.server = tls === undefined ? createHttpServer() : createHttpsServer({ ...tls })
    this.#scheme = tls === undefined ? 'http' : 'https'
    this.server.on('connection', (socket: Socket) => this.keep(socket))
  }

  /** Answers each request with what `serve` does; a failure of its own breaks the connection off. */
  onRequest(serve: (request: WorldRequest, response: ServerResponse) => Promise<void>): void {
    this.server.on('request', (message: IncomingMessage, response: ServerResponse) => {
      readRequest(message, this.origin)
        .then(request => serve(request, response))
        .catch(() => response.destroy())
    })
  }

  /** Ends this connection, too, when the server is closed. */
  keep(socket: Socket): void {
    this.#sockets.add(socket)
    // A side that breaks off is the other side's affair, never the end of the server.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  /** The port that it listens on, or listened on before it was closed. */
  get port(): number {
    return this.#port
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}`
  }

  /** 0: any free port. */
  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, '127.0.0.1', () => {
        // A server that listens on a port has such an address; one that listens on a pipe does not.
        this.#port = (this.server.address() as AddressInfo).port
        resolve()
      })
    })
  }

  close(): Promise<void> {
    return new Promise(resolve => {
      this.server.close(() => resolve())
      for (const socket of this.#sockets) socket.destroy()
    })
  }
}

async function readRequest(message: IncomingMessage, origin: string): Promise<WorldRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(Buffer.from(chunk))
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)])
  return {
    method: message.method ?? 'GET',
    url: new URL(message.url ?? '/', hostOrigin(message, origin)),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

/** Links in answers name the host that was asked for, as behind a proxy. */
function hostOrigin(message: IncomingMessage, origin: string): string {
  const { host } = message.headers
  return host === undefined ? origin : `${origin.slice(0, origin.indexOf(':'))}://${host}`
}
