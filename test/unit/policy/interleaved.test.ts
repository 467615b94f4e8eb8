import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findInterleaved } from '../../../src/policy/interleaved.ts'
import { ago, HOUR, MARKER, MARKER_TEXT, MINUTE, RUN, type SnapshotSketch, snapshotOf } from './fixtures.ts'

const OURS = snapshotOf({
  id: '10',
  createdAt: ago(HOUR),
  description: MARKER_TEXT.replace(MARKER.run, RUN.runId),
})
const UUID = '00000000-0000-4000-8000-000000000001'

const theirs: SnapshotSketch = { id: '11', createdAt: ago(30 * MINUTE) }
const found = (...sketches: readonly SnapshotSketch[]) =>
  findInterleaved(OURS, [OURS, ...sketches.map(snapshotOf)], RUN)

describe('an interleaved deploy', () => {
  it('is a completed deploy snapshot of another run of this repository, newer than ours', () => {
    expect(found(theirs)).toEqual({ snapshot: snapshotOf(theirs), marker: MARKER })
  })

  it('may come from another workflow file, letter case of the repository aside', () => {
    const description = MARKER_TEXT.replace('octo/shop', 'Octo/SHOP').replace('deploy.yml', 'hotfix.yml')
    expect(found({ ...theirs, description })?.snapshot.id).toBe('11')
  })

  it('goes by the id where the date cannot be read', () => {
    expect(found({ ...theirs, createdAt: null })?.snapshot.id).toBe('11')
  })

  it.each([
    ['is older', { createdAt: ago(2 * HOUR) }],
    ['is of unknown age', { id: UUID, createdAt: null }],
    ['is of our own run', { description: MARKER_TEXT.replace(MARKER.run, RUN.runId) }],
    ['is in progress', { status: 'in_progress' }],
    ['has failed', { status: 'failed' }],
    ['has a status that nobody documented', { status: 'archived' }],
    ['was made on schedule', { description: MARKER_TEXT.replace('=deploy', '=schedule') }],
    ['was made for safety', { description: MARKER_TEXT.replace('=deploy', '=safety') }],
    ['is to stay', { description: MARKER_TEXT.replace('=deploy', '=keep') }],
    ['is of another repository', { description: MARKER_TEXT.replace('octo/shop', 'octo/shop2') }],
    ['was made by a person', { description: 'Before the update' }],
  ])('is not one that %s', (_what, more) => {
    expect(found({ ...theirs, ...more })).toBeUndefined()
  })

  it('is not found beside ours alone', () => {
    expect(found()).toBeUndefined()
  })

  it('is the newest of several, whatever their order', () => {
    const sketches = [theirs, { id: '12', createdAt: ago(MINUTE) }, { id: '13', createdAt: ago(20 * MINUTE) }]
    fc.assert(
      fc.property(fc.shuffledSubarray(sketches, { minLength: 3 }), shuffled => {
        expect(found(...shuffled)?.snapshot.id).toBe('12')
      }),
    )
  })
})
