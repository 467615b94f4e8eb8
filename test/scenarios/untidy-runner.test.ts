import { describe, it, type TestContext } from 'vitest'
import { startProxy } from '../emulator/proxy.ts'
import { startReceiver } from '../emulator/receiver.ts'
import type { FileTrouble, MainTranscript, RunOptions } from '../harness/index.ts'
import {
  changesOf,
  diskOf,
  expectFixture,
  MINUTE,
  ONE_SERVER,
  ONE_SNAPSHOT,
  type Scene,
  sceneFor,
} from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ROLLBACK = { ...CREATE, 'restore-on': 'failure cancelled' }
const STOPPING = { ...ROLLBACK, 'stop-server': 'true' }
const RESTORE = { operation: 'restore', 'snapshot-id': '801' }

type Texts = Readonly<Record<string, string>>

async function deployed(
  context: TestContext,
  inputs: Texts,
  options: Omit<RunOptions, 'with'> = {},
): Promise<[Scene, MainTranscript]> {
  const scene = await sceneFor(context, { setup: ONE_SERVER })
  const main = await scene.run(inputs, options)
  scene.emulator.world.deploy('12345', 'version 2')
  return [scene, main]
}

function runs({ emulator }: Scene): boolean {
  emulator.advance(10 * MINUTE)
  return emulator.world.report().servers.every(({ running }) => running)
}

function said({ log, annotations }: Pick<MainTranscript, 'log' | 'annotations'>): string {
  return [...log, ...annotations.map(({ message }) => message)].join('\n')
}

describe.concurrent('an input of another name', () => {
  it.for<[variable: string, meant: string, given: Texts, value: string]>([
    ['INPUT_RESTORE_ON', 'restore-on', CREATE, 'failure'],
    ['INPUT_DRY_RUN', 'dry-run', RESTORE, 'true'],
    ['INPUT_DRYRUN', 'dry-run', RESTORE, 'true'],
    ['INPUT_SNAPSHOT-BEFORE-RESTORE', 'safety-snapshot', RESTORE, 'true'],
  ])(
    '%s is refused by naming `%s`, and nothing is sent',
    async ([variable, meant, given, value], context) => {
      const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
      const main = await scene.run(given, { env: { [variable]: value } })
      context.expect(main).toMatchObject({ exitCode: 1, outputs: { reason: 'invalid-input' } })
      context.expect(scene.emulator.log.all).toEqual([])
      context.expect(said(main)).toContain(`\`${meant}\``)
      await expectFixture(context, `untidy/mistyped-${variable.slice(6).toLowerCase()}`, scene, main)
    },
  )

  it('that resembles none is a warning', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run(CREATE, { env: { INPUT_PURPLE: 'yes' } })
    context.expect(main.exitCode).toBe(0)
    context.expect(main.annotations.map(({ level }) => level)).toEqual(['warning'])
    context.expect(said(main)).toContain('purple')
  })
})

describe.concurrent('a post stage whose state is lost', () => {
  it.for<[end: string, inputs: Texts, isRed: boolean]>([
    ['failure', ROLLBACK, true],
    ['cancelled', ROLLBACK, true],
    ['success', ROLLBACK, false],
    ['success', { ...CREATE, 'stop-server': 'true' }, true],
  ])('of a job that ended as %s changes nothing: %o', async ([jobStatus, inputs, isRed], context) => {
    const [scene, main] = await deployed(context, inputs)
    const post = await scene.post(main, { jobStatus, state: () => ({}) })
    context.expect(post.requests).toEqual([])
    context.expect(post.exitCode).toBe(isRed ? 1 : 0)
    if (jobStatus === 'failure') await expectFixture(context, 'untidy/state-lost', scene, main, post)
  })

  it('restores nothing a second time after a restore', async context => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main = await scene.run(RESTORE)
    const post = await scene.post(main, { state: () => ({}), jobStatus: 'failure' })
    context.expect(main.exitCode).toBe(0)
    context.expect(post).toMatchObject({ exitCode: 0, requests: [] })
  })

  it.for([0.2, 0.5, 0.9])('or torn after %d of it shows no token', async (part, context) => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const cut = (text: string): string => text.slice(0, Math.floor(text.length * part))
    const state = (saved: Texts) =>
      Object.fromEntries(
        Object.entries(saved).map(([name, value]) => [name, name === 'plan' ? cut(value) : value]),
      )
    const post = await scene.post(main, { jobStatus: 'failure', state })
    context.expect(post).toMatchObject({ exitCode: 1, requests: [] })
    const printed = `${post.rawStdout}${post.rawStderr}`.replaceAll(/::add-mask::.*/g, '')
    context.expect(printed).not.toContain('vps_scenario')
  })
})

const UNWRITABLE: readonly FileTrouble[] = ['full', 'directory', 'dangling']

// A full disk can be had on Linux only.
describe.skipIf(process.platform !== 'linux').concurrent("the runner's files", () => {
  it.for(UNWRITABLE)('for outputs that cannot be written (%s) hide no id', async (trouble, context) => {
    const [scene, main] = await deployed(context, ROLLBACK, { files: { OUTPUT: trouble } })
    context.expect(main.exitCode).toBe(0)
    context.expect(main.annotations.map(({ level }) => level)).toEqual(['warning'])
    context.expect(main.log.join('\n')).toMatch(/snapshot-id\W+802/)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect([post.exitCode, diskOf(scene)]).toEqual([0, 'version 1'])
    if (trouble === 'full') await expectFixture(context, 'untidy/outputs-full', scene, main, post)
  })

  it.for(UNWRITABLE)('none of which can be written (%s) hinder no rollback', async (trouble, context) => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const files = { OUTPUT: trouble, STATE: trouble, STEP_SUMMARY: trouble, ENV: trouble }
    const post = await scene.post(main, { jobStatus: 'failure', files })
    context.expect([post.exitCode, diskOf(scene)]).toEqual([0, 'version 1'])
    if (trouble === 'full') await expectFixture(context, 'untidy/post-files-full', scene, main, post)
  })

  it.for([0, 1, 3, 6])(
    'for outputs that are full after %d writes leave no server stopped',
    async (afterWrites, context) => {
      const files = { OUTPUT: { afterWrites, effect: 'tears' } } as const
      const [scene, main] = await deployed(context, STOPPING, { files })
      context.expect(main.exitCode).toBe(0)
      context.expect(runs(scene)).toBe(true)
    },
  )

  it.for(UNWRITABLE)(
    'for state that cannot be written (%s) are a refusal where the end of the job is to act',
    async (trouble, context) => {
      const [scene, main] = await deployed(context, ROLLBACK, { files: { STATE: trouble } })
      context.expect(main).toMatchObject({ exitCode: 1, outputs: { reason: 'runner-files' } })
      context.expect(changesOf(main)).toEqual([])
      if (trouble === 'full') await expectFixture(context, 'untidy/state-full', scene, main)
    },
  )

  it.for([2, 3, 4, 5, 6])(
    'for state that are full after %d writes lose no server and promise no rollback',
    async (afterWrites, context) => {
      const files = { STATE: { afterWrites, effect: 'fails' } } as const
      const [scene, main] = await deployed(context, STOPPING, { files })
      context.expect(main.exitCode).toBe(1)
      context.expect(runs(scene)).toBe(true)
      const post = await scene.post(main, { jobStatus: 'failure' })
      context.expect(changesOf(post).filter(change => change.includes('restore'))).toEqual([])
      if (afterWrites === 4) await expectFixture(context, 'untidy/state-full-later', scene, main, post)
    },
  )

  it.for(UNWRITABLE)('for the summary (%s) are a warning', async (trouble, context) => {
    const [, main] = await deployed(context, ROLLBACK, { files: { STEP_SUMMARY: trouble } })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed' } })
    context.expect(main.annotations.map(({ level }) => level)).toEqual(['warning'])
  })

  it.for<FileTrouble>(['missing', { content: '{"half":' }, { content: '"a text"' }])(
    'for the event (%o) do not matter',
    async (trouble, context) => {
      const [scene, main] = await deployed(context, ROLLBACK, { files: { EVENT_PATH: trouble } })
      const post = await scene.post(main, { jobStatus: 'failure', files: { EVENT_PATH: trouble } })
      context.expect([main.exitCode, post.exitCode, diskOf(scene)]).toEqual([0, 0, 'version 1'])
    },
  )
})

describe.concurrent('no rollback of a deploy that never ran', () => {
  it('is armed in a job that had failed before', async context => {
    const [scene, main] = await deployed(context, ROLLBACK, { jobStatus: 'failure' })
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect([main.exitCode, changesOf(post)]).toEqual([0, []])
    await expectFixture(context, 'untidy/job-had-failed', scene, main, post)
  })

  it.skipIf(process.platform === 'win32')(
    'is armed by a step that is cancelled after its snapshot',
    async context => {
      const health = await startReceiver({ name: 'health check' })
      context.onTestFinished(() => health.close())
      health.faults.add({ when: 'before', fault: { kind: 'hang' } })
      const happens = new Promise<void>(resolve => {
        const timer = setInterval(() => {
          if (health.log.all.length === 0) return
          clearInterval(timer)
          resolve()
        }, 5)
      })
      const inputs = { ...STOPPING, 'health-check': `${health.origin}/healthz` }
      const [scene, main] = await deployed(context, inputs, { kill: { when: { at: 'event', happens } } })
      const post = await scene.post(main, { jobStatus: 'cancelled' })
      context.expect(main).toMatchObject({ exitCode: 1, outputs: { reason: 'cancelled' } })
      context.expect(changesOf(post)).toEqual([])
      context.expect(diskOf(scene)).toBe('version 2')
      await expectFixture(context, 'untidy/cancelled-in-health-check', scene, main, post)
    },
  )
})

describe.concurrent('a proxy', () => {
  it('never sees the token of a loopback api-url', async context => {
    const proxy = await startProxy()
    context.onTestFinished(() => proxy.close())
    const env = { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin, HTTPS_PROXY: proxy.origin }
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main = await scene.run({ operation: 'list' }, { env })
    context.expect(main.exitCode).toBe(0)
    context.expect(proxy.requests).toEqual([])
    await expectFixture(context, 'untidy/loopback-proxy', scene, main)
  })
})
