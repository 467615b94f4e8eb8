import { describe, it, type TestContext } from 'vitest'
import type { FaultRule } from '../emulator/faults.ts'
import { type Receiver, startReceiver } from '../emulator/receiver.ts'
import type { Emulator } from '../emulator/server.ts'

import { type Kill, runAction, type Transcript } from '../harness/index.ts'
import { FLEET, fleetServers, fleetSnapshots, fleetText, startFleet, stepFor } from './fleet-support.ts'
import {
  changesOf,
  contradictionsOf,
  expectFixture,
  MINUTE,
  ONE_SERVER,
  ONE_SNAPSHOT,
  sceneFor,
  TIMING_OUT,
} from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const [FIRST = '', SECOND = '', THIRD = ''] = FLEET

type Texts = Readonly<Record<string, string>>

async function fleetFixture(
  { expect }: TestContext,
  name: string,
  emulator: Emulator,
  main: Transcript,
): Promise<void> {
  expect(contradictionsOf(main)).toEqual([])
  await expect(fleetText(main, emulator)).toMatchFileSnapshot(`fixtures/one-story/${name}.txt`)
}

/** The word for each server that the output `snapshots` has. */
function wordsOf({ outputs }: Transcript): readonly string[] {
  const snapshots: readonly { status: string }[] = JSON.parse(outputs['snapshots'] ?? '[]')
  return snapshots.map(({ status }) => status)
}

function errorOf({ annotations }: Transcript): string {
  return annotations.find(({ level }) => level === 'error')?.message ?? ''
}

/** A health check that fails as long as anybody asks. */
async function failingCheck(context: TestContext): Promise<Receiver> {
  const health = await startReceiver({ name: 'health check', status: 503 })
  context.onTestFinished(() => health.close())
  return health
}

/** A cancel as soon as this is so. */
function cancelWhen(context: TestContext, isSo: () => boolean): Kill {
  const happens = new Promise<void>(resolve => {
    const timer = setInterval(() => isSo() && resolve(), 5)
    context.onTestFinished(() => clearInterval(timer))
  })
  return { when: { at: 'event', happens } }
}

describe.concurrent('one story, wherever it is told: a restore that never began', () => {
  const busy = { id: '12345', name: 'web-server-01', status: 'starting', disk: 'version 2' }

  it('of one server', async context => {
    const scene = await sceneFor(context, { setup: { ...ONE_SNAPSHOT, servers: [busy] } })
    const main = await scene.run({ operation: 'restore', 'snapshot-id': '801', ...TIMING_OUT })
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason: 'server-busy' } })
    context.expect(wordsOf(main)).toEqual(['failed'])
    context.expect(changesOf(main)).toEqual([])
    await expectFixture(context, 'one-story/restore-never-began', scene, main)
  })

  it('of one of two servers', async context => {
    const emulator = await startFleet(context, {
      servers: fleetServers({ [FIRST]: { status: 'starting' } }).slice(0, 2),
      snapshots: fleetSnapshots().slice(0, 2),
    })
    const inputs = { operation: 'restore', 'snapshot-id': '801 802', timeout: '10s' }
    const main = await runAction(stepFor(emulator, inputs))
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason: 'server-busy' } })
    context.expect(wordsOf(main)).toEqual(['failed', 'restored'])
    await fleetFixture(context, 'restore-one-never-began', emulator, main)
  })
})

describe.concurrent('one story, wherever it is told: a server that was not begun', () => {
  const servers = fleetServers().slice(0, 3)
  const inputs = { ...CREATE, 'server-id': `${FIRST} ${SECOND} ${THIRD}`, 'max-parallel': '1' }
  const noPlan: FaultRule = {
    match: { kind: 'create', nth: 2 },
    when: 'before',
    fault: { kind: 'refusal', status: 402, detail: 'Payment required.' },
  }
  const busy: FaultRule = {
    match: { kind: 'create', from: 2 },
    when: 'before',
    fault: { kind: 'refusal', status: 409, detail: 'Another operation is running.' },
  }
  const cancel: Kill = { when: { at: 'log', line: /refused the request for now/ }, escalate: false }

  it
    .skipIf(process.platform === 'win32')
    .for<[why: string, rule: FaultRule, more: Texts, kill: Kill | undefined, reason: string]>([
      ['refused', noPlan, {}, undefined, 'refused'],
      ['timed-out', busy, { timeout: '12s' }, undefined, 'server-busy'],
      ['cancelled', busy, {}, cancel, 'cancelled'],
    ])('since another one was %s', async ([why, rule, more, kill, reason], context) => {
    const emulator = await startFleet(context, { servers: [...servers] })
    emulator.faults.add(rule)
    const options = kill === undefined ? {} : { kill }
    const main = await runAction(stepFor(emulator, { ...inputs, ...more }, options))
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason } })
    context.expect(emulator.world.report().snapshots.map(({ server }) => server)).toEqual([FIRST])
    await fleetFixture(context, `not-begun-${why}`, emulator, main)
  })
})

describe.skipIf(process.platform === 'win32')(
  'one story, wherever it is told: a cancel',
  { concurrent: true },
  () => {
    it('after one create was refused, in the failing health check of the other', async context => {
      const health = await failingCheck(context)
      // The other one's create comes first.
      const late = { [SECOND]: { timeline: { stoppingMs: 5 * MINUTE } } }
      const emulator = await startFleet(context, { servers: fleetServers(late).slice(0, 2) })
      const isRefused = () => emulator.log.all.some(({ status }) => status === 401)
      const kill = cancelWhen(context, () => isRefused() && health.log.all.length > 1)
      emulator.faults.add({
        match: { kind: 'create', nth: 2 },
        when: 'before',
        fault: { kind: 'refusal', status: 401, detail: 'Invalid token.' },
      })
      const inputs = { ...CREATE, 'server-id': `${FIRST} ${SECOND}`, 'stop-server': 'true' }
      const step = stepFor(emulator, { ...inputs, 'health-check': `${health.origin}/healthz` }, { kill })
      const main = await runAction(step)
      context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed' } })
      context.expect(errorOf(main)).toMatch(/Cancelled.*health check.*cut off/i)
      await fleetFixture(context, 'refused-then-cancelled', emulator, main)
    })

    it('in the health check of a wait is no failed snapshot', async context => {
      const health = await failingCheck(context)
      const kill = cancelWhen(context, () => health.log.all.length > 1)
      const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
      const inputs = { operation: 'wait', 'snapshot-id': '801', 'health-check': `${health.origin}/healthz` }
      const main = await scene.run(inputs, { kill })
      context.expect(main).toMatchObject({
        ...{ exitCode: 1, outputs: { status: 'completed', reason: 'cancelled' } },
        annotations: [{ title: context.expect.not.stringContaining('failed') }],
      })
      context.expect(wordsOf(main)).toEqual(['completed'])
      await expectFixture(context, 'one-story/wait-cancelled-in-health-check', scene, main)
    })
  },
)

// Chance that breaks once the snapshot was accepted, as a mistake of the action's own would.
const BROKEN =
  "--import=data:text/javascript,import{readFileSync}from'node:fs';const{random}=Math;Math.random=()=>{if(readFileSync(process.env.GITHUB_OUTPUT,'utf8').includes('802'))throw(new(Error)('chance_broke'));return(random())}"

describe.concurrent('one story, wherever it is told: an internal error', () => {
  it('after an accepted create', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const inputs = { ...CREATE, 'restore-on': 'failure', 'poll-interval': 'auto' }
    const main = await scene.run(inputs, { env: { NODE_OPTIONS: BROKEN } })
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { reason: 'internal-error' } })
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect([post.exitCode, changesOf(post)]).toEqual([0, []])
    await expectFixture(context, 'one-story/internal-error', scene, main, post)
  })
})
