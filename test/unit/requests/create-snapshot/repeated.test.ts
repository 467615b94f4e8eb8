/** What the world does between a request for a snapshot and its repetition. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import type { Act } from '../../../emulator/world-types.ts'
import { eachCreate } from '../../operations/support/create-case.ts'
import { changes, ended, isRunning, levels, made } from '../../operations/support/facts.ts'
import { byHand, failCreate, later, refuse, WEB } from '../../operations/support/scenery.ts'
import { createStage, DEFAULT_NAME, type StageSettings } from '../../operations/support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const NO_WAIT = { ...CREATE, wait: 'false' }
const LIST = { method: 'GET', path: '/snapshots/' }
const LOST_BEFORE = failCreate({ kind: 'reset' }, 'before')
const LOST_AFTER = failCreate({ kind: 'reset' }, 'after')
const UNKNOWN = 'red unknown lost-answer'
const ONE_BY_HAND = [byHand({ id: '701' })]
const RESTART: Act = { act: 'power', server: WEB.id, action: 'restart' }
const RESTORE: Act = { act: 'restore', snapshot: '701' }

/** The first answer gets lost, and lists show what was made so much later. */
function lagging(listLagMs: number, ...faults: readonly FaultRule[]): StageSettings {
  return { settings: { timeline: { listLagMs } }, faults: [LOST_AFTER, ...faults] }
}

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], ...more })
}

describe('a server that changes before a request is repeated', () => {
  const outage = (from: number, to: number): FaultRule => ({
    match: { method: 'POST', path: '/snapshots/', from, to },
    when: 'before',
    fault: { kind: 'refused' },
  })
  const FORBIDDEN_LATER = refuse({ path: '/servers/*/', from: 2 }, 401)

  it('is never snapshotted while somebody restores it', async () => {
    const played = stage({
      snapshots: [{ id: '700', server: WEB.id, name: 'x' }],
      settings: { timeline: { snapshotMs: 60_000, restoreMs: 300_000 } },
      faults: [outage(1, 6)],
      happenings: [{ afterMs: 12_000, act: { act: 'restore', snapshot: '700' } }],
    })
    expect(ended(await played.main(CREATE))).toBe('green completed')
    const events = played.world.events.map(({ kind }) => kind)
    expect(events).toContain('restore-ended')
    expect(events.indexOf('snapshot-created')).toBeGreaterThan(events.indexOf('restore-ended'))
  })

  it('is read immediately before every repetition, however short the pause was', async () => {
    const { calls } = await stage({ faults: [outage(1, 2)] }).main(NO_WAIT)
    const reads = ['GET /snapshots/?server_id=12345&page_size=100', 'GET /servers/12345/']
    expect(calls).toEqual([1, 2, 3].flatMap(() => [...reads, 'POST /snapshots/']))
  })

  it('is warned of once where the token may not read it', async () => {
    const played = stage({
      settings: { permissions: ['snapshots:read', 'snapshots:write'] },
      faults: [outage(1, 8)],
    })
    const transcript = await played.main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    expect(levels(transcript)).toEqual(['warning'])
    expect(transcript.calls.filter(call => call === 'GET /servers/12345/').length).toBeGreaterThan(1)
  })

  eachCreate({
    'and can no longer be read gets no snapshot, and no claim that the API may have acted': {
      settings: { faults: [outage(1, 9), FORBIDDEN_LATER] },
      ...{ end: 'red failed unauthorized', made: 0 },
    },
    'and can no longer be read after a lost answer leaves it unknown': {
      settings: { faults: [LOST_BEFORE, FORBIDDEN_LATER] },
      ...{ end: UNKNOWN, made: 0, told: ['401'] },
    },
    'cancelled in the pause before a repetition has changed nothing': {
      settings: { faults: [outage(1, 50)] },
      cancel: { afterMs: 5_000 },
      ...{ end: 'red failed cancelled', made: 0 },
    },
  })
})

describe('a refusal after a lost answer', () => {
  const dull = { kind: 'status', status: 400, body: '{"server_id": ["Too dull."]}' } as const
  const full = (listLagMs: number, more: StageSettings['settings'] = {}): StageSettings => ({
    settings: { timeline: { snapshotMs: 300_000, listLagMs }, snapshotLimit: 1, ...more },
    faults: [LOST_AFTER],
  })
  eachCreate({
    'that certainly did nothing is looked into, and sent again': {
      settings: { faults: [LOST_BEFORE, failCreate({ kind: 'status', status: 429 }, 'before', 2)] },
      ...{ end: 'green completed', sent: 3, made: 1 },
    },
    'may be for the slot that the lost request took: our snapshot is looked for and adopted': {
      settings: full(75_000),
      ...{ end: 'green completed', sent: 2, made: 1, id: '802' },
    },
    'is unknown when in the pause after it a snapshot of our name without a marker appears': {
      settings: {
        settings: { timeline: { listLagMs: 150_000 }, descriptions: 'null' },
        faults: [LOST_AFTER, later(300, 'POST', '/snapshots/', 2)],
      },
      ...{ end: UNKNOWN, sent: 2, made: 1, told: ['802'] },
    },
    'is unknown when after it a snapshot of our name without a marker appears': {
      settings: full(75_000, { descriptions: 'null' }),
      ...{ end: UNKNOWN, sent: 2, told: ['802'] },
    },
    'with nothing of ours to be seen is unknown all the same: lists may lag': {
      settings: { faults: [LOST_BEFORE, failCreate(dull, 'before', 2)] },
      ...{ end: UNKNOWN, sent: 2, told: ['Too dull'] },
    },
    'since the lost request took the last slot, and which the list does not show yet, is unknown': {
      settings: { ...lagging(150_000), snapshots: ['1', '2', '3', '4'].map(id => byHand({ id })) },
      ...{ end: UNKNOWN, sent: 2, made: 1 },
    },
  })
})

describe('a create whose answer was lost', () => {
  const uuid = '11111111-2222-4333-8444-555555555555'
  const empty = (from: number, to: number): FaultRule => ({
    ...{ match: { ...LIST, from, to }, when: 'before' },
    fault: { kind: 'body', body: '{"count": 0, "results": []}' },
  })
  const PAUSED = lagging(150_000, later(300, 'POST', '/snapshots/', 2))
  eachCreate({
    'adopts its snapshot that appears while the server is waited for, and hands its id out at once': {
      settings: { ...lagging(90_000), happenings: [{ afterMs: 55_000, act: RESTART }] },
      inputs: { wait: 'false' },
      ...{ end: 'green in_progress', made: 1, id: '802', within: 200_000 },
    },
    'adopts its snapshot that appears during the pause before another request': {
      settings: PAUSED,
      ...{ end: 'green completed', made: 1, id: '802' },
    },
    'cancelled before the repetition does not say that nothing was changed': {
      settings: PAUSED,
      cancel: { afterMs: 140_000 },
      end: UNKNOWN,
    },
    'adopts its snapshot that an API lists under the server’s number': {
      settings: {
        ...lagging(75_000, later(20, 'POST', '/snapshots/', 2), empty(2, 10), empty(12, 20)),
        servers: [{ id: uuid, name: 'web' }],
      },
      inputs: { 'server-id': uuid, wait: 'false' },
      ...{ end: 'green in_progress', made: 1, id: '802' },
    },
  })

  it('does not go on where the list cannot be read before the repetition', async () => {
    const lists = (calls: readonly string[]) => calls.filter(call => call.startsWith('GET /snapshots/'))
    const { calls } = await stage(lagging(90_000)).main(NO_WAIT)
    // The last one before the second request is the look that allows it.
    const from = lists(calls.slice(0, calls.lastIndexOf('POST /snapshots/'))).length
    const played = stage(lagging(90_000, refuse({ ...LIST, from }, 401)))
    const transcript = await played.main(NO_WAIT)
    expect(ended(transcript)).toBe(UNKNOWN)
    expect(lists(transcript.calls)).toHaveLength(from)
    expect(changes(transcript)).toEqual(['POST /snapshots/'])
    expect(made(played)).toEqual(['802'])
    for (const fact of [DEFAULT_NAME, '401']) expect(transcript.annotations[0]?.text).toContain(fact)
  })

  it('is sent again when the server was waited for and nothing has appeared', async () => {
    const played = stage({
      faults: [LOST_BEFORE],
      happenings: [{ afterMs: 65_000, act: RESTART }],
    })
    const transcript = await played.main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    expect(changes(transcript)).toHaveLength(2)
    const kinds = played.world.events.map(({ kind }) => kind)
    expect(kinds.slice(-2)).toEqual(['running', 'snapshot-created'])
    expect(made(played)).toEqual(['802'])
  })
})

describe('the look after a refusal', () => {
  // It names a field, which is final.
  const refusal = failCreate({ kind: 'refusal', status: 422, fields: { server_id: ['Too dull.'] } }, 'before')
  const faults = [refusal, refuse({ ...LIST, from: 2 }, 503)]

  it('takes nothing back of what is known when it is cancelled', async () => {
    const transcript = await stage({ faults }).main(NO_WAIT, { cancel: { afterMs: 3_000 } })
    expect(ended(transcript)).toBe('red failed refused')
  })

  it('is told as a defect where it has one', async () => {
    let isDefective = false
    const random = () => {
      if (isDefective) throw new Error('no chance')
      return 0.5
    }
    const played = stage({ faults, random })
    // The pause before the list is read again is the first use of chance after the request.
    played.clock.at(played.clock.now() + 450, () => {
      isDefective = true
    })
    const transcript = await played.main(NO_WAIT)
    expect(ended(transcript)).toMatch(/^red \w+ internal-error$/)
    expect(made(played)).toEqual([])
  })
})

describe('a safety snapshot whose answer was lost', () => {
  it('is adopted when it appears while the server is waited for', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      settings: { timeline: { listLagMs: 80_000 } },
      faults: [LOST_AFTER],
      happenings: [{ afterMs: 55_000, act: RESTART }],
    })
    const transcript = await played.main({
      ...{ operation: 'restore', 'snapshot-id': '701', 'safety-snapshot': 'true' },
    })
    expect(ended(transcript)).toBe('green restored')
    expect(transcript.outputs['safety-snapshot-id']).toBe('802')
    expect(made(played)).toEqual(['802'])
  })
})

describe('a server that was stopped for its snapshot', () => {
  it.each<readonly [string, Act]>([
    ['started', { act: 'power', server: '12345', action: 'start' }],
    ['restored', RESTORE],
  ])('and %s by somebody before its snapshot was begun gets none', async (_what, act) => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      faults: [later(120, 'POST', '/snapshots/')],
      happenings: [{ afterMs: 60_000, act }],
    })
    const transcript = await played.main({ ...CREATE, 'stop-server': 'true', timeout: '1h' })
    expect(transcript.green).toBe(false)
    expect(transcript.outputs['status']).toBe('failed')
    expect(made(played)).toEqual([])
    expect(isRunning(played)).toBe(true)
  })
})

describe('a restore whose answer was lost', () => {
  it('is not sent again after a pause in which it may have come and gone', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      faults: [
        { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 150_000 } },
        later(590, 'POST', '/snapshots/701/restore/', 2),
      ],
    })
    const transcript = await played.main({ operation: 'restore', 'snapshot-id': '701' })
    expect(ended(transcript)).toBe(UNKNOWN)
    expect(played.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })
})
