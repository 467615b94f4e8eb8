import { describe, expect, it } from 'vitest'
import { changes, ended, levels } from '../support/facts.ts'
import { byHand, refuse, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const NO_WAIT = { ...CREATE, wait: 'false' }
const SERVER = { method: 'GET', path: '/servers/*/' }
const WINDOW_MS = 60_000

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

function status(afterMs: number, text: string) {
  return { afterMs, act: { act: 'status', server: WEB.id, status: text } } as const
}

/** When the snapshot was asked for, in milliseconds since the beginning. */
function askedAfter({ requests }: Transcript): number | undefined {
  return requests.find(({ method }) => method === 'POST')?.after
}

/** What is said before the snapshot is asked for, without what each run says. */
function saidBefore({ printed }: Transcript): readonly string[] {
  const lines = printed.slice(0, printed.indexOf('group: Snapshots'))
  return lines.filter(line => !line.startsWith('group: ') && line !== 'endgroup')
}

describe('before a create', () => {
  it.each(['starting', 'Stopping', 'restarting', 'rebooting'])(
    'it waits while the server is %s',
    async passing => {
      const { main } = stage({
        servers: [{ ...WEB, status: passing }],
        happenings: [status(9_000, 'active')],
      })
      const transcript = await main(CREATE)
      expect(ended(transcript)).toBe('green completed')
      expect(saidBefore(transcript)).toHaveLength(1)
      expect(askedAfter(transcript)).toBeGreaterThan(9_000)
      expect(askedAfter(transcript)).toBeLessThan(20_000)
    },
  )

  it('it waits for the end of a restore: never a snapshot of a half-restored disk', async () => {
    const { main, world } = stage({
      snapshots: [byHand({ id: '700' })],
      settings: { timeline: { snapshotMs: 60_000, restoreMs: 100_000 } },
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '700' } }],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(world.events.map(({ kind }) => kind)).toEqual([
      ...['restore-begun', 'stopped', 'restore-ended', 'running', 'snapshot-created', 'snapshot-completed'],
    ])
    // The status, and a heartbeat after a minute.
    expect(saidBefore(transcript)).toHaveLength(2)
  })

  it('it says a status once, and the next one when it changes', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'stopping' }],
      happenings: [status(4_000, 'starting'), status(30_000, 'active')],
    })
    const said = saidBefore(await main(CREATE))
    expect(said).toHaveLength(2)
    expect(said[0]).toContain('stopping')
    expect(said[1]).toContain('starting')
  })

  it('it waits for a young snapshot that is in progress, reading both again', async () => {
    const { main } = stage({
      snapshots: [
        byHand({ id: '700', status: 'in_progress', hours: 0.4 }),
        byHand({ id: '699', status: 'completed', hours: 0.1 }),
      ],
      happenings: [
        { afterMs: 3_000, act: { act: 'snapshot-status', snapshot: '700', status: 'in_progress' } },
        { afterMs: 20_000, act: { act: 'snapshot-status', snapshot: '700', status: 'completed' } },
      ],
      settings: { timeline: { snapshotMs: 25 * 60_000 } },
    })
    const transcript = await main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    expect(saidBefore(transcript)[0]).toContain('700')
    expect(askedAfter(transcript)).toBeGreaterThan(20_000)
    const both = ['GET /snapshots/?server_id=12345&page_size=100', 'GET /servers/12345/']
    expect(transcript.calls.slice(0, 4)).toEqual([...both, ...both])
  })

  it('it warns of an unfinished snapshot of half an hour or more, and of an unlisted status, and does not wait', async () => {
    const { main } = stage({
      snapshots: [
        byHand({ id: '700', status: 'in_progress', hours: 0.5 }),
        byHand({ id: '701', status: 'archiving', hours: 5 }),
        byHand({ id: '702', status: 'failed', hours: 0.1 }),
      ],
      settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'never' } },
    })
    const transcript = await main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    expect(levels(transcript)).toEqual(['warning', 'warning'])
    const texts = transcript.annotations.map(({ text }) => text).join()
    for (const id of ['700', '701']) expect(texts).toContain(id)
    expect(askedAfter(transcript)).toBeLessThan(1_000)
  })

  it('it waits for an unfinished snapshot without a date', async () => {
    const { main, faults } = stage()
    const server = { id: 12345, name: 'web-server-01' }
    const body = JSON.stringify({
      count: 1,
      results: [{ id: 700, name: 'x', status: 'in_progress', server }],
    })
    faults.add({
      match: { method: 'GET', path: '/snapshots/', to: 2 },
      when: 'before',
      fault: { kind: 'body', body },
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(saidBefore(transcript)[0]).toContain('700')
    expect(askedAfter(transcript)).toBeGreaterThan(1_000)
  })

  it.each(['error', 'failed', 'suspended'])(
    'it goes on with a server that keeps the status %s for a settle window',
    async text => {
      const transcript = await stage({ servers: [{ ...WEB, status: text }] }).main(CREATE)
      expect(ended(transcript)).toBe('green completed')
      expect(saidBefore(transcript).filter(line => line.includes(text))).toHaveLength(2)
      expect(askedAfter(transcript)).toBeGreaterThan(WINDOW_MS)
      expect(askedAfter(transcript)).toBeLessThan(80_000)
    },
  )

  it.each([
    ['does not begin the settle window anew for the letter case of a strange status', 'Suspended', 0],
    ['begins the settle window anew when a strange status changes', 'error', 40_000],
  ])('it %s', async (_, text, begins) => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'suspended' }],
      happenings: [status(40_000, text)],
    })
    const asked = askedAfter(await main(CREATE)) ?? 0
    expect(asked).toBeGreaterThan(begins + WINDOW_MS)
    expect(asked).toBeLessThan(begins + 80_000)
  })

  it('it gives up at the deadline with what the server was last', async () => {
    const { main, world } = stage({ servers: [{ ...WEB, status: 'starting' }] })
    const transcript = await main({ ...CREATE, timeout: '3m' })
    expect(ended(transcript)).toBe('red failed server-busy')
    expect(transcript.annotations[0]?.text).toContain('starting')
    expect(transcript.took).toBe(180_000)
    expect(world.events).toEqual([])
  })

  it('it gives up at the deadline when the server cannot be read at all, with the reason', async () => {
    const transcript = await stage({ faults: [refuse(SERVER, 502)] }).main({ ...CREATE, timeout: '1m' })
    expect(ended(transcript)).toBe('red failed server-error')
    expect(transcript.annotations[0]?.text).toContain('502')
    expect(changes(transcript)).toEqual([])
    expect(transcript.took).toBe(60_000)
  })

  it('it names the server by its id in the heartbeat while it could never be read', async () => {
    const { log } = await stage({ faults: [refuse(SERVER, 502)] }).main({ ...CREATE, timeout: '10m' })
    const heartbeats = log.filter(line => /server 12345.*\dm \d+s/.test(line))
    expect(heartbeats.length).toBeGreaterThan(3)
    expect(heartbeats.every(line => !line.includes(WEB.name))).toBe(true)
  })

  it('it repeats the first read of a server at once, and leaves later ones to the next poll', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'starting' }],
      faults: [
        refuse({ path: '/servers/*/', nth: 1 }, 500),
        refuse({ path: '/servers/*/', nth: 3 }, 500),
        refuse({ path: '/snapshots/', nth: 3 }, 500),
      ],
      happenings: [status(9_000, 'active')],
    })
    const transcript = await main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    const reads = transcript.requests.map(({ path, status: code }) => `${path.split('?')[0]} ${code}`)
    expect(reads).toEqual([
      ...['/snapshots/ 200', '/servers/12345/ 500', '/servers/12345/ 200'],
      ...['/snapshots/ 200', '/servers/12345/ 500', '/snapshots/ 500'],
      ...[
        '/snapshots/ 200',
        '/servers/12345/ 200',
        '/snapshots/ 200',
        '/servers/12345/ 200',
        '/snapshots/ 201',
      ],
    ])
    const gaps = transcript.requests.map(({ after }, index, all) => after - (all[index - 1]?.after ?? 0))
    expect(gaps[2]).toBeLessThan(1_000)
    for (const later of [5, 6]) expect(gaps[later]).toBeGreaterThan(1_000)
  })

  it('it fails when a server in transition can no longer be read', async () => {
    const { main } = stage({
      servers: [{ ...WEB, status: 'starting' }],
      faults: [refuse({ path: '/servers/*/', from: 2 }, 401)],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('red failed unauthorized')
    expect(changes(transcript)).toEqual([])
  })
})
