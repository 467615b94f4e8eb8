import type { HealthInputs, HealthTarget } from '../inputs.ts'
import { formatDuration } from '../policy/durations.ts'
import { jittered } from '../policy/schedule.ts'
import type { Context } from './context.ts'
import { addPhase, type Entry, serverLabel } from './entry.ts'
import type { Problem } from './problem.ts'

/**
 * Tries a target once, without the API's token.
 * @returns undefined when it answers well, otherwise why not, in a few words
 */
export type HealthProbe = (
  target: HealthTarget,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
) => Promise<string | undefined>

const ATTEMPT_TIME = 10_000
const GAP = 3_000
// What ended just before its deadline is worth a look all the same.
const LEAST_TIME = 30_000

/**
 * Waits until every target answers; the problem names the ones that do not, each with its last failure.
 * @param operationDeadline clock milliseconds; it ends the check, but for half a minute
 */
export async function checkHealth(
  ctx: Context,
  entry: Entry,
  health: HealthInputs,
  operationDeadline: number,
): Promise<Problem | undefined> {
  if (health.targets.length === 0) return undefined
  const began = ctx.clock.now()
  const deadline = Math.min(began + health.timeoutMs, Math.max(operationDeadline, began + LEAST_TIME))
  ctx.report.line(
    `Checking the health of ${serverLabel(entry)}: ${health.targets.map(targetText).join(', ')}.`,
  )
  const failures = await Promise.all(health.targets.map(target => untilHealthy(ctx, target, deadline)))
  const bad = failures.filter(text => text !== undefined)
  addPhase(entry, 'health check', began, ctx.clock.now(), bad.length > 0)
  if (bad.length === 0) {
    ctx.report.line(`The health check of ${serverLabel(entry)} passed.`)
    return undefined
  }
  return {
    status: 'failed',
    message: `${serverLabel(entry)} did not pass its health check within ${formatDuration(deadline - began)}: ${bad.join('; ')}.`,
    next: 'Look at the server: it runs, but what was to answer does not.',
  }
}

async function untilHealthy(
  ctx: Context,
  target: HealthTarget,
  deadline: number,
): Promise<string | undefined> {
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ATTEMPT_TIME, deadline - ctx.clock.now()))
    const failed = await ctx.probe(target, { timeoutMs, signal: ctx.signal })
    if (failed === undefined) return undefined
    ctx.report.debug(`${targetText(target)}: ${failed}`)
    const gap = ctx.pace.fixedIntervalMs ?? jittered(GAP, ctx.random)
    if (ctx.clock.now() + gap >= deadline) return `${targetText(target)}: ${failed}`
    await ctx.clock.sleep(gap, ctx.signal)
  }
}

/** A target as its user wrote it, without the query, which may hold a secret. */
export function targetText(target: HealthTarget): string {
  if (target.kind === 'http') return target.url.origin + target.url.pathname
  return `tcp://${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
}
