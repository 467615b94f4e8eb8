import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import {
  compareAge,
  compareNewestFirst,
  newest,
  rankNewestFirst,
  uniqueById,
} from '../../../src/policy/recency.ts'
import { snapshotOf } from './fixtures.ts'

const MORNING = '2025-01-15T08:00:00Z'
const EVENING = '2025-01-15T20:00:00Z'
const LOCAL_MORNING = '2025-01-15T08:00:00'
const LOCAL_EVENING = '2025-01-15T20:00:00'
const UUIDS = [1, 2, 3, 4].map(digit => `00000000-0000-4000-8000-00000000000${digit}`)
const [FIRST = '', SECOND = ''] = UUIDS

const of = (id: string, createdAt: string | null) => snapshotOf({ id, createdAt })
const idsOf = (snapshots: readonly Snapshot[] | undefined) => snapshots?.map(({ id }) => id)

/** Snapshots with every kind of id and date, each id once, and the same in another order. */
const lists = fc
  .uniqueArray(
    fc.record({
      id: fc.oneof(fc.integer({ min: 1, max: 30 }).map(String), fc.constantFrom(...UUIDS)),
      createdAt: fc.oneof(
        fc.constantFrom(null, 'soon', MORNING, EVENING, LOCAL_MORNING, LOCAL_EVENING),
        fc.constantFrom('2025-01-15T12:00:00+02:00', '2025-01-15 12:00', '1736965800'),
      ),
    }),
    { maxLength: 6, selector: ({ id }) => id },
  )
  .map(sketches => sketches.map(snapshotOf))
const twoOrders = lists.chain(list =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
)

describe('compareAge', () => {
  it('goes by the moment, not by its text', () => {
    expect(compareAge(of('1', '2025-01-15T18:00:00Z'), of('2', '2025-01-15T19:00:00+02:00'))).toBe('newer')
    expect(compareAge(of('9', '1736900000'), of('2', EVENING))).toBe('older')
    expect(compareAge(of(FIRST, LOCAL_EVENING), of(SECOND, LOCAL_MORNING))).toBe('newer')
  })

  it.each([
    [MORNING, MORNING],
    [null, MORNING],
    ['soon', null],
    [MORNING, LOCAL_EVENING],
  ])('goes by ids that are numbers between %s and %s', (one, other) => {
    expect(compareAge(of('10', one), of('9', other))).toBe('newer')
    expect(compareAge(of('9', one), of('10', other))).toBe('older')
    expect(compareAge(of('90071992547409931', one), of('90071992547409932', other))).toBe('older')
  })

  it('does not guess', () => {
    expect(compareAge(of(FIRST, null), of(SECOND, MORNING))).toBe('unknown')
    expect(compareAge(of(FIRST, MORNING), of(SECOND, LOCAL_EVENING))).toBe('unknown')
    expect(compareAge(of('1', 'soon'), of(SECOND, EVENING))).toBe('unknown')
    expect(compareAge(of(FIRST, MORNING), of(SECOND, MORNING))).toBe('same')
    expect(compareAge(of('1', MORNING), of('1', MORNING))).toBe('same')
  })

  it('says the opposite the other way round', () => {
    const opposite = { newer: 'older', older: 'newer', same: 'same', unknown: 'unknown' } as const
    fc.assert(
      fc.property(lists, list => {
        for (const a of list) for (const b of list) expect(compareAge(b, a)).toBe(opposite[compareAge(a, b)])
      }),
    )
  })
})

describe('newest', () => {
  it('is the one that is newer than all others', () => {
    expect(newest([])).toEqual({ state: 'none' })
    expect(newest([of(FIRST, null)])).toEqual({ state: 'decided', snapshot: of(FIRST, null) })
    const list = [of('1', MORNING), of('2', EVENING), of('3', null)]
    expect(newest(list)).toEqual({ state: 'decided', snapshot: of('3', null) })
  })

  it('gives the candidates where nothing decides, without those that are older than one of them', () => {
    const found = newest([of(FIRST, MORNING), of(SECOND, null), of(UUIDS[2] ?? '', EVENING)])
    expect(found.state === 'undecided' && idsOf(found.candidates)).toEqual([UUIDS[2], SECOND])
  })

  it('gives all of them where dates and ids contradict each other in a circle', () => {
    // 1 is newer than 3 by their dates, 3 newer than 2 and 2 newer than 1 by their ids.
    const list = [of('1', EVENING), of('3', MORNING), of('2', null)]
    const found = newest(list)
    expect(found.state === 'undecided' && idsOf(found.candidates)).toEqual(['1', '3', '2'])
  })

  it('never differs between two orders of the same list', () => {
    fc.assert(
      fc.property(twoOrders, ([list, shuffled]) => {
        expect(newest(shuffled)).toEqual(newest(list))
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuses rather than guesses: what is decided is comparably newer than every other one', () => {
    fc.assert(
      fc.property(lists, list => {
        const found = newest(list)
        const winners = list.filter(one =>
          list.every(other => other === one || compareAge(one, other) === 'newer'),
        )
        if (found.state === 'decided') expect(winners).toEqual([found.snapshot])
        else expect(winners).toEqual([])
        if (found.state === 'undecided') expect(found.candidates.length).toBeGreaterThan(1)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('rankNewestFirst', () => {
  it('orders what dates and ids order', () => {
    expect(idsOf(rankNewestFirst([of('2', MORNING), of('3', EVENING), of('1', MORNING)]))).toEqual([
      '3',
      '2',
      '1',
    ])
    expect(rankNewestFirst([])).toEqual([])
  })

  it('is undecided where one pair is, or where dates and ids contradict each other', () => {
    expect(rankNewestFirst([of(FIRST, MORNING), of(SECOND, MORNING)])).toBeUndefined()
    expect(rankNewestFirst([of('1', EVENING), of('3', MORNING), of('2', null)])).toBeUndefined()
  })

  it('never differs between two orders, and each one is comparably newer than all after it', () => {
    fc.assert(
      fc.property(twoOrders, ([list, shuffled]) => {
        const ranked = rankNewestFirst(list)
        expect(rankNewestFirst(shuffled)).toEqual(ranked)
        for (const [index, one] of (ranked ?? []).entries())
          for (const other of ranked?.slice(index + 1) ?? []) expect(compareAge(one, other)).toBe('newer')
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('compareNewestFirst', () => {
  const order = (...snapshots: readonly Snapshot[]) => idsOf(snapshots.toSorted(compareNewestFirst))

  it('puts the newest first and what has no date last', () => {
    expect(order(of('5', null), of('1', MORNING), of('7', 'soon'), of('2', EVENING))).toEqual([
      '2',
      '1',
      '7',
      '5',
    ])
    expect(order(of('9', MORNING), of('100', MORNING), of('10', MORNING))).toEqual(['100', '10', '9'])
  })

  it('gives one order, whatever the order before', () => {
    expect(compareNewestFirst(of('1', null), of('1', null))).toBe(0)
    fc.assert(
      fc.property(twoOrders, ([list, shuffled]) => {
        expect(order(...shuffled)).toEqual(order(...list))
      }),
    )
  })
})

describe('uniqueById', () => {
  it('keeps each snapshot once, as it was read last', () => {
    const first = snapshotOf({ id: '1', status: 'in_progress' })
    const other = snapshotOf({ id: '2' })
    const again = snapshotOf({ id: '1', status: 'completed' })
    expect(uniqueById([first, other, again])).toEqual([again, other])
    expect(uniqueById([])).toEqual([])
  })
})
