import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { INPUT_NAMES } from '../../../src/inputs/rows.ts'
import { parseInputs } from '../../../src/inputs.ts'
import { OUTPUTS } from '../../../src/present/outputs.ts'
import { documents, readText } from '../../documents/markdown.ts'
import { examples, type Step, snippets, textsOf } from '../../documents/snippets.ts'

interface Workflow {
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly on?: { workflow_dispatch?: { inputs: Record<string, { options?: readonly string[] }> } }
}

// Safe: GitHub takes a workflow in no other shape, and the expectations fail on one.
const workflowOf = (code: string) => parse(code) as Workflow
const allOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found)

describe('the YAML in the documents and the examples', () => {
  const all = [...examples(), ...snippets()]
  const steps = all.flatMap(snippet => snippet.steps)
  const everywhere = all.map(({ code }) => code).join('\n')

  it('is there, with every operation', () => {
    expect(examples().length).toBeGreaterThan(10)
    const operations = new Set(steps.map(step => textsOf(step).get('operation')))
    expect([...operations].toSorted()).toEqual(['create', 'delete', 'list', 'restore', 'wait'])
  })

  it('gives inputs that the action has, values that it takes, and none that it would not use', () => {
    const complaintsAbout = (step: Step) => {
      const parsed = parseInputs(textsOf(step))
      return [...parsed.warnings, ...(parsed.ok ? parsed.inputs.notices : parsed.problems)]
    }
    const wrong = steps.map(step => ({ where: step.where, complaints: complaintsAbout(step) }))
    expect(wrong.filter(({ complaints }) => complaints.length > 0)).toEqual([])
    const given = steps.flatMap(step => Object.keys(step.with).map(name => ({ where: step.where, name })))
    expect(given.filter(({ name }) => !(INPUT_NAMES as readonly string[]).includes(name))).toEqual([])
  })

  it('reads outputs that the action has', () => {
    const read = all.flatMap(({ where, code, steps: own }) => {
      const ids = own.flatMap(({ id }) => id ?? [])
      return ids.flatMap(id =>
        allOf(code, new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, 'g')).map(name => ({ where, name })),
      )
    })
    expect(read).not.toEqual([])
    expect(
      read.filter(({ name }) => !(OUTPUTS.map(({ name }) => name) as readonly string[]).includes(name)),
    ).toEqual([])
  })

  it('never restores on a condition that would overwrite a healthy server', () => {
    const conditions = steps.flatMap(({ condition }) => condition ?? [])
    expect(conditions).toHaveLength(3)
    for (const condition of conditions) {
      expect(condition).toContain('(failure() || cancelled())')
      expect(condition).toMatch(/steps\.\w+\.outcome == 'success'/)
      expect(condition).toContain("steps.deploy.outcome != 'skipped'")
    }
  })

  it('takes a deploy for started in this attempt only, where a job rolls back', () => {
    const jobs = allOf(everywhere, /^ +if: (.*needs\.deploy.*)$/gm)
    expect(jobs.length).toBeGreaterThan(1)
    for (const condition of jobs) {
      expect(condition).toContain("always() && needs.snapshot.result == 'success'")
      expect(condition).toContain('needs.deploy.outputs.started == github.run_attempt')
      expect(condition).toContain("needs.deploy.result != 'success'")
    }
    const starts = allOf(everywhere, /^(.*started=.*)$/gm)
    expect(starts).toHaveLength(jobs.length)
    for (const line of starts)
      expect(line).toContain('echo "started=$GITHUB_RUN_ATTEMPT" >> "$GITHUB_OUTPUT"')
  })

  it('asks for no right of the workflow that it does not need', () => {
    const workflows = all.filter(({ code }) => /^on:/m.test(code))
    expect(workflows.length).toBeGreaterThan(10)
    for (const { where, code } of workflows) expect(code, where).toMatch(/^permissions: \{\}$/m)
  })

  // What actionlint 1.7.12 does not look at.
  it('never drops a run that waits, nor cuts off one that has begun, in every example', () => {
    for (const { where, code } of all) {
      if (!where.startsWith('examples/') && !/^concurrency:/m.test(code)) continue
      const { group, queue, ...others } = workflowOf(code).concurrency ?? {}
      expect(others, where).toEqual({ 'cancel-in-progress': false })
      expect(['deploy-production max', 'rollback-drill undefined']).toContain(`${group} ${queue}`)
    }
  })
})

describe('the form by hand', () => {
  const FORM = 'vps-snapshots.yml'
  const form = workflowOf(readText(`examples/${FORM}`)).on?.workflow_dispatch?.inputs ?? {}
  const operations = form['operation']?.options ?? []

  it('asks for what the action calls by the same names', () => {
    expect(Object.keys(form)).toEqual(['operation', 'server-id', 'snapshot-id', 'dry-run', 'safety-snapshot'])
    expect(INPUT_NAMES).toEqual(expect.arrayContaining(Object.keys(form)))
    expect(operations).toEqual(['list', 'restore', 'wait', 'delete'])
  })

  it('takes every line that the source and the documents tell to run', () => {
    const source = readText('src/present/steps-to-copy.ts')
    const texts = [source, ...documents().map(({ text }) => text)].join('\n')
    const lines = texts.match(/gh workflow run [^\n`]*/g) ?? []
    expect(lines.length).toBeGreaterThan(8)
    for (const line of lines) {
      expect(line).toMatch(/^gh workflow run (?:vps-snapshots\.yml|\$\{FORM\}) -f operation=/)
      for (const name of allOf(line, /-f ([\w-]+)=/g)) expect(Object.keys(form), line).toContain(name)
      for (const value of allOf(line, /-f operation=(\w+)(?= |$)/g)) expect(operations, line).toContain(value)
    }
    expect(source).toContain(`'${FORM}'`)
  })
})
