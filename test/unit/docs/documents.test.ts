import { describe, expect, it } from 'vitest'
import { withTables } from '../../../scripts/readme-tables.ts'
import { parseMarker } from '../../../src/policy/marker.ts'
import { deletionEnded, kept } from '../../../src/present/messages/job-end.ts'
import { armed, restored } from '../../../src/present/messages/results.ts'
import {
  anchors,
  brokenLink,
  codeBlocks,
  documents,
  filesOf,
  localLinks,
  readText,
} from '../../documents/markdown.ts'
import { readManifest } from '../../harness/manifest.ts'
import { record, snapshot } from '../present/support.ts'
import { sourceTexts, strangeMessage, textsOf } from './messages.ts'

const readme = readText('README.md')

describe('the links of the documents', () => {
  it.each(documents())('of $path lead to files and headings that are there', document => {
    expect(localLinks(document.text).flatMap(link => brokenLink(document, link) ?? [])).toEqual([])
  })

  it('would be found broken', () => {
    const links =
      '[a](#nothing) [b](docs/nothing.md) [c](#one-two-three)\n<img alt="d" src="docs/nothing.png">'
    const document = { path: 'README.md', text: `# One \`two\`: three\n${links}` }
    const found = ['#nothing', 'docs/nothing.md', '#one-two-three', 'docs/nothing.png']
    expect([localLinks(links), anchors(document.text)]).toEqual([found, new Set(['one-two-three'])])
    expect(brokenLink(document, '#nothing')).toBe('README.md: #nothing leads to no heading')
    expect(brokenLink(document, 'docs/nothing.md')).toBe('README.md: docs/nothing.md leads to no file')
  })
})

describe('README.md', () => {
  it('has the tables of action.yml', () => {
    expect(withTables(readme, readManifest())).toBe(readme)
  })

  it('links every example, each page of docs/, and the pictures that are kept, and no others', () => {
    const files = localLinks(readme).map(link => link.split('#')[0])
    const pages = filesOf('docs/*.md').filter(path => path !== 'docs/how-it-works.md')
    const examples = filesOf('examples/*.yml')
    expect([pages.length > 10, examples.length > 10]).toEqual([true, true])
    expect([...pages, ...examples].filter(path => !files.includes(path))).toEqual([])
    // Each in light and dark, for a desktop and for a phone.
    const kinds = ['dark-390', 'light-390', 'dark-1012', 'light-1012']
    const wanted = kinds.flatMap(kind =>
      ['rollback', 'create'].map(name => `docs/images/${name}-${kind}.png`),
    )
    const shown = localLinks(readme).filter(link => link.endsWith('.png'))
    expect(shown.toSorted()).toEqual(wanted.toSorted())
    expect(filesOf('docs/images/*').toSorted()).toEqual(wanted.toSorted())
  })

  it('is short enough to be read: about 250 lines, and its first step on the first screen', () => {
    const lines = readme.split('\n')
    expect(lines.length).toBeLessThan(280)
    expect(lines.findIndex(line => line.includes('uses:'))).toBeLessThan(20)
  })

  it.each([
    '```sh\nnpm ci && npm run demo\n```',
    'Against the published reference and against an emulator.',
    'Nobody has run this action against the live service',
    'replace `OWNER` with the GitHub account or organization',
  ])('says %j', text => {
    expect(readme).toContain(text)
  })
})

it('the commands in the documents are those of package.json, and CONTRIBUTING.md explains all of them', () => {
  const scripts = Object.keys(JSON.parse(readText('package.json')).scripts)
  const named = (text: string) =>
    [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name)
  const strange = documents().filter(({ text }) => named(text).some(name => !scripts.includes(name ?? '')))
  expect(strange.map(({ path }) => path)).toEqual([])
  const explained = ['test', ...named(readText('CONTRIBUTING.md'))]
  expect(scripts.filter(name => !explained.includes(name))).toEqual([])
})

describe('the texts that the documents show', () => {
  const end = { state: 'succeeded', since: 0, at: 250_000, how: 'seen' } as const
  const task = { ...end, work: 'snapshot', snapshot: snapshot('802') } as const
  const empty = record('create')
  const run = { ...empty, server: { ...empty.server, name: 'web-server-01' }, task, slots: 3, began: 0 }
  const whole = { servers: [run], jobStatus: 'success', cutOff: undefined } as const
  const nothing = { restoreOn: [], deleteOn: [], keepLast: undefined, isTooLate: false, isKept: false }
  const restoreOn = ['failure', 'cancelled'] as const
  const deletableFrom = Date.parse('2026-11-25T21:20:00Z')
  const stay = kept([
    { snapshot: snapshot('798'), reason: { kind: 'newest', count: 3 } },
    { snapshot: snapshot('803'), reason: { kind: 'too-young', deletableFrom } },
    { snapshot: snapshot('799'), reason: { kind: 'manual' } },
  ])

  it.each([
    ['docs/rollback.md', armed(whole, { ...nothing, restoreOn })],
    ['docs/rollback.md', armed(whole, nothing)],
    ['docs/rollback.md', armed({ ...whole, jobStatus: 'failure' }, { ...nothing, isTooLate: true })],
    ['docs/retention.md', `${deletionEnded('keep-last', 'deleted', [snapshot('797')])} ${stay}`],
  ])('are those of the action, in %s: %s', (path, text) => {
    expect(readText(path)).toContain(`\n${text}\n`)
  })

  it('are those of a rollback', () => {
    const [shown] = /Restored [\w-]+ to snapshot \d+/.exec(readText('docs/try-it.md')) ?? ['nothing']
    const done = { ...run, task: { ...end, work: 'restore', snapshot: snapshot('1') } } as const
    expect(restored(done, 0).what.startsWith(`${shown} (`)).toBe(true)
  })

  it('hold a marker that is one', () => {
    const [marker = ''] = /^\[vps-snapshot-action .*\]$/m.exec(readText('docs/retention.md')) ?? []
    const expected = { repository: 'owner/shop', purpose: 'deploy', key: 'k3v9x2p7' }
    expect(parseMarker(marker)).toMatchObject(expected)
  })
})

describe('docs/troubleshooting.md', () => {
  const blocks = codeBlocks(readText('docs/troubleshooting.md')).filter(({ language }) => language === 'text')
  const quoted = blocks.flatMap(({ code }) => code.split('\n')).filter(line => line !== '')
  const texts = sourceTexts()

  it.each(quoted)('quotes what the source says: %s', line => {
    expect(strangeMessage(line, texts)).toBeUndefined()
  })

  it('quotes no message twice', () => {
    expect(quoted).toEqual([...new Set(quoted)])
  })

  const code = `// Not a text: nothing of the kind is said.
    const message = \`Snapshot \${id(entry, { a: 1 })} of \${label} \` +
      'was lost, and it isn\\'t back.'
    say('web-server-01 has been restored, but', 'the health check failed')`
  it.each([
    // Held against literals as they read, of which a message may have two, each long enough.
    ["Snapshot … of … was lost, and it isn't back.", undefined],
    ['… has been restored, but the health check failed.', undefined],
    ['Snapshot … of … was found, and it …', 'the source does not say "was found, and it"'],
    ['… has been restored, but a health check failed.', expect.stringContaining('a health check failed')],
    ['nothing of the kind is said', 'the source does not say "nothing of the kind is said"'],
    ['Snapshot … of …', '"Snapshot … of …" has no part that tells it from others'],
  ])('could not quote %j, if that is strange: %j', (line, problem) => {
    expect(strangeMessage(line, textsOf(code))).toEqual(problem)
  })
})
