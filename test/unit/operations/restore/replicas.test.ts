/** Reads that come by chance from a replica that lags. */
import { describe, expect, it } from 'vitest'
import { BEFORE, deployed, diskOf, restoring } from '../support/restoring.ts'

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1)

describe('a restore that is read by chance from a replica 20 seconds behind', () => {
  it.each(SEEDS)('is not green before it has ended (seed %i)', async seed => {
    const stage = deployed({}, { settings: { replicaLagMs: 20_000, replicaReads: 'random', seed } })
    expect((await stage.main(restoring())).green).toBe(true)
    expect(stage.world.report().servers[0]?.activity).toBeNull()
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each(SEEDS)('is waited for to its end, too (seed %i)', async seed => {
    const stage = deployed({}, { settings: { replicaLagMs: 20_000, replicaReads: 'random', seed } })
    stage.world.act({ act: 'restore', snapshot: '801' })
    await stage.clock.run(stage.clock.sleep(2_000))
    expect((await stage.main({ operation: 'wait', 'snapshot-id': '801' })).green).toBe(true)
    expect(stage.world.report().servers[0]?.activity).toBeNull()
  })
})
