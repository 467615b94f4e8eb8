import { advice, type NextStep } from '../run/next-step.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isSkippedWithGroup, mayBeDown, problemsOf, type ServerRun, snapshotOf } from '../run/server-run.ts'
import * as messages from './messages.ts'

// A fleet may fail in many ways; the first few next steps are what a person can act on.
const SHOWN = 3
// More than these are in the outputs.
const IDS = 30

/** What a person can do next, most urgent first, as data. */
export function nextStepsOf(run: OperationRun): readonly NextStep[] {
  if (run.cutOff?.by === 'internal error')
    return [advice(messages.REPORT_IT), ...run.servers.flatMap(server => stepsOfTask(run, server))]
  const own = run.problem?.next ?? []
  const isPlanned = run.servers.length > 0 && run.servers.every(({ task }) => task.state === 'planned')
  if (isPlanned) return [advice(messages.DO_IT)]
  const acting = run.servers.filter(server => !isSkippedWithGroup(server))
  const ofServers = (acting.length === 0 ? run.servers : acting).flatMap(server => stepsOfServer(run, server))
  const steps = [...own, ...ofServers]
  return steps.length === 0 && run.cutOff !== undefined && run.operation !== 'post'
    ? [{ kind: 're-run' }]
    : steps
}

function stepsOfServer(run: OperationRun, server: ServerRun): readonly NextStep[] {
  return [
    ...stepsOfTask(run, server),
    ...problemsOf(server).flatMap(({ next }) => next),
    ...stepsOfCutOff(run, server),
  ]
}

/** What a cancel cut off after the task: to run all of it again would be no way out, a restore least of all. */
function stepsOfCutOff({ operation }: OperationRun, server: ServerRun): readonly NextStep[] {
  if (server.health.state === 'cut off') return [advice(messages.checkApplication(server))]
  // The end of the job starts what a create left stopped.
  const isLeftDown = mayBeDown(server) && server.power.state !== 'start failed' && operation !== 'create'
  return isLeftDown ? [{ kind: 'start server' }] : []
}

function stepsOfTask(run: OperationRun, server: ServerRun): readonly NextStep[] {
  const { task, goal } = server
  const id = snapshotOf(server)?.id
  switch (task.state) {
    case 'left running':
      if (task.why === 'unobservable') return []
      if (task.work === 'deletion')
        return task.why === 'not awaited' ? [] : [{ kind: 'list', server: server.server.id }]
      return [{ kind: 'follow', snapshot: task.snapshot.id, isRestore: task.work === 'restore' }]
    case 'requested':
      return [{ kind: 'list', server: server.server.id }]
    case 'skipped':
      if (isCutOff(task.why) && (goal === 'restore' || goal === 'delete') && id !== undefined)
        return [{ kind: goal, snapshot: id }]
      return goal === 'clean up' ? [] : [{ kind: 're-run' }]
    case 'rejected':
      // Nobody runs the end of a job again: what it could not restore is up to a person.
      return run.operation === 'post' &&
        goal === 'restore' &&
        id !== undefined &&
        task.problem.reason !== 'not-found' &&
        !tellsOfRestore(task.problem.next)
        ? [{ kind: 'restore', snapshot: id }]
        : []
    case 'pending':
    case 'planned':
    case 'ambiguous':
    case 'running':
    case 'succeeded':
    case 'failed':
      return []
  }
}

function isCutOff(why: Extract<ServerRun['task'], { state: 'skipped' }>['why']): boolean {
  return why === 'cancelled' || why === 'internal error'
}

function tellsOfRestore(steps: readonly NextStep[]): boolean {
  return steps.some(({ kind }) => kind === 'follow' || kind === 'restore')
}

/** The way out of a stage as sentences; undefined where none is needed. */
export function renderNextSteps(run: OperationRun): string | undefined {
  return renderSteps(nextStepsOf(run), run.operation === 'create')
}

/**
 * Some next steps as sentences, each once; those that differ only in what they are about become one for all.
 * @param triesAgain whether the end of the job starts a stopped server
 */
export function renderSteps(steps: readonly NextStep[], triesAgain = false): string | undefined {
  // What is to be done first comes before running the job again.
  const inOrder = steps.toSorted((a, b) => Number(a.kind === 're-run') - Number(b.kind === 're-run'))
  const texts = merge(inOrder).map(step => render(step, triesAgain))
  const unique = [...new Set(texts)]
  return unique.length === 0 ? undefined : unique.slice(0, SHOWN).join(' ')
}

/** Steps of one kind, with all that they are about. */
interface Merged {
  readonly step: NextStep
  readonly subjects: Set<string>
}

function merge(steps: readonly NextStep[]): readonly Merged[] {
  const byKind = new Map<string, Merged>()
  for (const step of steps) {
    const key = keyOf(step)
    const merged = byKind.get(key) ?? { step, subjects: new Set() }
    merged.subjects.add(subjectOf(step))
    byKind.set(key, merged)
  }
  return [...byKind.values()]
}

function keyOf(step: NextStep): string {
  if (step.kind === 'advice') return `advice ${step.text}`
  if (step.kind === 're-run') return `re-run ${step.after ?? ''}`
  return step.kind === 'follow' ? `follow ${step.isRestore}` : step.kind
}

function subjectOf(step: NextStep): string {
  switch (step.kind) {
    case 'follow':
    case 'restore':
    case 'delete':
      return step.snapshot
    case 'list':
      return step.server ?? ''
    case 'start server':
    case 're-run':
    case 'advice':
      return ''
  }
}

function render({ step, subjects }: Merged, triesAgain: boolean): string {
  const ids = listOf([...subjects])
  switch (step.kind) {
    case 'follow':
      return messages.followStep(ids, step.isRestore)
    case 'restore':
      return messages.restoreStep(ids, subjects.size)
    case 'delete':
      return messages.deleteStep(ids, subjects.size)
    case 'list':
      return messages.listStep(ids)
    case 'start server':
      return triesAgain ? messages.START_NOW : messages.START_YOURSELF
    case 're-run':
      return messages.reRun(step.after)
    case 'advice':
      return step.text
  }
}

function listOf(ids: readonly string[]): string {
  const more = ids.length > IDS ? ` and ${ids.length - IDS} more` : ''
  return ids.slice(0, IDS).join(',') + more
}
