/** docs/outputs.md against the code, in both directions. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { OUTPUTS } from '../../../src/present/outputs.ts'
import { REASONS, type Reason } from '../../../src/run/reasons.ts'
import { ROOT, readManifest } from '../../harness/manifest.ts'

const TEXT = readFileSync(join(ROOT, 'docs', 'outputs.md'), 'utf8').replaceAll('\r\n', '\n')

/** The words in code of the first column of the table below a heading, with the rest of each row. */
function rows(heading: string): readonly (readonly [name: string, cells: readonly string[]])[] {
  const [, section = ''] = TEXT.split(`\n## ${heading}\n`)
  const [own = ''] = section.split('\n## ')
  return [...own.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name = '', rest = '']) => [
    name,
    rest.split(' | '),
  ])
}

function names(heading: string): readonly string[] {
  return rows(heading).map(([name]) => name)
}

describe('the documentation of the outputs', () => {
  it('has every output in its order, and no other', () => {
    expect(names('Each output')).toEqual(OUTPUTS.map(({ name }) => name))
  })

  it('has every reason in its order, and no other, each with what it means and what to do', () => {
    expect(names('`reason`')).toEqual(Object.keys(REASONS))
    for (const [name, cells] of rows('`reason`')) {
      expect(cells, name).toHaveLength(2)
      for (const cell of cells) expect(cell, name).toMatch(/^[A-Z`].*\.$/)
    }
  })

  it('has the statuses that action.yml names', () => {
    const described = readManifest().outputs['status']?.description.match(/`[a-z_]+`/g) ?? []
    expect(
      names('`status`')
        .map(name => `\`${name}\``)
        .toSorted(),
    ).toEqual(described.toSorted())
  })

  it('has the fields of the JSON', () => {
    const fields = readManifest().outputs['snapshots']?.description.match(/`[a-z_]+`/g) ?? []
    const [, section = ''] = TEXT.split('\n## `snapshots`\n')
    for (const field of fields.filter(each => each !== '`list`')) expect(section).toContain(field)
  })
})

// Where each reason comes from. One that nothing gives would be a promise that a workflow waits for in vain.
const GIVEN_BY: Readonly<Record<Reason, string>> = {
  'invalid-input': 'stages.ts',
  unauthorized: 'waiting/explain.ts',
  forbidden: 'waiting/explain.ts',
  'not-found': 'operations/messages.ts',
  'wrong-server': 'waiting/messages.ts',
  'wrong-run': 'operations/messages.ts',
  ambiguous: 'waiting/messages.ts',
  'not-completed': 'operations/messages.ts',
  'too-old': 'operations/messages.ts',
  'no-free-slot': 'requests/messages.ts',
  'already-restoring': 'requests/messages.ts',
  'server-busy': 'waiting/explain.ts',
  'rate-limited': 'waiting/explain.ts',
  refused: 'waiting/explain.ts',
  unreachable: 'waiting/explain.ts',
  'server-error': 'waiting/explain.ts',
  'lost-answer': 'requests/messages.ts',
  'snapshot-failed': 'waiting/messages.ts',
  'restore-failed': 'waiting/messages.ts',
  'start-failed': 'requests/messages.ts',
  'stop-failed': 'requests/messages.ts',
  'health-check': 'waiting/messages.ts',
  timeout: 'present/reason.ts',
  cancelled: 'present/reason.ts',
  'group-failed': 'present/reason.ts',
  interleaved: 'operations/messages.ts',
  'lost-state': 'operations/messages.ts',
  'runner-files': 'operations/messages.ts',
  'internal-error': 'present/reason.ts',
}

it.each(Object.entries(GIVEN_BY))('the reason %s is given by src/%s', (reason, path) => {
  const source = readFileSync(join(ROOT, 'src', path), 'utf8')
  // As a value: handed on, returned, or the value of a field; not compared with, nor a key.
  const given = new RegExp(`(?:\\(\\s*|: |\\? |return |\\?\\? )'${reason}'(?=[,)\\s])`)
  expect(source).toMatch(given)
})
