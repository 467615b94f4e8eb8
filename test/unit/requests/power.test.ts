import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../emulator/faults.ts'
import { changes, ended, isRunning, savedServer, switches } from '../operations/support/facts.ts'
import { byHand, later, refuse, WEB } from '../operations/support/scenery.ts'
import { createStage, START, type StageSettings, type Transcript } from '../operations/support/stage.ts'

const STOP = { operation: 'create', 'server-id': '12345', 'stop-server': 'true' }
const POWER = { method: 'POST', path: '/servers/*/power/' }
const READ = { method: 'GET', path: '/servers/*/' }
/** From the second read on, for longer than a settle window. */
const UNREADABLE = { ...READ, from: 2, forMs: 75_000 }
const WHOLE_STORY = ['stop', 'stopped', 'snapshot-created', 'snapshot-completed', 'start', 'running']

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

/** What happened in the world. */
function story({ world }: ReturnType<typeof stage>): readonly string[] {
  return world.events.map(({ kind, detail }) => detail ?? kind)
}

function power(fault: Fault, when: 'before' | 'after', match: FaultRule['match'] = { nth: 1 }): FaultRule {
  return { match: { ...POWER, ...match }, when, fault }
}

/** From each power request to the next, in milliseconds, beginning with the `from`th. */
function gaps({ requests }: Transcript, from = 0): readonly number[] {
  const sent = requests.filter(({ path }) => path.endsWith('/power/')).map(({ after }) => after)
  return sent.slice(from + 1).map((after, index) => after - (sent[from + index] ?? 0))
}

describe('a stop', () => {
  it('that does not come to pass in time fails the create, and the server is watched and started', async () => {
    const played = stage({ settings: { timeline: { stoppingMs: 130_000 } } })
    const transcript = await played.main({ ...STOP, timeout: '1m' })
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(changes(transcript)).toEqual(Array(2).fill('POST /servers/12345/power/'))
    expect(isRunning(played)).toBe(true)
  })

  it('whose end cannot be read is no longer waited for, and the server is started', async () => {
    const played = stage({ faults: [refuse(UNREADABLE, 401)] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(isRunning(played)).toBe(true)
  })

  it.each<Fault>([{ kind: 'hang' }, { kind: 'reset' }, { kind: 'status', status: 500 }])(
    'that was obeyed, though its request ended in %j, is seen by the status',
    async fault => {
      const played = stage({ faults: [power(fault, 'after')] })
      const transcript = await played.main(STOP)
      expect(ended(transcript)).toBe('green completed')
      expect(switches(transcript)).toEqual(['stop', 'start'])
    },
  )

  it('that lands late is watched for, and the server is started after it', async () => {
    const played = stage({ faults: [power({ kind: 'delay', ms: 90_000 }, 'before')] })
    const transcript = await played.main({ ...STOP, timeout: '65s' })
    expect(transcript.green).toBe(false)
    expect(story(played)).toEqual(['stop', 'stopped', 'start', 'running'])
  })

  it('whose lost request did nothing is sent once more after a settle window', async () => {
    const transcript = await stage({ faults: [power({ kind: 'reset' }, 'before')] }).main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(switches(transcript)).toEqual(['stop', 'stop', 'start'])
    expect(gaps(transcript)[0]).toBeGreaterThan(60_000)
    expect(gaps(transcript)[0]).toBeLessThan(80_000)
  })

  it('whose request is lost twice fails, and is not sent a third time', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'before', { to: 2 })] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(switches(transcript)).toEqual(['stop', 'stop'])
    // A stop that was asked for may still land: the server is watched for a settle window after the look for it.
    const last = transcript.requests.filter(({ path }) => path.endsWith('/power/')).at(-1)
    expect((transcript.requests.at(-1)?.after ?? 0) - (last?.after ?? 0)).toBeGreaterThan(120_000)
  })

  it('that is refused by a server which is stopped by then is done', async () => {
    const played = stage({
      faults: [power({ kind: 'status', status: 400 }, 'before')],
      happenings: [{ afterMs: 250, act: { act: 'status', server: WEB.id, status: 'stopped' } }],
    })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(switches(transcript)).toEqual(['stop', 'start'])
  })

  it('that is refused by a server which is stopping by then is waited for', async () => {
    const played = stage({ faults: [power({ kind: 'status', status: 400 }, 'after')] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(switches(transcript)).toEqual(['stop', 'start'])
  })

  it('that the token may not ask for fails at once, with the server’s status and the token’s permissions', async () => {
    const permissions = ['snapshots:read', 'snapshots:write', 'servers:read']
    const transcript = await stage({ settings: { permissions } }).main(STOP)
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(switches(transcript)).toEqual(['stop'])
    expect(transcript.annotations[0]?.text).toContain('active')
    for (const permission of permissions) expect(transcript.verdict).toContain(permission)
  })

  it('whose lost request cannot be looked for is not sent again', async () => {
    const played = stage({ faults: [power({ kind: 'reset' }, 'before'), refuse(UNREADABLE, 401)] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(switches(transcript)).toEqual(['stop'])
  })

  it('whose server cannot be read after a refusal is left to the end of the job', async () => {
    const played = stage({ faults: [refuse({ ...POWER, nth: 1 }, 400), refuse({ ...READ, from: 2 }, 401)] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('red failed stop-failed')
    expect(savedServer(transcript)?.power).toBe('stop requested')
  })
})

describe('a stop that has to be repeated', () => {
  it.each<readonly [string, FaultRule]>([
    ['after a pause', later(120, 'POST', '/servers/*/power/')],
    ['after a lost answer', { match: { ...POWER, nth: 1 }, when: 'before', fault: { kind: 'reset' } }],
  ])('%s is never sent into a restore', async (_how, fault) => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [fault],
      happenings: [{ afterMs: 10_000, act: { act: 'restore', snapshot: '701' } }],
    })
    const { requests } = await played.main(STOP)
    const end = played.world.events.find(({ kind }) => kind === 'restore-ended')
    expect(end).toBeDefined()
    const [, ...repeated] = requests.filter(
      ({ path, body }) => path.endsWith('/power/') && body.includes('stop'),
    )
    for (const { after } of repeated) expect(after).toBeGreaterThan((end?.at ?? 0) - START)
    expect(isRunning(played)).toBe(true)
  })

  it('after a pause in which nothing happened stops the server', async () => {
    const played = stage({ faults: [later(5, 'POST', '/servers/*/power/')] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(played.world.events.some(({ kind }) => kind === 'stopped')).toBe(true)
    expect(isRunning(played)).toBe(true)
  })

  it('does not take somebody else’s restart for its own', async () => {
    const played = stage({
      happenings: [{ afterMs: 200, act: { act: 'power', server: WEB.id, action: 'restart' } }],
    })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    // Refused while it restarts, and sent again when it has.
    expect(story(played)).toEqual(['restart', 'stopped', 'running', ...WHOLE_STORY])
  })
})

describe('a start', () => {
  it.each([
    ['is seen by the status', {}],
    ['needs no further read where it was obeyed at once', { startingMs: 0 }],
  ])('whose request is lost but obeyed %s', async (_, timeline) => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000, ...timeline } },
      faults: [power({ kind: 'reset' }, 'after', { nth: 2 })],
    })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(story(played)).toEqual(WHOLE_STORY)
    expect(switches(transcript)).toEqual(['stop', 'start'])
  })

  it('that is refused fails with the words of the API', async () => {
    const transcript = await stage({ faults: [refuse({ ...POWER, nth: 2 }, 402, 'Unpaid.')] }).main(STOP)
    expect(ended(transcript)).toBe('red completed start-failed')
    for (const fact of ['Unpaid', 'stopped']) expect(transcript.annotations[0]?.text).toContain(fact)
    expect(savedServer(transcript)?.power).toBe('stop requested')
  })

  it.each([400, 409, 423])('that is refused with %i for the moment is tried again', async status => {
    const played = stage({ faults: [refuse({ ...POWER, from: 2, to: 3 }, status)] })
    const transcript = await played.main(STOP)
    expect(ended(transcript)).toBe('green completed')
    expect(switches(transcript)).toEqual(['stop', 'start', 'start', 'start'])
    const [first = 0, second = 0] = gaps(transcript, 1)
    expect(first).toBeGreaterThan(1_000)
    expect(second).toBeGreaterThan(first)
  })

  it('that is refused for two minutes fails', async () => {
    const transcript = await stage({ faults: [refuse({ ...POWER, from: 2 }, 409)] }).main(STOP)
    expect(ended(transcript)).toBe('red completed start-failed')
    const spent = gaps(transcript, 1).reduce((sum, gap) => sum + gap, 0)
    expect(spent).toBeGreaterThan(60_000)
    expect(spent).toBeLessThanOrEqual(120_000)
  })

  it('whose answers are lost is sent again after short looks, for as long as there is time', async () => {
    const lost = power({ kind: 'reset' }, 'before', { from: 3 })
    const transcript = await stage({ faults: [refuse({ ...POWER, nth: 2 }, 409), lost] }).main(STOP)
    expect(ended(transcript)).toBe('red completed start-failed')
    const starts = switches(transcript).slice(1)
    expect(starts.length).toBeGreaterThan(4)
    expect(starts.length).toBeLessThan(10)
    for (const gap of gaps(transcript, 2).slice(0, 3)) expect(gap).toBeGreaterThanOrEqual(20_000)
  })
})

describe('a start that one stale read calls done', () => {
  const RESTORE = { operation: 'restore', 'snapshot-id': '701' }
  const REFUSED = refuse({ ...POWER, nth: 1 }, 409)

  function restored(timeline: object, faults: readonly FaultRule[] = []) {
    const settings = { timeline: { restoreEndsAs: 'stopped', ...timeline } }
    return stage({ settings, faults, snapshots: [byHand({ id: '701' })] })
  }

  /** The first read of the server after the first power request says `active`, whatever the server is. */
  async function staleAfterStart(timeline: object, faults: readonly FaultRule[]): Promise<FaultRule> {
    const { requests } = await restored(timeline, faults).main(RESTORE)
    const begun = requests.findIndex(({ path }) => path.endsWith('/power/'))
    const reads = requests.slice(0, begun).filter(({ path }) => /^\/servers\/\d+\/$/.test(path))
    const fault = { kind: 'fields', set: { status: 'active' } } as const
    return { match: { ...READ, nth: reads.length + 1 }, when: 'after', fault }
  }

  it('is sent again after a refusal', async () => {
    const played = restored({}, [REFUSED, await staleAfterStart({}, [REFUSED])])
    const transcript = await played.main(RESTORE)
    expect(ended(transcript)).toBe('green restored')
    expect(switches(transcript)).toEqual(['start', 'start'])
    expect(isRunning(played)).toBe(true)
  })

  it('is followed to its end once it was accepted', async () => {
    const timeline = { startingMs: 45_000 }
    const played = restored(timeline, [await staleAfterStart(timeline, [])])
    const transcript = await played.main(RESTORE)
    expect(ended(transcript)).toBe('green restored')
    expect(switches(transcript)).toEqual(['start'])
    expect(isRunning(played)).toBe(true)
  })

  it('is red where the server never starts', async () => {
    const timeline = { startEndsAs: 'stopped' }
    const played = restored(timeline, [await staleAfterStart(timeline, [])])
    const transcript = await played.main({ ...RESTORE, timeout: '20m' })
    expect(ended(transcript)).toBe('red restored start-failed')
    expect(isRunning(played)).toBe(false)
  })

  it('takes two seconds more than it did', async () => {
    const played = restored({ startingMs: 0 })
    const { requests } = await played.main(RESTORE)
    const begun = requests.findIndex(({ path }) => path.endsWith('/power/'))
    const [first, second] = requests.slice(begun + 1).map(({ after }) => after)
    expect((second ?? 0) - (first ?? 0)).toBeLessThan(3_000)
    expect(requests).toHaveLength(begun + 3)
  })
})
