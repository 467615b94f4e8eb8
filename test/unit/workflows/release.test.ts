import { describe, expect, it } from 'vitest'
import { COMMIT, runJob } from './steps.ts'

const published = (...tags: readonly string[]) => tags.map(tagName => ({ tagName, isDraft: false }))
const OTHER = 'f'.repeat(40)

// The jobs run on Linux, and with its tools.
describe.skipIf(process.platform !== 'linux')('publishing', () => {
  const publish = (tag: string, releases: Parameters<typeof runJob>[2]['releases']) =>
    runJob('publish', tag, { releases, tags: {} })
  const verbs = (changes: readonly string[]) => changes.map(change => change.split(' ')[1])

  it('makes a draft, fills it with all of dist/, and publishes it as the latest', () => {
    const { code, changes } = publish('v1.10.0', published('v1.9.0', 'v1.2.0'))
    expect(code).toBe(0)
    expect(verbs(changes)).toEqual(['create', 'upload', 'edit'])
    expect(changes[1]).toMatch(/ action\.yml .*dist\/index\.js .*--clobber$/)
    expect(changes[2]).toBe('release edit v1.10.0 --draft=false --latest=true')
  })

  it('is the first release', () => {
    expect(publish('v1.0.0', []).changes.at(-1)).toContain('--latest=true')
  })

  it('does not call a fix of an older major version the latest', () => {
    const { code, changes } = publish('v1.9.1', published('v2.0.0', 'v1.9.0'))
    expect(code).toBe(0)
    expect(changes.at(-1)).toBe('release edit v1.9.1 --draft=false --latest=false')
  })

  it('takes up the draft that a failed run has left', () => {
    const draft = { tagName: 'v1.1.0', isDraft: true }
    const { code, changes } = publish('v1.1.0', [draft, ...published('v1.0.0')])
    expect([code, verbs(changes)]).toEqual([0, ['upload', 'edit']])
  })

  it('leaves alone what is published', () => {
    const { code, changes } = publish('v1.1.0', published('v1.1.0'))
    expect([code, changes]).toEqual([0, []])
  })
})

describe.skipIf(process.platform !== 'linux')('moving the major tag', () => {
  const move = (tag: string, world: Partial<Parameters<typeof runJob>[2]>) =>
    runJob('major-tag', tag, {
      releases: published(tag, 'v1.2.0'),
      ...world,
      tags: { [tag]: COMMIT, ...world.tags },
    })

  it('points it at the newest release', () => {
    const { code, changes, output } = move('v1.10.0', { tags: { v1: OTHER } })
    expect(code).toBe(0)
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatch(/--method PATCH \S+\/git\/refs\/tags\/v1 .*force=true/)
    expect(output).toContain(`v1 is now v1.10.0 (${COMMIT})`)
  })

  it('makes it where there is none', () => {
    const { code, changes } = move('v2.0.0', {})
    expect([code, changes.length]).toEqual([0, 1])
    expect(changes[0]).toMatch(/--method POST \S+\/git\/refs .*ref=refs\/tags\/v2 /)
  })

  it('leaves it at a newer release', () => {
    const { code, changes } = move('v1.2.1', { releases: published('v1.2.1', 'v1.10.0', 'v2.0.0') })
    expect([code, changes]).toEqual([0, []])
  })

  it('fails when the tag has a release of its own', () => {
    const { code, changes } = move('v1.10.0', { releases: published('v1.10.0', 'v1') })
    expect([code, changes]).toEqual([1, []])
  })

  it.each([{ stuck: OTHER }, { tags: { 'v1.10.0': OTHER } }])('fails when a tag is elsewhere: %j', world => {
    expect(move('v1.10.0', world).code).toBe(1)
  })
})
