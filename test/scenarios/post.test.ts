import pLimit from 'p-limit'
import { describe, it, type TestContext } from 'vitest'
import type { SnapshotSpec, WorldSetup } from '../emulator/settings.ts'
import type { Kill, MainTranscript, Transcript } from '../harness/index.ts'
import { fleetText } from './fleet-support.ts'
import {
  alignedTable,
  changesOf,
  diskOf,
  expectFixture,
  MINUTE,
  ONE_SERVER,
  openScene,
  ownDescription,
  type Scene,
  sceneFor,
} from './scene.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ROLLBACK = { ...CREATE, 'restore-on': 'failure cancelled' }
const STOPPING = { ...ROLLBACK, 'stop-server': 'true' }

type Texts = Readonly<Record<string, string>>

/** Takes the snapshot, then a deploy writes to the server. */
async function deployed(
  context: TestContext,
  inputs: Texts,
  setup: WorldSetup = ONE_SERVER,
): Promise<[Scene, MainTranscript]> {
  const scene = await sceneFor(context, { setup })
  const main = await scene.run(inputs)
  context.expect(main.exitCode).toBe(0)
  for (const { id } of setup.servers ?? []) scene.emulator.world.deploy(id, 'version 2')
  return [scene, main]
}

describe.concurrent('a rollback by the post stage', () => {
  it('restores the snapshot of its own step when the job has failed', async context => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('version 1')
    await expectFixture(context, 'post-failure', scene, main, post)
  })

  it('of a cancelled job sends the request, and ends red without waiting for its end', async context => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const post = await scene.post(main, { jobStatus: 'cancelled' })
    context.expect(post.exitCode).toBe(1)
    await expectFixture(context, 'post-cancelled', scene, main, post)
  })

  it('works where a nested action has lost its inputs', async context => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const post = await scene.post(main, { jobStatus: 'failure', nested: true })
    context.expect(post.exitCode).toBe(0)
    context.expect(diskOf(scene)).toBe('version 1')
  })

  it('restores nothing where the runner does not say how the job ended, and says so', async context => {
    const [scene, main] = await deployed(context, ROLLBACK)
    const post = await scene.post(main, { jobStatus: '' })
    context.expect(changesOf(post)).toEqual([])
    context.expect(post.annotations.map(({ level }) => level)).toEqual(['warning'])
    await expectFixture(context, 'post-unknown', scene, main, post)
  })

  it('fails the job when the restore fails', async context => {
    const setup = { ...ONE_SERVER, settings: { timeline: { restoreEndsAs: 'error' } } }
    const [scene, main] = await deployed(context, ROLLBACK, setup)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(1)
    await expectFixture(context, 'post-rollback-failed', scene, main, post)
  })

  it('fails the job when somebody else is restoring the server', async context => {
    const [scene, main] = await deployed(context, ROLLBACK)
    scene.emulator.world.act({ act: 'restore', snapshot: '802' })
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(1)
    context.expect(changesOf(post)).toEqual([])
    await expectFixture(context, 'post-somebody-elses-restore', scene, main, post)
  })

  it('starts a server that the restore has left stopped', async context => {
    const setup = { ...ONE_SERVER, settings: { timeline: { restoreEndsAs: 'stopped' } } }
    const [scene, main] = await deployed(context, ROLLBACK, setup)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(post.exitCode).toBe(0)
    context
      .expect(changesOf(post))
      .toEqual(['POST /snapshots/802/restore/', 'POST /servers/12345/power/ {"action":"start"}'])
  })

  it('restores a group of servers', async context => {
    const servers = [
      { id: '1', name: 'web-1', disk: 'version 1' },
      { id: '2', name: 'web-2', disk: 'version 1' },
    ]
    // The main stage takes one after the other; the rollback asks for both at once.
    const inputs = { ...ROLLBACK, 'server-id': '1,2', 'max-parallel': '1' }
    const settings = { timeline: { snapshotMs: MINUTE, restoreMs: 2 * MINUTE } }
    const [scene, main] = await deployed(context, inputs, { servers, nextSnapshotId: '802', settings })
    const post = await scene.post(main, { jobStatus: 'failure' })
    context
      .expect(scene.emulator.world.report().servers.map(({ disk }) => disk))
      .toEqual(['version 1', 'version 1'])
    const text = [main, post].map(stage => fleetText(stage, scene.emulator)).join('\n')
    await context.expect(text).toMatchFileSnapshot('fixtures/post-several.txt')
  })

  it('restores none of a group of which one snapshot failed', async context => {
    const servers = [
      { id: '1', name: 'web-1' },
      { id: '2', name: 'web-2', timeline: { snapshotOutcome: 'failed' } },
    ] as const
    const inputs = { ...ROLLBACK, 'server-id': '1,2', 'max-parallel': '1' }
    const scene = await sceneFor(context, { setup: { servers: [...servers], nextSnapshotId: '802' } })
    const main = await scene.run(inputs)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect([main.exitCode, post.exitCode]).toEqual([1, 0])
    context.expect(changesOf(post)).toEqual([])
  })

  it('of two steps in one job disturbs the other one in nothing', async context => {
    const { expect } = context
    const servers = [
      { id: '1', name: 'web-1', disk: 'version 1' },
      { id: '2', name: 'web-2', disk: 'version 1' },
    ]
    const setup = { servers, nextSnapshotId: '802' }
    const [scene, first] = await deployed(context, { ...ROLLBACK, 'server-id': '1' }, setup)
    const second = await scene.run({ ...CREATE, 'server-id': '2', 'delete-on': 'failure' })
    const posts = [
      await scene.post(second, { jobStatus: 'failure' }),
      await scene.post(first, { jobStatus: 'failure' }),
    ]
    expect(posts.map(changesOf)).toEqual([['DELETE /snapshots/803/'], ['POST /snapshots/802/restore/']])
  })
})

describe.concurrent('keep-last at the end of a job', () => {
  const older: readonly SnapshotSpec[] = [
    { id: '701', name: 'shop-9876543201-1', description: ownDescription({ run: '9876543201' }) },
    { id: '702', name: 'by-hand', description: 'Mine' },
    { id: '703', name: 'shop-9876543203-1', description: ownDescription({ run: '9876543203' }) },
    {
      id: '704',
      name: 'other',
      description: ownDescription({ workflow: 'owner/shop/.github/workflows/other.yml' }),
    },
  ].map((spec, day) => ({ server: '12345', createdAt: `2026-01-0${day + 1}T03:00:00Z`, ...spec }))
  const setup = { ...ONE_SERVER, snapshots: [...older] }
  const inputs = { ...CREATE, 'keep-last': '1' }

  it("deletes this workflow's own older snapshots when the job has succeeded", async context => {
    const [scene, main] = await deployed(context, inputs, setup)
    const post = await scene.post(main, { jobStatus: 'success' })
    context.expect(post.exitCode).toBe(0)
    context.expect(changesOf(post).toSorted()).toEqual(['DELETE /snapshots/701/', 'DELETE /snapshots/703/'])
    await expectFixture(context, 'post-keep-last', scene, main, post)
  })

  it.for(['failure', 'cancelled', '', 'nonsense'])(
    'deletes nothing when it has ended as "%s"',
    async (jobStatus, context) => {
      const [scene, main] = await deployed(context, inputs, setup)
      const post = await scene.post(main, { jobStatus })
      context.expect(post.exitCode).toBe(0)
      context.expect(changesOf(post)).toEqual([])
    },
  )
})

/** The instants at which a create with `stop-server` is cut off, told by the request that is just being answered. */
const MOMENTS: readonly [moment: string, at: RegExp, nth: number][] = [
  ['before the stop', /^GET .*\/servers\//, 1],
  ['when the stop was asked for', /^POST .*\/power\//, 1],
  ['while the server stops', /^GET .*\/servers\//, 2],
  ['when the server has stopped', /^GET .*\/servers\//, 4],
  ['when the snapshot was asked for', /^POST .*\/snapshots\//, 1],
  ['while the snapshot is taken', /^GET .*\/snapshots\//, 4],
  ['when the start was asked for', /^POST .*\/power\//, 2],
]
const ENDS = ['success', 'failure', 'cancelled', '', 'nonsense'] as const

/** A stop that takes three answers, a snapshot of five, a start of three. */
const SLOW: WorldSetup = {
  ...ONE_SERVER,
  settings: { timeline: { stoppingMs: 3 * MINUTE, startingMs: 3 * MINUTE, restoreMs: 2 * MINUTE } },
}

describe.concurrent('a server that was stopped for its snapshot', () => {
  it('is started again by the main stage', async context => {
    const scene = await sceneFor(context, { setup: SLOW })
    const main = await scene.run({ ...CREATE, 'stop-server': 'true' })
    context.expect(main.exitCode).toBe(0)
    const post = await scene.post(main)
    context.expect(post.requests).toEqual([])
    await expectFixture(context, 'stop-server-completed', scene, main, post)
  })

  it('stays stopped when it was stopped before', async context => {
    const servers = [{ id: '12345', name: 'web-server-01', status: 'stopped' }]
    const scene = await sceneFor(context, { setup: { ...SLOW, servers } })
    const main = await scene.run({ ...CREATE, 'stop-server': 'true' })
    context.expect(main.exitCode).toBe(0)
    context.expect(changesOf(main).filter(change => change.includes('power'))).toEqual([])
  })

  it.for<[what: string, inputs: Texts, timeline: NonNullable<WorldSetup['settings']>['timeline']]>([
    ['fails', {}, { snapshotOutcome: 'failed' }],
    ['times out', { timeout: '2500ms' }, { snapshotOutcome: 'never' }],
  ])('is started again by the main stage when the snapshot %s', async ([, inputs, timeline], context) => {
    const settings = { timeline: { ...SLOW.settings?.timeline, ...timeline } }
    const scene = await sceneFor(context, { setup: { ...SLOW, settings } })
    const main = await scene.run({ ...STOPPING, ...inputs })
    context.expect(main.exitCode).toBe(1)
    context.expect(runs(scene)).toBe(true)
    const post = await scene.post(main, { jobStatus: 'failure' })
    context.expect(changesOf(post)).toEqual([])
  })

  it('is started by the post stage when the main stage was killed', async context => {
    const { expect } = context
    const scene = await sceneFor(context, { setup: SLOW })
    const kill: Kill = { when: { at: 'request', matches: /^GET .*\/snapshots\//, nth: 4 }, signal: 'SIGKILL' }
    const main = await scene.run(STOPPING, { kill })
    expect(main.signal).toBe('SIGKILL')
    expect(runs(scene)).toBe(false)
    const post = await scene.post(main, { jobStatus: 'failure', nested: true })
    expect(post.exitCode).toBe(0)
    expect(runs(scene)).toBe(true)
    await expectFixture(context, 'stop-server-killed', scene, main, post)
  })

  it('runs at the end of the job whenever the main stage was killed', async ({ expect }) => {
    const limit = pLimit(6)
    const ends = MOMENTS.flatMap(moment => ENDS.map(jobStatus => ({ moment, jobStatus })))
    const rows = await Promise.all(
      ends.map(({ moment, jobStatus }) => limit(() => cutOff(moment, jobStatus, 'SIGKILL'))),
    )
    expect(rows.filter(row => !(row.running && row.green && row.restores.length === 0))).toEqual([])
    await expect(renderRows(rows)).toMatchFileSnapshot('fixtures/stop-server-table.md')
  })

  it.skipIf(process.platform === 'win32').for(MOMENTS)(
    'runs at the end of the job after a cancel %s',
    async (moment, { expect }) => {
      for (const jobStatus of ENDS) {
        const row = await cutOff(moment, jobStatus, 'SIGINT')
        expect(row).toMatchObject({ running: true, green: true, restores: [] })
      }
    },
  )
})

interface CutOff {
  readonly moment: string
  readonly jobStatus: string
  /** What the main stage and the post stage asked of the server and its snapshots. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly restores: readonly string[]
  readonly running: boolean
  readonly green: boolean
}

/** Ends the main stage of a create with `stop-server` in the middle, then runs the post stage. */
async function cutOff(
  [moment, matches, nth]: (typeof MOMENTS)[number],
  jobStatus: string,
  signal: NodeJS.Signals,
): Promise<CutOff> {
  const scene = await openScene({ setup: SLOW })
  const main = await scene.run(STOPPING, { kill: { when: { at: 'request', matches, nth }, signal } })
  const post = await scene.post(main, { jobStatus })
  const restores = changesOf(post).filter(change => change.includes('restore'))
  const row = { moment, jobStatus, before: wordsOf(main), after: wordsOf(post), restores }
  const green = post.exitCode === 0
  await scene.close()
  return { ...row, running: runs(scene), green }
}

function wordsOf(stage: Transcript): readonly string[] {
  return changesOf(stage).map(change => /"action":"(\w+)"/.exec(change)?.[1] ?? 'create')
}

function renderRows(rows: readonly CutOff[]): string {
  const cells = rows.map(({ moment, jobStatus, before, after, running }) => [
    moment,
    jobStatus === '' ? '(empty)' : jobStatus,
    before.join(', ') || 'nothing',
    after.join(', ') || 'nothing',
    running ? 'it runs' : 'it is stopped',
  ])
  const head = [
    'the main stage was killed',
    'job status',
    'it had asked for',
    'the post stage asked for',
    'the server',
  ]
  return ['# A create with `stop-server` that is killed', '', ...alignedTable([head, ...cells]), ''].join(
    '\n',
  )
}

/** Whether the server runs or is about to: whatever was begun has come to its end by then. */
function runs({ emulator }: Scene): boolean {
  emulator.advance(10 * MINUTE)
  return emulator.world.report().servers.every(({ running }) => running)
}
