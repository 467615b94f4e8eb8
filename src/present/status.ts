import type { OperationRun } from '../run/operation-run.ts'
import { isAccepted, isGood, isSkippedWithGroup, type ServerRun, type Work } from '../run/server-run.ts'

/** The one word for how something stands: in outputs, JSON and tables alike. */
export type Status =
  | 'unknown'
  | 'failed'
  | 'timed_out'
  | 'cancelled'
  | 'restoring'
  | 'in_progress'
  | 'planned'
  | 'completed'
  | 'restored'
  | 'deleted'

const RUNNING: Readonly<Record<Work, Status>> = {
  snapshot: 'in_progress',
  restore: 'restoring',
  'possible restore': 'in_progress',
  // Whether the snapshot is still there, nobody has seen.
  deletion: 'unknown',
}
const DONE: Readonly<Record<Work, Status>> = {
  snapshot: 'completed',
  restore: 'restored',
  'possible restore': 'completed',
  deletion: 'deleted',
}

/** How one server's part stands. `timed_out` and `cancelled` say that the API had accepted. */
export function statusOf({ task }: ServerRun): Status {
  switch (task.state) {
    case 'pending':
    case 'skipped':
    case 'rejected':
    case 'failed':
      return 'failed'
    case 'planned':
      return 'planned'
    case 'requested':
    case 'ambiguous':
      return 'unknown'
    case 'running':
      return RUNNING[task.work]
    case 'left running':
      return statusOfLeft(task.why, task.work)
    case 'succeeded':
      return DONE[task.work]
  }
}

function statusOfLeft(why: Extract<ServerRun['task'], { state: 'left running' }>['why'], work: Work): Status {
  switch (why) {
    case 'timed out':
      return 'timed_out'
    case 'cancelled':
    case 'job cancelled':
      return 'cancelled'
    // What was accepted goes on: what is last known is said.
    case 'not awaited':
    case 'internal error':
    case 'unobservable':
      return RUNNING[work]
  }
}

// Worst first: what cannot be told is worse than what is known to have failed.
const BAD: readonly Status[] = ['unknown', 'failed', 'timed_out', 'cancelled', 'restoring', 'in_progress']
const GOOD: readonly Status[] = ['restoring', 'in_progress', 'planned', 'completed', 'restored', 'deleted']

/** How the operation as a whole stands: of several servers the worst. */
export function overallStatus(run: OperationRun): Status {
  const bad = new Set(run.servers.filter(server => !isGood(server)).map(statusOf))
  const { problem } = run
  // What the runner's files would not take changes nothing about what was done.
  const isAboutServers = problem?.reason !== 'runner-files' || !run.servers.some(isAccepted)
  if (problem !== undefined && isAboutServers) bad.add(problem.done === 'unknown' ? 'unknown' : 'failed')
  const worst = BAD.find(status => bad.has(status))
  if (worst !== undefined) return worst
  const all = new Set(run.servers.map(statusOf))
  // What was gone before it was to be deleted is as it should be.
  if (run.absent.length > 0 || run.deletedUnlisted.length > 0) all.add('deleted')
  return GOOD.find(status => all.has(status)) ?? 'failed'
}

/**
 * The server that stands worst, if any has anything wrong: its reason speaks for all. One that was only skipped because of
 * another is asked last, since that other one knows why.
 */
export function worstServer(run: OperationRun): ServerRun | undefined {
  const bad = run.servers.filter(server => !isGood(server))
  const rank = (server: ServerRun): number => {
    if (isSkippedWithGroup(server)) return BAD.length + 1
    const place = BAD.indexOf(statusOf(server))
    return place === -1 ? BAD.length : place
  }
  return bad.toSorted((a, b) => rank(a) - rank(b))[0]
}

/** Whether the stage is green. */
export function isGreen({ operation, servers, problem, cutOff }: OperationRun): boolean {
  // A cancel of what is only cleaning up does not make the job red.
  const isCutOff = cutOff?.by === 'internal error' || (cutOff !== undefined && operation !== 'post')
  return problem === undefined && !isCutOff && servers.every(isGood)
}
