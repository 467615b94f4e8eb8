import { describe, expect, it } from 'vitest'
import { levels, tabled } from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const LIST = { operation: 'list' }
const SHELF = {
  servers: [WEB, { id: '777', name: 'db-01' }],
  snapshots: [
    byHand({ id: '801', hours: 50 }),
    byWorkflow({ id: '802', hours: 3, purpose: 'safety' as const }),
    { ...byHand({ id: '901', server: '777', hours: 5, status: 'in_progress' }), sizeMb: null },
  ],
  settings: { timeline: { snapshotMs: 24 * 60 * 60_000 } },
}

/** Four or five snapshots of each of some servers. */
function many(servers: number, each: number) {
  const all = fleet(servers)
  const hours = Array.from({ length: each }, (_, index) => index + 1)
  return {
    servers: all,
    snapshots: all.flatMap(({ id }) =>
      hours.map(nth => byHand({ id: `${id}0${nth}`, server: id, hours: nth })),
    ),
  }
}

/** A list that is answered with this body. */
function answered(results: readonly object[]) {
  const fault = { kind: 'body', body: JSON.stringify({ count: results.length, results }) } as const
  return createStage({ servers: [WEB], faults: [{ match: { path: '/snapshots/' }, when: 'before', fault }] })
}

function item(id: number, created_at: string | null) {
  return {
    id,
    name: 'x',
    status: 'completed',
    size_mb: 1,
    description: '',
    created_at,
    server: { id: 12345, name: 'web' },
  }
}

describe('a list', () => {
  it('of everything is newest first, with age, server and owner', async () => {
    const seen = await createStage(SHELF).main(LIST)
    expect(seen).toMatchObject({ green: true, outputs: { count: '3', reason: '' } })
    expect(seen.calls).toEqual(['GET /snapshots/?page_size=100'])
    expect(tabled(seen)).toEqual(['802', '901', '801'])
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([
      {
        ...{ id: '802', status: 'completed', size_mb: 5120, server: { id: '12345', name: 'web-server-01' } },
        made_by: { run_id: '9000000000', attempt: 1, purpose: 'safety' },
      },
      { id: '901', status: 'in_progress', size_mb: null, server: { id: '777' }, made_by: null },
      { id: '801', created_at: '2026-02-28T00:40:00Z', made_by: null },
    ])
    // A list is not about one snapshot.
    for (const name of ['status', 'snapshot-id']) expect(seen.outputs[name]).toBeUndefined()
    for (const cell of ['3 hours', '5 hours', 'db-01 (777)', 'safety', '9000000000'])
      for (const text of [seen.log.join('\n'), seen.summary]) expect(text).toContain(cell)
  })

  it.each([SHELF.settings, { filterIgnored: true }])(
    'of one server holds nothing else (%o)',
    async settings => {
      const seen = await createStage({ ...SHELF, settings }).main({ ...LIST, 'server-id': '777' })
      expect(seen.calls).toEqual(['GET /snapshots/?server_id=777&page_size=100'])
      expect(seen.outputs['count']).toBe('1')
      expect(tabled(seen)).toEqual(['901'])
    },
  )

  it.each([{}, { 'server-id': '12345' }, { 'server-id': '12345,777' }])(
    'of nothing is empty and green (%o)',
    async inputs => {
      const seen = await createStage({ servers: SHELF.servers }).main({ ...LIST, ...inputs })
      expect(seen).toMatchObject({ green: true, outputs: { count: '0', snapshots: '[]', reason: '' } })
      for (const id of inputs['server-id']?.split(',') ?? []) expect(seen.verdict).toContain(id)
    },
  )

  it('of a server that there is not is red', async () => {
    const seen = await createStage(SHELF).main({ ...LIST, 'server-id': '99999' })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'not-found' } })
    expect(levels(seen)).toEqual(['error'])
  })

  it('of many prints a hundred, and has all in its output', async () => {
    const exactly = await createStage(many(25, 4)).main(LIST)
    expect(tabled(exactly)).toHaveLength(100)
    const seen = await createStage(many(26, 4)).main(LIST)
    expect(tabled(seen)).toHaveLength(100)
    // One more line says how many more there are.
    expect(seen.log).toHaveLength(exactly.log.length + 1)
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toHaveLength(104)
  })

  it('of several pages reads them all', async () => {
    const seen = await createStage({ ...many(30, 5), settings: { snapshotPaging: true } }).main(LIST)
    expect(seen.outputs['count']).toBe('150')
    expect(seen.calls).toHaveLength(2)
  })

  it('that comes in another order is shown newest first, those without a date last', async () => {
    const results = [item(704, null), item(701, '2026-03-01T05:00:00Z'), item(703, '2026-03-01T09:00:00Z')]
    const seen = await answered(results).main(LIST)
    expect(tabled(seen)).toEqual(['703', '701', '704'])
    expect(seen.log.join('\n')).not.toMatch(/NaN|null|undefined/)
  })

  it('that fails is red, and has no count', async () => {
    const seen = await createStage(SHELF).main({ ...LIST, 'api-token': 'vps_wrong' })
    expect(seen.green).toBe(false)
    expect(seen.outputs).toEqual({ reason: 'unauthorized', 'duration-seconds': '0' })
  })

  it('is given five minutes', async () => {
    const faults = [{ when: 'before', fault: { kind: 'refusal', status: 503 } }] as const
    const seen = await createStage({ ...SHELF, faults }).main(LIST)
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'server-error' } })
    expect(seen.took).toBeGreaterThan(4.5 * 60_000)
    expect(seen.took).toBeLessThanOrEqual(5 * 60_000)
  })

  it('that is cancelled is red, and has listed nothing', async () => {
    const seen = await createStage(SHELF).main(LIST, { cancel: { nth: 1 } })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'cancelled' } })
    expect(seen.outputs['count']).toBeUndefined()
  })
})
