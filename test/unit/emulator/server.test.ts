import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../emulator/certificate.ts'
import type { Fault } from '../../emulator/faults.ts'
import { type ProxyOptions, startProxy } from '../../emulator/proxy.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import { AUTHORISED } from './support.ts'

const CREATE = { method: 'POST', body: '{"server_id": 12345, "name": "x"}' }
const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map(each => each.close()))
})

/** An emulator whose real time stands still until the test moves it, and whose network waits for nobody. */
async function stage(options: EmulatorOptions = {}) {
  let real = 5000
  const waits: number[] = []
  const emulator: Emulator = await startEmulator({
    setup: REFERENCE_SETUP,
    startAt: REFERENCE_INSTANT,
    speed: 100,
    realNow: () => real,
    wait: ms => {
      waits.push(ms)
      return Promise.resolve()
    },
    ...options,
  })
  opened.push(emulator)
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${emulator.apiUrl}${path}`, { ...init, headers: AUTHORISED })
  const control = (path: string, init: RequestInit = {}) =>
    fetch(`${emulator.origin}/_emulator/${path}`, init)
  const pass = (ms: number) => {
    real += ms
  }
  return { emulator, ask, control, pass, waits }
}

function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) }
}

describe('the emulated API over HTTP', () => {
  it('answers with its own time, which runs as fast as it is told to', async () => {
    const { ask, pass, emulator } = await stage()
    const created = await ask('/snapshots/', CREATE)
    expect([created.status, created.headers.get('content-type')]).toEqual([201, 'application/json'])
    expect(await created.json()).toMatchObject({ id: 802, created_at: '2025-01-16T16:15:00Z' })
    const statusOf = async () => JSON.parse(await (await ask('/snapshots/')).text()).results[0].status
    pass(2999)
    expect(await statusOf()).toBe('in_progress')
    pass(1)
    expect(await statusOf()).toBe('completed')
    emulator.advance(1000)
    expect(emulator.world.now()).toBe(REFERENCE_INSTANT + 301_000)
  })

  it('logs every request whole, with the status that was answered', async () => {
    const lines: string[] = []
    const { ask, emulator } = await stage({
      onRequest: ({ method, path, status }) => {
        lines.push(`${method} ${path} ${status}`)
      },
    })
    await ask('/snapshots/?server_id=12345')
    await ask('/snapshots/', CREATE)
    await ask('/snapshots/801/', { method: 'DELETE' })
    expect(lines).toEqual([
      'GET /api/v1/snapshots/?server_id=12345 200',
      'POST /api/v1/snapshots/ 201',
      'DELETE /api/v1/snapshots/801/ 204',
    ])
    expect(emulator.log.all[1]).toMatchObject({
      ...{ body: CREATE.body, headers: AUTHORISED, acted: true, fault: null, at: REFERENCE_INSTANT },
    })
  })

  it('links to further pages at the host that was asked', async () => {
    const { ask, emulator } = await stage({
      setup: { ...REFERENCE_SETUP, settings: { snapshotPaging: true, pageSize: 1 } },
    })
    const { next } = JSON.parse(await (await ask('/snapshots/')).text())
    expect(next).toBe(`${emulator.apiUrl}/snapshots/?page=2`)
  })
})

describe('faults over HTTP', () => {
  const made = (emulator: Emulator) => emulator.world.events.length

  it.each<Fault>([
    { kind: 'reset' },
    { kind: 'close' },
    { kind: 'truncated' },
    { kind: 'endless-headers', everyMs: 0 },
  ])('%j loses the answer, before or after the world acted', async fault => {
    const { ask, emulator } = await stage()
    for (const [when, expected] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      emulator.faults.clear()
      emulator.faults.add({ when, fault })
      await expect(ask('/snapshots/', CREATE).then(answer => answer.text())).rejects.toThrow()
      expect(made(emulator)).toBe(expected)
    }
    expect(emulator.log.all.map(({ status, acted, fault: kind }) => [status, acted, kind])).toEqual([
      [null, false, fault.kind],
      [null, true, fault.kind],
    ])
  })

  it('a truncated answer announces more than it sends', async () => {
    const { emulator } = await stage()
    emulator.faults.add({ when: 'after', fault: { kind: 'truncated' } })
    const [announced, sent] = await new Promise<[number, number]>((resolve, reject) => {
      const asked = httpRequest(`${emulator.apiUrl}/snapshots/`, { headers: AUTHORISED }, answer => {
        let bytes = 0
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        answer.on('error', () => resolve([Number(answer.headers['content-length']), bytes]))
      })
      asked.on('error', reject).end()
    })
    expect(sent).toBe(Math.floor(announced / 2))
  })

  it('a hang is ended only by the one who asked', async () => {
    const { emulator } = await stage()
    emulator.faults.add({ when: 'after', fault: { kind: 'hang' } })
    const controller = new AbortController()
    const asked = fetch(`${emulator.apiUrl}/snapshots/`, {
      ...{ ...CREATE, headers: AUTHORISED, signal: controller.signal },
    })
    const ended = expect(asked).rejects.toThrow('aborted')
    while (made(emulator) === 0) await new Promise(resolve => setImmediate(resolve))
    controller.abort()
    await ended
  })

  it('a delay waits before or after the world acts, in real time', async () => {
    const { ask, emulator, waits } = await stage()
    emulator.faults.add({ match: { nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 700 } })
    emulator.faults.add({ match: { nth: 2 }, when: 'after', fault: { kind: 'delay', ms: 800 } })
    expect((await ask('/snapshots/')).status).toBe(200)
    expect((await ask('/snapshots/')).status).toBe(200)
    expect(waits).toEqual([700, 800])
  })

  it('a status comes with its headers, on the nth matching request only', async () => {
    const { ask, emulator } = await stage()
    const fault: Fault = { kind: 'status', status: 429, headers: { 'Retry-After': '3' } }
    emulator.faults.add({ match: { method: 'GET', path: '/snapshots/', nth: 2 }, when: 'before', fault })
    const statuses = []
    for (let count = 0; count < 3; count += 1) statuses.push(await ask('/snapshots/'))
    expect(statuses.map(answer => [answer.status, answer.headers.get('retry-after')])).toEqual([
      [200, null],
      [429, '3'],
      [200, null],
    ])
  })

  it('a dripping answer is whole in the end', async () => {
    const { ask, emulator, waits } = await stage()
    emulator.faults.add({ when: 'after', fault: { kind: 'drip', everyMs: 1000 } })
    const text = await (await ask('/account/me/')).text()
    expect(JSON.parse(text).token.name).toBe('deploys')
    expect(waits).toEqual(Array(text.length).fill(1000))
  })

  it('an empty, an HTML and a redirecting answer', async () => {
    const { ask, emulator } = await stage()
    emulator.faults.add(
      { match: { nth: 1 }, when: 'after', fault: { kind: 'empty' } },
      { match: { nth: 2 }, when: 'after', fault: { kind: 'html' } },
      { match: { nth: 3 }, when: 'after', fault: { kind: 'redirect', location: 'http://127.0.0.1:1/' } },
    )
    const empty = await ask('/snapshots/')
    expect([empty.status, await empty.text()]).toEqual([200, ''])
    expect(await (await ask('/snapshots/')).text()).toContain('<html>')
    const redirect = await ask('/snapshots/', { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, 'http://127.0.0.1:1/'])
  })
})

describe('the control endpoints', () => {
  it('show the state, and change and show a disk', async () => {
    const { control } = await stage()
    expect((await control('servers/12345/disk', { method: 'PUT', body: 'version 2' })).status).toBe(204)
    expect(await (await control('servers/12345/disk')).text()).toBe('version 2')
    expect((await control('servers/7/disk')).status).toBe(400)
    const state = JSON.parse(await (await control('state')).text())
    expect(state.servers).toEqual([
      {
        ...{ id: '12345', name: 'web-server-01', status: 'active', running: true, activity: null },
        disk: 'version 2',
      },
    ])
    expect(state.snapshots.map(({ id }: { id: string }) => id)).toEqual(['798', '801'])
    expect(state.events).toMatchObject([{ kind: 'disk', detail: 'version 2', by: 'other' }])
  })

  it('show and clear the requests', async () => {
    const { ask, control } = await stage()
    await ask('/account/me/')
    expect(await (await control('requests')).json()).toMatchObject([
      { path: '/api/v1/account/me/', status: 200 },
    ])
    await control('requests', { method: 'DELETE' })
    expect(await (await control('requests')).json()).toEqual([])
  })

  it('take faults, one or several, and clear them', async () => {
    const { ask, control } = await stage()
    const rule = { when: 'before', fault: { kind: 'status', status: 500 } }
    expect((await control('faults', post(rule))).status).toBe(204)
    expect((await control('faults', post([rule, rule]))).status).toBe(204)
    expect(await (await control('faults')).json()).toHaveLength(3)
    expect((await ask('/snapshots/')).status).toBe(500)
    await control('faults', { method: 'DELETE' })
    expect((await ask('/snapshots/')).status).toBe(200)
  })

  it('say what is wrong with what they were given', async () => {
    const { control } = await stage()
    const wrong = async (path: string, init: RequestInit) => {
      const answer = await control(path, init)
      expect(answer.status).toBe(400)
      return answer.text()
    }
    expect(await wrong('faults', post({ when: 'before', fault: { kind: 'refused' } }))).toBe(
      'a server that listens cannot do "refused": it is for the virtual wire\n',
    )
    expect(await wrong('advance', post({ ms: 'soon' }))).toBe(
      'ms: Invalid type: Expected number but received "soon"\n',
    )
    expect(await wrong('act', post({ act: 'delete', snapshot: '1' }))).toBe('refused: unknown\n')
    expect((await control('nonsense')).status).toBe(404)
  })

  it('let others act, now or later', async () => {
    const { control, emulator } = await stage()
    const now = await control('act', post({ act: 'create', server: '12345', name: 'by-hand' }))
    expect(await now.json()).toEqual({ id: '802' })
    const later = { afterMs: 5000, do: { act: 'delete', snapshot: '802' } }
    expect((await control('act', post(later))).status).toBe(204)
    expect((await control('advance', post({ ms: 5000 }))).status).toBe(204)
    expect(emulator.world.events.map(({ kind }) => kind)).toEqual(['snapshot-created', 'deleted'])
  })

  it('change settings and timelines, and begin anew', async () => {
    const { ask, control, emulator } = await stage()
    const put = (body: unknown): RequestInit => ({ method: 'PUT', body: JSON.stringify(body) })
    await control('settings', put({ token: 'another', timeline: { snapshotMs: 5 } }))
    await control('servers/12345/timeline', put({ restoreMs: 6 }))
    const { timeline, token } = emulator.world.settings
    expect([token, timeline.snapshotMs, timeline.restoreMs]).toEqual(['another', 5, 480_000])
    expect((await ask('/snapshots/')).status).toBe(401)
    await control('reset', { method: 'POST' })
    expect((await ask('/snapshots/')).status).toBe(200)
    await control('reset', post({ servers: [{ id: '1', name: 'one' }] }))
    expect(await (await ask('/snapshots/')).json()).toEqual({ count: 0, results: [] })
    expect(emulator.world.report().servers.map(({ id }) => id)).toEqual(['1'])
  })
})

describe('TLS and proxies', () => {
  it('serves HTTPS with a certificate that can be trusted', async () => {
    const tls = makeCertificate()
    const { emulator } = await stage({ tls })
    const status = await new Promise((resolve, reject) => {
      const options = { ca: tls.cert, headers: AUTHORISED }
      httpsRequest(`${emulator.apiUrl}/snapshots/`, options, answer => resolve(answer.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(200)
    await expect(fetch(`${emulator.apiUrl}/snapshots/`)).rejects.toThrow()
  })

  async function proxied(options: ProxyOptions, headers: Record<string, string> = {}) {
    const { emulator } = await stage()
    const route = () => ({ host: '127.0.0.1', port: emulator.port })
    const proxy = await startProxy({ route, ...options })
    opened.push(proxy)
    return { proxy, headers, place: { host: '127.0.0.1', port: proxy.port, headers } }
  }

  const credentials = { user: 'me', password: 'secret' }
  const basic = { 'proxy-authorization': `Basic ${Buffer.from('me:secret').toString('base64')}` }

  it('opens tunnels, for those who have the credentials where there are any', async () => {
    const tunnel = async (options: ProxyOptions, headers: Record<string, string>) => {
      const { proxy, place } = await proxied(options, headers)
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const asked = httpRequest({ ...place, method: 'CONNECT', path: 'admin.vps.org:443' })
        asked.on('connect', (answer, socket) => {
          socket.destroy()
          resolve(answer.statusCode)
        })
        asked.on('error', reject).end()
      })
      return [status, proxy.requests]
    }
    const target = 'admin.vps.org:443'
    expect(await tunnel({}, {})).toEqual([
      ...[200, [{ kind: 'connect', target, authorization: undefined, admitted: true }]],
    ])
    expect((await tunnel({ credentials }, basic))[0]).toBe(200)
    expect(await tunnel({ credentials }, {})).toEqual([
      ...[407, [{ kind: 'connect', target, authorization: undefined, admitted: false }]],
    ])
  })

  it('forwards requests with an absolute target, without what was meant for itself', async () => {
    const { proxy, place } = await proxied({ credentials }, { ...AUTHORISED, ...basic })
    const target = 'http://admin.vps.org/api/v1/snapshots/'
    const status = (path: string, headers = place.headers) =>
      new Promise((resolve, reject) => {
        httpRequest({ ...place, headers, path }, answer => resolve(answer.statusCode))
          .on('error', reject)
          .end()
      })
    expect(await status(target)).toBe(200)
    expect(await status(target, AUTHORISED)).toBe(407)
    expect(proxy.requests.map(({ kind, admitted }) => [kind, admitted])).toEqual([
      ['absolute', true],
      ['absolute', false],
    ])
  })

  it('a place where nobody listens is 502', async () => {
    const unused = createServer()
    await new Promise<void>(resolve => unused.listen(0, '127.0.0.1', resolve))
    const { port } = unused.address() as AddressInfo
    await new Promise(resolve => unused.close(resolve))
    const { place } = await proxied({ route: () => ({ host: '127.0.0.1', port }) })
    const status = await new Promise((resolve, reject) => {
      httpRequest({ ...place, path: 'http://nobody.test/' }, answer => resolve(answer.statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(502)
  })
})
