import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idToJson, parseServerId, parseSnapshotId } from '../../../src/domain/ids.ts'

const UUID = '3f2a9c1e-0b7d-4e58-9a6f-1c2d3e4f5a6b'
const digits = fc
  .tuple(fc.constantFrom(...'123456789'), fc.stringMatching(/^[0-9]{0,39}$/))
  .map(([first, rest]) => first + rest)

describe.each([
  ['parseSnapshotId', parseSnapshotId],
  ['parseServerId', parseServerId],
])('%s', (_name, parse) => {
  it('takes decimal digits, up to 40 of them, as they are', () => {
    expect(parse('801')).toBe('801')
    expect(parse('9'.repeat(40))).toBe('9'.repeat(40))
    fc.assert(
      fc.property(digits, text => {
        expect(parse(text)).toBe(text)
      }),
    )
  })

  it('takes a UUID in any letter case and makes it lower-case', () => {
    expect(parse(UUID)).toBe(UUID)
    expect(parse(UUID.toUpperCase())).toBe(UUID)
    fc.assert(
      fc.property(fc.uuid(), uuid => {
        expect(parse(uuid.toUpperCase())).toBe(uuid)
      }),
    )
  })

  it.each([
    '',
    '0',
    '012',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x1f',
    '12a',
    ' 12',
    '12 ',
    '12\n',
    '١٢',
    '9'.repeat(41),
    '../servers/1',
    '1/restore',
    `${UUID}0`,
    `0${UUID}`,
    `{${UUID}}`,
    UUID.replaceAll('-', ''),
    UUID.replace('a', 'g'),
    `${UUID}\n`,
  ])('refuses %j', text => {
    expect(parse(text)).toBeUndefined()
  })

  it('lets nothing through that could change a path', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(parse(text) ?? '').toMatch(/^[0-9a-f-]*$/)
      }),
    )
  })
})

describe('idToJson', () => {
  it('writes digits as a number with every digit', () => {
    fc.assert(
      fc.property(digits, text => {
        const id = parseServerId(text)
        expect(id === undefined ? undefined : idToJson(id)).toBe(text)
      }),
    )
  })

  it('writes a UUID as a string', () => {
    const id = parseSnapshotId(UUID)
    expect(id === undefined ? undefined : idToJson(id)).toBe(`"${UUID}"`)
  })
})
