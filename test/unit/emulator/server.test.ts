import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeCertificate } from '../../emulator/certificate.ts'
import { REFERENCE_INSTANT, REFERENCE_SETUP } from '../../emulator/reference.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import { AUTHORISED } from './support.ts'

const CREATE = { method: 'POST', body: '{"server_id": 12345, "name": "x"}' }

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
  onTestFinished(() => emulator.close())
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${emulator.apiUrl}${path}`, { ...init, headers: AUTHORISED })
  const control = (path: string, init: RequestInit = {}) =>
    fetch(`${emulator.origin}/_emulator/${path}`, init)
  const pass = (ms: number) => {
    real += ms
  }
  return { emulator, ask, control, pass, waits }
}

function send(body: unknown, method = 'POST'): RequestInit {
  return { method, body: JSON.stringify(body) }
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
    const settings = { snapshotPaging: true, pageSize: 1 }
    const { ask, emulator } = await stage({ setup: { ...REFERENCE_SETUP, settings } })
    const { next } = JSON.parse(await (await ask('/snapshots/')).text())
    expect(next).toBe(`${emulator.apiUrl}/snapshots/?page=2`)
  })

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
})

describe('faults over HTTP', () => {
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
    const init = { ...CREATE, headers: AUTHORISED, signal: controller.signal }
    const ended = expect(fetch(`${emulator.apiUrl}/snapshots/`, init)).rejects.toThrow('aborted')
    while (emulator.world.events.length === 0) await new Promise(resolve => setImmediate(resolve))
    controller.abort()
    await ended
  })

  it('delays wait before or after the world acts, and drips between bytes, in real time', async () => {
    const { ask, emulator, waits } = await stage()
    emulator.faults.add(
      { match: { nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 700 } },
      { match: { nth: 2 }, when: 'after', fault: { kind: 'delay', ms: 800 } },
      { match: { nth: 3 }, when: 'after', fault: { kind: 'drip', everyMs: 1000 } },
    )
    await ask('/snapshots/')
    await ask('/snapshots/')
    const text = await (await ask('/account/me/')).text()
    expect(waits).toEqual([700, 800, ...Array(text.length).fill(1000)])
  })

  it('are by a clock of real time, however fast the world runs', async () => {
    const { ask, pass, emulator } = await stage()
    emulator.faults.add({ when: 'before', fault: { kind: 'limiter', perSecond: 1 } })
    const statuses = []
    for (const ms of [0, 999, 1]) {
      pass(ms)
      statuses.push((await ask('/snapshots/')).status)
    }
    expect(statuses).toEqual([200, 429, 200])
  })

  it('an answer that was compressed without being asked says so', async () => {
    const { ask, emulator } = await stage()
    emulator.faults.add({ when: 'after', fault: { kind: 'encoded', encoding: 'gzip' } })
    expect((await ask('/snapshots/')).headers.get('content-encoding')).toBe('gzip')
  })
})

describe('the control endpoints', () => {
  const SETTINGS = {
    token: 'another',
    identifiers: 'uuid',
    strayItems: [{ id: null }],
    timeline: { stopLandsMs: 7 },
  }
  const RULE = { match: {}, when: 'before', fault: { kind: 'status', status: 500 } }
  const LATER = { afterMs: 5000, do: { act: 'delete', snapshot: '802' } }
  // Each row is one call, in this order: what comes back of it, and what is true of the world then.
  const CALLS: readonly (readonly [
    string,
    string,
    unknown,
    number,
    unknown,
    ((emulator: Emulator) => unknown)?,
    unknown?,
  ])[] = [
    ['PUT', 'servers/12345/disk', 'x', 204, ''],
    ['GET', 'servers/12345/disk', undefined, 200, '"x"'],
    ['GET', 'servers/7/disk', undefined, 400, 'there is no server 7\n'],
    [
      'GET',
      'state',
      undefined,
      200,
      expect.stringContaining('"running":true,"activity":null,"disk":"\\"x\\""'),
    ],
    ['POST', 'faults', RULE, 204, ''],
    ['POST', 'faults', [RULE, RULE], 204, '', ({ faults }) => faults.rules, [RULE, RULE, RULE]],
    ['GET', 'faults', undefined, 200, JSON.stringify([RULE, RULE, RULE])],
    ['DELETE', 'faults', undefined, 204, '', ({ faults }) => faults.rules, []],
    [
      ...(['POST', 'faults', { ...RULE, fault: { kind: 'refused' } }, 400] as const),
      'a server that listens cannot do "refused": it is for the virtual wire\n',
    ],
    ['POST', 'advance', { ms: 'soon' }, 400, 'ms: Invalid type: Expected number but received "soon"\n'],
    ['POST', 'act', { act: 'delete', snapshot: '1' }, 400, 'refused: unknown\n'],
    ['POST', 'act', { act: 'create', server: '12345', name: 'by-hand' }, 200, '{"id":"802"}'],
    ['POST', 'act', LATER, 204, '', ({ world }) => world.events.at(-1)?.kind, 'snapshot-created'],
    ['POST', 'advance', { ms: 5000 }, 204, '', ({ world }) => world.events.at(-1)?.kind, 'deleted'],
    ['PUT', 'settings', SETTINGS, 204, '', ({ world }) => world.settings.token, 'another'],
    [
      'PUT',
      'settings',
      { dateForm: 'roman' },
      400,
      expect.stringMatching(/^dateForm: Invalid type: .*"zulu"/),
    ],
    ['PUT', 'servers/12345/timeline', { restoreMs: 6 }, 204, ''],
    ['DELETE', 'requests', undefined, 204, '', ({ log }) => log.all, []],
    ['POST', 'reset', undefined, 204, '', ({ world }) => world.settings.token, 'vps_emulated_token'],
    [
      'POST',
      'reset',
      { servers: [{ id: '1', name: 'one' }] },
      204,
      '',
      ({ world }) => world.snapshot('801'),
      undefined,
    ],
    ['GET', 'nonsense', undefined, 404, 'no such control\n'],
  ]

  it('are obeyed call by call', async () => {
    const { control, ask, emulator } = await stage()
    await ask('/account/me/')
    expect(await (await control('requests')).json()).toMatchObject([
      { path: '/api/v1/account/me/', status: 200 },
    ])
    for (const [method, path, body, status, text, truth, expected] of CALLS) {
      const answer = await control(path, body === undefined ? { method } : send(body, method))
      expect([method, path, answer.status, await answer.text()]).toEqual([method, path, status, text])
      expect(truth?.(emulator)).toEqual(expected)
    }
  })

  it('change what they name and nothing else', async () => {
    const { control, emulator } = await stage()
    await control('settings', send(SETTINGS, 'PUT'))
    await control('servers/12345/timeline', send({ restoreMs: 6 }, 'PUT'))
    const { timeline, ...settings } = emulator.world.settings
    expect([timeline.stopLandsMs, timeline.restoreMs, timeline.snapshotMs]).toEqual([7, 480_000, 300_000])
    expect(settings).toMatchObject({ serversAddressedBy: 'uuid', strayItems: [{ id: null }], pageSize: 20 })
  })
})
