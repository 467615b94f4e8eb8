/** Deletions that are said to have happened. */
import { describe, expect, it } from 'vitest'
import { byHand, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const DELETE = { operation: 'delete', 'snapshot-id': '801' }

describe('a 404 to the deletion of what is listed', () => {
  it('is not believed while the list still holds it', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801' })],
      faults: [{ match: { kind: 'delete' }, when: 'before', fault: { kind: 'refusal', status: 404 } }],
    })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', reason: 'not-found' } })
    expect(stage.world.report().snapshots).toHaveLength(1)
  })

  it('is believed once the list agrees: somebody else has just deleted it', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [byHand({ id: '801' })],
      settings: { timeline: { deletionLagMs: 5_000 } },
      happenings: [{ afterMs: 200, act: { act: 'delete', snapshot: '801' } }],
    })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted' } })
    expect(stage.world.report().snapshots).toEqual([])
  })
})
