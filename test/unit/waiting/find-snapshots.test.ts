/** What is chosen from a list that does not stand still, and how the choice ends when its time is over. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import { changes, ended } from '../operations/support/facts.ts'
import { tabled } from '../operations/support/restoring.ts'
import { byHand, byWorkflow, refuse, WEB } from '../operations/support/scenery.ts'
import { createStage, ORIGIN, type StageSettings } from '../operations/support/stage.ts'

const LIST = { method: 'GET', path: '/snapshots/' } as const
const LATEST = { operation: 'restore', 'server-id': WEB.id, 'snapshot-id': 'latest', timeout: '5m' }
const NAMED = { operation: 'restore', 'server-id': WEB.id, 'snapshot-name': 'golden', timeout: '5m' }
const GOLDEN = byWorkflow({ id: '701', hours: 30, name: 'golden' })
const NEWER = byWorkflow({ id: '702', hours: 0.05, status: 'in_progress' })

/** Lists that promise more than their pages hold. */
function moving(match: Partial<NonNullable<FaultRule['match']>> = {}): FaultRule {
  return {
    match: { ...LIST, ...match },
    when: 'after',
    fault: { kind: 'fields', set: { count: 9 }, remove: ['next'] },
  }
}

/** A server with the golden snapshot, and one whose snapshot never completes. */
function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotOutcome: 'never' } }, ...more })
}

describe('a list that does not stand still', () => {
  it.each([LATEST, NAMED])('until the time is over lets nothing be chosen: %j', async inputs => {
    const seen = await stage({ snapshots: [GOLDEN, byHand({ id: '700' })], faults: [moving()] }).main(inputs)
    expect(ended(seen)).toBe('red failed ambiguous')
    expect(changes(seen)).toEqual([])
    // What there is to choose among by hand.
    expect(tabled(seen).toSorted()).toEqual(['700', '701'])
    expect(seen.took).toBeLessThanOrEqual(5 * 60_000)
    expect(seen.took).toBeGreaterThan(4 * 60_000)
  })

  it.each([LATEST, NAMED])('for a while only is read again, and chosen from: %j', async inputs => {
    const seen = await stage({ snapshots: [GOLDEN], faults: [moving({ forMs: 20_000 })] }).main({
      ...inputs,
      timeout: '30m',
    })
    expect(ended(seen)).toBe('green restored')
    expect(changes(seen)).toEqual(['POST /snapshots/701/restore/'])
  })
})

describe('a newer snapshot that does not complete in time', () => {
  it.each<readonly [string, readonly FaultRule[]]>([
    ['is not passed over for an older one', []],
    ['is what is told, though the list was moving at first', [moving({ forMs: 20_000 })]],
  ])('%s', async (_, faults) => {
    const seen = await stage({ snapshots: [GOLDEN, NEWER], faults }).main(LATEST)
    expect(ended(seen)).toBe('red failed not-completed')
    expect(changes(seen)).toEqual([])
    expect(seen.annotations[0]?.text).toContain('702')
    expect(tabled(seen).toSorted()).toEqual(['701', '702'])
  })

  it('is not what is told where it has ended since, and the list moves', async () => {
    const seen = await stage({
      snapshots: [GOLDEN, NEWER],
      faults: [moving({ from: 4 })],
      happenings: [{ afterMs: 1_000, act: { act: 'snapshot-status', snapshot: '702', status: 'completed' } }],
    }).main(LATEST)
    expect(ended(seen)).toBe('red failed ambiguous')
    expect(changes(seen)).toEqual([])
  })

  it('is waited for and chosen where it completes', async () => {
    const seen = await stage({
      snapshots: [GOLDEN, NEWER],
      happenings: [
        { afterMs: 60_000, act: { act: 'snapshot-status', snapshot: '702', status: 'completed' } },
      ],
    }).main({ ...LATEST, timeout: '30m' })
    expect(ended(seen)).toBe('green restored')
    expect(changes(seen)).toEqual(['POST /snapshots/702/restore/'])
  })
})

it('is certain at once of what this very run has made, as soon as that is complete', async () => {
  const own = byWorkflow({ id: '703', hours: 0.05, status: 'in_progress', run: ORIGIN.runId })
  const seen = await stage({
    snapshots: [GOLDEN, own],
    happenings: [{ afterMs: 60_000, act: { act: 'snapshot-status', snapshot: '703', status: 'completed' } }],
  }).main({ ...LATEST, timeout: '30m' })
  expect(ended(seen)).toBe('green restored')
  const [restore] = seen.requests.filter(({ method }) => method === 'POST')
  expect(restore).toMatchObject({ path: '/snapshots/703/restore/' })
  // A settle window would take a minute more.
  expect(restore?.after).toBeLessThan(90_000)
})

describe('a list that can no longer be read', () => {
  it.each<readonly [string, StageSettings]>([
    ['after it has moved', { snapshots: [GOLDEN], faults: [refuse({ ...LIST, from: 10 }, 503), moving()] }],
    [
      'while a newer snapshot is in progress',
      { snapshots: [GOLDEN, NEWER], faults: [refuse({ ...LIST, from: 4 }, 503)] },
    ],
  ])('until the time is over is told by what stood in the way, %s', async (_, settings) => {
    const seen = await stage(settings).main(LATEST)
    expect(ended(seen)).toBe('red failed server-error')
    expect(changes(seen)).toEqual([])
    expect(seen.annotations[0]?.text).toContain('503')
  })

  it('is what it is where it is refused', async () => {
    const seen = await stage({
      snapshots: [GOLDEN, NEWER],
      faults: [refuse({ ...LIST, from: 4 }, 401)],
    }).main(LATEST)
    expect(ended(seen)).toBe('red failed unauthorized')
  })
})

it('is a timeout where too little time was left to be sure that no snapshot has the name', async () => {
  const seen = await stage({ snapshots: [byHand({ id: '700' })] }).main({ ...NAMED, timeout: '10s' })
  expect(ended(seen)).toBe('red failed timeout')
  expect(changes(seen)).toEqual([])
})

describe('a snapshot that is looked up by its id until the time is over', () => {
  it.each<readonly [FaultRule['fault'], string, string, string]>([
    [{ kind: 'refused' }, 'unreachable', 'GET /snapshots/', '`api-url`'],
    [{ kind: 'status', status: 503 }, 'server-error', '503', 'Re-run'],
  ])('says what went wrong and what helps: %o', async (fault, reason, cause, remedy) => {
    for (const operation of ['restore', 'wait', 'delete']) {
      const seen = await stage({ faults: [{ match: LIST, when: 'before', fault }] }).main({
        ...{ operation, 'snapshot-id': '701', timeout: '3m' },
      })
      expect(seen.outputs).toMatchObject({ status: 'failed', reason })
      expect(seen.annotations.at(-1)?.text).toContain(cause)
      expect(seen.annotations.at(-1)?.text).toContain(remedy)
    }
  })
})
