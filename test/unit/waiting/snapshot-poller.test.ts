import { describe, expect, it } from 'vitest'
import { Cancelled } from '../../../src/domain/clock.ts'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { createSnapshotPoller } from '../../../src/waiting/snapshot-poller.ts'
import { readSnapshots } from '../../../src/waiting/snapshot-reader.ts'
import { createContext } from '../operations/support/context.ts'
import { byHand, fleet } from '../operations/support/scenery.ts'
import { START } from '../operations/support/stage.ts'

const SERVERS = fleet(2)

/** A world with one snapshot in progress on each server, and both as the list shows them. */
async function begun(settings: Parameters<typeof createContext>[0] = {}) {
  const snapshots = SERVERS.map(({ id }) =>
    byHand({ id: `7${id}`, server: id, status: 'in_progress', hours: 0 }),
  )
  const scene = createContext({
    servers: SERVERS,
    snapshots,
    latencyMs: 0,
    settings: { timeline: { snapshotMs: 60_000 } },
    ...settings,
  })
  const { ctx, clock } = scene
  const read = async (server: Snapshot['server']['id']) => {
    const answer = await readSnapshots(ctx, [server], { deadline: START + 1_000 })
    if (!answer.ok || answer.value[0] === undefined) throw new Error('the scenery is not there')
    return answer.value[0]
  }
  // Safe: the scenery's ids are digits.
  const [first, second] = await clock.run(
    Promise.all(SERVERS.map(({ id }) => read(id as Snapshot['server']['id']))),
  )
  if (first === undefined || second === undefined) throw new Error('the scenery is not there')
  return { ...scene, first, second }
}

const HOUR = 3_600_000

describe('a poller of snapshots', () => {
  it('follows one snapshot after the other, also when the second is taken up in the instant in which the first ends', async () => {
    const { ctx, clock, first, second, world } = await begun()
    world.configureServer('12', { snapshotMs: 60_000 })
    const poller = createSnapshotPoller(ctx, START + HOUR)
    const both = async () => [await poller.waitFor(first, START), await poller.waitFor(second, START)]
    const ends = await clock.run(both())
    expect(ends.map(end => end.state)).toEqual(['completed', 'completed'])
  })

  it('asks for both by one request while it follows both, and for the one that is left by the filter', async () => {
    const { ctx, clock, first, second, world, wire } = await begun()
    const before = wire.log.all.length
    world.actAt(START + 10_000, { act: 'snapshot-status', snapshot: '711', status: 'completed' })
    const poller = createSnapshotPoller(ctx, START + HOUR)
    await clock.run(Promise.all([poller.waitFor(first, START), poller.waitFor(second, START)]))
    const asked = wire.log.all
      .slice(before)
      .map(({ at, path }) => ({ after: at - START, query: path.split('?')[1] }))
    expect(new Set(asked.filter(({ after }) => after <= 10_000).map(({ query }) => query))).toEqual(
      new Set(['page_size=100']),
    )
    const later = asked.filter(({ after }) => after > 14_000).map(({ query }) => query)
    expect(new Set(later)).toEqual(new Set(['server_id=12&page_size=100']))
  })

  it('enters the schedule where the age of the youngest puts it', async () => {
    const firstLook = async (firstAge: number, secondAge?: number) => {
      const { ctx, clock, wire, first, second } = await begun()
      const poller = createSnapshotPoller(ctx, START + HOUR)
      const before = wire.log.all.length
      const waits = [poller.waitFor(first, START - firstAge)]
      if (secondAge !== undefined) waits.push(poller.waitFor(second, START - secondAge))
      await clock.run(Promise.all(waits))
      return (wire.log.all[before]?.at ?? 0) - START
    }
    const young = await firstLook(0)
    expect(await firstLook(100_000)).toBeGreaterThan(young)
    expect(await firstLook(100_000, 0)).toBe(young)
  })

  it('tells in its heartbeat how long the oldest takes', async () => {
    const { ctx, clock, first, second, runner } = await begun({
      settings: { timeline: { snapshotMs: 90_000 } },
    })
    const poller = createSnapshotPoller(ctx, START + HOUR)
    await clock.run(Promise.all([poller.waitFor(first, START - 600_000), poller.waitFor(second, START)]))
    expect(runner.log).toHaveLength(1)
    expect(runner.log[0]).toMatch(/\b11m\b/)
  })

  it('knows of one that was seen before, and tells when it is gone', async () => {
    const { ctx, clock, first, second, world } = await begun({ settings: { timeline: { snapshotMs: HOUR } } })
    world.actAt(START + 1, { act: 'delete', snapshot: '711' })
    world.actAt(START + 1, { act: 'delete', snapshot: '712' })
    const poller = createSnapshotPoller(ctx, START + HOUR)
    const ends = await clock.run(
      Promise.all([
        poller.waitFor(first, START, true),
        createSnapshotPoller(ctx, START + HOUR).waitFor(second, START),
      ]),
    )
    expect(ends.map(end => end.state)).toEqual(['gone', 'expired'])
    expect(ends[0]).toEqual({ state: 'gone', snapshot: first })
  })

  it('ends every wait at its deadline, and can be asked again', async () => {
    const { ctx, clock, first, second } = await begun()
    const poller = createSnapshotPoller(ctx, START + 10_000)
    const ends = await clock.run(Promise.all([poller.waitFor(first, START), poller.waitFor(second, START)]))
    const last = { status: 'in_progress', since: START + 2_727 }
    expect(ends).toEqual([
      { state: 'expired', lastFailure: undefined, last },
      { state: 'expired', lastFailure: undefined, last },
    ])
    expect(clock.now()).toBe(START + 10_000)
    expect(await clock.run(poller.waitFor(first, START))).toEqual({
      state: 'expired',
      lastFailure: undefined,
      last: undefined,
    })
  })

  it('ends every wait with the reason of a cancel', async () => {
    const { ctx, clock, first, second, controller } = await begun()
    const poller = createSnapshotPoller(ctx, START + HOUR)
    const reason = new Cancelled('SIGTERM')
    clock.at(START + 20_000, () => controller.abort(reason))
    const waits = Promise.allSettled([poller.waitFor(first, START), poller.waitFor(second, START)])
    expect(await clock.run(waits)).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
    expect(clock.now()).toBe(START + 20_000)
  })
})
