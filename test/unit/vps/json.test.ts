import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/vps/json.ts'

const asItIs = (text: string): string => text

describe('parseJson', () => {
  it('keeps every digit of an integer beyond 2^53, as text', () => {
    const parsed = parseJson(
      '{"id": 90071992547409931234, "low": -9007199254740993, "size_mb": 5120}',
      asItIs,
    )
    expect(parsed).toEqual({
      ok: true,
      value: { id: '90071992547409931234', low: '-9007199254740993', size_mb: 5120 },
    })
  })

  it('keeps other numbers as numbers', () => {
    expect(parseJson('[9007199254740991, 1.5, 1e300, 1e400, true, null]', asItIs)).toEqual({
      ok: true,
      value: [9007199254740991, 1.5, 1e300, Number.POSITIVE_INFINITY, true, null],
    })
  })

  it('scrubs every text, also one that is written with escapes', () => {
    const scrub = (text: string): string => text.replaceAll('token', '***')
    expect(parseJson('{"name": "a \\u0074oken", "list": ["token"], "id": 1}', scrub)).toEqual({
      ok: true,
      value: { name: 'a ***', list: ['***'], id: 1 },
    })
  })

  it.each(['', '{', '<html>', '{"id": 1}}', 'undefined'])('says that %j is not JSON', text => {
    expect(parseJson(text, asItIs)).toEqual({ ok: false })
  })

  it('does not fall over JSON that is nested without end', () => {
    const endless = '['.repeat(200_000) + ']'.repeat(200_000)
    expect(parseJson(endless, asItIs).ok).toBe(true)
    // Each value is to be looked at here, and there are too many, one inside the other.
    expect(parseJson(`["\\n",${endless}]`, asItIs)).toEqual({ ok: false })
  })
})
