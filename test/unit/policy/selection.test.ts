import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseByName, chooseLatest } from '../../../src/policy/selection.ts'
import { ago, HOUR, MARKER_TEXT, ORIGIN, type SnapshotSketch, snapshotOf } from './fixtures.ts'

const latest = (use: 'restore' | 'wait', ...sketches: readonly SnapshotSketch[]) => {
  const selected = chooseLatest(sketches.map(snapshotOf), ORIGIN, use)
  return selected.ok ? selected.snapshot.id : selected.reason
}

const older: SnapshotSketch = { id: '1', createdAt: ago(48 * HOUR) }
const newer: SnapshotSketch = { id: '2', createdAt: ago(HOUR) }

describe('latest', () => {
  it.each(['restore', 'wait'] as const)('is the newest of this repository, for a %s', use => {
    expect(latest(use, older, newer)).toBe('2')
    expect(latest(use, newer, older)).toBe('2')
    expect(latest(use, { ...older, id: '3' }, newer)).toBe('2')
  })

  it('is completed for a restore and of any status for a wait', () => {
    for (const status of ['in_progress', 'failed', 'archived']) {
      expect(latest('restore', older, { ...newer, status })).toBe('1')
      expect(latest('wait', older, { ...newer, status })).toBe('2')
    }
    expect(latest('restore', { ...older, status: 'COMPLETED' })).toBe('1')
  })

  it('may come from any workflow and any run of this repository, this one included', () => {
    const description = MARKER_TEXT.replace('deploy.yml', 'nightly.yml').replace('octo/shop', 'Octo/SHOP')
    expect(latest('restore', older, { ...newer, description })).toBe('2')
    expect(
      latest('restore', older, { ...newer, description: MARKER_TEXT.replace('9876540000', ORIGIN.runId) }),
    ).toBe('2')
  })

  it.each([
    ['a person made', 'Before major migration'],
    ['has its marker in the middle', `${MARKER_TEXT} copy`],
    ['was made on schedule', MARKER_TEXT.replace('purpose=deploy', 'purpose=schedule')],
    ['was made for safety', MARKER_TEXT.replace('purpose=deploy', 'purpose=safety')],
    ['a fork made', MARKER_TEXT.replace('octo/shop', 'fork/shop')],
    ['another repository made', MARKER_TEXT.replace('octo/shop', 'octo/shop2')],
  ])('is never one that %s', (_what, description) => {
    expect(latest('restore', older, { ...newer, description })).toBe('1')
    expect(latest('wait', older, { ...newer, description })).toBe('1')
    expect(latest('wait', { ...newer, description })).toBe('none')
  })

  it('is none where there is none', () => {
    expect(chooseLatest([], ORIGIN, 'restore')).toEqual({ ok: false, reason: 'none' })
    expect(latest('restore', { ...newer, status: 'in_progress' })).toBe('none')
  })

  it('goes by the id where dates are equal or missing, and takes one without a date last', () => {
    const createdAt = ago(HOUR)
    expect(latest('restore', { id: '9', createdAt }, { id: '10', createdAt }, { id: '8', createdAt })).toBe(
      '10',
    )
    expect(latest('restore', { id: '9', createdAt: null }, { id: '10', createdAt: null })).toBe('10')
    expect(latest('restore', { id: '9', createdAt: null }, { id: '8', createdAt })).toBe('8')
  })

  it('says whether a re-run made it', () => {
    const of = (attempt: number) => {
      const description = MARKER_TEXT.replace('attempt=1', `attempt=${attempt}`)
      return chooseLatest([snapshotOf({ ...newer, description })], ORIGIN, 'restore')
    }
    expect(of(1)).toMatchObject({ ok: true, fromRerun: false })
    expect(of(2)).toMatchObject({ ok: true, fromRerun: true })
  })

  it('is the newest of those that qualify, whatever else is in the list', () => {
    const items = fc.array(
      fc.record({
        repository: fc.constantFrom('octo/shop', 'OCTO/shop', 'fork/shop'),
        purpose: fc.constantFrom('deploy', 'deploy', 'schedule', 'safety'),
        status: fc.constantFrom('completed', 'completed', 'in_progress', 'failed', 'odd'),
        age: fc.oneof(fc.constant(HOUR), fc.integer({ min: -HOUR, max: 480 * HOUR })),
        ending: fc.constantFrom('', '', '', ' copy'),
      }),
      { maxLength: 10 },
    )
    fc.assert(
      fc.property(items, fc.constantFrom('restore', 'wait'), (sketches, use) => {
        const snapshots = sketches.map(({ repository, purpose, status, age, ending }, index) =>
          snapshotOf({
            id: String(index + 1),
            status,
            createdAt: ago(age),
            description:
              MARKER_TEXT.replace('octo/shop', repository).replace('=deploy', `=${purpose}`) + ending,
          }),
        )
        const expected = sketches
          .map((sketch, index) => ({ ...sketch, index }))
          .filter(
            ({ repository, purpose, ending }) =>
              repository !== 'fork/shop' && purpose === 'deploy' && ending === '',
          )
          .filter(({ status }) => use === 'wait' || status === 'completed')
          .sort((a, b) => a.age - b.age || b.index - a.index)[0]
        const selected = chooseLatest(snapshots, ORIGIN, use)
        expect(selected.ok ? selected.snapshot : undefined).toBe(expected && snapshots[expected.index])
      }),
      { numRuns: 500 },
    )
  })
})

describe('by name', () => {
  const first = snapshotOf({
    id: '1',
    name: 'weekly',
    description: MARKER_TEXT.replace('attempt=1', 'attempt=2'),
  })
  const second = snapshotOf({ id: '2', name: 'weekly' })
  const other = snapshotOf({ id: '3', name: 'Weekly' })

  it('is the one of exactly that name, whoever made it', () => {
    expect(chooseByName([other, first], 'weekly')).toEqual({ ok: true, snapshot: first, fromRerun: false })
    expect(chooseByName([other, first], 'Weekly')).toEqual({ ok: true, snapshot: other, fromRerun: false })
  })

  it('is none where there is none', () => {
    expect(chooseByName([other], 'weekly')).toEqual({ ok: false, reason: 'none' })
    expect(chooseByName([], 'weekly')).toEqual({ ok: false, reason: 'none' })
  })

  it('is not decided between several', () => {
    expect(chooseByName([first, other, second], 'weekly')).toEqual({
      ok: false,
      reason: 'several',
      ids: ['1', '2'],
    })
  })

  it('is not several when a paged list shows the same snapshot twice', () => {
    expect(chooseByName([first, first], 'weekly')).toEqual({ ok: true, snapshot: first, fromRerun: false })
  })
})
