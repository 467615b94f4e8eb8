/** Deletions that are said to have happened. */

import { describe, expect, it } from 'vitest'
import { notFoundToDelete } from '../../../../src/operations/messages.ts'
import { deleted as deletedText } from '../../../../src/present/messages/results.ts'
import { stillListed } from '../../../../src/requests/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshot, snapshotId } from '../../run/fixtures.ts'
import { byHand, byWorkflow, recordOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage } from '../support/stage.ts'

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

describe('a guarded delete of what is not listed', () => {
  const GUARDED = { operation: 'delete', 'snapshot-id': '802', 'server-id': '12345' }
  const lagging = (listLagMs: number): Stage => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { listLagMs } } })
    stage.world.act({ act: 'create', server: WEB.id, name: 'made-a-moment-ago' })
    return stage
  }
  const sent = (calls: readonly string[]): readonly string[] =>
    calls.filter(call => call.startsWith('DELETE'))

  it('deletes it once a list that lags shows it, and whose it is', async () => {
    const stage = lagging(15_000)
    const seen = await stage.main(GUARDED)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted', count: '1' } })
    expect(stage.world.report().snapshots).toEqual([])
  })

  it.each([{}, { 'dry-run': 'true' }])(
    'sends nothing, and is red, where the list lacks it for 20 seconds %o',
    async more => {
      const seen = await lagging(120_000).main({ ...GUARDED, ...more })
      expect(sent(seen.calls)).toEqual([])
      expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', reason: 'not-found' } })
      expect(seen.took).toBeGreaterThanOrEqual(20_000)
      expect(seen.annotations.map(({ text }) => text).join()).toContain('Not deleted')
    },
  )

  it('deletes the others, and names those that it did not find', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byHand({ id: '801' })] })
    const seen = await stage.main({ ...GUARDED, 'snapshot-id': '801,901,902' })
    expect(sent(seen.calls)).toEqual(['DELETE /snapshots/801/'])
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'not-found', count: '1' } })
    const text = seen.annotations.map(annotation => annotation.text).join()
    expect(text).toContain(notFoundToDelete([snapshotId('901'), snapshotId('902')], []).what)
    expect(text).toContain(deletedText([recordOf(WEB, '801')]))
  })
})

describe('an unguarded delete of several that are not listed', () => {
  const refused = { kind: 'refusal', status: 403, detail: 'No.' } as const
  const setup = (...faults: readonly FaultRule['fault'][]): Stage =>
    createStage({
      servers: [WEB],
      faults: faults.map((fault, index) => ({
        match: { kind: 'delete', nth: index + 1 },
        when: 'before',
        fault,
      })),
    })
  const del = { operation: 'delete', 'snapshot-id': '901,902' }

  it.each([
    ['first', setup({ kind: 'reset' }, refused), '901', '902'],
    ['last', setup(refused, { kind: 'reset' }), '902', '901'],
  ] as const)('never forgets the one whose answer was lost: the %s', async (_, stage, lost, kept) => {
    const seen = await stage.main(del)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown', count: '0' } })
    const text = seen.annotations.map(annotation => annotation.text).join()
    expect(text).toMatch(new RegExp(`unknown whether snapshot ${lost}`))
    expect(text).toContain(`Snapshot ${kept} was not deleted`)
    expect(text).toContain('403')
  })
})

describe('a single list that is empty by mistake', () => {
  const listing = (nth: number): FaultRule => ({
    match: { kind: 'list-snapshots', nth },
    when: 'before',
    fault: { kind: 'body', body: '{"count":0,"results":[]}' },
  })
  // Agrees, and deletes nothing.
  const agreed: FaultRule = {
    match: { kind: 'delete' },
    when: 'before',
    fault: { kind: 'status', status: 200, body: '{}' },
  }
  const setup = (...faults: readonly FaultRule[]): Stage =>
    createStage({ servers: [WEB], snapshots: [byHand({ id: '801' })], faults })

  it.each([2, 3, 4])('is not believed of a deletion (list %d)', async nth => {
    const stage = setup(agreed, listing(nth))
    const seen = await stage.main(DELETE)
    expect(stage.world.report().snapshots).toHaveLength(1)
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'timeout', count: '0' } })
  })

  it('is not believed of a deletion at the end of a job', async () => {
    const old = byWorkflow({ id: '801', hours: 30 })
    const stage = createStage({ servers: [WEB], snapshots: [old] })
    await stage.main({ operation: 'create', 'server-id': '12345', 'keep-last': '1' })
    stage.faults.add(agreed, listing(2))
    const seen = await stage.post('success')
    const named = { ...snapshot('801'), name: 'deploy-801', server: recordOf(WEB).server }
    expect(seen.annotations.map(({ text }) => text).join()).toContain(
      stillListed(named, 'keep-last', 'deleted'),
    )
    expect(seen.annotations[0]?.text).toContain('accepted')
    expect(seen.verdict).not.toContain('Deleted')
  })

  it('is not believed of a list: no snapshots', async () => {
    const seen = await setup(listing(1)).main({ operation: 'list', 'server-id': '12345' })
    expect(seen).toMatchObject({ green: true, outputs: { count: '1' } })
  })

  it('is not believed where it ends the look before the deletion is sent again', async () => {
    const five = ['1', '2', '3', '4', '5'].map((id, index) => byWorkflow({ id, hours: 40 - index }))
    const busy: FaultRule = {
      match: { kind: 'delete', nth: 1 },
      when: 'before',
      fault: { kind: 'refusal', status: 409 },
    }
    const stage = createStage({ servers: [WEB], snapshots: five, faults: [busy, listing(3)] })
    const seen = await stage.main({
      operation: 'create',
      'server-id': '12345',
      'when-full': 'delete-oldest',
    })
    expect(timesDeleted(seen.calls)).toBe(2)
    expect(seen).toMatchObject({ green: true, outputs: { 'deleted-snapshot-ids': '1' } })
  })

  it('is not believed of `latest`: a rollback is not lost for it', async () => {
    const stage = createStage({
      ...{ servers: [WEB], snapshots: [byWorkflow({ id: '801', hours: 1 })], faults: [listing(1)] },
    })
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored', 'snapshot-id': '801' } })
  })
})

function timesDeleted(calls: readonly string[]): number {
  return calls.filter(call => call === 'DELETE /snapshots/1/').length
}
