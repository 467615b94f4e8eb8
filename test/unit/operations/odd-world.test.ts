/** Lists with odd items, servers with two ids, late and stale reads, dates of every kind, and other people's deploys. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import { DATE_FORMS, type SettingsChange } from '../../emulator/settings.ts'
import { BEFORE, deployed, diskOf, NOW, restoring, runs } from './support/restoring.ts'
import { byHand, byWorkflow, WEB } from './support/scenery.ts'
import { createStage } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const ARMED = { ...CREATE, 'restore-on': 'failure' }
const MINUTE = 60_000

const ODD_ITEMS = [
  {
    id: 900,
    name: null,
    status: 'completed',
    size_mb: '5120.00',
    created_at: 1772418000,
    description: null,
    server: { id: 12345, name: 'web-server-01' },
  },
  { name: 'no id at all', server: { id: 12345 } },
  { id: 901, status: null, server: { id: 12345, name: 'web-server-01' } },
  { id: 902, status: 'completed', server: null },
]

describe('a list with odd items', () => {
  it.each(ODD_ITEMS.map((item, index) => [index, item]))(
    'no. %i does not keep a create and its rollback',
    async (_, item) => {
      const stage = createStage({ servers: [WEB], settings: { strayItems: [item] } })
      const created = await stage.main(ARMED)
      expect(created.outputs).toMatchObject({ status: 'completed', reason: '' })
      expect((await stage.post('failure')).green).toBe(true)
    },
  )

  it('warns once of each item that it can neither choose nor delete', async () => {
    const stage = createStage({ servers: [WEB], settings: { strayItems: ODD_ITEMS } })
    const { annotations } = await stage.main(CREATE)
    const odd = annotations.filter(({ level, text }) => level === 'warning' && text.includes('901'))
    expect(odd).toHaveLength(1)
  })

  it('counts what it cannot read as a taken slot', async () => {
    const snapshots = ['701', '702', '703', '704'].map(id => byHand({ id }))
    const stage = createStage({
      servers: [WEB],
      snapshots,
      settings: { strayItems: ODD_ITEMS.slice(2, 3) },
    })
    const seen = await stage.main({ ...CREATE, 'dry-run': 'true' })
    expect(JSON.parse(seen.outputs['snapshots'] ?? 'null')).toEqual([])
    expect(seen.summary).toContain('5 of 5')
  })
})

describe('a rollback', () => {
  it('does not need the list', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main(ARMED)
    stage.faults.add({
      match: { kind: 'list-snapshots' },
      when: 'before',
      fault: { kind: 'status', status: 500 },
    })
    const post = await stage.post('failure')
    expect(post.green).toBe(true)
  })

  it('is not sent where another run has deployed since, and names both runs', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main(ARMED)
    const description = byWorkflow({ id: '901', run: '9999999999' }).description ?? ''
    stage.world.act({ act: 'create', server: WEB.id, name: 'theirs', description })
    await stage.clock.run(stage.clock.sleep(15 * MINUTE))
    const post = await stage.post('failure')
    expect(post.green).toBe(false)
    expect(post.calls.filter(call => call.startsWith('POST'))).toEqual([])
    for (const run of ['9999999999', '9876543210']) expect(post.summary).toContain(run)
  })
})

describe('the answer to a lost restore request', () => {
  it('is not asked for again where the server ran and is stopped now: the restore has begun', async () => {
    const faults: FaultRule[] = [
      { match: { kind: 'restore', nth: 1 }, when: 'after', fault: { kind: 'reset' } },
    ]
    const stage = deployed({ restoreStoppedMs: 3 * MINUTE }, { faults })
    const seen = await stage.main(restoring())
    expect(seen.calls.filter(call => call === 'POST /snapshots/801/restore/')).toHaveLength(1)
    expect(seen.outputs).toMatchObject({ status: 'restored' })
  })
})

describe('two replicas, one of them behind', () => {
  const settings: SettingsChange = { replicaLagMs: 500, replicaReads: 'alternate' }

  it('end a create, its rollback and a stop and start as they should', async () => {
    const stage = createStage({ servers: [WEB], settings })
    expect((await stage.main({ ...ARMED, 'stop-server': 'true' })).green).toBe(true)
    expect(runs(stage.world)).toBe(true)
    expect((await stage.post('failure')).green).toBe(true)
    expect(runs(stage.world)).toBe(true)
  })

  it('do not end a restore by one stale read', async () => {
    const stage = deployed({}, { settings: { replicaLagMs: 20_000, replicaReads: 'alternate' } })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })
})

describe('a restore that begins late', () => {
  it('is followed to its end', async () => {
    const stage = deployed({ restoreBeginsMs: 90_000 })
    const seen = await stage.main(restoring())
    expect(seen.outputs).toMatchObject({ status: 'restored' })
    expect(diskOf(stage.world)).toBe(BEFORE)
  })
})

describe('dates', () => {
  it.each(DATE_FORMS)('as %s still let latest choose the newest', async dateForm => {
    const snapshots = [byWorkflow({ id: '701', hours: 30 }), byWorkflow({ id: '702', hours: 3 })]
    const stage = createStage({ servers: [WEB], snapshots, settings: { dateForm } })
    const seen = await stage.main({
      operation: 'restore',
      'snapshot-id': 'latest',
      'server-id': '12345',
      'dry-run': 'true',
    })
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '702', status: 'planned' })
  })

  it('that cannot be compared make latest refuse, not guess', async () => {
    const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`
    const snapshots = [
      { ...byWorkflow({ id: uuid(1), hours: 30 }), shape: { shows: { created_at: 'last week' } } },
      { ...byWorkflow({ id: uuid(2), hours: 3 }), shape: { shows: { created_at: 'today' } } },
    ]
    const stage = createStage({ servers: [WEB], snapshots })
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' })
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'ambiguous' })
    expect(stage.world.events).toEqual([])
  })

  it('are measured by the clock of the API', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byWorkflow({ id: '701', hours: 2 })],
      settings: { clockSkewMs: 5 * 60 * MINUTE },
    })
    // By the runner's clock it is not even made yet.
    const old = { operation: 'restore', 'snapshot-id': '701', 'max-snapshot-age': '1h', 'dry-run': 'true' }
    expect((await stage.main(old)).outputs['reason']).toBe('too-old')
  })
})

describe('latest', () => {
  it('waits for a newer one that is still being made', async () => {
    const snapshots = [
      byWorkflow({ id: '701', hours: 30 }),
      byWorkflow({ id: '702', hours: 0.02, status: 'in_progress' }),
    ]
    const stage = createStage({
      servers: [WEB],
      snapshots,
      happenings: [
        { afterMs: 2 * MINUTE, act: { act: 'snapshot-status', snapshot: '702', status: 'completed' } },
      ],
    })
    const seen = await stage.main({
      operation: 'restore',
      'snapshot-id': 'latest',
      'server-id': '12345',
      'dry-run': 'true',
    })
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '702', status: 'planned' })
    expect(seen.took).toBeGreaterThanOrEqual(2 * MINUTE)
  })
})

describe('a server with a status that nobody documented', () => {
  it('is not stopped, and not taken for one that does not run', async () => {
    const stage = createStage({ servers: [{ ...WEB, status: 'migrating' }] })
    const seen = await stage.main({ ...CREATE, 'stop-server': 'true' })
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'server-busy' })
    expect(stage.world.events).toEqual([])
  })

  it('is restored all the same: nothing stuck may block a rollback', async () => {
    const stage = createStage({
      servers: [{ ...WEB, status: 'migrating', disk: NOW }],
      snapshots: [{ ...byWorkflow({ id: '801' }), disk: BEFORE }],
      settings: { restorableStatuses: ['active', 'stopped', 'migrating'] },
    })
    const seen = await stage.main(restoring())
    expect(seen.outputs['status']).toBe('restored')
  })
})

describe('a delete', () => {
  it('of what is not listed yet is asked for once, and the answer counts', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [{ ...byHand({ id: '701' }), shape: {} }],
      faults: [
        {
          match: { kind: 'list-snapshots' },
          when: 'after',
          fault: { kind: 'body', body: '{"count":0,"results":[]}' },
        },
      ],
    })
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(seen.outputs).toMatchObject({ status: 'deleted', count: '1' })
    expect(seen.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
  })

  it('sends nothing for an unlisted id where only some servers are allowed', async () => {
    const stage = createStage({ servers: [WEB] })
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '999', 'server-id': '12345' })
    expect(seen.calls.filter(call => call.startsWith('DELETE'))).toEqual([])
    expect(seen.outputs).toMatchObject({ count: '0' })
  })
})
