/** docs/outputs.md against the outputs, in both directions. Its reasons are held in run/reasons.test.ts. */
import { describe, expect, it } from 'vitest'
import { OUTPUTS } from '../../../src/present/outputs.ts'
import { readText, section, tableRows } from '../../documents/markdown.ts'
import { readManifest } from '../../harness/manifest.ts'

const TEXT = readText('docs/outputs.md')

function names(anchor: string): readonly string[] {
  return tableRows(TEXT, anchor).map(([name]) => name)
}

function wordsOf(output: string): readonly string[] {
  return readManifest().outputs[output]?.description.match(/`[a-z_]+`/g) ?? []
}

describe('the documentation of the outputs', () => {
  it('has every output in its order, and no other', () => {
    expect(names('each-output')).toEqual(OUTPUTS.map(({ name }) => name))
  })

  it('has the statuses that action.yml names', () => {
    const documented = names('status').map(name => `\`${name}\``)
    expect(documented.toSorted()).toEqual(wordsOf('status').toSorted())
  })

  it('has the fields of the JSON', () => {
    const fields = wordsOf('snapshots').filter(each => each !== '`list`')
    expect(fields).not.toEqual([])
    for (const field of fields) expect(section(TEXT, 'snapshots')).toContain(field)
  })
})
