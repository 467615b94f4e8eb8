import type { Snapshot } from '../domain/entities.ts'
import type { HealthInputs } from '../inputs.ts'
import { settleWindow } from '../policy/settle.ts'
import type { Context } from './context.ts'
import { type Entry, failEntry, serverLabel } from './entry.ts'
import { checkHealth } from './health.ts'
import { switchPower } from './power.ts'
import { awaitRestoreEnd, awaitRestoring } from './restore-end.ts'
import { type Acceptance, requestRestore } from './restore-request.ts'

/** How one server is to be restored. */
export interface RestoreJob {
  readonly entry: Entry
  readonly snapshot: Snapshot
  /**
   * `to the end`: restored, running, healthy. `accepted`: until `restoring` is seen, a settle window at most.
   * `briefly`: the same, within what the runner leaves after a cancel.
   */
  readonly wait: 'to the end' | 'accepted' | 'briefly'
  readonly deadline: number
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
}

// After a cancel the runner gives all post steps about five minutes, and then kills.
const BRIEF_WAIT = 30_000

/** Restores one server; the entry says how it went. */
export async function restoreOne(ctx: Context, job: RestoreJob): Promise<void> {
  const { entry, snapshot } = job
  entry.began = ctx.clock.now()
  const asked = await requestRestore(ctx, {
    entry,
    snapshot,
    deadline: job.deadline,
    blindly: job.wait === 'accepted',
  })
  if (!asked.ok) return failEntry(entry, asked.problem)
  entry.status = 'restoring'
  entry.accepted = true
  ctx.report.line(
    `The restore of ${serverLabel(entry)} from snapshot ${snapshot.id} is accepted; everything on the server is being overwritten.`,
  )
  ctx.report.outputs({ status: 'restoring' })
  if (job.wait === 'to the end') await followRestore(ctx, job, asked.value)
  else await followBriefly(ctx, job, asked.value)
}

async function followBriefly(ctx: Context, job: RestoreJob, acceptance: Acceptance): Promise<void> {
  const { entry } = job
  const patience = job.wait === 'briefly' ? BRIEF_WAIT : settleWindow(ctx.pace).durationMs
  const seen =
    acceptance.seenRestoring ||
    (await awaitRestoring(ctx, entry, Math.min(job.deadline, ctx.clock.now() + patience)))
  entry.ended = ctx.clock.now()
  if (!seen) ctx.report.line(`${serverLabel(entry)} has not been seen restoring yet.`)
  if (job.wait === 'briefly')
    entry.problem = {
      status: 'cancelled',
      message: `${serverLabel(entry)} is being restored from snapshot ${job.snapshot.id}: accepted, not confirmed.`,
      next: `Do not restore again; follow it with operation: wait, snapshot-id: ${job.snapshot.id}.`,
    }
}

/** Follows an accepted restore to its end, starts a server that it left stopped, and checks its health. */
export async function followRestore(
  ctx: Context,
  job: Pick<RestoreJob, 'entry' | 'deadline' | 'startAfterRestore' | 'health'>,
  acceptance: Acceptance,
): Promise<void> {
  const { entry } = job
  const end = await awaitRestoreEnd(ctx, entry, acceptance, job.deadline)
  entry.ended = ctx.clock.now()
  if (!end.ok) return failEntry(entry, end.problem)
  entry.status = 'restored'
  ctx.report.line(`The restore of ${serverLabel(entry)} has ended; the server is ${end.value}.`)
  if (end.value === 'stopped' && job.startAfterRestore) {
    const started = await switchPower(
      ctx,
      entry,
      'start',
      Math.max(job.deadline, ctx.clock.now() + START_TIME),
    )
    if (!started.ok) {
      entry.problem = {
        ...started.problem,
        message: `The restore of ${serverLabel(entry)} has ended, but the server did not start: ${started.problem.message}`,
      }
      return
    }
  }
  if (end.value === 'stopped' && !job.startAfterRestore) {
    ctx.report.line(`${serverLabel(entry)} is left stopped, as start-after-restore: false asks.`)
    return
  }
  entry.problem = await checkHealth(ctx, entry, job.health)
  entry.ended = ctx.clock.now()
}

// A restore that ends just before its deadline must not leave the server down for want of time.
const START_TIME = 2 * 60_000
