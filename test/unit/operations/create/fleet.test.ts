import { describe, expect, it } from 'vitest'
import { byHand, byWorkflow, fleet, idsOf } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }
const THREE = fleet(3)
const TEN = fleet(10)

function create(servers: readonly { readonly id: string }[], more: Readonly<Record<string, string>> = {}) {
  return { operation: 'create', 'server-id': idsOf(servers), ...more }
}

function stage(servers: StageSettings['servers'], more: StageSettings = {}) {
  return createStage({ servers, settings: ONE_MINUTE, ...more } as StageSettings)
}

/** The most servers that were not running at one time. */
function mostDown(events: readonly { readonly kind: string }[]): number {
  let down = 0
  let most = 0
  for (const { kind } of events) {
    if (kind === 'stopped') down += 1
    if (kind === 'running') down -= 1
    most = Math.max(most, down)
  }
  return most
}

function items(transcript: Transcript): readonly { id: string; status: string; error?: string }[] {
  return JSON.parse(transcript.outputs['snapshots'] ?? '[]')
}

describe('a create of several servers', () => {
  it('is green when every snapshot is completed, with lists in the order of server-id', async () => {
    const { main } = stage(THREE)
    const transcript = await main(create([...THREE].reverse()))
    expect(transcript.green).toBe(true)
    expect(transcript.printed).toEqual([
      'group: Snapshots',
      'Snapshot 802 of web-13 is accepted: shop-9876543210-1.',
      'web-13 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 803 of web-12 is accepted: shop-9876543210-1.',
      'web-12 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 804 of web-11 is accepted: shop-9876543210-1.',
      'web-11 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-13 is completed.',
      'Snapshot 803 of web-12 is completed.',
      'Snapshot 804 of web-11 is completed.',
      'endgroup',
      'What became of each:',
      'Snapshot  Status     Server       Size     Age       Took   Name',
      '802       completed  web-13 (13)  5.0 GiB  1 minute  1m 1s  shop-9876543210-1',
      '803       completed  web-12 (12)  5.0 GiB  1 minute  1m 1s  shop-9876543210-1',
      '804       completed  web-11 (11)  5.0 GiB  1 minute  1m 1s  shop-9876543210-1',
      '3 of 3 snapshots completed in 1m 1s.',
    ])
    const {
      'snapshot-id': ids,
      'server-id': servers,
      'server-name': names,
      'size-mb': sizes,
      status,
    } = transcript.outputs
    expect({ ids, servers, names, sizes, status }).toEqual({
      ids: '802,803,804',
      names: 'web-13,web-12,web-11',
      servers: '13,12,11',
      sizes: '5120,5120,5120',
      status: 'completed',
    })
    expect(Object.keys(transcript.state)).toEqual([
      'main-stage',
      'plan',
      'entry-0',
      'entry-1',
      'entry-2',
      'green',
    ])
    expect(JSON.parse(transcript.state['plan'] ?? '').servers).toBe(3)
    expect(JSON.parse(transcript.state['entry-0'] ?? '').server).toBe('13')
  })

  it('hands out each id as it is accepted', async () => {
    const { main } = stage(THREE)
    const { outputWrites } = await main(create(THREE))
    expect(outputWrites.filter(([name]) => name === 'snapshot-id').map(([, value]) => value)).toEqual([
      '802',
      '802,803',
      '802,803,804',
      '802,803,804',
    ])
  })

  it('reads the snapshots of all with one list request a poll', async () => {
    const { main } = stage(TEN)
    const { green, calls, requests } = await main(create(TEN))
    expect(green).toBe(true)
    const lists = calls.filter(call => call.startsWith('GET /snapshots/'))
    expect(new Set(lists)).toEqual(new Set(['GET /snapshots/?page_size=100']))
    expect(lists).toHaveLength(7)
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(10)
    expect(calls).toHaveLength(7 + 10 + 10)
  })

  it('asks for each server by itself where the whole list has more pages than there are servers', async () => {
    const others = fleet(80).slice(2)
    const snapshots = others.flatMap(({ id: server }, index) =>
      [0, 1, 2, 3].map(part => byHand({ id: String(10_000 + index * 4 + part), server })),
    )
    const { main } = stage(fleet(80), { snapshots, settings: { ...ONE_MINUTE, snapshotPaging: true } })
    const { green, calls } = await main(create(fleet(2)))
    expect(green).toBe(true)
    expect(calls.slice(0, 3)).toEqual([
      'GET /snapshots/?page_size=100',
      'GET /snapshots/?server_id=11',
      'GET /snapshots/?server_id=12',
    ])
    expect(calls.filter(call => call.includes('page_size'))).toHaveLength(1)
  })

  it('reads the whole list as long as it takes no more requests than one for each server', async () => {
    const snapshots = Array.from({ length: 150 }, (_, index) =>
      byHand({ id: String(10_000 + index), server: '13' }),
    )
    const { main } = stage(THREE, {
      snapshots,
      settings: { timeline: { snapshotMs: 5_000 }, snapshotPaging: true, snapshotLimit: 500 },
    })
    const { calls } = await main(create(fleet(2)))
    expect(calls.filter(call => call.startsWith('GET /snapshots/'))).toEqual([
      'GET /snapshots/?page_size=100',
      'GET /snapshots/?page_size=100&page=2',
      'GET /snapshots/?page_size=100',
      'GET /snapshots/?page_size=100&page=2',
    ])
  })

  it('begins as many at a time as max-parallel allows, and frees the place when accepted', async () => {
    const { main } = stage(fleet(5))
    const { requests } = await main(create(fleet(5), { 'max-parallel': '2' }))
    const posts = requests.filter(({ method }) => method === 'POST').map(({ after }) => after)
    expect(posts).toEqual([400, 400, 500, 500, 600])
    const servers = requests.filter(({ path }) => path.startsWith('/servers/')).map(({ after }) => after)
    expect(servers).toEqual([100, 100, 200, 200, 300])
  })

  it('names ten servers in a dry run by the first five', async () => {
    const { main, world } = stage(TEN)
    const { verdict, log } = await main(create(TEN, { 'dry-run': 'true' }))
    expect(verdict).toBe(
      'Dry run: would take 10 snapshots of web-11, web-12, web-13, web-14, web-15 and 5 more. Nothing was changed.',
    )
    expect(log).toHaveLength(11)
    expect(world.events).toEqual([])
  })

  it('says the acceptance of all without wait', async () => {
    const { main } = stage(THREE)
    const { green, verdict, outputs } = await main(create(THREE, { wait: 'false' }))
    expect(green).toBe(true)
    expect(verdict).toBe('3 snapshots are accepted and in progress.')
    expect(outputs['status']).toBe('in_progress')
  })

  it('says one heartbeat a minute for all that are left', async () => {
    const { main } = stage([
      { id: '11', name: 'web-11' },
      { id: '12', name: 'web-12', timeline: { snapshotMs: 100_000 } },
      { id: '13', name: 'web-13', timeline: { snapshotMs: 200_000 } },
    ])
    const { log } = await main(create(THREE))
    expect(log.filter(line => line.includes('in progress'))).toEqual([
      '2 snapshots are in progress since 1m 1s; 3 to 10 minutes are usual.',
      'Snapshot 804 is in progress since 2m 16s; 3 to 10 minutes are usual.',
    ])
  })

  it('polls for a fleet no more often than its most urgent member needs', async () => {
    const { main } = stage(THREE, { latencyMs: 0, settings: { timeline: { snapshotMs: 30_000 } } })
    const { requests } = await main(create(THREE))
    const polls = requests.filter(({ path, after }) => path.startsWith('/snapshots/?') && after > 0)
    expect(polls.map(({ after }) => after)).toEqual([8_000, 12_000, 18_000, 27_000, 40_000])
  })

  it('does not write every id of a large fleet at once, but all at the end', async () => {
    const servers = fleet(60)
    const { main } = stage(servers)
    const { outputWrites, outputs } = await main(create(servers, { 'max-parallel': '1' }))
    const counts = outputWrites
      .filter(([name]) => name === 'snapshot-id')
      .map(([, value]) => value.split(',').length)
    expect(counts).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 50, 60, 60])
    expect(outputs['snapshot-id']?.split(',')).toHaveLength(60)
  })

  it('hands out what a large fleet has when its last server is refused', async () => {
    const servers = fleet(30)
    const { main } = stage(servers, {
      faults: [
        { match: { method: 'POST', nth: 30 }, when: 'before', fault: { kind: 'status', status: 404 } },
      ],
    })
    const { outputWrites, verdict } = await main(create(servers, { 'max-parallel': '1' }))
    const counts = outputWrites
      .filter(([name]) => name === 'snapshot-id')
      .map(([, value]) => value.split(',').length)
    expect(counts).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 29, 29])
    expect(verdict).toBe(
      '29 of 30 snapshots completed; server 40: POST /snapshots/ was answered with 404. No snapshot was taken. Nothing was restored.',
    )
  })

  it('does not hand out again what a small fleet has', async () => {
    const { main } = stage(THREE, {
      faults: [{ match: { method: 'POST', nth: 3 }, when: 'before', fault: { kind: 'status', status: 404 } }],
    })
    const { outputWrites } = await main(create(THREE, { 'max-parallel': '1' }))
    const ids = outputWrites.filter(([name]) => name === 'snapshot-id').map(([, value]) => value)
    expect(ids).toEqual(['802', '802,803', '802,803'])
  })
})

describe('a group of which one fails', () => {
  it('before anything was changed changes nothing at all', async () => {
    const { main, world } = stage([...fleet(9)])
    const { green, verdict, outputs, calls, state, log } = await main(create(TEN))
    expect(green).toBe(false)
    expect(verdict).toBe(
      '0 of 10 snapshots completed; server 20: GET /servers/20/ was answered with 404: Not found. Nothing was changed. Not begun: 11, 12, 13, 14, 15 and 4 more. Nothing was changed.',
    )
    expect(log.at(-2)).toBe(
      'Next: Check the id: what it names was deleted, or it belongs to another account than the token.',
    )
    expect(outputs['status']).toBe('failed')
    expect(outputs['snapshot-id']).toBe('')
    expect(calls.filter(call => call.startsWith('POST'))).toEqual([])
    expect(world.events).toEqual([])
    expect(state).toEqual({ 'main-stage': 'begun' })
  })

  it('for want of a slot is found before anything was changed', async () => {
    const snapshots = ['1', '2', '3', '4', '5'].map(id => byHand({ id, server: '12' }))
    for (const more of [{}, { 'when-full': 'delete-oldest' }]) {
      const { main, world } = stage(THREE, { snapshots })
      const { green, verdict } = await main(create(THREE, more))
      expect(green).toBe(false)
      expect(verdict).toContain(
        '0 of 3 snapshots completed; server 12: web-12 has no free slot (5 of 5 in use): ',
      )
      expect(world.events).toEqual([])
    }
  })

  it('for want of a slot is found though one could be freed, where that was not asked for', async () => {
    const snapshots = ['1', '2', '3', '4', '5'].map(id => byWorkflow({ id, server: '12' }))
    const { main, world } = stage(THREE, { snapshots })
    const { green } = await main(create(THREE))
    expect(green).toBe(false)
    expect(world.events).toEqual([])
  })

  it('counts what was deleted only for the server that it was deleted from', async () => {
    const snapshots = [
      ...['1', '2', '3', '4', '5'].map(id => byWorkflow({ id, server: '12' })),
      byHand({ id: '6', server: '11' }),
    ]
    const { main } = stage(THREE, { snapshots })
    const { summary } = await main(
      create([...THREE].reverse(), { 'when-full': 'delete-oldest', 'max-parallel': '1' }),
    )
    expect(summary).toContain(
      '<ul><li>web-13: 1 of 5 slots in use</li><li>web-12: 5 of 5 slots in use</li><li>web-11: 2 of 5 slots in use</li>',
    )
  })

  it('makes room on one server where the rule allows it', async () => {
    const snapshots = [
      ...['1', '2', '3', '4'].map(id => byHand({ id, server: '12' })),
      byWorkflow({ id: '5', server: '12' }),
      byHand({ id: '6', server: '11' }),
    ]
    const { main } = stage(THREE, { snapshots })
    const { green, outputs, summary } = await main(create(THREE, { 'when-full': 'delete-oldest' }))
    expect(green).toBe(true)
    expect(outputs['deleted-snapshot-ids']).toBe('5')
    expect(summary).toContain(
      '<ul><li>web-11: 2 of 5 slots in use</li><li>web-12: 5 of 5 slots in use</li><li>web-13: 1 of 5 slots in use</li><li>Deleted to make room: 5 deploy-5</li></ul>',
    )
  })

  it('at its request: those under way are waited for, what was made stays, and nothing is green', async () => {
    const { main, world } = stage(TEN, {
      faults: [
        {
          match: { method: 'POST', path: '/snapshots/', nth: 4 },
          when: 'before',
          fault: { kind: 'status', status: 400, body: '{"detail": "Storage is full."}' },
        },
      ],
    })
    const transcript = await main(create(TEN))
    expect(transcript.green).toBe(false)
    expect(transcript.verdict).toBe(
      '9 of 10 snapshots completed; server 14: POST /snapshots/ was answered with 400: Storage is full. 0 of 5 slots of web-14 are in use, so the limit is not the reason. No snapshot was taken. Nothing was restored.',
    )
    expect(transcript.outputs['status']).toBe('failed')
    expect(transcript.outputs['snapshot-id']?.split(',')).toHaveLength(9)
    expect(transcript.outputs['server-id']).toBe('11,12,13,15,16,17,18,19,20')
    expect(transcript.state['green']).toBeUndefined()
    expect(items(transcript).every(({ status }) => status === 'completed')).toBe(true)
    expect(world.report().snapshots.map(({ status }) => status)).toEqual(Array(9).fill('completed'))
    expect(transcript.summary).toContain(
      '<tr><td>–</td><td>failed</td><td>web-14 (14)</td><td>–</td><td>–</td><td></td><td>–</td></tr>',
    )
    expect(transcript.annotations).toHaveLength(1)
  })

  it('while it is made: the others are followed to their ends', async () => {
    const servers = [
      ...fleet(2),
      { id: '13', name: 'web-13', timeline: { snapshotOutcome: 'failed' as const } },
    ]
    const { main } = stage(servers)
    const transcript = await main(create(servers))
    expect(transcript.verdict).toBe(
      '2 of 3 snapshots completed; server 13: Snapshot 804 of web-13 failed: the API says "failed". Nothing was restored.',
    )
    expect(transcript.outputs['status']).toBe('failed')
    expect(items(transcript).map(({ id, status, error }) => ({ id, status, error }))).toEqual([
      {
        error: undefined,
        id: '802',
        status: 'completed',
      },
      {
        error: undefined,
        id: '803',
        status: 'completed',
      },
      {
        error: 'Snapshot 804 of web-13 failed: the API says "failed".',
        id: '804',
        status: 'failed',
      },
    ])
  })

  it('keeps those whose turn has not come from being begun', async () => {
    const { main, world } = stage(THREE, {
      faults: [{ match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'status', status: 401 } }],
    })
    const { verdict, log, calls } = await main(create(THREE, { 'max-parallel': '1' }))
    expect(verdict).toBe(
      '0 of 3 snapshots completed; server 11: POST /snapshots/ was answered with 401. No snapshot was taken. server 12: web-12 was not begun, since another server of the group had failed. server 13: web-13 was not begun, since another server of the group had failed. Nothing was changed.',
    )
    expect(log.at(-2)).toBe(
      'Next: The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole. Mend what failed, then run the job again.',
    )
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(1)
    expect(world.events).toEqual([])
  })

  it('names the first three failures, and how many more', async () => {
    const { main } = stage(fleet(10), {
      faults: [{ match: { method: 'POST' }, when: 'before', fault: { kind: 'status', status: 404 } }],
    })
    const { verdict } = await main(create(TEN))
    expect(verdict).toBe(
      '0 of 10 snapshots completed; server 11: POST /snapshots/ was answered with 404. No snapshot was taken. server 12: POST /snapshots/ was answered with 404. No snapshot was taken. server 13: POST /snapshots/ was answered with 404. No snapshot was taken. And 7 more: 14, 15, 16, 17, 18, 19, 20. Nothing was changed.',
    )
  })

  it('says what else was accepted when nothing is waited for', async () => {
    const { main } = stage(THREE, {
      faults: [{ match: { method: 'POST', nth: 2 }, when: 'before', fault: { kind: 'status', status: 404 } }],
    })
    const { green, verdict, outputs } = await main(create(THREE, { wait: 'false' }))
    expect(green).toBe(false)
    expect(verdict).toBe(
      '0 of 3 snapshots completed, 2 accepted and in progress; server 12: POST /snapshots/ was answered with 404. No snapshot was taken. Nothing was restored.',
    )
    expect(outputs['snapshot-id']).toBe('802,803')
  })

  it('is as bad as its worst: unknown before failed', async () => {
    const { main } = stage(THREE, {
      settings: { timeline: { snapshotMs: 60_000 }, descriptions: 'dropped' },
      faults: [
        { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'status', status: 401 } },
        { match: { method: 'POST', nth: 2 }, when: 'after', fault: { kind: 'reset' } },
      ],
    })
    const { outputs } = await main(create(THREE))
    expect(outputs['status']).toBe('unknown')
  })
})

describe('the one deadline of a fleet', () => {
  it('with three of ten done tells which are completed and which go on', async () => {
    const servers = TEN.map((server, index) =>
      index < 3 ? server : { ...server, timeline: { snapshotMs: 900_000 } },
    )
    const { main } = stage(servers)
    const transcript = await main(create(servers, { timeout: '5m' }))
    expect(transcript.green).toBe(false)
    expect(transcript.took).toBe(300_000)
    expect(transcript.verdict).toBe(
      '3 of 10 snapshots completed; server 14: Snapshot 805 of web-14 was not completed within 5m; it goes on at VPS.org. server 15: Snapshot 806 of web-15 was not completed within 5m; it goes on at VPS.org. server 16: Snapshot 807 of web-16 was not completed within 5m; it goes on at VPS.org. And 4 more: 17, 18, 19, 20. Nothing was restored.',
    )
    expect(transcript.log.at(-2)).toBe(
      'Next: Take it up again with operation: wait, snapshot-id: 805,806,807,808,809,810,811.',
    )
    expect(transcript.outputs['status']).toBe('timed_out')
    expect(transcript.outputs['snapshot-id']).toBe('802,803,804,805,806,807,808,809,810,811')
    expect(items(transcript).map(({ status }) => status)).toEqual([
      ...Array(3).fill('completed'),
      ...Array(7).fill('timed_out'),
    ])
    expect(transcript.outputs['size-mb']).toBe('5120,5120,5120,,,,,,,')
    expect(transcript.summary.match(/<td>timed_out<\/td>/g)).toHaveLength(7)
  })

  it('keeps servers from being stopped whose turn comes after it', async () => {
    const { main, world } = stage(fleet(2))
    const { green, verdict, log, outputs } = await main(
      create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1', timeout: '100s' }),
    )
    expect(green).toBe(false)
    expect(verdict).toBe(
      '1 of 2 snapshots completed; server 12: web-12 was not begun: the time was over before its turn came. Nothing was changed on it. Nothing was restored.',
    )
    expect(log.at(-2)).toBe(
      'Next: Give more time (timeout) or work on more servers at once (max-parallel), and run it again for the servers that are left.',
    )
    expect(outputs['status']).toBe('failed')
    expect(outputs['snapshot-id']).toBe('802')
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })

  it('is refused for all that are left when the list is', async () => {
    const { main } = stage(THREE, {
      faults: [
        {
          match: { method: 'GET', path: '/snapshots/', from: 2 },
          when: 'before',
          fault: { kind: 'status', status: 401 },
        },
      ],
    })
    const { outputs, verdict } = await main(create(THREE))
    expect(outputs['status']).toBe('failed')
    expect(verdict).toBe(
      '0 of 3 snapshots completed; server 11: GET /snapshots/?page_size=100 was answered with 401. Snapshot 802 of web-11 was accepted and goes on at VPS.org; whether it is completed is not known. Take it up again with operation: wait, snapshot-id: 802. server 12: GET /snapshots/?page_size=100 was answered with 401. Snapshot 803 of web-12 was accepted and goes on at VPS.org; whether it is completed is not known. Take it up again with operation: wait, snapshot-id: 803. server 13: GET /snapshots/?page_size=100 was answered with 401. Snapshot 804 of web-13 was accepted and goes on at VPS.org; whether it is completed is not known. Take it up again with operation: wait, snapshot-id: 804. Nothing was restored.',
    )
  })
})

describe('a fleet with stop-server', () => {
  it('one by one never has two servers down at once', async () => {
    const { main, world } = stage(fleet(4))
    const { green, log } = await main(create(fleet(4), { 'stop-server': 'true', 'max-parallel': '1' }))
    expect(green).toBe(true)
    expect(mostDown(world.events)).toBe(1)
    expect(log).toEqual([
      'Stopping web-11.',
      'web-11 is stopped.',
      'Snapshot 802 of web-11 is accepted: shop-9876543210-1.',
      'Snapshot 802 of web-11 is completed.',
      'Starting web-11.',
      'web-11 is active.',
      'Stopping web-12.',
      'web-12 is stopped.',
      'Snapshot 803 of web-12 is accepted: shop-9876543210-1.',
      'Snapshot 803 of web-12 is completed.',
      'Starting web-12.',
      'web-12 is active.',
      'Stopping web-13.',
      'web-13 is stopped.',
      'Snapshot 804 of web-13 is accepted: shop-9876543210-1.',
      'Snapshot 804 of web-13 is completed.',
      'Starting web-13.',
      'web-13 is active.',
      'Stopping web-14.',
      'web-14 is stopped.',
      'Snapshot 805 of web-14 is accepted: shop-9876543210-1.',
      'Snapshot 805 of web-14 is completed.',
      'Starting web-14.',
      'web-14 is active.',
      'What became of each:',
      'Snapshot  Status     Server       Size     Age        Took    Name',
      '802       completed  web-11 (11)  5.0 GiB  8 minutes  1m 28s  shop-9876543210-1',
      '803       completed  web-12 (12)  5.0 GiB  6 minutes  1m 29s  shop-9876543210-1',
      '804       completed  web-13 (13)  5.0 GiB  4 minutes  1m 29s  shop-9876543210-1',
      '805       completed  web-14 (14)  5.0 GiB  2 minutes  1m 29s  shop-9876543210-1',
      '4 of 4 snapshots completed in 8m 26s.',
    ])
    const kinds = world.events.map(({ server, kind, detail }) => `${server} ${detail ?? kind}`)
    expect(kinds.slice(0, 8)).toEqual([
      '11 stop',
      '11 stopped',
      '11 snapshot-created',
      '11 snapshot-completed',
      '11 start',
      '11 running',
      '12 stop',
      '12 stopped',
    ])
  })

  it('has no more servers down than max-parallel', async () => {
    const { main, world } = stage(fleet(5))
    const { green } = await main(create(fleet(5), { 'stop-server': 'true', 'max-parallel': '2' }))
    expect(green).toBe(true)
    expect(mostDown(world.events)).toBe(2)
  })

  it('reads a server again whose turn comes late, and waits for what it finds', async () => {
    const { main } = stage(fleet(2), {
      happenings: [
        { afterMs: 100_000, act: { act: 'status', server: '12', status: 'restarting' } },
        { afterMs: 150_000, act: { act: 'status', server: '12', status: 'active' } },
      ],
    })
    const { green, log } = await main(create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1' }))
    expect(green).toBe(true)
    expect(log).toContain('web-12 (12) is restarting; waiting until it settles.')
  })

  it('does not stop one that stopped running meanwhile', async () => {
    const { main, world } = stage(fleet(2), {
      happenings: [{ afterMs: 100_000, act: { act: 'status', server: '12', status: 'stopped' } }],
    })
    const { green } = await main(create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1' }))
    expect(green).toBe(true)
    expect(world.events.filter(({ server, kind }) => server === '12' && kind === 'power')).toEqual([])
  })

  it('fails where a server can no longer be read when its turn comes', async () => {
    const { main, world } = stage(fleet(2), {
      faults: [
        {
          match: { method: 'GET', path: '/servers/12/', from: 2 },
          when: 'before',
          fault: { kind: 'status', status: 401 },
        },
      ],
    })
    const { green, verdict } = await main(create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1' }))
    expect(green).toBe(false)
    expect(verdict).toBe(
      '1 of 2 snapshots completed; server 12: GET /servers/12/ was answered with 401. No snapshot of it was taken. Nothing was restored.',
    )
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })

  it('does not touch the others when the first does not start again', async () => {
    const { main, world } = stage([
      { id: '11', name: 'web-11', timeline: { startingMs: 600_000 } },
      { id: '12', name: 'web-12' },
    ])
    const { green, verdict, outputs } = await main(
      create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1' }),
    )
    expect(green).toBe(false)
    expect(verdict).toBe(
      '1 of 2 snapshots completed; server 11: web-11 was stopped for its snapshot and could not be started again: web-11 was asked to start and did not become active in time; its last status was starting. server 12: web-12 was not begun, since another server of the group had failed. Nothing was restored.',
    )
    expect(outputs['status']).toBe('failed')
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })
})

describe('a server whose turn comes late', () => {
  it('is read again before its snapshot is asked for', async () => {
    const { main } = stage(fleet(2), {
      faults: [{ match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'hang' } }],
    })
    const { requests } = await main(create(fleet(2), { 'max-parallel': '1', wait: 'false' }))
    const [, second] = requests.filter(({ path }) => path === '/servers/12/')
    const post = requests.filter(({ method }) => method === 'POST').at(-1)
    expect((post?.after ?? 0) - (second?.after ?? 0)).toBe(100)
    // The first one's answer was lost, so that it is read again before its request is repeated.
    expect(requests.filter(({ path }) => path === '/servers/11/')).toHaveLength(2)
  })

  it('fails the group when it can no longer be read', async () => {
    const { main } = stage(fleet(2), {
      faults: [
        { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'hang' } },
        { match: { path: '/servers/12/', from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
    })
    const { verdict, outputs } = await main(create(fleet(2), { 'max-parallel': '1' }))
    expect(verdict).toBe(
      '1 of 2 snapshots completed; server 12: GET /servers/12/ was answered with 401. No snapshot of it was taken. Nothing was restored.',
    )
    expect(outputs['snapshot-id']).toBe('802')
    expect(outputs['status']).toBe('failed')
  })
})
