/** What the world does between a request to delete a snapshot and its repetition. */

import { describe, expect, it } from 'vitest'
import { goneAlready } from '../../../../src/operations/messages.ts'
import { freedByOther } from '../../../../src/requests/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import type { Act } from '../../../emulator/world-types.ts'
import { deleted, ended, levels, made, warnings } from '../../operations/support/facts.ts'
import { byHand, byWorkflow, fleet, later, refuse, WEB } from '../../operations/support/scenery.ts'
import { createStage, type StageSettings } from '../../operations/support/stage.ts'
import { snapshot } from '../../run/fixtures.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const DELETE_OLDEST = { ...CREATE, 'when-full': 'delete-oldest' }
const DELETE = { operation: 'delete', 'snapshot-id': '701' }
const LIST = { method: 'GET', path: '/snapshots/' }
const OWN_FIVE = ['701', '702', '703', '704', '705'].map((id, index) =>
  byWorkflow({ id, hours: 200 - 10 * index }),
)
const ONE_BY_HAND = [byHand({ id: '701' })]
const RESTORE: Act = { act: 'restore', snapshot: '701' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

/** Every deletion is obeyed, and its answer cannot be read. */
const DELETIONS_UNCLEAR: FaultRule = {
  match: { method: 'DELETE' },
  when: 'after',
  fault: { kind: 'oversized', bytes: 11_000_000 },
}

describe('a deletion that has to be repeated', () => {
  it('is not sent again once its server is being restored', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      faults: [later(120, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 30_000, act: RESTORE }],
    })
    expect(ended(await played.main(DELETE))).toBe('red failed already-restoring')
    expect(deleted(played)).toEqual([])
  })

  it('is not known to have done nothing where its answer was lost before', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'reset' } }],
      happenings: [{ afterMs: 250, act: RESTORE }],
    })
    const transcript = await played.main(DELETE)
    expect(transcript.green).toBe(false)
    expect(transcript.outputs['status']).toBe('unknown')
  })

  it('by keep-last is not sent again, either', async () => {
    const played = stage({
      snapshots: OWN_FIVE.slice(0, 2),
      faults: [later(120, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 100_000, act: RESTORE }],
    })
    await played.main({ ...CREATE, 'keep-last': '1' })
    const end = await played.post('success')
    expect(end.green).toBe(true)
    expect(levels(end)).toContain('warning')
    expect(end.annotations[0]?.text).toContain('701')
    expect(deleted(played)).not.toContain('701')
  })

  // A page in place of the answer, which the request got through to or not; then the API's own 404.
  const PAGE = '<html><body>Just a moment</body></html>'
  const pageAfter = (status: number): FaultRule => ({
    match: { method: 'DELETE', nth: 1 },
    when: 'after',
    fault: { kind: 'status', status, body: PAGE },
  })

  it.each([403, 404, 429, 503])(
    'and is gone after a page with %d is not said to be somebody else’s deed',
    async status => {
      const played = stage({ snapshots: ONE_BY_HAND, faults: [pageAfter(status)] })
      const transcript = await played.main(DELETE)
      expect(ended(transcript)).toBe('green deleted')
      expect(deleted(played)).toEqual(['701'])
      expect(transcript.outputs['count']).toBe('0')
      expect(warnings(transcript)).toEqual([goneAlready(snapshot('701'), true)])
      expect(warnings(transcript)[0]).toMatch(/\bstep\b/)
    },
  )

  it('by when-full and is gone after a page may have been ours: no other one goes', async () => {
    const played = stage({ snapshots: OWN_FIVE, faults: [pageAfter(403)] })
    const transcript = await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(ended(transcript)).toBe('green in_progress')
    expect(deleted(played)).toEqual(['701'])
    expect(warnings(transcript).join()).not.toContain(freedByOther(snapshot('701')))
  })

  it('is no longer wanted once a slot has come free', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [later(200, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 50_000, act: { act: 'delete', snapshot: '705' } }],
    })
    const transcript = await played.main(DELETE_OLDEST)
    expect(ended(transcript)).toBe('green completed')
    expect(deleted(played)).toEqual([])
    expect(transcript.outputs['deleted-snapshot-ids']).toBeUndefined()
  })

  it('and was obeyed though its answer was lost has made room', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [{ match: { method: 'DELETE', nth: 1 }, when: 'after', fault: { kind: 'reset' } }],
    })
    const transcript = await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(ended(transcript)).toBe('green in_progress')
    expect(deleted(played)).toEqual(['701'])
    expect(transcript.outputs['deleted-snapshot-ids']).toBe('701')
    expect(transcript.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
  })

  it('of a victim that somebody else deletes meanwhile claims nothing', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [later(60, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 20_000, act: { act: 'delete', snapshot: '701' } }],
    })
    const transcript = await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(ended(transcript)).toBe('green in_progress')
    expect(transcript.outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(deleted(played)).toEqual([])
  })

  it('of a victim that somebody else deleted gives their slot time to come free', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      settings: { timeline: { snapshotMs: 60_000, deletionLagMs: 20_000, slotLagMs: 20_000 } },
      happenings: [{ afterMs: 480, act: { act: 'delete', snapshot: '701' } }],
    })
    const transcript = await played.main(DELETE_OLDEST)
    expect(ended(transcript)).toBe('green completed')
    // What is listed a while longer is not asked for again.
    expect(transcript.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
    expect(deleted(played)).toEqual([])
  })

  it('goes on where the list cannot be read meanwhile', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [later(5, 'DELETE', '/snapshots/701/'), refuse({ ...LIST, nth: 3 }, 401)],
    })
    await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(deleted(played)).toEqual(['701'])
  })

  it('warns once that its server may not be read', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      settings: { permissions: ['snapshots:read', 'snapshots:write'] },
      faults: [later(5, 'DELETE', '/snapshots/701/')],
    })
    const transcript = await played.main(DELETE)
    expect(ended(transcript)).toBe('green deleted')
    expect(levels(transcript)).toEqual(['warning'])
  })

  it('is not held up by a server that cannot be read', async () => {
    const played = stage({
      snapshots: ONE_BY_HAND,
      faults: [{ match: { path: '/servers/12345/' }, when: 'before', fault: { kind: 'hang' } }],
    })
    const transcript = await played.main(DELETE)
    expect(ended(transcript)).toBe('green deleted')
    expect(transcript.took).toBeLessThan(60_000)
  })
})

describe('a deletion whose fate is not known', () => {
  it('is said where a slot came free all the same, and no other is deleted', async () => {
    const headers = { 'retry-after': '2' }
    const played = stage({
      snapshots: OWN_FIVE,
      settings: { timeline: { deletionLagMs: 2_500, slotLagMs: 2_400, snapshotMs: 60_000 } },
      faults: [
        {
          match: { method: 'DELETE', nth: 1 },
          when: 'after',
          fault: { kind: 'status', status: 502, headers },
        },
      ],
      happenings: [
        { afterMs: 10, act: { act: 'delete', snapshot: '705' } },
        { afterMs: 2_800, act: { act: 'create', server: '12345', name: 'a' } },
        { afterMs: 3_000, act: { act: 'create', server: '12345', name: 'b' } },
      ],
    })
    const { annotations } = await played.main(DELETE_OLDEST)
    expect(deleted(played)).toEqual(['701'])
    expect(annotations.some(({ level, text }) => level === 'warning' && text.includes('701'))).toBe(true)
  })

  it.each([
    ['since the list goes on showing it', { deletionLagMs: 60_000 }, [], 'green completed', ['701']],
    [
      'since something in between has said yes to it, and deletes no other',
      {},
      [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'empty' } } as const],
      'red failed no-free-slot',
      [],
    ],
  ])('is said %s', async (_, timeline, faults, end, gone) => {
    const settings = { timeline: { snapshotMs: 60_000, ...timeline } }
    const played = stage({ snapshots: OWN_FIVE, settings, faults })
    const transcript = await played.main(DELETE_OLDEST)
    expect(ended(transcript)).toBe(end)
    expect(deleted(played)).toEqual(gone)
    expect(transcript.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
    expect(transcript.outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(warnings(transcript)).toEqual([expect.stringContaining('701')])
  })

  it('is said where it is no longer wanted: somebody else has freed a slot', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'reset' } }],
      happenings: [{ afterMs: 600, act: { act: 'delete', snapshot: '705' } }],
    })
    const transcript = await played.main(DELETE_OLDEST)
    expect(ended(transcript)).toBe('green completed')
    expect(deleted(played)).toEqual([])
    expect(transcript.calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
    expect(warnings(transcript)).toEqual([expect.stringContaining('701')])
  })

  it('leaves the create unknown, and the next server is not begun', async () => {
    const played = createStage({
      servers: fleet(2),
      snapshots: OWN_FIVE.map(snapshot => ({ ...snapshot, server: '11' })),
      faults: [DELETIONS_UNCLEAR],
    })
    const inputs = { ...DELETE_OLDEST, 'server-id': '11,12', 'max-parallel': '1' }
    const transcript = await played.main(inputs)
    expect(transcript.green).toBe(false)
    expect(transcript.outputs['status']).toBe('unknown')
    expect(transcript.annotations.at(-1)?.text).toContain('701')
    expect(made(played)).toEqual([])
  })

  it('is a warning, where it is by keep-last and the list goes on showing it', async () => {
    const played = stage({
      servers: [{ ...WEB, name: '' }],
      snapshots: OWN_FIVE.slice(0, 1),
      settings: { timeline: { snapshotMs: 30_000, deletionLagMs: 10 * 60_000 } },
    })
    await played.main({ ...CREATE, 'keep-last': '1' })
    const end = await played.post('success')
    expect(end.green).toBe(true)
    expect(deleted(played)).toEqual(['701'])
    // Its server has no name to be called by.
    expect(warnings(end)).toEqual([expect.stringMatching(/701.*12345/)])
  })

  it('is a warning, where it is by keep-last', async () => {
    const played = stage({
      snapshots: OWN_FIVE.slice(0, 2),
      settings: { timeline: { snapshotMs: 30_000 } },
      faults: [DELETIONS_UNCLEAR],
    })
    await played.main({ ...CREATE, 'keep-last': '1' })
    const end = await played.post('success')
    expect(end.green).toBe(true)
    expect(levels(end)).toEqual(['warning', 'warning'])
    for (const [index, id] of ['701', '702'].entries()) expect(end.annotations[index]?.text).toContain(id)
  })
})
