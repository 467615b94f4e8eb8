import { describe, it } from 'vitest'
import type { WorldSetup } from '../emulator/settings.ts'
import {
  expectFixture,
  MINUTE,
  ONE_SERVER,
  ONE_SNAPSHOT,
  ownDescription,
  sceneFor,
  TIMING_OUT,
} from './scene.ts'

const DELETE = { operation: 'delete', 'snapshot-id': '801' }
const WAIT = { operation: 'wait', 'snapshot-id': '801' }

describe.concurrent('a delete', () => {
  it('is green when no list holds the snapshot any more', async context => {
    const setup = { ...ONE_SNAPSHOT, settings: { timeline: { deletionLagMs: 3 * MINUTE } } }
    const scene = await sceneFor(context, { setup })
    const main = await scene.run(DELETE)
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'deleted', count: '1' } })
    await expectFixture(context, 'delete-deleted', scene, main)
  })

  it('of a snapshot that is gone already is green, with a warning', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run(DELETE)
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { count: '0' } })
    context.expect(main.annotations.map(({ level }) => level)).toEqual(['warning'])
    await expectFixture(context, 'delete-gone-already', scene, main)
  })

  it('is red at its time-out when the list still holds the snapshot', async context => {
    const setup = { ...ONE_SNAPSHOT, settings: { timeline: { deletionLagMs: 24 * 60 * MINUTE } } }
    const scene = await sceneFor(context, { setup })
    const main = await scene.run({ ...DELETE, ...TIMING_OUT })
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'timed_out' } })
    await expectFixture(context, 'delete-timed-out', scene, main)
  })

  it('does not touch a snapshot whose server is being restored', async context => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    scene.emulator.world.act({ act: 'restore', snapshot: '801' })
    const main = await scene.run(DELETE)
    context.expect(main.exitCode).toBe(1)
    context.expect(main.requests.every(({ method }) => method === 'GET')).toBe(true)
    await expectFixture(context, 'delete-while-restoring', scene, main)
  })

  it('changes nothing in a dry run', async context => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main = await scene.run({ ...DELETE, 'dry-run': 'true' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'planned', count: '0' } })
    context.expect(main.requests.every(({ method }) => method === 'GET')).toBe(true)
    await expectFixture(context, 'delete-dry-run', scene, main)
  })

  it('of several names those that were there and those that were not', async context => {
    const other = { id: '798', server: '12345', name: 'weekly', createdAt: '2026-01-08T12:00:00Z' }
    const setup = { ...ONE_SNAPSHOT, snapshots: [...(ONE_SNAPSHOT.snapshots ?? []), other] }
    const scene = await sceneFor(context, { setup })
    const main = await scene.run({ ...DELETE, 'snapshot-id': '801 700 798', 'max-parallel': '1' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { 'snapshot-id': '801,798', count: '2' } })
    await expectFixture(context, 'delete-several', scene, main)
  })
})

describe.concurrent('a list', () => {
  const setup: WorldSetup = {
    servers: [
      { id: '1', name: 'web-1' },
      { id: '2', name: 'web-2' },
    ],
    snapshots: [
      { id: '801', server: '1', name: 'by-hand', createdAt: '2026-01-10T08:00:00Z', description: 'Mine' },
      {
        ...{ id: '802', server: '2', name: 'shop-9876543209-1', createdAt: '2026-01-12T08:00:00Z' },
        description: ownDescription(),
      },
      { id: '803', server: '1', name: 'stuck', createdAt: '2026-01-11T08:00:00Z', status: 'verifying' },
    ],
  }

  it('shows the snapshots of all servers, newest first, and whose they are', async context => {
    const scene = await sceneFor(context, { setup })
    const main = await scene.run({ operation: 'list' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { count: '3' } })
    await expectFixture(context, 'list-all', scene, main)
  })

  it('shows those of some servers only, even where the API ignores the filter', async context => {
    const scene = await sceneFor(context, { setup: { ...setup, settings: { filterIgnored: true } } })
    const main = await scene.run({ operation: 'list', 'server-id': '2' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { count: '1' } })
    await expectFixture(context, 'list-filtered', scene, main)
  })

  it('is green when there is nothing', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run({ operation: 'list' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { count: '0', snapshots: '[]' } })
    await expectFixture(context, 'list-empty', scene, main)
  })

  it('is red with a token that is not known', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const main = await scene.run({ operation: 'list', 'api-token': 'vps_forgotten' })
    context.expect(main.exitCode).toBe(1)
    context.expect(main.rawStdout.replace('::add-mask::vps_forgotten', '')).not.toContain('vps_forgotten')
    await expectFixture(context, 'list-unauthorised', scene, main)
  })
})

describe.concurrent('a wait', () => {
  it('follows a create that was begun without waiting to its end', async context => {
    const scene = await sceneFor(context, { setup: ONE_SERVER })
    const begun = await scene.run({ operation: 'create', 'server-id': '12345', wait: 'false' })
    const main = await scene.run({ operation: 'wait', 'snapshot-id': begun.outputs['snapshot-id'] ?? '' })
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed', 'size-mb': '5120' } })
    await expectFixture(context, 'wait-for-create', scene, main)
  })

  it('follows a restore that was begun without waiting to its end', async context => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    await scene.run({ operation: 'restore', 'snapshot-id': '801', wait: 'false' })
    const main = await scene.run(WAIT)
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'restored' } })
    context.expect(scene.emulator.world.report().servers[0]?.disk).toBe('version 1')
    await expectFixture(context, 'wait-for-restore', scene, main)
  })

  it('follows a restore that timed out, and starts the server that it left stopped', async context => {
    const settings = { timeline: { restoreMs: 30 * MINUTE, restoreEndsAs: 'stopped' } }
    const scene = await sceneFor(context, { setup: { ...ONE_SNAPSHOT, settings } })
    const first = await scene.run({ operation: 'restore', 'snapshot-id': '801', timeout: '1500ms' })
    context.expect(first.outputs['status']).toBe('timed_out')
    const main = await scene.run(WAIT)
    context.expect(main).toMatchObject({
      exitCode: 0,
      outputs: { status: 'restored', 'server-status': 'active' },
    })
    await expectFixture(context, 'wait-after-time-out', scene, main)
  })

  it('for what is done already makes sure that no restore is about to show', async context => {
    const scene = await sceneFor(context, { setup: ONE_SNAPSHOT })
    const main = await scene.run(WAIT)
    context.expect(main).toMatchObject({ exitCode: 0, outputs: { status: 'completed' } })
    context.expect(main.durationMs).toBeGreaterThan(12 * 100)
    await expectFixture(context, 'wait-for-nothing', scene, main)
  })

  it('is red when the snapshot fails', async context => {
    const settings = { timeline: { snapshotOutcome: 'failed' } } as const
    const scene = await sceneFor(context, { setup: { ...ONE_SERVER, settings } })
    await scene.run({ operation: 'create', 'server-id': '12345', wait: 'false' })
    const main = await scene.run({ ...WAIT, 'snapshot-id': '802' })
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'failed' } })
    await expectFixture(context, 'wait-failed', scene, main)
  })

  it('is red at its time-out, and can be taken up again', async context => {
    const settings = { timeline: { snapshotOutcome: 'never' } } as const
    const scene = await sceneFor(context, { setup: { ...ONE_SERVER, settings } })
    await scene.run({ operation: 'create', 'server-id': '12345', wait: 'false' })
    const main = await scene.run({ ...WAIT, 'snapshot-id': '802', ...TIMING_OUT })
    context.expect(main).toMatchObject({ exitCode: 1, outputs: { status: 'timed_out' } })
    await expectFixture(context, 'wait-timed-out', scene, main)
  })
})
