import { describe, expect, it } from 'vitest'
import { newOperationRun, type OperationRun } from '../../../src/run/operation-run.ts'
import { createRecorder } from '../../../src/run/recorder.ts'
import { newServerRun } from '../../../src/run/server-run.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { NOW, server, serverId, snapshot } from './fixtures.ts'

const BEGIN = newOperationRun({ operation: 'create', mode: 'wait', jobStatus: 'success' }, NOW)
const SERVERS = ['11', '12'].map(id => newServerRun('create', { id: serverId(id), name: '' }))

function record() {
  const clock = new VirtualClock(NOW)
  const seen: (readonly [before: OperationRun, after: OperationRun])[] = []
  const recorder = createRecorder(
    { clock, api: { clockOffsetMs: () => undefined } },
    BEGIN,
    (before, after) => seen.push([before, after]),
  )
  return { clock, seen, recorder }
}

describe('a recorder', () => {
  it('begins with nothing known', () => {
    const { recorder, seen } = record()
    expect(recorder.run).toBe(BEGIN)
    expect(recorder.tracks).toEqual([])
    expect(seen).toEqual([])
  })

  it('gives a track for each server, which changes its own record alone', () => {
    const { recorder } = record()
    recorder.record({ type: 'servers found', servers: SERVERS })
    const [first, second] = recorder.tracks
    second?.record({ type: 'server read', server: server('12') })
    expect(recorder.tracks.map(({ run }) => run)).toEqual(recorder.run.servers)
    expect(first?.run).toBe(SERVERS[0])
    expect(second?.run.server).toMatchObject({ name: 'web-server-12', status: 'active', readAt: NOW })
  })

  it('dates what was accepted by the API’s clock, too', () => {
    const clock = new VirtualClock(NOW)
    const begin = { ...BEGIN, servers: SERVERS }
    const recorder = createRecorder({ clock, api: { clockOffsetMs: () => 5_000 } }, begin)
    recorder.record({ type: 'servers found', servers: SERVERS })
    recorder.tracks[0]?.record({ type: 'accepted', work: 'restore', snapshot: snapshot('802') })
    expect(recorder.run.servers[0]?.task).toMatchObject({ since: NOW, apiTime: NOW + 5_000 })
  })

  it('shows every event to the observer, as what was and what is', () => {
    const { recorder, seen } = record()
    recorder.record({ type: 'servers found', servers: SERVERS })
    recorder.tracks[0]?.record({ type: 'accepted', work: 'snapshot', snapshot: snapshot('802') })
    recorder.record({ type: 'cut off', cutOff: { by: 'cancel', signal: 'SIGINT' } })
    expect(seen).toHaveLength(3)
    for (const [index, [before]] of seen.entries()) expect(before).toBe(seen[index - 1]?.[1] ?? BEGIN)
    expect(seen.at(-1)?.[1]).toBe(recorder.run)
  })

  it('adds when it happened', async () => {
    const { recorder, clock } = record()
    recorder.record({ type: 'servers found', servers: SERVERS })
    await clock.run(clock.sleep(5_000))
    recorder.tracks[0]?.record({ type: 'began' })
    expect(recorder.run.servers[0]?.began).toBe(NOW + 5_000)
  })

  it('reaches every server with a cancel', () => {
    const { recorder } = record()
    recorder.record({ type: 'servers found', servers: SERVERS })
    recorder.tracks[0]?.record({ type: 'accepted', work: 'snapshot', snapshot: snapshot('802') })
    recorder.record({ type: 'cut off', cutOff: { by: 'cancel', signal: 'SIGTERM' } })
    expect(recorder.tracks.map(({ run }) => run.task)).toMatchObject([
      { state: 'left running', why: 'cancelled', at: NOW },
      { state: 'skipped', why: 'cancelled' },
    ])
  })
})

it('keeps a track of a server that the record no longer holds as it began', () => {
  const { recorder } = record()
  recorder.record({ type: 'servers found', servers: SERVERS })
  const [, second] = recorder.tracks
  recorder.record({ type: 'servers found', servers: SERVERS.slice(0, 1) })
  expect(second?.run).toBe(SERVERS[1])
  expect(recorder.tracks).toHaveLength(1)
})
