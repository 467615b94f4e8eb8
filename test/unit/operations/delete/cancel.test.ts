import { describe, expect, it } from 'vitest'
import { deletionUnknown } from '../../../../src/operations/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshotId } from '../../run/fixtures.ts'
import { endsOf, expectTruth, mainOf, sweep } from '../support/cuts.ts'
import { deployed, jsonStatuses, offers } from '../support/restoring.ts'
import { byHand, fleet } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

/** So many servers with a snapshot each: 811, 812, … */
function shelves(count: number) {
  const servers = fleet(count)
  const snapshots = servers.map(({ id }) => byHand({ id: `8${id}`, server: id }))
  const inputs = { operation: 'delete', 'snapshot-id': snapshots.map(({ id }) => id).join(',') }
  return { servers, snapshots, inputs }
}

describe('a cancelled delete', () => {
  it('tells the truth wherever it is cut off', async () => {
    const inputs = { operation: 'delete', 'snapshot-id': '801' }
    const cuts = await sweep(() => mainOf(deployed({ deletionLagMs: 5_000 }), inputs))
    expectTruth(cuts)
    expect(endsOf(cuts)).toEqual(['red failed', 'red cancelled'])
  })

  it('of many that are still listed calls none completed', async () => {
    const { servers, snapshots, inputs } = shelves(12)
    const stage = createStage({ servers, snapshots, settings: { timeline: { deletionLagMs: 60_000 } } })
    const seen = await stage.main(inputs, { cancel: { afterMs: 20_000 } })
    expect(jsonStatuses(seen)).toEqual(Array(12).fill('cancelled'))
    expect(seen.annotations[0]?.text).toContain('2 more')
    expect(seen.annotations[0]?.text).not.toContain('811 (')
  })

  it('offers to delete the snapshots whose turn did not come', async () => {
    const { servers, snapshots, inputs } = shelves(2)
    const refusal: FaultRule = {
      match: { path: '/snapshots/811/' },
      when: 'before',
      fault: { kind: 'refusal', status: 403 },
    }
    const stage = createStage({ servers, snapshots, latencyMs: 1_000, faults: [refusal] })
    const cancel = { request: 'DELETE /snapshots/811/', nth: 1 }
    const seen = await stage.main({ ...inputs, 'max-parallel': '1' }, { cancel })
    expect(seen.outputs).toMatchObject({ status: 'unknown', count: '0' })
    expect(offers(seen)).toEqual(['delete 812'])
  })

  it('names what is not listed yet, and whose deletion had no answer', async () => {
    const stage = createStage({
      ...{ servers: fleet(1), settings: { timeline: { listLagMs: 120_000 } } },
      faults: [{ match: { kind: 'delete' }, when: 'after', fault: { kind: 'hang' } }],
    })
    stage.world.act({ act: 'create', server: '11', name: 'made-a-moment-ago' })
    const cancel = { request: 'DELETE /snapshots/802/', nth: 1 }
    const seen = await stage.main({ operation: 'delete', 'snapshot-id': '802' }, { cancel })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown', reason: 'lost-answer' } })
    expect(seen.annotations.at(-1)?.text).toContain(deletionUnknown({ id: snapshotId('802') }))
  })
})
