/** One server that is given by its number and by its UUID. */
import { describe, expect, it } from 'vitest'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const BOTH = '12345, 5e44e500-0000-4000-8000-000000012345'

describe('one server under two ids', () => {
  it.each([{}, { 'stop-server': 'true' }, { 'restore-on': 'failure' }])(
    'is refused by a create before anything is changed (%o)',
    async more => {
      const stage = createStage({ servers: [WEB] })
      const seen = await stage.main({ operation: 'create', 'server-id': BOTH, ...more })
      expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', reason: 'invalid-input' } })
      expect(seen.requests.filter(({ method }) => method !== 'GET')).toEqual([])
    },
  )

  it('is overwritten once at most by a restore', async () => {
    const snapshots = [byWorkflow({ id: '801', hours: 2 }), byWorkflow({ id: '802', hours: 1 })]
    const stage = createStage({ servers: [WEB], snapshots })
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': 'latest', 'server-id': BOTH })
    expect(seen.green).toBe(false)
    expect(seen.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  })
})
