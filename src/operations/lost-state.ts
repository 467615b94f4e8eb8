import type { ParsedInputs } from '../inputs.ts'
import type { OperationRun } from '../run/operation-run.ts'
import type { Problem } from '../run/problem.ts'
import * as rollbackMessages from './rollback-messages.ts'

/** What the end of a job was to do, as far as the step's inputs tell, where what the main stage saved is lost. */
export interface LostState {
  /** Something was due that only the saved state could have done. */
  readonly problem: Problem | undefined
  readonly isRestoreDue: boolean
  /** Said where nothing was due, or where that cannot be told. */
  readonly warning: string | undefined
}

const NOTHING: LostState = { problem: undefined, isRestoreDue: false, warning: undefined }

/**
 * What to say where the main stage's state is lost: nothing is changed. It is red where the step's inputs show that
 * something was due; a nested composite action may have lost them, too.
 */
export function judgeLostState(parsed: ParsedInputs, jobStatus: OperationRun['jobStatus']): LostState {
  if (!parsed.ok) return { ...NOTHING, warning: rollbackMessages.STATE_LOST_UNCLEAR }
  const { inputs } = parsed
  if (inputs.operation !== 'create' && inputs.operation !== 'wait') return NOTHING
  const isRestoreDue =
    jobStatus === 'unknown' ? inputs.restoreOn.length > 0 : inputs.restoreOn.some(end => end === jobStatus)
  const mayBeDown = inputs.operation === 'create' && inputs.stopServer
  if (isRestoreDue || mayBeDown)
    return {
      problem: rollbackMessages.stateLost(isRestoreDue, mayBeDown, inputs.servers),
      isRestoreDue,
      warning: undefined,
    }
  const isCleanUpDue =
    inputs.deleteOn.some(end => end === jobStatus) ||
    (inputs.keepLast !== undefined && jobStatus === 'success')
  return isCleanUpDue ? { ...NOTHING, warning: rollbackMessages.STATE_LOST_CLEAN_UP } : NOTHING
}
