import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INPUT_NAMES } from '../../../src/inputs/rows.ts'
import { otherWordFor, resembling } from '../../../src/inputs/unknown-names.ts'
import { CREATE, parse, problemsOf, type Texts, TOKEN, wordings } from './reading.ts'

/** Every text that one slip makes of another: a character dropped, inserted, replaced, or swapped with its neighbour. */
function slipsOf(text: string, alphabet: readonly string[]): readonly string[] {
  const characters = Array.from(text)
  const splits = [...characters.keys(), characters.length].map(
    at => [text.slice(0, at), text.slice(at)] as const,
  )
  return splits.flatMap(([left, right]) => [
    left + right.slice(1),
    left + right.charAt(1) + right.charAt(0) + right.slice(2),
    ...alphabet.flatMap(letter => [left + letter + right, left + letter + right.slice(1)]),
  ])
}

/** The textbook recurrence, over all prefixes. */
function editDistance(a: string, b: string): number {
  const known = new Map<string, number>()
  const at = (i: number, j: number): number => {
    const key = `${i},${j}`
    const before = known.get(key)
    if (before !== undefined) return before
    const value = count(i, j)
    known.set(key, value)
    return value
  }
  const count = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j
    const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
    const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
    return Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, isSwap ? at(i - 2, j - 2) + 1 : Infinity)
  }
  return at(a.length, b.length)
}

const ALPHABET = Array.from('abcdefghijklmnopqrstuvwxyz0123456789-_ ')
const known: readonly string[] = INPUT_NAMES
const letters = (name: string) => name.toLowerCase().replace(/[-_ .]/g, '')
const allowed = (name: string) => Math.min(3, Math.max(1, Math.floor(letters(name).length / 3)))

describe('a name with one slip in it', () => {
  it.each(INPUT_NAMES)('resembles the input that it was meant to be: %s', name => {
    const wrong = slipsOf(name, ALPHABET).filter(slip => !known.includes(slip) && resembling(slip) !== name)
    expect(wrong).toEqual([])
  })
})

describe('a name with other separators or letter case', () => {
  it.each(INPUT_NAMES)('resembles the input that it was meant to be: %s', name => {
    const spelt = fc
      .array(fc.constantFrom('-', '_', '', ' ', '.', '--'), { minLength: 4, maxLength: 4 })
      .map(separators => name.split('-').reduce((joined, word, at) => joined + separators[at] + word))
    const cased = fc.mixedCase(spelt)
    fc.assert(fc.property(cased, text => resembling(text) === name))
  })
})

describe('any name', () => {
  it('resembles an input if, and only if, it is as few slips away as its length allows; then the nearest', () => {
    const others = [
      'max-age',
      'snapshot-before-restore',
      'rollback-on',
      'restore-on-failure',
      'rollback-on-failure',
    ]
    const word = fc.constantFrom(...[...known, ...others].flatMap(name => name.split('-')))
    const slipped = fc
      .tuple(fc.constantFrom(...known), fc.array(fc.nat(), { maxLength: 5 }))
      .map(([name, picks]) =>
        picks.reduce((text, pick) => {
          const slips = slipsOf(text, ALPHABET)
          return slips[pick % slips.length] ?? text
        }, name as string),
      )
    const text = fc.oneof(
      slipped,
      fc.array(word, { maxLength: 4 }).map(words => words.join('_')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, name => {
        const distances = [...known, ...others].map(
          each => [each, editDistance(letters(name.replace(/\s/g, '')), letters(each))] as const,
        )
        const near = distances.filter(([each, distance]) => distance <= allowed(each))
        const fewest = Math.min(...near.map(([, distance]) => distance))
        const nearest = near.find(([, distance]) => distance === fewest)?.[0]
        fc.pre(otherWordFor(name) === undefined)
        const found = resembling(name)
        if (nearest === undefined || known.includes(nearest)) expect(found).toBe(nearest)
        else expect(known).toContain(found)
      }),
      { numRuns: 1_000 },
    )
  })

  it('that is far longer than all of ours resembles none, in no time', () => {
    expect(resembling('restore-on'.repeat(100_000))).toBeUndefined()
  })

  it.each([
    'environment',
    'version',
    'ref',
    'branch',
    'tag',
    'reason',
    'message',
    'confirm',
    'region',
    'debug',
    'who-to-greet',
    'image',
    'host',
    'username',
    'path',
    'node-version',
    'name',
    'label',
    'age',
    'stop',
    'start',
    'check',
    'plan',
    'preview',
    'backup',
    'interval',
    'token',
    'retention',
    'timeout-minutes',
    'shutdown',
    'async',
    '',
  ])('that other actions and forms have resembles none: %j', name => {
    expect(resembling(name)).toBeUndefined()
  })

  it.each([
    ['max-age', 'max-snapshot-age'],
    ['max_age', 'max-snapshot-age'],
    ['snapshot-before-restore', 'safety-snapshot'],
    ['snapshotBeforeRestore', 'safety-snapshot'],
    ['rollback-on', 'restore-on'],
    ['restore-on-failure', 'restore-on'],
    ['servers', 'server-id'],
    ['dry', 'dry-run'],
    ['Plan-Only', 'dry-run'],
    ['check_only', 'dry-run'],
    ['backup-first', 'safety-snapshot'],
    ['on-failure', 'restore-on'],
    ['autoRollback', 'restore-on'],
  ])('that people give from memory is referred to ours: %s', (name, meant) => {
    expect(resembling(name)).toBe(meant)
  })
})

/** What a step is told about these texts: its problems, or else its warnings. */
function toldOf(texts: Texts): readonly string[] {
  const parsed = parse({ ...CREATE, 'api-token': TOKEN, ...texts })
  return parsed.ok ? parsed.warnings : parsed.problems
}

const SEVEN = Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`greeting-number-${at}`, 'x']))

it('every unknown name is told as the file shows', async () => {
  const cases = [{ restore_on: 'failure' }, { 'max-age': '1h', 'dry-runs': 'true' }, { greeting: '' }, SEVEN]
  await expect(wordings(cases, toldOf)).toMatchFileSnapshot('__snapshots__/unknown-names.txt')
})

describe('a step with a name that is not an input', () => {
  it.each([
    ['restore_on', 'failure', 'restore-on'],
    ['restore_on', '', 'restore-on'],
    ['max-age', '1h', 'max-snapshot-age'],
    ['dry-runs', 'true', 'dry-run'],
  ])('is refused where the name resembles one, whatever the value: %s: %j', (name, text, meant) => {
    const [problem, ...others] = problemsOf({ ...CREATE, [name]: text })
    expect(others).toEqual([])
    for (const fact of [`\`${name}\``, `INPUT_${name.toUpperCase()}`, `\`${meant}\``])
      expect(problem).toContain(fact)
  })

  it.each(['name', 'label', 'check', 'backup', 'age', 'greeting'])(
    'is only warned where it resembles none, as a variable of its job may be: %s',
    name => {
      expect(parse({ ...CREATE, 'api-token': TOKEN, [name]: 'x' })).toMatchObject({
        ok: true,
        warnings: [expect.stringContaining(`\`${name}\``)],
      })
    },
  )

  it('is warned in one line, of the first few of many', () => {
    const [warning, ...others] = parse({ greeting: '', 'a::error::b\nc': '1' }).warnings
    expect(warning).toContain('`greeting`, `a::error::b\ufffdc`')
    expect(others).toEqual([])
    expect(parse(SEVEN).warnings).toEqual([expect.stringMatching(/number-4` and 2 more\.$/)])
  })

  it('is only warned where the name may be an input of the composite action around it', () => {
    const texts = { ...CREATE, 'api-token': TOKEN, server_id: '12345' }
    expect(parse(texts).ok).toBe(false)
    expect(parse(texts, { mayInheritInputs: true })).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('`server_id`')],
    })
  })

  it('is never told so of a name that is one', () => {
    const all = Object.fromEntries(INPUT_NAMES.map(name => [name, '']))
    const told = parse({ ...all, ...CREATE, 'api-token': TOKEN, 'api-url': 'https://example.org' })
    expect(told).toMatchObject({ ok: true, warnings: [] })
  })
})
