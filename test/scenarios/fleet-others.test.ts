import { describe, it } from 'vitest'
import { formatTranscript, runAction } from '../harness/index.ts'
import {
  daysAgo,
  FLEET,
  FLEET_SNAPSHOTS,
  fleetServers,
  fleetSnapshots,
  fleetText,
  startFleet,
  stepFor,
} from './fleet-support.ts'

const IDS = FLEET_SNAPSHOTS.join(',')
const [FIRST = '', SECOND = '', , FOURTH = ''] = FLEET

function fixture(name: string): string {
  return `fixtures/fleet/${name}.txt`
}

describe.concurrent('a restore of ten servers', () => {
  it('tries each, and says which one was refused', async context => {
    const emulator = await startFleet(context, {
      settings: { restorableStatuses: ['active', 'stopped'] },
      servers: fleetServers({ [FOURTH]: { status: 'error' } }),
      snapshots: fleetSnapshots(),
    })
    // What is refused for the moment is asked for again until the time is over: enough for it on a busy machine, too.
    const inputs = { operation: 'restore', 'snapshot-id': IDS, timeout: '20s' }
    const main = await runAction(stepFor(emulator, inputs))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('restore-one-refused'))
    const disks = Object.fromEntries(emulator.world.report().servers.map(({ id, disk }) => [id, disk]))
    const restored = FLEET.filter(id => id !== FOURTH).map(id => [id, 'content of before'])
    context.expect(disks).toEqual({ ...Object.fromEntries(restored), [FOURTH]: 'first content of web-04' })
  })

  it.skipIf(process.platform === 'win32')(
    'says after a cancel in the middle which are back and which restores go on',
    async context => {
      const forever = Object.fromEntries(FLEET.slice(3).map(id => [id, { timeline: { restoreMs: 6e9 } }]))
      const emulator = await startFleet(context, {
        servers: fleetServers(forever),
        snapshots: fleetSnapshots(),
      })
      const kill = { when: { at: 'log', line: /The restore of web-\d+ has finished/, nth: 3 } } as const
      const step = stepFor(emulator, { operation: 'restore', 'snapshot-id': IDS }, { kill })
      await context
        .expect(fleetText(await runAction(step), emulator))
        .toMatchFileSnapshot(fixture('restore-cancelled'))
    },
  )

  it('says after a time-out which three are back', async context => {
    const forever = Object.fromEntries(FLEET.slice(3).map(id => [id, { timeline: { restoreMs: 6e9 } }]))
    const emulator = await startFleet(context, {
      servers: fleetServers(forever),
      snapshots: fleetSnapshots(),
    })
    const inputs = { operation: 'restore', 'snapshot-id': IDS, timeout: '5s' }
    const main = await runAction(stepFor(emulator, inputs))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('restore-timed-out'))
  })
})

describe.concurrent('a delete of ten snapshots', () => {
  it('tries each, and says which one stays', async context => {
    const emulator = await startFleet(context, { servers: fleetServers(), snapshots: fleetSnapshots() })
    emulator.faults.add({
      match: { method: 'DELETE', path: '/snapshots/804/' },
      when: 'before',
      fault: { kind: 'status', status: 403, body: '{"detail": "Snapshot is locked."}' },
    })
    const inputs = { operation: 'delete', 'snapshot-id': IDS }
    const main = await runAction(stepFor(emulator, inputs))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('delete-one-refused'))
    context.expect(emulator.world.report().snapshots.map(snapshot => snapshot.id)).toEqual(['804'])
  })
})

describe.concurrent('a list of several servers', () => {
  it('shows those servers only, the newest first', async context => {
    const emulator = await startFleet(context, {
      servers: fleetServers(),
      snapshots: [
        ...fleetSnapshots(),
        { id: '811', server: SECOND, name: 'newest', createdAt: daysAgo(1), status: 'failed', sizeMb: null },
      ],
    })
    const servers = [FIRST, SECOND, FOURTH].join(',')
    const main = await runAction(stepFor(emulator, { operation: 'list', 'server-id': servers }))
    // Nothing is parallel here, and the order counts.
    await context.expect(formatTranscript(main)).toMatchFileSnapshot(fixture('list-three'))
  })
})

describe.concurrent('a wait for several snapshots', () => {
  it('follows creates and a restore at once, and says which one failed', async context => {
    const inProgress = { status: 'in_progress', createdAt: new Date().toISOString() }
    const emulator = await startFleet(context, {
      // Long enough that all are still under way when the action looks for the first time.
      settings: { timeline: { snapshotMs: 2_400_000, restoreMs: 2_400_000 } },
      servers: fleetServers({ [FOURTH]: { timeline: { snapshotOutcome: 'failed' } } }),
      snapshots: fleetSnapshots({ [FIRST]: inProgress, [SECOND]: inProgress, [FOURTH]: inProgress }),
    })
    emulator.world.act({ act: 'restore', snapshot: '805' })
    const ids = '801,802,804,805'
    const main = await runAction(stepFor(emulator, { operation: 'wait', 'snapshot-id': ids }))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('wait-four'))
  })
})
