/** What happens to a record, without its facts: to compare what the tests tell with what operations do. */
import fc from 'fast-check'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { ServerRun } from '../../../src/run/server-run.ts'
import { afterStep } from './histories.ts'
import { STORIES } from './stories.ts'

/** Each change from one record to the next as a text; none where only facts are new. A cut can come anywhere. */
export function transitions(before: OperationRun, after: OperationRun): readonly string[] {
  if (after.cutOff !== before.cutOff) return []
  const changes = [
    ...ofWhole(before, after),
    ...after.servers.flatMap((run, on) => ofOne(before.servers[on], run)),
  ]
  return changes.map(change => `${after.operation}: ${change}`)
}

const PARTS = ['problem', 'armed', 'stateLost', 'rollback', 'retention', 'listed'] as const

function ofWhole(before: OperationRun, after: OperationRun): readonly string[] {
  return PARTS.filter(part => before[part] !== after[part]).map(part => {
    const value = after[part]
    return typeof value === 'string' && part !== 'stateLost' ? `${part} ${value}` : part
  })
}

function ofOne(before: ServerRun | undefined, after: ServerRun): readonly string[] {
  const [was, is] = [before === undefined ? 'new' : stateOf(before), stateOf(after)]
  const deletions = after.deletions.slice(before?.deletions.length ?? 0)
  return [
    ...(was === is ? [] : [`${after.goal}: ${was} -> ${is}`]),
    ...deletions.map(({ by, end }) => `${by}: ${end}`),
    ...(after.kept === before?.kept ? [] : ['kept']),
  ]
}

function stateOf({ task, power, health, safety }: ServerRun): string {
  const parts = { power: power.state, health: health.state, safety: safety?.state }
  const usual = ['untouched', 'not checked', undefined]
  const others = Object.entries(parts).filter(([, state]) => !usual.includes(state))
  return [taskOf(task), ...others.map(([name, state]) => `${name} ${state}`)].join(', ')
}

function taskOf(task: ServerRun['task']): string {
  const { state } = task
  switch (state) {
    case 'requested':
      return `${state} ${task.request}`
    case 'skipped':
      return `${state} (${task.why})`
    case 'running':
      return `${state} ${task.work}`
    case 'left running':
      return `${state} ${task.work} (${task.why})`
    case 'succeeded':
      return `${state} ${task.work} (${task.how})`
    case 'failed':
      return `${state} ${task.work}${task.snapshot === undefined ? ' (gone)' : ''}`
    case 'pending':
    case 'planned':
    case 'rejected':
    case 'ambiguous':
      return state
  }
}

/** Every change that the stories tell, as far as so many of each operation show. */
export function toldTransitions(count: number): ReadonlySet<string> {
  const told = new Set<string>()
  for (const stories of Object.values(STORIES))
    for (const { begin, steps } of fc.sample(stories, { numRuns: count, seed: 1 })) {
      let run = begin
      for (const step of steps) {
        const next = afterStep(run, step)
        for (const change of transitions(run, next)) told.add(change)
        run = next
      }
    }
  return told
}
