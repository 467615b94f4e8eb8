import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { HttpRequest, HttpTransport, TransportResult } from '../../../src/http/http-transport.ts'
import { createUndiciTransport } from '../../../src/http/undici-transport.ts'
import { createHealthProbe } from '../../../src/platform/health-probe.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'

const open: Server[] = []

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(open.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

/** Listens on a free port of this machine. */
async function listen(server: Server): Promise<number> {
  open.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // Safe: it listens on a port, not on a pipe.
  return (server.address() as AddressInfo).port
}

async function listenHttp(listener: RequestListener): Promise<URL> {
  return new URL(`http://127.0.0.1:${await listen(createHttpServer(listener))}/up`)
}

const patience = (): { timeoutMs: number; signal: AbortSignal } => ({
  timeoutMs: 10_000,
  signal: new AbortController().signal,
})

/** A transport that gives these answers in turn, and keeps what it was asked. */
function scripted(...results: readonly TransportResult[]): {
  readonly transport: HttpTransport
  readonly asked: HttpRequest[]
} {
  const asked: HttpRequest[] = []
  const left = [...results]
  return {
    asked,
    transport: {
      send: request => {
        asked.push(request)
        const next = left.shift()
        return next === undefined ? Promise.reject(new Error('asked too often')) : Promise.resolve(next)
      },
    },
  }
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}): TransportResult {
  return { ok: true, answer: { status, headers, body: '' } }
}

function probeWith(...results: readonly TransportResult[]) {
  const { transport, asked } = scripted(...results)
  const url = new URL('https://shop.test/a/up?key=1')
  return { asked, outcome: createHealthProbe(transport)({ kind: 'http', url }, patience()) }
}

describe('the probe of an HTTP address', () => {
  it('is well with an answer below 400 from a real server, and asks without a token', async () => {
    const headers: unknown[] = []
    const url = await listenHttp((request, response) => {
      headers.push(request.headers['authorization'], request.headers['user-agent'], request.headers['accept'])
      response.end('up')
    })
    const transport = createUndiciTransport({ env: {} })
    const outcome = await createHealthProbe(transport)({ kind: 'http', url }, patience())
    await transport.close()
    expect(outcome).toBeUndefined()
    expect(headers).toEqual([undefined, 'vps-snapshot-action', '*/*'])
  })

  it.each([200, 204, 299, 304, 399])('is well with %i', async status => {
    await expect(probeWith(answer(status)).outcome).resolves.toBeUndefined()
  })

  it.each([400, 404, 503])('is not well with %i', async status => {
    await expect(probeWith(answer(status)).outcome).resolves.toContain(String(status))
  })

  it('follows redirects on the same host, relative ones too, with the same headers', async () => {
    const { asked, outcome } = probeWith(
      answer(300, { location: '../b' }),
      answer(302, { location: 'http://SHOP.test:8080/c' }),
      answer(200),
    )
    await expect(outcome).resolves.toBeUndefined()
    expect(asked.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      'GET https://shop.test/a/up?key=1',
      'GET https://shop.test/b',
      'GET http://shop.test:8080/c',
    ])
    expect(asked.every(({ headers }) => Object.keys(headers).join() === 'Accept,User-Agent')).toBe(true)
  })

  it.each(['https://other.test/', '//www.shop.test/up', 'http://shop.test.evil.test/'])(
    'is not well with a redirect to another host, which says nothing of this one: %s',
    async location => {
      const { asked, outcome } = probeWith(answer(302, { location }), answer(200))
      const { host } = new URL(location, 'https://shop.test/')
      const words = await outcome
      for (const fact of ['302', 'redirect', host]) expect(words).toContain(fact)
      expect(asked).toHaveLength(1)
    },
  )

  it('counts the time of all redirects together', async () => {
    const clock = new VirtualClock(1_000)
    const timeouts: number[] = []
    const transport: HttpTransport = {
      send: async (_, { timeoutMs }) => {
        timeouts.push(timeoutMs)
        await clock.sleep(4_000)
        return answer(302, { location: '/again' })
      },
    }
    const url = new URL('https://shop.test/')
    await clock.run(createHealthProbe(transport, clock)({ kind: 'http', url }, patience()))
    expect(timeouts).toEqual([10_000, 6_000, 2_000, 1, 1, 1])
  })

  it('does not wait for a body that never ends', async () => {
    const url = await listenHttp((_, response) => {
      response.writeHead(200, { 'content-encoding': 'unheard-of' }).write('and so on')
    })
    const transport = createUndiciTransport({ env: {} })
    await expect(createHealthProbe(transport)({ kind: 'http', url }, patience())).resolves.toBeUndefined()
    await transport.close()
  })

  it('does not look for a location in an answer that is no redirect', async () => {
    await expect(probeWith(answer(201, { location: 'https://shop.test/x' })).outcome).resolves.toBeUndefined()
  })

  it.each(['ftp://shop.test/', 'xhttp://shop.test/', 'https:x//', 'http://['])(
    'is not well with a redirect to %s',
    async location => {
      const { outcome } = probeWith(answer(302, { location }), answer(200))
      const usable = location === 'https:x//'
      await (usable
        ? expect(outcome).resolves.toBeUndefined()
        : expect(outcome).resolves.toMatch(/302.*not http/))
    },
  )

  it('follows five redirects and no more', async () => {
    const again = answer(307, { location: '/again' })
    await expect(probeWith(again, again, again, again, again, answer(200)).outcome).resolves.toBeUndefined()
    const { asked, outcome } = probeWith(again, again, again, again, again, again)
    await expect(outcome).resolves.toMatch(/redirects.*5/)
    expect(asked).toHaveLength(6)
  })

  it('says why there was no answer', async () => {
    const failure = { kind: 'unreachable', reason: 'ECONNREFUSED' } as const
    await expect(probeWith({ ok: false, failure }).outcome).resolves.toBe('ECONNREFUSED')
  })

  it('says how a certificate of one’s own is accepted', async () => {
    const failure = { kind: 'certificate', reason: 'self-signed certificate' } as const
    const words = await probeWith({ ok: false, failure }).outcome
    for (const fact of ['self-signed certificate', 'NODE_EXTRA_CA_CERTS']) expect(words).toContain(fact)
  })
})

describe('the probe of a port', () => {
  const { transport } = scripted()
  const probe = createHealthProbe(transport)

  it('is well with a connection, which is closed at once', async () => {
    let closed: () => void = () => undefined
    const ended = new Promise<void>(resolve => {
      closed = resolve
    })
    const port = await listen(
      createTcpServer(socket =>
        socket
          .on('close', closed)
          .on('error', () => undefined)
          .resume(),
      ),
    )
    await expect(probe({ kind: 'tcp', host: '127.0.0.1', port }, patience())).resolves.toBeUndefined()
    await ended
  })

  it('is not well where nobody listens', async () => {
    const port = await listen(createTcpServer())
    const [server] = open.splice(0)
    await new Promise(resolve => server?.close(resolve))
    await expect(probe({ kind: 'tcp', host: '127.0.0.1', port }, patience())).resolves.toBe('ECONNREFUSED')
  })

  it('is not well without a connection in time', async () => {
    const port = await listen(createTcpServer())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    // The connection is made in a later turn of the event loop: time is up before it.
    const outcome = probe({ kind: 'tcp', host: '127.0.0.1', port }, { ...patience(), timeoutMs: 5_000 })
    vi.advanceTimersByTime(5_000)
    await expect(outcome).resolves.toContain('5s')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends with the signal’s reason', async () => {
    const reason = new Error('the end')
    const port = await listen(createTcpServer())
    const target = { kind: 'tcp', host: '127.0.0.1', port } as const
    await expect(probe(target, { timeoutMs: 10_000, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const controller = new AbortController()
    const outcome = probe(target, { timeoutMs: 10_000, signal: controller.signal })
    controller.abort(reason)
    await expect(outcome).rejects.toBe(reason)
  })
})
