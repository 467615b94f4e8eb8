/** Lists that show more, less or other things than there are: what is counted, and what is said. */
import { describe, expect, it } from 'vitest'
import { UNREADABLE_STATUS } from '../../../src/domain/entities.ts'
import { snapshotAccepted } from '../../../src/operations/messages.ts'
import { rejected } from '../../../src/operations/rollback-messages.ts'
import { THIS_RUN_UNMARKED } from '../../../src/present/messages/titles.ts'
import { serverIsFull } from '../../../src/requests/messages.ts'
import { ageOf, keptBecause } from '../../../src/run/labels.ts'
import { unlistedStatus } from '../../../src/waiting/messages.ts'
import type { FaultRule } from '../../emulator/faults.ts'
import { snapshot } from '../run/fixtures.ts'
import { warnings } from './support/facts.ts'
import { byHand, byWorkflow, hoursAgo, recordOf, WEB } from './support/scenery.ts'
import { createStage, START, type StageSettings } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': WEB.id }
const FIVE = ['1', '2', '3', '4', '5'].map(id => byHand({ id }))
const ODD = { id: null, name: 'odd', status: 'completed', server: { id: 12345, name: WEB.name } }

const ODD_ID = /\(id .*null/
const UNREAD = { ...snapshot('801'), status: UNREADABLE_STATUS }
const SIX_LISTED = { snapshots: [], whenFull: 'fail', used: 6, keeps: [], deletable: undefined } as const

/** Every list from the nth on shows these fields instead of its own. */
function listed(set: Readonly<Record<string, unknown>>, from = 1, to?: number): FaultRule {
  const fault = { kind: 'fields', set } as FaultRule['fault']
  return {
    match: { kind: 'list-snapshots', from, ...(to === undefined ? {} : { to }) },
    when: 'after',
    fault,
  }
}

function played(inputs: Readonly<Record<string, string>>, settings: StageSettings) {
  return createStage({ servers: [WEB], ...settings }).main({ ...CREATE, ...inputs })
}

describe('the slots in use', () => {
  it('of a full server count those that the list shows without their server', async () => {
    const seen = await played({}, { snapshots: FIVE, faults: [listed({ 'results.*.server': null })] })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'no-free-slot' } })
    const text = seen.annotations.map(annotation => annotation.text).join()
    expect(text).toContain(' 5 of 5 ')
    expect(text).not.toContain('0 of 5')
  })

  it('have no number where the list shows more than there can be', async () => {
    const results = [...Array(9).fill(ODD), ...Array(2).fill({ ...ODD, id: 7 })]
    const body = JSON.stringify({ count: 11, next: null, previous: null, results })
    const first: FaultRule = {
      match: { kind: 'list-snapshots', nth: 1 },
      when: 'before',
      fault: { kind: 'body', body },
    }
    const seen = await played({}, { faults: [first] })
    expect(seen.green).toBe(true)
    for (const text of [seen.log.join(), seen.summary]) expect(text).not.toContain('of 5')
    const dry = await played({ 'dry-run': 'true' }, { faults: [first] })
    expect(dry.log.join()).not.toContain('of 5')
  })

  it('of a server that the API calls full with more than five listed are all', async () => {
    const six = [...FIVE, byHand({ id: '6' })]
    const seen = await played({ 'stop-server': 'true' }, { snapshots: six })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'no-free-slot' } })
    expect(seen.annotations.map(({ text }) => text).join()).toContain(
      serverIsFull(recordOf(WEB), SIX_LISTED).what,
    )
  })
})

describe('items that cannot be read', () => {
  it('are warned of once, however their place in the list moves', async () => {
    const snapshots = [byHand({ id: '1', hours: 1 }), byHand({ id: '2', hours: 2 })]
    const moving = [listed({ 'results.0.id': null }, 1, 1), listed({ 'results.1.id': null }, 2)]
    const seen = await played({}, { snapshots, faults: moving })
    expect(seen.green).toBe(true)
    expect(warnings(seen).filter(text => ODD_ID.test(text))).toHaveLength(1)
  })

  it('are counted in one warning, which names three at most', async () => {
    const odd = { 'results.0.id': null, 'results.1.id': null }
    const more = Object.fromEntries([2, 3, 4].map(place => [`results.${place}.status`, place]))
    const seen = await played({}, { snapshots: FIVE, faults: [listed({ ...odd, ...more })] })
    const said = warnings(seen).filter(text => ODD_ID.test(text))
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^5 .*\(.*; …\)/)
  })

  it('are warned of again where a later list has others', async () => {
    const snapshots = [byHand({ id: '1', hours: 1 }), byHand({ id: '2', hours: 2 })]
    const odd = listed({ 'results.0.status': null, 'results.1.status': null }, 2)
    const seen = await played({}, { snapshots, faults: [listed({ 'results.0.status': null }, 1, 1), odd] })
    const said = warnings(seen).filter(text => /\(.*status.* null/.test(text))
    expect(said.length).toBeGreaterThan(1)
    expect(new Set(said).size).toBe(said.length)
  })
})

describe('a date in the future', () => {
  const RESTORE = { operation: 'restore', 'snapshot-id': '801' }
  const ahead = (hours: number, zone = 'Z') => ({
    servers: [WEB],
    snapshots: [{ ...byWorkflow({ id: '801' }), createdAt: hoursAgo(-hours).replace('Z', zone) }],
  })

  it.each([
    [1, 'Z'],
    [12, 'Z'],
    [24 * 300, 'Z'],
    [40, ''],
  ])('passes no max-snapshot-age (%d hours ahead, zone "%s")', async (hours, zone) => {
    const seen = await createStage(ahead(hours, zone)).main({ ...RESTORE, 'max-snapshot-age': '30d' })
    expect(seen).toMatchObject({ green: false, outputs: { reason: 'too-old' } })
    const text = seen.annotations.map(annotation => annotation.text).join()
    expect(text).toContain(rejected(recordOf(WEB), snapshot('801'), { why: 'dated ahead' }, []).what)
    expect(text).toContain('remove `max-snapshot-age`')
  })

  it('passes it where clocks merely differ', async () => {
    const seen = await createStage(ahead(0.05)).main({ ...RESTORE, 'max-snapshot-age': '30d' })
    expect(seen.green).toBe(true)
  })

  it('is not told as an age', async () => {
    const seen = await createStage(ahead(12)).main(RESTORE)
    expect(seen.green).toBe(true)
    for (const text of [seen.verdict, seen.log.join(), seen.summary]) expect(text).not.toContain('0 seconds')
    // Once: nothing is said of changes made after a time that is still to come.
    expect(seen.annotations[0]?.text.match(/\d+:\d+ UTC/g)).toEqual(['14:40 UTC'])
    expect(seen.annotations[0]?.text).not.toMatch(/\bago\b/)
    const waited = await createStage(ahead(12)).main({ operation: 'wait', 'snapshot-id': '801' })
    expect(`${waited.verdict} ${waited.log.join()}`).toContain(ageOf({ createdAt: hoursAgo(-12) }, START))
  })
})

describe('what the API does not say', () => {
  it('is no status of its own: a snapshot whose status cannot be read is refused so', async () => {
    const snapshots = [byHand({ id: '801' })]
    const stage = createStage({ servers: [WEB], snapshots, faults: [listed({ 'results.0.status': null })] })
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': '801' })
    const text = seen.annotations.map(annotation => annotation.text).join()
    expect(text).toContain(rejected(recordOf(WEB), UNREAD, { why: 'not completed' }, []).what)
    expect(seen.outputs['reason']).toBe('not-completed')
    expect(text).not.toContain('"unreadable"')
  })

  it('is no status of its own: one that is waited for', async () => {
    const snapshots = [byHand({ id: '801', status: 'in_progress', hours: 0 })]
    const fault = listed({ 'results.0.status': null }, 2, 2)
    const stage = createStage({ servers: [WEB], snapshots, faults: [fault] })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '801' })
    expect(seen.log.join()).toContain(unlistedStatus(UNREAD))
    expect(seen.log.join()).not.toContain('"unreadable"')
  })

  it('is no name: none is quoted', async () => {
    const snapshots = [byWorkflow({ id: '801', hours: 30 })]
    const faults = [listed({ 'results.*.name': null, 'results.*.server.name': null })]
    for (const inputs of [
      { operation: 'delete', 'snapshot-id': '801' },
      { operation: 'delete', 'snapshot-id': '801', 'dry-run': 'true' },
      { operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' },
      { operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345', 'dry-run': 'true' },
    ]) {
      const seen = await createStage({ servers: [WEB], snapshots, faults }).main(inputs)
      expect(seen.green).toBe(true)
      for (const text of [seen.log.join(), seen.summary, ...warnings(seen)]) {
        expect(text).not.toContain('""')
        expect(text).not.toContain(' (12345)  ')
      }
    }
    const made = await played({}, { faults: [nameless] })
    expect(made.log.join()).toContain(snapshotAccepted(recordOf(WEB), { ...snapshot('802'), name: '' }))
  })
})

const nameless: FaultRule = {
  match: { kind: 'create' },
  when: 'after',
  fault: { kind: 'fields', set: { name: null } },
}

describe('our own snapshot whose marker was dropped', () => {
  const DROPPED = { settings: { descriptions: 'dropped' as const } }

  it('is no manual one for this run', async () => {
    const stage = createStage({ servers: [WEB], ...DROPPED })
    const seen = await stage.main({ ...CREATE, 'keep-last': '1' })
    expect(seen.summary).toContain(THIS_RUN_UNMARKED)
    expect(seen.summary).not.toContain('manual')
    const end = await stage.post('success')
    expect(end.log.join()).not.toContain('is manual')
  })

  it('is named so where keep-last says why each one stays', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byHand({ id: '700' })], ...DROPPED })
    await stage.main({ ...CREATE, 'keep-last': '1' })
    const end = await stage.post('success')
    const said = [...end.log, end.verdict, end.summary].join()
    expect(said).toContain(keptBecause([{ snapshot: snapshot('802'), reason: { kind: 'unmarked' } }]))
    expect(said).toContain(keptBecause([{ snapshot: snapshot('700'), reason: { kind: 'manual' } }]))
  })
})

describe('`latest`', () => {
  it('says what newer ones it passes over', async () => {
    const snapshots = [
      byWorkflow({ id: '801', hours: 30 }),
      byWorkflow({ id: '803', hours: 20, status: 'failed' }),
      byWorkflow({ id: '804', hours: 10, status: 'strange' }),
    ]
    const latest = { operation: 'restore', 'snapshot-id': 'latest', 'server-id': '12345' }
    const seen = await createStage({ servers: [WEB], snapshots }).main(latest)
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '801' } })
    expect(seen.log.join()).toContain('804 (strange), 803 (failed)')
    const one = await createStage({ servers: [WEB], snapshots: snapshots.slice(0, 2) }).main(latest)
    expect(one.log.join()).toContain(' 803 (failed)')
  })
})
