import { describe, expect, it } from 'vitest'
import { mainStage, postStage } from '../../src/stages.ts'
import { snippets } from '../documents/snippets.ts'
import type { WorldSetup } from '../emulator/settings.ts'
import { VirtualClock } from '../emulator/virtual-clock.ts'
import { createVirtualWire } from '../emulator/virtual-wire.ts'
import { World } from '../emulator/world.ts'
import { createDice } from '../soak/dice.ts'
import { WORKFLOW } from '../soak/scenario.ts'
import { beginStage, ORIGIN_OF_RUN } from '../soak/stage.ts'
import { diskOf, history, ONE_SERVER, TOKEN as SCENE_TOKEN, sceneFor } from './scene.ts'

const MINUTE = 60_000
const START_OF_HOUR = '2026-03-02T02:00:00Z'
const START = Date.parse(START_OF_HOUR)
const TOKEN = 'vps_quick_start'

/** The inputs of the first step of README.md that takes a snapshot, with what a repository would put in. */
function quickStart(): Readonly<Record<string, string>> {
  const step = snippets()
    .filter(({ where }) => where.startsWith('README.md'))
    .flatMap(({ steps }) => steps)
    .find(({ with: inputs }) => inputs['operation'] === 'create')
  if (step === undefined) throw new Error('README.md has no step that takes a snapshot')
  const values = Object.entries(step.with).map(([name, value]) => [name, filledIn(name, value)])
  return { ...Object.fromEntries(values), 'health-check': '', 'notify-url': '', 'github-token': '' }
}

function filledIn(name: string, value: string): string {
  if (name === 'api-token') return TOKEN
  return name === 'server-id' ? '12345' : value
}

const FULL_OF_YESTERDAYS: WorldSetup['snapshots'] = [1, 2, 3, 4, 5].map(hour => ({
  ...{ id: `70${hour}`, server: '12345', name: `shop-100${hour}-1`, disk: 'version 0' },
  createdAt: new Date(START - (24 - hour) * 60 * MINUTE).toISOString(),
  description: `[vps-snapshot-action workflow=${WORKFLOW} run=100${hour} attempt=1 purpose=deploy key=k3v9x2p${hour}]`,
}))

interface Deploy {
  readonly main: boolean
  readonly post: boolean
  /** Whether the newest good state is in a completed snapshot, or on the server. */
  readonly isGoodSaved: boolean
  readonly disk: string | undefined
}

/** Runs the quick start's job once for each of these ends, ten minutes from start to start. */
async function deployInTurn(
  ends: readonly ('success' | 'failure')[],
  snapshots: WorldSetup['snapshots'] = [],
): Promise<readonly Deploy[]> {
  const clock = new VirtualClock(START)
  const world = new World(() => clock.now(), {
    settings: { token: TOKEN },
    servers: [{ id: '12345', name: 'web-server-01', disk: 'version 0' }],
    snapshots,
    nextSnapshotId: '802',
  })
  let good = 'version 0'
  const deploys: Deploy[] = []
  for (const [index, end] of ends.entries()) {
    const began = clock.now()
    const origin = { ...ORIGIN_OF_RUN, runId: String(2_001 + index) }
    const wire = createVirtualWire({ world, clock, latencyMs: 100 })
    const place = { clock, world, wire, dice: createDice(index), origin }
    const main = await clock.run(
      beginStage({ ...place, inputs: { ...quickStart(), 'job-status': 'success' } }, mainStage, {}),
    )
    const saved = world.report().snapshots.some(each => each.status === 'completed' && each.disk === good)
    world.deploy('12345', end === 'success' ? `version ${index + 1}` : 'broken')
    if (end === 'success') good = `version ${index + 1}`
    await clock.advance(MINUTE)
    const post = await clock.run(
      beginStage({ ...place, inputs: { ...quickStart(), 'job-status': end } }, postStage, main.state),
    )
    const { servers } = world.report()
    const disk = servers[0]?.disk
    deploys.push({ main: main.green, post: post.green, isGoodSaved: saved && disk === good, disk })
    await clock.advance(Math.max(0, began + 10 * MINUTE - clock.now()))
  }
  return deploys
}

const GREEN = { main: true, post: true, isGoodSaved: true }

describe("the README's quick start", () => {
  it.each([
    ['an empty server', []],
    ["a server full of yesterday's", FULL_OF_YESTERDAYS],
  ])('works six times in an hour, on %s', async (_, snapshots) => {
    const deploys = await deployInTurn(
      Array.from({ length: 6 }, () => 'success'),
      snapshots,
    )
    expect(deploys).toEqual([1, 2, 3, 4, 5, 6].map(version => ({ ...GREEN, disk: `version ${version}` })))
  })

  it.each([
    ['an empty server', []],
    ["a server full of yesterday's", FULL_OF_YESTERDAYS],
  ])('works after three failed deploys, each of which is rolled back, on %s', async (_, snapshots) => {
    const ends = ['failure', 'failure', 'failure', 'success', 'success', 'success'] as const
    const deploys = await deployInTurn(ends, snapshots)
    expect(deploys.map(({ disk }) => disk)).toEqual([
      ...['version 0', 'version 0', 'version 0'],
      ...['version 4', 'version 5', 'version 6'],
    ])
    expect(deploys).toEqual(deploys.map(({ disk }) => ({ ...GREEN, disk })))
  })

  it('works while every deploy fails', async () => {
    const deploys = await deployInTurn(Array.from({ length: 8 }, () => 'failure'))
    expect(deploys).toEqual(deploys.map(() => ({ ...GREEN, disk: 'version 0' })))
  })

  it.concurrent.for<[fixture: string, ends: readonly ('success' | 'failure')[]]>([
    ['six-in-an-hour', ['success', 'success', 'success', 'success', 'success', 'success']],
    ['after-three-failed', ['failure', 'failure', 'failure', 'success']],
  ])('works with the built action: %s', { timeout: 120_000 }, async ([fixture, ends], context) => {
    const scene = await sceneFor(context, { setup: ONE_SERVER, startAt: START_OF_HOUR, pace: 20_000 })
    const { world } = scene.emulator
    const inputs = Object.fromEntries(Object.entries(quickStart()).filter(([, value]) => value !== ''))
    const told: string[] = []
    for (const [index, jobStatus] of ends.entries()) {
      const began = world.now()
      const main = await scene.run(
        { ...inputs, 'api-token': SCENE_TOKEN },
        { run: { runId: String(2_001 + index) } },
      )
      world.deploy('12345', `version ${index + 2}${jobStatus === 'failure' ? ', broken' : ''}`)
      const post = await scene.post(main, { jobStatus })
      context.expect([main.exitCode, post.exitCode]).toEqual([0, 0])
      told.push(`=== deploy ${index + 1}: ${jobStatus}`, ...main.log, '--- post', ...post.log)
      told.push(`--- disk: ${diskOf(scene)}`)
      scene.emulator.advance(Math.max(0, began + 10 * MINUTE - world.now()))
    }
    context.expect(world.now() - Date.parse(START_OF_HOUR)).toBeLessThanOrEqual(60 * MINUTE)
    // How long it took is the machine's affair.
    const text = [...told, '=== what happened', history(scene), ''].join('\n')
    await context
      .expect(text.replaceAll(/ completed in \w+/g, ' completed in <duration>'))
      .toMatchFileSnapshot(`fixtures/quick-start/${fixture}.txt`)
  })
})
