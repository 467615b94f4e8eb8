import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../src/vps/json.ts'
import { scrubberOf } from '../../../src/vps/scrub.ts'

const TOKEN = 'vps_token'
const scrub = scrubberOf(TOKEN)

/** What every value goes through when each is looked at. */
function expected(value: unknown): unknown {
  if (typeof value === 'string') return scrub(value)
  if (Array.isArray(value)) return value.map(expected)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expected(each)]))
}

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(TOKEN, `a ${TOKEN} b`, Buffer.from(`x${TOKEN}y`).toString('base64'), 'a"b', '\\'),
)
const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
const page = fc.array(fc.record({ id: leaf, name: leaf, server: fc.record({ id: leaf }) }))

describe('parseJson of a text in which nothing has to be looked for', () => {
  it('gives what a look at each value gives', () => {
    fc.assert(
      fc.property(page, value => {
        expect(parseJson(JSON.stringify(value), scrub)).toEqual({ ok: true, value: expected(value) })
      }),
    )
  })

  it('keeps the digits of an id that is one of many', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), id => {
        const value = id > BigInt(Number.MAX_SAFE_INTEGER) ? String(id) : Number(id)
        expect(parseJson(`[{"id":1},{"id":${id}}]`, scrub)).toEqual({
          ok: true,
          value: [{ id: 1 }, { id: value }],
        })
      }),
    )
  })

  it('looks at each value only where it has to', () => {
    const seen: string[] = []
    const spy = (given: string): string => {
      seen.push(given)
      return given
    }
    parseJson('{"name":"plain"}', spy)
    expect(seen).toEqual(['{"name":"plain"}'])
    parseJson('{"id":9007199254740993,"name":"long"}', spy)
    expect(seen).toEqual(['{"name":"plain"}', 'long'])
  })
})
