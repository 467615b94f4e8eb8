import { describe, expect, it } from 'vitest'
import { eachCreate } from '../support/create-case.ts'
import { changes, ended, levels, savedServer, snapshotWords } from '../support/facts.ts'
import { byHand, byWorkflow, failCreate, fleet, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const STOP = { ...CREATE, 'stop-server': 'true' }
const FULL = [...['1', '2', '3', '4'].map(id => byHand({ id })), byWorkflow({ id: '5' })]
const MAKE_ROOM = { 'when-full': 'delete-oldest' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('a cancelled create', () => {
  const CANCELLED = 'red cancelled cancelled'
  const UNKNOWN = 'red unknown lost-answer'
  const EMPTY = {
    match: { method: 'GET', path: '/snapshots/', from: 2 },
    when: 'before',
    fault: { kind: 'empty' },
  } as const
  eachCreate({
    'before anything was changed ends at once': {
      cancel: { request: 'GET /servers/12345/', nth: 1 },
      ...{ end: 'red failed cancelled', made: 0, within: 100, told: ['SIGINT'] },
    },
    'by another signal names it': {
      cancel: { afterMs: 50, signal: 'SIGTERM' },
      ...{ end: 'red failed cancelled', told: ['SIGTERM'] },
    },
    'while its answer is on the way hears it out, and hands the id out': {
      settings: { latencyMs: 1_500 },
      cancel: { afterMs: 3_600 },
      ...{ end: CANCELLED, id: '802', within: 4_500 },
    },
    'whose answer does not come within a second is unknown': {
      settings: { faults: [failCreate({ kind: 'hang' }, 'after')] },
      cancel: { request: 'POST /snapshots/', nth: 1 },
      ...{ end: UNKNOWN, id: '', within: 1_200 },
    },
    'in the middle of the wait leaves the snapshot to go on, and names it': {
      cancel: { afterMs: 30_000 },
      ...{ end: CANCELLED, made: 1, id: '802', within: 30_000, told: ['snapshot-id: 802'] },
    },
    'while a lost answer is looked for is unknown': {
      settings: { faults: [failCreate({ kind: 'reset' }, 'after'), EMPTY] },
      cancel: { afterMs: 30_000 },
      ...{ end: UNKNOWN, sent: 1 },
    },
    'while it waits for the freed slot tells what was deleted': {
      settings: { snapshots: FULL, settings: { timeline: { slotLagMs: 60_000 } } },
      inputs: MAKE_ROOM,
      cancel: { afterMs: 4_000 },
      ...{ end: 'red failed cancelled', made: 0, deleted: ['5'], levels: ['notice', 'error'] },
    },
    'while a deletion that makes room has no answer is unknown': {
      settings: {
        snapshots: FULL,
        faults: [{ match: { method: 'DELETE' }, when: 'after', fault: { kind: 'hang' } }],
      },
      inputs: MAKE_ROOM,
      cancel: { request: 'DELETE /snapshots/5/', nth: 1 },
      ...{ end: UNKNOWN, made: 0 },
    },
    'while the token’s permissions are asked for keeps what was refused': {
      settings: { settings: { permissions: ['servers:read'] } },
      cancel: { request: 'GET /account/me/', nth: 1 },
      ...{ end: 'red failed forbidden', within: 100 },
    },
  })

  it('arms nothing, and keeps the id for the end of the job', async () => {
    const transcript = await stage().main(CREATE, { cancel: { afterMs: 30_000 } })
    expect(savedServer(transcript)?.snapshot).toMatchObject({ id: '802', completed: false })
    expect(transcript.state['green']).toBeUndefined()
  })

  it('between the ends of a fleet tells of each what it is', async () => {
    const servers = fleet(10)
    const { main } = createStage({
      servers: servers.map((server, index) =>
        index < 3 ? server : { ...server, timeline: { snapshotMs: 900_000 } },
      ),
      settings: { timeline: { snapshotMs: 60_000 } },
    })
    const inputs = { operation: 'create', 'server-id': idsOf(servers) }
    const transcript = await main(inputs, { cancel: { afterMs: 200_000 } })
    expect(ended(transcript)).toBe('red cancelled cancelled')
    expect(snapshotWords(transcript)).toEqual(
      servers.map((_, index) => `${802 + index} ${index < 3 ? 'completed' : 'cancelled'}`),
    )
    expect(Object.keys(transcript.state)).toEqual([
      'main',
      'plan',
      ...servers.map((_, index) => `server-${index}`),
    ])
  })

  it('at the acceptance of a fleet tells which were begun and which were not', async () => {
    const servers = fleet(3)
    const { main, world } = createStage({ servers })
    const transcript = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'max-parallel': '1' },
      { cancel: { request: 'POST /snapshots/', nth: 2 } },
    )
    expect(world.report().snapshots).toHaveLength(2)
    expect(snapshotWords(transcript)).toEqual(['802 cancelled', '803 cancelled'])
    expect(transcript.outputs['snapshot-id']).toBe('802,803')
    expect(ended(transcript)).toBe('red failed cancelled')
    expect(transcript.summary).toContain('13')
  })
})

describe('a create with stop-server that is cancelled', () => {
  it.each([
    // The stop was asked for and not seen: it may still land.
    {
      moment: 'while the server stops',
      afterMs: 10_000,
      status: 'failed',
      power: 'stop requested',
      starts: true,
    },
    {
      moment: 'while the snapshot is taken',
      afterMs: 50_000,
      status: 'cancelled',
      power: 'stopped',
      starts: true,
    },
    {
      moment: 'while the server starts',
      afterMs: 95_000,
      status: 'completed',
      power: 'stopped',
      starts: false,
    },
  ])('$moment leaves the start to the end of the job', async ({ afterMs, status, power, starts }) => {
    const { main, post, world } = stage()
    const transcript = await main(STOP, { cancel: { afterMs } })
    expect(ended(transcript)).toBe(`red ${status} cancelled`)
    expect(savedServer(transcript)?.power).toBe(power)
    expect(transcript.state['green']).toBeUndefined()
    const end = await post('cancelled')
    expect(end.green).toBe(true)
    expect(changes(end)).toEqual(starts ? ['POST /servers/12345/power/'] : [])
    expect(world.report().servers[0]?.running).toBe(true)
  })

  it('is started at the end of the job though the server cannot be read, and nobody says that it runs', async () => {
    const { main, post, faults } = stage()
    await main(STOP, { cancel: { afterMs: 50_000 } })
    faults.add({ match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 503 } })
    const end = await post('cancelled')
    expect(end.green).toBe(false)
    expect(levels(end)).toEqual(['error'])
    expect(changes(end)).toEqual(['POST /servers/12345/power/'])
    expect(end.took).toBeLessThanOrEqual(120_000)
  })

  it('saves no intent for servers whose turn has not come', async () => {
    const servers = fleet(2)
    const { main } = createStage({ servers })
    const { state } = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'stop-server': 'true', 'max-parallel': '1' },
      { cancel: { afterMs: 5_000 } },
    )
    expect(Object.keys(state)).toEqual(['main', 'plan', 'server-0'])
  })

  it('between two servers of a fleet tells what is done', async () => {
    const servers = fleet(2)
    const { main } = createStage({ servers, settings: { timeline: { snapshotMs: 60_000 } } })
    const transcript = await main(
      { operation: 'create', 'server-id': idsOf(servers), 'stop-server': 'true', 'max-parallel': '1' },
      { cancel: { request: 'GET /servers/12/', nth: 2 } },
    )
    expect(ended(transcript)).toBe('red failed cancelled')
    expect(snapshotWords(transcript)).toEqual(['802 completed'])
  })
})
