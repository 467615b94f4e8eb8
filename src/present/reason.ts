import type { CutOff, OperationRun } from '../run/operation-run.ts'
import type { Reason } from '../run/reasons.ts'
import { mayBeDown, type ServerRun } from '../run/server-run.ts'
import { isGreen, worstServer } from './status.ts'

/** Why one server's part is red; undefined where it is not. */
export function reasonOf(run: ServerRun, cutOff: CutOff | undefined): Reason | undefined {
  const ended = cutOff?.by === 'internal error' ? 'internal-error' : 'cancelled'
  return reasonOfTask(run) ?? reasonOfPower(run, ended) ?? reasonOfHealth(run, ended)
}

function reasonOfTask({ task, goal }: ServerRun): Reason | undefined {
  switch (task.state) {
    case 'pending':
    case 'planned':
    case 'running':
    case 'succeeded':
      return undefined
    case 'skipped':
      if (goal === 'clean up') return undefined
      return SKIPPED[task.why]
    case 'requested':
      return 'lost-answer'
    case 'rejected':
    case 'ambiguous':
    case 'failed':
      return task.problem.reason
    case 'left running':
      switch (task.why) {
        case 'not awaited':
          return undefined
        case 'timed out':
          return 'timeout'
        case 'cancelled':
        case 'job cancelled':
          return 'cancelled'
        case 'internal error':
          return 'internal-error'
        case 'unobservable':
          return task.problem.reason
      }
  }
}

const SKIPPED = {
  'group failed': 'group-failed',
  'out of time': 'timeout',
  cancelled: 'cancelled',
  'internal error': 'internal-error',
} as const

function reasonOfPower(run: ServerRun, ended: Reason): Reason | undefined {
  if (run.power.state === 'start failed') return run.power.problem.reason
  return mayBeDown(run) ? ended : undefined
}

function reasonOfHealth({ health }: ServerRun, ended: Reason): Reason | undefined {
  switch (health.state) {
    case 'failed':
      return health.problem.reason
    case 'cut off':
      return ended
    case 'not checked':
    case 'checking':
    case 'passed':
      return undefined
  }
}

/** Why the operation is red: of several servers the reason of the worst; undefined where it is green. */
export function overallReason(run: OperationRun): Reason | undefined {
  if (isGreen(run)) return undefined
  if (run.cutOff?.by === 'internal error') return 'internal-error'
  const worst = worstServer(run)
  const own = worst === undefined ? undefined : reasonOf(worst, run.cutOff)
  return run.problem?.reason ?? own ?? (run.cutOff === undefined ? undefined : 'cancelled')
}
