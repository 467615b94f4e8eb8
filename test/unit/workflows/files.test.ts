import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { filesOf, readText } from '../../documents/markdown.ts'

const NAMES = ['ci.yml', 'codeql.yml', 'dependabot-dist.yml', 'dependencies.yml', 'release.yml']
const textOf = (name: string) => readText(`.github/workflows/${name}`)

/** What a workflow file says it uses, but for what is its own, with the comment behind it. */
function uses(name: string): readonly string[] {
  const all = textOf(name).matchAll(/^\s*(?:- )?uses: (.*)$/gm)
  return [...all].map(([, used = '']) => used).filter(used => !used.startsWith('./ '))
}

describe('the workflows of this repository', () => {
  it('are there, and pin one version of each action', () => {
    const names = filesOf('.github/workflows/*.yml').map(path => path.split('/').at(-1))
    expect(names.toSorted()).toEqual(NAMES)
    const actions = [...new Set(NAMES.flatMap(uses))].map(pin => pin.split('@')[0])
    expect(actions).toEqual([...new Set(actions)])
  })

  it.each(NAMES)('pin every action by its commit, and say which version that is: %s', name => {
    expect(uses(name)).not.toEqual([])
    for (const used of uses(name)) expect(used).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it.each(NAMES)('have no right but what each job asks for, and leave no credentials behind: %s', name => {
    expect(parse(textOf(name))).toMatchObject({ permissions: {} })
    const checkouts = textOf(name).split('uses: actions/checkout@').slice(1)
    for (const after of checkouts) expect(after.split(/\n {6}- /)[0]).toContain('persist-credentials: false')
  })

  it.each(['dependabot-dist.yml', 'release.yml'])('let no job write that runs dependencies: %s', name => {
    const { jobs } = parse(textOf(name)) as {
      // Safe: GitHub takes a workflow in no other shape, and the expectations fail on one.
      jobs: Record<string, { permissions: Record<string, string>; steps: { run?: string }[] }>
    }
    const running = Object.values(jobs).filter(({ steps }) =>
      steps.some(({ run }) => /npm|node /.test(run ?? '')),
    )
    expect(running.map(({ permissions }) => permissions)).toEqual([{ contents: 'read' }])
  })
})
