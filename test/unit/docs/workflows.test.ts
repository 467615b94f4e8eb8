import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../harness/manifest.ts'
import { readText } from './markdown.ts'

const paths = globSync('.github/workflows/*.yml', { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))

/** What a workflow file says it uses, with the comment behind it. */
function uses(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, used = '']) => used)
}

describe('the workflows of this repository', () => {
  it('are there', () => {
    expect(paths.map(path => path.split('/').at(-1)).toSorted()).toEqual([
      'ci.yml',
      'codeql.yml',
      'dependabot-dist.yml',
      'dependencies.yml',
      'release.yml',
    ])
  })

  it.each(paths)(
    '%s: every action of others is pinned by its commit, and says which version that is',
    path => {
      const foreign = uses(readText(path)).filter(used => !used.startsWith('./ '))
      expect(foreign).not.toEqual([])
      for (const used of foreign) expect(used).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    },
  )

  it.each(paths)('%s: has no right but what each job asks for, and leaves no credentials behind', path => {
    const text = readText(path)
    expect(parse(text)).toMatchObject({ permissions: {} })
    const checkouts = text.split('uses: actions/checkout@').slice(1)
    for (const after of checkouts) expect(after.split(/\n {6}- /)[0]).toContain('persist-credentials: false')
  })

  it('pin one version of each action', () => {
    const pins = new Set(paths.flatMap(path => uses(readText(path))).filter(used => used.includes('@')))
    const actions = [...pins].map(pin => pin.split('@')[0])
    expect(actions).toEqual([...new Set(actions)])
  })

  it.each(['dependabot-dist.yml', 'release.yml'])(
    '%s: no job that runs code of the dependencies may write',
    name => {
      const { jobs } = parse(readText(`.github/workflows/${name}`)) as {
        // Safe: GitHub takes a workflow in no other shape, and the expectations fail on one.
        jobs: Record<string, { permissions: Record<string, string>; steps: { run?: string }[] }>
      }
      const running = Object.values(jobs).filter(job =>
        job.steps.some(step => /npm|node /.test(step.run ?? '')),
      )
      expect(running).toHaveLength(1)
      for (const job of running) expect(job.permissions).toEqual({ contents: 'read' })
    },
  )
})
