import dns from 'node:dns'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { HttpRequest, TransportResult } from '../../../src/http/http-transport.ts'
import {
  createUndiciTransport,
  type UndiciTransport,
  type UndiciTransportSettings,
} from '../../../src/http/undici-transport.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closers.splice(0).reverse()) await close()
})

const ENOUGH = { timeoutMs: 20_000 }

function transportOf(settings: Partial<UndiciTransportSettings> = {}): UndiciTransport {
  const transport = createUndiciTransport({ env: {}, ...settings })
  closers.push(() => transport.close())
  return transport
}

async function listen(server: net.Server): Promise<number> {
  const open = new Set<net.Socket>()
  server.on('connection', socket => {
    open.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of open) socket.destroy()
    return new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A server that answers whatever it is sent with these bytes, and ends or keeps the connection. */
function raw(bytes: string, after: 'end' | 'keep' | 'reset' = 'end'): Promise<number> {
  const server = net.createServer(socket => {
    socket.once('data', () => {
      if (after === 'reset') socket.resetAndDestroy()
      else if (after === 'end') socket.end(bytes)
      else socket.write(bytes)
    })
  })
  return listen(server)
}

function api(handler: http.RequestListener = (_, response) => response.end('{}')): Promise<number> {
  return listen(http.createServer(handler))
}

function get(port: number, path = '/', scheme = 'http'): HttpRequest {
  return { method: 'GET', url: new URL(`${scheme}://127.0.0.1:${port}${path}`), headers: {} }
}

function failureOf(result: TransportResult) {
  if (result.ok) throw new Error(`answered with ${result.answer.status}`)
  return result.failure
}

/** Stands in for the machine's name look-up. */
function lookUp(answer: (done: (error: Error) => void) => void): void {
  const replaced = vi.spyOn(dns, 'lookup').mockImplementation(((...args: unknown[]) => {
    const done = args.at(-1)
    if (typeof done === 'function') answer(error => done(error))
  }) as typeof dns.lookup)
  closers.push(() => replaced.mockRestore())
}

/** A port on which nobody listens. */
async function nobody(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe('an exchange', () => {
  it('sends the request as it is and reads the answer whole', async () => {
    const seen: unknown[] = []
    const port = await api((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers, body])
        response.writeHead(201, { 'X-One': 'a', 'X-Many': ['b', 'c'], date: 'today' })
        response.write('{"a":"')
        response.end('ä€😀"}')
      })
    })
    const headers = { Authorization: 'Bearer t', 'Content-Type': 'application/json' }
    const url = new URL(`http://127.0.0.1:${port}/api/v1/snapshots/?server_id=1#x`)
    const result = await transportOf().send({ method: 'POST', url, headers, body: '{"ü":1}' }, ENOUGH)
    expect(seen).toEqual([
      [
        'POST',
        '/api/v1/snapshots/?server_id=1',
        {
          host: `127.0.0.1:${port}`,
          'accept-encoding': 'identity',
          connection: 'close',
          authorization: 'Bearer t',
          'content-type': 'application/json',
          'content-length': '8',
        },
        '{"ü":1}',
      ],
    ])
    expect(result).toEqual({
      ok: true,
      answer: {
        status: 201,
        headers: {
          'x-one': 'a',
          'x-many': 'b, c',
          date: 'today',
          connection: 'close',
          'transfer-encoding': 'chunked',
        },
        body: '{"a":"ä€😀"}',
      },
    })
  })

  it('sends a POST without a body', async () => {
    const port = await api((request, response) => response.end(request.headers['content-length']))
    const result = await transportOf().send({ ...get(port), method: 'POST' }, ENOUGH)
    expect(result).toMatchObject({ ok: true, answer: { body: '0' } })
  })

  it('follows no redirect', async () => {
    let requests = 0
    const port = await api((_, response) => {
      requests += 1
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const result = await transportOf().send(get(port), ENOUGH)
    expect(result).toMatchObject({ ok: true, answer: { status: 302, headers: { location: '/elsewhere' } } })
    expect(requests).toBe(1)
  })

  it('never rides on a connection that was used before', async () => {
    const ports = new Set<number | undefined>()
    const port = await api((request, response) => {
      ports.add(request.socket.remotePort)
      response.setHeader('connection', 'keep-alive')
      response.end()
    })
    const transport = transportOf()
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect((await transport.send({ ...get(port), method }, ENOUGH)).ok).toBe(true)
    }
    expect(ports.size).toBe(3)
  })

  it('goes on beside others', async () => {
    const waiting: http.ServerResponse[] = []
    const port = await api((_, response) => {
      waiting.push(response)
      if (waiting.length === 12) for (const open of waiting) open.end('all')
    })
    const transport = transportOf()
    const results = await Promise.all(Array.from({ length: 12 }, () => transport.send(get(port), ENOUGH)))
    expect(results.every(result => result.ok && result.answer.body === 'all')).toBe(true)
  })

  it('takes the final answer after interim ones', async () => {
    const port = await raw(
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    )
    const result = await transportOf().send(get(port), ENOUGH)
    expect(result).toEqual({
      ok: true,
      answer: { status: 200, headers: { 'content-length': '2' }, body: 'ok' },
    })
  })

  it('with a header that HTTP does not allow is a mistake of the program', async () => {
    const request = { ...get(await nobody()), headers: { Authorization: 'Bearer a\nb' } }
    await expect(transportOf().send(request, ENOUGH)).rejects.toThrow('invalid Authorization header')
  })
})

describe('what was never sent', () => {
  it('is a refused connection', async () => {
    const port = await nobody()
    expect(failureOf(await transportOf().send(get(port), ENOUGH))).toEqual({
      kind: 'unreachable',
      reason: `connection refused (connect ECONNREFUSED 127.0.0.1:${port})`,
      code: 'ECONNREFUSED',
    })
  })

  it('is a host that does not exist, or that cannot be looked up for now', async () => {
    const request = { ...get(1), url: new URL('http://name.invalid/') }
    for (const [code, kind] of [
      ['ENOTFOUND', 'unknown-host'],
      ['EAI_AGAIN', 'unreachable'],
    ] as const) {
      lookUp(done => done(Object.assign(new Error(`getaddrinfo ${code} name.invalid`), { code })))
      const failure = failureOf(await transportOf().send(request, ENOUGH))
      expect(failure).toMatchObject({ kind, code })
      expect(failure.reason).toMatch(/^the host name .+ name\.invalid\)$/)
    }
  })

  it('is a name look-up that hangs for longer than the request may take', async () => {
    lookUp(() => undefined)
    const request = { ...get(1), url: new URL('http://name.invalid/') }
    expect(failureOf(await transportOf().send(request, { timeoutMs: 50 }))).toEqual({
      kind: 'unreachable',
      reason: 'no connection within 0.1s',
    })
    const cancel = new AbortController()
    const sending = transportOf().send(request, { ...ENOUGH, signal: cancel.signal })
    cancel.abort(new Error('cancelled'))
    await expect(sending).rejects.toThrow('cancelled')
  })

  it('is a TLS handshake that the other side breaks off', async () => {
    const port = await listen(net.createServer(socket => socket.once('data', () => socket.destroy())))
    expect(failureOf(await transportOf().send(get(port, '/', 'https'), ENOUGH)).kind).toBe('unreachable')
  })

  it('is a TLS handshake with a server that speaks none', async () => {
    const port = await api()
    const failure = failureOf(await transportOf().send(get(port, '/', 'https'), ENOUGH))
    expect(failure.kind).toBe('tls')
    expect(failure.reason).toMatch(/^TLS could not be negotiated \(E[A-Z_]+\)$/)
  })

  it('is a connection that is not made in time', async () => {
    const port = await listen(net.createServer(() => undefined))
    const transport = transportOf({ connectTimeoutMs: 50 })
    expect(failureOf(await transport.send(get(port, '/', 'https'), ENOUGH))).toEqual({
      kind: 'unreachable',
      reason: 'no connection in time (UND_ERR_CONNECT_TIMEOUT)',
      code: 'UND_ERR_CONNECT_TIMEOUT',
    })
  })

  it('is a request whose own time ends before there is a connection, and it is not sent later', async () => {
    const connected: net.Socket[] = []
    const bytes: Buffer[] = []
    const port = await listen(
      net.createServer(socket => {
        connected.push(socket)
        socket.on('data', chunk => bytes.push(chunk))
      }),
    )
    const failure = failureOf(await transportOf().send(get(port, '/', 'https'), { timeoutMs: 60 }))
    expect(failure).toEqual({ kind: 'unreachable', reason: 'no connection within 0.1s' })
    expect(Buffer.concat(bytes).includes('GET')).toBe(false)
  })

  it('is everything after the transport was closed', async () => {
    const port = await api()
    const transport = transportOf()
    await transport.send(get(port), ENOUGH)
    await transport.close()
    expect(failureOf(await transport.send(get(port), ENOUGH)).kind).toBe('unreachable')
    // By a way that was never opened, too.
    expect(failureOf(await transport.send(get(port, '/', 'https'), ENOUGH)).reason).toBe(
      'all connections were closed',
    )
  })
})

describe('what may have been acted on', () => {
  it.each([
    ['a reset', '', 'reset'],
    ['a connection that is closed without an answer', '', 'end'],
    ['an answer that is cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort', 'end'],
    ['headers that are cut off', 'HTTP/1.1 200 OK\r\ncontent-le', 'end'],
    ['chunks that are cut off', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', 'end'],
    ['what is no HTTP', 'SSH-2.0-OpenSSH\r\n', 'end'],
  ] as const)('is %s', async (_, bytes, after) => {
    const port = await raw(bytes, after)
    expect(failureOf(await transportOf().send({ ...get(port), method: 'POST' }, ENOUGH)).kind).toBe(
      'interrupted',
    )
  })

  it('is silence', async () => {
    const port = await raw('', 'keep')
    expect(failureOf(await transportOf({ silenceTimeoutMs: 50 }).send(get(port), ENOUGH))).toEqual({
      kind: 'timeout',
      reason: 'no response in time (UND_ERR_HEADERS_TIMEOUT)',
      code: 'UND_ERR_HEADERS_TIMEOUT',
    })
  })

  it('is an answer that stops', async () => {
    const port = await raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort', 'keep')
    expect(failureOf(await transportOf({ silenceTimeoutMs: 50 }).send(get(port), ENOUGH))).toEqual({
      kind: 'timeout',
      reason: 'the response stopped before its end (UND_ERR_BODY_TIMEOUT)',
      code: 'UND_ERR_BODY_TIMEOUT',
    })
  })

  it.each([
    ['body', 'HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n'],
    ['headers', 'HTTP/1.1 200 OK\r\nx: '],
    ['interim answers', 'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\nx: '],
  ])('is an answer that trickles in its %s for longer than the request may take', async (_, bytes) => {
    const port = await listen(
      net.createServer(socket => {
        socket.once('data', () => {
          socket.write(bytes)
          const drip = setInterval(() => socket.write('x'), 5)
          socket.on('close', () => clearInterval(drip))
        })
      }),
    )
    expect(failureOf(await transportOf().send(get(port), { timeoutMs: 150 }))).toEqual({
      kind: 'timeout',
      reason: 'no complete response within 0.2s',
    })
  })
})

describe('an answer that is too large', () => {
  it.each([
    ['announced', { 'content-length': '1001' }],
    ['in chunks', {}],
  ])('is not read, %s', async (_, headers) => {
    const port = await api((__, response) => response.writeHead(200, headers).end('x'.repeat(1_001)))
    expect(failureOf(await transportOf({ bodyLimit: 1_000 }).send(get(port), ENOUGH))).toEqual({
      kind: 'oversized',
      reason: 'the response is too large (UND_ERR_RES_EXCEEDED_MAX_SIZE)',
      code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    })
    expect((await transportOf({ bodyLimit: 1_001 }).send(get(port), ENOUGH)).ok).toBe(true)
  })

  it('has 8 MiB at most', async () => {
    let size = 8 * 1024 * 1024
    const port = await api((_, response) => response.end('x'.repeat(size)))
    expect((await transportOf().send(get(port), ENOUGH)).ok).toBe(true)
    size += 1
    expect(failureOf(await transportOf().send(get(port), ENOUGH)).kind).toBe('oversized')
  })

  it('can be so by its headers', async () => {
    const port = await raw(`HTTP/1.1 200 OK\r\n${'x-a: yyyyyyyyyy\r\n'.repeat(6_000)}`, 'keep')
    expect(failureOf(await transportOf().send(get(port), ENOUGH))).toEqual({
      kind: 'oversized',
      reason: 'the headers of the response are too large (UND_ERR_HEADERS_OVERFLOW)',
      code: 'UND_ERR_HEADERS_OVERFLOW',
    })
    const some = await api((_, response) => response.writeHead(200, { 'x-a': 'y'.repeat(900) }).end())
    expect(failureOf(await transportOf({ headerLimit: 900 }).send(get(some), ENOUGH)).kind).toBe('oversized')
    expect((await transportOf().send(get(some), ENOUGH)).ok).toBe(true)
  })
})

describe('an answer whose body does not matter', () => {
  const headersOnly = { ...ENOUGH, headersOnly: true }

  it('is complete with its headers, though its body never ends, and the connection is given up', async () => {
    const closed = Promise.withResolvers<void>()
    const port = await api((request, response) => {
      request.socket.on('close', () => closed.resolve())
      response.writeHead(200, { 'x-one': 'a' }).write('and so on')
    })
    expect(await transportOf().send(get(port), headersOnly)).toMatchObject({
      ok: true,
      answer: { status: 200, headers: { 'x-one': 'a' }, body: '' },
    })
    await closed.promise
  })

  it.each([
    ['larger than may be read', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n'],
    ['cut off', 'HTTP/1.1 503 No\r\ncontent-length: 9\r\n\r\nshort'],
    ['in an unknown encoding', 'HTTP/1.1 204 No\r\ncontent-encoding: rot13\r\n\r\n'],
    ['empty', 'HTTP/1.1 304 No\r\n\r\n'],
  ])('may have one that is %s', async (_, bytes) => {
    const result = await transportOf().send(get(await raw(bytes)), headersOnly)
    expect(result).toMatchObject({ ok: true, answer: { status: Number(bytes.slice(9, 12)), body: '' } })
  })

  it('still has to come', async () => {
    const port = await raw('', 'keep')
    expect(failureOf(await transportOf().send(get(port), { ...headersOnly, timeoutMs: 50 })).kind).toBe(
      'timeout',
    )
  })
})

describe('a body that is compressed although nobody asked for it', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('is decompressed: %s', async (encoding, compress) => {
    const port = await api((_, response) => {
      response.writeHead(200, { 'Content-Encoding': encoding }).end(compress('{"a":"ä"}'))
    })
    expect(await transportOf().send(get(port), ENOUGH)).toMatchObject({
      ok: true,
      answer: { body: '{"a":"ä"}' },
    })
  })

  it('is named where it cannot be', async () => {
    const port = await api((_, response) =>
      response.writeHead(201, { 'Content-Encoding': 'rot13' }).end('{}'),
    )
    expect(failureOf(await transportOf().send(get(port), ENOUGH))).toEqual({
      kind: 'unreadable',
      reason: 'the response has the encoding "rot13", which cannot be decoded',
    })
  })
})

describe('an aborted signal', () => {
  const reason = new Error('cancelled')

  it('lets nothing be sent', async () => {
    let connections = 0
    const port = await listen(net.createServer(() => (connections += 1)))
    await expect(
      transportOf().send(get(port), { ...ENOUGH, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason)
    expect(connections).toBe(0)
  })

  it('ends a request that waits for its answer, and its connection', async () => {
    const cancel = new AbortController()
    const closed = Promise.withResolvers<void>()
    const port = await api(request => {
      request.socket.on('close', () => closed.resolve())
      cancel.abort(reason)
    })
    await expect(transportOf().send(get(port), { ...ENOUGH, signal: cancel.signal })).rejects.toBe(reason)
    await closed.promise
  })

  it('ends a request that has no connection yet, and it is not sent later', async () => {
    const cancel = new AbortController()
    const closed = Promise.withResolvers<void>()
    let requests = 0
    const server = secure(OTHER_NAME, () => {
      requests += 1
    })
    server.on('connection', socket => socket.on('close', () => closed.resolve()))
    trust(OTHER_NAME)
    // The tunnel opens when nobody wants it any more.
    const opening = http.createServer().on('connect', () => cancel.abort(reason))
    const proxy = await proxyOn(opening, { port: await listen(server) })
    const transport = transportOf({ env: { https_proxy: `127.0.0.1:${proxy.port}` } })
    await expect(transport.send(HTTPS, { ...ENOUGH, signal: cancel.signal })).rejects.toBe(reason)
    await closed.promise
    expect(requests).toBe(0)
  })

  it('is not listened to any more after the answer', async () => {
    const cancel = new AbortController()
    const port = await api()
    const result = await transportOf().send(get(port), { ...ENOUGH, signal: cancel.signal })
    cancel.abort(reason)
    expect(result.ok).toBe(true)
  })
})

describe('close', () => {
  it('ends requests that wait for an answer', async () => {
    const transport = transportOf()
    const port = await api(() => void transport.close())
    expect(failureOf(await transport.send(get(port), ENOUGH)).kind).toBe('interrupted')
  })

  it('ends connections that are not made yet, and can be called again', async () => {
    const transport = transportOf()
    const closed = Promise.withResolvers<void>()
    const port = await listen(
      net.createServer(socket => {
        socket.on('close', () => closed.resolve())
        void transport.close()
      }),
    )
    expect(failureOf(await transport.send(get(port, '/', 'https'), ENOUGH)).kind).toBe('unreachable')
    await closed.promise
    await transport.close()
  })
})

interface ProxySeen {
  readonly port: number
  /** `CONNECT host:port` or `GET http://…`, with the headers. */
  readonly asked: { readonly line: string; readonly headers: http.IncomingHttpHeaders }[]
}

/**
 * A proxy behind which every host is this machine: a tunnel leads to the port that was asked for or to `port`; a plain
 * request is answered by the proxy itself. Any other status than 200 refuses both.
 */
async function proxyOn(server: http.Server, { status = 200, port = 0 } = {}): Promise<ProxySeen> {
  const asked: ProxySeen['asked'] = []
  server.on('request', (request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers })
    response.writeHead(status).end('forwarded')
  })
  server.on('connect', (request, socket: net.Socket) => {
    asked.push({ line: `CONNECT ${request.url}`, headers: request.headers })
    socket.on('error', () => undefined)
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const upstream = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    return socket
  })
  return { port: await listen(server), asked }
}

const HTTP: HttpRequest = { method: 'GET', url: new URL('http://other.test/up?a=1#b'), headers: {} }
const HTTPS: HttpRequest = { method: 'POST', url: new URL('https://other.test/api/'), headers: {} }

describe('a proxy', () => {
  it('is handed plain http as it is, and told its credentials, which go no further', async () => {
    const proxy = await proxyOn(http.createServer())
    const transport = transportOf({ env: { HTTP_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` } })
    const result = await transport.send({ ...HTTP, headers: { 'X-One': 'a' } }, ENOUGH)
    expect(result).toMatchObject({ ok: true, answer: { status: 200, body: 'forwarded' } })
    expect(proxy.asked).toMatchObject([
      {
        line: 'GET http://other.test/up?a=1',
        headers: {
          host: 'other.test',
          'x-one': 'a',
          'accept-encoding': 'identity',
          'proxy-authorization': `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
        },
      },
    ])
  })

  it('is never asked for this machine, by http or https, so that no token reaches it', async () => {
    const port = await api()
    const proxy = await proxyOn(http.createServer())
    const dead = `http://127.0.0.1:${proxy.port}`
    const transport = transportOf({ env: { HTTP_PROXY: dead, HTTPS_PROXY: dead } })
    expect((await transport.send(get(port), ENOUGH)).ok).toBe(true)
    expect(failureOf(await transport.send(get(port, '/', 'https'), ENOUGH)).kind).toBe('tls')
    expect(proxy.asked).toEqual([])
  })

  it('is not asked for what NO_PROXY names', async () => {
    const proxy = await proxyOn(http.createServer())
    const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '.test' }
    lookUp(done => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' })))
    expect(failureOf(await transportOf({ env }).send(HTTP, ENOUGH)).kind).toBe('unknown-host')
    expect(proxy.asked).toEqual([])
  })

  it('in the environment of this process is not asked', async () => {
    const proxy = await proxyOn(http.createServer())
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${proxy.port}`)
    lookUp(done => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' })))
    expect(failureOf(await transportOf().send(HTTP, ENOUGH)).kind).toBe('unknown-host')
    expect(proxy.asked).toEqual([])
  })

  it('that wants other credentials, or forbids the host, has let nothing through, and will not', async () => {
    for (const [status, reason] of [
      [403, 'the proxy does not allow this host (403)'],
      [407, 'the proxy asks for other credentials (407)'],
    ] as const) {
      const proxy = await proxyOn(http.createServer(), { status })
      const env = { HTTPS_PROXY: `http://user:hidden@127.0.0.1:${proxy.port}` }
      const failure = failureOf(await transportOf({ env }).send(HTTPS, ENOUGH))
      expect(failure).toEqual({ kind: 'proxy', reason, code: 'UND_ERR_ABORTED' })
      expect(proxy.asked.map(({ line }) => line)).toEqual(['CONNECT other.test:443'])
    }
  })

  it('that wants other credentials for a plain request says so, too', async () => {
    const proxy = await proxyOn(http.createServer(), { status: 407 })
    const transport = transportOf({ env: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` } })
    expect(failureOf(await transport.send(HTTP, ENOUGH))).toEqual({
      kind: 'proxy',
      reason: 'the proxy asks for other credentials (407)',
      code: 'UND_ERR_INVALID_ARG',
    })
  })

  it('that cannot connect, is not there, is silent, or hangs up has let nothing through', async () => {
    const failing = await proxyOn(http.createServer(), { status: 502 })
    const silent = await listen(net.createServer(() => undefined))
    const rude = await listen(net.createServer(socket => socket.once('data', () => socket.destroy())))
    for (const [port, reason] of [
      [failing.port, /^the proxy could not connect \(502\)$/],
      [await nobody(), /^connection refused/],
      [silent, /^no response in time/],
      [rude, /^the proxy closed the connection \(UND_ERR_PRX_CONN\)$/],
    ] as const) {
      const env = { HTTPS_PROXY: `http://user:hidden@127.0.0.1:${port}` }
      const failure = failureOf(await transportOf({ env, connectTimeoutMs: 60 }).send(HTTPS, ENOUGH))
      expect(failure.kind).toBe('unreachable')
      expect(failure.reason).toMatch(reason)
      expect(JSON.stringify(failure)).not.toContain('hidden')
    }
  })

  it('whose address is unusable is said to be so before anything is sent', async () => {
    const transport = transportOf({ env: { HTTP_PROXY: 'socks5://user:hidden@127.0.0.1:1' } })
    expect(await transport.send(HTTP, ENOUGH)).toEqual({
      ok: false,
      failure: {
        kind: 'proxy',
        reason: 'HTTP_PROXY is not the address of an HTTP proxy (http://… or https://…)',
      },
    })
  })
})

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const LOOPBACK = fixture('loopback.pem')
const OTHER_NAME = fixture('other-name.pem')
const answerer: http.RequestListener = (_, response) => response.end('over TLS')
const secure = (pem: string, listener: http.RequestListener = answerer): https.Server =>
  https.createServer({ key: pem, cert: pem }, listener)

function trust(...pems: readonly string[]): void {
  const before = tls.getCACertificates('default')
  closers.push(() => tls.setDefaultCACertificates(before))
  tls.setDefaultCACertificates(pems.map(pem => pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))))
}

/** As an earlier step of a job may have set it. */
function switchVerificationOff(): void {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
}

describe('TLS', () => {
  it('works with a certificate of a trusted CA, on any number of connections', async () => {
    trust(LOOPBACK)
    const port = await listen(secure(LOOPBACK))
    const transport = transportOf()
    for (const _ of [1, 2, 3]) {
      const result = await transport.send(get(port, '/', 'https'), ENOUGH)
      expect(result).toMatchObject({ ok: true, answer: { status: 200, body: 'over TLS' } })
    }
  })

  it.each([false, true])('refuses a certificate of another CA, verification switched off: %s', async off => {
    if (off) switchVerificationOff()
    const port = await listen(secure(LOOPBACK))
    expect(failureOf(await transportOf().send(get(port, '/', 'https'), ENOUGH))).toEqual({
      kind: 'certificate',
      reason: 'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
  })

  it('refuses a certificate of another name', async () => {
    trust(OTHER_NAME)
    switchVerificationOff()
    const port = await listen(secure(OTHER_NAME))
    const failure = failureOf(await transportOf().send(get(port, '/', 'https'), ENOUGH))
    expect(failure.kind).toBe('certificate')
    expect(failure.reason).toMatch(/\(ERR_TLS_CERT_ALTNAME_INVALID\)$/)
  })

  it('goes through a tunnel, and is verified there; the proxy is told neither token nor path', async () => {
    const port = await listen(secure(OTHER_NAME))
    const proxy = await proxyOn(http.createServer(), { port })
    const env = { HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` }
    const request = { ...HTTPS, headers: { Authorization: 'Bearer t' } }
    switchVerificationOff()
    expect(failureOf(await transportOf({ env }).send(request, ENOUGH)).kind).toBe('certificate')
    trust(OTHER_NAME)
    expect(await transportOf({ env }).send(request, ENOUGH)).toMatchObject({
      ok: true,
      answer: { body: 'over TLS' },
    })
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(
      proxy.asked.map(({ line, headers }) => [line, headers['proxy-authorization'], headers.authorization]),
    ).toEqual([
      ['CONNECT other.test:443', basic, undefined],
      ['CONNECT other.test:443', basic, undefined],
    ])
  })

  it.each([
    ['a tunnel', HTTPS, 'HTTPS_PROXY'],
    ['a plain request', HTTP, 'HTTP_PROXY'],
  ])('of the proxy itself is verified too, for %s', async (_, request, variable) => {
    const port = await listen(secure(OTHER_NAME))
    const proxy = await proxyOn(
      secure(LOOPBACK, () => undefined),
      { port },
    )
    const env = { [variable]: `https://127.0.0.1:${proxy.port}` }
    switchVerificationOff()
    expect(failureOf(await transportOf({ env }).send(request, ENOUGH)).kind).toBe('certificate')
    expect(proxy.asked).toEqual([])
    trust(LOOPBACK, OTHER_NAME)
    expect(await transportOf({ env }).send(request, ENOUGH)).toMatchObject({ ok: true })
    expect(proxy.asked).toHaveLength(1)
    const other = await proxyOn(secure(OTHER_NAME), { port })
    const named = { [variable]: `https://127.0.0.1:${other.port}` }
    const failure = failureOf(await transportOf({ env: named }).send(request, ENOUGH))
    expect(failure.kind).toBe('certificate')
    expect(other.asked).toEqual([])
  })
})
