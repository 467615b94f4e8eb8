import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAge, formatDuration, parseDuration } from '../../../src/policy/durations.ts'

const TEN_YEARS = 3_650 * 86_400_000
const anyNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Number.NaN, -0, Infinity, -Infinity))

describe('parseDuration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1s500ms', 1_500],
    ['2d', 172_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['1h5s', 3_605_000],
    ['0', 0],
    ['0s', 0],
    ['45', 45_000],
    ['007', 7_000],
    ['90m', 5_400_000],
    ['  15m\n', 900_000],
    ['3650d', TEN_YEARS],
    ['315360000', TEN_YEARS],
  ])('reads %j as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    ' ',
    'soon',
    's',
    'm',
    '-5',
    '-5s',
    '+5s',
    '1.5h',
    '1,5h',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '30m1h',
    '5ms1s',
    '1h1h',
    '1h 30m',
    '1 h',
    '1H',
    '15M',
    '15min',
    '1h30',
    's5',
    '5s!',
    '!5s',
    '٥s',
    '3651d',
    '3650d1ms',
    '315360001',
    '9'.repeat(15),
    '9'.repeat(16),
    `${'9'.repeat(400)}`,
    `${'9'.repeat(15)}d`,
    `${'1'.repeat(16)}ms`,
  ])('refuses %j', text => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('adds up any combination of units in descending order', () => {
    const amount = fc.option(fc.nat(500), { nil: undefined })
    fc.assert(
      fc.property(amount, amount, amount, amount, amount, (d, h, m, s, ms) => {
        const written = [
          [d, 'd'],
          [h, 'h'],
          [m, 'm'],
          [s, 's'],
          [ms, 'ms'],
        ].map(([value, unit]) => (value === undefined ? '' : `${value}${unit}`))
        fc.pre(written.join('') !== '')
        const expected = ((((d ?? 0) * 24 + (h ?? 0)) * 60 + (m ?? 0)) * 60 + (s ?? 0)) * 1_000 + (ms ?? 0)
        expect(parseDuration(written.join(''))).toBe(expected)
      }),
    )
  })

  it('yields whole milliseconds from 0 to ten years, or undefined, for any text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^ ?([0-9]{1,17}(d|h|m|s|ms)?){0,3} ?$/))
    fc.assert(
      fc.property(text, input => {
        const ms = parseDuration(input) ?? 0
        expect(Number.isSafeInteger(ms) && ms >= 0 && ms <= TEN_YEARS).toBe(true)
      }),
    )
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [499, '0s'],
    [500, '1s'],
    [12_000, '12s'],
    [59_499, '59s'],
    [59_500, '1m'],
    [60_000, '1m'],
    [61_000, '1m 1s'],
    [250_000, '4m 10s'],
    [3_599_499, '59m 59s'],
    [3_599_500, '1h'],
    [3_600_000, '1h'],
    [3_629_999, '1h'],
    [3_630_000, '1h 1m'],
    [3_900_000, '1h 5m'],
    [7_170_000, '2h'],
    [90_000_000, '25h'],
    [-5_000, '0s'],
    [Number.NaN, '0s'],
    [172_769_999, '47h 59m'],
    [172_770_000, '2d'],
    [176_400_000, '2d 1h'],
    [Number.POSITIVE_INFINITY, '3650d'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('is within half its smallest unit of what it was given', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: TEN_YEARS, noNaN: true }), ms => {
        const text = formatDuration(ms)
        const back = parseDuration(text.replace(' ', ''))
        const half = ms < 3_599_500 ? 500 : ms < 172_770_000 ? 30_000 : 30 * 60_000
        expect(Math.abs((back ?? Number.NaN) - ms)).toBeLessThanOrEqual(half)
      }),
    )
  })

  it('never writes a nonsense number', () => {
    fc.assert(
      fc.property(anyNumber, ms => {
        expect(formatDuration(ms)).toMatch(
          /^([0-9]|[1-5][0-9])s$|^([1-9]|[1-5][0-9])m( ([1-9]|[1-5][0-9])s)?$|^([1-9]|[1-4][0-9])h( ([1-9]|[1-5][0-9])m)?$|^[1-9][0-9]*d( ([1-9]|1[0-9]|2[0-3])h)?$/,
        )
      }),
    )
  })
})

describe('formatAge', () => {
  it.each([
    [0, '0 seconds'],
    [1_000, '1 second'],
    [45_000, '45 seconds'],
    [59_499, '59 seconds'],
    [59_500, '1 minute'],
    [89_999, '1 minute'],
    [90_000, '2 minutes'],
    [18 * 60_000, '18 minutes'],
    [59.4 * 60_000, '59 minutes'],
    [59.5 * 60_000, '1 hour'],
    [2 * 3_600_000, '2 hours'],
    [47.4 * 3_600_000, '47 hours'],
    [47.5 * 3_600_000, '2 days'],
    [72 * 3_600_000, '3 days'],
    [-60_000, '0 seconds'],
    [Number.NaN, '0 seconds'],
    [Number.POSITIVE_INFINITY, '3650 days'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text)
  })

  it('never writes a nonsense number, and the plural for all but one', () => {
    fc.assert(
      fc.property(anyNumber, ms => {
        expect(formatAge(ms)).toMatch(
          /^(1 (second|minute|hour)|(0|[2-9]|[1-9][0-9]+) (second|minute|hour|day)s)$/,
        )
      }),
    )
  })
})
