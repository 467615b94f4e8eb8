import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { BEFORE, changes, deeds, deployed, diskOf, restoring } from './scene.ts'

const ANSWER_LOST: FaultRule = {
  match: { method: 'POST', path: '/snapshots/*/restore/', nth: 1 },
  when: 'after',
  fault: { kind: 'reset' },
}

/** The first read is the one before the request; the next `count` get no answer. */
function outage(count: number): FaultRule {
  return {
    match: { method: 'GET', path: '/servers/*/', from: 2, to: 1 + count },
    when: 'before',
    fault: { kind: 'status', status: 503 },
  }
}

describe('a restore whose answer is lost in an outage', () => {
  it('is unknown, and not sent again, when the outage is long enough for a whole restore', async () => {
    const stage = deployed({ restoreMs: 300_000 }, { faults: [ANSWER_LOST, outage(30)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toEqual(['0s POST /snapshots/801/restore/'])
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(seen.log.join('\n')).toContain(
      'its server could not be read for so long that a restore may have come and gone.',
    )
  })

  it('is found by the restoring server when the outage is shorter', async () => {
    const stage = deployed({}, { faults: [ANSWER_LOST, outage(8)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })
})
