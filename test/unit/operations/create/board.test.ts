import { describe, expect, it } from 'vitest'
import { Cancelled } from '../../../../src/domain/clock.ts'
import type { Snapshot } from '../../../../src/domain/entities.ts'
import { createBoard } from '../../../../src/operations/board.ts'
import { readSnapshotsOf } from '../../../../src/operations/snapshots.ts'
import { createContext } from '../support/context.ts'
import { byHand, fleet } from '../support/scenery.ts'
import { START } from '../support/stage.ts'

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
    const answer = await readSnapshotsOf(ctx, server, { deadline: START + 1_000 })
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

describe('a board', () => {
  it('follows one snapshot after the other, also when the second is taken up in the instant in which the first ends', async () => {
    const { ctx, clock, first, second, world } = await begun()
    world.configureServer('12', { snapshotMs: 60_000 })
    const board = createBoard(ctx, START + HOUR)
    const both = async () => [await board.follow(first, START), await board.follow(second, START)]
    const ends = await clock.run(both())
    expect(ends.map(end => end.state)).toEqual(['completed', 'completed'])
  })

  it('asks for both by one request while it follows both, and for the one that is left by the filter', async () => {
    const { ctx, clock, first, second, world, wire } = await begun()
    const before = wire.log.all.length
    world.actAt(START + 10_000, { act: 'snapshot-status', snapshot: '711', status: 'completed' })
    const board = createBoard(ctx, START + HOUR)
    await clock.run(Promise.all([board.follow(first, START), board.follow(second, START)]))
    expect(wire.log.all.slice(before).map(({ at, path }) => `${at - START} ${path.slice(8)}`)).toEqual([
      '8000 snapshots/?page_size=100',
      '12000 snapshots/?page_size=100',
      '18000 snapshots/?server_id=12',
      '27000 snapshots/?server_id=12',
      '40000 snapshots/?server_id=12',
      '60000 snapshots/?server_id=12',
    ])
  })

  it('enters the schedule where the age of the youngest puts it', async () => {
    const { ctx, clock, first, wire } = await begun({ settings: { timeline: { snapshotMs: 400_000 } } })
    const board = createBoard(ctx, START + HOUR)
    const before = wire.log.all.length
    await clock.run(board.follow(first, START - 100_000))
    expect(wire.log.all[before]?.at).toBe(START + 45_000)
    const young = await begun()
    const many = createBoard(young.ctx, START + HOUR)
    const { all } = young.wire.log
    const read = all.length
    await young.clock.run(
      Promise.all([many.follow(young.first, START - 100_000), many.follow(young.second, START)]),
    )
    expect(all[read]?.at).toBe(START + 8_000)
  })

  it('tells in its heartbeat how long the oldest takes', async () => {
    const { ctx, clock, first, second, runner } = await begun({
      settings: { timeline: { snapshotMs: 90_000 } },
    })
    const board = createBoard(ctx, START + HOUR)
    await clock.run(Promise.all([board.follow(first, START - 600_000), board.follow(second, START)]))
    expect(runner.log.filter(line => line.includes('in progress'))).toEqual([
      '2 snapshots are in progress since 11m 1s; 3 to 10 minutes are usual.',
    ])
  })

  it('knows of one that was seen before, and tells when it is gone', async () => {
    const { ctx, clock, first, second, world } = await begun({ settings: { timeline: { snapshotMs: HOUR } } })
    world.actAt(START + 1, { act: 'delete', snapshot: '711' })
    world.actAt(START + 1, { act: 'delete', snapshot: '712' })
    const board = createBoard(ctx, START + HOUR)
    const ends = await clock.run(
      Promise.all([board.follow(first, START, true), createBoard(ctx, START + HOUR).follow(second, START)]),
    )
    expect(ends.map(end => end.state)).toEqual(['gone', 'expired'])
    expect(ends[0]).toEqual({ state: 'gone', snapshot: first })
  })

  it('ends every wait at its deadline, and can be asked again', async () => {
    const { ctx, clock, first, second } = await begun()
    const board = createBoard(ctx, START + 10_000)
    const ends = await clock.run(Promise.all([board.follow(first, START), board.follow(second, START)]))
    expect(ends).toEqual([
      { state: 'expired', lastMiss: undefined },
      { state: 'expired', lastMiss: undefined },
    ])
    expect(clock.now()).toBe(START + 10_000)
    expect(await clock.run(board.follow(first, START))).toEqual({ state: 'expired', lastMiss: undefined })
  })

  it('ends every wait with the reason of a cancel', async () => {
    const { ctx, clock, first, second, controller } = await begun()
    const board = createBoard(ctx, START + HOUR)
    const reason = new Cancelled('SIGTERM')
    clock.at(START + 20_000, () => controller.abort(reason))
    const waits = Promise.allSettled([board.follow(first, START), board.follow(second, START)])
    expect(await clock.run(waits)).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ])
    expect(clock.now()).toBe(START + 20_000)
  })
})
