import { isGreen } from '../present/status.ts'
import type { Context } from '../run/context.ts'
import type { Recorder } from '../run/recorder.ts'
import { type ArmingInputs, armedBy, needsPostStep } from '../run/saved-plan.ts'
import * as rollbackMessages from './rollback-messages.ts'

/**
 * Records, and so saves for the post step, what the end of the job is to do. Where that cannot be saved and is needed,
 * nothing is begun: a deploy must not rely on a rollback that cannot come.
 * @returns whether the operation may go on
 */
export function arm(inputs: ArmingInputs, recorder: Recorder): boolean {
  recorder.record({ type: 'armed', armed: armedBy(inputs) })
  const why = recorder.run.stateLost
  if (why === undefined || !needsPostStep(inputs)) return true
  recorder.record({ type: 'failed', problem: rollbackMessages.cannotArm(why) })
  return false
}

/**
 * A state that was lost in the middle disarms a rollback: the step must not end green, nor the deploy begin. A step that
 * is red anyway arms none, and has a better reason. That a clean-up is disarmed is a warning, and it is promised no more.
 */
export function checkStillArmed({ report }: Context, recorder: Recorder): void {
  const { stateLost, armed, problem } = recorder.run
  if (stateLost === undefined || armed === undefined || problem !== undefined) return
  if (armed.restoreOn.length > 0 && isGreen(recorder.run))
    recorder.record({ type: 'failed', problem: rollbackMessages.disarmed(stateLost) })
  else if (armed.deleteOn.length > 0 || armed.keepLast !== undefined) {
    report.warn(rollbackMessages.cleanUpDisarmed(stateLost))
    recorder.record({ type: 'armed', armed: { ...armed, deleteOn: [], keepLast: undefined } })
  }
}
