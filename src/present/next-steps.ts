import { few, NAMED } from '../domain/few.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { isCompleted } from '../policy/statuses.ts'
import { checkApplication, startServer } from '../run/labels.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import type { OperationRun } from '../run/operation-run.ts'
import {
  type Goal,
  isSkippedWithGroup,
  mayBeDown,
  problemsOf,
  type ServerRun,
  snapshotOf,
  wasNeverSeen,
} from '../run/server-run.ts'
import * as jobEnd from './messages/job-end.ts'
import * as wayOut from './messages/way-out.ts'

// A fleet may fail in many ways; the first few next steps are what a person can act on.
const SHOWN = 3

/** What a person can do next, most urgent first, as data. */
export function nextStepsOf(run: OperationRun): readonly NextStep[] {
  if (run.cutOff?.by === 'internal error')
    return [advice(jobEnd.REPORT_IT), ...run.servers.flatMap(server => stepsOfTask(run, server))]
  const own = run.problem?.next ?? []
  const isPlanned = run.servers.length > 0 && run.servers.every(({ task }) => task.state === 'planned')
  if (isPlanned) return [advice(wayOut.doIt(plannedIds(run)))]
  if (run.rollback === 'job status unknown') return [...own, ...stepsOfUnknownEnd(run)]
  const acting = run.servers.filter(server => !isSkippedWithGroup(server))
  const ofServers = (acting.length === 0 ? run.servers : acting).flatMap(server => stepsOfServer(run, server))
  const steps = [...own, ...ofServers]
  return steps.length === 0 && run.cutOff !== undefined && run.operation !== 'post'
    ? [{ kind: 're-run' }]
    : steps
}

function plannedIds({ operation, servers }: OperationRun): string {
  if (operation === 'create') return ''
  const ids = servers.flatMap(server => snapshotOf(server)?.id ?? [])
  return few(ids, NAMED.copy, ',')
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
  if (server.health.state === 'cut off') return [checkApplication(server, false)]
  // The end of the job starts what a create left stopped.
  const isLeftDown = mayBeDown(server) && server.power.state !== 'start failed' && operation !== 'create'
  return isLeftDown ? [startServer(server)] : []
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
      return stepsOfSkipped(goal, id)
    case 'rejected':
      // Nobody runs the end of a job again: what it could not restore is up to a person.
      return run.operation === 'post' &&
        goal === 'restore' &&
        id !== undefined &&
        task.problem.reason !== 'not-found' &&
        !tellsOfRestore(task.problem.next)
        ? [{ kind: 'restore', snapshot: id }]
        : []
    case 'succeeded':
      // Whether anything was restored, only the application can tell.
      return wasNeverSeen(server) && server.health.state === 'not checked'
        ? [checkApplication(server, false)]
        : []
    case 'pending':
    case 'planned':
    case 'ambiguous':
    case 'running':
    case 'failed':
      return []
  }
}

/** To run all of it again would restore once more what has been restored. */
function stepsOfSkipped(goal: Goal, id: SnapshotId | undefined): readonly NextStep[] {
  const all = { kind: 're-run' } as const
  switch (goal) {
    case 'clean up':
      return []
    case 'create':
      return [all]
    case 'restore':
    case 'delete':
      return [id === undefined ? all : { kind: goal, snapshot: id }]
    case 'wait':
      return [id === undefined ? all : { kind: 'follow', snapshot: id, isRestore: false }]
  }
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
  const started = steps.flatMap(step => (step.kind === 'start server' ? [step.server] : []))
  const inOrder = steps
    .filter(({ kind }) => !isActing || kind !== 'try again')
    // Who starts a server in the panel sees it there.
    .filter(step => step.kind !== 'check server' || !started.includes(step.server))
    .toSorted((a, b) => urgency(a) - urgency(b))
  const merged = merge(inOrder.filter(step => step.kind !== 're-run'))
  const texts = [...new Set(merged.map(step => render(step, triesAgain)))].slice(0, SHOWN)
  if (inOrder.at(-1)?.kind === 're-run')
    return wayOut.reRun(texts, merged.at(-1)?.step.kind === 'start server')
  return texts.length === 0 ? undefined : texts.join(' ')
}

/** A server that is down comes first; to run the job again, or to try again, comes after all else. */
function urgency({ kind }: NextStep): number {
  if (kind === 'start server') return 0
  return kind === 're-run' || kind === 'try again' ? 2 : 1
}

/** To run the job again is said with what comes before it. */
type Told = Exclude<NextStep, { readonly kind: 're-run' }>

/** Steps of one kind, with all that they are about. */
interface Merged {
  readonly step: Told
  readonly subjects: Set<string>
}

function merge(steps: readonly Told[]): readonly Merged[] {
  const byKind = new Map<string, Merged>()
  for (const step of steps) {
    const key = keyOf(step)
    const merged = byKind.get(key) ?? { step, subjects: new Set() }
    merged.subjects.add(subjectOf(step))
    byKind.set(key, merged)
  }
  return [...byKind.values()]
}

function keyOf(step: Told): string {
  if (step.kind === 'advice' || step.kind === 'try again') return `${step.kind} ${step.text}`
  if (step.kind === 'check application') return `${step.kind} ${step.isRestored}`
  return step.kind === 'follow' ? `follow ${step.isRestore}` : step.kind
}

function subjectOf(step: Told): string {
  switch (step.kind) {
    case 'follow':
    case 'restore':
    case 'delete':
      return step.snapshot
    case 'list':
      return step.server ?? ''
    case 'check server':
    case 'start server':
    case 'check application':
      return step.server
    case 'try again':
    case 'advice':
      return ''
  }
}

function render({ step, subjects }: Merged, triesAgain: boolean): string {
  const ids = few([...subjects], NAMED.copy, ',')
  const servers = few([...subjects], NAMED.choice)
  switch (step.kind) {
    case 'follow':
      return wayOut.followStep(ids, subjects.size, step.isRestore)
    case 'restore':
      return wayOut.restoreStep(ids, subjects.size)
    case 'delete':
      return wayOut.deleteStep(ids, subjects.size)
    case 'list':
      return wayOut.listStep(ids)
    case 'check server':
      return wayOut.checkServers(servers)
    case 'start server':
      return wayOut.startServers(servers, subjects.size, triesAgain)
    case 'check application':
      return wayOut.checkApplications(servers, step.isRestored)
    case 'try again':
    case 'advice':
      return step.text
  }
}
