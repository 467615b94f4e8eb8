import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { selectByName, selectLatest } from '../../../src/policy/selection.ts'
import { ago, HOUR, MARKER_TEXT, MINUTE, NOW, RUN, type SnapshotSketch, snapshotOf } from './fixtures.ts'

type Use = 'restore' | 'wait'
const select = (use: Use, ...sketches: readonly SnapshotSketch[]) =>
  selectLatest(sketches.map(snapshotOf), RUN, { use, now: NOW })
const latest = (use: Use, ...sketches: readonly SnapshotSketch[]) => {
  const found = select(use, ...sketches)
  return found.ok ? found.snapshot.id : found.reason
}

const older: SnapshotSketch = { id: '1', createdAt: ago(48 * HOUR) }
const newer: SnapshotSketch = { id: '2', createdAt: ago(HOUR) }
const [UUID, OTHER_UUID] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']

describe('latest', () => {
  it.each(['restore', 'wait'] as const)('is the newest of this repository, for a %s', use => {
    expect(latest(use, older, newer)).toBe('2')
    expect(latest(use, newer, older)).toBe('2')
    expect(latest(use, { ...older, id: '3' }, newer)).toBe('2')
  })

  it('may come from any workflow and any run of this repository, this one included', () => {
    const description = MARKER_TEXT.replace('deploy.yml', 'nightly.yml').replace('octo/shop', 'Octo/SHOP')
    expect(latest('restore', older, { ...newer, description })).toBe('2')
    const ours = MARKER_TEXT.replace('9876540000', RUN.runId)
    expect(select('restore', older, newer)).toMatchObject({ fromThisRun: false })
    expect(select('restore', older, { ...newer, description: ours })).toMatchObject({ fromThisRun: true })
  })

  it.each([
    ['a person made', 'Before major migration'],
    ['has its marker in the middle', `${MARKER_TEXT} copy`],
    ['was made on schedule', MARKER_TEXT.replace('purpose=deploy', 'purpose=schedule')],
    ['was made for safety', MARKER_TEXT.replace('purpose=deploy', 'purpose=safety')],
    ['is to stay', MARKER_TEXT.replace('purpose=deploy', 'purpose=keep')],
    ['a fork made', MARKER_TEXT.replace('octo/shop', 'fork/shop')],
    ['another repository made', MARKER_TEXT.replace('octo/shop', 'octo/shop2')],
  ])('is never one that %s', (_what, description) => {
    expect(latest('restore', older, { ...newer, description })).toBe('1')
    expect(latest('wait', older, { ...newer, description })).toBe('1')
    expect(latest('wait', { ...newer, description })).toBe('none')
  })

  it('is of any status for a wait', () => {
    for (const status of ['in_progress', 'failed', 'archived'])
      expect(latest('wait', older, { ...newer, status })).toBe('2')
  })

  it('is completed for a restore, whatever has failed or is stuck since', () => {
    for (const status of ['in_progress', 'failed', 'archived'])
      expect(latest('restore', older, { ...newer, status })).toBe('1')
    expect(latest('restore', { ...older, status: 'COMPLETED' })).toBe('1')
    expect(latest('restore', { ...newer, status: 'in_progress' })).toBe('none')
    expect(latest('restore')).toBe('none')
  })

  it.each(['in_progress', 'verifying'])('is to be waited for while a newer one is %s', status => {
    const made = { ...newer, createdAt: ago(5 * MINUTE), status }
    expect(select('restore', older, made)).toEqual({
      ok: false,
      reason: 'in-progress',
      snapshot: snapshotOf(made),
    })
    expect(latest('restore', older, { ...made, createdAt: null })).toBe('in-progress')
    expect(latest('restore', older, { ...made, description: 'by hand' })).toBe('1')
    expect(latest('restore', { ...older, createdAt: ago(MINUTE) }, made)).toBe('1')
  })

  it('goes by the id where dates are equal or cannot be read', () => {
    const createdAt = ago(HOUR)
    expect(latest('restore', { id: '9', createdAt }, { id: '10', createdAt })).toBe('10')
    expect(latest('restore', { id: '9', createdAt: null }, { id: '8', createdAt })).toBe('9')
  })

  it.each(['restore', 'wait'] as const)('is refused for a %s where nothing tells which is newer', use => {
    const [one, other] = [
      { ...older, id: UUID },
      { ...newer, id: OTHER_UUID, createdAt: null },
    ]
    expect(select(use, other, one)).toEqual({
      ok: false,
      reason: 'undecided',
      candidates: [snapshotOf(one), snapshotOf(other)],
    })
    expect(latest(use, one, { ...other, createdAt: one.createdAt ?? null })).toBe('undecided')
    expect(latest(use, one, { ...other, createdAt: '2025-01-16T00:00:00' })).toBe('undecided')
  })

  it('says whether a re-run made it', () => {
    const of = (attempt: number) =>
      select('restore', { ...newer, description: MARKER_TEXT.replace('attempt=1', `attempt=${attempt}`) })
    expect(of(1)).toMatchObject({ ok: true, fromRerun: false })
    expect(of(2)).toMatchObject({ ok: true, fromRerun: true })
  })

  const items = fc.uniqueArray(
    fc.record({
      id: fc.oneof(fc.integer({ min: 1, max: 40 }).map(String), fc.constantFrom(UUID, OTHER_UUID)),
      repository: fc.constantFrom('octo/shop', 'OCTO/shop', 'fork/shop'),
      purpose: fc.constantFrom('deploy', 'deploy', 'schedule', 'safety', 'keep'),
      status: fc.constantFrom('completed', 'completed', 'in_progress', 'failed', 'odd'),
      createdAt: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -HOUR, max: 480 * HOUR }).map(ago) },
        fc.constantFrom(null, ago(HOUR), '2025-01-16 16:00'),
      ),
      ending: fc.constantFrom('', '', '', ' copy'),
    }),
    { maxLength: 8, selector: ({ id }) => id },
  )
  const snapshotsOf = (drawn: typeof items extends fc.Arbitrary<infer T> ? T : never): readonly Snapshot[] =>
    drawn.map(({ repository, purpose, ending, ...sketch }) =>
      snapshotOf({
        ...sketch,
        description: MARKER_TEXT.replace('octo/shop', repository).replace('=deploy', `=${purpose}`) + ending,
      }),
    )

  it('never differs between two orders of the same list', () => {
    const orders = items
      .map(snapshotsOf)
      .chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length })))
    fc.assert(
      fc.property(orders, fc.constantFrom('restore', 'wait'), ([list, shuffled], use) => {
        const options = { use, now: NOW }
        expect(selectLatest(shuffled, RUN, options)).toEqual(selectLatest(list, RUN, options))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is a deploy of this repository, completed for a restore, and no dated one that qualifies is newer', () => {
    fc.assert(
      fc.property(items, fc.constantFrom('restore', 'wait'), (drawn, use) => {
        const found = selectLatest(snapshotsOf(drawn), RUN, { use, now: NOW })
        fc.pre(found.ok)
        const qualified = drawn.filter(
          ({ repository, purpose, ending, status }) =>
            repository !== 'fork/shop' &&
            purpose === 'deploy' &&
            ending === '' &&
            (use === 'wait' || status === 'completed'),
        )
        const chosen = qualified.find(({ id }) => found.ok && id === found.snapshot.id)
        expect(chosen).toBeDefined()
        const isDated = (createdAt: string | null | undefined) => createdAt?.endsWith('Z') === true
        const at = (createdAt: string | null) => Date.parse(createdAt ?? '')
        for (const other of qualified)
          if (isDated(other.createdAt) && isDated(chosen?.createdAt))
            expect(at(other.createdAt)).toBeLessThanOrEqual(at(chosen?.createdAt ?? null))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('what `latest` passes over for a restore', () => {
  const passedOver = (use: Use, ...sketches: readonly SnapshotSketch[]) => {
    const found = select(use, ...sketches)
    return found.ok ? found.passedOver.map(({ id }) => id) : found.reason
  }

  it.each([
    ['failed', { status: 'failed' }],
    ['stuck', { status: 'in_progress' }],
    ['of a status that cannot be read', { status: 'unreadable' }],
  ])('is what is newer and %s', (_, change) => {
    expect(passedOver('restore', older, { ...newer, ...change })).toEqual(['2'])
    expect(passedOver('restore', { ...newer, id: '3' }, { ...older, ...change })).toEqual([])
    expect(passedOver('wait', older, { ...newer, ...change })).toEqual([])
  })

  it('is what may be newer, since nothing tells', () => {
    const uuid = '11111111-2222-4333-8444-555555555555'
    expect(passedOver('restore', older, { id: uuid, createdAt: 'x', status: 'failed' })).toEqual([uuid])
  })

  it('is never a completed one whose age cannot be compared: then nothing is chosen', () => {
    const uuid = '11111111-2222-4333-8444-555555555555'
    expect(passedOver('restore', older, { id: uuid, createdAt: 'x' })).toBe('undecided')
  })

  it('is nobody else’s', () => {
    expect(passedOver('restore', older, { ...newer, status: 'failed', description: '' })).toEqual([])
  })
})

describe('by name', () => {
  const first = snapshotOf({ id: '1', name: 'weekly' })
  const second = snapshotOf({ id: '2', name: 'weekly' })
  const other = snapshotOf({ id: '3', name: 'Weekly' })
  const byName = (names: string | readonly string[], ...snapshots: readonly Snapshot[]) =>
    selectByName(snapshots, [names].flat(), RUN)

  it('is the one of exactly that name, whoever made it', () => {
    expect(byName('weekly', other, first)).toMatchObject({ ok: true, snapshot: first })
    expect(byName('Weekly', other, first)).toMatchObject({ ok: true, snapshot: other })
    const manual = snapshotOf({ id: '4', name: 'by hand', description: '' })
    expect(byName('by hand', manual)).toEqual({
      ok: true,
      snapshot: manual,
      fromRerun: false,
      fromThisRun: false,
      passedOver: [],
    })
  })

  it('is what a create made of that name, where none has exactly it', () => {
    const valid = snapshotOf({ id: '5', name: 'before-the-update' })
    const exact = snapshotOf({ id: '6', name: 'before the update' })
    const spellings = ['before the update', 'before-the-update']
    expect(byName(spellings, valid)).toMatchObject({ ok: true, snapshot: valid })
    expect(byName(spellings, valid, exact)).toMatchObject({ ok: true, snapshot: exact })
    expect(byName('before-the-update', exact)).toEqual({ ok: false, reason: 'none' })
  })

  it('is none where there is none', () => {
    expect(byName('weekly', other)).toEqual({ ok: false, reason: 'none' })
    expect(byName('weekly')).toEqual({ ok: false, reason: 'none' })
    expect(byName('???', other)).toEqual({ ok: false, reason: 'none' })
  })

  it('is not decided between several', () => {
    expect(byName('weekly', first, other, second)).toEqual({
      ok: false,
      reason: 'several',
      candidates: [first, second],
    })
  })

  it('is not several when a paged list shows the same snapshot twice', () => {
    expect(byName('weekly', first, first)).toMatchObject({ ok: true, snapshot: first })
  })
})
