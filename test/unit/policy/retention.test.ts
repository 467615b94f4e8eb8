import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import {
  type KeepReason,
  planFullServer,
  planKeepLast,
  type RetentionPlan,
} from '../../../src/policy/retention.ts'
import {
  ago,
  HOUR,
  MARKER_TEXT,
  MINUTE,
  NOW,
  RUN,
  type SnapshotSketch,
  snapshotId,
  snapshotOf,
} from './fixtures.ts'

const DAY = 24 * HOUR
const UUID = '00000000-0000-4000-8000-000000000001'
const OTHER_UUID = '00000000-0000-4000-8000-000000000002'

const facts = (...sketches: readonly SnapshotSketch[]) => ({
  snapshots: sketches.map(snapshotOf),
  run: RUN,
  now: NOW,
})

/** One more day old with each id below 100. */
const own = (id: number, more: Partial<SnapshotSketch> = {}): SnapshotSketch => ({
  id: String(id),
  createdAt: ago((100 - id) * DAY),
  ...more,
})

/** What this run made a few minutes ago. */
const made: SnapshotSketch = {
  id: '100',
  createdAt: ago(20 * MINUTE),
  description: MARKER_TEXT.replace('run=9876540000', `run=${RUN.runId}`),
}

const idsOf = (snapshots: readonly Snapshot[]) => snapshots.map(({ id }) => id)
const kindsOf = (plan: RetentionPlan) =>
  Object.fromEntries(plan.keeps.map(({ snapshot, reason }) => [snapshot.id, reason.kind]))

const planOf = (count: number, ...sketches: readonly SnapshotSketch[]) =>
  planKeepLast(facts(...sketches), { keepLast: count, made: snapshotId('100'), madeIsDeleted: false })
const keepLast = (count: number, ...sketches: readonly SnapshotSketch[]) =>
  idsOf(planOf(count, ...sketches).deletes)
const whenFull = (...sketches: readonly SnapshotSketch[]) => idsOf(planFullServer(facts(...sketches)).deletes)

const marker = (from: string, to: string) => ({ description: MARKER_TEXT.replace(from, to) })

/** What is not this workflow's own, and why it stays. */
const FOREIGN: readonly (readonly [what: string, kind: KeepReason['kind'], more: Partial<SnapshotSketch>])[] =
  [
    ['a person made', 'manual', { description: 'Before major migration' }],
    ['only looks like ours', 'manual', { description: `${MARKER_TEXT} (copy)` }],
    ['has a broken marker', 'manual', marker('attempt=1', 'attempt=1 attempt=1')],
    ['has our name but no marker', 'manual', { name: 'shop-9876540000-1', description: '' }],
    ['another workflow made', 'other-workflow', marker('deploy.yml', 'nightly.yml')],
    ['this workflow made under its old name', 'other-workflow', marker('deploy.yml', 'Deploy.yml')],
    ['a fork made', 'other-repository', marker('octo/shop', 'fork/shop')],
    ['another repository made', 'other-repository', marker('octo/shop', 'octo/shop2')],
    ['a restore made for safety', 'safety', marker('=deploy', '=safety')],
    ['is to stay', 'keep', marker('=deploy', '=keep')],
  ]

/** What retention never takes, and why. */
const UNTOUCHABLE: typeof FOREIGN = [
  ...FOREIGN,
  ['is in progress', 'unfinished', { status: 'in_progress' }],
  ['has a status that nobody documented', 'unfinished', { status: 'archived' }],
  ['this run made', 'this-run', marker('9876540000', RUN.runId)],
  [
    'an earlier attempt of this run made',
    'this-run',
    marker('run=9876540000 attempt=1', `run=${RUN.runId} attempt=7`),
  ],
  ['is younger than an hour', 'too-young', { createdAt: ago(HOUR - 1) }],
  ['is an hour old to the millisecond', 'too-young', { createdAt: ago(HOUR) }],
  ['is a local time that is labelled as UTC', 'too-young', { createdAt: ago(-14 * HOUR) }],
  ['may be younger than an hour in some zone', 'too-young', { createdAt: ago(13 * HOUR).slice(0, -1) }],
  ['has no date', 'unreadable-date', { createdAt: null }],
  ['has a date that cannot be read', 'unreadable-date', { createdAt: 'last week' }],
  ['comes from the future', 'future-date', { createdAt: '2199-01-01T00:00:00Z' }],
]
const SPARED_BY_KEEP_LAST = UNTOUCHABLE.filter(([, kind]) => kind !== 'future-date')

describe('keep-last', () => {
  it('deletes what is beyond the newest N completed ones, oldest first, the new one counting', () => {
    expect(keepLast(1, made, own(3), own(1), own(2))).toEqual(['1', '2', '3'])
    expect(keepLast(2, made, own(3), own(1), own(2))).toEqual(['1', '2'])
    expect(keepLast(3, own(1), own(2), own(3), made)).toEqual(['1'])
    expect(keepLast(4, made, own(1), own(2), own(3))).toEqual([])
    expect(keepLast(9, made, own(1))).toEqual([])
  })

  it('says why each one stays, newest first', () => {
    const manual = own(2, { description: 'by hand' })
    const young = own(99, { createdAt: ago(30 * MINUTE), status: 'failed' })
    const { deletes, keeps } = planOf(2, manual, own(1), young, own(3), made)
    expect(idsOf(deletes)).toEqual(['1'])
    expect(keeps.map(({ snapshot, reason }) => [snapshot.id, reason])).toEqual([
      ['100', { kind: 'this-run' }],
      ['99', { kind: 'too-young', deletableFrom: NOW + 30 * MINUTE }],
      ['3', { kind: 'newest', count: 2 }],
      ['2', { kind: 'manual' }],
    ])
  })

  it('deletes failed ones before all, and does not count them', () => {
    const failed = own(3, { status: 'failed' })
    expect(keepLast(2, made, own(1), own(2), failed, own(4, { status: 'error' }))).toEqual(['3', '4', '1'])
    expect(keepLast(5, made, own(1), failed)).toEqual(['3'])
  })

  it('does not count the new one while it is not completed, nor when delete-on deletes it', () => {
    expect(keepLast(1, { ...made, status: 'in_progress' }, own(1), own(2))).toEqual(['1'])
    expect(keepLast(1, own(1), own(2))).toEqual(['1'])
    const all = facts(made, own(1), own(2))
    const options = { keepLast: 1, made: snapshotId('100') }
    expect(idsOf(planKeepLast(all, { ...options, madeIsDeleted: true }).deletes)).toEqual(['1'])
    expect(idsOf(planKeepLast(all, { ...options, madeIsDeleted: false }).deletes)).toEqual(['1', '2'])
  })

  it('deletes of both deploys and schedules, letter case of the repository aside', () => {
    const scheduled = own(1, marker('purpose=deploy', 'purpose=schedule'))
    expect(keepLast(1, made, scheduled, own(2, marker('octo/shop', 'Octo/Shop')))).toEqual(['1', '2'])
  })

  it('deletes nothing that is newer than the new one, or that may be', () => {
    const longAgo = { ...made, createdAt: ago(5 * DAY) }
    expect(keepLast(1, longAgo, own(94), own(96), own(97))).toEqual(['94'])
    expect(kindsOf(planOf(1, longAgo, own(94), own(96), own(97)))).toMatchObject({
      '96': 'newer',
      '97': 'newest',
    })
    const failed = own(1, { status: 'failed' })
    const undated = { ...made, id: UUID, createdAt: null, status: 'in_progress' }
    const plan = planKeepLast(facts(undated, failed), {
      keepLast: 1,
      made: snapshotId(UUID),
      madeIsDeleted: false,
    })
    expect(kindsOf(plan)).toMatchObject({ '1': 'not-comparable' })
  })

  it.each(SPARED_BY_KEEP_LAST)('never deletes one that %s', (_what, kind, more) => {
    const plan = planOf(1, { ...made, createdAt: ago(-14 * HOUR) }, own(1), own(2, more))
    expect(idsOf(plan.deletes)).toEqual(['1'])
    expect(kindsOf(plan)['2']).toBe(kind)
  })

  it.each(FOREIGN)('does not count one that %s', (_what, _kind, more) => {
    expect(keepLast(2, made, own(1), own(2), own(3, more))).toEqual(['1'])
  })

  it('counts own completed ones that it may not delete', () => {
    expect(keepLast(2, made, own(1), own(99, { createdAt: ago(30 * MINUTE) }))).toEqual(['1'])
  })

  it('counts a snapshot once that a paged list shows twice', () => {
    expect(keepLast(2, made, own(2), own(2), own(1), made)).toEqual(['1'])
  })

  it('deletes no completed one where neither dates nor ids tell which ones are older', () => {
    const undated = { id: UUID, createdAt: null }
    const plan = planOf(1, made, own(1), own(2), own(3, { status: 'failed' }), undated)
    expect(idsOf(plan.deletes)).toEqual(['3'])
    expect(kindsOf(plan)).toEqual({
      '100': 'this-run',
      '1': 'not-comparable',
      '2': 'not-comparable',
      [UUID]: 'not-comparable',
    })
  })

  it.each([0, -1, Number.NaN])('deletes no completed one when %d is to be kept, which is no count', count => {
    expect(keepLast(count, made, own(1), own(2))).toEqual([])
  })

  it('goes by id among those of the same date', () => {
    const createdAt = ago(48 * HOUR)
    expect(keepLast(2, made, own(9, { createdAt }), own(10, { createdAt }), own(8, { createdAt }))).toEqual([
      '8',
      '9',
    ])
  })

  it('takes no young one in a burst of deploys', () => {
    const burst = [50, 40, 30, 20].map((minutes, index) =>
      own(index + 1, { createdAt: ago(minutes * MINUTE) }),
    )
    expect(keepLast(1, made, ...burst)).toEqual([])
  })
})

describe('when-full', () => {
  it('deletes the oldest own one, and says why the others stay', () => {
    expect(whenFull(own(3), own(1), own(2))).toEqual(['1'])
    expect(kindsOf(planFullServer(facts(own(3), own(1), own(2, { status: 'failed' }))))).toEqual({
      '1': 'not-oldest',
      '3': 'not-oldest',
    })
  })

  it('deletes a failed one before all, the oldest of them', () => {
    expect(whenFull(own(1), own(3, { status: 'failed' }), own(2, { status: 'canceled' }))).toEqual(['2'])
  })

  it('deletes one that is barely more than an hour old', () => {
    expect(whenFull(own(1, { createdAt: ago(HOUR + 1) }))).toEqual(['1'])
    expect(whenFull(own(1, { createdAt: ago(13 * HOUR + 1).slice(0, -1) }))).toEqual(['1'])
  })

  it.each(UNTOUCHABLE)('never deletes one that %s', (_what, kind, more) => {
    const plan = planFullServer(facts(own(1, more)))
    expect(plan).toEqual({
      deletes: [],
      keeps: [{ snapshot: snapshotOf(own(1, more)), reason: expect.anything() }],
    })
    expect(kindsOf(plan)).toEqual({ '1': kind })
    expect(whenFull(own(1, more), own(2))).toEqual(['2'])
  })

  it('deletes nothing of nothing', () => {
    expect(whenFull()).toEqual([])
  })

  it('deletes no completed one where nothing tells which is the oldest', () => {
    const [one, other] = [own(1), own(2, { id: UUID, createdAt: null })]
    expect(kindsOf(planFullServer(facts(one, other)))).toEqual({
      '1': 'not-comparable',
      [UUID]: 'not-comparable',
    })
    expect(whenFull({ ...one, id: OTHER_UUID }, { ...one, id: UUID })).toEqual([])
  })

  it('does not take what a clock in the future has dated for young for ever', () => {
    const future = (id: number, hours: number) =>
      own(id, { createdAt: new Date(Date.parse('2199-01-01T00:00:00Z') + hours * HOUR).toISOString() })
    expect(whenFull(future(1, 0), future(2, 1))).toEqual([])
    expect(whenFull(future(1, 0), future(2, 1), future(3, 2))).toEqual(['1'])
  })
})

describe('a burst of deploys on a full server', () => {
  const ofMinutes = (minutes: number, id: number, more: Partial<SnapshotSketch> = {}) =>
    own(id, { createdAt: ago(minutes * MINUTE), ...more })
  const three = [ofMinutes(9, 12), ofMinutes(6, 13), ofMinutes(3, 14)]

  it('lets the oldest go that is over ten minutes old and has three newer ones', () => {
    expect(whenFull(ofMinutes(50, 1), ofMinutes(40, 2), ofMinutes(30, 3), ofMinutes(20, 4))).toEqual(['1'])
    expect(whenFull(own(1, { createdAt: ago(10 * MINUTE + 1) }), ...three)).toEqual(['1'])
  })

  it('lets six deploys an hour take their snapshots', () => {
    const minutes = [50, 40, 30, 20, 10]
    const [first, ...others] = minutes.map((age, index) => ofMinutes(age, index + 1))
    expect(whenFull(...others, ...(first === undefined ? [] : [first]))).toEqual(['1'])
  })

  it('lets none go that is ten minutes old or less', () => {
    expect(whenFull(own(1, { createdAt: ago(10 * MINUTE) }), ...three)).toEqual([])
    expect(whenFull(ofMinutes(-30, 1), ...three)).toEqual([])
  })

  it('lets none go with fewer than three newer completed ones of its own', () => {
    expect(whenFull(ofMinutes(50, 1), ofMinutes(40, 2), ofMinutes(30, 3))).toEqual([])
    const unfinished = ofMinutes(2, 14, { status: 'in_progress' })
    expect(whenFull(ofMinutes(50, 1), ofMinutes(40, 2), ofMinutes(30, 3), unfinished)).toEqual([])
    const manual = ofMinutes(2, 14, { description: 'by hand' })
    expect(whenFull(ofMinutes(50, 1), ofMinutes(40, 2), ofMinutes(30, 3), manual)).toEqual([])
  })

  it('lets only the oldest go', () => {
    const undated = own(1, { createdAt: null })
    expect(whenFull(undated, ofMinutes(50, 2), ...three)).toEqual([])
    expect(whenFull({ ...undated, id: UUID }, ofMinutes(50, 2), ...three)).toEqual([])
  })

  it('lets one of another run go while this one has its own', () => {
    const ours = ofMinutes(55, 1, marker('9876540000', RUN.runId))
    expect(whenFull(ours, ofMinutes(50, 2), ...three)).toEqual(['2'])
    expect(whenFull(ours, ...three)).toEqual([])
  })

  it('lets a failed one go first, even where the oldest completed one may not', () => {
    expect(whenFull(ofMinutes(50, 1), ofMinutes(20, 2, { status: 'failed' }), ...three)).toEqual(['2'])
    expect(whenFull(ofMinutes(50, 1), ofMinutes(5, 2, { status: 'failed' }), ...three)).toEqual(['1'])
  })
})
