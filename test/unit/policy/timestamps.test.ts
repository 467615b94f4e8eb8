import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ageOf, createdAtMs, isDatedLater, parseTimestamp } from '../../../src/policy/timestamps.ts'
import { ago, HOUR, NOW } from './fixtures.ts'

const HALF_PAST_SIX = 1_736_965_800_000

describe('parseTimestamp', () => {
  it.each([
    '2025-01-15T18:30:00Z',
    '2025-01-15T18:30:00.000000Z',
    '2025-01-15T18:30:00,000Z',
    '2025-01-15T18:30Z',
    '2025-01-15t18:30:00z',
    '2025-01-15 18:30:00Z',
    '2025-01-15 18:30:00 UTC',
    '2025-01-15 18:30 gmt',
    '2025-01-15T18:30:00+00:00',
    '2025-01-15T18:30:00-0000',
    '2025-01-15 18:30:00+00',
    '2025-01-15 18:30:00 +0000',
    '2025-01-15T20:30:00+02:00',
    '2025-01-15T20:30:00+02',
    '2025-01-15T13:00:00.000000-05:30',
    '2025-01-16T08:30:00+1400',
    ' 2025-01-15T18:30:00Z\n',
    '1736965800',
    '1736965800000',
    '1736965800.000',
    1_736_965_800,
    1_736_965_800_000,
  ])('reads %j', value => {
    expect(parseTimestamp(value)).toEqual({ ms: HALF_PAST_SIX, hasZone: true })
  })

  it.each(['2025-01-15T18:30:00', '2025-01-15 18:30:00.0', '2025-01-15t18:30'])(
    'reads %j as one without a zone',
    value => {
      expect(parseTimestamp(value)).toEqual({ ms: HALF_PAST_SIX, hasZone: false })
    },
  )

  it.each([
    ['2025-01-15T18:30:00.5Z', 500],
    ['2025-01-15T18:30:00.123456789Z', 123],
    ['2025-01-15T18:30:00.1239Z', 123],
    [1_736_965_800.123, 123],
    ['1736965800.1234', 123],
  ])('cuts the fraction of %j to milliseconds', (value, ms) => {
    expect(parseTimestamp(value)?.ms).toBe(HALF_PAST_SIX + ms)
  })

  it.each([
    null,
    '',
    'yesterday',
    '1',
    '2025',
    '20250115',
    '20250115183000',
    '2025-01-15',
    '01/02/2025 18:30:00',
    '2025-1-15T18:30:00Z',
    '2025-01-15T18Z',
    '2025-01-15T18:30:00.Z',
    '2025-01-15T18:30:00Zulu',
    '2025-01-15T18:30:00+2:00',
    '2025-01-15T18:30:00+16:00',
    '2025-01-15T18:30:00+01:60',
    '2025-01-15T18:30:00 CET',
    '2025-01-15  18:30:00Z',
    '2025-13-15T18:30:00Z',
    '2025-00-15T18:30:00Z',
    '2025-02-29T18:30:00Z',
    '2025-04-31T18:30:00',
    '2025-01-15T24:00:00Z',
    '2025-01-15T25:30:00Z',
    '2025-01-15T18:60:00Z',
    '2025-01-15T18:30:60Z',
    0,
    -1_736_965_800,
    173_696_580,
    17_369_658_000,
    1e21,
    Number.NaN,
    Infinity,
  ])('does not guess at %j', value => {
    expect(parseTimestamp(value)).toBeUndefined()
  })

  it('reads the same moment in every form', () => {
    const moments = fc.date({
      min: new Date('2001-09-10T00:00:00Z'),
      max: new Date('2286-11-19T00:00:00Z'),
      noInvalidDate: true,
    })
    const zones = fc.constantFrom(
      'Z',
      'z',
      '+00:00',
      '-0000',
      '+00',
      ' UTC',
      '+05:30',
      '-0330',
      '+14',
      '-12:00',
    )
    const minutes: Readonly<Record<string, number>> = {
      '+05:30': 330,
      '-0330': -210,
      '+14': 840,
      '-12:00': -720,
    }
    fc.assert(
      fc.property(
        moments,
        zones,
        fc.constantFrom('T', 't', ' '),
        fc.nat(999_999),
        (date, zone, t, micros) => {
          const ms = date.getTime()
          const offset = (minutes[zone] ?? 0) * 60_000
          const local = new Date(ms + offset).toISOString().slice(0, -1).replace('T', t)
          const rest = String(micros).padStart(6, '0')
          expect(parseTimestamp(`${local}${zone}`)).toEqual({ ms, hasZone: true })
          expect(parseTimestamp(`${local}${rest}${zone}`)).toEqual({ ms, hasZone: true })
          expect(parseTimestamp(local)).toEqual({ ms: ms + offset, hasZone: false })
          expect(parseTimestamp(ms)).toEqual({ ms, hasZone: true })
          expect(parseTimestamp(ms / 1_000)).toEqual({ ms, hasZone: true })
        },
      ),
    )
  })

  it('never throws, and what it reads is a whole number of milliseconds', () => {
    const lookalike = fc.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+zZ-]{0,20}$/)
    fc.assert(
      fc.property(fc.oneof(lookalike, fc.string(), fc.double(), fc.integer()), value => {
        expect(Number.isSafeInteger(parseTimestamp(value)?.ms ?? 0)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('createdAtMs', () => {
  it('is a moment only where there is a zone', () => {
    expect(createdAtMs({ createdAt: '2025-01-15T18:30:00Z' })).toBe(HALF_PAST_SIX)
    expect(createdAtMs({ createdAt: '2025-01-15T18:30:00' })).toBeUndefined()
    expect(createdAtMs({ createdAt: null })).toBeUndefined()
  })
})

describe('ageOf', () => {
  const age = (createdAt: string | null) => ageOf({ createdAt }, NOW)
  const local = (ms: number) => ago(ms).slice(0, -1)

  it('is exact where there is a zone', () => {
    expect(age(ago(HOUR))).toEqual({ state: 'known', atLeastMs: HOUR, atMostMs: HOUR })
    expect(age(ago(-2 * HOUR))).toEqual({ state: 'known', atLeastMs: -2 * HOUR, atMostMs: -2 * HOUR })
  })

  it('is what it can be in any zone where there is none', () => {
    expect(age(local(20 * HOUR))).toEqual({ state: 'known', atLeastMs: 8 * HOUR, atMostMs: 34 * HOUR })
  })

  it('is not known of a date that no clock that goes right can have given', () => {
    expect(age(ago(-15 * HOUR)).state).toBe('known')
    expect(age(ago(-15 * HOUR - 1))).toEqual({ state: 'future' })
    expect(age('2199-01-01T00:00:00')).toEqual({ state: 'future' })
  })

  it('is not known without a date', () => {
    expect(age(null)).toEqual({ state: 'unknown' })
    expect(age('last week')).toEqual({ state: 'unknown' })
  })

  it('holds the true age, wherever a clock without a zone stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 * HOUR }), fc.integer({ min: -12, max: 14 }), (ms, zone) => {
        const known = age(local(ms - zone * HOUR))
        const [least, most] = known.state === 'known' ? [known.atLeastMs, known.atMostMs] : []
        expect(least).toBeLessThanOrEqual(ms)
        expect(most).toBeGreaterThanOrEqual(ms)
      }),
    )
  })
})

describe('isDatedLater', () => {
  const later = (one: string | null, other: string | null) =>
    isDatedLater({ createdAt: one }, { createdAt: other }, HOUR)

  it('compares dates of one kind', () => {
    expect(later(ago(0), ago(HOUR))).toBe(false)
    expect(later(ago(0), ago(HOUR + 1))).toBe(true)
    expect(later('2025-01-15T18:30:00', '2025-01-15T17:00:00')).toBe(true)
    expect(later('2025-01-15T18:30:00Z', '2025-01-15T17:00:00')).toBe(false)
  })

  it('does not hold where a date cannot be read', () => {
    expect([later(null, ago(HOUR)), later(ago(0), null)]).toEqual([false, false])
  })
})
