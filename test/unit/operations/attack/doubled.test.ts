/** A box in between that sends a create twice, and hands on the refusal of the second copy. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const DOUBLED: FaultRule = { match: { kind: 'create', nth: 1 }, when: 'after', fault: { kind: 'doubled' } }
const FOUR = ['1', '2', '3', '4'].map((id, index) => byWorkflow({ id, hours: 40 - index }))

describe('a doubled create that takes the last slot', () => {
  it.each(['fail', 'delete-oldest'])('is adopted, and deletes nothing (when-full: %s)', async whenFull => {
    const stage = createStage({ servers: [WEB], snapshots: FOUR, faults: [DOUBLED] })
    const seen = await stage.main({ ...CREATE, 'when-full': whenFull })
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '802', status: 'completed' } })
    expect(seen.calls.filter(call => call.startsWith('DELETE'))).toEqual([])
    expect(stage.world.report().snapshots).toHaveLength(5)
  })
})

describe('a doubled create whose second copy is refused for good', () => {
  it.each([
    [400, { name: ['already exists'] }],
    [402, { detail: ['No.'] }],
    [413, { detail: ['No.'] }],
  ])('with %i is adopted', async (status, fields) => {
    const fault = { kind: 'refusal' as const, status, fields }
    const stage = createStage({
      servers: [WEB],
      faults: [{ match: { kind: 'create', nth: 1 }, when: 'after', fault }],
    })
    const seen = await stage.main({ ...CREATE, 'snapshot-name': 'mine' })
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '802', status: 'completed' } })
    expect(stage.world.report().snapshots).toHaveLength(1)
  })
})
