import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withTables } from '../../../scripts/readme-tables.ts'
import { ROOT, readManifest } from '../../harness/manifest.ts'
import { documents, readText } from './markdown.ts'

const manifest = readManifest()
const readme = readText('README.md')
const inputs = Object.keys(manifest.inputs)
const outputs = Object.keys(manifest.outputs)

/** The names in the first column of the table that follows `heading`. */
function firstColumn(heading: string): readonly string[] {
  const [, after = ''] = readme.split(heading)
  const rows = after.slice(0, after.search(/\n\n(?!\||<!--)/)).matchAll(/^\| (`[^|]*) \|/gm)
  return [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('README.md', () => {
  it('has the tables of action.yml', () => {
    expect(withTables(readme, manifest)).toBe(readme)
  })

  it('names every input in its table, and nothing else', () => {
    expect(firstColumn('<!-- inputs:begin -->')).toEqual(inputs)
  })

  it('names every output in its table, and nothing else', () => {
    expect(firstColumn('<!-- outputs:begin -->')).toEqual(outputs)
  })

  it('says of every output when it is set, and of nothing else', () => {
    expect(firstColumn('| Output | Set |').toSorted()).toEqual(outputs.toSorted())
  })

  it('links every example', () => {
    const examples = globSync('examples/*.yml', { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))
    expect(examples).not.toEqual([])
    for (const path of examples) expect(readme).toContain(`](${path})`)
  })

  it('shows the two commands', () => {
    expect(readme).toContain('```sh\nnpm ci && npm run demo\n```')
    expect(readme).toContain('```sh\nnpm ci && npm test\n```')
  })

  it('says against what it was verified, and that nobody ran it against the live service', () => {
    expect(readme).toContain('Against the published reference and against an emulator.')
    expect(readme).toContain('Nobody has run this action against the live service')
  })

  it('says what OWNER stands for', () => {
    expect(readme).toMatch(/replace `OWNER` with the GitHub account or organisation/)
  })
})

describe('the commands in the documents', () => {
  // Safe: npm itself takes scripts in no other shape.
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
  const named = (text: string): readonly string[] =>
    [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = '']) => name)

  it('are those of package.json', () => {
    const strange = documents().flatMap(({ path, text }) =>
      named(text).flatMap(name => (name in scripts ? [] : [`${path}: npm run ${name}`])),
    )
    expect(strange).toEqual([])
  })

  it('are all explained in CONTRIBUTING.md', () => {
    const explained = new Set(named(readText('CONTRIBUTING.md')))
    expect(Object.keys(scripts).filter(name => name !== 'test' && !explained.has(name))).toEqual([])
  })
})
