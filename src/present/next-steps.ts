import { few } from '../domain/few.ts'
import { isCompleted } from '../policy/statuses.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isSkippedWithGroup, mayBeDown, problemsOf, type ServerRun, snapshotOf } from '../run/server-run.ts'
import * as jobEnd from './messages/job-end.ts'
import * as wayOut from './messages/way-out.ts'

// A fleet may fail in many ways; the first few next steps are what a person can act on.
const SHOWN = 3
// More than these are in the outputs.
const IDS = 30

/** What a person can do next, most urgent first, as data. */
export function nextStepsOf(run: OperationRun): readonly NextStep[] {
  if (run.cutOff?.by === 'internal error')
    return [advice(jobEnd.REPORT_IT), ...run.servers.flatMap(server => stepsOfTask(run, server))]
  const own = run.problem?.next ?? []
  const isPlanned = run.servers.length > 0 && run.servers.every(({ task }) => task.state === 'planned')
  if (isPlanned) return [advice(wayOut.DO_IT)]
  if (run.rollback === 'job status unknown') return [...own, ...stepsOfUnknownEnd(run)]
  const acting = run.servers.filter(server => !isSkippedWithGroup(server))
  const ofServers = (acting.length === 0 ? run.servers : acting).flatMap(server => stepsOfServer(run, server))
  const steps = [...own, ...ofServers]
  return steps.length === 0 && run.cutOff !== undefined && run.operation !== 'post'
    ? [{ kind: 're-run' }]
    : steps
}

/** Nobody but a person knows whether the deploy failed. A server that may be down is to be started in any case. */
function stepsOfUnknownEnd(run: OperationRun): readonly NextStep[] {
  const restores = run.servers.flatMap(({ target }): readonly NextStep[] =>
    target !== undefined && isCompleted(target) ? [{ kind: 'restore', snapshot: target.id }] : [],
  )
  return [
    ...run.servers.flatMap(server => stepsOfServer(run, server)),
    ...(restores.length === 0 ? [] : [advice(wayOut.IF_DEPLOY_FAILED)]),
    ...restores,
  ]
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
  if (server.health.state === 'cut off') return [advice(wayOut.checkApplication(server))]
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
  const isActing = steps.some(({ kind }) => kind !== 'advice' && kind !== 'try again')
  const inOrder = steps
    .filter(({ kind }) => !isActing || kind !== 'try again')
    .toSorted((a, b) => urgency(a) - urgency(b))
  const texts = merge(inOrder).map(step => render(step, triesAgain))
  const unique = [...new Set(texts)]
  return unique.length === 0 ? undefined : unique.slice(0, SHOWN).join(' ')
}

/** A server that is down comes first; to run the job again, or to try again, comes after all else. */
function urgency({ kind }: NextStep): number {
  if (kind === 'start server') return 0
  return kind === 're-run' || kind === 'try again' ? 2 : 1
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
  if (step.kind === 'advice' || step.kind === 'try again') return `${step.kind} ${step.text}`
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
    case 'try again':
    case 'advice':
      return ''
  }
}

function render({ step, subjects }: Merged, triesAgain: boolean): string {
  const ids = few([...subjects], IDS, ',')
  switch (step.kind) {
    case 'follow':
      return wayOut.followStep(ids, subjects.size, step.isRestore)
    case 'restore':
      return wayOut.restoreStep(ids, subjects.size)
    case 'delete':
      return wayOut.deleteStep(ids, subjects.size)
    case 'list':
      return wayOut.listStep(ids)
    case 'start server':
      return triesAgain ? wayOut.START_NOW : wayOut.START_YOURSELF
    case 're-run':
      return wayOut.reRun(step.after)
    case 'try again':
    case 'advice':
      return step.text
  }
}
