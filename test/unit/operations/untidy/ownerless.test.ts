/** Snapshots that the list shows without their server. */
import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../emulator/settings.ts'
import { byHand, byWorkflow, WEB } from '../support/scenery.ts'
import { createStage, type Inputs } from '../support/stage.ts'

const OWNERLESS: readonly Shape[] = [{ hides: ['server'] }, { shows: { server: null } }]

describe.each(OWNERLESS)('a snapshot that the list shows without its server (%o)', shape => {
  const shelf = () =>
    createStage({
      servers: [WEB],
      snapshots: [{ ...byWorkflow({ id: '801' }), shape }, byHand({ id: '802' })],
    })

  it.each<Inputs>([
    { operation: 'delete', 'snapshot-id': '801', 'server-id': WEB.id },
    { operation: 'delete', 'snapshot-id': '801' },
    { operation: 'delete', 'snapshot-id': '802,801' },
    { operation: 'restore', 'snapshot-id': '801', 'server-id': WEB.id },
    { operation: 'restore', 'snapshot-id': '801' },
  ])('is neither used nor called missing: %o', async inputs => {
    const stage = shelf()
    const seen = await stage.main(inputs)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', reason: 'ambiguous' })
    expect(seen.annotations.at(-1)?.text).toContain('801')
    expect(seen.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(stage.world.report().snapshots).toHaveLength(2)
  })

  it('is named beside every other one of that kind', async () => {
    const snapshots = ['801', '803'].map(id => ({ ...byWorkflow({ id }), shape }))
    const seen = await createStage({ servers: [WEB], snapshots }).main({
      operation: 'delete',
      'snapshot-id': '801,803',
    })
    expect(seen.outputs['reason']).toBe('ambiguous')
    for (const id of ['801', '803']) expect(seen.annotations.at(-1)?.text).toContain(id)
  })

  it('is followed by its id where this step has made it', async () => {
    const stage = createStage({ servers: [WEB], settings: { snapshotShape: shape } })
    const seen = await stage.main({ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure' })
    expect(seen.outputs).toMatchObject({ status: 'completed', 'snapshot-id': '802', 'server-id': WEB.id })
    expect((await stage.post('failure')).green).toBe(true)
    expect(stage.world.events.map(({ kind }) => kind)).toContain('restore-begun')
  })

  it('is still listed, so that its deletion is not said to be done', async () => {
    const stage = createStage({
      servers: [WEB],
      settings: { snapshotShape: shape, timeline: { deletionLagMs: 60 * 60_000 } },
    })
    await stage.main({ operation: 'create', 'server-id': WEB.id, 'delete-on': 'success' })
    const seen = await stage.post('success')
    expect(seen.annotations.some(({ level, text }) => level === 'warning' && text.includes('802'))).toBe(true)
    expect(seen.summary).toContain('⚠️')
  })
})
