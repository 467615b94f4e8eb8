import type { SnapshotId } from '../domain/ids.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import type { StepToCopy } from '../report/summary-markup.ts'
import type { OperationRun } from '../run/operation-run.ts'
import type { Reason } from '../run/reasons.ts'
import { isGood, problemsOf, type ServerRun, snapshotOf } from '../run/server-run.ts'
import { COPIED, OVERWRITES } from './messages/titles.ts'
import { nextStepsOf } from './next-steps.ts'
import { isGreen, statusOf } from './status.ts'

type Copied = 'restore' | 'wait' | 'delete'

interface OfferedStep extends StepToCopy {
  readonly operation: Copied
}

interface Subject {
  readonly server: string
  readonly snapshot: string
}

/** The file that the README tells to save: the form by hand. */
const FORM = 'vps-snapshots.yml'

/** The steps that a person may need next, ready to paste, each with the line that starts the form by hand. */
export function stepsToCopy(run: OperationRun, origin: WorkflowRun): readonly OfferedStep[] {
  const steps: OfferedStep[] = []
  // What a restore has to wait for comes before it.
  for (const operation of ['wait', 'delete', 'restore'] as const) {
    const subjects = SUBJECTS[operation](run)
    if (subjects.length > 0) steps.push({ operation, ...stepFor(operation, subjects, origin) })
  }
  return steps
}

/**
 * The lines of the steps that carry out what to do next; none for a green stage, unless only a person can know whether a
 * rollback is due. One that overwrites a server is among them only where that is what to do next, or was asked for.
 */
export function commandsFor(run: OperationRun, origin: WorkflowRun): readonly string[] {
  if (isGreen(run) && run.rollback !== 'job status unknown') return []
  const isRestoreNext =
    run.operation === 'restore' ||
    run.operation === 'post' ||
    nextStepsOf(run).some(({ kind }) => kind === 'restore')
  return stepsToCopy(run, origin)
    .filter(({ operation }) => operation !== 'restore' || isRestoreNext)
    .map(({ command }) => command)
}

const SUBJECTS: Readonly<Record<Copied, (run: OperationRun) => readonly Subject[]>> = {
  restore: restorable,
  wait: run => fromSteps(run, 'follow'),
  delete: run => fromSteps(run, 'delete'),
}

/** After a create what it made; after a restore that failed the newest that could be restored instead. */
function restorable(run: OperationRun): readonly Subject[] {
  if (run.operation === 'create') return run.servers.flatMap(made)
  if (run.rollback === 'job status unknown') return fromSteps(run, 'restore')
  if (run.operation !== 'restore' && run.operation !== 'post') return []
  return run.servers.flatMap(server => (isGood(server) ? [] : instead(server)))
}

function made(server: ServerRun): readonly Subject[] {
  const snapshot = snapshotOf(server)
  // What is still in progress is waited for first.
  if (snapshot === undefined || statusOf(server) !== 'completed') return []
  return [{ server: server.server.id, snapshot: snapshot.id }]
}

/** Why a snapshot is never the one to restore, whatever is done about it. */
const UNFIT: readonly Reason[] = ['too-old', 'not-completed', 'not-found']

function instead(server: ServerRun): readonly Subject[] {
  const { task } = server
  if (task.state !== 'rejected' && task.state !== 'failed' && task.state !== 'skipped') return []
  // A server that somebody is restoring must not be restored again.
  const problems = problemsOf(server)
  if (problems.some(({ next }) => next.some(step => step.kind === 'follow' && step.isRestore))) return []
  // What its safety snapshot needs comes first: a restore without it is not what was asked for.
  if (problems.some(({ next }) => next.some(({ kind }) => kind === 'delete'))) return []
  const [candidate] = problems.flatMap(problem => problem.candidates ?? [])
  const isUnfit = task.state === 'rejected' && UNFIT.includes(task.problem.reason)
  const hasOther = task.state === 'failed' && candidate !== undefined
  const snapshot = isUnfit || hasOther ? candidate : snapshotOf(server)
  return snapshot === undefined ? [] : [{ server: server.server.id, snapshot: snapshot.id }]
}

function fromSteps(run: OperationRun, kind: 'follow' | 'delete' | 'restore'): readonly Subject[] {
  return nextStepsOf(run).flatMap(step => {
    if (step.kind !== kind) return []
    const server = run.servers.find(candidate => concerns(candidate, step.snapshot)) ?? run.servers[0]
    return server === undefined ? [] : [{ server: server.server.id, snapshot: step.snapshot }]
  })
}

/** Whether a server holds a snapshot, or is where the step came from: as a guard another server would refuse it. */
function concerns(server: ServerRun, id: SnapshotId): boolean {
  const steps = problemsOf(server).flatMap(({ next }) => next)
  return snapshotOf(server)?.id === id || steps.some(step => 'snapshot' in step && step.snapshot === id)
}

function stepFor(operation: Copied, subjects: readonly Subject[], { action }: WorkflowRun): StepToCopy {
  const servers = [...new Set(subjects.map(({ server }) => server))].join(',')
  const snapshots = [...new Set(subjects.map(({ snapshot }) => snapshot))].join(',')
  return {
    title: COPIED[operation],
    yaml: [
      ...(operation === 'restore' ? [OVERWRITES] : []),
      `- uses: ${action}`,
      '  with:',
      `    operation: ${operation}`,
      '    api-token: ${{ secrets.VPS_API_TOKEN }}',
      `    server-id: ${servers}`,
      `    snapshot-id: ${snapshots}`,
    ].join('\n'),
    // The form only shows the plan unless it is told otherwise; the step above acts, and so does this line.
    command: `gh workflow run ${FORM} -f operation=${operation} -f server-id=${servers} -f snapshot-id=${snapshots}${
      operation === 'wait' ? '' : ' -f dry-run=false'
    }`,
  }
}
