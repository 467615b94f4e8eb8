import { describe, expect, it } from 'vitest'
import { endsOf, expectTruth, mainOf, sweep } from '../support/cuts.ts'
import { deployed } from '../support/restoring.ts'
import { byWorkflow, hoursAgo, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

describe('a cancelled wait', () => {
  const IN_PROGRESS = { ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(0) }
  const RESTORED = [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] as const

  it.each([
    ['a snapshot', () => createStage({ servers: [WEB], snapshots: [IN_PROGRESS] })],
    ['a restore', () => deployed({}, { happenings: RESTORED })],
    ['what is completed', () => deployed()],
  ])('for %s tells the truth wherever it is cut off', async (_, begin) => {
    const cuts = await sweep(() => mainOf(begin(), { operation: 'wait', 'snapshot-id': '801' }))
    expectTruth(cuts)
    // Before the snapshot was found there was nothing; then it goes on.
    expect(endsOf(cuts)).toEqual(['red failed', 'red cancelled'])
  })
})
