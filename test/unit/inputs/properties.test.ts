import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseServerId, parseSnapshotId } from '../../../src/domain/ids.ts'
import { INPUT_NAMES } from '../../../src/inputs/rows.ts'
import { parse } from './reading.ts'

const SENSIBLE = [
  ...['create', 'restore', 'delete', 'list', 'wait', 'latest', 'true', 'false', 'auto', 'failure', 'success'],
  ...['1', '5', '801', '12345, 12346', '12a', '', ' ', ',', '15m', '0', '2d', 'delete-oldest', 'a name'],
  ...['https://example.org', 'tcp://web:22', 'http://127.0.0.1:1/', 'https://u:p@example.org/?q#f'],
]

const anyText = fc.oneof(fc.constantFrom(...SENSIBLE), fc.string({ unit: 'binary' }), fc.string())
const anyInputs = fc.dictionary(fc.constantFrom<string>(...INPUT_NAMES), anyText, {
  maxKeys: INPUT_NAMES.length,
})
// Long enough that no message holds it by chance.
const anyToken = fc
  .string({ unit: 'binary', minLength: 12, maxLength: 40 })
  .filter(text => text.trim().length > 11)

describe('whatever the inputs hold', () => {
  it('parsing never throws, and a failure has a problem', () => {
    fc.assert(
      fc.property(anyInputs, texts => {
        const parsed = parse(texts)
        expect(parsed.ok || parsed.problems.length > 0).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a secret is in no problem and in no notice, though it is in other inputs too, and is handed over', () => {
    const anySecret = fc.constantFrom('api-token', 'notify-url', 'github-token')
    const aroundToken = fc.tuple(
      fc.constantFrom('', 'x ', '5,', 'https://'),
      fc.constantFrom('', ' y', ',6', '/?'),
    )
    const placed = fc.dictionary(fc.constantFrom(...INPUT_NAMES), aroundToken)
    fc.assert(
      fc.property(anyInputs, anyToken, anySecret, placed, (texts, token, secret, places) => {
        const around = Object.entries(places).map(([name, [before, after]]) => [
          name,
          `${before}${token}${after}`,
        ])
        const parsed = parse({ ...texts, ...Object.fromEntries(around), [secret]: token })
        const said = parsed.ok ? parsed.inputs.notices : parsed.problems
        expect(said.join('\n')).not.toContain(token.trim())
        expect(parsed.secrets).toContain(token.trim())
      }),
      { numRuns: 1_000 },
    )
  })

  it('every problem is one line of bounded length that names an input', () => {
    fc.assert(
      fc.property(anyInputs, texts => {
        const parsed = parse(texts)
        for (const problem of parsed.ok ? [] : parsed.problems) {
          expect(INPUT_NAMES.some(name => problem.includes(`\`${name}`))).toBe(true)
          expect(problem).not.toMatch(/[\p{Cc}\u2028\u2029\p{Cs}]/u)
          expect(problem.length).toBeLessThan(1_200)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('a good result holds only ids that are ids, and each once', () => {
    const ids = fc.array(fc.oneof(fc.nat().map(String), fc.uuid(), fc.string({ maxLength: 3 })), {
      maxLength: 4,
    })
    const operation = fc.constantFrom('create', 'restore', 'delete', 'list', 'wait')
    fc.assert(
      fc.property(operation, ids, ids, (name, servers, snapshots) => {
        const texts: Readonly<Record<string, string>> = {
          operation: name,
          'api-token': 'vps_token',
          'server-id': servers.join(','),
          'snapshot-id': snapshots.join('\n'),
        }
        const parsed = parse(texts)
        if (!parsed.ok) return
        const { inputs } = parsed
        expect(inputs.servers.map(parseServerId)).toEqual(inputs.servers)
        expect(new Set(inputs.servers).size).toBe(inputs.servers.length)
        if (!('choice' in inputs) || inputs.choice.by !== 'id') return
        expect(inputs.choice.ids.map(parseSnapshotId)).toEqual(inputs.choice.ids)
        expect(inputs.choice.ids.length).toBeGreaterThan(0)
      }),
      { numRuns: 1_000 },
    )
  })
})
