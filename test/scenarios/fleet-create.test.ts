import { describe, it } from 'vitest'
import type { SnapshotSpec } from '../emulator/settings.ts'
import { runAction, runPost } from '../harness/index.ts'
import { daysAgo, FLEET, fleetServers, fleetText, startFleet, stepFor } from './fleet-support.ts'

const CREATE = { operation: 'create', 'server-id': FLEET.join(','), 'restore-on': 'failure' }
const FOURTH = '50004'
const NEVER = { timeline: { snapshotOutcome: 'never' } } as const
/** All but the first three never come to an end. */
const THREE_END = Object.fromEntries(FLEET.slice(3).map(id => [id, NEVER]))

function fixture(name: string): string {
  return `fixtures/fleet/${name}.txt`
}

/** So many snapshots of one server, made by a person. */
function byHand(server: string, count: number): SnapshotSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    ...{ id: String(401 + index), server, name: `by-hand-${index + 1}`, createdAt: daysAgo(30 - index) },
  }))
}

describe.concurrent('a create of ten servers', () => {
  it('is green when every snapshot is completed, and its lists pair up', async context => {
    const emulator = await startFleet(context, { servers: fleetServers() })
    const main = await runAction(stepFor(emulator, CREATE))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create'))
  })

  it('changes nothing when one of them is full beforehand', async context => {
    const emulator = await startFleet(context, { servers: fleetServers(), snapshots: byHand(FOURTH, 5) })
    const main = await runAction(stepFor(emulator, CREATE))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-one-full'))
    context.expect(emulator.world.events).toEqual([])
  })

  it('keeps what was made when one is refused, and the end of a failed job restores nothing', async context => {
    const emulator = await startFleet(
      context,
      // What is made in between is complete at once, whenever it is listed.
      {
        servers: fleetServers({ [FOURTH]: { timeline: { snapshotMs: 1 } } }),
        snapshots: byHand(FOURTH, 4),
      },
      {
        // Somebody takes the last slot after it was found free.
        onRequest: ({ path }) => {
          const full = emulator.world.listed(emulator.world.server(FOURTH)).length >= 5
          if (path.endsWith(`/servers/${FOURTH}/`) && !full)
            emulator.world.act({ act: 'create', server: FOURTH, name: 'in-between' })
        },
      },
    )
    const main = await runAction(stepFor(emulator, CREATE))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-one-refused'))
    const post = await runPost(main, { jobStatus: 'failure' })
    await context.expect(fleetText(post, emulator)).toMatchFileSnapshot(fixture('create-one-refused-post'))
    context.expect(emulator.world.events.filter(event => event.kind === 'restore-begun')).toEqual([])
  })

  it('begins no further server once one is refused', async context => {
    const emulator = await startFleet(context, { servers: fleetServers() })
    emulator.faults.add({
      match: { method: 'POST', path: '/snapshots/', nth: 4 },
      when: 'before',
      fault: { kind: 'status', status: 400, body: '{"detail": "Storage is being maintained."}' },
    })
    const main = await runAction(stepFor(emulator, { ...CREATE, 'max-parallel': '1' }))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-one-by-one-refused'))
  })

  it('says which one failed while it was made', async context => {
    const servers = fleetServers({ [FOURTH]: { timeline: { snapshotOutcome: 'failed' } } })
    const emulator = await startFleet(context, { servers })
    const main = await runAction(stepFor(emulator, CREATE))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-one-failed'))
  })

  it('says after a time-out which three are done and how to take up the others', async context => {
    const emulator = await startFleet(context, { servers: fleetServers(THREE_END) })
    const main = await runAction(stepFor(emulator, { ...CREATE, timeout: '5s' }))
    await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-timed-out'))
  })

  it.skipIf(process.platform === 'win32')(
    'says after a cancel in the middle what exists and what goes on',
    async context => {
      const emulator = await startFleet(context, { servers: fleetServers(THREE_END) })
      const kill = { when: { at: 'log', line: /is complete\.$/, nth: 3 }, escalate: false } as const
      const main = await runAction(stepFor(emulator, CREATE, { kill }))
      await context.expect(fleetText(main, emulator)).toMatchFileSnapshot(fixture('create-cancelled'))
      const post = await runPost(main, { jobStatus: 'cancelled' })
      await context.expect(fleetText(post, emulator)).toMatchFileSnapshot(fixture('create-cancelled-post'))
    },
  )

  it('restores all of them when the job fails afterwards', async context => {
    const emulator = await startFleet(context, { servers: fleetServers() })
    const main = await runAction(stepFor(emulator, CREATE))
    for (const id of FLEET) emulator.world.deploy(id, 'broken release')
    const post = await runPost(main, { jobStatus: 'failure' })
    await context.expect(fleetText(post, emulator)).toMatchFileSnapshot(fixture('create-rolled-back-post'))
    const disks = emulator.world.report().servers.map(server => server.disk)
    context.expect(disks).toEqual(fleetServers().map(server => `first content of ${server.name}`))
  })
})
