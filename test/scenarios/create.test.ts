import { describe, it, type TestContext } from 'vitest'
import type { WorldSetup } from '../emulator/settings.ts'
import type { Kill } from '../harness/index.ts'
import { expectFixture, MINUTE, ONE_SERVER, ownDescription, sceneFor, TIMING_OUT } from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
// No poll comes between the requests of the group, however slow the machine is.
const SERVERS = {
  ...{ operation: 'create', 'server-id': '1 2 3', 'max-parallel': '1' },
  'poll-interval': '4s',
}

const THREE_SERVERS: WorldSetup = {
  servers: [
    { id: '1', name: 'web-1' },
    { id: '2', name: 'web-2' },
    { id: '3', name: 'database' },
  ],
  nextSnapshotId: '802',
  settings: { timeline: { snapshotMs: MINUTE } },
}

/** At the second look at the list, which is the first one after the POST. */
function killAfterPost(signal: NodeJS.Signals): Kill {
  return { when: { at: 'request', matches: /^GET .*\/snapshots\//, nth: 2 }, signal }
}

function fullServer(description: string): WorldSetup {
  const ids = ['701', '702', '703', '704', '705']
  const snapshots = ids.map((id, index) => ({
    ...{ id, server: '12345', name: `older-${id}`, createdAt: `2026-01-0${index + 1}T04:00:00Z` },
    description: id === '703' ? description : 'By hand',
  }))
  return { ...ONE_SERVER, snapshots }
}

async function green(
  context: TestContext,
  fixture: string,
  setup: WorldSetup,
  inputs: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const scene = await sceneFor(context, { setup })
  const main = await scene.run(inputs)
  context.expect(main.exitCode).toBe(0)
  const post = await scene.post(main)
  context.expect(post.requests).toEqual([])
  await expectFixture(context, fixture, scene, main, post)
  return main.outputs
}

async function red(
  context: TestContext,
  fixture: string,
  setup: WorldSetup,
  inputs: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const scene = await sceneFor(context, { setup })
  const main = await scene.run(inputs)
  context.expect(main.exitCode).toBe(1)
  context.expect(main.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
  await expectFixture(context, fixture, scene, main)
  return main.outputs
}

describe.concurrent('a create', () => {
  it('is green when its snapshot is completed', async context => {
    await green(context, 'create-completed', ONE_SERVER, CREATE)
  })

  it('makes a given name valid and says so', async context => {
    const inputs = { ...CREATE, 'snapshot-name': ' Before 2.0: émile & co! ' }
    const outputs = await green(context, 'create-named', ONE_SERVER, inputs)
    context.expect(outputs['snapshot-name']).toBe('Before-2-0-mile-co')
  })

  it('is red when its snapshot fails, and says what to do', async context => {
    const settings = { timeline: { snapshotOutcome: 'failed' } } as const
    const outputs = await red(context, 'create-failed', { ...ONE_SERVER, settings }, CREATE)
    context.expect(outputs).toMatchObject({ status: 'failed', 'snapshot-id': '802' })
  })

  it('is red at its time-out, with the id and the way to take it up again', async context => {
    const settings = { timeline: { snapshotOutcome: 'never' } } as const
    const inputs = { ...CREATE, ...TIMING_OUT }
    const outputs = await red(context, 'create-timed-out', { ...ONE_SERVER, settings }, inputs)
    context.expect(outputs).toMatchObject({ status: 'timed_out', 'snapshot-id': '802' })
  })

  it('is red when its snapshot is deleted by somebody else', async context => {
    const { expect } = context
    const settings = { timeline: { snapshotOutcome: 'never' } } as const
    const scene = await sceneFor(context, { setup: { ...ONE_SERVER, settings } })
    const { world } = scene.emulator
    world.actAt(world.now() + 6 * MINUTE, { act: 'delete', snapshot: '802' })
    const main = await scene.run(CREATE)
    expect(main.outputs['status']).toBe('failed')
    await expectFixture(context, 'create-gone', scene, main)
  })

  it('returns at once with wait: false', async context => {
    const outputs = await green(context, 'create-not-awaited', ONE_SERVER, { ...CREATE, wait: 'false' })
    context.expect(outputs).toMatchObject({ status: 'in_progress', 'snapshot-id': '802' })
  })

  it('changes nothing in a dry run', async context => {
    const outputs = await green(context, 'create-dry-run', ONE_SERVER, { ...CREATE, 'dry-run': 'true' })
    context.expect(outputs).toMatchObject({ status: 'planned', 'snapshot-id': '' })
  })

  it('waits for a restore of its server, and never photographs a half-restored disk', async context => {
    const { expect } = context
    const setup: WorldSetup = {
      ...ONE_SERVER,
      snapshots: [{ id: '700', server: '12345', name: 'by-hand', disk: 'version 0' }],
    }
    const scene = await sceneFor(context, { setup })
    scene.emulator.world.act({ act: 'restore', snapshot: '700' })
    const main = await scene.run(CREATE)
    expect(main.exitCode).toBe(0)
    const taken = scene.emulator.world.report().snapshots.find(({ id }) => id === '802')
    expect(taken?.disk).toBe('version 0')
    await expectFixture(context, 'create-after-restore', scene, main)
  })

  it('on a full server shows what is there and whose it is', async context => {
    const outputs = await red(context, 'create-full', fullServer(ownDescription()), CREATE)
    context.expect(outputs['status']).toBe('failed')
  })

  it("on a full server with delete-oldest deletes this workflow's own oldest snapshot", async context => {
    const inputs = { ...CREATE, 'when-full': 'delete-oldest' }
    const outputs = await green(context, 'create-delete-oldest', fullServer(ownDescription()), inputs)
    context.expect(outputs['deleted-snapshot-ids']).toBe('703')
  })

  it('on a full server with delete-oldest deletes nothing that a person made', async context => {
    const inputs = { ...CREATE, 'when-full': 'delete-oldest' }
    const outputs = await red(context, 'create-full-of-others', fullServer('By hand, too'), inputs)
    context.expect(outputs['deleted-snapshot-ids']).toBeUndefined()
  })

  it('goes on with a warning where the token may not read servers', async context => {
    const settings = { permissions: ['snapshots:read', 'snapshots:write'] }
    await green(context, 'create-servers-forbidden', { ...ONE_SERVER, settings }, CREATE)
  })

  it('with restore-on changes nothing where the token may not read servers', async context => {
    const settings = { permissions: ['snapshots:read', 'snapshots:write'] }
    const inputs = { ...CREATE, 'restore-on': 'failure' }
    await red(context, 'create-rollback-forbidden', { ...ONE_SERVER, settings }, inputs)
  })
})

describe.concurrent('the id of an accepted snapshot', () => {
  it('is written before anything is waited for', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run(CREATE, { kill: killAfterPost('SIGKILL') })
    expect(main.signal).toBe('SIGKILL')
    expect(main.outputs).toMatchObject({
      'snapshot-id': '802',
      'server-id': '12345',
      status: 'in_progress',
    })
    await expectFixture(
      context,
      'create-killed',
      scene,
      main,
      await scene.post(main, { jobStatus: 'failure' }),
    )
  })

  it.skipIf(process.platform === 'win32')(
    'is there after a cancel, with a status that says so',
    async context => {
      const { expect } = context
      const scene = await sceneFor(context, { setup: ONE_SERVER })
      const main = await scene.run(CREATE, { kill: killAfterPost('SIGINT') })
      expect(main).toMatchObject({ exitCode: 1, signal: null })
      expect(main.outputs).toMatchObject({ 'snapshot-id': '802', status: 'cancelled' })
      await expectFixture(context, 'create-cancelled', scene, main)
    },
  )
})

// Something that another thread works on for longer than a test may take, as a name look-up without an answer is.
const BUSY_THREAD =
  "--import=data:text/javascript,import{pbkdf2}from'node:crypto';pbkdf2('a','b',2e8,64,'sha512',()=>{})"

describe.concurrent('a cancel', () => {
  it.skipIf(process.platform === 'win32')(
    'ends the process though another thread does not come to an end',
    async context => {
      const { expect } = context
      const scene = await sceneFor(context, { setup: ONE_SERVER })
      const main = await scene.run(CREATE, {
        // Without the runner's own SIGKILL, which would end it after ten seconds in any case.
        kill: { ...killAfterPost('SIGINT'), escalate: false },
        env: { NODE_OPTIONS: BUSY_THREAD },
        hangsAfterMs: 20_000,
      })
      // An exit would wait for that thread.
      expect(main.signal).toBe('SIGKILL')
      expect(main.outputs).toMatchObject({ 'snapshot-id': '802', status: 'cancelled' })
      expect(main.log.at(-1)).toContain('802')
      expect(main.annotations.map(({ title }) => title)).toHaveLength(1)
      expect(main.summary).toContain('Cancelled while snapshot 802')
    },
  )
})

describe.concurrent('a create of several servers', () => {
  it('is one group, in the order of server-id', async context => {
    const outputs = await green(context, 'create-several', THREE_SERVERS, SERVERS)
    context.expect(outputs).toMatchObject({ 'snapshot-id': '802,803,804', 'server-id': '1,2,3' })
  })

  it('is red when one of them fails, and names what exists', async context => {
    const [first, second, third] = THREE_SERVERS.servers ?? []
    const failing = { id: '2', name: 'web-2', ...second, timeline: { snapshotOutcome: 'failed' } } as const
    const servers = [first, failing, third].filter(server => server !== undefined)
    const outputs = await red(context, 'create-several-one-failed', { ...THREE_SERVERS, servers }, SERVERS)
    context.expect(outputs).toMatchObject({ 'snapshot-id': '802,803,804', status: 'failed' })
  })

  it('begins none where one server does not exist', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: THREE_SERVERS })
    const main = await scene.run({ ...SERVERS, 'server-id': '1 2 4' })
    expect(main.exitCode).toBe(1)
    expect(main.requests.filter(({ method }) => method !== 'GET')).toEqual([])
    await expectFixture(context, 'create-several-one-missing', scene, main)
  })
})

describe.concurrent('ids', () => {
  it('may be UUIDs, which travel as texts', async context => {
    const { expect } = context
    const server = '3f2a1b4c-5d6e-4f70-8a9b-0c1d2e3f4a5b'
    const setup: WorldSetup = {
      servers: [{ id: server, name: 'web-server-01' }],
      settings: { snapshotIds: 'uuid' },
      nextSnapshotId: '802',
    }
    const scene = await sceneFor(context, { setup })
    const main = await scene.run({ operation: 'create', 'server-id': server.toUpperCase() })
    expect(main.outputs).toMatchObject({
      'snapshot-id': '00000000-0000-4000-8000-000000000802',
      'server-id': server,
    })
    const body = main.requests.find(({ method }) => method === 'POST')?.body
    expect(JSON.parse(String(body))).toMatchObject({ server_id: server })
    await expectFixture(context, 'create-uuid', scene, main)
  })

  it('may be integers that no double holds, and keep every digit', async context => {
    const { expect } = context
    const server = '9007199254740993'
    const snapshot = '123456789012345678901'
    const setup: WorldSetup = { servers: [{ id: server, name: 'web-server-01' }], nextSnapshotId: snapshot }
    const scene = await sceneFor(context, { setup })
    const main = await scene.run({ operation: 'create', 'server-id': server })
    expect(main.outputs).toMatchObject({ 'snapshot-id': snapshot, 'server-id': server, status: 'completed' })
    expect(String(main.requests.find(({ method }) => method === 'POST')?.body)).toContain(
      `"server_id":${server},`,
    )
    const restored = await scene.run({ operation: 'restore', 'snapshot-id': snapshot })
    expect(restored.outputs).toMatchObject({ 'snapshot-id': snapshot, status: 'restored' })
    expect(restored.requests.map(({ path }) => path)).toContain(`/api/v1/snapshots/${snapshot}/restore/`)
    const deleted = await scene.run({ operation: 'delete', 'snapshot-id': snapshot })
    expect(deleted.outputs).toMatchObject({ 'snapshot-id': snapshot, status: 'deleted' })
  })
})
