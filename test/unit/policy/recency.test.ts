import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareNewestFirst, createdAtMs, uniqueById } from '../../../src/policy/recency.ts'
import { snapshotOf } from './fixtures.ts'

describe('createdAtMs', () => {
  it.each([
    ['2025-01-15T18:30:00Z', 1_736_965_800_000],
    ['2025-01-15T18:30:00.5Z', 1_736_965_800_500],
    ['2025-01-15T18:30:00.123456Z', 1_736_965_800_123],
    ['2025-01-15T18:30:00.123456789Z', 1_736_965_800_123],
    ['2025-01-15T20:30:00+02:00', 1_736_965_800_000],
    ['2025-01-15T13:00:00.000000-05:30', 1_736_965_800_000],
  ])('reads %s', (createdAt, ms) => {
    expect(createdAtMs({ createdAt })).toBe(ms)
  })

  it.each([
    null,
    '',
    'yesterday',
    '1',
    '2025',
    '2025-01-15',
    '2025-01-15T18:30:00',
    '2025-01-15T18:30Z',
    '2025-01-15 18:30:00Z',
    '2025-01-15T18:30:00.Z',
    '2025-01-15T18:30:00.1234567890Z',
    '2025-01-15T18:30:00+0200',
    '2025-01-15T18:30:00Zulu',
    ' 2025-01-15T18:30:00Z',
    '2025-13-45T18:30:00Z',
    '2025-01-15T25:30:00Z',
    '1736965800',
  ])('does not guess at %j', createdAt => {
    expect(createdAtMs({ createdAt })).toBeUndefined()
  })
})

describe('compareNewestFirst', () => {
  const order = (...sketches: readonly (readonly [id: string, createdAt: string | null])[]) =>
    sketches
      .map(([id, createdAt]) => snapshotOf({ id, createdAt }))
      .sort(compareNewestFirst)
      .map(({ id }) => id)

  it('puts the newest first, by the moment and not by its text', () => {
    expect(
      order(['1', '2025-01-15T18:00:00Z'], ['2', '2025-01-15T19:00:00+02:00'], ['3', '2025-01-15T17:30:00Z']),
    ).toEqual(['1', '3', '2'])
  })

  it('goes by the number of the id where the dates are equal', () => {
    const same = '2025-01-15T18:00:00Z'
    expect(order(['9', same], ['10', same], ['100', same], ['11', same])).toEqual(['100', '11', '10', '9'])
    expect(order(['90071992547409931', same], ['90071992547409932', same])).toEqual([
      '90071992547409932',
      '90071992547409931',
    ])
  })

  it('puts what has no date last', () => {
    expect(
      order(['5', null], ['1', '2025-01-15T18:00:00Z'], ['7', 'soon'], ['2', '1969-01-01T00:00:00Z']),
    ).toEqual(['1', '2', '7', '5'])
  })

  it('is 0 for a snapshot and itself, and opposite the other way round', () => {
    const ids = fc.oneof(
      fc.integer({ min: 1, max: 20 }).map(String),
      fc.constantFrom('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'),
    )
    const dates = fc.constantFrom(null, '2025-01-15T18:00:00Z', '2025-01-16T18:00:00Z')
    const snapshots = fc.record({ id: ids, createdAt: dates }).map(snapshotOf)
    fc.assert(
      fc.property(snapshots, snapshots, (a, b) => {
        expect(compareNewestFirst(a, a)).toBe(0)
        expect(Math.sign(compareNewestFirst(a, b)) + Math.sign(compareNewestFirst(b, a))).toBe(0)
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
