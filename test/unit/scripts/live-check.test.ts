import { describe, expect, it } from 'vitest'
import { liveCheck } from '../../../scripts/live-check/run.ts'
import { type FaultRule, Faults } from '../../emulator/faults.ts'
import { REFERENCE_SETUP } from '../../emulator/reference.ts'
import type { WorldSetup } from '../../emulator/settings.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createVirtualWire } from '../../emulator/virtual-wire.ts'
import { World } from '../../emulator/world.ts'

const TOKEN = 'vps_live_check'
const TWO_SERVERS: WorldSetup = {
  ...REFERENCE_SETUP,
  settings: { ...REFERENCE_SETUP.settings, token: TOKEN, snapshotPaging: true, serverPaging: true },
}

async function check(
  args: readonly string[],
  options: { setup?: WorldSetup; rules?: FaultRule[]; token?: string } = {},
) {
  const clock = new VirtualClock(Date.parse('2026-01-16T16:15:00Z'))
  const world = new World(() => clock.now(), options.setup ?? TWO_SERVERS)
  const faults = new Faults()
  faults.add(...(options.rules ?? []))
  const wire = createVirtualWire({ world, clock, faults })
  const printed: string[] = []
  const said: string[] = []
  const exitCode = await clock.run(
    liveCheck({
      args,
      token: options.token ?? TOKEN,
      wire,
      clock,
      print: text => printed.push(text),
      say: line => said.push(line),
    }),
  )
  return { exitCode, report: printed.join('\n'), said: said.join('\n'), requests: wire.log.all, world }
}

const changes = (run: Awaited<ReturnType<typeof check>>) =>
  run.requests.filter(request => request.method !== 'GET').map(request => `${request.method} ${request.path}`)

describe('the live check', () => {
  it('changes nothing unless a step is asked for by its flag', async () => {
    const run = await check(['--server', '12345'])
    expect(run.exitCode).toBe(0)
    expect(changes(run)).toEqual([])
    expect(run.report).toContain(
      '| – | a snapshot can be made, followed, restored, deleted | asked for with --create |',
    )
    expect(run.report).toContain('| ✅ | A wrong token is answered with 401')
  })

  it('makes, restores and deletes only a snapshot of its own', async () => {
    const flags = ['--power', '--create', '--restore', '--delete', '--i-can-lose', '12345']
    const run = await check(['--server', '12345', ...flags])
    expect(run.exitCode).toBe(0)
    expect(run.report).not.toContain('❌')
    expect(changes(run)).toEqual([
      'POST /api/v1/servers/12345/power/',
      'POST /api/v1/servers/12345/power/',
      'POST /api/v1/snapshots/',
      'POST /api/v1/snapshots/',
      'POST /api/v1/snapshots/802/restore/',
      'POST /api/v1/snapshots/802/restore/',
      'DELETE /api/v1/snapshots/802/',
      'DELETE /api/v1/snapshots/802/',
    ])
    expect(run.world.snapshot('801')).toBeDefined()
  })

  it('leaves the snapshot it made where --delete is not given, and says so', async () => {
    const run = await check(['--server', '12345', '--create'])
    expect(run.report).toContain('asked for with --delete; snapshot 802 stays')
    expect(run.world.snapshot('802')).toBeDefined()
  })

  it.each([
    [['--server', '12345', '--restore', '--create'], '--i-can-lose 12345'],
    [['--server', '12345', '--power'], '--i-can-lose 12345'],
    [['--server', '12345', '--power', '--i-can-lose', '12346'], '--i-can-lose 12345'],
    [['--server', '12345', '--delete'], 'no other'],
    [['--server', 'web'], '--server takes'],
    [[], '--server takes'],
    [['--server', '12345', '--api-url', 'http://example.org'], '--api-url takes'],
    [['--server', '12345', '--interval', 'soon'], '--interval and --patience'],
    [['--servers', '12345'], '--servers'],
  ])('refuses %j before any request', async (args, words) => {
    const run = await check(args)
    expect(run.exitCode).toBe(2)
    expect(run.said).toContain(words)
    expect(run.requests).toEqual([])
  })

  it('takes the token from the environment alone', async () => {
    const run = await check(['--server', '12345'], { token: ' ' })
    expect(run.exitCode).toBe(2)
    expect(run.said).toContain('VPS_API_TOKEN')
  })

  it('says what is otherwise, and ends red', async () => {
    const setup = { ...TWO_SERVERS, settings: { ...TWO_SERVERS.settings, descriptions: 'dropped' as const } }
    const run = await check(['--server', '12345', '--create', '--delete'], { setup })
    expect(run.exitCode).toBe(1)
    expect(run.report).toMatch(/❌ \| The description comes back with the marker/)
  })

  it('takes a list that is not paged for what it is', async () => {
    const setup = { ...TWO_SERVERS, settings: { ...TWO_SERVERS.settings, snapshotPaging: false } }
    const run = await check(['--server', '12345'], { setup })
    expect(run.exitCode).toBe(0)
    expect(run.report).toContain('2 of 2 items for page_size=1')
  })

  it('does not restore a snapshot that did not complete', async () => {
    const setup = {
      ...TWO_SERVERS,
      settings: { ...TWO_SERVERS.settings, timeline: { snapshotOutcome: 'failed' as const } },
    }
    const flags = ['--create', '--restore', '--i-can-lose', '12345']
    const run = await check(['--server', '12345', ...flags], { setup })
    expect(changes(run).filter(request => request.includes('restore'))).toEqual([])
  })

  it('shows neither the token nor what the API keeps secret, even when the API echoes it', async () => {
    const echo = {
      kind: 'status',
      status: 403,
      body: '{"detail": "token {authorization}"}',
      headers: {},
    } as const
    const rules: FaultRule[] = [{ match: { path: '/account/me/' }, when: 'before', fault: echo }]
    const run = await check(['--server', '12345'], { rules })
    expect(run.report + run.said).not.toContain(TOKEN)
    expect(run.report).not.toContain('web-server-01')
    expect(run.report).not.toMatch(/password: text/)
  })

  it('explains itself', async () => {
    const run = await check(['--help'])
    expect(run.exitCode).toBe(0)
    expect(run.report).toContain('OVERWRITES')
    expect(run.requests).toEqual([])
  })
})
