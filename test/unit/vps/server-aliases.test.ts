import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNumericId, type ServerId } from '../../../src/domain/ids.ts'
import { ServerAliases } from '../../../src/vps/server-aliases.ts'
import { serverId } from './fake-transport.ts'

const UUIDS = ['a', 'b', 'c'].map(letter => serverId(`${letter.repeat(8)}-0000-4000-8000-000000000000`))
const NUMBERS = ['11', '12', '13'].map(serverId)
const [A = serverId('1'), B = serverId('1')] = UUIDS
const [N11 = serverId('1'), N12 = serverId('1')] = NUMBERS

function taught(...pairs: readonly (readonly ServerId[])[]): ServerAliases {
  const aliases = new ServerAliases()
  for (const pair of pairs) aliases.learn(pair)
  return aliases
}

describe('ServerAliases', () => {
  it('know a number and a UUID of one answer as one server, from then on', () => {
    const aliases = taught([N11, A])
    expect(aliases.idsOf(N11)).toEqual([N11, A])
    expect(aliases.idsOf(A)).toEqual([A, N11])
    expect(aliases.referenceId(A)).toBe(N11)
    expect([aliases.compare(N11, [A]), aliases.compare(A, [N11])]).toEqual(['same', 'same'])
  })

  it('cannot tell a number from a UUID before, nor a server without ids', () => {
    const aliases = taught()
    expect(aliases.compare(N11, [A])).toBe('unknown')
    expect(aliases.compare(A, [N11])).toBe('unknown')
    expect(aliases.compare(N11, [])).toBe('unknown')
    expect(aliases.referenceId(A)).toBe(A)
  })

  it('tell two numbers and two UUIDs apart', () => {
    const aliases = taught()
    expect(aliases.compare(N11, [N12])).toBe('different')
    expect(aliases.compare(A, [B])).toBe('different')
    expect(aliases.compare(N11, [N12, A])).toBe('different')
  })

  it('tell a server whose other id is known from any other', () => {
    const aliases = taught([N11, A])
    expect(aliases.compare(N11, [B])).toBe('different')
    expect(aliases.compare(N12, [A])).toBe('different')
    expect(aliases.compare(N12, [B])).toBe('unknown')
  })

  it('say which of several servers is meant, by the id that was asked for', () => {
    const matches = taught([N11, A]).matcher([A, N12])
    expect(matches([N11])).toEqual({ is: 'same', asked: A })
    expect(matches([serverId('13'), N12])).toEqual({ is: 'same', asked: N12 })
    expect(matches([B])).toEqual({ is: 'unknown' })
    expect(matches([serverId('13')])).toEqual({ is: 'different' })
  })

  it('learn nothing from one id alone', () => {
    expect(taught([N11], [N11, N12], [A, B], []).idsOf(N11)).toEqual([N11])
  })

  it('link nothing any more where answers contradict each other', () => {
    const aliases = taught([N11, A], [N11, B], [N11, A])
    for (const id of [N11, A, B]) expect(aliases.idsOf(id)).toEqual([id])
    expect(taught([N11, A], [N12, A]).idsOf(N12)).toEqual([N12])
  })

  it('never take two of a kind for one server, whatever they are told', () => {
    const ids = fc.subarray([...NUMBERS, ...UUIDS])
    fc.assert(
      fc.property(fc.array(ids), lessons => {
        const aliases = taught(...lessons)
        const all = [...NUMBERS, ...UUIDS]
        for (const a of all) {
          for (const b of all) {
            expect(aliases.compare(a, [b])).toBe(aliases.compare(b, [a]))
            if (isNumericId(a) === isNumericId(b)) {
              expect(aliases.compare(a, [b])).toBe(a === b ? 'same' : 'different')
            }
          }
          expect(all.filter(b => b !== a && aliases.compare(a, [b]) === 'same').length).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})
