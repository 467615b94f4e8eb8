import type { Clock, Random } from './domain/clock.ts'
import type { HealthProbe } from './domain/health.ts'
import type { WorkflowRun } from './domain/workflow-run.ts'
import type { HttpTransport } from './http/http-transport.ts'
import { type CommonInputs, type InputTexts, parseInputs, parseJobStatus, refusal } from './inputs.ts'
import { judgeLostState } from './operations/lost-state.ts'
import { runEndOfJob, runOperation, type Tell } from './operations/main.ts'
import { joined } from './present/account.ts'
import { renderSteps } from './present/next-steps.ts'
import { createReport, type Report } from './report/report.ts'
import { type Runner, withoutSecrets } from './report/runner.ts'
import type { Context } from './run/context.ts'
import { readSavedState, type SavedState, saveBegun } from './run/saved-state.ts'
import { createTell, type TellSettings } from './tell.ts'
import { createClient } from './vps/client.ts'
import { createRetryLog } from './waiting/retry-log.ts'

/** Everything outside that a stage works with. */
export interface StageDeps {
  readonly runner: Runner
  /** For the VPS.org API alone. */
  readonly wire: HttpTransport
  /** For everybody else who is told; the token never travels by it. */
  readonly tellWire: HttpTransport
  readonly probe: HealthProbe
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly origin: WorkflowRun
  readonly inputs: InputTexts
  /** A value that the main stage saved, '' where there is none. */
  readonly readState: (name: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The main stage: reads the inputs, and runs the operation.
 * @returns whether the step is green
 */
export async function mainStage(deps: StageDeps): Promise<boolean> {
  const parsed = parseInputs(deps.inputs, { mayInheritInputs: deps.origin.isNestedInForeignRunner })
  // Before anything can be logged.
  for (const secret of parsed.secrets) deps.runner.mask(secret)
  const runner = withoutSecrets(deps.runner, parsed.secrets)
  if (!parsed.ok) return refuseInputs(runner, parsed.problems, parsed.warnings)
  const { inputs } = parsed
  const report = createReport(runner, { summary: inputs.summary, outputs: true })
  const trouble = saveBegun(report.saveState)
  if (trouble !== undefined) report.debug(`The step's state cannot be saved: ${trouble}`)
  for (const warning of parsed.warnings) report.warn(warning)
  const ctx = contextOf(deps, report, inputs)
  return runOperation(
    ctx,
    inputs,
    tellFor(deps, ctx, { ...inputs, isDryRun: 'dryRun' in inputs && inputs.dryRun }),
  )
}

async function refuseInputs(
  runner: Runner,
  problems: readonly string[],
  warnings: readonly string[],
): Promise<boolean> {
  const report = createReport(runner, { summary: false, outputs: true })
  saveBegun(report.saveState)
  for (const warning of warnings) report.warn(warning)
  // One problem is the headline; of several, each gets a line of its own.
  if (problems.length > 1) for (const problem of problems) report.line(`- ${problem}`)
  report.outputs({ status: 'failed', reason: 'invalid-input' })
  await report.conclude({
    isGreen: false,
    title: 'VPS.org snapshot: invalid input',
    headline: refusal(problems),
    state: '',
    detail: problems.length > 1 ? problems.join(' ') : '',
    next: undefined,
    summary: undefined,
  })
  return false
}

/**
 * The post stage: acts on what the main stage saved; only how the job ended is read anew.
 * @returns whether the post stage is green
 */
export async function postStage(deps: StageDeps): Promise<boolean> {
  const found = readSavedState(deps.readState)
  if (found.state === 'lost') return endWithoutState(deps)
  if (found.state === 'nothing to do') {
    deps.runner.debug('The main stage left nothing to do.')
    return true
  }
  return endWithState(deps, found.saved)
}

function endWithState(deps: StageDeps, saved: SavedState): Promise<boolean> {
  const { plan } = saved
  const secrets = [plan.apiToken, plan.notifyUrl, plan.githubToken].filter(text => text !== undefined)
  for (const secret of secrets) deps.runner.mask(secret)
  const runner = withoutSecrets(deps.runner, secrets)
  const report = createReport(runner, { summary: plan.summary, outputs: false })
  const ctx = contextOf(deps, report, {
    apiUrl: new URL(plan.apiUrl),
    apiToken: plan.apiToken,
    maxParallel: plan.maxParallel,
    pace: {
      acceleratedClock: plan.acceleratedClock,
      ...(plan.fixedIntervalMs === undefined ? {} : { fixedIntervalMs: plan.fixedIntervalMs }),
    },
  })
  const tell = tellFor(deps, ctx, {
    operation: plan.operation,
    notifyUrl: plan.notifyUrl === undefined ? undefined : new URL(plan.notifyUrl),
    notifyOn: plan.notifyOn,
    githubToken: plan.githubToken,
    isDryRun: false,
  })
  return runEndOfJob(ctx, saved, jobStatusOf(deps, report), tell)
}

/** Runners that are not GitHub's call a failed job a success in a composite action: there the word proves nothing. */
function jobStatusOf(deps: StageDeps, report: Report) {
  const status = parseJobStatus(deps.inputs.get('job-status') ?? '')
  if (status !== 'success' || !deps.origin.isNestedInForeignRunner) return status
  report.debug(
    'A composite action on this runner does not learn how the job ended: "success" counts as unknown.',
  )
  return 'unknown'
}

/** Without its state the post stage changes nothing. */
async function endWithoutState(deps: StageDeps): Promise<boolean> {
  const parsed = parseInputs(deps.inputs, { mayInheritInputs: true })
  for (const secret of parsed.secrets) deps.runner.mask(secret)
  const report = createReport(withoutSecrets(deps.runner, parsed.secrets), { summary: false, outputs: false })
  const { problem, warning } = judgeLostState(parsed, jobStatusOf(deps, report))
  if (warning !== undefined) report.warn(warning)
  if (problem === undefined) return true
  await report.conclude({
    isGreen: false,
    title: 'Rollback failed',
    headline: problem.what,
    state: joined([problem.state]),
    next: renderSteps(problem.next),
    summary: undefined,
  })
  return false
}

function tellFor(deps: StageDeps, ctx: Context, settings: TellSettings): Tell {
  return createTell({ ctx, transport: deps.tellWire, env: deps.env }, settings)
}

function contextOf(
  deps: StageDeps,
  report: Report,
  settings: Pick<CommonInputs, 'apiUrl' | 'apiToken' | 'maxParallel' | 'pace'>,
): Context {
  const { clock, random, signal, origin, probe, wire } = deps
  const logRetry = createRetryLog(report, clock)
  const api = createClient({
    apiUrl: settings.apiUrl,
    token: settings.apiToken,
    transport: wire,
    clock,
    random,
    signal,
    ...(settings.pace.acceleratedClock ? { burst: Number.POSITIVE_INFINITY } : {}),
    onRetry: logRetry,
    onFoundByName: ({ asked, name }) =>
      report.line(`The API does not know server ${asked} by its ID; using the one server named "${name}".`),
    debug: line => report.debug(line),
  })
  return {
    api,
    clock,
    random,
    signal,
    report,
    logRetry,
    origin,
    probe,
    pace: settings.pace,
    maxParallel: settings.maxParallel,
  }
}
