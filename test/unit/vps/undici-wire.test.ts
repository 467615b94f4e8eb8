import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createUndiciWire, type UndiciWire, type UndiciWireSettings } from '../../../src/vps/undici-wire.ts'
import type { WireRequest, WireResult } from '../../../src/vps/wire.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const close of closers.splice(0).reverse()) await close()
})

const ENOUGH = { timeoutMs: 20_000 }

function wireOf(settings: Partial<UndiciWireSettings> = {}): UndiciWire {
  const wire = createUndiciWire({ env: {}, ...settings })
  closers.push(() => wire.close())
  return wire
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

function get(port: number, path = '/', scheme = 'http'): WireRequest {
  return { method: 'GET', url: new URL(`${scheme}://127.0.0.1:${port}${path}`), headers: {} }
}

function failureOf(result: WireResult) {
  if (result.ok) throw new Error(`answered with ${result.answer.status}`)
  return result.failure
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
    const result = await wireOf().send({ method: 'POST', url, headers, body: '{"ü":1}' }, ENOUGH)
    expect(seen).toEqual([
      [
        'POST',
        '/api/v1/snapshots/?server_id=1',
        {
          host: `127.0.0.1:${port}`,
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
    const result = await wireOf().send({ ...get(port), method: 'POST' }, ENOUGH)
    expect(result).toMatchObject({ ok: true, answer: { body: '0' } })
  })

  it('follows no redirect', async () => {
    let requests = 0
    const port = await api((_, response) => {
      requests += 1
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const result = await wireOf().send(get(port), ENOUGH)
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
    const wire = wireOf()
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      expect((await wire.send({ ...get(port), method }, ENOUGH)).ok).toBe(true)
    }
    expect(ports.size).toBe(3)
  })

  it('goes on beside others', async () => {
    const waiting: http.ServerResponse[] = []
    const port = await api((_, response) => {
      waiting.push(response)
      if (waiting.length === 12) for (const open of waiting) open.end('all')
    })
    const wire = wireOf()
    const results = await Promise.all(Array.from({ length: 12 }, () => wire.send(get(port), ENOUGH)))
    expect(results.every(result => result.ok && result.answer.body === 'all')).toBe(true)
  })

  it('takes the final answer after interim ones', async () => {
    const port = await raw(
      'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
    )
    const result = await wireOf().send(get(port), ENOUGH)
    expect(result).toEqual({
      ok: true,
      answer: { status: 200, headers: { 'content-length': '2' }, body: 'ok' },
    })
  })

  it('with a header that HTTP does not allow is a mistake of the program', async () => {
    const request = { ...get(await nobody()), headers: { Authorization: 'Bearer a\nb' } }
    await expect(wireOf().send(request, ENOUGH)).rejects.toThrow('invalid Authorization header')
  })
})

describe('what was never sent', () => {
  it('is a refused connection', async () => {
    const port = await nobody()
    expect(failureOf(await wireOf().send(get(port), ENOUGH))).toEqual({
      kind: 'unreachable',
      reason: `connection refused (connect ECONNREFUSED 127.0.0.1:${port})`,
    })
  })

  it('is a host that does not exist', async () => {
    const request = { ...get(1), url: new URL('http://name.invalid/') }
    const failure = failureOf(await wireOf().send(request, ENOUGH))
    expect(failure.kind).toBe('unreachable')
    expect(failure.reason).toMatch(/^the host name .+ name\.invalid\)$/)
  })

  it('is a TLS handshake that the other side breaks off', async () => {
    const port = await listen(net.createServer(socket => socket.once('data', () => socket.destroy())))
    expect(failureOf(await wireOf().send(get(port, '/', 'https'), ENOUGH)).kind).toBe('unreachable')
  })

  it('is a TLS handshake with a server that speaks none', async () => {
    const port = await api()
    const failure = failureOf(await wireOf().send(get(port, '/', 'https'), ENOUGH))
    expect(failure.kind).toBe('unreachable')
    expect(failure.reason).toMatch(/^TLS could not be agreed upon \(E[A-Z_]+\)$/)
  })

  it('is a connection that is not made in time', async () => {
    const port = await listen(net.createServer(() => undefined))
    const wire = wireOf({ connectTimeoutMs: 50 })
    expect(failureOf(await wire.send(get(port, '/', 'https'), ENOUGH))).toEqual({
      kind: 'unreachable',
      reason: 'no connection in time (UND_ERR_CONNECT_TIMEOUT)',
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
    const failure = failureOf(await wireOf().send(get(port, '/', 'https'), { timeoutMs: 60 }))
    expect(failure).toEqual({ kind: 'unreachable', reason: 'no connection within 60 ms' })
    expect(Buffer.concat(bytes).includes('GET')).toBe(false)
  })

  it('is everything after the wire was closed', async () => {
    const port = await api()
    const wire = wireOf()
    await wire.send(get(port), ENOUGH)
    await wire.close()
    expect(failureOf(await wire.send(get(port), ENOUGH)).kind).toBe('unreachable')
  })
})

describe('what may have been acted upon', () => {
  it.each([
    ['a reset', '', 'reset'],
    ['a connection that is closed without an answer', '', 'end'],
    ['an answer that is cut off', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort', 'end'],
    ['headers that are cut off', 'HTTP/1.1 200 OK\r\ncontent-le', 'end'],
    ['chunks that are cut off', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', 'end'],
    ['what is no HTTP', 'SSH-2.0-OpenSSH\r\n', 'end'],
  ] as const)('is %s', async (_, bytes, after) => {
    const port = await raw(bytes, after)
    expect(failureOf(await wireOf().send({ ...get(port), method: 'POST' }, ENOUGH)).kind).toBe('interrupted')
  })

  it('is silence', async () => {
    const port = await raw('', 'keep')
    expect(failureOf(await wireOf({ silenceTimeoutMs: 50 }).send(get(port), ENOUGH))).toEqual({
      kind: 'timeout',
      reason: 'no answer in time (UND_ERR_HEADERS_TIMEOUT)',
    })
  })

  it('is an answer that stops', async () => {
    const port = await raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort', 'keep')
    expect(failureOf(await wireOf({ silenceTimeoutMs: 50 }).send(get(port), ENOUGH))).toEqual({
      kind: 'timeout',
      reason: 'the answer stopped before its end (UND_ERR_BODY_TIMEOUT)',
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
    expect(failureOf(await wireOf().send(get(port), { timeoutMs: 150 }))).toEqual({
      kind: 'timeout',
      reason: 'no complete answer within 150 ms',
    })
  })
})

describe('an answer that is too large', () => {
  it.each([
    ['announced', { 'content-length': '1001' }],
    ['in chunks', {}],
  ])('is not read, %s', async (_, headers) => {
    const port = await api((__, response) => response.writeHead(200, headers).end('x'.repeat(1_001)))
    expect(failureOf(await wireOf({ bodyLimit: 1_000 }).send(get(port), ENOUGH))).toEqual({
      kind: 'oversized',
      reason: 'the answer is too large (UND_ERR_RES_EXCEEDED_MAX_SIZE)',
    })
    expect((await wireOf({ bodyLimit: 1_001 }).send(get(port), ENOUGH)).ok).toBe(true)
  })

  it('has 8 MiB at most', async () => {
    let size = 8 * 1024 * 1024
    const port = await api((_, response) => response.end('x'.repeat(size)))
    expect((await wireOf().send(get(port), ENOUGH)).ok).toBe(true)
    size += 1
    expect(failureOf(await wireOf().send(get(port), ENOUGH)).kind).toBe('oversized')
  })

  it('can be so by its headers', async () => {
    const port = await raw(`HTTP/1.1 200 OK\r\n${'x-a: yyyyyyyyyy\r\n'.repeat(6_000)}`, 'keep')
    expect(failureOf(await wireOf().send(get(port), ENOUGH))).toEqual({
      kind: 'oversized',
      reason: 'the headers of the answer are too large (UND_ERR_HEADERS_OVERFLOW)',
    })
    const some = await api((_, response) => response.writeHead(200, { 'x-a': 'y'.repeat(900) }).end())
    expect(failureOf(await wireOf({ headerLimit: 900 }).send(get(some), ENOUGH)).kind).toBe('oversized')
    expect((await wireOf().send(get(some), ENOUGH)).ok).toBe(true)
  })
})

describe('an aborted signal', () => {
  const reason = new Error('cancelled')

  it('lets nothing be sent', async () => {
    let connections = 0
    const port = await listen(net.createServer(() => (connections += 1)))
    await expect(wireOf().send(get(port), { ...ENOUGH, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
    expect(connections).toBe(0)
  })

  it('ends a request that waits for its answer, and its connection', async () => {
    const cancel = new AbortController()
    const closed = Promise.withResolvers<void>()
    const port = await api(request => {
      request.socket.on('close', () => closed.resolve())
      cancel.abort(reason)
    })
    await expect(wireOf().send(get(port), { ...ENOUGH, signal: cancel.signal })).rejects.toBe(reason)
    await closed.promise
  })

  it('ends a request that has no connection yet, and it is not sent later', async () => {
    const cancel = new AbortController()
    const bytes: Buffer[] = []
    const ended = Promise.withResolvers<void>()
    const port = await api()
    const proxy = http.createServer().on('connect', (_, socket: net.Socket) => {
      cancel.abort(reason)
      socket.on('data', chunk => bytes.push(chunk)).on('end', () => ended.resolve())
      socket.on('error', () => undefined)
      // The tunnel opens when nobody wants it any more.
      setImmediate(() => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    })
    const wire = wireOf({ env: { http_proxy: `127.0.0.1:${await listen(proxy)}` } })
    await expect(wire.send(get(port), { ...ENOUGH, signal: cancel.signal })).rejects.toBe(reason)
    await ended.promise
    expect(Buffer.concat(bytes).toString()).toBe('')
  })

  it('is not listened to any more after the answer', async () => {
    const cancel = new AbortController()
    const port = await api()
    const result = await wireOf().send(get(port), { ...ENOUGH, signal: cancel.signal })
    cancel.abort(reason)
    expect(result.ok).toBe(true)
  })
})

describe('close', () => {
  it('ends requests that wait for an answer', async () => {
    const wire = wireOf()
    const port = await api(() => void wire.close())
    expect(failureOf(await wire.send(get(port), ENOUGH)).kind).toBe('interrupted')
  })

  it('ends connections that are not made yet, and can be called again', async () => {
    const wire = wireOf()
    const closed = Promise.withResolvers<void>()
    const port = await listen(
      net.createServer(socket => {
        socket.on('close', () => closed.resolve())
        void wire.close()
      }),
    )
    expect(failureOf(await wire.send(get(port, '/', 'https'), ENOUGH)).kind).toBe('unreachable')
    await closed.promise
    await wire.close()
  })
})

interface Tunnel {
  readonly port: number
  readonly asked: { readonly path: string | undefined; readonly headers: http.IncomingHttpHeaders }[]
}

/** A CONNECT proxy that gives one answer; 200 opens the tunnel. */
async function tunnel(server: http.Server, status = 200): Promise<Tunnel> {
  const asked: Tunnel['asked'] = []
  server.on('connect', (request, socket: net.Socket) => {
    asked.push({ path: request.url, headers: request.headers })
    socket.on('error', () => undefined)
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const upstream = net.connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    return socket
  })
  return { port: await listen(server), asked }
}

describe('a proxy', () => {
  it('is asked for a tunnel, also to plain http, and is told its credentials', async () => {
    const port = await api((request, response) => response.end(JSON.stringify(request.headers)))
    const proxy = await tunnel(http.createServer())
    const wire = wireOf({ env: { HTTP_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` } })
    const results = [
      await wire.send(get(port), ENOUGH),
      await wire.send({ ...get(port), method: 'POST' }, ENOUGH),
    ]
    expect(results.map(result => result.ok)).toEqual([true, true])
    expect(JSON.stringify(results)).not.toContain('proxy-')
    const basic = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(
      proxy.asked.map(({ path, headers }) => [path, headers['proxy-authorization'], headers.authorization]),
    ).toEqual([
      [`127.0.0.1:${port}`, basic, undefined],
      [`127.0.0.1:${port}`, basic, undefined],
    ])
  })

  it.each(['127.0.0.1', '*', ' other.test , 127.0.0.1 '])(
    'is not asked for what NO_PROXY names: %s',
    async noProxy => {
      const port = await api()
      const wire = wireOf({ env: { http_proxy: `http://127.0.0.1:${await nobody()}`, NO_PROXY: noProxy } })
      expect((await wire.send(get(port), ENOUGH)).ok).toBe(true)
    },
  )

  it('is not asked for a port that NO_PROXY names, but for others', async () => {
    const port = await api()
    const env = { http_proxy: `http://127.0.0.1:${await nobody()}` }
    const named = wireOf({ env: { ...env, no_proxy: `127.0.0.1:${port}` } })
    const other = wireOf({ env: { ...env, no_proxy: `127.0.0.1:${port + 1},example.test` } })
    expect((await named.send(get(port), ENOUGH)).ok).toBe(true)
    expect(failureOf(await other.send(get(port), ENOUGH)).kind).toBe('unreachable')
  })

  it('of the other scheme is not asked', async () => {
    const dead = `http://127.0.0.1:${await nobody()}`
    expect((await wireOf({ env: { HTTPS_PROXY: dead } }).send(get(await api()), ENOUGH)).ok).toBe(true)
    const speechless = await api()
    const failure = failureOf(
      await wireOf({ env: { HTTP_PROXY: dead } }).send(get(speechless, '/', 'https'), ENOUGH),
    )
    expect(failure.reason).toMatch(/^TLS could not be agreed upon/)
  })

  it('in the environment of this process is not asked', async () => {
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${await nobody()}`)
    expect((await wireOf().send(get(await api()), ENOUGH)).ok).toBe(true)
  })

  it('that refuses has let nothing through', async () => {
    let requests = 0
    const port = await api(() => {
      requests += 1
    })
    for (const status of [403, 407, 502]) {
      const proxy = await tunnel(http.createServer(), status)
      const wire = wireOf({ env: { HTTP_PROXY: `http://user:hidden@127.0.0.1:${proxy.port}` } })
      expect(failureOf(await wire.send({ ...get(port), method: 'POST' }, ENOUGH))).toEqual({
        kind: 'unreachable',
        reason: `the proxy answered ${status} instead of connecting`,
      })
    }
    expect(requests).toBe(0)
  })

  it('that is not there, is silent, or hangs up has let nothing through', async () => {
    const port = await api()
    const silent = await listen(net.createServer(() => undefined))
    const rude = await listen(net.createServer(socket => socket.once('data', () => socket.destroy())))
    for (const [proxy, reason] of [
      [await nobody(), /^connection refused/],
      [silent, /^no answer in time/],
      [rude, /^the proxy closed the connection \(UND_ERR_PRX_CONN\)$/],
    ] as const) {
      const env = { HTTP_PROXY: `http://user:hidden@127.0.0.1:${proxy}` }
      const failure = failureOf(await wireOf({ env, connectTimeoutMs: 60 }).send(get(port), ENOUGH))
      expect(failure.kind).toBe('unreachable')
      expect(failure.reason).toMatch(reason)
      expect(JSON.stringify(failure)).not.toContain('hidden')
    }
  })

  it('whose address is none is said to be so', async () => {
    const wire = wireOf({ env: { HTTP_PROXY: 'socks5://user:hidden@127.0.0.1:1' } })
    for (const _ of [1, 2]) {
      expect(await wire.send(get(await api()), ENOUGH)).toEqual({
        ok: false,
        failure: {
          kind: 'unreachable',
          reason: 'HTTP_PROXY does not hold the address of an HTTP proxy (http://… or https://…)',
        },
      })
    }
    await wire.close()
  })
})

const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const LOOPBACK = fixture('loopback.pem')
const OTHER_NAME = fixture('other-name.pem')
const answerer: http.RequestListener = (_, response) => response.end('over TLS')
const secure = (pem: string): https.Server => https.createServer({ key: pem, cert: pem }, answerer)

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
    const wire = wireOf()
    for (const _ of [1, 2, 3]) {
      const result = await wire.send(get(port, '/', 'https'), ENOUGH)
      expect(result).toMatchObject({ ok: true, answer: { status: 200, body: 'over TLS' } })
    }
  })

  it.each([false, true])('refuses a certificate of another CA, verification switched off: %s', async off => {
    if (off) switchVerificationOff()
    const port = await listen(secure(LOOPBACK))
    expect(failureOf(await wireOf().send(get(port, '/', 'https'), ENOUGH))).toEqual({
      kind: 'certificate',
      reason: 'self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
    })
  })

  it('refuses a certificate of another name', async () => {
    trust(OTHER_NAME)
    switchVerificationOff()
    const port = await listen(secure(OTHER_NAME))
    const failure = failureOf(await wireOf().send(get(port, '/', 'https'), ENOUGH))
    expect(failure.kind).toBe('certificate')
    expect(failure.reason).toMatch(/\(ERR_TLS_CERT_ALTNAME_INVALID\)$/)
  })

  it('goes through a tunnel, and is verified there', async () => {
    const port = await listen(secure(LOOPBACK))
    const proxy = await tunnel(http.createServer())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` }
    switchVerificationOff()
    expect(failureOf(await wireOf({ env }).send(get(port, '/', 'https'), ENOUGH)).kind).toBe('certificate')
    trust(LOOPBACK)
    expect(await wireOf({ env }).send(get(port, '/', 'https'), ENOUGH)).toMatchObject({ ok: true })
    expect(proxy.asked.map(({ path }) => path)).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}`])
  })

  it('of the proxy itself is verified too', async () => {
    const port = await api()
    const proxy = await tunnel(secure(LOOPBACK))
    const env = { HTTP_PROXY: `https://127.0.0.1:${proxy.port}` }
    switchVerificationOff()
    expect(failureOf(await wireOf({ env }).send(get(port), ENOUGH)).kind).toBe('certificate')
    trust(LOOPBACK)
    expect(await wireOf({ env }).send(get(port), ENOUGH)).toMatchObject({ ok: true })
    const other = await tunnel(secure(OTHER_NAME))
    trust(OTHER_NAME)
    const named = { HTTP_PROXY: `https://127.0.0.1:${other.port}` }
    expect(failureOf(await wireOf({ env: named }).send(get(port), ENOUGH)).kind).toBe('certificate')
    expect(other.asked).toEqual([])
  })
})
