import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { INPUT_NAMES } from '../../../src/inputs/rows.ts'
import { documents, readText } from './markdown.ts'
import { examples, snippets } from './snippets.ts'

interface Workflow {
  readonly permissions: unknown
  readonly concurrency?: Readonly<Record<string, unknown>>
  readonly on?: { readonly workflow_dispatch?: Form | null }
}

interface Form {
  readonly inputs: Readonly<Record<string, { readonly options?: readonly string[] }>>
}

const FORM = 'vps-snapshots.yml'
// Safe: GitHub takes a workflow in no other shape, and the expectations fail on one.
const workflowOf = (code: string) => parse(code) as Workflow
const all = [...examples(), ...snippets()].filter(({ code }) => /^concurrency:/m.test(code))

describe('the concurrency of the workflows that are shown', () => {
  it('is there in every example', () => {
    expect(examples().length).toBeGreaterThan(10)
    for (const { where, code } of examples()) expect(workflowOf(code).concurrency, where).toBeDefined()
  })

  // What actionlint 1.7.12 does not look at.
  it.each(all)('never drops a run that waits, nor cuts off one that has begun: $where', ({ code }) => {
    const { group, queue, ...others } = workflowOf(code).concurrency ?? {}
    expect(others).toEqual({ 'cancel-in-progress': false })
    expect(['deploy-production max', 'rollback-drill undefined']).toContain(`${group} ${queue}`)
  })
})

describe('the form by hand', () => {
  const form = workflowOf(readText(`examples/${FORM}`)).on?.workflow_dispatch?.inputs ?? {}
  const operations = form['operation']?.options ?? []

  it('asks for what the action calls by the same names', () => {
    expect(Object.keys(form)).toEqual(['operation', 'server-id', 'snapshot-id', 'dry-run', 'safety-snapshot'])
    expect(Object.keys(form).filter(name => !(INPUT_NAMES as readonly string[]).includes(name))).toEqual([])
    expect(operations).toEqual(['list', 'restore', 'wait', 'delete'])
  })

  it('takes every line that the source and the documents tell to run', () => {
    const texts = [readText('src/present/steps-to-copy.ts'), ...documents().map(({ text }) => text)]
    const lines = texts.flatMap(text => text.match(/gh workflow run [^\n`]*/g) ?? [])
    expect(lines.length).toBeGreaterThan(8)
    for (const line of lines) {
      expect(line).toMatch(/^gh workflow run (?:vps-snapshots\.yml|\$\{FORM\}) /)
      const given = [...line.matchAll(/-f ([\w-]+)=(\S+)/g)]
      expect(given[0]?.[1], line).toBe('operation')
      for (const [, name = '', value = ''] of given) {
        expect(Object.keys(form), line).toContain(name)
        if (name === 'operation' && /^\w+$/.test(value)) expect(operations, line).toContain(value)
      }
    }
    expect(readText('src/present/steps-to-copy.ts')).toContain(`'${FORM}'`)
  })
})
