import { describe, it, type TestContext } from 'vitest'
import type { FaultRule } from '../emulator/faults.ts'
import type { SnapshotSpec, WorldSetup } from '../emulator/settings.ts'
import type { Act } from '../emulator/world-types.ts'
import type { MainTranscript } from '../harness/index.ts'
import {
  changesOf,
  diskOf,
  expectFixture,
  MINUTE,
  ONE_SERVER,
  ONE_SNAPSHOT,
  ownDescription,
  type Scene,
  sceneFor,
} from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ROLLBACK = { ...CREATE, 'restore-on': 'failure cancelled' }
const RESTORE = { operation: 'restore', 'snapshot-id': '801' }
const LATEST = { operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' }

/** A snapshot, a deploy that overwrites what it holds. */
async function deployed(context: TestContext, setup = ONE_SERVER): Promise<[Scene, MainTranscript]> {
  const scene = await sceneFor(context, { setup })
  const main = await scene.run(ROLLBACK)
  context.expect(main.exitCode).toBe(0)
  scene.emulator.world.deploy('12345', 'version 2')
  return [scene, main]
}

const EVERYWHERE = { when: 'before' } as const

describe.concurrent('a rollback that is due is sent', () => {
  it.for<[what: string, fixture: string, rule: FaultRule]>([
    ['when it is refused for a moment with 409', '409', refused(409)],
    ['when it is refused for a moment with 423', '423', refused(423)],
    ['when it is refused for a moment with 400', '400', refused(400)],
    [
      'after the challenge page of a gateway',
      'challenge',
      { match: { kind: 'restore', nth: 1 }, ...EVERYWHERE, fault: { kind: 'challenge', status: 403 } },
    ],
    [
      'while the list is down',
      'list-down',
      { match: { kind: 'list-snapshots' }, ...EVERYWHERE, fault: { kind: 'status', status: 500 } },
    ],
  ])('%s', async ([, fixture, rule], context) => {
    const [scene, main] = await deployed(context)
    scene.emulator.faults.add(rule)
    // The list has half a minute, whatever it answers.
    const post = await scene.post(main, { jobStatus: 'failure', hangsAfterMs: 120_000 })
    context.expect(post.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('version 1')
    await expectFixture(context, `untidy/rollback-${fixture}`, scene, main, post)
  })

  it('whatever else stands in the list', async context => {
    const [scene, main] = await deployed(context)
    const { world } = scene.emulator
    world.act({ act: 'create', server: '12345', name: 'by-hand' })
    scene.emulator.advance(10 * MINUTE)
    world.act({
      act: 'snapshot-shape',
      snapshot: '803',
      shape: { shows: { name: null, size_mb: '5120.00' } },
    })
    world.configure({ strayItems: [{ id: null }, 'nothing', { id: 5, server: null, status: 7 }] })
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('version 1')
    await expectFixture(context, 'untidy/rollback-odd-items', scene, main, post)
  })

  it('but not over a later deploy of another run', async context => {
    const [scene, main] = await deployed(context)
    const description = ownDescription({ run: '9876543299' })
    scene.emulator.world.act({ act: 'create', server: '12345', name: 'shop-9876543299-1', description })
    scene.emulator.advance(10 * MINUTE)
    scene.emulator.world.deploy('12345', 'version 3')
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(1)
    context.expect(changesOf(post)).toEqual([])
    context.expect(post.annotations.map(({ message }) => message).join()).toContain('9876543299')
    await expectFixture(context, 'untidy/rollback-interleaved', scene, main, post)
  })
})

function refused(status: number): FaultRule {
  const fault = { kind: 'refusal', status, detail: 'Another operation is running.' } as const
  return { match: { kind: 'restore', to: 2 }, ...EVERYWHERE, fault }
}

/** Two that this repository made, a day apart. */
function twoOwn(older: Partial<SnapshotSpec>, newer: Partial<SnapshotSpec>): WorldSetup {
  const own = (id: string, run: string, createdAt: string): SnapshotSpec => ({
    ...{ id, server: '12345', name: `shop-${run}-1`, createdAt, disk: `disk of ${run}` },
    description: ownDescription({ run }),
  })
  return {
    ...ONE_SERVER,
    snapshots: [
      { ...own('790', '9876543208', '2026-01-13T03:00:00Z'), ...older },
      { ...own('791', '9876543209', '2026-01-14T03:00:00Z'), ...newer },
    ],
  }
}

const UNREADABLE: Act = {
  act: 'snapshot-shape',
  snapshot: '791',
  shape: { shows: { created_at: 'yesterday' } },
}
const UUIDS = ['0b9f2c1d-1111-4222-8333-444455556666', '1c8e3d2e-1111-4222-8333-444455556666'] as const

describe.concurrent('latest is never an older one', () => {
  it('where the date of the newer one cannot be read, and ids decide', async context => {
    const scene = await sceneFor(context, { setup: twoOwn({}, {}) })
    scene.emulator.world.act(UNREADABLE)
    const main = await scene.run(LATEST)
    context.expect(main.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('disk of 9876543209')
    await expectFixture(context, 'untidy/latest-unreadable-date', scene, main)
  })

  it('where neither dates nor ids decide: it is refused', async context => {
    const [older, newer] = UUIDS
    const scene = await sceneFor(context, { setup: twoOwn({ id: older }, { id: newer }) })
    scene.emulator.world.act({ ...UNREADABLE, snapshot: newer })
    const main = await scene.run(LATEST)
    context.expect(main.exitCode).toBe(1)
    context.expect(main.outputs).toMatchObject({ status: 'failed', reason: 'ambiguous' })
    context.expect(changesOf(main)).toEqual([])
    await expectFixture(context, 'untidy/latest-undecided', scene, main)
  })

  it('while a newer one is in progress', async context => {
    const underWay = { status: 'in_progress', createdAt: '2026-01-15T02:40:00Z' }
    const scene = await sceneFor(context, { setup: twoOwn({}, underWay) })
    const main = await scene.run(LATEST)
    context.expect(main.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('disk of 9876543209')
    await expectFixture(context, 'untidy/latest-in-progress', scene, main)
  })

  it('where the list moves between two pages', async context => {
    const { snapshots: own = [], ...rest } = twoOwn({}, {})
    const others = ['792', '793', '794'].map(id => ({ id, server: '12345', name: `by-hand-${id}` }))
    const setup = {
      ...{ ...rest, snapshots: [...own, ...others] },
      settings: { snapshotPaging: true, pageSize: 2, maxPageSize: 2 },
    }
    const scene = await sceneFor(context, { setup })
    scene.emulator.faults.add({
      match: { kind: 'list-snapshots', query: 'page=2', nth: 1 },
      when: 'before',
      fault: { kind: 'meanwhile', do: [{ act: 'delete', snapshot: '794' }] },
    })
    const main = await scene.run(LATEST)
    context.expect(main.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('disk of 9876543209')
    await expectFixture(context, 'untidy/latest-moving-list', scene, main)
  })
})

describe.concurrent('retention', () => {
  const days = [1, 2, 3, 4, 5]
  const full: WorldSetup = {
    ...ONE_SERVER,
    snapshots: days.map(day => ({
      ...{ id: `70${day}`, server: '12345', name: `shop-987654320${day}-1` },
      description: ownDescription({ run: `987654320${day}` }),
      createdAt: `2026-01-0${day}T03:00:00Z`,
    })),
  }

  it('of when-full deletes nothing where the refusal is about something else', async context => {
    const scene = await sceneFor(context, { setup: full })
    const fields = { plan: ['Your plan does not include snapshots.'] }
    scene.emulator.faults.add({
      match: { kind: 'create' },
      when: 'before',
      fault: { kind: 'refusal', status: 400, fields },
    })
    const main = await scene.run({ ...CREATE, 'when-full': 'delete-oldest' })
    context.expect(main.exitCode).toBe(1)
    context.expect(changesOf(main)).toEqual([context.expect.stringMatching(/^POST \/snapshots\/ /)])
    await expectFixture(context, 'untidy/when-full-other-reason', scene, main)
  })

  it('of keep-last leaves one where delete-on deletes the newest', async context => {
    const { snapshots = [], ...rest } = full
    const scene = await sceneFor(context, { setup: { ...rest, snapshots: snapshots.slice(0, 3) } })
    const main = await scene.run({ ...CREATE, 'keep-last': '1', 'delete-on': 'success' })
    const post = await scene.post(main, { jobStatus: 'success' })
    context.expect([main.exitCode, post.exitCode]).toEqual([0, 0])
    context.expect(scene.emulator.world.report().snapshots.map(({ id }) => id)).toEqual(['703'])
    await expectFixture(context, 'untidy/keep-last-and-delete-on', scene, main, post)
  })
})

describe.concurrent('one stale read', () => {
  const stale = (status: string): FaultRule => ({
    match: { kind: 'read-server', nth: 4 },
    when: 'after',
    fault: { kind: 'fields', set: { status } },
  })

  it.for(['active', 'stopped'])('as %s ends no restore, and starts no server', async (status, context) => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    scene.emulator.faults.add(stale(status))
    const main = await scene.run(RESTORE)
    const { events } = scene.emulator.world.report()
    context.expect(main.exitCode).toBe(0)
    context.expect(events.map(({ kind }) => kind)).toContain('restore-ended')
    context.expect(changesOf(main)).toEqual(['POST /snapshots/801/restore/'])
    await expectFixture(context, `untidy/stale-${status}`, scene, main)
  })

  it('does not hide a stop that lands late', async context => {
    const timeline = { stopLandsMs: 4 * MINUTE, stoppingMs: MINUTE, startingMs: MINUTE }
    const scene = await sceneFor(context, { setup: { ...ONE_SERVER, settings: { timeline } } })
    const when = { at: 'request', matches: /^POST .*\/power\//, nth: 1 } as const
    const inputs = { ...ROLLBACK, 'stop-server': 'true' }
    const main = await scene.run(inputs, { kill: { when, signal: 'SIGKILL' } })
    const post = await scene.post(main, { jobStatus: 'failure' })
    scene.emulator.advance(30 * MINUTE)
    context.expect(scene.emulator.world.report().servers.map(({ running }) => running)).toEqual([true])
    await expectFixture(context, 'untidy/late-stop', scene, main, post)
  })
})

describe.concurrent('a page of some hundred kilobytes', () => {
  it('stops neither the process nor its deadline', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    scene.emulator.faults.add({
      match: { nth: 1 },
      when: 'before',
      fault: { kind: 'challenge', status: 503, bytes: 600_000, unclosed: true },
    })
    const main = await scene.run(CREATE, { hangsAfterMs: 30_000 })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed' } })
    context.expect(Math.max(...main.log.map(line => line.length))).toBeLessThan(1_000)
    await expectFixture(context, 'untidy/huge-page', scene, main)
  })
})
