import { describe, expect, it } from 'vitest'
import { deletionEnded } from '../../../../src/present/messages/job-end.ts'
import { snapshot } from '../../run/fixtures.ts'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': WEB.id }

describe('a deletion at the end of a job that a cancel cuts off', () => {
  it.each([
    ['delete-on', { 'delete-on': 'success' }, '802'],
    ['keep-last', { 'keep-last': '1' }, '701'],
  ])('by %s is told as one of which the end is unknown', async (_, inputs, id) => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '701', hours: 30 })] })
    await stage.main({ ...CREATE, ...inputs })
    const seen = await stage.post('success', { cancel: { request: `DELETE /snapshots/${id}/`, nth: 1 } })
    const told = [...seen.log, ...seen.annotations.map(({ text }) => text)].join('\n')
    expect(told).toMatch(new RegExp(`unknown.*${id}`))
    expect(seen.summary).toContain(id)
  })

  it('is not told of where the API had refused it before', async () => {
    const refusal = { kind: 'status', status: 403, body: '{"detail": "No."}' } as const
    const stage = createStage({
      servers: [WEB],
      faults: [{ match: { method: 'DELETE' }, when: 'before', fault: refusal }],
    })
    await stage.main({ ...CREATE, 'delete-on': 'success' })
    const seen = await stage.post('success')
    expect(seen.annotations.map(({ level }) => level)).toContain('warning')
    expect(seen.verdict).toContain(deletionEnded('delete-on', 'stays', [snapshot('802')]))
  })
})
