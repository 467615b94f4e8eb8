import { describe, it } from 'vitest'
import type { SnapshotSpec, WorldSetup } from '../emulator/settings.ts'
import { changesOf, diskOf, expectFixture, ONE_SERVER, ownDescription, sceneFor } from './scene.ts'

// The run that the tests pretend to be, and its workflow.
const THIS_RUN = '9876543210'
const DEPLOY = 'owner/shop/.github/workflows/deploy.yml'

const OURS = ownDescription({ run: THIS_RUN })
const SECOND = { id: '12346', name: 'web-server-02', disk: 'version 1' }

function snapshot(id: string, description: string, server = '12345'): SnapshotSpec {
  const createdAt = '2026-01-15T02:30:00Z'
  return { id, server, name: `snapshot-${id}`, description, createdAt, disk: `disk of ${id}` }
}

/** A server, or two, with one completed snapshot each. */
function worldOf(...descriptions: readonly string[]): WorldSetup {
  const servers = [...(ONE_SERVER.servers ?? []), SECOND].slice(0, descriptions.length)
  const snapshots = descriptions.map((description, index) =>
    snapshot(String(801 + index), description, servers[index]?.id),
  )
  return { servers, snapshots }
}

function waitFor(setup: WorldSetup): Readonly<Record<string, string>> {
  const ids = (setup.snapshots ?? []).map(({ id }) => id).join(',')
  return { operation: 'wait', 'snapshot-id': ids, 'restore-on': 'failure', 'max-parallel': '1' }
}

describe.concurrent('operation: wait with restore-on refuses', () => {
  it.for<[what: string, fixture: string, descriptions: readonly string[]]>([
    ['what another run made', 'another-run', [ownDescription({ run: '9876543209' })]],
    ['what a person made', 'person', ['Before the upgrade']],
    [
      'what another repository made, in a run of the same number',
      'another-repository',
      [ownDescription({ run: THIS_RUN, workflow: 'owner/other/.github/workflows/deploy.yml' })],
    ],
    ['a list of which one is of another run', 'mixed', [OURS, ownDescription({ run: '9876543209' })]],
  ])('%s, and nothing is restored at the end of the job', async ([, fixture, descriptions], context) => {
    const setup = worldOf(...descriptions)
    const scene = await sceneFor(context, { setup })
    const main = await scene.run(waitFor(setup))
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed', reason: 'wrong-run' } })
    scene.emulator.world.deploy('12345', 'version 2')
    const post = await scene.post(main, { jobStatus: 'failure' })
    context
      .expect([post.exitCode, changesOf(main), changesOf(post), diskOf(scene)])
      .toEqual([0, [], [], 'version 2'])
    await expectFixture(context, `wait-ownership/${fixture}`, scene, main, post)
  })
})

describe.concurrent('operation: wait with restore-on arms', () => {
  it.for<[what: string, fixture: string, descriptions: readonly string[]]>([
    ['what this run made', 'this-run', [OURS]],
    ['what another attempt of this run made', 're-run', [ownDescription({ run: THIS_RUN, attempt: 2 })]],
    [
      'what another workflow made in this run, as one that is called does',
      'called-workflow',
      [ownDescription({ run: THIS_RUN, workflow: DEPLOY.replace('deploy', 'called') })],
    ],
    ['several that this run made', 'several', [OURS, OURS]],
  ])('%s, and a failed job restores it', async ([, fixture, descriptions], context) => {
    const setup = worldOf(...descriptions)
    const scene = await sceneFor(context, { setup })
    const main = await scene.run(waitFor(setup))
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed', reason: '' } })
    for (const { id } of setup.servers ?? []) scene.emulator.world.deploy(id, 'version 2')
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(0)
    const disks = scene.emulator.world.report().servers.map(({ disk }) => disk)
    context.expect(disks).toEqual((setup.snapshots ?? []).map(({ disk }) => disk))
    // Which of two servers is read first is chance.
    if (descriptions.length === 1)
      await expectFixture(context, `wait-ownership/${fixture}`, scene, main, post)
  })
})
