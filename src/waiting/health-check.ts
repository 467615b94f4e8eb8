import type { HealthTarget } from '../domain/health.ts'
import type { HealthInputs } from '../inputs.ts'
import { jittered } from '../policy/schedule.ts'
import type { Context } from '../run/context.ts'
import type { ServerTrack } from '../run/recorder.ts'
import * as messages from './messages.ts'

const ATTEMPT_TIMEOUT_MS = 10_000
const GAP_MS = 3_000
const LAST_ATTEMPT_MS = 1_000
// What ended just before its deadline is worth a look all the same.
const LEAST_TIME_MS = 30_000

/**
 * Waits until every target answers, and records whether they do; the problem names the ones that do not, each with its
 * last failure.
 * @param operationDeadline clock milliseconds; it ends the check, but for half a minute
 */
export async function checkHealth(
  ctx: Context,
  track: ServerTrack,
  health: HealthInputs,
  operationDeadline: number,
): Promise<void> {
  if (health.targets.length === 0) return
  const began = ctx.clock.now()
  const deadline = Math.min(began + health.timeoutMs, Math.max(operationDeadline, began + LEAST_TIME_MS))
  track.record({ type: 'health check began' })
  ctx.report.line(messages.checkingHealth(track.run, health.targets.map(targetText)))
  const failures = await Promise.all(health.targets.map(target => untilHealthy(ctx, target, deadline)))
  const bad = failures.filter(text => text !== undefined)
  if (bad.length === 0) {
    track.record({ type: 'health check passed' })
    ctx.report.line(messages.healthy(track.run))
    return
  }
  track.record({ type: 'health check failed', problem: messages.unhealthy(track.run, deadline - began, bad) })
}

async function untilHealthy(
  ctx: Context,
  target: HealthTarget,
  deadline: number,
): Promise<string | undefined> {
  for (;;) {
    const timeoutMs = Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, deadline - ctx.clock.now()))
    const failed = await ctx.probe(target, { timeoutMs, signal: ctx.signal })
    if (failed === undefined) return undefined
    ctx.report.debug(`${targetText(target)}: ${failed}`)
    const wanted = ctx.pace.fixedIntervalMs ?? jittered(GAP_MS, ctx.random)
    // However long the given interval, the last attempt comes before the deadline.
    const gap = Math.min(wanted, deadline - ctx.clock.now() - Math.min(LAST_ATTEMPT_MS, wanted))
    if (gap <= 0) return `${targetText(target)}: ${failed}`
    await ctx.clock.sleep(gap, ctx.signal)
  }
}

/** A target as its user wrote it, without the query, which may hold a secret. */
function targetText(target: HealthTarget): string {
  if (target.kind === 'http') return target.url.origin + target.url.pathname
  return `tcp://${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
}
