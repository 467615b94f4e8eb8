/** What takes a slot without an id is counted for the server that it names, before anything is changed. */

import { describe, expect, it } from 'vitest'
import { wouldDeleteFirst } from '../../../../src/operations/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshot } from '../../run/fixtures.ts'
import { creates, ended, switches } from '../support/facts.ts'
import { byHand, byWorkflow, fleet } from '../support/scenery.ts'
import { createStage, DEFAULT_NAME, type Inputs, type StageSettings } from '../support/stage.ts'

const FOUR = ['1', '2', '3', '4'].map(id => byHand({ id, server: '11' }))

/** An item that names its server and has no id. */
function stray(server: number) {
  return { id: null, name: 'stray', status: 'completed', server: { id: server, name: `web-${server}` } }
}

function create(strays: readonly ReturnType<typeof stray>[], inputs: Inputs, more: StageSettings = {}) {
  const settings = { strayItems: [...strays], snapshotLimit: 5 - strays.length }
  const played = createStage({ servers: fleet(2), snapshots: FOUR, settings, ...more })
  return played.main({ operation: 'create', ...inputs })
}

describe('a slot that an item without an id takes', () => {
  it.each([
    ['of one server with stop-server', { 'server-id': '11', 'stop-server': 'true' }],
    ['of a group', { 'server-id': '12,11' }],
    ['of a group with stop-server', { 'server-id': '11,12', 'stop-server': 'true' }],
    ['in a dry run', { 'server-id': '11', 'dry-run': 'true' }],
  ])('is counted beforehand: %s', async (_, inputs) => {
    const transcript = await create([stray(11)], inputs)
    expect(ended(transcript)).toBe('red failed no-free-slot')
    expect(transcript.annotations.map(({ text }) => text).join()).toContain('web-11: 5 of 5')
    expect(creates(transcript)).toEqual([])
    expect(switches(transcript)).toEqual([])
  })

  it.each([{ 'server-id': '11,12' }, { 'server-id': '12', 'stop-server': 'true' }])(
    'is not counted for another server: %o',
    async inputs => {
      const transcript = await create([stray(12)], inputs, { settings: { strayItems: [stray(12)] } })
      expect(ended(transcript)).toBe('green completed')
    },
  )

  it('is freed by when-full like any other', async () => {
    const snapshots = ['1', '2', '3', '4'].map(id => byWorkflow({ id, server: '11', hours: 40 - Number(id) }))
    const inputs = { 'server-id': '11,12', 'when-full': 'delete-oldest' }
    const transcript = await create([stray(11)], inputs, { snapshots })
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['deleted-snapshot-ids']).toBe('1')
  })

  it('still has to be made up for when the deletion was refused for a moment', async () => {
    const snapshots = ['1', '2', '3', '4'].map(id => byWorkflow({ id, server: '11', hours: 40 - Number(id) }))
    const busy: FaultRule = {
      match: { kind: 'delete', nth: 1 },
      when: 'before',
      fault: { kind: 'refusal', status: 409 },
    }
    const inputs = { 'server-id': '11', 'when-full': 'delete-oldest' }
    const transcript = await create([stray(11)], inputs, { snapshots, faults: [busy] })
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['deleted-snapshot-ids']).toBe('1')
    expect(creates(transcript)).toHaveLength(2)
  })

  it('has no number in a dry run where the list shows more than there can be', async () => {
    const snapshots = ['1', '2', '3', '4', '5', '6'].map(id =>
      byWorkflow({ id, server: '11', hours: 40 - Number(id) }),
    )
    const inputs = { 'server-id': '11', 'when-full': 'delete-oldest', 'dry-run': 'true' }
    const transcript = await create([], inputs, { snapshots })
    expect(transcript.green).toBe(true)
    const plan = transcript.log.join()
    expect(plan).toContain(wouldDeleteFirst({ ...snapshot('1'), name: 'deploy-1' }))
    expect(plan).toContain(`"${DEFAULT_NAME}"`)
    expect(plan).not.toContain('of 5')
  })
})
