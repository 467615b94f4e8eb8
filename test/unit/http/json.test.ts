import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/http/json.ts'

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
    expect(parseJson(endless, asItIs)).toEqual({ ok: false })
  })

  it('keeps every id of a list, whatever stands beside it', () => {
    const id = fc.bigInt({ min: 1n, max: 10n ** 40n - 1n })
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.string())), items => {
        const text = `[${items.map(([id, name]) => `{"id":${id},"name":${JSON.stringify(name)}}`).join()}]`
        const parsed = parseJson(text, asItIs)
        const read = parsed.ok ? (parsed.value as readonly { id: unknown; name: string }[]) : []
        expect(read.map(({ id, name }) => [String(id), name])).toEqual(
          items.map(([id, name]) => [String(id), name]),
        )
      }),
    )
  })
})
