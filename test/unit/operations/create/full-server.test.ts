import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { byHand, byWorkflow, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const DELETE_OLDEST = { ...CREATE, 'when-full': 'delete-oldest' }

/** Five snapshots: a person's, one of another repository, one of this repository's other workflow, and two of our own. */
const FIVE = [
  byHand({ id: '701', hours: 200 }),
  byWorkflow({ id: '702', hours: 190, workflow: 'other/repo/.github/workflows/deploy.yml' }),
  byWorkflow({ id: '703', hours: 180, workflow: 'octo/shop/.github/workflows/nightly.yml' }),
  byWorkflow({ id: '704', hours: 30 }),
  byWorkflow({ id: '705', hours: 2 }),
]

function stage(more: StageSettings = {}) {
  return createStage({
    servers: [WEB],
    snapshots: FIVE,
    settings: { timeline: { snapshotMs: 60_000 } },
    ...more,
  })
}

function deleted({ events }: ReturnType<typeof stage>['world']) {
  return events.filter(({ kind }) => kind === 'deleted').map(({ snapshot }) => snapshot)
}

describe('a create on a full server', () => {
  it('fails with every snapshot, its age and its owner, and says what could be done', async () => {
    const { main, world } = stage()
    const { green, verdict, log, outputs, calls } = await main(CREATE)
    expect(green).toBe(false)
    expect(verdict).toBe(
      "web-server-01 has no free slot (5 of 5 in use): 705 deploy-705 (completed, 2 hours old, this workflow's); 704 deploy-704 (completed, 30 hours old, this workflow's); 703 deploy-703 (completed, 8 days old, another workflow of this repository); 702 deploy-702 (completed, 8 days old, of other/repo); 701 by-hand-701 (completed, 8 days old, a person's).",
    )
    expect(log.at(-2)).toBe(
      "Next: Delete one (operation: delete, snapshot-id: 704 would be this workflow's oldest), or let the create step do it: when-full: delete-oldest.",
    )
    expect(outputs['status']).toBe('failed')
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(calls).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'POST /snapshots/',
      'GET /snapshots/?server_id=12345',
    ])
    expect(deleted(world)).toEqual([])
  })

  it('says that a person must choose where none is this workflow’s to delete', async () => {
    const snapshots = [
      byWorkflow({ id: '701', run: '9876543210', hours: 5 }),
      byWorkflow({ id: '702', purpose: 'safety', hours: 5 }),
      byWorkflow({ id: '703', hours: 0.9 }),
      byHand({ id: '704', status: 'failed' }),
      byWorkflow({ id: '705', status: 'archiving', hours: 3 }),
    ]
    for (const inputs of [CREATE, DELETE_OLDEST]) {
      const { main, world } = stage({ snapshots })
      const { green, verdict, log } = await main(inputs)
      expect(green).toBe(false)
      expect(verdict).toBe(
        "web-server-01 has no free slot (5 of 5 in use): 703 deploy-703 (completed, 54 minutes old, this workflow's); 705 deploy-705 (archiving, 3 hours old, this workflow's); 702 deploy-702 (completed, 5 hours old, a safety snapshot of octo/shop); 701 deploy-701 (completed, 5 hours old, this run's); 704 by-hand-704 (failed, 24 hours old, a person's).",
      )
      expect(log.at(-2)).toBe(
        'Next: None of them is one that this workflow may delete (its own, from another run, finished, over an hour old): delete one by hand (operation: delete, snapshot-id) and run the job again.',
      )
      expect(deleted(world)).toEqual([])
    }
  })

  it('says of what has no date that its age is unknown', async () => {
    const { main, faults } = stage()
    const results = [801, 802, 803, 804, 805].map(id => ({
      ...{ id, name: 'x', status: 'completed', server: { id: 12345, name: 'web-server-01' } },
    }))
    faults.add({
      match: { method: 'GET', path: '/snapshots/', nth: 2 },
      when: 'before',
      fault: { kind: 'body', body: JSON.stringify({ count: 5, results }) },
    })
    const { verdict } = await main(CREATE)
    expect(verdict).toContain("(5 of 5 in use): 801 x (completed, age unknown, a person's); 802 x (")
  })

  it('lets the API decide: where it allows more than five, the snapshot is taken', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000 }, snapshotLimit: 10 } })
    const { green, verdict } = await main(CREATE)
    expect(green).toBe(true)
    expect(verdict).toBe('Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 6 of 5).')
  })

  it('gives the API’s own words for another 400, with how many slots are in use', async () => {
    const { main } = stage({
      snapshots: FIVE.slice(0, 4),
      faults: [
        {
          match: { method: 'POST' },
          when: 'before',
          fault: { kind: 'status', status: 400, body: '{"name": ["A snapshot of this name exists."]}' },
        },
      ],
    })
    const { verdict, log, outputs, calls } = await main({ ...DELETE_OLDEST, 'snapshot-name': 'deploy' })
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(1)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 400: name: A snapshot of this name exists. 4 of 5 slots of web-server-01 are in use, so the limit is not the reason. No snapshot was taken.',
    )
    expect(log.at(-2)).toBe('Next: Correct what the API names.')
    expect(outputs['status']).toBe('failed')
  })

  it('asks once more when somebody has freed a slot in the meantime', async () => {
    const { main } = stage({
      happenings: [{ afterMs: 280, act: { act: 'delete', snapshot: '701' } }],
    })
    const { green, log, calls } = await main(CREATE)
    expect(green).toBe(true)
    expect(log[0]).toBe(
      'The API refused the snapshot of web-server-01, whose slots were changed meanwhile: 4 of 5 are in use. Asking again.',
    )
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(2)
  })

  it('asks only once more', async () => {
    const { main } = stage({
      faults: [{ match: { method: 'POST' }, when: 'before', fault: { kind: 'status', status: 400 } }],
      happenings: [{ afterMs: 280, act: { act: 'delete', snapshot: '701' } }],
    })
    const { verdict, calls } = await main(CREATE)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 400. 4 of 5 slots of web-server-01 are in use, so the limit is not the reason. No snapshot was taken.',
    )
    expect(calls.filter(call => call.startsWith('POST'))).toHaveLength(2)
  })

  it('sees also by the ids that the slots have changed', async () => {
    const { main } = stage({
      snapshots: FIVE.slice(1),
      faults: [{ match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'status', status: 400 } }],
      happenings: [
        { afterMs: 150, act: { act: 'delete', snapshot: '702' } },
        { afterMs: 150, act: { act: 'create', server: WEB.id, name: 'by-hand-too' } },
      ],
    })
    const { green, log } = await main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(log[0]).toBe(
      'The API refused the snapshot of web-server-01, whose slots were changed meanwhile: 4 of 5 are in use. Asking again.',
    )
  })

  it('cannot tell why when the list does not answer', async () => {
    const { main } = stage({
      faults: [
        {
          match: { method: 'GET', path: '/snapshots/', from: 2 },
          when: 'before',
          fault: { kind: 'status', status: 404 },
        },
      ],
    })
    const { verdict, outputs } = await main(DELETE_OLDEST)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 400: Snapshot limit reached. You can have a maximum of 5 snapshots per server. Why cannot be told: GET /snapshots/?server_id=12345 was answered with 404.',
    )
    expect(outputs['status']).toBe('failed')
  })
})

describe('a create with when-full: delete-oldest', () => {
  it('deletes this workflow’s own oldest, and takes the snapshot', async () => {
    const { main, world } = stage()
    const { green, log, outputs, outputWrites, calls, summary, annotations } = await main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(log).toEqual([
      "web-server-01 is full; deleting this workflow's oldest snapshot 704 deploy-704 (30 hours old).",
      'Snapshot 704 is deleted; asking again while its slot comes free, for 2m at most.',
      'Snapshot 802 of web-server-01 is accepted: shop-9876543210-1.',
      'web-server-01 is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).',
      'Snapshot 802 of web-server-01 is completed.',
      'Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 5 of 5).',
    ])
    expect(outputs['deleted-snapshot-ids']).toBe('704')
    expect(outputWrites[0]).toEqual(['deleted-snapshot-ids', '704'])
    expect(calls.slice(2, 8)).toEqual([
      'POST /snapshots/',
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'DELETE /snapshots/704/',
      'GET /servers/12345/',
      'POST /snapshots/',
    ])
    expect(deleted(world)).toEqual(['704'])
    expect(summary).toContain(
      '<ul><li>web-server-01: 5 of 5 slots in use</li><li>Deleted to make room: 704 deploy-704</li></ul>',
    )
    expect(annotations).toEqual([])
  })

  it('deletes an own failed one before an older completed one', async () => {
    const { main, world } = stage({
      snapshots: [...FIVE.slice(0, 4), byWorkflow({ id: '705', hours: 2, status: 'failed' })],
    })
    await main(DELETE_OLDEST)
    expect(deleted(world)).toEqual(['705'])
  })

  it('deletes nothing while there is a free slot', async () => {
    const { main, world } = stage({ snapshots: FIVE.slice(1) })
    const { green, outputs, verdict } = await main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(verdict).toBe('Snapshot 802 of web-server-01 completed in 1m 1s (5.0 GiB, slot 5 of 5).')
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(deleted(world)).toEqual([])
  })

  it('does not claim one that somebody else deleted at the same moment', async () => {
    const { main, world } = stage({
      happenings: [{ afterMs: 550, act: { act: 'delete', snapshot: '704' } }],
    })
    const { green, outputs, requests, log } = await main(DELETE_OLDEST)
    expect(requests.find(({ method }) => method === 'DELETE')?.status).toBe(404)
    expect(green).toBe(true)
    expect(log).toContain('Snapshot 704 was gone already: somebody else has deleted it. Asking again.')
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(world.events.filter(({ kind, by }) => kind === 'deleted' && by === 'api')).toEqual([])
  })

  it('deletes another where somebody else deleted the first one and took its slot', async () => {
    const { main, world } = stage({
      happenings: [
        { afterMs: 550, act: { act: 'delete', snapshot: '704' } },
        { afterMs: 560, act: { act: 'create', server: WEB.id, name: 'theirs' } },
      ],
    })
    const { green, outputs } = await main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(outputs['deleted-snapshot-ids']).toBe('705')
    expect(deleted(world)).toEqual(['704', '705'])
  })

  it('asks again every five seconds while the slot comes free', async () => {
    const { main, world } = stage({ settings: { timeline: { snapshotMs: 60_000, slotLagMs: 12_000 } } })
    const { green, requests } = await main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(
      requests
        .filter(({ method, path }) => method === 'POST' && path === '/snapshots/')
        .map(({ after, status }) => `${after} ${status}`),
    ).toEqual(['200 400', '700 400', '6000 400', '11300 400', '16600 201'])
    expect(deleted(world)).toEqual(['704'])
  })

  it('asks again at the given interval', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000, slotLagMs: 12_000 } } })
    const { requests } = await main({ ...DELETE_OLDEST, 'poll-interval': '2s' })
    expect(
      requests
        .filter(({ method, path }) => method === 'POST' && path === '/snapshots/')
        .map(({ after, status }) => `${after} ${status}`),
    ).toEqual([
      '200 400',
      '700 400',
      '3000 400',
      '5300 400',
      '7600 400',
      '9900 400',
      '12200 400',
      '14500 201',
    ])
  })

  it('gives up after two minutes, having deleted one and no more', async () => {
    const { main, world } = stage({
      happenings: [{ afterMs: 600, act: { act: 'create', server: WEB.id, name: 'by-hand-too' } }],
    })
    const { green, verdict, log, outputs, took, requests } = await main(DELETE_OLDEST)
    expect(green).toBe(false)
    expect(verdict).toBe(
      "web-server-01 has no free slot (5 of 5 in use): 802 by-hand-too (completed, 2 minutes old, a person's); 705 deploy-705 (completed, 2 hours old, this workflow's); 703 deploy-703 (completed, 8 days old, another workflow of this repository); 702 deploy-702 (completed, 8 days old, of other/repo); 701 by-hand-701 (completed, 8 days old, a person's). Snapshot 704 deploy-704 had been deleted to make room for it.",
    )
    expect(log.at(-2)).toBe('Next: The slot that was freed has been taken again; run the job again.')
    expect(outputs['status']).toBe('failed')
    expect(outputs['deleted-snapshot-ids']).toBe('704')
    expect(deleted(world)).toEqual(['704'])
    expect(took).toBe(120_900)
    expect(requests.filter(({ method }) => method === 'POST').at(-1)?.after).toBe(120_700)
  })

  it('says that nothing more may be deleted when the freed slot was taken and the rule allows no other', async () => {
    const { main } = stage({
      snapshots: [...FIVE.slice(0, 3), byHand({ id: '706' }), byWorkflow({ id: '704', hours: 30 })],
      happenings: [{ afterMs: 600, act: { act: 'create', server: WEB.id, name: 'by-hand-too' } }],
    })
    const { log } = await main(DELETE_OLDEST)
    expect(log.at(-2)).toBe(
      'Next: None of them is one that this workflow may delete (its own, from another run, finished, over an hour old): delete one by hand (operation: delete, snapshot-id) and run the job again.',
    )
  })

  it('fails when the deletion is refused', async () => {
    const faults: FaultRule[] = [
      {
        match: { method: 'DELETE' },
        when: 'before',
        fault: { kind: 'status', status: 409, body: '{"detail": "Busy."}' },
      },
    ]
    const { main } = stage({ faults })
    const { green, verdict, outputs } = await main(DELETE_OLDEST)
    expect(green).toBe(false)
    expect(verdict).toBe(
      'DELETE /snapshots/704/ was answered with 409: Busy. Snapshot 704 was to make room for the new one and was not deleted. No snapshot was taken.',
    )
    expect(outputs['status']).toBe('failed')
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
  })

  it.each([1, 2])('cannot tell whether a deletion was obeyed that had no answer (%i tries)', async tries => {
    const { main } = stage({
      faults: [
        { match: { method: 'DELETE', to: tries }, when: 'before', fault: { kind: 'hang' } },
        { match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 409 } },
      ],
    })
    const { verdict, outputs } = await main({ ...DELETE_OLDEST, timeout: tries === 1 ? '50s' : '10m' })
    expect(verdict).toMatch(
      /Snapshot 704 was to make room for the new one; whether it is deleted is not known\. No snapshot was taken\.$/,
    )
    expect(outputs['status']).toBe('unknown')
  })

  it('runs out of time while the slot comes free', async () => {
    const { main } = stage({ settings: { timeline: { slotLagMs: 100_000 } } })
    const { verdict, outputs, took } = await main({ ...DELETE_OLDEST, timeout: '30s' })
    expect(verdict).toBe(
      'POST /snapshots/ was not sent, the deadline was reached. No snapshot was taken. Snapshot 704 deploy-704 had been deleted to make room for it.',
    )
    expect(outputs['status']).toBe('failed')
    expect(took).toBe(30_000)
  })

  it('says that none came free, where the list has room and the API goes on refusing', async () => {
    const { main } = stage({ settings: { timeline: { slotLagMs: 600_000 } } })
    const { verdict, log } = await main(DELETE_OLDEST)
    expect(verdict).toBe(
      'POST /snapshots/ was answered with 400: Snapshot limit reached. You can have a maximum of 5 snapshots per server. 4 of 5 slots of web-server-01 are in use, but none came free within 2m. No snapshot was taken. Snapshot 704 deploy-704 had been deleted to make room for it.',
    )
    expect(log.at(-2)).toBe('Next: Run the job again in a few minutes.')
  })

  it('does not delete while the server is being restored', async () => {
    const { main, world } = stage({
      happenings: [{ afterMs: 380, act: { act: 'restore', snapshot: '705' } }],
    })
    const { green, verdict, log } = await main(DELETE_OLDEST)
    expect(green).toBe(false)
    expect(verdict).toBe('Snapshot 704 was not deleted: its server web-server-01 (12345) is being restored.')
    expect(log.at(-2)).toBe(
      'Next: Wait for the restore to end (operation: wait, snapshot-id: 704), then delete again.',
    )
    expect(deleted(world)).toEqual([])
  })

  it('warns when the server cannot be read before the deletion, and goes on', async () => {
    const { main, world } = stage({
      settings: { timeline: { snapshotMs: 60_000 }, permissions: ['snapshots:read', 'snapshots:write'] },
    })
    const { green, annotations } = await main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(annotations.map(({ text }) => text)).toEqual([
      'The token may not read server 12345: whether it is being restored or restarted just now is not known. The snapshot is taken all the same.',
      'Server 12345 could not be read before snapshot 704 was deleted: whether it is being restored is not known.',
    ])
    expect(deleted(world)).toEqual(['704'])
  })

  it('says in a dry run what it would delete, and fails it where the API would refuse', async () => {
    const plan = async (
      inputs: Readonly<Record<string, string>>,
      snapshots: StageSettings['snapshots'] = FIVE,
    ) => {
      const { main, world } = stage({ snapshots })
      const { log, green, verdict } = await main({ ...inputs, 'dry-run': 'true' })
      expect(world.events).toEqual([])
      return green ? log[1] : verdict.slice(0, 50)
    }
    expect(await plan(DELETE_OLDEST)).toBe('Would delete 704 deploy-704 first, since no slot is free.')
    const full = 'web-server-01 has no free slot (5 of 5 in use): 70'
    expect(await plan(CREATE)).toBe(full)
    const handmade = ['701', '702', '703', '704', '705'].map(id => byHand({ id }))
    expect(await plan(DELETE_OLDEST, handmade)).toBe(full)
  })
})

describe('the last free slot', () => {
  const four = FIVE.slice(1)

  it('is warned of where nothing is set that frees one', async () => {
    const { main } = stage({ snapshots: four })
    const { annotations, green } = await main(CREATE)
    expect(green).toBe(true)
    expect(annotations).toEqual([
      {
        level: 'warning',
        text: 'Snapshot 802 took the last free slot of web-server-01 (5 of 5), and nothing is set that frees one: the next create will be refused. Set keep-last or when-full: delete-oldest, or delete one by hand.',
        title: 'VPS.org snapshot',
      },
    ])
  })

  it.each([{ 'keep-last': '2' }, { 'when-full': 'delete-oldest' }, { 'delete-on': 'success' }])(
    'is not warned of with %j',
    async inputs => {
      const { main } = stage({ snapshots: four })
      const { annotations } = await main({ ...CREATE, ...inputs })
      expect(annotations).toEqual([])
    },
  )

  it('is not warned of while another is left', async () => {
    const { main } = stage({ snapshots: four.slice(1) })
    const { annotations } = await main(CREATE)
    expect(annotations).toEqual([])
  })
})
