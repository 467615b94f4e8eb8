import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import {
  changes,
  deployed,
  green,
  jsonStatuses,
  MINUTE,
  offers,
  red,
  secondsOf,
} from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const WAIT = { operation: 'wait', 'snapshot-id': '801' }
const HEALTH = { 'health-check': 'https://shop.example/up' }

/** A stage on which snapshot 801 began so many minutes ago and is in progress. */
function inProgress(minutes: number, settings: StageSettings['settings'] = {}, more: StageSettings = {}) {
  return createStage({
    servers: [WEB],
    snapshots: [{ ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(minutes / 60) }],
    settings,
    ...more,
  })
}

/** The API's clock is an hour behind ours: so is the date of a snapshot that has just been begun. */
function behind() {
  const snapshot = { ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(1) }
  return createStage({ servers: [WEB], snapshots: [snapshot], settings: { clockSkewMs: -60 * MINUTE } })
}

describe('waiting for a snapshot in progress', () => {
  it('ends when it is completed', async () => {
    const seen = await inProgress(1).main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '801', 'size-mb': '5120' })
    expect(changes(seen)).toEqual([])
  })

  it('publishes what it waits for before the waiting begins', async () => {
    const { outputWrites } = await inProgress(1).main(WAIT, { cancel: { nth: 2 } })
    expect(outputWrites.slice(0, 2)).toEqual([
      ['snapshot-id', '801'],
      ['snapshot-name', 'deploy-801'],
    ])
    expect(outputWrites.find(([name]) => name === 'status')).toEqual(['status', 'in_progress'])
  })

  const UNDATED = { id: 801, name: 'x', status: 'in_progress', size_mb: null, created_at: null }
  const results = [{ ...UNDATED, server: { id: 12345, name: 'web-server-01' } }]
  const fault = { kind: 'body', body: JSON.stringify({ count: 1, results }) } as const
  const undated: FaultRule = { match: { path: '/snapshots/', nth: 1 }, when: 'after', fault }

  it.each([
    // At four minutes its end is likely, but not to be seen soon; a new one is polled at once.
    ['where its age puts it', inProgress(4, { timeline: { snapshotMs: 10 * MINUTE } }), 7, 15],
    [
      'at its start when its date is in the future',
      inProgress(-10, { timeline: { snapshotMs: 5 * MINUTE } }),
      0,
      4,
    ],
    ['at its start when it has no date', inProgress(0, {}, { faults: [undated] }), 0, 4],
    // By our clock it would be an hour old, and looked for twice a minute.
    ["by the API's clock, which is behind", behind(), 0, 4],
  ])('enters the schedule %s', async (_, stage, least, most) => {
    const seen = await stage.main({ ...WAIT, timeout: '1m' })
    const [, first] = secondsOf(seen, 'GET')
    expect(first).toBeGreaterThanOrEqual(least)
    expect(first).toBeLessThanOrEqual(most)
  })

  it.each(['failed', 'error'])('is red when it was %s before', async status => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '801', status })] })
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject(red('failed', 'snapshot-failed'))
    expect(seen.took).toBeLessThan(70_000)
  })

  it('is red when it fails, without a health check', async () => {
    const stage = inProgress(1, { timeline: { snapshotOutcome: 'failed' } })
    const seen = await stage.main({ ...WAIT, ...HEALTH })
    expect(seen).toMatchObject(red('failed', 'snapshot-failed'))
    expect(jsonStatuses(seen)).toEqual(['failed'])
    expect(seen.probings).toEqual([])
  })

  it('is red when it is gone, and publishes nothing that is gone', async () => {
    const happenings = [{ afterMs: 5_000, act: { act: 'delete', snapshot: '801' } }] as const
    const seen = await inProgress(1, {}, { happenings }).main(WAIT)
    expect(seen).toMatchObject(red('failed', 'snapshot-failed'))
    expect(seen.outputs['snapshot-id']).toBe('')
    expect(seen.took).toBeGreaterThan(2 * MINUTE)
  })

  it('is timed out at its deadline, and offers to resume', async () => {
    const stage = inProgress(1, { timeline: { snapshotOutcome: 'never' } })
    const seen = await stage.main({ ...WAIT, timeout: '4m' })
    expect(seen).toMatchObject({ ...red('timed_out', 'timeout'), took: 4 * MINUTE })
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it.each([
    ['passes', undefined, green('completed')],
    ['does not pass', 'refused', red('completed', 'health-check')],
  ] as const)(
    'checks the health when it is completed, without reading the server: it %s',
    async (_, answer, end) => {
      const seen = await inProgress(4, {}, { probe: () => answer }).main({ ...WAIT, ...HEALTH })
      expect(seen).toMatchObject(end)
      expect(seen.probings.length).toBeGreaterThan(0)
      expect(seen.calls.filter(call => call.startsWith('GET /servers'))).toEqual([])
    },
  )
})

describe('waiting for several', () => {
  it('follows each as what it is, with one list for those in progress', async () => {
    const begun = (id: string, server: string) => ({
      ...byWorkflow({ id, server, status: 'in_progress' }),
      createdAt: hoursAgo(0),
    })
    const stage = createStage({
      servers: fleet(4),
      snapshots: [
        begun('801', '11'),
        begun('802', '12'),
        ...[byWorkflow({ id: '803', server: '13' }), byWorkflow({ id: '804', server: '14' })],
      ],
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '804' } }],
    })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '801,802,803,804' })
    expect(seen).toMatchObject(green('completed'))
    expect(jsonStatuses(seen)).toEqual(['completed', 'completed', 'completed', 'restored'])
    expect(new Set(seen.calls.filter(call => call.startsWith('GET /snapshots')))).toEqual(
      new Set(['GET /snapshots/?page_size=100']),
    )
  })

  it('is red when one is not as it should be, and says which', async () => {
    const snapshots = [
      byWorkflow({ id: '801', server: '11' }),
      byWorkflow({ id: '802', server: '12', status: 'failed' }),
    ]
    const stage = createStage({ servers: fleet(2), snapshots })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '801,802' })
    expect(seen).toMatchObject(red('failed', 'snapshot-failed'))
    expect(jsonStatuses(seen)).toEqual(['completed', 'failed'])
    expect(seen.annotations[0]?.text).toContain('802')
    expect(seen.annotations[0]?.text).not.toContain('801')
  })

  it('reads no more servers at once than max-parallel', async () => {
    const servers = fleet(3)
    const snapshots = servers.map(({ id }) => byWorkflow({ id: `8${id}`, server: id }))
    const seen = await createStage({ servers, snapshots }).main({
      ...{ operation: 'wait', 'snapshot-id': '811,812,813', 'max-parallel': '1' },
    })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.took).toBeGreaterThan(3 * MINUTE)
  })
})

describe('choosing what to wait for', () => {
  const LATEST = { operation: 'wait', 'snapshot-id': 'latest', 'server-id': WEB.id }

  it('takes latest as the newest of any status', async () => {
    const snapshots = [
      byWorkflow({ id: '800' }),
      { ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(0.01) },
      byHand({ id: '802', hours: 0 }),
    ]
    const seen = await createStage({ servers: [WEB], snapshots }).main(LATEST)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.outputs['snapshot-id']).toBe('801')
  })

  it('finds nothing to wait for where there is none, and none appears for twenty seconds', async () => {
    const seen = await createStage({ servers: [WEB] }).main(LATEST)
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(seen.took).toBeGreaterThan(20_000)
    expect(seen.took).toBeLessThan(MINUTE)
  })

  it.each([
    ['the only one', 3_000, []],
    ['late', 15_000, []],
    ['beside one made by hand', 3_000, [byHand({ id: '700' })]],
    ['beside an older one', 3_000, [byWorkflow({ id: '700' })]],
  ])('finds what the step before has just made where the list lags: %s', async (_, listLagMs, snapshots) => {
    const servers = fleet(2)
    const on = snapshots.map(snapshot => ({ ...snapshot, server: '12' }))
    const stage = createStage({ servers, snapshots: on, settings: { timeline: { listLagMs } } })
    const ids = { 'server-id': '11,12' }
    const made = await stage.main({ operation: 'create', ...ids, wait: 'false' })
    const seen = await stage.main({ ...LATEST, ...ids, 'restore-on': 'failure' })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.outputs['snapshot-id']).toBe(made.outputs['snapshot-id'])
  })

  it('says which snapshots no list holds, and waits for the others', async () => {
    const seen = await deployed().main({ operation: 'wait', 'snapshot-id': '998,801,999' })
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(seen.outputs['snapshot-id']).toBe('801')
    expect(jsonStatuses(seen)).toEqual(['completed'])
    for (const id of ['998', '999']) expect(seen.annotations[0]?.text).toContain(id)
  })

  it('tells of one that failed beside one that no list holds', async () => {
    const stage = inProgress(1, { timeline: { snapshotOutcome: 'failed' } })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '999,801' })
    expect(seen).toMatchObject(red('failed', 'not-found'))
    for (const id of ['999', '801']) expect(seen.annotations[0]?.text).toContain(id)
  })
})
