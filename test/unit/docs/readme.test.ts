import { globSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withTables } from '../../../scripts/readme-tables.ts'
import { ROOT, readManifest } from '../../harness/manifest.ts'
import { documents, localLinks, readText } from './markdown.ts'

const manifest = readManifest()
const readme = readText('README.md')
const inputs = Object.keys(manifest.inputs)
const outputs = Object.keys(manifest.outputs)

/** The names in the first column of the tables that follow `heading`, up to `end` or to the end of the first table. */
function firstColumn(heading: string, end: string | RegExp = /\n\n(?!\||<!--)/): readonly string[] {
  const [, after = ''] = readme.split(heading)
  const rows = after.slice(0, after.search(end)).matchAll(/^\| (`[^|]*) \|/gm)
  return [...rows].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

describe('README.md', () => {
  it('has the tables of action.yml', () => {
    expect(withTables(readme, manifest)).toBe(readme)
  })

  it('names every input in its tables, and nothing else', () => {
    expect(firstColumn('<!-- inputs:begin -->', '<!-- inputs:end -->')).toEqual(inputs)
  })

  it('names every output in its table, and nothing else', () => {
    expect(firstColumn('<!-- outputs:begin -->')).toEqual(outputs)
  })

  it('links every example', () => {
    const examples = globSync('examples/*.yml', { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))
    expect(examples).not.toEqual([])
    for (const path of examples) expect(readme).toContain(`](${path})`)
  })

  it('is short enough to be read: about 250 lines, and its first step on the first screen', () => {
    const lines = readme.split('\n')
    expect(lines.length).toBeLessThan(295)
    expect(lines.findIndex(line => line.includes('uses:'))).toBeLessThan(20)
  })

  it('links each page of docs/ once, and the form by hand', () => {
    const pages = globSync('docs/*.md', { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))
    expect(pages.length).toBeGreaterThan(10)
    const files = localLinks(readme).map(link => link.split('#')[0])
    for (const page of pages.filter(path => path !== 'docs/how-it-works.md'))
      expect(files.filter(file => file === page).length, page).toBeGreaterThan(0)
  })

  it('shows each picture in light and dark, for a desktop and for a phone, and keeps no other', () => {
    const shown = localLinks(readme).filter(link => link.endsWith('.png'))
    const kinds = ['dark-390', 'light-390', 'dark-1012', 'light-1012']
    const wanted = ['rollback', 'create'].flatMap(name =>
      kinds.map(kind => `docs/images/${name}-${kind}.png`),
    )
    expect(shown.toSorted()).toEqual(wanted.toSorted())
    const kept = globSync('docs/images/*', { cwd: ROOT }).map(path => path.replaceAll('\\', '/'))
    expect(kept.toSorted()).toEqual(wanted.toSorted())
  })

  it('shows the demo', () => {
    expect(readme).toContain('```sh\nnpm ci && npm run demo\n```')
  })

  it('says against what it was verified, and that nobody ran it against the live service', () => {
    expect(readme).toContain('Against the published reference and against an emulator.')
    expect(readme).toContain('Nobody has run this action against the live service')
  })

  it('says what OWNER stands for', () => {
    expect(readme).toMatch(/replace `OWNER` with the GitHub account or organization/)
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
