import { describe, it, type TestContext } from 'vitest'
import type { SnapshotSpec, TimelineChange, WorldSetup } from '../emulator/settings.ts'
import type { MainTranscript } from '../harness/index.ts'
import {
  expectFixture,
  MINUTE,
  ONE_SNAPSHOT,
  ownDescription,
  type Scene,
  sceneFor,
  TIMING_OUT,
} from './scene.ts'

const RESTORE = { operation: 'restore', 'snapshot-id': '801' }

type Texts = Readonly<Record<string, string>>

/** The one snapshot, on a server on which restores take such a course. */
function withTimeline(timeline: TimelineChange): WorldSetup {
  return { ...ONE_SNAPSHOT, settings: { timeline } }
}

async function run(
  context: TestContext,
  setup: WorldSetup,
  inputs: Texts,
  fixture: string,
): Promise<[MainTranscript, Scene]> {
  const scene = await sceneFor(context, { setup })
  const main = await scene.run(inputs)
  await expectFixture(context, fixture, scene, main)
  return [main, scene]
}

function changesOf({ requests }: MainTranscript): readonly string[] {
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`)
}

function diskOf({ emulator }: Scene): string | undefined {
  return emulator.world.report().servers[0]?.disk
}

describe.concurrent('a restore', () => {
  it('is green when its end was seen, and the server is back', async context => {
    const { expect } = context
    const [main, scene] = await run(context, ONE_SNAPSHOT, RESTORE, 'restore-restored')
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restored', 'server-status': 'active' } })
    expect(diskOf(scene)).toBe('version 1')
  })

  it('is neither done nor starts the server while reads are stale', async context => {
    const { expect } = context
    const setup = withTimeline({
      restoreStaleMs: 2 * MINUTE,
      restoreStoppedMs: 2 * MINUTE,
      restoreMs: 12 * MINUTE,
    })
    const [main, scene] = await run(context, setup, RESTORE, 'restore-stale-reads')
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restored' } })
    expect(changesOf(main)).toEqual(['POST /api/v1/snapshots/801/restore/'])
    expect(main.log).toEqual(
      expect.arrayContaining(['web-server-01 reports "stopped".', 'web-server-01 reports "restoring".']),
    )
    expect(diskOf(scene)).toBe('version 1')
  })

  it('that is never seen is done only when the status has stayed the same for long enough', async context => {
    const { expect } = context
    const [main, scene] = await run(
      context,
      withTimeline({ restoreShows: null, restoreMs: 5 * MINUTE }),
      RESTORE,
      'restore-never-seen',
    )
    expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restored' } })
    // Two settle windows of twelve intervals in which reads prove nothing, then one in which they must agree.
    expect(main.durationMs).toBeGreaterThan(3 * 12 * 100)
    expect(diskOf(scene)).toBe('version 1')
  })

  it('starts a server that it left stopped', async context => {
    const { expect } = context
    const setup = withTimeline({ restoreEndsAs: 'stopped' })
    const [main] = await run(context, setup, RESTORE, 'restore-left-stopped')
    expect(main).toMatchObject({ exitCode: 0, outputs: { 'server-status': 'active' } })
    expect(changesOf(main)).toEqual([
      'POST /api/v1/snapshots/801/restore/',
      'POST /api/v1/servers/12345/power/',
    ])
  })

  it('leaves a stopped server alone where that is asked for', async context => {
    const inputs = { ...RESTORE, 'start-after-restore': 'false' }
    const setup = withTimeline({ restoreEndsAs: 'stopped' })
    const [main] = await run(context, setup, inputs, 'restore-not-started')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'server-status': 'stopped' } })
  })

  it('is red when it ends badly', async context => {
    const setup = withTimeline({ restoreEndsAs: 'error' })
    const [main] = await run(context, setup, RESTORE, 'restore-failed')
    context
      .expect(main)
      .toMatchObject({ exitCode: 1, outputs: { status: 'failed', 'server-status': 'error' } })
  })

  it('is red at its time-out, and says that it must not be sent again', async context => {
    const setup = withTimeline({ restoreMs: 24 * 60 * MINUTE })
    const [main] = await run(context, setup, { ...RESTORE, ...TIMING_OUT }, 'restore-timed-out')
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'timed_out' } })
  })

  it('returns once the server is restoring with wait: false', async context => {
    const [main] = await run(context, ONE_SNAPSHOT, { ...RESTORE, wait: 'false' }, 'restore-not-awaited')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restoring' } })
  })

  it('in a cancelled job sends its request, and is red without waiting for the end', async context => {
    const inputs = { ...RESTORE, 'job-status': 'cancelled' }
    const [main] = await run(context, ONE_SNAPSHOT, inputs, 'restore-in-cancelled-job')
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'cancelled' } })
  })

  it('changes nothing in a dry run', async context => {
    const [main] = await run(context, ONE_SNAPSHOT, { ...RESTORE, 'dry-run': 'true' }, 'restore-dry-run')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'planned' } })
    context.expect(changesOf(main)).toEqual([])
  })

  it('first takes a snapshot of what it overwrites where that is asked for', async context => {
    const inputs = { ...RESTORE, 'safety-snapshot': 'true' }
    const [main, scene] = await run(context, ONE_SNAPSHOT, inputs, 'restore-after-safety-snapshot')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'safety-snapshot-id': '802' } })
    const safety = scene.emulator.world.report().snapshots.find(({ id }) => id === '802')
    context.expect(safety?.disk).toBe('version 2')
  })

  it('overwrites nothing when that snapshot fails', async context => {
    const inputs = { ...RESTORE, 'safety-snapshot': 'true' }
    const setup = withTimeline({ snapshotOutcome: 'failed' })
    const [main, scene] = await run(context, setup, inputs, 'restore-without-safety-snapshot')
    context.expect(main.exitCode).toBe(1)
    context.expect(changesOf(main)).toEqual(['POST /api/v1/snapshots/'])
    context.expect(diskOf(scene)).toBe('version 2')
  })

  it('overwrites nothing where the token may not read the server', async context => {
    const settings = { permissions: ['snapshots:read', 'snapshots:write'] }
    const [main] = await run(context, { ...ONE_SNAPSHOT, settings }, RESTORE, 'restore-servers-forbidden')
    context.expect(main.exitCode).toBe(1)
    context.expect(changesOf(main)).toEqual([])
  })

  it('goes on without reading the server where nobody waits', async context => {
    const settings = { permissions: ['snapshots:read', 'snapshots:write'] }
    const inputs = { ...RESTORE, wait: 'false' }
    const [main] = await run(context, { ...ONE_SNAPSHOT, settings }, inputs, 'restore-blindly')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restoring' } })
  })
})

describe.concurrent('a restore is refused, before anything is changed,', () => {
  it.for<[why: string, fixture: string, setup: WorldSetup, inputs: Texts]>([
    [
      'on the wrong server',
      'refused-wrong-server',
      { ...ONE_SNAPSHOT, servers: [...(ONE_SNAPSHOT.servers ?? []), { id: '777', name: 'database' }] },
      { ...RESTORE, 'server-id': '777' },
    ],
    ['of an unknown snapshot', 'refused-unknown', ONE_SNAPSHOT, { ...RESTORE, 'snapshot-id': '999' }],
    ['of one that is too old', 'refused-too-old', ONE_SNAPSHOT, { ...RESTORE, 'max-snapshot-age': '1h' }],
    [
      'of one that is not completed',
      'refused-unfinished',
      {
        ...ONE_SNAPSHOT,
        snapshots: [{ id: '801', server: '12345', name: 'broken', status: 'failed' }],
      },
      RESTORE,
    ],
    [
      'of two snapshots of one server',
      'refused-two-of-one-server',
      {
        ...ONE_SNAPSHOT,
        snapshots: [...(ONE_SNAPSHOT.snapshots ?? []), { id: '798', server: '12345', name: 'weekly' }],
      },
      { ...RESTORE, 'snapshot-id': '801,798' },
    ],
  ])('%s', async ([, fixture, setup, inputs], context) => {
    const [main] = await run(context, setup, inputs, fixture)
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed' } })
    context.expect(changesOf(main)).toEqual([])
  })

  it('when somebody else is restoring the server', async context => {
    const { expect } = context
    const setup = withTimeline({ restoreMs: 24 * 60 * MINUTE })
    const scene = await sceneFor(context, { setup })
    scene.emulator.world.act({ act: 'restore', snapshot: '801' })
    const main = await scene.run(RESTORE)
    expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed' } })
    expect(changesOf(main)).toEqual([])
    await expectFixture(context, 'refused-somebody-elses', scene, main)
  })
})

/** From the oldest to the newest. */
const MADE_BY_MANY: readonly SnapshotSpec[] = [
  { id: '790', name: 'shop-9876543208-1', description: ownDescription({ run: '9876543208' }) },
  { id: '791', name: 'shop-9876543209-1', description: ownDescription() },
  { id: '792', name: 'failed', description: ownDescription(), status: 'failed' },
  { id: '793', name: 'nightly', description: ownDescription({ purpose: 'schedule' }) },
  { id: '794', name: 'safety', description: ownDescription({ purpose: 'safety' }) },
  {
    id: '795',
    name: 'other',
    description: ownDescription({ workflow: 'owner/other/.github/workflows/x.yml' }),
  },
  { id: '796', name: 'by-hand', description: 'Do not touch' },
].map((spec, day) => ({
  ...{ server: '12345', disk: `disk of ${spec.id}`, createdAt: `2026-01-0${day + 1}T03:00:00Z` },
  ...spec,
}))

describe.concurrent('a snapshot is chosen', () => {
  const setup = { ...ONE_SNAPSHOT, snapshots: [...MADE_BY_MANY] }
  const restore = { operation: 'restore', 'server-id': '12345' }

  it('as the latest that this repository made before a deploy and that is completed', async context => {
    const inputs = { ...restore, 'snapshot-id': 'latest' }
    const [main] = await run(context, setup, inputs, 'latest')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'snapshot-id': '791' } })
  })

  it('as the latest with a warning where a re-run made it', async context => {
    const rerun = {
      ...{ id: '797', server: '12345', name: 'shop-9876543209-2', createdAt: '2026-01-12T03:00:00Z' },
      description: ownDescription({ attempt: 2 }),
    }
    const snapshots = [...MADE_BY_MANY, rerun]
    const inputs = { ...restore, 'snapshot-id': 'latest' }
    const [main] = await run(context, { ...setup, snapshots }, inputs, 'latest-of-a-rerun')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'snapshot-id': '797' } })
    context.expect(main.annotations.map(({ level }) => level)).toEqual(['warning', 'notice'])
  })

  it('as the latest never when only others made some', async context => {
    const snapshots = MADE_BY_MANY.filter(({ id }) => Number(id) > 792)
    const inputs = { ...restore, 'snapshot-id': 'latest' }
    const [main] = await run(context, { ...setup, snapshots }, inputs, 'latest-of-others')
    context.expect(main.exitCode).toBe(1)
    context.expect(changesOf(main)).toEqual([])
  })

  it('by its name', async context => {
    const [main] = await run(context, setup, { ...restore, 'snapshot-name': 'by-hand' }, 'by-name')
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'snapshot-id': '796' } })
  })

  it('by no name that two of them have', async context => {
    const twin = { id: '797', server: '12345', name: 'by-hand', createdAt: '2026-01-12T03:00:00Z' }
    const snapshots = [...MADE_BY_MANY, twin]
    const inputs = { ...restore, 'snapshot-name': 'by-hand' }
    const [main] = await run(context, { ...setup, snapshots }, inputs, 'by-ambiguous-name')
    context.expect(main.exitCode).toBe(1)
    context.expect(changesOf(main)).toEqual([])
  })
})

describe.concurrent('a restore of several servers', () => {
  const setup: WorldSetup = {
    servers: [
      { id: '1', name: 'web-1', disk: 'version 2' },
      { id: '2', name: 'web-2', disk: 'version 2', timeline: { restoreEndsAs: 'error' } },
    ],
    snapshots: [
      { id: '801', server: '1', name: 'before', createdAt: '2026-01-14T18:30:00Z', disk: 'version 1' },
      { id: '802', server: '2', name: 'before', createdAt: '2026-01-14T18:31:00Z', disk: 'version 1' },
    ],
  }

  it('tries each, and is red when one of them fails', async context => {
    const { expect } = context
    const inputs = { operation: 'restore', 'snapshot-id': '802,801', 'max-parallel': '1' }
    const scene = await sceneFor(context, { setup })
    // Whichever is read first takes the only place.
    const match = { method: 'GET', path: '/servers/1/', nth: 1 } as const
    scene.emulator.faults.add({ match, when: 'after', fault: { kind: 'drip', everyMs: 2 } })
    const main = await scene.run(inputs)
    await expectFixture(context, 'restore-several-one-failed', scene, main)
    expect(main).toMatchObject({ exitCode: 1, outputs: { 'snapshot-id': '802,801', status: 'failed' } })
    expect(diskOf(scene)).toBe('version 1')
  })
})
