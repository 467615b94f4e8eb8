import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import type { Act } from '../../../emulator/world-types.ts'
import { type CreateCase, eachCreate } from '../support/create-case.ts'
import { changes, creates, deleted, ended, levels } from '../support/facts.ts'
import { byHand, byWorkflow, refuse, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const MAKE_ROOM = { 'when-full': 'delete-oldest' }
const DELETE_OLDEST = { ...CREATE, ...MAKE_ROOM }
const LIST = { method: 'GET', path: '/snapshots/' }
const FULL = 'red failed no-free-slot'

/** Five snapshots: a person's, one of another repository, one of this repository's other workflow, and two of our own. */
const FIVE = [
  byHand({ id: '701', hours: 200 }),
  byWorkflow({ id: '702', hours: 190, workflow: 'other/repo/.github/workflows/deploy.yml' }),
  byWorkflow({ id: '703', hours: 180, workflow: 'octo/shop/.github/workflows/nightly.yml' }),
  byWorkflow({ id: '704', hours: 30 }),
  byWorkflow({ id: '705', hours: 2 }),
]

/** Five, none of which this workflow may delete: of this run, a safety snapshot, too young, a person's, in a strange state. */
const NOT_OURS = [
  byWorkflow({ id: '701', run: '9876543210', hours: 5 }),
  byWorkflow({ id: '702', purpose: 'safety', hours: 5 }),
  byWorkflow({ id: '703', hours: 0.1 }),
  byHand({ id: '704', status: 'failed' }),
  byWorkflow({ id: '705', status: 'archiving', hours: 3 }),
]

function stage(more: StageSettings = {}) {
  return createStage({
    servers: [WEB],
    snapshots: FIVE,
    settings: { timeline: { snapshotMs: 60_000 } },
    ...more,
  })
}

/** With the five there, and what else there is. */
function five(more: StageSettings = {}): Pick<CreateCase, 'settings'> {
  return { settings: { snapshots: FIVE, ...more } }
}

const NAME_TAKEN: FaultRule = {
  match: { method: 'POST' },
  when: 'before',
  fault: { kind: 'status', status: 400, body: '{"name": ["A snapshot of this name exists."]}' },
}

function at(afterMs: number, act: Act) {
  return { afterMs, act }
}

const deletes = (snapshot: string): Act => ({ act: 'delete', snapshot })
const CREATES: Act = { act: 'create', server: WEB.id, name: 'theirs' }

describe('a create on a full server', () => {
  it('fails, shows every snapshot, and names the one that could be deleted', async () => {
    const played = stage()
    const transcript = await played.main(CREATE)
    expect(ended(transcript)).toBe(FULL)
    for (const { id } of FIVE) expect(transcript.log.some(line => line.startsWith(`${id} `))).toBe(true)
    expect(transcript.verdict).toContain('snapshot-id: 704')
    expect(changes(transcript)).toEqual(['POST /snapshots/'])
  })

  it.each([CREATE, DELETE_OLDEST])('names none to delete where none is this workflow’s: %j', async inputs => {
    const played = stage({ snapshots: NOT_OURS })
    const transcript = await played.main(inputs)
    expect(ended(transcript)).toBe(FULL)
    expect(transcript.verdict).not.toMatch(/\b70\d\b/)
    expect(deleted(played, 'anybody')).toEqual([])
  })

  it('shows what has no date, too', async () => {
    const { main, faults } = stage()
    const server = { id: 12345, name: 'web-server-01' }
    const results = [801, 802, 803, 804, 805].map(id => ({ id, name: 'x', status: 'completed', server }))
    const body = JSON.stringify({ count: 5, results })
    faults.add({ match: { ...LIST, nth: 2 }, when: 'before', fault: { kind: 'body', body } })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe(FULL)
    expect(transcript.log.filter(line => /^80\d /.test(line))).toHaveLength(5)
  })

  eachCreate({
    'is let to the API: where it allows more than five, the snapshot is taken': {
      ...five({ settings: { timeline: { snapshotMs: 60_000 }, snapshotLimit: 10 } }),
      ...{ end: 'green completed', sent: 1 },
    },
    'with room gets the API’s own words for another 400, and nothing is deleted': {
      settings: {
        snapshots: FIVE.slice(0, 4),
        faults: [NAME_TAKEN],
      },
      inputs: { ...MAKE_ROOM, 'snapshot-name': 'deploy' },
      ...{ end: 'red failed refused', sent: 1, deleted: [], told: ['A snapshot of this name exists'] },
    },
    'is asked once more when somebody has freed a slot in the meantime': {
      ...five({ happenings: [at(280, deletes('701'))] }),
      ...{ end: 'green completed', sent: 2, levels: ['warning'] },
    },
    'with room is asked again for two minutes at most, where the API gives no reason': {
      ...five({ faults: [refuse({ method: 'POST' }, 400)], happenings: [at(280, deletes('701'))] }),
      ...{ end: 'red failed server-busy', within: 125_000 },
    },
    'with room where the API gives no reason at all is refused for now, and nothing is deleted': {
      settings: { snapshots: FIVE.slice(0, 4), faults: [refuse({ method: 'POST' }, 400, 'Bad request.')] },
      inputs: MAKE_ROOM,
      ...{ end: 'red failed server-busy', made: 0, deleted: [], within: 125_000 },
    },
    'with room is asked again where the API gives no reason at all, and then takes it': {
      settings: {
        snapshots: FIVE.slice(0, 4),
        faults: [refuse({ method: 'POST', to: 2 }, 400, 'Bad request.')],
      },
      inputs: MAKE_ROOM,
      ...{ end: 'green completed', sent: 3, made: 1, deleted: [] },
    },
    'is asked once more also where only the ids show that the slots have changed': {
      settings: {
        snapshots: FIVE.slice(1),
        faults: [refuse({ method: 'POST', nth: 1 }, 400)],
        happenings: [at(150, deletes('702')), at(150, CREATES)],
      },
      inputs: MAKE_ROOM,
      ...{ end: 'green completed', sent: 2 },
    },
    'is no known reason when the list does not answer, and nothing is deleted': {
      ...five({ faults: [refuse({ ...LIST, from: 2 }, 404)] }),
      inputs: MAKE_ROOM,
      ...{ end: 'red failed server-busy', deleted: [] },
    },
  })
})

describe('a create with when-full: delete-oldest', () => {
  it('deletes this workflow’s own oldest, and takes the snapshot', async () => {
    const played = stage()
    const transcript = await played.main(DELETE_OLDEST)
    expect(ended(transcript)).toBe('green completed')
    expect(levels(transcript)).toEqual(['notice'])
    expect(changes(transcript)).toEqual(['POST /snapshots/', 'DELETE /snapshots/704/', 'POST /snapshots/'])
    // Before each change the server is read.
    for (const [index, call] of transcript.calls.entries())
      if (changes(transcript).includes(call)) expect(transcript.calls[index - 1]).toBe('GET /servers/12345/')
    expect(transcript.outputWrites[0]).toEqual(['deleted-snapshot-ids', '704'])
    expect(deleted(played, 'anybody')).toEqual(['704'])
    expect(transcript.summary).toContain('704 deploy-704')
  })

  const failedOne = byWorkflow({ id: '705', hours: 2, status: 'failed' })
  const cases: Readonly<Record<string, CreateCase>> = {
    'deletes an own failed one before an older completed one': {
      settings: { snapshots: [...FIVE.slice(0, 4), failedOne] },
      ...{ end: 'green completed', deleted: ['705'], levels: ['notice'] },
    },
    'deletes nothing while there is a free slot': {
      settings: { snapshots: FIVE.slice(1) },
      ...{ end: 'green completed', deleted: [] },
    },
    'does not claim one that somebody else deleted at the same moment': {
      ...five({ happenings: [at(550, deletes('704'))] }),
      ...{ end: 'green completed', deleted: [] },
    },
    'deletes another where somebody else deleted the first one and took its slot': {
      ...five({ happenings: [at(550, deletes('704')), at(560, CREATES)] }),
      ...{ end: 'green completed', deleted: ['705'], levels: ['notice'] },
    },
    'gives up after two minutes, having deleted one and no more': {
      ...five({ happenings: [at(600, CREATES)] }),
      ...{ end: FULL, deleted: ['704'], levels: ['notice', 'error'], told: ['704'], within: 125_000 },
    },
    'runs out of time while the slot comes free, and says what was deleted': {
      ...five({ settings: { timeline: { slotLagMs: 100_000 } } }),
      inputs: { timeout: '30s' },
      ...{
        end: 'red failed server-busy',
        deleted: ['704'],
        levels: ['notice', 'error'],
        told: ['704'],
        within: 30_000,
      },
    },
    'ends where the list has room and the API goes on refusing, and says what was deleted': {
      ...five({ settings: { timeline: { slotLagMs: 600_000 } } }),
      ...{ end: FULL, deleted: ['704'], levels: ['notice', 'error'], told: ['704'], within: 125_000 },
    },
    'fails when the deletion is refused': {
      ...five({ faults: [refuse({ method: 'DELETE' }, 403, 'Not yours.')] }),
      ...{ end: 'red failed forbidden', deleted: [], told: ['Not yours'] },
    },
    'does not delete while the server is being restored': {
      ...five({ happenings: [at(380, { act: 'restore', snapshot: '705' })] }),
      ...{ end: 'red failed already-restoring', deleted: [] },
    },
    'warns when the server cannot be read before the deletion, and goes on': {
      ...five({
        settings: { timeline: { snapshotMs: 60_000 }, permissions: ['snapshots:read', 'snapshots:write'] },
      }),
      ...{
        end: 'green completed',
        deleted: ['704'],
        levels: ['warning', 'warning', 'notice'],
        told: ['704'],
      },
    },
  }
  eachCreate(
    Object.fromEntries(
      Object.entries(cases).map(([name, item]) => [
        name,
        { ...item, inputs: { ...MAKE_ROOM, ...item.inputs } },
      ]),
    ),
  )

  it.each([
    ['every five seconds', {}, 5_000],
    ['at the given interval', { 'poll-interval': '2s' }, 2_000],
  ])('asks again %s while the slot comes free', async (_, inputs, gap) => {
    const played = stage({ settings: { timeline: { snapshotMs: 60_000, slotLagMs: 12_000 } } })
    const transcript = await played.main({ ...DELETE_OLDEST, ...inputs })
    expect(transcript.green).toBe(true)
    const asked = creates(transcript)
    expect(asked.map(({ status }) => status)).toEqual([...Array(asked.length - 1).fill(400), 201])
    const gaps = asked.slice(2).map(({ after }, index) => after - (asked[index + 1]?.after ?? 0))
    // The request and the looks before it take 100 ms each.
    for (const each of gaps) expect(Math.abs(each - gap - 300)).toBeLessThanOrEqual(200)
    expect(deleted(played, 'anybody')).toEqual(['704'])
  })

  it('names none to delete when the freed slot was taken and the rule allows no other', async () => {
    const { main } = stage({
      snapshots: [...FIVE.slice(0, 3), byHand({ id: '706' }), byWorkflow({ id: '704', hours: 30 })],
      happenings: [at(600, CREATES)],
    })
    const transcript = await main(DELETE_OLDEST)
    expect(ended(transcript)).toBe(FULL)
    expect(transcript.verdict).not.toMatch(/snapshot-id: \d/)
  })

  it.each([1, 2])('cannot tell whether a deletion was obeyed that had no answer (%i tries)', async tries => {
    const lost = { match: { method: 'DELETE', to: tries }, when: 'before', fault: { kind: 'hang' } } as const
    const { main } = stage({ faults: [lost, refuse({ method: 'DELETE' }, 403)] })
    const transcript = await main({ ...DELETE_OLDEST, timeout: tries === 1 ? '50s' : '10m' })
    expect(transcript.green).toBe(false)
    expect(transcript.outputs['status']).toBe('unknown')
    expect(transcript.annotations[0]?.text).toContain('704')
  })

  it.each([
    ['says what it would delete', MAKE_ROOM, FIVE, 'green planned'],
    [
      'claims no number of slots that there are not',
      MAKE_ROOM,
      [...FIVE, byHand({ id: '709' })],
      'green planned',
    ],
    ['fails where nothing may be deleted', {}, FIVE, FULL],
    ['fails where nothing is ours', MAKE_ROOM, NOT_OURS, FULL],
  ])('in a dry run %s', async (_, inputs, snapshots, end) => {
    const played = stage({ snapshots })
    const transcript = await played.main({ ...CREATE, ...inputs, 'dry-run': 'true' })
    expect(ended(transcript)).toBe(end)
    expect(transcript.log.some(line => line.includes('704 "deploy-704"'))).toBe(transcript.green)
    expect(played.world.events).toEqual([])
  })
})
