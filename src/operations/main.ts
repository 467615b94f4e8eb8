import { Cancelled } from '../domain/clock.ts'
import type { Inputs } from '../inputs.ts'
import { changedOutputs } from '../present/outputs.ts'
import { isGreen } from '../present/status.ts'
import { commandsFor } from '../present/steps-to-copy.ts'
import type { Context } from '../run/context.ts'
import { type CutOff, newOperationRun, type OperationRun } from '../run/operation-run.ts'
import type { Problem } from '../run/problem.ts'
import { createRecorder, type Recorder } from '../run/recorder.ts'
import { type ArmingInputs, needsPostStep, planOf } from '../run/saved-plan.ts'
import { type SavedState, saveChanges, saveGreen } from '../run/saved-state.ts'
import { checkStillArmed } from './arm.ts'
import { announce, conclude } from './conclude.ts'
import { create } from './create.ts'
import { deleteSnapshots } from './delete.ts'
import { list } from './list.ts'
import * as messages from './messages.ts'
import { runPost } from './post.ts'
import { restore } from './restore.ts'
import * as rollbackMessages from './rollback-messages.ts'
import { wait } from './wait.ts'

/** Called when everything else is written: who else is told. */
export type Tell = (run: OperationRun) => Promise<void>

/**
 * Runs one operation and tells how it ended, also when it is cancelled or fails in the middle.
 * @returns whether the step is green
 */
export async function runOperation(ctx: Context, inputs: Inputs, tell: Tell): Promise<boolean> {
  const arming = isArming(inputs) ? inputs : undefined
  const recorder = recorderFor(ctx, inputs, arming)
  for (const notice of inputs.notices) ctx.report.notice(notice)
  await toItsEnd(ctx, recorder, () => operate(ctx, inputs, recorder))
  if (arming !== undefined) checkStillArmed(ctx, recorder)
  if (!(await endAs(ctx, recorder.run, tell))) return false
  if (arming === undefined) return true
  confirmGreen(ctx, recorder)
  // What made it red at the very last is told in all places, over what was said before.
  return isGreen(recorder.run) || endAs(ctx, recorder.run, tell)
}

/**
 * Runs the end of the job, and tells how it ended.
 * @returns whether the post stage is green
 */
export async function runEndOfJob(
  ctx: Context,
  saved: SavedState,
  jobStatus: OperationRun['jobStatus'],
  tell: Tell,
): Promise<boolean> {
  const begin = newOperationRun({ operation: 'post', jobStatus, mode: 'wait' }, ctx.clock.now())
  const recorder = createRecorder(ctx, begin)
  await toItsEnd(ctx, recorder, () => runPost(ctx, saved, recorder, () => announce(ctx, recorder.run)))
  return endAs(ctx, recorder.run, tell)
}

/**
 * Tells, as of any other end, why a stage has not even begun: invalid inputs, or a lost state.
 * @returns whether the stage is green: it is not
 */
export function endUnbegun(
  ctx: Context,
  facts: Pick<OperationRun, 'operation' | 'jobStatus' | 'rollback'>,
  problem: Problem,
  tell: Tell,
): Promise<boolean> {
  const begin = newOperationRun({ ...facts, mode: 'wait' }, ctx.clock.now())
  const recorder = createRecorder(ctx, begin)
  recorder.record({ type: 'rollback', rollback: facts.rollback })
  recorder.record({ type: 'failed', problem })
  return endAs(ctx, recorder.run, tell)
}

/** Tells how a stage ended, here and elsewhere; whether that is green. */
async function endAs(ctx: Context, run: OperationRun, tell: Tell): Promise<boolean> {
  const { next } = await conclude(ctx, run)
  await tell(run)
  ctx.report.wayOut(next)
  for (const command of commandsFor(run, ctx.origin)) ctx.report.line(messages.byHand(command))
  return isGreen(run)
}

function isArming(inputs: Inputs): inputs is ArmingInputs {
  return inputs.operation === 'create' || (inputs.operation === 'wait' && needsPostStep(inputs))
}

/** Saves what the post stage needs, and publishes ids, as things happen. */
function recorderFor(ctx: Context, inputs: Inputs, arming: ArmingInputs | undefined): Recorder {
  const { operation, jobStatus } = inputs
  const begin = newOperationRun(
    { operation, jobStatus, mode: modeOf(inputs), stopsServers: 'stopServer' in inputs && inputs.stopServer },
    ctx.clock.now(),
  )
  const plan = arming === undefined ? undefined : planOf(arming)
  const recorder = createRecorder(ctx, begin, (before, after) => {
    const outputs = changedOutputs(before, after)
    if (outputs !== undefined) ctx.report.outputs(outputs)
    if (plan === undefined || after.stateLost !== undefined) return
    const trouble = saveChanges(ctx.report.saveState, plan, before, after)
    if (trouble !== undefined) recorder.record({ type: 'state lost', why: trouble })
  })
  return recorder
}

/**
 * Lets the end of the job know that the step ended green, as the very last thing: a cancel before that must not arm a
 * rollback of a deploy that never began.
 */
function confirmGreen(ctx: Context, recorder: Recorder): void {
  const { armed, mode } = recorder.run
  if (ctx.signal.aborted) {
    recorder.record({ type: 'cut off', cutOff: cutOffBy(ctx.signal.reason) })
    return
  }
  if (armed === undefined || mode !== 'wait') return
  const trouble = saveGreen(ctx.report.saveState)
  if (trouble !== undefined && armed.restoreOn.length > 0)
    recorder.record({ type: 'failed', problem: rollbackMessages.disarmed(trouble) })
}

function modeOf(inputs: Inputs): OperationRun['mode'] {
  if ('dryRun' in inputs && inputs.dryRun) return 'dry run'
  return 'wait' in inputs && !inputs.wait ? 'no wait' : 'wait'
}

/** A cancel and a mistake of this action end an operation as everything else does: with the truth about it. */
async function toItsEnd(ctx: Context, recorder: Recorder, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    // A cancel that a courtesy has swallowed, such as the question for the token's permissions, is mentioned all the same.
    if (ctx.signal.aborted && !isGreen(recorder.run)) throw ctx.signal.reason
  } catch (error) {
    recorder.record({ type: 'cut off', cutOff: cutOffBy(error) })
  }
}

function cutOffBy(error: unknown): CutOff {
  if (error instanceof Cancelled) return { by: 'cancel', signal: error.signal }
  return { by: 'internal error', message: error instanceof Error ? error.message : String(error) }
}

function operate(ctx: Context, inputs: Inputs, recorder: Recorder): Promise<void> {
  switch (inputs.operation) {
    case 'create':
      return create(ctx, inputs, recorder)
    case 'restore':
      return restore(ctx, inputs, recorder, () => announce(ctx, recorder.run))
    case 'delete':
      return deleteSnapshots(ctx, inputs, recorder)
    case 'list':
      return list(ctx, inputs, recorder)
    case 'wait':
      return wait(ctx, inputs, recorder)
  }
}
