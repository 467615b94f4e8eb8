import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withTables } from '../../scripts/readme-tables.ts'
import { INPUT_NAMES, INPUTS } from '../../src/inputs/table.ts'
import { parseInputs } from '../../src/inputs.ts'
import { OUTPUT_NAMES } from '../../src/report/outputs.ts'
import { ROOT, readManifest } from '../harness/manifest.ts'

const JOB_STATUS = '${{ job.status }}'

const manifest = readManifest()
const defaults = Object.fromEntries(
  Object.entries(manifest.inputs).map(([name, input]) => [name, input.default]),
)

describe('action.yml', () => {
  it('declares the inputs that the code reads, in its order, and no others', () => {
    const read = new Set<string>()
    parseInputs(name => {
      read.add(name)
      return ''
    })
    expect(Object.keys(manifest.inputs)).toEqual([...INPUT_NAMES])
    expect([...read].toSorted()).toEqual([...INPUT_NAMES].toSorted())
  })

  it('has the defaults of the code', () => {
    const expected = Object.fromEntries(INPUT_NAMES.map(name => [name, INPUTS[name].default]))
    expect(defaults).toEqual({ ...expected, 'job-status': JOB_STATUS })
  })

  it('has defaults that are good and that no operation complains about', () => {
    const texts = { ...defaults, 'job-status': 'success', 'api-token': 'vps_token', operation: 'list' }
    const parsed = parseInputs(name => new Map(Object.entries(texts)).get(name) ?? '')
    expect(parsed).toMatchObject({ ok: true, inputs: { notices: [] } })
  })

  it('requires what every operation requires', () => {
    const required = Object.entries(manifest.inputs).filter(([, input]) => input.required === true)
    expect(required.map(([name]) => name)).toEqual(['operation', 'api-token'])
  })

  it('declares the outputs that the code writes, in its order, and no others', () => {
    expect(Object.keys(manifest.outputs)).toEqual([...OUTPUT_NAMES])
  })

  it('runs one file in both stages, on Node 24', () => {
    expect(manifest.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/index.js' })
  })

  it('names every operation that an input is for, where not all use it', () => {
    const texts = INPUT_NAMES.map(name => [name, manifest.inputs[name]?.description ?? ''] as const)
    // These are explained by what they go with, or by the one operation that does not use them.
    const others = ['timeout', 'poll-interval', 'health-check-timeout']
    for (const [name, description] of texts.filter(([each]) => !others.includes(each))) {
      const { operations } = INPUTS[name]
      if (operations.length === 5) continue
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

  it('have a row for each input and output, and leave the rest alone', () => {
    const written = withTables(empty, manifest)
    for (const name of [...INPUT_NAMES, ...OUTPUT_NAMES]) expect(written).toContain(`\n| \`${name}\` | `)
    expect(written).toContain('\n| `operation` | **required** | What to do: ')
    expect(written).toContain('\n| `max-parallel` | `10` | How many servers')
    expect(written).toContain('\n| `timeout` |  | How long')
    expect(written).toMatch(/^# A\n<!-- inputs:begin -->\n\n\| Input \|/)
    expect(written).toMatch(/\|\n\n<!-- inputs:end -->\nb\n<!-- outputs:begin -->\n\n\| Output \|/)
    expect(written).toMatch(/\|\n\n<!-- outputs:end -->\nc\n$/)
    expect(written).not.toContain('\nold\n')
  })

  it('stay as they are when they are written again', () => {
    const written = withTables(empty, manifest)
    expect(withTables(written, manifest)).toBe(written)
  })

  it('need their markers', () => {
    expect(() => withTables('# A\n', manifest)).toThrow('README.md lacks the markers <!-- inputs:begin -->')
    expect(() => withTables(empty.replace('outputs:end', ''), manifest)).toThrow('<!-- outputs:begin -->')
  })
})
