import { describe, expect, it } from 'vitest'
import { parseInputs } from '../../../src/inputs.ts'
import { OUTPUTS } from '../../../src/present/outputs.ts'
import { readManifest } from '../../harness/manifest.ts'
import { examples, type Step, snippets, textsOf } from './snippets.ts'

const all = [...snippets(), ...examples()]
const steps = all.flatMap(snippet => snippet.steps)

function complaints(step: Step): readonly string[] {
  const parsed = parseInputs(textsOf(step))
  return [...parsed.warnings, ...(parsed.ok ? parsed.inputs.notices : parsed.problems)]
}

describe('the YAML in the documents and the examples', () => {
  it('is there, with every operation', () => {
    const operations = new Set(steps.map(step => textsOf(step).get('operation')))
    expect([...operations].toSorted()).toEqual(['create', 'delete', 'list', 'restore', 'wait'])
  })

  it('gives inputs that the action has', () => {
    const known = Object.keys(readManifest().inputs)
    const strange = steps.flatMap(step =>
      Object.keys(step.with).flatMap(name => (known.includes(name) ? [] : [`${step.where}: ${name}`])),
    )
    expect(strange).toEqual([])
  })

  it('gives values that the action takes, and none that it would not use', () => {
    const wrong = steps.flatMap(step => complaints(step).map(complaint => `${step.where}: ${complaint}`))
    expect(wrong).toEqual([])
  })

  it('reads outputs that the action has', () => {
    const known: readonly string[] = OUTPUTS.map(({ name }) => name)
    const strange = all.flatMap(({ where, code, steps: own }) =>
      own.flatMap(({ id }) =>
        outputsOf(code, id)
          .filter(name => !known.includes(name))
          .map(name => `${where}: ${name}`),
      ),
    )
    expect(strange).toEqual([])
    expect(all.flatMap(({ code, steps: own }) => own.flatMap(({ id }) => outputsOf(code, id)))).not.toEqual(
      [],
    )
  })

  it('never restores on a condition that would overwrite a healthy server', () => {
    const conditions = steps.flatMap(step => (step.condition === undefined ? [] : [step.condition]))
    expect(conditions).toHaveLength(3)
    for (const condition of conditions) {
      expect(condition).toContain('(failure() || cancelled())')
      expect(condition).toMatch(/steps\.\w+\.outcome == 'success'/)
      expect(condition).toContain("steps.deploy.outcome != 'skipped'")
    }
  })

  it('takes a deploy for started in this attempt only, where a job rolls back', () => {
    const jobs = all.flatMap(({ code }) => [...code.matchAll(/^ +if: (.*needs\.deploy.*)$/gm)])
    expect(jobs.length).toBeGreaterThan(1)
    for (const [, condition] of jobs) {
      expect(condition).toContain("always() && needs.snapshot.result == 'success'")
      expect(condition).toContain('needs.deploy.outputs.started == github.run_attempt')
      expect(condition).toContain("needs.deploy.result != 'success'")
    }
    const starts = all.flatMap(({ code }) => code.match(/^.*started=.*$/gm) ?? [])
    expect(starts).toHaveLength(jobs.length)
    for (const line of starts)
      expect(line).toContain('echo "started=$GITHUB_RUN_ATTEMPT" >> "$GITHUB_OUTPUT"')
  })

  it('asks for no right of the workflow that it does not need', () => {
    const workflows = all.filter(({ code }) => /^on:/m.test(code))
    expect(workflows).not.toEqual([])
    for (const { where, code } of workflows) expect(code, where).toMatch(/^permissions: \{\}$/m)
  })
})

function outputsOf(code: string, id: string | undefined): readonly string[] {
  if (id === undefined) return []
  return [...code.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([\\w-]+)`, 'g'))].map(
    ([, name = '']) => name,
  )
}
