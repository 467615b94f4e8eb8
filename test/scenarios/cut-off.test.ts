import { describe, it, type TestContext } from 'vitest'
import type { FaultRule } from '../emulator/faults.ts'
import { startReceiver } from '../emulator/receiver.ts'
import type { Emulator } from '../emulator/server.ts'
import { type Kill, type MainTranscript, runAction, runPost, type Transcript } from '../harness/index.ts'
import { FLEET, fleetServers, fleetText, startFleet, stepFor } from './fleet-support.ts'
import { changesOf, contradictionsOf } from './scene.ts'

const MINUTE = 60_000
// Elsewhere no process can be cancelled as the runner does it.
const SIZES = process.platform === 'win32' ? [] : ([1, 3] as const)

type Texts = Readonly<Record<string, string>>

interface CutOff {
  readonly emulator: Emulator
  readonly main: MainTranscript
  readonly post: Transcript
}

/** A create with a rollback for so many servers that is cut off, a deploy all the same, then the end of the job. */
async function cutOff(
  context: TestContext,
  size: number,
  inputs: Texts,
  kill: (emulator: Emulator) => Kill,
  rule?: FaultRule,
): Promise<CutOff> {
  const emulator = await startFleet(context, {
    servers: fleetServers().slice(0, size),
    // Where one is refused, the others' are not to be over before the cancel.
    ...(rule === undefined ? {} : { settings: { timeline: { snapshotMs: 60 * MINUTE } } }),
  })
  if (rule !== undefined) emulator.faults.add(rule)
  const ids = FLEET.slice(0, size)
  const create = { operation: 'create', 'server-id': ids.join(','), 'restore-on': 'failure, cancelled' }
  const main = await runAction(stepFor(emulator, { ...create, ...inputs }, { kill: kill(emulator) }))
  for (const id of ids) emulator.world.deploy(id, 'version 2')
  const killed = main.signal === 'SIGKILL'
  const post = await runPost(main, { jobStatus: killed ? 'failure' : 'cancelled' })
  emulator.advance(60 * MINUTE)
  const { servers } = emulator.world.report()
  context
    .expect(servers.map(({ disk, running }) => [disk, running]))
    .toEqual(ids.map(() => ['version 2', true]))
  context.expect(changesOf(post).filter(change => change.includes('restore'))).toEqual([])
  return { emulator, main, post }
}

async function expectStory(
  { expect }: TestContext,
  name: string,
  { emulator, main, post }: CutOff,
): Promise<void> {
  expect(contradictionsOf(main, post)).toEqual([])
  const text = `${fleetText(main, emulator)}\n${fleetText(post, emulator)}`
  await expect(text).toMatchFileSnapshot(`fixtures/cut-off/${name}.txt`)
}

describe.concurrent.each(SIZES)('a create of %d that is cut off', size => {
  it('by a cancel in a failing health check', async context => {
    const health = await startReceiver({ name: 'health check', status: 503 })
    context.onTestFinished(() => health.close())
    const inputs = { 'stop-server': 'true', 'health-check': `${health.origin}/healthz` }
    const ended = await cutOff(context, size, inputs, emulator => {
      const happens = new Promise<void>(resolve => {
        const areAllUp = () =>
          emulator.world.events.filter(({ kind }) => kind === 'running').length === size &&
          health.log.all.length > 2 * size
        const timer = setInterval(() => areAllUp() && resolve(), 5)
        context.onTestFinished(() => clearInterval(timer))
      })
      return { when: { at: 'event', happens } }
    })
    context.expect(ended.main).toMatchObject({
      ...{ exitCode: 1, outputs: { status: 'completed', reason: 'cancelled' } },
      annotations: [{ level: 'error', message: context.expect.stringContaining('health check') }],
    })
    await expectStory(context, `health-check-${size}`, ended)
  })

  it('by a cancel while one is refused', async context => {
    const rule: FaultRule = {
      match: { kind: 'create', from: size === 1 ? 1 : 2 },
      when: 'before',
      fault: { kind: 'refusal', status: 409, detail: 'Another operation is running.' },
    }
    const kill: Kill = { when: { at: 'log', line: /refused the request for now/ } }
    const ended = await cutOff(context, size, { 'max-parallel': '1' }, () => kill, rule)
    context
      .expect(ended.main)
      .toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason: 'cancelled' } })
    await expectStory(context, `refused-${size}`, ended)
  })

  it('by SIGKILL between the acceptance and the first poll', async context => {
    // All are accepted, none is polled.
    const each = FLEET.slice(0, size).map(id => `(?=[^]*"server":"${id}".*"snapshot":)`)
    const holds = new RegExp(`^${each.join('')}`)
    const kill: Kill = { when: { at: 'state', holds }, signal: 'SIGKILL' }
    const ended = await cutOff(context, size, { 'poll-interval': '5s', 'stop-server': 'true' }, () => kill)
    context.expect(ended.main).toMatchObject({ signal: 'SIGKILL', outputs: { status: 'in_progress' } })
    context.expect(ended.main.outputs['snapshot-id']?.split(',')).toHaveLength(size)
    // What was printed by then is chance.
    await expectStory(context, `killed-${size}`, { ...ended, main: { ...ended.main, log: [] } })
  })
})

describe.skipIf(SIZES.length === 0)('a create of 3 that is cut off', () => {
  it('by a cancel while two run and one is refused for good', async context => {
    const rule: FaultRule = {
      match: { kind: 'create', nth: 3 },
      when: 'before',
      fault: { kind: 'refusal', status: 403, detail: 'You do not have permission to perform this action.' },
    }
    // Each snapshot is asked for after the one before it was answered: so it is always the third that is refused.
    const ended = await cutOff(
      context,
      3,
      { 'max-parallel': '1' },
      emulator => cancelAfterRefusal(context, emulator),
      rule,
    )
    context.expect(ended.main).toMatchObject({
      ...{ exitCode: 1, outputs: { status: 'failed', reason: 'forbidden' } },
      annotations: [{ message: context.expect.stringContaining('Cancelled (SIGINT)') }],
    })
    await expectStory(context, 'refused-for-good-3', ended)
  })
})

/** A cancel once the action has asked what its token may do, which it does after such a refusal, and gone on. */
function cancelAfterRefusal(context: TestContext, emulator: Emulator): Kill {
  const happens = new Promise<void>(resolve => {
    const isSo = (): boolean => {
      const { all } = emulator.log
      const asked = all.findIndex(({ path, status }) => path.endsWith('/account/me/') && status === 200)
      return asked >= 0 && all.slice(asked + 1).filter(({ method }) => method === 'GET').length > 1
    }
    const timer = setInterval(() => isSo() && resolve(), 5)
    context.onTestFinished(() => clearInterval(timer))
  })
  return { when: { at: 'event', happens } }
}
