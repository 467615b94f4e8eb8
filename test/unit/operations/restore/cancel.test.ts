import { describe, expect, it } from 'vitest'
import { endsOf, expectTruth, GRACE_MS, mainOf, sweep } from '../support/cuts.ts'
import {
  BEFORE,
  deeds,
  deployed,
  diskOf,
  jsonStatuses,
  MINUTE,
  offers,
  red,
  restoring,
  runs,
} from '../support/restoring.ts'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const HEALTH = { 'health-check': 'https://shop.example/up' }
const STOP = { act: 'power', server: WEB.id, action: 'stop' } as const
const CANCEL = (afterMs: number) => ({ cancel: { afterMs } })

describe('a cancelled restore', () => {
  it.each([
    ['', {}, {}, ['red failed', 'red cancelled']],
    // Once it is restored, that is its status, whatever a cancel cuts off then.
    ['starting', { restoreEndsAs: 'stopped' }, HEALTH, ['red failed', 'red cancelled', 'red restored']],
    ['with a safety snapshot', {}, { 'safety-snapshot': 'true' }, ['red failed', 'red cancelled']],
    ['in a dry run', {}, { 'dry-run': 'true' }, ['red failed']],
  ])('tells the truth wherever it is cut off (%s)', async (_, timeline, inputs, ends) => {
    const cuts = await sweep(() => mainOf(deployed(timeline), restoring(inputs)))
    expectTruth(cuts)
    expect(endsOf(cuts)).toEqual(ends)
  })

  it('waits a second for the answer to its request, and no longer', async () => {
    const stage = deployed({}, { latencyMs: 1_500 })
    const cancel = { request: 'POST /snapshots/801/restore/', nth: 1, signal: 'SIGTERM' } as const
    const seen = await stage.main(restoring(), { cancel })
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(seen.took - (seen.requests.at(-1)?.after ?? 0)).toBe(GRACE_MS)
    expect(jsonStatuses(seen)).toEqual(['unknown'])
  })

  it('that was refused for now had changed nothing', async () => {
    const plain = await deployed().main(restoring())
    const afterMs = plain.requests.find(({ method }) => method === 'POST')?.after ?? 0
    const stage = deployed({ stoppingMs: 10 * MINUTE }, { happenings: [{ afterMs, act: STOP }] })
    const seen = await stage.main(restoring(), CANCEL(MINUTE))
    expect(seen).toMatchObject(red('failed', 'cancelled'))
    expect(seen.calls).toContain('POST /snapshots/801/restore/')
    expect(deeds(stage.world)).toEqual([])
  })

  it('that is to be sent again after a request without an answer is unknown', async () => {
    const match = { method: 'POST', path: '/snapshots/*/restore/', nth: 1 }
    const faults = [{ match, when: 'before', fault: { kind: 'reset' } }] as const
    const seen = await deployed({}, { faults }).main(restoring(), CANCEL(30_000))
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(seen.annotations[0]?.text).toMatch(/cancelled/i)
  })

  it.each([
    ['', 'active', 500_000],
    [' of a server that it started', 'stopped', 560_000],
  ])(
    'in its health check%s says that it is restored, and offers no re-run',
    async (_, restoreEndsAs, afterMs) => {
      const stage = deployed({ restoreEndsAs }, { probe: () => 'refused' })
      const seen = await stage.main(restoring(HEALTH), { cancel: { afterMs, signal: 'SIGTERM' } })
      expect(seen).toMatchObject({ ...red('restored', 'cancelled'), took: afterMs })
      expect(jsonStatuses(seen)).toEqual(['restored'])
      expect(seen.annotations[0]?.text).toMatch(/health check/)
      expect(seen.annotations[0]?.text).not.toMatch(/re-run|stopped/i)
      expect(diskOf(stage.world)).toBe(BEFORE)
      expect(runs(stage.world)).toBe(true)
    },
  )

  it('of several says what became of each', async () => {
    const stage = createStage({
      servers: [WEB, { id: '777', name: 'db-01', status: 'restarting' }],
      snapshots: [byWorkflow({ id: '801' }), byWorkflow({ id: '802', server: '777' })],
    })
    const seen = await stage.main(restoring({ 'snapshot-id': '801,802' }), CANCEL(30_000))
    expect(seen).toMatchObject(red('failed', 'cancelled'))
    expect(jsonStatuses(seen)).toEqual(['cancelled', 'failed'])
    expect(offers(seen)).toEqual(['wait 801', 'restore 802'])
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('of several names the safety snapshot of a server whose turn did not come', async () => {
    const stage = createStage({
      servers: [WEB, { id: '777', name: 'db-01', timeline: { snapshotMs: 600_000 } }],
      snapshots: [byWorkflow({ id: '701' }), byWorkflow({ id: '702', server: '777' })],
      settings: { timeline: { snapshotMs: MINUTE } },
    })
    const inputs = restoring({ 'snapshot-id': '701,702', 'safety-snapshot': 'true' })
    const seen = await stage.main(inputs, CANCEL(200_000))
    expect(jsonStatuses(seen)).toEqual(['cancelled', 'failed'])
    expect(seen.outputs['safety-snapshot-id']?.split(',')).toHaveLength(2)
    for (const id of ['802', '803']) expect(seen.annotations[0]?.text).toContain(id)
  })
})
