import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { chooseForFullServer, chooseForKeepLast } from '../../../src/policy/retention.ts'
import {
  ago,
  HOUR,
  MARKER_TEXT,
  MINUTE,
  NOW,
  ORIGIN,
  type SnapshotSketch,
  snapshotId,
  snapshotOf,
} from './fixtures.ts'

const facts = (...sketches: readonly SnapshotSketch[]) => ({
  snapshots: sketches.map(snapshotOf),
  origin: ORIGIN,
  now: NOW,
})

/** One more day old with each id below 100. */
const own = (id: number, more: Partial<SnapshotSketch> = {}): SnapshotSketch => ({
  id: String(id),
  createdAt: ago((100 - id) * 24 * HOUR),
  ...more,
})

/** What this run made a few minutes ago. */
const made: SnapshotSketch = {
  id: '100',
  createdAt: ago(20 * MINUTE),
  description: MARKER_TEXT.replace('run=9876540000', `run=${ORIGIN.runId}`),
}

const idsOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ id }) => id)
const keepLast = (count: number, ...sketches: readonly SnapshotSketch[]) =>
  idsOf(chooseForKeepLast(facts(...sketches), count, snapshotId('100')))
const whenFull = (...sketches: readonly SnapshotSketch[]) => chooseForFullServer(facts(...sketches))?.id

const FOREIGN: readonly (readonly [what: string, more: Partial<SnapshotSketch>])[] = [
  ['a person made', { description: 'Before major migration' }],
  ['has a description that only looks like ours', { description: `${MARKER_TEXT} (copy)` }],
  ['has a broken marker', { description: MARKER_TEXT.replace('attempt=1', 'attempt=1 attempt=1') }],
  ['has our name but no marker', { name: 'shop-9876540000-1', description: '' }],
  ['another workflow made', { description: MARKER_TEXT.replace('deploy.yml', 'nightly.yml') }],
  ['this workflow made under its old name', { description: MARKER_TEXT.replace('deploy.yml', 'Deploy.yml') }],
  ['a fork made', { description: MARKER_TEXT.replace('octo/shop', 'fork/shop') }],
  ['another repository made', { description: MARKER_TEXT.replace('octo/shop', 'octo/shop2') }],
  ['a restore made for safety', { description: MARKER_TEXT.replace('purpose=deploy', 'purpose=safety') }],
]

const UNTOUCHABLE: readonly (readonly [what: string, more: Partial<SnapshotSketch>])[] = [
  ...FOREIGN,
  ['is in progress', { status: 'in_progress' }],
  ['has a status that nobody documented', { status: 'archived' }],
  ['this run made', { description: MARKER_TEXT.replace('9876540000', ORIGIN.runId) }],
  [
    'an earlier attempt of this run made',
    { description: MARKER_TEXT.replace('run=9876540000 attempt=1', `run=${ORIGIN.runId} attempt=7`) },
  ],
  ['is younger than an hour', { createdAt: ago(HOUR - 1) }],
  ['is an hour old to the millisecond', { createdAt: ago(HOUR) }],
  ['comes from the future', { createdAt: ago(-48 * HOUR) }],
  ['has no date', { createdAt: null }],
  ['has a date that cannot be read', { createdAt: 'last week' }],
  ['has a date without a zone', { createdAt: '2020-01-01T00:00:00' }],
]

describe('keep-last', () => {
  it('chooses what is beyond the newest N completed ones, oldest first, the new one counting', () => {
    expect(keepLast(1, made, own(3), own(1), own(2))).toEqual(['1', '2', '3'])
    expect(keepLast(2, made, own(3), own(1), own(2))).toEqual(['1', '2'])
    expect(keepLast(3, own(1), own(2), own(3), made)).toEqual(['1'])
    expect(keepLast(4, made, own(1), own(2), own(3))).toEqual([])
    expect(keepLast(9, made, own(1))).toEqual([])
  })

  it('chooses failed ones before all, and does not count them', () => {
    const failed = own(3, { status: 'failed' })
    expect(keepLast(2, made, own(1), own(2), failed, own(4, { status: 'error' }))).toEqual(['3', '4', '1'])
    expect(keepLast(5, made, own(1), failed)).toEqual(['3'])
  })

  it('does not count the new one while it is not completed', () => {
    expect(keepLast(1, { ...made, status: 'in_progress' }, own(1), own(2))).toEqual(['1'])
    expect(keepLast(1, own(1), own(2))).toEqual(['1'])
  })

  it('chooses from both deploys and schedules, letter case of the repository aside', () => {
    const scheduled = own(1, { description: MARKER_TEXT.replace('purpose=deploy', 'purpose=schedule') })
    const renamed = own(2, { description: MARKER_TEXT.replace('octo/shop', 'Octo/Shop') })
    expect(keepLast(1, made, scheduled, renamed)).toEqual(['1', '2'])
  })

  it('chooses nothing that is newer than the new one', () => {
    const longAgo = { ...made, createdAt: ago(5 * 24 * HOUR) }
    expect(keepLast(1, longAgo, own(94), own(96), own(97))).toEqual(['94'])
    expect(keepLast(1, longAgo, own(95), own(97))).toEqual(['95'])
    expect(keepLast(1, { ...made, createdAt: null }, own(1))).toEqual([])
  })

  it.each(UNTOUCHABLE)('never chooses one that %s', (_what, more) => {
    expect(keepLast(1, made, own(1), own(2, more))).toEqual(['1'])
    expect(keepLast(1, made, own(2, more))).toEqual([])
  })

  it.each(FOREIGN)('does not count one that %s', (_what, more) => {
    expect(keepLast(2, made, own(1), own(2), own(3, more))).toEqual(['1'])
  })

  it('counts own completed ones that it may not choose', () => {
    expect(keepLast(2, made, own(1), own(99, { createdAt: ago(30 * MINUTE) }))).toEqual(['1'])
  })

  it('counts a snapshot once that a paged list shows twice', () => {
    expect(keepLast(2, made, own(2), own(2), own(1), made)).toEqual(['1'])
    expect(keepLast(2, made, made, own(2), own(1))).toEqual(['1'])
  })

  it.each([0, -1, Number.NaN])('chooses nothing when %d is to be kept, which is no count', count => {
    expect(keepLast(count, made, own(1), own(2, { status: 'failed' }))).toEqual([])
  })

  it('chooses by id among those of the same date', () => {
    const createdAt = ago(48 * HOUR)
    expect(keepLast(2, made, own(9, { createdAt }), own(10, { createdAt }), own(8, { createdAt }))).toEqual([
      '8',
      '9',
    ])
  })
})

describe('when-full', () => {
  it('chooses the oldest own one', () => {
    expect(whenFull(own(3), own(1), own(2))).toBe('1')
  })

  it('chooses a failed one before all, the oldest of them', () => {
    expect(whenFull(own(1), own(3, { status: 'failed' }), own(2, { status: 'canceled' }))).toBe('2')
  })

  it('chooses one that is barely more than an hour old', () => {
    expect(whenFull(own(1, { createdAt: ago(HOUR + 1) }))).toBe('1')
  })

  it.each(UNTOUCHABLE)('never chooses one that %s', (_what, more) => {
    expect(whenFull(own(1, more))).toBeUndefined()
    expect(whenFull(own(1, more), own(2))).toBe('2')
  })

  it('chooses nothing from nothing', () => {
    expect(whenFull()).toBeUndefined()
  })
})

describe('the rule, for any list', () => {
  const MINE = 'octo/shop/.github/workflows/deploy.yml'
  const workflows = fc.constantFrom(
    MINE,
    'OCTO/Shop/.github/workflows/deploy.yml',
    'octo/shop/.github/workflows/Deploy.yml',
    'octo/shop/.github/workflows/nightly.yml',
    'fork/shop/.github/workflows/deploy.yml',
    'octo/shop2/.github/workflows/deploy.yml',
    'octo/shop',
  )

  // Weighted so that about half of what is drawn is truly ours.
  const markers = fc
    .record({
      workflow: fc.oneof({ weight: 4, arbitrary: fc.constant(MINE) }, workflows),
      run: fc.constantFrom('1', '2', '9876540000', ORIGIN.runId, `${ORIGIN.runId}0`),
      attempt: fc.constantFrom(1, 2, 0),
      purpose: fc.constantFrom('deploy', 'deploy', 'schedule', 'safety', 'backup'),
    })
    .map(made => ({
      made,
      text: `[vps-snapshot-action workflow=${made.workflow} run=${made.run} attempt=${made.attempt} purpose=${made.purpose} key=abcdefgh]`,
    }))
  const endings = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    fc.constantFrom('\n', ' copy', ']', '.'),
  )
  const beginnings = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('', 'Before a deploy ') },
    fc.constantFrom('text', `${MARKER_TEXT} `),
  )
  const ages = fc.oneof(
    fc.constantFrom(-HOUR, 0, HOUR - 1, HOUR, HOUR + 1, 24 * HOUR, 48 * HOUR),
    fc.integer({ min: -48 * HOUR, max: 480 * HOUR }),
  )
  const dates = fc.oneof(
    { weight: 6, arbitrary: ages.map(age => ({ age, createdAt: ago(age) })) },
    fc.constantFrom(null, '', 'yesterday', '2020-01-01').map(createdAt => ({ age: undefined, createdAt })),
  )
  const statuses = fc.oneof(
    { weight: 4, arbitrary: fc.constant('completed') },
    fc.constantFrom('COMPLETED', 'in_progress', 'failed', 'Error', 'cancelled', 'deleting', ''),
  )

  /** A snapshot and, told from how it was drawn and not from how it reads, what it is. */
  const drawn = fc
    .record({ marker: markers, beginning: beginnings, ending: endings, date: dates, status: statuses })
    .map(({ marker, beginning, ending, date, status }) => {
      const { workflow, run, attempt, purpose } = marker.made
      const intact = beginning !== 'text' && ['', '\n'].includes(ending) && attempt > 0
      const mine = [MINE, 'OCTO/Shop/.github/workflows/deploy.yml'].includes(workflow)
      return {
        sketch: { createdAt: date.createdAt, status, description: beginning + marker.text + ending },
        age: date.age,
        run,
        completed: status.toLowerCase() === 'completed',
        failed: ['failed', 'Error', 'cancelled'].includes(status),
        retained: intact && mine && ['deploy', 'schedule'].includes(purpose),
      }
    })
  const lists = fc.array(drawn, { maxLength: 12 }).chain(items =>
    fc.shuffledSubarray(
      items.map((item, index) => ({
        ...item,
        id: index + 1,
        snapshot: snapshotOf({ ...item.sketch, id: String(index + 1) }),
      })),
      { minLength: items.length },
    ),
  )
  type Item = typeof lists extends fc.Arbitrary<(infer T)[]> ? T : never

  const isAllowed = (item: Item) =>
    item.retained &&
    (item.completed || item.failed) &&
    item.run !== ORIGIN.runId &&
    item.age !== undefined &&
    item.age > HOUR

  const ageOf = ({ age }: Item) => age ?? Number.POSITIVE_INFINITY
  /** Whether `a` was made before `b`; ids are given in ascending order. */
  const isBefore = (a: Item, b: Item) => ageOf(a) > ageOf(b) || (ageOf(a) === ageOf(b) && a.id < b.id)
  const goesBefore = (a: Item, b: Item) => (a.failed === b.failed ? isBefore(a, b) : a.failed)
  const factsOf = (items: readonly Item[]) => ({
    snapshots: items.map(item => item.snapshot),
    origin: ORIGIN,
    now: NOW,
  })

  it('when-full chooses the first that is allowed, and one whenever one is', () => {
    fc.assert(
      fc.property(lists, items => {
        const chosen = chooseForFullServer(factsOf(items))
        const allowed = items.filter(isAllowed)
        const first = allowed.find(item => allowed.every(other => other === item || goesBefore(item, other)))
        expect(chosen).toBe(first?.snapshot)
      }),
      { numRuns: 2_000 },
    )
  })

  it('keep-last chooses all that is allowed, older than the new one and beyond the newest N, in order', () => {
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 14 }),
        (items, count, newest) => {
          const chosen = chooseForKeepLast(factsOf(items), count, snapshotId(String(newest)))
          const made = items.find(({ id }) => id === newest)
          const counted = items.filter(item => item.retained && item.completed)
          const expected = items
            .filter(isAllowed)
            .filter(item => made === undefined || isBefore(item, made))
            .filter(item => item.failed || counted.filter(other => isBefore(item, other)).length >= count)
            .sort((a, b) => (goesBefore(a, b) ? -1 : 1))
          expect(idsOf(chosen)).toEqual(expected.map(({ snapshot }) => snapshot.id))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('keep-last leaves at least N of the completed ones that were there', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 6 }), (items, count) => {
        const chosen = new Set(chooseForKeepLast(factsOf(items), count, snapshotId('999')))
        const counted = items.filter(item => item.retained && item.completed)
        const left = counted.filter(item => !chosen.has(item.snapshot)).length
        expect(left).toBeGreaterThanOrEqual(Math.min(count, counted.length))
      }),
    )
  })

  it('does not depend on the order of the list', () => {
    fc.assert(
      fc.property(lists, items => {
        const reversed = factsOf([...items].reverse())
        expect(chooseForKeepLast(reversed, 1, snapshotId('3'))).toEqual(
          chooseForKeepLast(factsOf(items), 1, snapshotId('3')),
        )
        expect(chooseForFullServer(reversed)).toBe(chooseForFullServer(factsOf(items)))
      }),
    )
  })
})
