import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../../emulator/certificate.ts'
import { startProxy } from '../../emulator/proxy.ts'
import { type EmulatorOptions, startEmulator } from '../../emulator/server.ts'
import type { WorldSetup } from '../../emulator/settings.ts'
import { type RunOptions, runAction } from '../../harness/index.ts'
import { HOSTILE_TEXTS } from '../../soak/hostile.ts'

const TOKEN = 'vps_s3cr3t-T0ken'
const ORDERS = ['add-mask', 'debug', 'notice', 'warning', 'error', 'group', 'endgroup']

function setupWith(text: string): WorldSetup {
  return {
    // Long enough to be seen restoring, however busy the machine is.
    settings: { token: TOKEN, timeline: { restoreMs: 1_200_000 } },
    servers: [{ id: '12345', name: text }],
    snapshots: [
      { id: '801', server: '12345', name: text, description: text, disk: 'old' },
      { id: '802', server: '12345', name: 'broken', description: '', status: text },
    ],
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
  const common = { 'api-token': TOKEN, 'api-url': apiUrl, 'server-id': '12345', timeout: '60s' }
  const { timeout: _, ...untimed } = common
  const inputs = given['operation'] === 'list' ? untimed : { ...common, 'poll-interval': '100ms' }
  const transcript = await runAction({ with: { ...inputs, ...given }, ...more })
  const printed = (transcript.rawStdout + transcript.rawStderr).replaceAll(`::add-mask::${TOKEN}\n`, '')
  expect(printed + transcript.summary + JSON.stringify(transcript.outputs)).not.toContain(TOKEN)
  expect(transcript.commands.map(({ name }) => name).filter(name => !ORDERS.includes(name))).toEqual([])
  return transcript
}

describe.concurrent('texts of the API that are more than texts', () => {
  it.each(HOSTILE_TEXTS.map((text, index) => ({ text, index })))('do nothing: $index', async ({ text }) => {
    const emulator = await emulate({ setup: setupWith(text) })
    const listed = await run(emulator.apiUrl, { operation: 'list' })
    expect(listed.exitCode).toBe(0)
    const body = `${text} {authorization}`
    emulator.faults.add({
      match: { method: 'POST', path: '/snapshots/*/restore/', nth: 1 },
      when: 'before',
      fault: { kind: 'status', status: 422, body: JSON.stringify({ detail: body }) },
    })
    const refused = await run(emulator.apiUrl, { operation: 'restore', 'snapshot-id': '801' })
    expect(refused.exitCode).toBe(1)
    expect(refused.outputs['status']).toBe('failed')
    const restored = await run(emulator.apiUrl, { operation: 'restore', 'snapshot-id': '801' })
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
const USER = { user: 'runner', password: 'pr0xy-passw0rd' }

describe.concurrent('a proxy', () => {
  async function proxied(credentials?: typeof USER) {
    const emulator = await emulate({ setup: SETUP })
    const proxy = await startProxy(credentials === undefined ? {} : { credentials })
    closings.push(() => proxy.close())
    return { emulator, proxy }
  }

  it('is gone through', async () => {
    const { emulator, proxy } = await proxied()
    const listed = await run(emulator.apiUrl, LIST, { env: { HTTP_PROXY: proxy.origin } })
    expect(listed.exitCode).toBe(0)
    expect(proxy.requests.map(({ admitted }) => admitted)).toEqual([true])
  })

  it('is given its credentials, which are told to nobody', async () => {
    const { emulator, proxy } = await proxied(USER)
    const url = `http://${USER.user}:${USER.password}@127.0.0.1:${proxy.port}`
    const listed = await run(emulator.apiUrl, LIST, { env: { http_proxy: url } })
    expect(listed.exitCode).toBe(0)
    expect(listed.rawStdout + listed.rawStderr + listed.summary).not.toContain(USER.password)
    expect(emulator.log.all.some(({ headers }) => 'proxy-authorization' in headers)).toBe(false)
  })

  it('that refuses its credentials is explained', async () => {
    const { emulator, proxy } = await proxied(USER)
    const url = `http://${USER.user}:wrong-passw0rd@127.0.0.1:${proxy.port}`
    const created = await run(
      emulator.apiUrl,
      { operation: 'create', timeout: '3s' },
      { env: { http_proxy: url } },
    )
    expect(created.exitCode).toBe(1)
    expect(created.rawStdout + created.rawStderr + created.summary).not.toContain('wrong-passw0rd')
    expect(created.log.join('\n')).toMatch(/proxy/i)
    expect(emulator.log.all).toEqual([])
  })

  it.each(['127.0.0.1', '*', 'example.com, 127.0.0.1'])('is left aside for NO_PROXY=%s', async noProxy => {
    const { emulator, proxy } = await proxied()
    const env = { HTTP_PROXY: proxy.origin, NO_PROXY: noProxy }
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
    emulator.faults.add({ match: { method: 'GET' }, when: 'after', fault: { kind: 'body', body } })
    const listed = await run(emulator.apiUrl, LIST)
    expect(listed.exitCode).toBe(1)
    expect(other.log.all).toEqual([])
  })
})
