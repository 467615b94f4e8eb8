import * as v from 'valibot'
import type { CreateInputs, WaitInputs } from '../inputs.ts'
import type { Armed } from './operation-run.ts'

const jobEnds = v.pipe(v.array(v.picklist(['success', 'failure', 'cancelled'])), v.readonly())
const url = v.pipe(
  v.string(),
  v.transform(text => new URL(text)),
)

/** What of a request the post stage needs, the token included: it may not see the inputs again. */
export const planSchema = v.object({
  operation: v.picklist(['create', 'wait']),
  apiToken: v.string(),
  apiUrl: url,
  notifyUrl: v.optional(url),
  notifyOn: v.pipe(v.array(v.picklist(['rollback', 'failure', 'success'])), v.readonly()),
  githubToken: v.optional(v.string()),
  summary: v.boolean(),
  maxParallel: v.number(),
  fixedIntervalMs: v.optional(v.number()),
  acceleratedClock: v.boolean(),
  restoreOn: jobEnds,
  deleteOn: jobEnds,
  keepLast: v.optional(v.number()),
  whenFull: v.picklist(['fail', 'delete-oldest']),
  restoreTimeoutMs: v.number(),
  startAfterRestore: v.boolean(),
  health: v.object({
    timeoutMs: v.number(),
    targets: v.pipe(
      v.array(
        v.variant('kind', [
          v.object({ kind: v.literal('http'), url }),
          v.object({ kind: v.literal('tcp'), host: v.string(), port: v.number() }),
        ]),
      ),
      v.readonly(),
    ),
  }),
  servers: v.number(),
})

export type SavedPlan = v.InferOutput<typeof planSchema>

/** A plan before the number of its servers is known. */
export type SavedPlanBase = Omit<SavedPlan, 'servers'>

/** The request of a step whose post stage may have something to do. */
export type ArmingInputs = CreateInputs | WaitInputs

/** What a request asks of the end of the job. A job that has failed already is not rolled back by a later step. */
export function armedBy(inputs: ArmingInputs): Armed {
  const isTooLate = inputs.jobStatus === 'failure' || inputs.jobStatus === 'cancelled'
  return {
    restoreOn: isTooLate ? [] : inputs.restoreOn,
    deleteOn: inputs.deleteOn,
    keepLast: inputs.keepLast,
    isTooLate: isTooLate && inputs.restoreOn.length > 0,
    isKept: inputs.operation === 'create' && inputs.keep,
  }
}

/** Whether a request leaves the post stage anything to do. */
export function needsPostStep(inputs: ArmingInputs): boolean {
  const { restoreOn, deleteOn, keepLast } = inputs
  const stops = inputs.operation === 'create' && inputs.stopServer
  return restoreOn.length > 0 || deleteOn.length > 0 || keepLast !== undefined || stops
}

/** What of a request the post stage needs. */
export function planOf(inputs: ArmingInputs): SavedPlanBase {
  const { restoreOn, deleteOn, keepLast } = armedBy(inputs)
  return {
    operation: inputs.operation,
    apiToken: inputs.apiToken,
    apiUrl: inputs.apiUrl,
    notifyUrl: inputs.notifyUrl,
    notifyOn: inputs.notifyOn,
    githubToken: inputs.githubToken,
    summary: inputs.summary,
    maxParallel: inputs.maxParallel,
    fixedIntervalMs: inputs.pace.fixedIntervalMs,
    acceleratedClock: inputs.pace.acceleratedClock,
    restoreOn,
    deleteOn,
    keepLast,
    whenFull: inputs.operation === 'create' ? inputs.whenFull : 'fail',
    restoreTimeoutMs: inputs.restoreTimeoutMs,
    startAfterRestore: inputs.startAfterRestore,
    health: { timeoutMs: inputs.health.timeoutMs, targets: inputs.health.targets },
  }
}
