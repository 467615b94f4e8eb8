import { describe, expect, it } from 'vitest'
import { changes, ended, isRunning, levels, savedServer, snapshotWords, switches } from '../support/facts.ts'
import { byHand, byWorkflow, refuse, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../support/stage.ts'

const STOP = { operation: 'create', 'server-id': '12345', 'stop-server': 'true' }
const POWER_CALL = 'POST /servers/12345/power/'
const NEVER_STARTS = { timeline: { snapshotMs: 60_000, startingMs: 600_000 } }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

/** What happened in the world. */
function story({ world }: ReturnType<typeof stage>): readonly string[] {
  return world.events.map(({ kind, detail }) => detail ?? kind)
}

/** The failed phases of the summary's timeline. */
function failedPhases({ summary }: Transcript): readonly string[] {
  return [...summary.matchAll(/^(.*) :crit/gm)].map(([, kind]) => kind ?? '')
}

describe('a create with stop-server', () => {
  it('stops the server, takes the snapshot, and starts the server again', async () => {
    const played = stage()
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual([])
    expect(story(played)).toEqual([
      ...['stop', 'stopped', 'snapshot-created', 'snapshot-completed', 'start', 'running'],
    ])
    expect(changes(transcript)).toEqual([POWER_CALL, 'POST /snapshots/', POWER_CALL])
    expect(transcript.outputs['server-status']).toBe('active')
    const writes = transcript.stateWrites.filter(([name]) => name === 'server-0')
    const saved = writes.map(([, value]) => JSON.parse(value))
    expect(saved.map(({ power: word, snapshot }) => `${word} ${snapshot?.completed}`).slice(-5)).toEqual([
      'stop requested undefined',
      'stopped undefined',
      'stopped false',
      'stopped true',
      'started true',
    ])
    expect(transcript.stateWrites.at(-1)?.[0]).toBe('green')
    const phases = [...transcript.summary.matchAll(/^(stop|snapshot|start) :\d/gm)].map(([, kind]) => kind)
    expect(phases).toEqual(['stop', 'snapshot', 'start'])
  })

  it('saves the intent before the stop is sent', async () => {
    const transcript = await stage().main(STOP, { cancel: { request: POWER_CALL, nth: 1 } })
    expect(savedServer(transcript)).toMatchObject({
      server: '12345',
      serverName: 'web-server-01',
      power: 'stop requested',
    })
    expect(transcript.requests.at(-1)?.path).toBe('/servers/12345/power/')
  })

  it('leaves a server that does not run as it is', async () => {
    const transcript = await stage({ servers: [{ ...WEB, status: 'stopped' }] }).main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(changes(transcript)).toEqual(['POST /snapshots/'])
    expect(savedServer(transcript)?.power).toBe('untouched')
  })

  it('says how a long stop comes along once a minute', async () => {
    const log = async (stoppingMs: number) => {
      const timeline = { snapshotMs: 5_000, stoppingMs }
      return (await stage({ settings: { timeline } }).main(STOP)).log
    }
    expect(await log(70_000)).toHaveLength((await log(10_000)).length + 1)
  })

  it.each([{}, { 'when-full': 'delete-oldest' }])(
    'refuses before the stop when no slot is free: %j',
    async inputs => {
      const played = stage({ snapshots: ['1', '2', '3', '4', '5'].map(id => byHand({ id })) })
      const transcript = await played.main({ ...STOP, ...inputs })
      expect(ended(transcript)).toBe('red failed no-free-slot')
      expect(changes(transcript)).toEqual([])
      expect(played.world.events).toEqual([])
    },
  )

  it('makes room while the server is stopped where the rule allows it', async () => {
    const snapshots = [...['1', '2', '3', '4'].map(id => byHand({ id })), byWorkflow({ id: '5' })]
    const played = stage({ snapshots })
    const transcript = await played.main({ ...STOP, 'when-full': 'delete-oldest' })
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['deleted-snapshot-ids']).toBe('5')
    expect(isRunning(played)).toBe(true)
  })

  it('starts the server when the snapshot is refused', async () => {
    const played = stage({ faults: [refuse({ method: 'POST', path: '/snapshots/' }, 404)] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed not-found')
    expect(story(played)).toEqual(['stop', 'stopped', 'start', 'running'])
    expect(transcript.outputs['server-status']).toBe('active')
  })

  it('starts the server when the snapshot fails', async () => {
    const played = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed snapshot-failed')
    expect(failedPhases(transcript)).toEqual(['snapshot'])
    expect(isRunning(played)).toBe(true)
    expect(savedServer(transcript)?.power).toBe('started')
  })

  it('starts the server after the deadline, in time of its own', async () => {
    const played = stage({ settings: { timeline: { snapshotOutcome: 'never' } } })
    const transcript = await played.main({ ...STOP, timeout: '2m' })
    expect(ended(transcript)).toBe('red timed_out timeout')
    expect(transcript.outputs['server-status']).toBe('active')
    expect(transcript.took).toBeGreaterThan(120_000)
    expect(transcript.took).toBeLessThan(240_000)
    expect(isRunning(played)).toBe(true)
  })

  it('is red when the server does not start in two minutes, though the snapshot is completed', async () => {
    const transcript = await stage({ settings: NEVER_STARTS }).main(STOP)
    expect(ended(transcript)).toBe('red completed start-failed')
    expect(snapshotWords(transcript)).toEqual(['802 completed'])
    expect(transcript.state['green']).toBeUndefined()
    // The post stage tries once more, and watches for a stop before it does.
    expect(savedServer(transcript)?.power).toBe('stop requested')
    expect(failedPhases(transcript)).toEqual(['start'])
  })

  it('tells of both when the snapshot fails and the server does not start', async () => {
    const timeline = { ...NEVER_STARTS.timeline, snapshotOutcome: 'failed' as const }
    const transcript = await stage({ settings: { timeline } }).main(STOP)
    expect(ended(transcript)).toBe('red failed snapshot-failed')
    expect(failedPhases(transcript)).toEqual(['snapshot', 'start'])
    expect(savedServer(transcript)?.power).toBe('stop requested')
    for (const fact of ['802', 'starting']) expect(transcript.annotations[0]?.text).toContain(fact)
  })

  it.each([
    ['has started', 60_000],
    ['is starting', 80_000],
  ])('does not start a server again that somebody else %s', async (_, afterMs) => {
    const played = stage({
      happenings: [{ afterMs, act: { act: 'power', server: WEB.id, action: 'start' } }],
    })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(switches(transcript)).toEqual(['stop'])
    // Once it was seen stopped, one look at it running is enough.
    expect(transcript.took).toBeLessThan(afterMs + 60_000)
  })

  it('cannot start a server whose status never settles', async () => {
    const played = stage({
      happenings: [{ afterMs: 60_000, act: { act: 'status', server: WEB.id, status: 'error' } }],
    })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red completed start-failed')
    expect(transcript.annotations[0]?.text).toContain('error')
  })

  it.each([401, 503])(
    'asks for the start, and leaves the rest to the end of the job, when it is answered for with %i for ever',
    async status => {
      const played = stage({ faults: [refuse({ method: 'GET', path: '/servers/*/', from: 6 }, status)] })
      const transcript = await played.main(STOP)
      expect(ended(transcript)).toBe('red failed stop-failed')
      expect(savedServer(transcript)?.power).toBe('stop requested')
      expect(switches(transcript)).toEqual(['stop', 'start'])
      expect(transcript.took).toBeLessThanOrEqual(32 * 60_000)
    },
  )
})
