import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { INPUT_GROUPS, withTables } from '../../scripts/readme-tables.ts'
import { INPUT_NAMES, OPERATIONS, ROWS } from '../../src/inputs/rows.ts'
import { parseInputs } from '../../src/inputs.ts'
import { OUTPUTS } from '../../src/present/outputs.ts'
import { ROOT, readManifest } from '../harness/manifest.ts'

const JOB_STATUS = '${{ job.status }}'

const manifest = readManifest()
const defaults = Object.fromEntries(
  Object.entries(manifest.inputs).map(([name, input]) => [name, input.default]),
)

describe('action.yml', () => {
  it('declares the inputs that the code reads, in its order, and no others', () => {
    expect(Object.keys(manifest.inputs)).toEqual(INPUT_NAMES)
  })

  it('has the defaults of the code', () => {
    const expected = Object.fromEntries(ROWS.map(row => [row.name, row.default]))
    expect(defaults).toEqual({ ...expected, 'job-status': JOB_STATUS })
  })

  it.each(['list', 'create'])('has defaults that are valid and that %s does not remark on', operation => {
    const texts = new Map(Object.entries(defaults).map(([name, usual]) => [name, usual ?? '']))
    texts.set('job-status', 'success').set('api-token', 'vps_token').set('operation', operation)
    texts.set('server-id', '12345')
    expect(parseInputs(texts)).toMatchObject({ ok: true, inputs: { notices: [] }, warnings: [] })
  })

  it('requires what every operation requires', () => {
    const required = Object.entries(manifest.inputs).filter(([, input]) => input.required === true)
    expect(required.map(([name]) => name)).toEqual(['operation', 'api-token'])
  })

  it('declares the outputs that the code writes, in its order, and no others', () => {
    expect(Object.keys(manifest.outputs)).toEqual(OUTPUTS.map(({ name }) => name))
  })

  it('has a name and a description that a search for rollback finds', () => {
    expect(manifest.name).toBe('Snapshot and rollback for VPS.org')
    expect(manifest.description.length).toBeLessThan(125)
    for (const word of ['snapshot', 'deploy', 'roll back']) expect(manifest.description).toContain(word)
  })

  it('describes each input and output in one or two sentences', () => {
    const all = Object.entries({ ...manifest.inputs, ...manifest.outputs })
    const tooLong = all.filter(([, { description }]) => description.length >= 200)
    expect(tooLong).toEqual([])
    for (const [name, { description }] of all) {
      expect(description, name).toMatch(/^[A-Z`]/)
      expect(description.match(/\.(?= |$)/g)?.length, name).toBeGreaterThan(0)
    }
  })

  it('has an entry of its own for each stage, on Node 24', () => {
    expect(manifest.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/post.js' })
  })

  it('names every operation that an input is for, where not all use it', () => {
    // These are explained by what they go with, or by the one operation that does not use them.
    const others = ['timeout', 'poll-interval', 'health-check-timeout']
    for (const { name, operations } of ROWS.filter(row => !others.includes(row.name))) {
      if (operations.length === OPERATIONS.length) continue
      const description = manifest.inputs[name]?.description
      for (const operation of operations) expect(description, name).toContain(`\`${operation}\``)
    }
  })

  it('has an expression nowhere but in the default of job-status: the runner would evaluate it', () => {
    const text = readFileSync(join(ROOT, 'action.yml'), 'utf8')
    expect(text.match(/\$\{\{[^}]*\}\}/g)).toEqual([JOB_STATUS])
  })
})

describe('the tables of the README', () => {
  const empty =
    '# A\n<!-- inputs:begin -->\nold\n<!-- inputs:end -->\nb\n<!-- outputs:begin --><!-- outputs:end -->\nc\n'

  it('group every input once, in the order of action.yml', () => {
    expect(INPUT_GROUPS.flatMap(({ names }) => names)).toEqual(Object.keys(manifest.inputs))
    expect(INPUT_GROUPS.map(({ title }) => title)).toEqual([
      'Essentials',
      'Rollback',
      'Retention',
      'Snapshot',
      'Waiting',
      'Advanced',
    ])
  })

  it('have a row for each input and output, and leave the rest alone', () => {
    const written = withTables(empty, manifest)
    for (const name of [...INPUT_NAMES, ...OUTPUTS.map(output => output.name)])
      expect(written).toContain(`\n| \`${name}\` | `)
    expect(written).toMatch(/\n\| `operation` \| What to do: .* \*\*Required\.\*\* \|\n/)
    expect(written).toMatch(/\n\| `max-parallel` \| How many .* Default: `10`\. \|\n/)
    expect(written).toMatch(/\n\| `description` \| [^|]* run URL\. \|\n/)
    expect(written).toMatch(
      /^# A\n<!-- inputs:begin -->\n\n\| Input \| Meaning \|\n.*\n\| \*\*Essentials\*\* \|/,
    )
    expect(written).toContain('\n\n<details>\n<summary>Advanced inputs</summary>\n\n| Input | Meaning |\n')
    expect(written).toMatch(
      /\|\n\n<\/details>\n\n<!-- inputs:end -->\nb\n<!-- outputs:begin -->\n\n\| Output \|/,
    )
    expect(written).toMatch(/\|\n\n<!-- outputs:end -->\nc\n$/)
    expect(written).not.toContain('\nold\n')
  })

  it('stay as they are when they are written again', () => {
    const written = withTables(empty, manifest)
    expect(withTables(written, manifest)).toBe(written)
  })

  it('need their markers', () => {
    expect(() => withTables('# A\n', manifest)).toThrow('README.md needs the markers <!-- inputs:begin -->')
    expect(() => withTables(empty.replace('outputs:end', ''), manifest)).toThrow('<!-- outputs:begin -->')
  })
})

describe('docs/inputs.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'inputs.md'), 'utf8')

  it('explains every input in its group, in the order of the README', () => {
    const headings = [...text.matchAll(/^##(#?) (.+)$/gm)].map(([, deeper = '', heading = '']) =>
      deeper === '' ? heading : heading.replaceAll('`', ''),
    )
    const expected = INPUT_GROUPS.flatMap(({ title, names }) => [title, ...names])
    expect(headings.filter(heading => expected.includes(heading))).toEqual(expected)
  })
})
