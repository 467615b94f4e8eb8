import { describe, expect, it } from 'vitest'
import { byHand, byWorkflow, fleet, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const STOP = { ...CREATE, 'stop-server': 'true' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('a cancelled create', () => {
  it('before anything was changed says so, and ends at once', async () => {
    const { main, world } = stage()
    const { green, printed, outputs, took } = await main(CREATE, {
      cancel: { request: 'GET /servers/12345/', nth: 1 },
    })
    expect(green).toBe(false)
    expect(printed).toEqual([
      'error: Cancelled (SIGINT) before anything was changed. Run the job again if the rest is still wanted.',
      'Next: Run the job again if the rest is still wanted.',
      'Cancelled (SIGINT) before anything was changed.',
    ])
    expect(outputs['status']).toBe('failed')
    expect(took).toBe(100)
    expect(world.events).toEqual([])
  })

  it('names the signal', async () => {
    const { verdict } = await stage().main(CREATE, { cancel: { afterMs: 50, signal: 'SIGTERM' } })
    expect(verdict).toBe('Cancelled (SIGTERM) before anything was changed.')
  })

  it('while its answer is on the way hears it out, and hands the id out', async () => {
    const { main } = stage({ latencyMs: 1_500 })
    const { green, verdict, log, outputs, took, state } = await main(CREATE, {
      cancel: { afterMs: 3_600 },
    })
    expect(green).toBe(false)
    expect(log).toEqual([
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Next: Take it up again with operation: wait, snapshot-id: 802.',
      'Cancelled while snapshot 802 of web-server-01 was in progress: it goes on at VPS.org.',
    ])
    expect(verdict).toBe(
      'Cancelled while snapshot 802 of web-server-01 was in progress: it goes on at VPS.org.',
    )
    expect(outputs['snapshot-id']).toBe('802')
    expect(outputs['status']).toBe('cancelled')
    expect(took).toBe(4_500)
    expect(JSON.parse(state['entry-0'] ?? '').snapshot.id).toBe('802')
    expect(state['green']).toBeUndefined()
  })

  it('whose answer does not come within a second is unknown', async () => {
    const { main } = stage({
      faults: [{ match: { method: 'POST' }, when: 'after', fault: { kind: 'hang' } }],
    })
    const { verdict, log, outputs, took } = await main(CREATE, {
      cancel: { request: 'POST /snapshots/', nth: 1 },
    })
    expect(verdict).toBe(
      'Cancelled while web-server-01 was waiting for the answer to a request: whether VPS.org acted on it is not known.',
    )
    expect(log.at(-2)).toBe('Next: Look at what there is with operation: list, server-id: 12345.')
    expect(outputs['status']).toBe('unknown')
    expect(took).toBe(1_200)
  })

  it('in the middle of the wait says that the snapshot goes on, and how to take it up', async () => {
    const { main, world } = stage()
    const { green, verdict, log, outputs, took } = await main(CREATE, { cancel: { afterMs: 30_000 } })
    expect(green).toBe(false)
    expect(verdict).toBe(
      'Cancelled while snapshot 802 of web-server-01 was in progress: it goes on at VPS.org.',
    )
    expect(log.at(-2)).toBe('Next: Take it up again with operation: wait, snapshot-id: 802.')
    expect(outputs['status']).toBe('cancelled')
    expect(took).toBe(30_000)
    expect(world.report().snapshots).toHaveLength(1)
  })

  it('while a lost answer is looked for is unknown', async () => {
    const { main } = stage({
      faults: [
        { match: { method: 'POST' }, when: 'after', fault: { kind: 'reset' } },
        { match: { method: 'GET', path: '/snapshots/', from: 2 }, when: 'before', fault: { kind: 'empty' } },
      ],
    })
    const { outputs } = await main(CREATE, { cancel: { afterMs: 30_000 } })
    expect(outputs['status']).toBe('unknown')
  })

  it('while it waits for the freed slot tells what was deleted', async () => {
    const snapshots = [...['1', '2', '3', '4'].map(id => byHand({ id })), byWorkflow({ id: '5' })]
    const { main } = stage({ snapshots, settings: { timeline: { slotLagMs: 60_000 } } })
    const { verdict, outputs } = await main(
      { ...CREATE, 'when-full': 'delete-oldest' },
      { cancel: { afterMs: 4_000 } },
    )
    expect(verdict).toBe('Cancelled (SIGINT) before all was done. Done so far: 5 deleted to make room.')
    expect(outputs['deleted-snapshot-ids']).toBe('5')
    expect(outputs['status']).toBe('failed')
  })

  it('while a deletion that makes room has no answer is unknown', async () => {
    const snapshots = [...['1', '2', '3', '4'].map(id => byHand({ id })), byWorkflow({ id: '5' })]
    const { main } = stage({
      snapshots,
      faults: [{ match: { method: 'DELETE' }, when: 'after', fault: { kind: 'hang' } }],
    })
    const { outputs } = await main(
      { ...CREATE, 'when-full': 'delete-oldest' },
      { cancel: { request: 'DELETE /snapshots/5/', nth: 1 } },
    )
    expect(outputs['status']).toBe('unknown')
  })

  it('while the token’s permissions are asked for still says what was refused', async () => {
    const { main } = stage({ settings: { permissions: ['servers:read'] } })
    const { verdict, took } = await main(CREATE, { cancel: { request: 'GET /account/me/', nth: 1 } })
    expect(verdict).toBe(
      'GET /snapshots/?server_id=12345 was answered with 403: This token lacks the permission "snapshots:read". Nothing was changed.',
    )
    expect(took).toBe(100)
  })

  it('between the ids of a fleet tells of each what it is', async () => {
    const servers = fleet(10)
    const { main } = createStage({
      servers: servers.map((server, index) =>
        index < 3 ? server : { ...server, timeline: { snapshotMs: 900_000 } },
      ),
      settings: { timeline: { snapshotMs: 60_000 } },
    })
    const { verdict, outputs, state } = await main(
      { operation: 'create', 'server-id': idsOf(servers) },
      { cancel: { afterMs: 200_000 } },
    )
    expect(verdict).toBe(
      '3 of 10 snapshots completed; server 14: Cancelled while snapshot 805 of web-14 was in progress: it goes on at VPS.org. server 15: Cancelled while snapshot 806 of web-15 was in progress: it goes on at VPS.org. server 16: Cancelled while snapshot 807 of web-16 was in progress: it goes on at VPS.org. And 4 more: 17, 18, 19, 20. Nothing was restored.',
    )
    expect(outputs['status']).toBe('cancelled')
    const items: readonly { status: string }[] = JSON.parse(outputs['snapshots'] ?? '')
    expect(items.map(({ status }) => status)).toEqual([
      ...Array(3).fill('completed'),
      ...Array(7).fill('cancelled'),
    ])
    expect(state['green']).toBeUndefined()
    expect(Object.keys(state)).toHaveLength(12)
  })

  it('at the acceptance of a fleet tells which were begun and which were not', async () => {
    const servers = fleet(3)
    const { main, world } = createStage({ servers })
    const { verdict, outputs, log } = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'max-parallel': '1' },
      { cancel: { request: 'POST /snapshots/', nth: 2 } },
    )
    expect(world.report().snapshots).toHaveLength(2)
    expect(verdict).toBe(
      '0 of 3 snapshots completed; server 11: Cancelled while snapshot 802 of web-11 was in progress: it goes on at VPS.org. server 12: Cancelled while snapshot 803 of web-12 was in progress: it goes on at VPS.org. Not begun: 13. Nothing was restored.',
    )
    expect(log.slice(0, -2)).toEqual([
      'Snapshot 802 of web-11 is accepted: shop-9876543210-1.',
      'web-11 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 803 of web-12 is accepted: shop-9876543210-1.',
      'web-12 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'What became of each:',
      'Snapshot  Status     Server       Size  Age       Took  Name',
      '802       cancelled  web-11 (11)  –     1 second  –     shop-9876543210-1',
      '803       cancelled  web-12 (12)  –     1 second  –     shop-9876543210-1',
      '–         not begun  web-13 (13)  –     –         –     –',
    ])
    expect(outputs['snapshot-id']).toBe('802,803')
  })
})

describe('a create with stop-server that is cancelled', () => {
  it('while the server stops leaves the start to the end of the job', async () => {
    const { main, post, world } = stage()
    const { verdict, log, outputs, state } = await main(STOP, { cancel: { afterMs: 10_000 } })
    expect(verdict).toBe(
      'Cancelled while web-server-01 was stopped for its snapshot or about to be: it is started again at the end of the job.',
    )
    expect(log.at(-2)).toBe('Next: Look at the end of the job whether web-server-01 runs.')
    expect(outputs['status']).toBe('failed')
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stop intended')
    const end = await post('cancelled')
    expect(end.green).toBe(true)
    expect(end.log).toEqual([
      'Starting web-server-01.',
      'web-server-01 is active.',
      'web-server-01, which was stopped for its snapshot, is running.',
    ])
    expect(world.report().servers[0]?.running).toBe(true)
  })

  it('while the snapshot is taken leaves the start to the end of the job', async () => {
    const { main, post, world } = stage()
    const { verdict, outputs, state } = await main(STOP, { cancel: { afterMs: 50_000 } })
    expect(verdict).toBe(
      'Cancelled while snapshot 802 of web-server-01 was in progress: it goes on at VPS.org. web-server-01 is stopped; it is started again at the end of the job.',
    )
    expect(outputs['status']).toBe('cancelled')
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stopped')
    const end = await post('cancelled')
    expect(end.green).toBe(true)
    expect(world.report().servers[0]?.running).toBe(true)
  })

  it('while the server starts leaves the rest to the end of the job', async () => {
    const { main, post, world } = stage()
    const { verdict, outputs, state } = await main(STOP, { cancel: { afterMs: 95_000 } })
    expect(verdict).toBe(
      'Cancelled while web-server-01 was stopped for its snapshot or about to be: it is started again at the end of the job.',
    )
    expect(outputs['status']).toBe('cancelled')
    expect(JSON.parse(state['entry-0'] ?? '').power).toBe('stopped')
    const end = await post('cancelled')
    expect(end.green).toBe(true)
    expect(world.report().servers[0]?.running).toBe(true)
  })

  it('cannot be started at the end of the job where the server cannot be read', async () => {
    const { main, post, faults } = stage()
    await main(STOP, { cancel: { afterMs: 50_000 } })
    faults.add({ match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 503 } })
    const { green, verdict, log, took } = await post('cancelled')
    expect(green).toBe(false)
    expect(verdict).toBe(
      'web-server-01 was to be started again, and its status did not settle in time; the last one was unreadable.',
    )
    expect(log.at(-2)).toBe('Next: Look at the server in the VPS.org panel and start it if it is stopped.')
    expect(took).toBe(120_000)
  })

  it('saves no intent for servers whose turn has not come', async () => {
    const servers = fleet(2)
    const { main } = createStage({ servers })
    const { state } = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'stop-server': 'true', 'max-parallel': '1' },
      { cancel: { afterMs: 5_000 } },
    )
    expect(Object.keys(state)).toEqual(['main-stage', 'plan', 'entry-0'])
  })

  it('between two servers of a fleet tells what is done', async () => {
    const servers = fleet(2)
    const { main } = createStage({ servers, settings: { timeline: { snapshotMs: 60_000 } } })
    const { verdict, outputs } = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'stop-server': 'true', 'max-parallel': '1' },
      { cancel: { request: 'GET /servers/12/', nth: 2 } },
    )
    expect(verdict).toBe('Cancelled (SIGINT) before all was done. Done so far: 802 completed.')
    expect(outputs['status']).toBe('cancelled')
    expect(outputs['snapshot-id']).toBe('802')
  })
})
