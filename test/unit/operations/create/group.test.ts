import { describe, expect, it } from 'vitest'
import { changes, ended, levels, snapshotItems, snapshotWords } from '../support/facts.ts'
import { byHand, byWorkflow, fleet, idsOf, refuse } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const ONE_MINUTE = { timeline: { snapshotMs: 60_000 } }
const THREE = fleet(3)
const TEN = fleet(10)

function create(servers: readonly { readonly id: string }[], more: Readonly<Record<string, string>> = {}) {
  return { operation: 'create', 'server-id': idsOf(servers), ...more }
}

function stage(servers: NonNullable<StageSettings['servers']>, more: StageSettings = {}) {
  return createStage({ servers, settings: ONE_MINUTE, ...more })
}

describe('a group of which one fails', () => {
  it('before anything was changed changes nothing at all', async () => {
    const { main, world } = stage(fleet(9))
    const transcript = await main(create(TEN))
    expect(ended(transcript)).toBe('red failed not-found')
    expect(transcript.annotations[0]?.text).toContain('Server 20')
    expect(transcript.outputs['snapshot-id']).toBe('')
    expect(changes(transcript)).toEqual([])
    expect(world.events).toEqual([])
    expect(transcript.state).toEqual({ main: 'begun' })
  })

  it.each([
    ['where none may be deleted', byHand, {}],
    ['where none of them is ours', byHand, { 'when-full': 'delete-oldest' }],
    ['though one could be freed, where that was not asked for', byWorkflow, {}],
  ])('for want of a slot is found before anything was changed, %s', async (_, made, more) => {
    const snapshots = ['1', '2', '3', '4', '5'].map(id => made({ id, server: '12' }))
    const { main, world } = stage(THREE, { snapshots })
    const transcript = await main(create(THREE, more))
    expect(ended(transcript)).toBe('red failed no-free-slot')
    expect(transcript.annotations[0]?.text).toContain('web-12')
    // A step that deletes one names the server that is full, as the guard that it is.
    const step = /operation: delete[\s\S]*?server-id: (\d+)/.exec(transcript.summary)
    expect(step?.[1]).toBe(made === byWorkflow ? '12' : undefined)
    expect(world.events).toEqual([])
  })

  it('makes room on the one server that is full, where that was asked for', async () => {
    const snapshots = ['1', '2', '3', '4'].map(id => byHand({ id, server: '12' }))
    const own = ['5', '6'].map((id, index) =>
      byWorkflow({ id, server: String(12 - index), hours: 24 + index }),
    )
    const { main } = stage(THREE, { snapshots: [...snapshots, ...own] })
    const transcript = await main(create(THREE, { 'when-full': 'delete-oldest' }))
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.outputs['deleted-snapshot-ids']).toBe('5')
    expect(changes(transcript).filter(call => call.startsWith('DELETE'))).toEqual(['DELETE /snapshots/5/'])
  })

  it('at its request: those under way are waited for, what was made stays, and nothing is green', async () => {
    const { main, world } = stage(TEN, {
      faults: [refuse({ method: 'POST', path: '/snapshots/', nth: 4 }, 402, 'Storage is full.')],
    })
    const transcript = await main(create(TEN))
    expect(ended(transcript)).toBe('red failed refused')
    expect(transcript.outputs['snapshot-id']?.split(',')).toHaveLength(9)
    expect(transcript.outputs['server-id']).toBe('11,12,13,15,16,17,18,19,20')
    expect(transcript.state['green']).toBeUndefined()
    expect(snapshotItems(transcript).every(({ status }) => status === 'completed')).toBe(true)
    expect(world.report().snapshots.map(({ status }) => status)).toEqual(Array(9).fill('completed'))
    expect(levels(transcript)).toEqual(['error'])
    expect(transcript.annotations[0]?.text).toContain('web-14')
    expect(transcript.annotations[0]?.text).toContain('Storage is full')
  })

  it('while it is made: the others are followed to their ends', async () => {
    const broken = { id: '13', name: 'web-13', timeline: { snapshotOutcome: 'failed' as const } }
    const transcript = await stage([...fleet(2), broken]).main(create(THREE))
    expect(ended(transcript)).toBe('red failed snapshot-failed')
    expect(snapshotWords(transcript)).toEqual(['802 completed', '803 completed', '804 failed'])
    expect(snapshotItems(transcript).map(({ error }) => error !== undefined)).toEqual([false, false, true])
  })

  it('keeps those whose turn has not come from being begun', async () => {
    const { main, world } = stage(THREE, { faults: [refuse({ method: 'POST', nth: 1 }, 401)] })
    const transcript = await main(create(THREE, { 'max-parallel': '1' }))
    expect(ended(transcript)).toBe('red failed unauthorized')
    expect(changes(transcript)).toHaveLength(1)
    expect(world.events).toEqual([])
  })

  it('shows each server in the summary when all fail', async () => {
    const { main } = stage(TEN, { faults: [refuse({ method: 'POST' }, 404)] })
    const transcript = await main(create(TEN))
    expect(ended(transcript)).toBe('red failed not-found')
    expect(levels(transcript)).toEqual(['error'])
    for (const { name } of TEN) expect(transcript.summary).toContain(name)
  })

  it('hands out what else was accepted when nothing is waited for', async () => {
    const { main } = stage(THREE, { faults: [refuse({ method: 'POST', nth: 2 }, 404)] })
    const transcript = await main(create(THREE, { wait: 'false' }))
    expect(ended(transcript)).toBe('red failed not-found')
    expect(snapshotWords(transcript)).toEqual(['802 in_progress', '803 in_progress'])
  })

  it('is as bad as its worst: unknown before failed', async () => {
    const { main } = stage(THREE, {
      settings: { ...ONE_MINUTE, descriptions: 'dropped' },
      faults: [
        refuse({ method: 'POST', nth: 1 }, 401),
        { match: { method: 'POST', nth: 2 }, when: 'after', fault: { kind: 'reset' } },
      ],
    })
    expect(ended(await main(create(THREE)))).toBe('red unknown lost-answer')
  })
})
