import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { type CreateCase, eachCreate } from '../../operations/support/create-case.ts'
import { creates, ended, made, savedServer } from '../../operations/support/facts.ts'
import { failCreate, refuse, WEB } from '../../operations/support/scenery.ts'
import { createStage, DEFAULT_NAME, LOOPBACK, type StageSettings } from '../../operations/support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const NO_WAIT = { ...CREATE, wait: 'false' }
const LIST = { method: 'GET', path: '/snapshots/' }
const WHOLE_LIST = 'GET /snapshots/?page_size=100'
const LOST_BEFORE = failCreate({ kind: 'reset' }, 'before')
const LOST_AFTER = failCreate({ kind: 'reset' }, 'after')
const UNKNOWN = 'red unknown lost-answer'

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

function lists(fault: Fault, from: number, to = 1_000): FaultRule {
  return { match: { ...LIST, from, to }, when: 'before', fault }
}

/** From the first request for the snapshot to the second, in milliseconds. */
function pause(transcript: Parameters<typeof creates>[0]): number {
  const [first, second] = creates(transcript)
  return (second?.after ?? 0) - (first?.after ?? 0)
}

const AMBIGUOUS: readonly Fault[] = [
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'truncated' },
  { kind: 'oversized', bytes: 11_000_000 },
  { kind: 'empty' },
  { kind: 'html' },
  ...[408, 500, 502, 504].map(status => ({ kind: 'status', status }) as const),
]

const foreignMarker =
  '[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=deploy key=other000]'
const theirs = (name: string, description: string) =>
  ({ afterMs: 1_000, act: { act: 'create', server: WEB.id, name, description } }) as const
const LAGGING = { timeline: { snapshotMs: 300_000, listLagMs: 69_000 } }
const older = { id: 700, name: 'x', status: 'completed', server: 12345, description: '' }

/** For a while from the second one on, no list shows anything. */
const HIDDEN: FaultRule = {
  match: { ...LIST, from: 2, forMs: 80_000 },
  when: 'before',
  fault: { kind: 'body', body: '{"count": 0, "results": []}' },
}

const CASES: Readonly<Record<string, CreateCase>> = {
  'is unknown when it was sent twice and nothing appeared, and is not sent a third time': {
    settings: { faults: [LOST_BEFORE, failCreate({ kind: 'status', status: 500 }, 'before', 2)] },
    ...{ end: UNKNOWN, sent: 2, made: 0, told: [DEFAULT_NAME] },
  },
  'adopts the one that appears while the second request’s answer is looked for': {
    settings: { settings: LAGGING, faults: [LOST_AFTER, failCreate({ kind: 'reset' }, 'after', 2)] },
    ...{ end: 'green completed', sent: 2, made: 2, id: '802', levels: ['warning'], told: ['803'] },
  },
  'uses the newest of two that carry its key, and warns of the other': {
    settings: {
      settings: { timeline: { snapshotMs: 300_000 } },
      faults: [...[LOST_AFTER, failCreate({ kind: 'reset' }, 'after', 2)], HIDDEN],
    },
    inputs: { wait: 'false' },
    ...{ end: 'green in_progress', sent: 2, made: 2, id: '803', levels: ['warning'], told: ['802'] },
  },
  'is unknown when a new snapshot has our name but no marker, and is not sent again': {
    settings: { settings: { descriptions: 'dropped' }, faults: [LOST_AFTER] },
    ...{ end: UNKNOWN, sent: 1, made: 1, told: ['802'] },
  },
  'is not mistaken for an older one of its name, nor a new one of another name or with another marker': {
    settings: {
      snapshots: [{ id: '700', server: WEB.id, name: DEFAULT_NAME, description: '' }],
      happenings: [theirs('by-hand', ''), theirs(DEFAULT_NAME, foreignMarker)],
      faults: [LOST_BEFORE],
    },
    inputs: { wait: 'false' },
    ...{ end: 'green in_progress', sent: 2, made: 3, id: '804', levels: ['warning'] },
  },
  'is not mistaken for an older snapshot that an answer names': {
    settings: {
      snapshots: [{ id: '700', server: WEB.id, name: 'x' }],
      faults: [failCreate({ kind: 'body', body: JSON.stringify(older) }, 'before')],
    },
    ...{ end: UNKNOWN, sent: 1, made: 0, told: ['700'] },
  },
  'is unknown when the list is refused meanwhile': {
    settings: { faults: [LOST_AFTER, refuse({ ...LIST, from: 2 }, 401)] },
    ...{ end: UNKNOWN, sent: 1, made: 1, told: [DEFAULT_NAME] },
  },
  'is unknown when the time runs out before the list could be read': {
    settings: { faults: [failCreate({ kind: 'hang' }, 'after'), lists({ kind: 'hang' }, 2)] },
    inputs: { timeout: '30s' },
    ...{ end: UNKNOWN, sent: 1, made: 1, told: [DEFAULT_NAME] },
  },
  'was never sent when the deadline came first, which is a failure and not unknown': {
    settings: { faults: [failCreate({ kind: 'refused' }, 'before')], random: () => 0.999 },
    inputs: { timeout: '900ms' },
    ...{ end: 'red failed unreachable', sent: 1, made: 0, told: ['POST'] },
  },
}

describe('a create whose answer is lost', () => {
  it.each(AMBIGUOUS)('by %j, but which was obeyed, is found by its key and adopted', async fault => {
    const played = stage({ faults: [failCreate(fault, 'after')] })
    const transcript = await played.main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['snapshot-id']).toBe('802')
    expect(creates(transcript)).toHaveLength(1)
    expect(made(played)).toEqual(['802'])
  })

  it.each(AMBIGUOUS)(
    'by %j, and which was not obeyed, is sent once more after a settle window',
    async fault => {
      const played = stage({ faults: [failCreate(fault, 'before')] })
      const transcript = await played.main(CREATE)
      expect(ended(transcript)).toBe('green completed')
      expect(creates(transcript)).toHaveLength(2)
      const watched = pause(transcript) - (fault.kind === 'hang' ? 60_000 : 0)
      expect(watched).toBeGreaterThanOrEqual(60_000)
      expect(watched).toBeLessThan(80_000)
      expect(made(played)).toEqual(['802'])
    },
  )

  eachCreate(CASES)

  it('is looked for until the list has answered well for a whole settle window', async () => {
    const played = stage({ faults: [LOST_BEFORE, lists({ kind: 'status', status: 503 }, 2, 4)] })
    const transcript = await played.main(NO_WAIT)
    expect(ended(transcript)).toBe('green in_progress')
    const good = transcript.requests.find(({ after, status }) => after > 300 && status === 200)
    expect((creates(transcript)[1]?.after ?? 0) - (good?.after ?? 0)).toBeGreaterThan(60_000)
  })

  it('keeps the settle window of time-lapse at twelve intervals', async () => {
    const { main } = stage({ faults: [LOST_BEFORE] })
    const transcript = await main({ ...CREATE, ...LOOPBACK, 'poll-interval': '1s' })
    expect(Math.round(pause(transcript) / 1_000)).toBe(13)
  })

  const WHOLE = { method: 'GET', path: '/snapshots/', query: '?page_size' }
  const uuid = '11111111-2222-4333-8444-555555555555'
  // The list of the server, as it was named, holds nothing.
  const EMPTY: FaultRule = { ...HIDDEN, match: { ...LIST, query: 'server_id' } }
  it.each<readonly [string, readonly FaultRule[], string, number]>([
    ['is looked for on every server', [LOST_AFTER, EMPTY], 'green in_progress', 1],
    ['is sent again where no server has it', [LOST_BEFORE], 'green in_progress', 2],
    ['is unknown when the whole list is refused', [LOST_BEFORE, refuse(WHOLE, 401)], UNKNOWN, 1],
  ])('of a server that goes by its UUID %s', async (_, faults, end, sent) => {
    const played = stage({ servers: [{ id: uuid, name: 'web-server-01' }], faults })
    const transcript = await played.main({ ...NO_WAIT, 'server-id': uuid })
    expect(ended(transcript)).toBe(end)
    expect(creates(transcript)).toHaveLength(sent)
    expect(transcript.calls).toContain(WHOLE_LIST)
  })
})

const REDIRECT: Fault = { kind: 'redirect', location: 'https://elsewhere.test/x' }

describe('a create that certainly did nothing', () => {
  it.each<Fault>([REDIRECT, { kind: 'refused' }, { kind: 'status', status: 429 }])(
    'by %j, is sent again after a while',
    async fault => {
      const played = stage({ faults: [failCreate(fault, 'before', 1), failCreate(fault, 'before', 2)] })
      const transcript = await played.main(CREATE)
      expect(ended(transcript)).toBe('green completed')
      expect(creates(transcript)).toHaveLength(3)
      expect(made(played)).toEqual(['802'])
    },
  )

  it.each<readonly [Fault, string]>([
    [{ kind: 'certificate' }, 'unreachable'],
    [{ kind: 'status', status: 401, body: '{"detail":"no"}' }, 'unauthorized'],
    [{ kind: 'status', status: 403, body: '{"detail":"no"}' }, 'forbidden'],
    [{ kind: 'status', status: 404, body: '{"detail":"gone"}' }, 'not-found'],
  ])('by %j, fails and is not sent again', async (fault, reason) => {
    const transcript = await stage({ faults: [failCreate(fault, 'before')] }).main(CREATE)
    expect(ended(transcript)).toBe(`red failed ${reason}`)
    expect(creates(transcript)).toHaveLength(1)
    expect(savedServer(transcript)?.snapshot).toBeUndefined()
  })
})
