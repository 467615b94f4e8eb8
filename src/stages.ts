import type { Clock, Random } from './domain/clock.ts'
import type { HealthProbe } from './domain/health.ts'
import type { WorkflowRun } from './domain/workflow-run.ts'
import type { HttpTransport } from './http/http-transport.ts'
import {
  type CommonInputs,
  type InputTexts,
  type ParsedInputs,
  parseInputs,
  parseJobStatus,
  refusal,
} from './inputs.ts'
import { judgeLostState } from './operations/lost-state.ts'
import { endUnbegun, runEndOfJob, runOperation, type Tell } from './operations/main.ts'
import * as messages from './operations/messages.ts'
import { createReport, type Report } from './report/report.ts'
import { type Runner, withoutSecrets } from './report/runner.ts'
import type { Context } from './run/context.ts'
import { certain } from './run/problem.ts'
import type { Observer } from './run/recorder.ts'
import { readSavedState, type SavedState, saveBegun } from './run/saved-state.ts'
import { createTell, type TellSettings } from './tell.ts'
import { createClient } from './vps/client.ts'
import { permissionsReader } from './waiting/explain.ts'
import { createRetryLog } from './waiting/retry-log.ts'

/** Everything outside that a stage works with. */
export interface StageDeps {
  readonly runner: Runner
  /** For the VPS.org API alone. */
  readonly transport: HttpTransport
  /** For everybody else who is told; the token never travels by it. */
  readonly notifyTransport: HttpTransport
  readonly probe: HealthProbe
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly origin: WorkflowRun
  readonly inputs: InputTexts
  /** A value that the main stage saved, '' where there is none. */
  readonly readState: (name: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Looks on: told of every change of the record. */
  readonly observe?: Observer
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
  if (!parsed.ok) return refuseInputs(deps, runner, parsed)
  const { inputs } = parsed
  const report = createReport(runner, { summary: inputs.summary, outputs: true })
  const trouble = saveBegun(report.saveState)
  if (trouble !== undefined) report.debug(messages.stateNotSaved(trouble))
  for (const warning of parsed.warnings) report.warn(warning)
  const ctx = contextOf(deps, report, inputs)
  return runOperation(
    ctx,
    inputs,
    tellFor(deps, ctx, { ...inputs, isDryRun: 'dryRun' in inputs && inputs.dryRun }),
  )
}

async function refuseInputs(
  deps: StageDeps,
  runner: Runner,
  { problems, warnings, values }: Extract<ParsedInputs, { readonly ok: false }>,
): Promise<boolean> {
  const report = createReport(runner, { summary: values.summary, outputs: true })
  saveBegun(report.saveState)
  for (const warning of warnings) report.warn(warning)
  // One problem is the headline; of several, each gets a line of its own.
  if (problems.length > 1) for (const problem of problems) report.line(`- ${problem}`)
  const settings = { apiUrl: values['api-url'], apiToken: '', maxParallel: values['max-parallel'] }
  const ctx = contextOf(deps, report, { ...settings, pace: { acceleratedClock: false } })
  const { operation, 'notify-url': notifyUrl, 'notify-on': notifyOn, 'dry-run': isDryRun } = values
  // Nobody can be told of an operation that has no name.
  const tell =
    operation === undefined
      ? () => Promise.resolve()
      : tellFor(deps, ctx, { operation, notifyUrl, notifyOn, isDryRun })
  const facts = {
    operation: operation ?? 'create',
    jobStatus: values['job-status'],
    rollback: 'not due',
  } as const
  const { what, state } = refusal(problems)
  return endUnbegun(ctx, facts, certain('invalid-input', what, state), tell)
}

/**
 * The post stage: acts on what the main stage saved; only how the job ended is read anew.
 * @returns whether the post stage is green
 */
export async function postStage(deps: StageDeps): Promise<boolean> {
  const found = readSavedState(deps.readState)
  if (found.state === 'lost') return endWithoutState(deps)
  if (found.state === 'nothing to do') {
    deps.runner.debug(messages.NOTHING_LEFT)
    return true
  }
  return endWithState(deps, found.saved)
}

function endWithState(deps: StageDeps, saved: SavedState): Promise<boolean> {
  const { plan } = saved
  const secrets = [plan.apiToken, plan.notifyUrl?.href, plan.githubToken].filter(text => text !== undefined)
  for (const secret of secrets) deps.runner.mask(secret)
  const runner = withoutSecrets(deps.runner, secrets)
  const report = createReport(runner, { summary: plan.summary, outputs: false })
  const ctx = contextOf(deps, report, {
    apiUrl: plan.apiUrl,
    apiToken: plan.apiToken,
    maxParallel: plan.maxParallel,
    pace: {
      acceleratedClock: plan.acceleratedClock,
      ...(plan.fixedIntervalMs === undefined ? {} : { fixedIntervalMs: plan.fixedIntervalMs }),
    },
  })
  const tell = tellFor(deps, ctx, {
    operation: plan.operation,
    notifyUrl: plan.notifyUrl,
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
  report.debug(messages.SUCCESS_PROVES_NOTHING)
  return 'unknown'
}

/** Without its state the post stage changes nothing. */
async function endWithoutState(deps: StageDeps): Promise<boolean> {
  const parsed = parseInputs(deps.inputs, { mayInheritInputs: true })
  for (const secret of parsed.secrets) deps.runner.mask(secret)
  const summary = parsed.ok && parsed.inputs.summary
  const report = createReport(withoutSecrets(deps.runner, parsed.secrets), { summary, outputs: false })
  const jobStatus = jobStatusOf(deps, report)
  const { problem, isRestoreDue, warning } = judgeLostState(parsed, jobStatus)
  if (warning !== undefined) report.warn(warning)
  if (problem === undefined || !parsed.ok) return true
  const ctx = contextOf(deps, report, parsed.inputs)
  const tell = tellFor(deps, ctx, { ...parsed.inputs, isDryRun: false })
  const rollback = isRestoreDue ? 'due' : 'not due'
  return endUnbegun(ctx, { operation: 'post', jobStatus, rollback }, problem, tell)
}

function tellFor(deps: StageDeps, ctx: Context, settings: TellSettings): Tell {
  return createTell({ ctx, transport: deps.notifyTransport, env: deps.env }, settings)
}

function contextOf(
  deps: StageDeps,
  report: Report,
  settings: Pick<CommonInputs, 'apiUrl' | 'apiToken' | 'maxParallel' | 'pace'>,
): Context {
  const { clock, random, signal, origin, probe, transport, observe } = deps
  const logRetry = createRetryLog(report, clock)
  const api = createClient({
    apiUrl: settings.apiUrl,
    token: settings.apiToken,
    transport,
    clock,
    random,
    signal,
    ...(settings.pace.acceleratedClock ? { burst: Number.POSITIVE_INFINITY } : {}),
    onRetry: logRetry,
    onFoundByName: ({ asked, name }) => report.line(messages.foundByName(asked, name)),
    debug: line => report.debug(line),
  })
  return {
    api,
    permissions: permissionsReader({ api, clock }),
    said: new Set(),
    clock,
    random,
    signal,
    report,
    logRetry,
    origin,
    probe,
    observe,
    pace: settings.pace,
    maxParallel: settings.maxParallel,
  }
}
