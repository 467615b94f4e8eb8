import { describe, expect, it } from 'vitest'
import { fullAfterFailure } from '../../../../src/operations/rollback-messages.ts'
import { retentionOmitted } from '../../../../src/present/messages/job-end.ts'
import { stillListed } from '../../../../src/requests/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshot } from '../../run/fixtures.ts'
import { afterCreate, changed, endOf, postDeeds, ROLLBACK } from '../support/end-of-job.ts'
import { BEFORE, changes, deeds, levels, MINUTE, runs } from '../support/restoring.ts'
import { byWorkflow, fleet, hoursAgo, recordOf, WEB } from '../support/scenery.ts'
import { createStage, DEFAULT_NAME, type Inputs, type StageSettings } from '../support/stage.ts'

const FAILED = { settings: { timeline: { snapshotOutcome: 'failed' as const } } }

/** The deletions are answered with this status: all, or that of one snapshot. */
function onDelete(status: number, path?: string): FaultRule {
  const match = path === undefined ? { method: 'DELETE' } : { path }
  return { match, when: 'before', fault: { kind: 'refusal', status } }
}

describe('delete-on', () => {
  const ENDS = ['success', 'failure', 'cancelled', ''] as const
  const CASES = ENDS.flatMap(end =>
    ['success', 'failure', 'cancelled'].map(setting => [end, setting] as const),
  )

  it.each(CASES)('at the job status "%s" with delete-on "%s" does what it says', async (end, setting) => {
    const { seen, done } = await endOf(end, { 'delete-on': setting })
    expect(seen.green).toBe(true)
    expect(done).toEqual(end === setting ? ['deleted 801'] : [])
  })

  it('names what it deleted, in the log and in the summary', async () => {
    const { stage, seen } = await endOf('success', { 'delete-on': 'success' }, { servers: fleet(2) })
    for (const id of ['801', '802'])
      for (const text of [seen.verdict, seen.summary]) expect(text).toContain(id)
    expect(stage.world.report().snapshots).toEqual([])
  })

  it('deletes a snapshot that was not completed as well', async () => {
    expect((await endOf('failure', { 'delete-on': 'failure' }, FAILED)).done).toEqual(['deleted 801'])
  })

  it('deletes nothing where no snapshot was made', async () => {
    const { stage, main } = await afterCreate({ 'delete-on': 'failure' })
    const server = changed(main.state['server-0'], { snapshot: undefined })
    const seen = await stage.post('failure', { state: { ...main.state, 'server-0': server } })
    expect(seen).toMatchObject({ green: true, calls: [], summary: '' })
  })

  it.each([
    [
      'that does not work',
      (stage: Awaited<ReturnType<typeof afterCreate>>['stage']) => stage.faults.add(onDelete(403)),
    ],
    [
      'of a server that is being restored',
      (stage: Awaited<ReturnType<typeof afterCreate>>['stage']) =>
        stage.world.act({ act: 'restore', snapshot: '801' }),
    ],
  ])('%s is a warning, and does not make a good deploy red', async (_, disturb) => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    disturb(stage)
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(levels(seen)).toEqual(['warning'])
    for (const text of [seen.annotations[0]?.text, seen.verdict]) expect(text).toContain('801')
  })

  it('is nothing that it has done where somebody else had deleted it', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    stage.world.act({ act: 'delete', snapshot: '801' })
    const seen = await stage.post('success')
    expect(seen).toMatchObject({ green: true, annotations: [], summary: '' })
    expect(seen.log.join('\n')).toContain('801')
  })

  it('does not say that it is gone for a 404 while the list holds it', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    stage.faults.add(onDelete(404))
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    const named = { ...snapshot('801'), name: DEFAULT_NAME, server: recordOf(WEB).server }
    expect(seen.annotations.map(({ text }) => text).join()).toContain(
      stillListed(named, 'delete-on: success', 'gone'),
    )
    expect(seen.annotations[0]?.text).not.toContain('accepted')
    expect(seen.verdict).toContain('unknown')
  })

  it.each([
    ['success', 4, 5],
    ['cancelled', 1, 2],
  ] as const)('gives up after some minutes, at the job status %s', async (end, least, most) => {
    const { stage } = await afterCreate({ 'delete-on': end })
    stage.faults.add(onDelete(503))
    const seen = await stage.post(end)
    expect(seen.green).toBe(true)
    expect(seen.took).toBeGreaterThan(least * MINUTE)
    expect(seen.took).toBeLessThanOrEqual(most * MINUTE)
  })

  it('restores on one end and deletes on another', async () => {
    const inputs = { 'restore-on': 'failure', 'delete-on': 'success' }
    expect((await endOf('failure', inputs)).done).toEqual(['restore-begun 801'])
    expect((await endOf('success', inputs)).done).toEqual(['deleted 801'])
  })
})

// The only item of a page, of which there is a next one.
const PAGED = { name: 'x', status: 'completed', created_at: hoursAgo(24), server: { id: 12345, name: 'web' } }
const LAST = JSON.stringify({ count: 2, next: null, results: [{ ...PAGED, id: 699 }] })

describe('keep-last', () => {
  const OLDER = ['701', '702', '703'].map((id, index) => byWorkflow({ id, hours: 24 * (3 - index) }))
  const YOUNG = [{ ...byWorkflow({ id: '701' }), createdAt: hoursAgo(0.5) }]

  it('deletes the older own ones beyond the newest, and names what it deleted and what stays', async () => {
    const { seen, done } = await endOf('success', { 'keep-last': '2' }, { snapshots: OLDER })
    expect(seen.green).toBe(true)
    expect(done).toEqual(['deleted 701', 'deleted 702'])
    for (const id of ['701', '702']) expect(seen.log.join('\n')).toContain(id)
    for (const id of ['701', '702', '703', '801']) expect(seen.summary).toContain(id)
  })

  it.each<readonly [string, string, string, StageSettings]>([
    ['the job has failed', 'failure', '1', { snapshots: OLDER }],
    ['the job was cancelled', 'cancelled', '1', { snapshots: OLDER }],
    ['it is not known how the job ended', '', '1', { snapshots: OLDER }],
    ['there are no more than that', 'success', '4', { snapshots: OLDER }],
    ['there is one', 'success', '1', {}],
    ['this run’s snapshot was not completed', 'success', '1', { snapshots: OLDER, ...FAILED }],
    ['the only other is younger than an hour', 'success', '1', { snapshots: YOUNG }],
  ])('deletes nothing where %s', async (_, end, keep, settings) => {
    const { seen, done } = await endOf(end, { 'keep-last': keep }, settings)
    expect(seen.green).toBe(true)
    expect(done).toEqual([])
  })

  it('keeps to each server of its own, with one list for all', async () => {
    const snapshots = [
      byWorkflow({ id: '701', server: '11', hours: 24 }),
      byWorkflow({ id: '702', server: '12', hours: 48 }),
      byWorkflow({ id: '703', server: '12', hours: 24 }),
    ]
    const { seen, done } = await endOf('success', { 'keep-last': '2' }, { servers: fleet(2), snapshots })
    expect(done).toEqual(['deleted 702'])
    expect(seen.calls[0]).toBe('GET /snapshots/?page_size=100')
  })

  it('warns when the snapshots cannot be listed', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    stage.faults.add(onDelete(401, '/snapshots/'))
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(levels(seen)).toEqual(['warning'])
  })

  it('deletes nothing by a list that is shorter each time it is read, and warns', async () => {
    const page = (id: number, rest: number) => ({
      count: rest,
      next: `/api/v1/snapshots/?page=2&page_size=100`,
      results: [{ ...PAGED, id }],
    })
    const bodies = [page(701, 2), page(702, 2), page(703, 2), page(704, 2)]
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    stage.faults.add(
      ...bodies.map(
        (body, index): FaultRule => ({
          match: { path: '/snapshots/', nth: 2 * index + 1 },
          when: 'after',
          fault: { kind: 'body', body: JSON.stringify(body) },
        }),
      ),
      { match: { path: '/snapshots/' }, when: 'after', fault: { kind: 'body', body: LAST } },
    )
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(levels(seen)).toEqual(['warning'])
  })

  it('keeps nothing and deletes nothing where somebody else has deleted all there was', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' })
    stage.world.act({ act: 'delete', snapshot: '801' })
    await stage.clock.advance(MINUTE)
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(seen.calls).toEqual(['GET /snapshots/?server_id=12345&page_size=100'])
  })

  it('warns of one that cannot be deleted, and deletes the others', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    stage.faults.add(onDelete(409, '/snapshots/702/'))
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(['deleted 701', 'deleted 703'])
    expect(levels(seen)).toEqual(['warning'])
    expect(seen.annotations[0]?.text).toContain('702')
  })

  it('warns of one whose server is being restored', async () => {
    const { stage } = await afterCreate({ 'keep-last': '3' }, { snapshots: OLDER })
    stage.world.act({ act: 'restore', snapshot: '702' })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(levels(seen)).toEqual(['warning'])
  })

  it('counts what somebody else deleted at the same moment neither as deleted nor as staying', async () => {
    const { stage } = await afterCreate({ 'keep-last': '2' }, { snapshots: OLDER.slice(0, 2) })
    // After the list was read, and before the request.
    stage.world.actAt(stage.clock.now() + 200, { act: 'delete', snapshot: '701' })
    const seen = await stage.post('success')
    expect(seen).toMatchObject({ green: true, annotations: [] })
    expect(seen.verdict).not.toContain('701')
    for (const id of ['702', '801']) expect(seen.verdict).toContain(id)
    expect(seen.summary).not.toContain('701')
  })

  it('goes with delete-on', async () => {
    const inputs = { 'keep-last': '1', 'delete-on': 'success' }
    const { seen, done } = await endOf('success', inputs, { snapshots: OLDER })
    expect(seen.green).toBe(true)
    expect(done).toEqual(['deleted 801', 'deleted 701', 'deleted 702'])
  })
})

describe('keep-last in a job that did not succeed', () => {
  it.each([
    ['failure', 'failed'],
    ['cancelled', 'cancelled'],
  ] as const)('says that it deleted nothing, and why: %s', async (end, why) => {
    const { seen, done } = await endOf(end, { 'keep-last': '1' })
    expect(seen).toMatchObject({ green: true, annotations: [] })
    expect(seen.verdict).toContain(retentionOmitted(end))
    expect(seen.verdict).toContain(why)
    expect(done).toEqual([])
  })

  it('leaves the word to a rollback', async () => {
    const { seen } = await endOf('failure', { 'keep-last': '1', ...ROLLBACK })
    expect(seen.summary).toContain('Restored')
    expect([seen.summary, ...seen.printed].join()).not.toContain('keep-last')
  })

  it('is not named where it was not asked', async () => {
    const { seen } = await endOf('failure', { 'delete-on': 'success' })
    expect(seen.verdict).not.toContain('keep-last')
  })
})

describe('a server that is full when its job ends without a success', () => {
  const FOUR = ['701', '702', '703', '704'].map(id => byWorkflow({ id, hours: 24 }))
  const FULL = { snapshots: FOUR }

  it.each([
    ['failure', FULL, ['warning']],
    ['cancelled', FULL, ['warning']],
    // One slot is free: the next create will do.
    ['failure', { snapshots: FOUR.slice(1) }, []],
  ] as const)(
    'is warned of at the job status %s where keep-last could not free it',
    async (end, settings, expected) => {
      const { seen, done } = await endOf(end, { 'keep-last': '4' }, settings)
      expect(seen.green).toBe(true)
      expect(levels(seen)).toEqual(expected)
      for (const { text } of seen.annotations)
        for (const part of [WEB.name, '5']) expect(text).toContain(part)
      expect(done).toEqual([])
    },
  )

  it.each([
    ['delete-on', 'failure', { 'delete-on': 'success' }],
    ['delete-on of another end', 'cancelled', { 'delete-on': 'failure' }],
    ['a rollback', 'failure', ROLLBACK],
    ['nothing at all', 'failure', {}],
  ])('is warned of without keep-last, with %s', async (_, end, inputs) => {
    const { seen } = await endOf(end, inputs, FULL)
    expect(seen.green).toBe(true)
    const said = seen.annotations.filter(({ level }) => level === 'warning').map(({ text }) => text)
    expect(said).toEqual([fullAfterFailure(recordOf(WEB))])
    expect(said.join()).not.toContain('keep-last')
  })

  it('is freed, and not warned of, where the job succeeds', async () => {
    const { seen, done } = await endOf('success', { 'keep-last': '4' }, FULL)
    expect(seen).toMatchObject({ green: true, annotations: [] })
    expect(done).toEqual(['deleted 701'])
  })

  it('is not warned of where the next create makes room by itself', async () => {
    const { seen } = await endOf('failure', { 'keep-last': '4', 'when-full': 'delete-oldest' }, FULL)
    expect(seen).toMatchObject({ green: true, annotations: [] })
  })

  it('is not warned of where delete-on has just freed a slot', async () => {
    const { seen, done } = await endOf('failure', { 'keep-last': '4', 'delete-on': 'failure' }, FULL)
    expect(seen).toMatchObject({ green: true, annotations: [] })
    expect(done).toEqual(['deleted 801'])
  })

  it('is warned of where delete-on could not free it', async () => {
    const { stage } = await afterCreate({ 'keep-last': '4', 'delete-on': 'failure' }, FULL)
    stage.faults.add(onDelete(403))
    expect(levels(await stage.post('failure'))).toEqual(['warning', 'warning'])
  })

  it('is not warned of where its slots were not counted', async () => {
    const { stage, main } = await afterCreate({ 'keep-last': '4' }, FULL)
    const server = changed(main.state['server-0'], { slots: undefined })
    const seen = await stage.post('failure', { state: { ...main.state, 'server-0': server } })
    expect(seen).toMatchObject({ green: true, annotations: [] })
  })
})

describe('a server that the main stage stopped', () => {
  const STOPPED = { 'stop-server': 'true' }
  const NO_START = { settings: { timeline: { startEndsAs: 'stopped' } } }

  /** A main stage that was killed at a moment: what it had saved by then is all there is. */
  async function killed(moment: 'stop requested' | 'stopped', settings: StageSettings = {}) {
    const stage = createStage({ nextSnapshotId: '801', servers: [{ ...WEB, disk: BEFORE }], ...settings })
    const main = await stage.main(
      { operation: 'create', 'server-id': WEB.id, ...STOPPED },
      { cancel: { request: 'POST /snapshots/', nth: 1 } },
    )
    const last = main.stateWrites.findLastIndex(([, value]) => value.includes(`"power":"${moment}"`))
    return { stage, state: Object.fromEntries(main.stateWrites.slice(0, last + 1)) }
  }

  it.each(['success', 'failure', 'cancelled', ''])('is started at the job status "%s"', async end => {
    const { stage, state } = await killed('stopped')
    const seen = await stage.post(end, { state })
    expect(seen).toMatchObject({ green: true, annotations: [] })
    expect(runs(stage.world)).toBe(true)
    for (const text of [seen.verdict, seen.summary]) expect(text).toContain(WEB.name)
  })

  it('is watched for its stop first when that was not seen to land', async () => {
    const { stage, state } = await killed('stop requested')
    expect(await stage.post('failure', { state })).toMatchObject({ green: true })
    expect(runs(stage.world)).toBe(true)
  })

  it('is not started again when it runs', async () => {
    const { seen } = await endOf('success', STOPPED)
    expect(seen).toMatchObject({ green: true, calls: [] })
  })

  it('and that does not start makes the job red, within two minutes', async () => {
    const { stage, state } = await killed('stopped', NO_START)
    const seen = await stage.post('success', { state })
    expect(seen.green).toBe(false)
    expect(levels(seen)).toEqual(['error'])
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('is said to be perhaps stopped when the post stage is cancelled', async () => {
    const { stage, state } = await killed('stopped')
    const seen = await stage.post('cancelled', { state, cancel: { afterMs: 5_000 } })
    expect(seen.green).toBe(false)
    expect(levels(seen)).toEqual(['error'])
    for (const part of [WEB.name, 'SIGINT']) expect(seen.annotations[0]?.text).toContain(part)
  })

  /** A main stage that ended green, and whose saved state says that the server is still stopped. */
  async function leftStopped(inputs: Inputs) {
    const { stage, main } = await afterCreate({ ...STOPPED, ...inputs })
    stage.world.act({ act: 'power', server: WEB.id, action: 'stop' })
    await stage.clock.advance(MINUTE)
    return {
      stage,
      state: { ...main.state, 'server-0': changed(main.state['server-0'], { power: 'stopped' }) },
    }
  }

  it('is started before anything is restored', async () => {
    const { stage, state } = await leftStopped(ROLLBACK)
    const seen = await stage.post('failure', { state })
    expect(seen.green).toBe(true)
    expect(changes(seen).map(change => change.split(' ').slice(1, 3).join(' '))).toEqual([
      ...['POST /servers/12345/power/', 'POST /snapshots/801/restore/'],
    ])
  })

  it('and whose start was refused is restored all the same, and is up when that has brought it up', async () => {
    const { stage, state } = await leftStopped(ROLLBACK)
    stage.faults.add({
      match: { path: '/servers/12345/power/' },
      when: 'before',
      fault: { kind: 'refusal', status: 403 },
    })
    stage.world.act({ act: 'status', server: WEB.id, status: 'stopped' })
    const seen = await stage.post('failure', { state })
    expect(deeds(stage.world)).toContain('restore-begun 801')
    expect(runs(stage.world)).toBe(true)
    expect(seen).toMatchObject({ green: true })
  })

  it('and whose start a cancel cuts off is red, and nothing was restored', async () => {
    const { stage, state } = await leftStopped(ROLLBACK)
    const cancel = { request: 'POST /servers/12345/power/', nth: 1 }
    const seen = await stage.post('failure', { state, cancel })
    expect(seen.green).toBe(false)
    expect(deeds(stage.world)).not.toContain('restore-begun 801')
    expect(seen.annotations[0]?.text).toMatch(/Cancelled.*801/)
  })
})
