import { describe, expect, it } from 'vitest'
import { renderSteps } from '../../../../src/present/next-steps.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { serverId, snapshotId } from '../../run/fixtures.ts'
import {
  changes,
  deployed,
  diskOf,
  green,
  jsonStatuses,
  NOW,
  red,
  restoring,
  tabled,
} from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { DB, RESTORABLE, refused, SHELF } from '../support/shelf.ts'
import { createStage } from '../support/stage.ts'

/** The list of snapshots gets this answer from its `from`th read on. */
function listFault(from: number, status = 500): FaultRule {
  return {
    match: { method: 'GET', path: '/snapshots/', from },
    when: 'before',
    fault: { kind: 'refusal', status },
  }
}

describe('the guard server-id', () => {
  const FOREIGN = { 'snapshot-id': '901', 'server-id': '12345' }

  it.each([
    ['a snapshot of another server', FOREIGN, RESTORABLE],
    ['all when one of several is of another server', { ...FOREIGN, 'snapshot-id': '801,901' }, RESTORABLE],
    ['with no alternatives where its servers have none', { ...FOREIGN, 'server-id': '11' }, []],
  ])('refuses %s, says whose it is, and what could be meant', async (_, inputs, alternatives) => {
    const seen = await refused('wrong-server', inputs, { ...SHELF, servers: [WEB, DB, ...fleet(1)] })
    for (const part of ['901', 'db-01', inputs['server-id']])
      expect(seen.annotations[0]?.text).toContain(part)
    expect(tabled(seen)).toEqual(alternatives)
  })

  it('names every snapshot that is of another server', async () => {
    const inputs = { 'snapshot-id': '801,901', 'server-id': '11,12' }
    const seen = await refused('wrong-server', inputs, { ...SHELF, servers: [WEB, DB, ...fleet(2)] })
    for (const id of ['801', '901']) expect(seen.annotations[0]?.text).toContain(id)
  })

  it('refuses just so where what its servers have cannot be read again', async () => {
    const seen = await refused('wrong-server', FOREIGN, { ...SHELF, faults: [listFault(3)] })
    expect(tabled(seen)).toEqual([])
  })

  it('is right though the filter is ignored', async () => {
    await refused('wrong-server', FOREIGN, { ...SHELF, settings: { filterIgnored: true } })
  })

  it('lets pass what belongs to one of its servers', async () => {
    const seen = await createStage(SHELF).main(restoring({ ...FOREIGN, 'server-id': `${WEB.id},${DB.id}` }))
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual(['0s POST /snapshots/901/restore/'])
  })

  it('asks for its servers alone when they hold all, and for the whole list when they do not', async () => {
    const near = await createStage(SHELF).main(restoring({ 'server-id': '12345', 'dry-run': 'true' }))
    const lists = near.calls.filter(call => call.startsWith('GET /snapshots/'))
    expect(new Set(lists)).toEqual(new Set(['GET /snapshots/?server_id=12345&page_size=100']))
    const far = await refused('wrong-server', FOREIGN)
    expect(far.calls).toContain('GET /snapshots/?page_size=100')
  })
})

describe('a snapshot that does not fit', () => {
  const IN_PROGRESS = { servers: [WEB], snapshots: [byHand({ id: '801', hours: 0, status: 'in_progress' })] }

  it.each([
    ['failed', 'not-completed', { 'snapshot-id': '803' }, SHELF, RESTORABLE],
    ['is in progress', 'not-completed', { 'snapshot-id': '801' }, IN_PROGRESS, []],
    // Only younger ones could be restored instead.
    ['is too old', 'too-old', { 'snapshot-id': '801', 'max-snapshot-age': '1d' }, SHELF, ['805', '804']],
    [
      'failed, where the list cannot be read again',
      'not-completed',
      { 'snapshot-id': '803' },
      {
        ...SHELF,
        faults: [listFault(2)],
      },
      [],
    ],
  ])(
    'because it %s is refused, with what could be restored instead',
    async (_, reason, inputs, setup, ids) => {
      const seen = await refused(reason, inputs, setup)
      expect(tabled(seen)).toEqual(ids)
      expect(seen.outputs['snapshot-id']).toBe(inputs['snapshot-id'])
      // How to restore it all the same.
      expect(/raise.*max-snapshot-age/.test(seen.annotations[0]?.text ?? '')).toBe(reason === 'too-old')
    },
  )

  it.each([
    ['archiving', { kind: 'follow', snapshot: snapshotId('801'), isRestore: false }],
    ['failed', { kind: 'list', server: serverId('12345') }],
  ] as const)('because its status is %s has a way out where there is no other', async (status, way) => {
    const setup = { servers: [WEB], snapshots: [byHand({ id: '801', hours: 3, status })] }
    const seen = await refused('not-completed', { 'snapshot-id': '801' }, setup)
    expect(seen.annotations[0]?.text).toContain(renderSteps([way]))
  })

  it('because its age is not known is refused where max-snapshot-age is given', async () => {
    const undated = { id: 801, name: 'old', status: 'completed', size_mb: 1, created_at: 'yesterday' }
    const results = [{ ...undated, server: { id: 12345, name: 'web-server-01' } }]
    const fault = { kind: 'body', body: JSON.stringify({ count: 1, results }) } as const
    const faults = [{ match: { path: '/snapshots/', method: 'GET' }, when: 'after', fault }] as const
    const seen = await deployed({}, { faults }).main(restoring({ 'max-snapshot-age': '1d' }))
    expect(seen).toMatchObject(red('failed', 'too-old'))
    expect(changes(seen)).toEqual([])
  })

  it('is no reason to leave the other servers alone', async () => {
    const seen = await createStage(SHELF).main(restoring({ 'snapshot-id': '803,901' }))
    expect(seen).toMatchObject(red('failed', 'not-completed'))
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '803,901', 'server-id': '12345,777' })
    expect(changes(seen)).toEqual([expect.stringContaining(' POST /snapshots/901/restore/')])
    expect(jsonStatuses(seen)).toEqual(['failed', 'restored'])
  })

  it('of a server is refused twice: one would overwrite the other', async () => {
    const seen = await refused('ambiguous', { 'snapshot-id': '801,802' })
    for (const id of ['801', '802', '12345']) expect(seen.annotations[0]?.text).toContain(id)
  })
})

describe('max-snapshot-age', () => {
  // 801 is 18 minutes old when the stage begins; reading takes a moment.
  it('allows a snapshot of that age', async () => {
    const seen = await deployed().main(restoring({ 'max-snapshot-age': '18m2s' }))
    expect(seen).toMatchObject(green('restored'))
  })

  it('refuses one that is a moment older', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring({ 'max-snapshot-age': '17m59s' }))
    expect(seen).toMatchObject(red('failed', 'too-old'))
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('refuses one that is older by less than anybody writes, and does not say that both are the same', async () => {
    const snapshots = [byWorkflow({ id: '801', hours: 24 + 20 / 3_600 })]
    const seen = await deployed({}, { snapshots }).main(restoring({ 'max-snapshot-age': '1d' }))
    expect(seen).toMatchObject(red('failed', 'too-old'))
    expect(seen.annotations[0]?.text).toMatch(/just over/)
  })
})

describe('a snapshot that no list holds', () => {
  const ABSENT = { 'snapshot-id': '999' }

  it('is looked for for a while, then missing, with what there is on any server', async () => {
    const seen = await refused('not-found', ABSENT)
    expect(seen.took).toBeGreaterThan(20_000)
    expect(seen.took).toBeLessThan(40_000)
    expect(seen.outputs['snapshot-id']).toBe('')
    expect(tabled(seen)).toEqual(['901', ...RESTORABLE])
  })

  it('is missing with what the guard’s servers hold instead', async () => {
    expect(tabled(await refused('not-found', { ...ABSENT, 'server-id': '12345' }))).toEqual(RESTORABLE)
  })

  it('is missing with the newest ten of a large account, and none that failed', async () => {
    const servers = fleet(4)
    const snapshots = servers.flatMap(({ id }) =>
      [1, 2, 3].map(nth => byWorkflow({ id: `${id}0${nth}`, server: id, hours: 20 * nth + Number(id) })),
    )
    const unfit = byWorkflow({ id: '9', server: '11', hours: 1, status: 'failed' })
    const seen = await refused('not-found', ABSENT, { servers, snapshots: [...snapshots, unfit] })
    expect(tabled(seen)).toHaveLength(10)
    expect(tabled(seen).slice(0, 2)).toEqual(['1101', '1201'])
    // Of which server each is.
    expect(seen.log.filter(line => /web-1[1-4] \(1[1-4]\)/.test(line))).toHaveLength(10)
  })

  it('is missing without alternatives when the guard’s servers can no longer be read', async () => {
    const inputs = { ...ABSENT, 'server-id': '12345' }
    const lists = (await refused('not-found', inputs)).calls.filter(call => call.includes('/snapshots/?'))
    const seen = await refused('not-found', inputs, { ...SHELF, faults: [listFault(lists.length)] })
    expect(tabled(seen)).toEqual([])
  })

  it('is no reason to leave the other servers alone', async () => {
    const seen = await createStage(SHELF).main(restoring({ 'snapshot-id': '999,901,998' }))
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(seen.outputs['snapshot-id']).toBe('901')
    expect(changes(seen)).toEqual([expect.stringMatching(/^2\ds POST .snapshots.901.restore/)])
    for (const id of ['998', '999']) expect(seen.annotations.at(-1)?.text).toContain(id)
  })

  it('and appears in time is restored', async () => {
    const stage = createStage({
      servers: [WEB],
      settings: { timeline: { snapshotMs: 1_000, listLagMs: 10_000 } },
      nextSnapshotId: '801',
      happenings: [{ afterMs: 0, act: { act: 'create', server: WEB.id, name: 'just-made' } }],
    })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([expect.stringMatching(/^1\ds POST .snapshots.801.restore/)])
  })

  it('cannot be looked up before the deadline when the list does not answer', async () => {
    const faults = [{ match: {}, when: 'before', fault: { kind: 'hang' } }] as const
    const seen = await refused('server-error', { ...ABSENT, timeout: '45s' }, { ...SHELF, faults })
    expect(seen.took).toBe(45_000)
  })

  it.each([{}, { 'server-id': '12345' }])('cannot be looked up with a wrong token (%o)', async guard => {
    const seen = await refused('unauthorized', { ...ABSENT, ...guard, 'api-token': 'vps_wrong' })
    expect(seen.calls).toHaveLength(1)
  })
})
