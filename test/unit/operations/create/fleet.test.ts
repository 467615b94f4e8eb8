import { describe, expect, it } from 'vitest'
import { changes, ended, levels, savedServer, snapshotWords } from '../support/facts.ts'
import { byHand, fleet, idsOf, refuse } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }
const THREE = fleet(3)
const TEN = fleet(10)
const WHOLE_LIST = 'GET /snapshots/?page_size=100'

function create(servers: readonly { readonly id: string }[], more: Readonly<Record<string, string>> = {}) {
  return { operation: 'create', 'server-id': idsOf(servers), ...more }
}

function stage(servers: NonNullable<StageSettings['servers']>, more: StageSettings = {}) {
  return createStage({ servers, settings: ONE_MINUTE, ...more })
}

/** How many ids each write of the output `snapshot-id` held. */
function idCounts({ outputWrites }: Transcript): readonly number[] {
  const ids = outputWrites.filter(([name]) => name === 'snapshot-id').map(([, value]) => value)
  return ids.map(value => value.split(',').length)
}

describe('a create of several servers', () => {
  it('is green when every snapshot is completed, with lists in the order of server-id', async () => {
    const transcript = await stage(THREE).main(create([...THREE].reverse()))
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual([])
    expect(transcript.outputs).toMatchObject({
      'snapshot-id': '802,803,804',
      'server-id': '13,12,11',
      'server-name': 'web-13,web-12,web-11',
      'size-mb': '5120,5120,5120',
    })
    expect(Object.keys(transcript.state)).toEqual([
      'main',
      'plan',
      'server-0',
      'server-1',
      'server-2',
      'green',
    ])
    expect(JSON.parse(transcript.state['plan'] ?? '').servers).toBe(3)
    expect(savedServer(transcript)?.server).toBe('13')
  })

  it('hands out each id as it is accepted, of a large fleet as of a small one', async () => {
    const servers = fleet(30)
    const transcript = await stage(servers).main(create(servers, { 'max-parallel': '1' }))
    expect(idCounts(transcript)).toEqual([...Array.from(servers, (_, index) => index + 1), 30])
  })

  it('hands out once what it has when its last server is refused', async () => {
    const { main } = stage(THREE, { faults: [refuse({ method: 'POST', nth: 3 }, 404)] })
    const transcript = await main(create(THREE, { 'max-parallel': '1' }))
    expect(idCounts(transcript)).toEqual([1, 2, 2])
    expect(ended(transcript)).toBe('red failed not-found')
    expect(snapshotWords(transcript)).toEqual(['802 completed', '803 completed'])
  })

  it('reads the snapshots of all with one list request a poll', async () => {
    const transcript = await stage(TEN).main(create(TEN))
    expect(transcript.green).toBe(true)
    const lists = transcript.calls.filter(call => call.startsWith('GET /snapshots/'))
    expect(new Set(lists)).toEqual(new Set([WHOLE_LIST]))
    expect(changes(transcript)).toHaveLength(10)
    expect(transcript.calls).toHaveLength(lists.length + 10 + 10)
  })

  it('asks for each server by itself where the whole list has more pages than there are servers', async () => {
    const others = fleet(80).slice(2)
    const snapshots = others.flatMap(({ id: server }, index) =>
      [0, 1, 2, 3].map(part => byHand({ id: String(10_000 + index * 4 + part), server })),
    )
    const { main } = stage(fleet(80), { snapshots, settings: { ...ONE_MINUTE, snapshotPaging: true } })
    const { green, calls } = await main(create(fleet(2)))
    expect(green).toBe(true)
    // That it has so many pages is learnt from the first list.
    expect(calls[0]).toBe(WHOLE_LIST)
    const later = calls.slice(calls.indexOf('POST /snapshots/')).filter(call => call.startsWith('GET '))
    expect(new Set(later)).toEqual(
      new Set(['11', '12'].map(id => `GET /snapshots/?server_id=${id}&page_size=100`)),
    )
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
    const lists = calls.filter(call => call.startsWith('GET /snapshots/'))
    expect(new Set(lists)).toEqual(new Set([WHOLE_LIST, 'GET /snapshots/?page_size=100&page=2']))
  })

  it('begins as many at a time as max-parallel allows, and frees the place when accepted', async () => {
    const { requests } = await stage(fleet(5)).main(create(fleet(5), { 'max-parallel': '2' }))
    const gaps = (moments: readonly number[]) => moments.map(after => after - (moments[0] ?? 0))
    const posts = requests.filter(({ method }) => method === 'POST').map(({ after }) => after)
    expect(gaps(posts).slice(0, 4)).toEqual([0, 0, 100, 100])
    const reads = requests.filter(({ path }) => path.startsWith('/servers/')).map(({ after }) => after)
    expect(gaps(reads).slice(0, 4)).toEqual([0, 0, 100, 100])
  })

  it('of which nothing is to be changed prints a plan line for each', async () => {
    const { main, world } = stage(TEN)
    const transcript = await main(create(TEN, { 'dry-run': 'true' }))
    expect(ended(transcript)).toBe('green planned')
    for (const { name } of TEN) expect(transcript.log.filter(line => line.includes(name))).not.toEqual([])
    expect(world.events).toEqual([])
  })

  it('ends with the acceptance of all without wait', async () => {
    expect(ended(await stage(THREE).main(create(THREE, { wait: 'false' })))).toBe('green in_progress')
  })

  it('says one heartbeat a minute for all that are left', async () => {
    const { main } = stage([
      { id: '11', name: 'web-11' },
      { id: '12', name: 'web-12', timeline: { snapshotMs: 100_000 } },
      { id: '13', name: 'web-13', timeline: { snapshotMs: 200_000 } },
    ])
    const { log, took } = await main(create(THREE))
    const heartbeats = log.filter(line => /\b\dm \d+s;/.test(line))
    expect(heartbeats).toHaveLength(Math.floor(took / 60_000))
    expect(heartbeats.at(-1)).toContain('804')
  })

  it('polls for a fleet no more often than for one server', async () => {
    const settings = { latencyMs: 0, settings: { timeline: { snapshotMs: 30_000 } } }
    const polls = async (servers: ReturnType<typeof fleet>) => {
      const { requests } = await stage(servers, settings).main(create(servers))
      return requests.filter(({ path }) => path.startsWith('/snapshots/?')).map(({ after }) => after)
    }
    const one = await polls(fleet(1))
    expect(one.length).toBeGreaterThan(3)
    expect(await polls(THREE)).toEqual(one)
  })
})

describe('the one deadline of a fleet', () => {
  it('with three of ten done tells which are completed and which go on', async () => {
    const servers = TEN.map((server, index) =>
      index < 3 ? server : { ...server, timeline: { snapshotMs: 900_000 } },
    )
    const transcript = await stage(servers).main(create(servers, { timeout: '5m' }))
    expect(ended(transcript)).toBe('red timed_out timeout')
    expect(transcript.took).toBe(300_000)
    // The way out names all that go on, at once.
    expect(transcript.verdict).toContain('805,806,807,808,809,810,811')
    expect(snapshotWords(transcript)).toEqual(
      TEN.map((_, index) => `${802 + index} ${index < 3 ? 'completed' : 'timed_out'}`),
    )
    expect(transcript.outputs['size-mb']).toBe('5120,5120,5120,,,,,,,')
  })

  it('keeps servers from being stopped whose turn comes after it', async () => {
    const { main, world } = stage(fleet(2))
    const transcript = await main(
      create(fleet(2), { 'stop-server': 'true', 'max-parallel': '1', timeout: '100s' }),
    )
    expect(ended(transcript)).toBe('red failed timeout')
    expect(transcript.outputs['snapshot-id']).toBe('802')
    expect(world.events.filter(({ server }) => server === '12')).toEqual([])
  })

  it('is not waited for when the list is refused: all that are left go on', async () => {
    const { main } = stage(THREE, { faults: [refuse({ path: '/snapshots/', method: 'GET', from: 2 }, 401)] })
    const transcript = await main(create(THREE))
    expect(ended(transcript)).toBe('red in_progress unauthorized')
    expect(snapshotWords(transcript)).toEqual(['802 in_progress', '803 in_progress', '804 in_progress'])
    expect(transcript.took).toBeLessThan(300_000)
  })
})

describe('a server whose turn comes late', () => {
  const SLOW_FIRST = { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'hang' } } as const

  it('is read again before its snapshot is asked for', async () => {
    const { main } = stage(fleet(2), { faults: [SLOW_FIRST] })
    const { requests } = await main(create(fleet(2), { 'max-parallel': '1', wait: 'false' }))
    const [, second] = requests.filter(({ path }) => path === '/servers/12/')
    const post = requests.filter(({ method }) => method === 'POST').at(-1)
    expect((post?.after ?? 0) - (second?.after ?? 0)).toBe(100)
    // The first one's answer was lost, so that it is read again before its request is repeated.
    expect(requests.filter(({ path }) => path === '/servers/11/')).toHaveLength(2)
  })

  it('fails the group when it can no longer be read', async () => {
    const { main } = stage(fleet(2), { faults: [SLOW_FIRST, refuse({ path: '/servers/12/', from: 2 }, 401)] })
    const transcript = await main(create(fleet(2), { 'max-parallel': '1' }))
    expect(ended(transcript)).toBe('red failed unauthorized')
    expect(transcript.outputs['snapshot-id']).toBe('802')
  })
})
