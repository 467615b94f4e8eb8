import { describe, it, type TestContext } from 'vitest'
import type { WorkflowRun } from '../../src/domain/workflow-run.ts'
import { describe as describeSnapshot, markerFor } from '../../src/policy/marker.ts'
import type { Emulator } from '../emulator/server.ts'
import type { SnapshotSpec } from '../emulator/settings.ts'
import { type GithubRun, runAction, runPost } from '../harness/index.ts'
import { daysAgo, startFleet, stepFor } from './fleet-support.ts'

const SERVER = '50001'
const DEPLOY = 'owner/shop/.github/workflows/deploy.yml'
const NIGHTLY = 'owner/shop/.github/workflows/nightly.yml'

/** A snapshot that an earlier run of a workflow left. */
function left(id: string, workflow: string, days: number): SnapshotSpec {
  const origin: WorkflowRun = {
    ...{ repository: 'owner/shop', workflow, workflowName: 'Deploy', runId: `77${id}`, attempt: 1 },
    ...{
      event: 'push',
      job: 'deploy',
      sha: '0123456789abcdef',
      actor: 'octocat',
      isNestedInForeignRunner: false,
      serverUrl: 'https://github.com',
    },
    action: 'owner/vps-snapshot-action@v1',
  }
  const description = describeSnapshot('Earlier', markerFor(origin, 'deploy', 'abcdefgh'))
  return { id, server: SERVER, name: `shop-77${id}-1`, description, createdAt: daysAgo(days) }
}

const BY_HAND: SnapshotSpec = { id: '900', server: SERVER, name: 'by-hand', createdAt: daysAgo(90) }

function runOf(runId: string, workflow: string): Partial<GithubRun> {
  return { runId, workflowRef: `${workflow}@refs/heads/main` }
}

/** A job whose only other step succeeds: both of its stages. */
async function job(emulator: Emulator, run: Partial<GithubRun>): Promise<readonly (number | null)[]> {
  const inputs = { operation: 'create', 'server-id': SERVER, 'when-full': 'delete-oldest', 'keep-last': '1' }
  const main = await runAction(stepFor(emulator, inputs, { run }))
  const post = await runPost(main, { jobStatus: 'success' })
  return [main.exitCode, post.exitCode]
}

async function serverWith(context: TestContext, snapshots: readonly SnapshotSpec[]): Promise<Emulator> {
  return startFleet(context, { servers: [{ id: SERVER, name: 'web-01' }], snapshots: [...snapshots] })
}

/** Holds every DELETE until so many creates were refused, so that neither job takes the slot that the other frees. */
function holdDeletes(refusals: number): {
  readonly onRequest: (request: { method: string; status: number | null }) => void
  readonly wait: () => Promise<void>
} {
  const { promise, resolve } = Promise.withResolvers<void>()
  let seen = 0
  return {
    onRequest: ({ method, status }) => {
      if (method === 'POST' && status === 400) seen += 1
      if (seen === refusals) resolve()
    },
    wait: () => promise,
  }
}

function deletedFrom(emulator: Emulator): readonly string[] {
  return emulator.world.events
    .flatMap(({ kind, snapshot = '' }) => (kind === 'deleted' ? [snapshot] : []))
    .sort()
}

function names(emulator: Emulator): readonly string[] {
  const { snapshots } = emulator.world.report()
  return snapshots.map(({ name, status }) => `${name} ${status}`).sort()
}

describe.concurrent('two jobs at one server at the same time', () => {
  it('of one workflow: both new snapshots stay, and so does what is not its own', async context => {
    const emulator = await serverWith(context, [
      BY_HAND,
      left('801', DEPLOY, 9),
      left('802', DEPLOY, 8),
      left('803', NIGHTLY, 7),
    ])
    const ends = await Promise.all([job(emulator, runOf('111', DEPLOY)), job(emulator, runOf('222', DEPLOY))])
    context.expect(ends).toEqual([
      [0, 0],
      [0, 0],
    ])
    context.expect(deletedFrom(emulator)).toEqual(['801', '802'])
    context
      .expect(names(emulator))
      .toEqual([
        'by-hand completed',
        'shop-111-1 completed',
        'shop-222-1 completed',
        'shop-77803-1 completed',
      ])
  })

  it('of two workflows at a full server: each makes room with its own', async context => {
    const hold = holdDeletes(2)
    const emulator = await startFleet(
      context,
      {
        servers: [{ id: SERVER, name: 'web-01' }],
        snapshots: [
          BY_HAND,
          ...[left('801', DEPLOY, 9), left('802', DEPLOY, 6)],
          ...[left('803', NIGHTLY, 8), left('804', NIGHTLY, 7)],
        ],
      },
      hold,
    )
    emulator.faults.add({ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'delay', ms: 1 } })
    const ends = await Promise.all([
      job(emulator, runOf('111', DEPLOY)),
      job(emulator, runOf('333', NIGHTLY)),
    ])
    context.expect(ends).toEqual([
      [0, 0],
      [0, 0],
    ])
    context.expect(deletedFrom(emulator)).toEqual(['801', '802', '803', '804'])
    context
      .expect(names(emulator))
      .toEqual(['by-hand completed', 'shop-111-1 completed', 'shop-333-1 completed'])
  })

  it('that starts while the other takes its snapshot: it waits, and spares it', async context => {
    const emulator = await serverWith(context, [BY_HAND, left('801', DEPLOY, 9)])
    const first = stepFor(
      emulator,
      { operation: 'create', 'server-id': SERVER, wait: 'false' },
      { run: runOf('111', DEPLOY) },
    )
    context.expect((await runAction(first)).exitCode).toBe(0)
    context.expect(await job(emulator, runOf('222', DEPLOY))).toEqual([0, 0])
    context.expect(deletedFrom(emulator)).toEqual(['801'])
    const kinds = emulator.world.events.map(event => event.kind)
    context.expect(kinds.slice(0, 3)).toEqual(['snapshot-created', 'snapshot-completed', 'snapshot-created'])
    context
      .expect(names(emulator))
      .toEqual(['by-hand completed', 'shop-111-1 completed', 'shop-222-1 completed'])
  })
})
