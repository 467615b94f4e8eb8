import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NAME_LIMIT } from '../../../src/domain/limits.ts'
import { defaultName, makeValidName, shortDefaultName } from '../../../src/policy/names.ts'
import { RUN } from './fixtures.ts'

describe('makeValidName', () => {
  it.each([
    ['before-update_2', 'before-update_2', false],
    ['Before the update', 'Before-the-update', true],
    ['a . / b', 'a-b', true],
    ['a -b', 'a--b', true],
    ['  spaced  ', 'spaced', true],
    ['-.-edge-.-', 'edge', true],
    ['v1.2.3', 'v1-2-3', true],
    ['release/été🚀', 'release-t', true],
    ['_', '_', false],
    ['a\nb', 'a-b', true],
    ['x'.repeat(64), 'x'.repeat(64), false],
    ['x'.repeat(65), 'x'.repeat(64), true],
    [`${'x'.repeat(63)}-y`, 'x'.repeat(63), true],
    [`--${'x'.repeat(64)}`, 'x'.repeat(64), true],
  ])('makes %j %j', (text, name, changed) => {
    expect(makeValidName(text)).toEqual({ name, changed })
  })

  it.each(['', ' ', '---', '🚀', '. / .', 'é'])('has nothing left of %j', text => {
    expect(makeValidName(text)).toBeUndefined()
  })

  it('yields a name that is valid and that stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 150 }), text => {
        const made = makeValidName(text)
        fc.pre(made !== undefined)
        expect(made?.name).toMatch(/^(?!-)[A-Za-z0-9_-]{1,64}(?<!-)$/)
        expect(made?.changed).toBe(made?.name !== text)
        expect(makeValidName(made?.name ?? '')).toEqual({ name: made?.name, changed: false })
      }),
    )
  })
})

describe('defaultName', () => {
  const nameOf = (repository: string, runId = '9876543210', attempt = 1) =>
    defaultName({ ...RUN, repository, runId, attempt })

  it('is made of repository, run id and attempt', () => {
    expect(nameOf('octo/shop')).toBe('shop-9876543210-1')
    expect(nameOf('octo/shop', '42', 13)).toBe('shop-42-13')
    expect(nameOf('octo/my.shop')).toBe('my-shop-9876543210-1')
  })

  it('cuts only the repository', () => {
    expect(nameOf(`octo/${'r'.repeat(100)}`)).toBe(`${'r'.repeat(51)}-9876543210-1`)
    expect(nameOf(`octo/${'r'.repeat(50)}.${'r'.repeat(9)}`)).toBe(`${'r'.repeat(50)}-9876543210-1`)
    expect(nameOf(`octo/${'r'.repeat(51)}`)).toHaveLength(NAME_LIMIT)
  })

  it('does without a repository of which nothing is left', () => {
    expect(nameOf('octo/...')).toBe('9876543210-1')
    expect(nameOf('')).toBe('9876543210-1')
  })

  it('is always a valid name that ends with run and attempt', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: 1, max: 999 }), (repository, run, attempt) => {
        const name = nameOf(`octo/${repository}`, String(run), attempt)
        expect(makeValidName(name)).toEqual({ name, changed: false })
        expect(name.endsWith(`${run}-${attempt}`)).toBe(true)
      }),
    )
  })
})

describe('shortDefaultName', () => {
  it('is the end of the default name', () => {
    expect(shortDefaultName({ ...RUN, attempt: 3 })).toBe('9876543210-3')
  })
})
