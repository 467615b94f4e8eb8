import { describe, expect, it } from 'vitest'
import { mainStage, postStage } from '../../src/stages.ts'
import type { LimiterOptions } from '../emulator/limiter.ts'
import { startEmulator } from '../emulator/server.ts'
import { DEFAULT_SETTINGS, type WorldSetup } from '../emulator/settings.ts'
import { VirtualClock } from '../emulator/virtual-clock.ts'
import { createVirtualWire } from '../emulator/virtual-wire.ts'
import { World } from '../emulator/world.ts'
import { runAction, runPost } from '../harness/index.ts'
import { createDice } from '../soak/dice.ts'
import { beginStage, ORIGIN_OF_RUN } from '../soak/stage.ts'

const START = Date.parse('2026-03-02T02:00:00Z')
const TOKEN = DEFAULT_SETTINGS.token

const ONE_A_SECOND: LimiterOptions = { perSecond: 1 }
const TEN_A_SECOND: LimiterOptions = { perSecond: 10, burst: 2 }

function fleet(count: number): WorldSetup {
  const servers = Array.from({ length: count }, (_, index) => ({
    id: String(50_001 + index),
    name: `web-${index + 1}`,
  }))
  return { servers, nextSnapshotId: '700001' }
}

interface Ended {
  readonly green: boolean
  readonly disks: readonly string[]
  readonly requests: number
  readonly refused: number
}

/** A create with a rollback of so many servers, then the end of its failed job, behind a limiter or none. */
async function deployAndFail(count: number, limiter: LimiterOptions | undefined): Promise<Ended> {
  const clock = new VirtualClock(START)
  const setup = fleet(count)
  const world = new World(() => clock.now(), setup)
  const wire = createVirtualWire({ world, clock, latencyMs: 80 })
  if (limiter !== undefined) wire.faults.add({ when: 'before', fault: { kind: 'limiter', ...limiter } })
  const ids = (setup.servers ?? []).map(({ id }) => id)
  const inputs = {
    operation: 'create',
    'api-token': TOKEN,
    'server-id': ids.join(','),
    'restore-on': 'failure',
    'job-status': 'success',
  }
  const place = { clock, world, wire, dice: createDice(1), inputs, origin: ORIGIN_OF_RUN }
  const main = await clock.run(beginStage(place, mainStage, {}))
  for (const id of ids) world.deploy(id, 'broken')
  const failing = { ...place, inputs: { ...inputs, 'job-status': 'failure' } }
  const post = await clock.run(beginStage(failing, postStage, main.state))
  return {
    green: main.green && post.green,
    disks: [...new Set(world.report().servers.map(({ disk }) => disk.replace(/ of .*/, '')))],
    requests: wire.log.all.length,
    refused: wire.log.all.filter(({ fault }) => fault === 'limiter').length,
  }
}

describe.concurrent('behind a limiter', () => {
  it.each<[what: string, servers: number, limiter: LimiterOptions]>([
    ['one server, one request a second without burst', 1, ONE_A_SECOND],
    ['one server, ten a second with a burst of two', 1, TEN_A_SECOND],
    ['twenty servers, one request a second without burst', 20, ONE_A_SECOND],
    ['twenty servers, ten a second with a burst of two', 20, TEN_A_SECOND],
    ['twenty servers, one a second told by HTML and 503', 20, { ...ONE_A_SECOND, status: 503, body: 'html' }],
    ['twenty servers, one a second that says when', 20, { ...ONE_A_SECOND, tells: 'retry-after' }],
  ])(
    '%s: every snapshot and every rollback is done, with at most twice the requests',
    async (what, servers, limiter) => {
      const free = await deployAndFail(servers, undefined)
      const limited = await deployAndFail(servers, limiter)
      console.log(
        `${what}: ${limited.requests} requests, ${limited.refused} refused; unlimited ${free.requests}.`,
      )
      expect(free).toMatchObject({ green: true, disks: ['first content'], refused: 0 })
      expect(limited).toMatchObject({ green: true, disks: ['first content'] })
      // One server asks for one thing after another, which ten a second allow.
      expect(limited.refused > 0).toBe(servers > 1 || limiter.perSecond === 1)
      expect(limited.requests).toBeLessThanOrEqual(2 * free.requests)
    },
  )

  it('the built action gets its snapshot and its rollback, too', async context => {
    const emulator = await startEmulator({ speed: 600, setup: fleet(1) })
    context.onTestFinished(() => emulator.close())
    emulator.faults.add({ when: 'before', fault: { kind: 'limiter', ...ONE_A_SECOND } })
    const inputs = {
      operation: 'create',
      'api-token': TOKEN,
      'api-url': emulator.apiUrl,
      'server-id': '50001',
      'restore-on': 'failure',
    }
    const main = await runAction({
      shares: true,
      with: { ...inputs, 'poll-interval': '100ms', timeout: '50s' },
    })
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed', reason: '' } })
    emulator.world.deploy('50001', 'broken')
    const post = await runPost(main, { jobStatus: 'failure' })
    expect(post.exitCode).toBe(0)
    expect(emulator.world.report().servers.map(({ disk }) => disk)).toEqual(['first content of web-1'])
    expect(emulator.log.all.some(({ fault }) => fault === 'limiter')).toBe(true)
  })
})
