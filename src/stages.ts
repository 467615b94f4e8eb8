import type { Clock, Random } from './domain/clock.ts'
import type { RunOrigin } from './domain/origin.ts'
import { type CommonInputs, type InputReader, type JobStatus, parseInputs } from './inputs.ts'
import type { Context } from './operations/context.ts'
import type { HealthProbe } from './operations/health.ts'
import { runMain } from './operations/main.ts'
import { runPost } from './operations/post.ts'
import { createRetryLog } from './operations/retry-log.ts'
import { readSavedState } from './operations/saved-state.ts'
import { createReport, type Report } from './report/report.ts'
import { type Runner, withoutSecret } from './report/runner.ts'
import { createClient } from './vps/client.ts'
import type { Wire } from './vps/wire.ts'

/** Everything outside that a stage works with. */
export interface Surroundings {
  readonly runner: Runner
  readonly wire: Wire
  readonly probe: HealthProbe
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly origin: RunOrigin
  readonly readInput: InputReader
  /** A value that the main stage saved, '' where there is none. */
  readonly readState: (name: string) => string
}

/** The state by which the post stage knows that a main stage ran before it. */
export const STAGE_STATE = 'main-stage'

/**
 * The main stage: reads the inputs, and runs the operation.
 * @returns whether the step is green
 */
export async function mainStage(around: Surroundings): Promise<boolean> {
  around.runner.saveState(STAGE_STATE, 'begun')
  const parsed = parseInputs(around.readInput)
  const token = parsed.ok ? parsed.inputs.apiToken : parsed.apiToken
  // Before anything can be logged.
  if (token !== undefined) around.runner.mask(token)
  if (!parsed.ok) return refuseInputs(around.runner, parsed.problems)
  const { inputs } = parsed
  const runner = withoutSecret(around.runner, inputs.apiToken)
  const report = createReport(runner, { summary: inputs.summary, outputs: true })
  return runMain(contextOf(around, report, inputs), inputs)
}

async function refuseInputs(runner: Runner, problems: readonly string[]): Promise<boolean> {
  const report = createReport(runner, { summary: false, outputs: true })
  // One problem is said by the verdict; of several, each gets a line of its own.
  if (problems.length > 1) for (const problem of problems) report.line(`- ${problem}`)
  const all = problems.join(' ')
  report.outputs({ status: 'failed' })
  await report.conclude({
    good: false,
    title: 'Inputs',
    ...(problems.length === 1
      ? { verdict: `One input is not as it must be, and nothing was sent: ${all}` }
      : {
          verdict: `${problems.length} inputs are not as they must be, and nothing was sent.`,
          detail: all,
        }),
    next: undefined,
    summary: undefined,
  })
  return false
}

/**
 * The post stage: acts on what the main stage saved; only how the job ended is read anew.
 * @returns whether the post stage is green
 */
export async function postStage(around: Surroundings): Promise<boolean> {
  const saved = readSavedState(around.readState)
  if (saved === undefined) {
    around.runner.debug('The main stage left nothing to do.')
    return true
  }
  around.runner.mask(saved.plan.apiToken)
  const { fixedIntervalMs, timeLapse } = saved.plan
  const runner = withoutSecret(around.runner, saved.plan.apiToken)
  const report = createReport(runner, { summary: saved.plan.summary, outputs: false })
  const settings = {
    apiUrl: new URL(saved.plan.apiUrl),
    apiToken: saved.plan.apiToken,
    maxParallel: saved.plan.maxParallel,
    pace: { timeLapse, ...(fixedIntervalMs === undefined ? {} : { fixedIntervalMs }) },
  }
  return runPost(contextOf(around, report, settings), saved, jobStatusOf(around.readInput('job-status')))
}

const JOB_STATUSES: readonly string[] = ['success', 'failure', 'cancelled'] satisfies JobStatus[]

function jobStatusOf(text: string): JobStatus {
  const status = text.trim().toLowerCase()
  return JOB_STATUSES.includes(status) ? (status as JobStatus) : 'unknown'
}

function contextOf(
  around: Surroundings,
  report: Report,
  settings: Pick<CommonInputs, 'apiUrl' | 'apiToken' | 'maxParallel' | 'pace'>,
): Context {
  const { clock, random, signal, origin, probe, wire } = around
  const sayRetry = createRetryLog(report, clock)
  const api = createClient({
    apiUrl: settings.apiUrl,
    token: settings.apiToken,
    wire,
    clock,
    random,
    signal,
    onRetry: sayRetry,
    debug: line => report.debug(line),
  })
  return {
    api,
    clock,
    random,
    signal,
    report,
    sayRetry,
    origin,
    probe,
    pace: settings.pace,
    maxParallel: settings.maxParallel,
  }
}
