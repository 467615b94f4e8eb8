import fc from 'fast-check'
import { expect, it, describe as suite } from 'vitest'
import {
  describe,
  isOwn,
  isThisRepository,
  madeByThisRun,
  markerFor,
  parseMarker,
  workflowPathOf,
} from '../../../src/policy/marker.ts'
import { MARKER, RUN } from './fixtures.ts'

suite('isOwn', () => {
  const of = (workflow: string) => isOwn({ ...MARKER, workflow }, RUN)

  it('is the same workflow, letter case of owner and repository aside', () => {
    expect(of('octo/shop/.github/workflows/deploy.yml')).toBe(true)
    expect(of('Octo/SHOP/.github/workflows/deploy.yml')).toBe(true)
    const run = { ...RUN, workflow: 'OCTO/Shop/.github/workflows/deploy.yml' }
    expect(isOwn(MARKER, run)).toBe(true)
  })

  it.each([
    'octo/shop/.github/workflows/Deploy.yml',
    'octo/shop/.github/workflows/deploy.yaml',
    'octo/shop/.github/workflows/nightly.yml',
    'octo/shop2/.github/workflows/deploy.yml',
    'fork/shop/.github/workflows/deploy.yml',
    'octo/shop/.github/workflows/deploy.yml/x',
    'octo/shop',
    '',
  ])('is not %j', workflow => {
    expect(of(workflow)).toBe(false)
  })

  it('is nothing without a marker', () => {
    expect(isOwn(undefined, RUN)).toBe(false)
  })

  it('holds for what this run itself marks, whatever the workflow is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), path => {
        const run = { ...RUN, workflow: `octo/shop/${path}` }
        expect(isOwn(parseMarker(describe('', markerFor(run, 'deploy', 'abcdefgh'))), run)).toBe(true)
      }),
    )
    const run = { ...RUN, workflow: 'octo/shop/\ud83d' }
    expect(isOwn(markerFor(run, 'deploy', 'abcdefgh'), run)).toBe(true)
  })
})

suite('isThisRepository', () => {
  it('is any workflow of the repository, letter case aside', () => {
    expect(isThisRepository(MARKER, RUN)).toBe(true)
    expect(isThisRepository({ ...MARKER, workflow: 'octo/shop/other' }, RUN)).toBe(true)
    expect(isThisRepository({ ...MARKER, repository: 'OCTO/Shop' }, RUN)).toBe(true)
    expect(isThisRepository(MARKER, { ...RUN, repository: 'Octo/shoP' })).toBe(true)
  })

  it('is no other repository, and nothing without a marker', () => {
    expect(isThisRepository({ ...MARKER, repository: 'octo/shop2' }, RUN)).toBe(false)
    expect(isThisRepository({ ...MARKER, repository: 'fork/shop' }, RUN)).toBe(false)
    expect(isThisRepository(undefined, RUN)).toBe(false)
  })
})

suite('madeByThisRun', () => {
  const mine = { ...MARKER, run: RUN.runId }

  it('holds for every workflow file and attempt of this run', () => {
    expect(madeByThisRun(mine, RUN)).toBe(true)
    expect(madeByThisRun({ ...mine, attempt: 7 }, RUN)).toBe(true)
    expect(madeByThisRun({ ...mine, workflow: 'octo/shop/.github/workflows/called.yml' }, RUN)).toBe(true)
    expect(madeByThisRun({ ...mine, repository: 'Octo/SHOP' }, RUN)).toBe(true)
  })

  it('does not hold for another run, another repository or a person', () => {
    expect(madeByThisRun(MARKER, RUN)).toBe(false)
    expect(madeByThisRun({ ...mine, run: `${RUN.runId}0` }, RUN)).toBe(false)
    expect(madeByThisRun({ ...mine, repository: 'fork/shop' }, RUN)).toBe(false)
    expect(madeByThisRun(undefined, RUN)).toBe(false)
  })
})

suite('workflowPathOf', () => {
  it.each([
    ['octo/shop/.github/workflows/deploy.yml@refs/heads/main', 'octo/shop/.github/workflows/deploy.yml'],
    ['octo/shop/.github/workflows/a@b.yml@refs/heads/main', 'octo/shop/.github/workflows/a@b.yml'],
    ['octo/shop/.github/workflows/a.yml@refs/tags/v1@2', 'octo/shop/.github/workflows/a.yml'],
    ['octo/shop/.github/workflows/a@b.yml@0123456', 'octo/shop/.github/workflows/a@b.yml'],
    ['octo/shop/.github/workflows/deploy.yml', 'octo/shop/.github/workflows/deploy.yml'],
    ['', ''],
  ])('cuts %j to %j', (ref, path) => {
    expect(workflowPathOf(ref)).toBe(path)
  })

  it('finds the path again, whatever it and the branch are called', () => {
    const branch = fc.string({ unit: 'binary' }).filter(name => !name.includes('@refs/'))
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), branch, (path, name) => {
        expect(workflowPathOf(`octo/shop/${path}@refs/heads/${name}`)).toBe(`octo/shop/${path}`)
      }),
    )
  })
})
