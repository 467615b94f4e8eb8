import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../emulator/certificate.ts'
import { startProxy } from '../../emulator/proxy.ts'
import { type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import type { WorldSetup } from '../../emulator/settings.ts'
import { type RunOptions, runAction } from '../../harness/index.ts'
import { HOSTILE_TEXTS } from '../../soak/hostile.ts'

const TOKEN = 'vps_s3cr3t-T0ken'
const ORDERS = ['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup']

/** So many texts are met by one process: what one does to a line must not depend on the others. */
const AT_ONCE = 7
const GROUPS = Array.from({ length: Math.ceil(HOSTILE_TEXTS.length / AT_ONCE) }, (_, group) => ({
  first: group * AT_ONCE,
  texts: HOSTILE_TEXTS.slice(group * AT_ONCE, (group + 1) * AT_ONCE),
}))

/** A server for each text, with a snapshot that can be restored and one that cannot. */
function setupWith(texts: readonly string[]): WorldSetup {
  return {
    // Long enough to be seen restoring, however busy the machine is.
    settings: { token: TOKEN, timeline: { restoreMs: 1_200_000 } },
    servers: texts.map((text, index) => ({ id: `${100 + index}`, name: text })),
    snapshots: texts.flatMap((text, index) => [
      { id: `${800 + index}`, server: `${100 + index}`, name: text, description: text, disk: 'old' },
      { id: `${900 + index}`, server: `${100 + index}`, name: 'broken', description: '', status: text },
    ]),
  }
}

// Closed at the very end: of tests that run side by side, one's end must not close another's.
const closings: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closings) await close()
})

async function emulate(options: EmulatorOptions) {
  const emulator = await startEmulator({ speed: 600, ...options })
  closings.push(() => emulator.close())
  return emulator
}

async function run(apiUrl: string, given: Readonly<Record<string, string>>, more: Partial<RunOptions> = {}) {
  const common = { 'api-token': TOKEN, 'api-url': apiUrl, 'server-id': '12345' }
  // A short interval is for what is on this machine.
  const hasPace = given['operation'] !== 'list' && apiUrl.includes('//127.')
  const timed = given['operation'] === 'list' ? {} : { timeout: '60s' }
  const inputs = { ...common, ...timed, ...(hasPace ? { 'poll-interval': '100ms' } : {}) }
  const transcript = await runAction({ shares: true, with: { ...inputs, ...given }, ...more })
  const printed = (transcript.rawStdout + transcript.rawStderr).replaceAll(`::add-mask::${TOKEN}`, '')
  expect(printed + transcript.summary + JSON.stringify(transcript.outputs)).not.toContain(TOKEN)
  expect(transcript.commands.map(({ name }) => name).filter(name => !ORDERS.includes(name))).toEqual([])
  return transcript
}

describe.concurrent('texts of the API that are more than texts', () => {
  it.each(GROUPS)('do nothing: from $first on', async ({ texts }) => {
    const emulator = await emulate({ setup: setupWith(texts) })
    const ids = (first: number): string => texts.map((_, index) => `${first + index}`).join(',')
    const restore = { operation: 'restore', 'server-id': ids(100), 'snapshot-id': ids(800) }
    const listed = await run(emulator.apiUrl, { operation: 'list', 'server-id': ids(100) })
    expect(listed.exitCode).toBe(0)
    texts.forEach((text, index) => {
      const body = JSON.stringify({ detail: `${text} {authorization}` })
      emulator.faults.add({
        match: { method: 'POST', path: `/snapshots/${800 + index}/restore/`, nth: 1 },
        when: 'before',
        // One that is final: another one would be asked for again.
        fault: { kind: 'status', status: 402, body },
      })
    })
    const refused = await run(emulator.apiUrl, restore)
    expect(refused.exitCode).toBe(1)
    expect(refused.outputs['status']).toBe('failed')
    const restored = await run(emulator.apiUrl, restore)
    expect(restored.exitCode).toBe(0)
    for (const { log, summary } of [listed, refused, restored]) {
      expect(Math.max(...log.map(line => line.length))).toBeLessThan(4_200)
      const tags = /<\/?(?:h3|p|strong|table|tr|th|td|ul|li|details|summary|pre|code)>/g
      expect(summary.split('```mermaid')[0]?.replace(tags, '')).not.toMatch(/[<>|]/)
    }
  })
})

const SETUP: WorldSetup = {
  settings: { token: TOKEN },
  servers: [{ id: '12345', name: 'web-server-01' }],
  snapshots: [{ id: '801', server: '12345', name: 'one' }],
}
const LIST = { operation: 'list' }
/** A host that only the proxy knows. */
const HOST = 'api.example.invalid'
const API = `https://${HOST}/api/v1`
const USER = { user: 'runner', password: 'pr0xy-passw0rd' }

describe.concurrent('a proxy', () => {
  /** An API that can be had through a proxy only: what is on this machine is never asked through one. */
  async function proxied(credentials?: typeof USER) {
    const certificate = makeCertificate(new Date(), [HOST])
    const emulator = await emulate({ setup: SETUP, tls: certificate })
    const port = Number(new URL(emulator.origin).port)
    const proxy = await startProxy({
      ...(credentials === undefined ? {} : { credentials }),
      route: () => ({ host: '127.0.0.1', port }),
    })
    const folder = mkdtempSync(join(tmpdir(), 'ca-'))
    writeFileSync(join(folder, 'ca.pem'), certificate.cert)
    closings.push(
      () => proxy.close(),
      () => rmSync(folder, { recursive: true }),
    )
    return { emulator, proxy, trust: { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } }
  }

  it('is gone through', async () => {
    const { emulator, proxy, trust } = await proxied()
    const listed = await run(API, LIST, { env: { ...trust, HTTPS_PROXY: proxy.origin } })
    expect(listed.exitCode).toBe(0)
    expect(proxy.requests.map(({ kind, admitted }) => [kind, admitted])).toEqual([['connect', true]])
    expect(emulator.log.all).toHaveLength(1)
  })

  it('is given its credentials, which are told to nobody', async () => {
    const { emulator, proxy, trust } = await proxied(USER)
    const url = `http://${USER.user}:${USER.password}@127.0.0.1:${proxy.port}`
    const listed = await run(API, LIST, { env: { ...trust, https_proxy: url } })
    expect(listed.exitCode).toBe(0)
    expect(listed.rawStdout + listed.rawStderr + listed.summary).not.toContain(USER.password)
    expect(emulator.log.all.some(({ headers }) => 'proxy-authorization' in headers)).toBe(false)
  })

  it('that refuses its credentials is explained', async () => {
    const { emulator, proxy, trust } = await proxied(USER)
    const url = `http://${USER.user}:wrong-passw0rd@127.0.0.1:${proxy.port}`
    const env = { ...trust, https_proxy: url }
    const created = await run(API, { operation: 'create', timeout: '30s' }, { env })
    expect(created.exitCode).toBe(1)
    // That does not pass by itself: it is asked for once.
    expect(proxy.requests).toHaveLength(1)
    expect(created.rawStdout + created.rawStderr + created.summary).not.toContain('wrong-passw0rd')
    expect(created.log.join('\n')).toMatch(/proxy/i)
    expect(emulator.log.all).toEqual([])
  })

  it.each([HOST, '*', `example.com, .${HOST}`])('is left aside for NO_PROXY=%s', async noProxy => {
    const { emulator, proxy, trust } = await proxied()
    const env = { ...trust, HTTPS_PROXY: proxy.origin, NO_PROXY: noProxy }
    // Without it there is no such host, which is known at once.
    const listed = await run(API, LIST, { env })
    expect(listed).toMatchObject({ exitCode: 1, outputs: { reason: 'unreachable' } })
    expect([...proxy.requests, ...emulator.log.all]).toEqual([])
  })

  it('is left aside for what is on this machine', async () => {
    const { proxy } = await proxied()
    const emulator = await emulate({ setup: SETUP })
    const env = { HTTP_PROXY: proxy.origin, HTTPS_PROXY: proxy.origin }
    expect((await run(emulator.apiUrl, LIST, { env })).exitCode).toBe(0)
    expect(proxy.requests).toEqual([])
  })
})

describe.concurrent('TLS', () => {
  it('that nobody vouches for is refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const emulator = await emulate({ setup: SETUP, tls: makeCertificate() })
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
    const created = await run(emulator.apiUrl, { operation: 'create' }, { env })
    expect(created.exitCode).toBe(1)
    expect(created.outputs['status']).toBe('failed')
    expect(created.log.join('\n')).toContain('NODE_EXTRA_CA_CERTS')
    expect(emulator.log.all).toEqual([])
  })
})

describe.concurrent('the token', () => {
  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i)', async status => {
    const strays: string[] = []
    const sink = createServer((request, response) => {
      strays.push(`${request.url} ${JSON.stringify(request.headers)}`)
      response.end('{}')
    })
    await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve))
    closings.push(() => sink.close())
    // A server that listens on a port has such an address; one that listens on a pipe does not.
    const { port } = sink.address() as AddressInfo
    const emulator = await emulate({ setup: SETUP })
    const location = `http://127.0.0.1:${port}/{authorization}?token={authorization}`
    emulator.faults.add({ when: 'before', fault: { kind: 'redirect', location, status } })
    const listed = await run(emulator.apiUrl, LIST)
    expect(listed.exitCode).toBe(1)
    expect(listed.log.join('\n')).toContain(`127.0.0.1:${port}`)
    expect(strays).toEqual([])
  })

  it('does not follow a link to the next page on another origin', async () => {
    const emulator = await emulate({ setup: SETUP })
    const other = await emulate({ setup: SETUP })
    const body = JSON.stringify({ count: 2, next: `${other.apiUrl}/snapshots/?page=2`, results: [] })
    emulator.faults.add({ match: { method: 'GET', nth: 1 }, when: 'after', fault: { kind: 'body', body } })
    const listed = await run(emulator.apiUrl, LIST)
    expect(listed.log.length).toBeGreaterThan(0)
    // Only its query counts, and that on the own origin.
    expect(emulator.log.all.length).toBeGreaterThan(1)
    expect(other.log.all).toEqual([])
  })
})
