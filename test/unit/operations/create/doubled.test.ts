/** A box in between that sends a create twice, and hands on the refusal of the second copy. */
import { describe, expect, it } from 'vitest'
import { adopted, lookingForDoubled, slotsChanged } from '../../../../src/requests/messages.ts'
import type { ApiFailure } from '../../../../src/vps/failure.ts'
import { describeFailure } from '../../../../src/vps/messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshot } from '../../run/fixtures.ts'
import { creates } from '../support/facts.ts'
import { MINUTE } from '../support/restoring.ts'
import { byHand, byWorkflow, recordOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage, type Transcript } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const DOUBLED: FaultRule = { match: { kind: 'create', nth: 1 }, when: 'after', fault: { kind: 'doubled' } }
const REFUSAL: ApiFailure = { kind: 'refused', method: 'POST', path: '/snapshots/', detail: '', repeated: 1 }
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

describe('a doubled create that takes the last slot, and a list that lags', () => {
  const lagging = (ms: number, snapshotsOf = FOUR, faults: readonly FaultRule[] = [DOUBLED]): Stage =>
    createStage({
      ...{ servers: [WEB], snapshots: snapshotsOf, faults },
      settings: { timeline: { listLagMs: ms, snapshotMs: 2 * MINUTE } },
    })
  const deletions = (seen: Transcript): readonly string[] =>
    seen.calls.filter(call => call.startsWith('DELETE'))

  it.each([
    ['fail', 5_000],
    ['fail', 45_000],
    ['delete-oldest', 5_000],
    ['delete-oldest', 45_000],
  ])('is adopted, and deletes nothing (when-full: %s, %d ms)', async (whenFull, ms) => {
    const stage = lagging(ms)
    const seen = await stage.main({ ...CREATE, 'when-full': whenFull })
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '802', status: 'completed' } })
    expect(deletions(seen)).toEqual([])
    expect(creates(seen)).toHaveLength(1)
    const said = seen.log.join('\n')
    expect(said).toContain(lookingForDoubled(recordOf(WEB), REFUSAL).replace(describeFailure(REFUSAL), ''))
    expect(said).toContain(adopted(snapshot('802')))
  })

  it('is adopted as a safety snapshot, too', async () => {
    const stage = lagging(5_000, [...FOUR.slice(1), byHand({ id: '801' })])
    const seen = await stage.main({
      ...{ operation: 'restore', 'snapshot-id': '801', 'safety-snapshot': 'true' },
    })
    expect(seen).toMatchObject({ green: true, outputs: { 'safety-snapshot-id': '802' } })
  })

  it('is found also where it was the second request, after somebody had freed a slot', async () => {
    const five = [...FOUR, byHand({ id: '5' })]
    const second: FaultRule = { match: { kind: 'create', nth: 2 }, when: 'after', fault: { kind: 'doubled' } }
    const stage = createStage({
      ...{ servers: [WEB], snapshots: five, faults: [second] },
      happenings: [{ afterMs: 350, act: { act: 'delete', snapshot: '5' } }],
      settings: { timeline: { listLagMs: 5_000 } },
    })
    const seen = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(seen.log.join('\n')).toContain(slotsChanged(recordOf(WEB), 4))
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '802' } })
    expect(deletions(seen)).toEqual([])
  })

  it('deletes nothing where what is new has our name and has lost its marker', async () => {
    const stage = createStage({
      ...{ servers: [WEB], snapshots: FOUR, faults: [DOUBLED] },
      settings: { descriptions: 'dropped', timeline: { listLagMs: 5_000 } },
    })
    const seen = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown', reason: 'lost-answer' } })
    expect(seen.annotations.map(({ text }) => text).join(' ')).toContain('Snapshot 802 is new')
    expect(deletions(seen)).toEqual([])
  })

  it('deletes one where nothing of ours appears: the API may have fewer slots than its reference says', async () => {
    const full = { kind: 'refusal' as const, status: 400, detail: 'The snapshot limit is reached.' }
    const stage = lagging(0, FOUR, [{ match: { kind: 'create', nth: 1 }, when: 'before', fault: full }])
    const seen = await stage.main({ ...CREATE, 'when-full': 'delete-oldest' })
    expect(seen).toMatchObject({ green: true, outputs: { 'deleted-snapshot-ids': '1' } })
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
