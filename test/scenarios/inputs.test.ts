import { describe, it, type TestContext } from 'vitest'
import type { MainTranscript } from '../harness/index.ts'
import { describeScenario, ONE_SNAPSHOT, type Scene, sceneFor } from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const RESTORE = { operation: 'restore', 'snapshot-id': '801' }

type Texts = Readonly<Record<string, string>>

async function refuse(context: TestContext, inputs: Texts): Promise<[Scene, MainTranscript]> {
  const { expect } = context
  const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
  const main = await scene.run(inputs)
  expect(main.exitCode).toBe(1)
  expect(scene.emulator.log.all).toEqual([])
  expect(main.outputs).toMatchObject({ status: 'failed', reason: 'invalid-input', snapshots: '[]' })
  expect(main.annotations.map(({ level }) => level)).toEqual(['error'])
  return [scene, main]
}

/** Nothing here depends on the clock, and the durations are examples for the user. */
async function expectReport({ expect }: TestContext, name: string, scene: Scene, main: MainTranscript) {
  const told = describeScenario(scene, [main], { exact: true })
  await expect(told).toMatchFileSnapshot(`fixtures/${name}.txt`)
}

describe.concurrent('inputs that cannot be right', () => {
  it('are reported together where nothing was given at all', async context => {
    const [scene, main] = await refuse(context, { 'api-token': '', 'api-url': '', 'poll-interval': '' })
    await expectReport(context, 'inputs-none', scene, main)
  })

  it.for<[what: string, inputs: Texts, names: string, holds: string]>([
    ['an operation in another letter case', { ...CREATE, operation: 'Create' }, 'operation', '"Create"'],
    ['a word for a duration', { ...CREATE, timeout: 'soon' }, 'timeout', '"soon"'],
    ['a letter in an id', { ...CREATE, 'server-id': '12a' }, 'server-id', '"12a"'],
    ['a path for an id', { ...RESTORE, 'snapshot-id': '../servers/1' }, 'snapshot-id', '"../servers/1"'],
    [
      'an address without TLS that is not this machine',
      { ...CREATE, 'api-url': 'http://example.org' },
      'api-url',
      '"http://example.org"',
    ],
    [
      'a rollback of what is not waited for',
      { ...CREATE, wait: 'false', 'restore-on': 'failure' },
      'wait',
      '`restore-on`',
    ],
  ])('name %s, what it held and what it takes', async ([, inputs, names, holds], context) => {
    const [, main] = await refuse(context, inputs)
    const [annotation] = main.annotations
    context.expect(annotation?.message).toContain(`\`${names}`)
    context.expect(annotation?.message).toContain(holds)
  })

  it('are all in one report', async context => {
    const [scene, main] = await refuse(context, {
      operation: 'restore',
      'api-url': 'http://example.org',
      'server-id': '12a',
      'snapshot-id': '../servers/1',
      timeout: 'soon',
      'max-snapshot-age': 'yesterday',
      'start-after-restore': 'perhaps',
    })
    await expectReport(context, 'inputs-several', scene, main)
  })

  it('that contradict each other are reported with the others', async context => {
    const inputs = { ...CREATE, wait: 'false', 'restore-on': 'failure', timeout: 'soon' }
    const [scene, main] = await refuse(context, inputs)
    await expectReport(context, 'inputs-contradiction', scene, main)
  })

  it('do not show a token that has a blank inside', async context => {
    const [, main] = await refuse(context, { ...CREATE, 'api-token': 'vps_two words' })
    context.expect(main.log.join()).toContain('`api-token`')
    context.expect(main.log.join()).not.toContain('vps_two')
    context.expect(main.log.join()).not.toContain('words')
  })
})

describe.concurrent('a good input that the operation does not use', () => {
  it('is one notice that names it', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main = await scene.run({ ...CREATE, 'max-snapshot-age': '2d' })
    expect(main.exitCode).toBe(0)
    expect(main.annotations.map(({ level }) => level)).toEqual(['notice'])
    expect(main.annotations[0]?.message).toContain('`max-snapshot-age`')
  })
})
