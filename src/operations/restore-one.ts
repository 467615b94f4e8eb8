import type { Snapshot } from '../domain/entities.ts'
import type { HealthInputs } from '../inputs.ts'
import { settleWindow } from '../policy/settle.ts'
import type { Context } from './context.ts'
import { type Entry, failEntry, serverLabel, tooLate } from './entry.ts'
import { checkHealth } from './health.ts'
import { forEachServer } from './parallel.ts'
import { switchPower } from './power.ts'
import type { Problem } from './problem.ts'
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
  /** `wait: false`: then the restore may be sent though the token may not read the server, and its end is not missed. */
  readonly isAcceptanceEnough: boolean
  readonly deadline: number
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
}

// After a cancel the runner gives all post steps about five minutes, and then kills.
const BRIEF_WAIT = 30_000

/** What a caller does around the restores themselves. */
interface Around {
  /** Called immediately before a server's restore; false: there is none, and the entry says why. */
  readonly prepare?: (job: RestoreJob) => Promise<boolean>
  /** After a cancel: every request is out, and nothing has been waited for yet. */
  readonly onAsked?: () => Promise<void>
}

/**
 * Restores servers side by side, `max-parallel` at once; the entries say how it went. After a cancel all requests go
 * out first, and what is to be told is told, before `restoring` is waited for, for all of them in one short time.
 */
export async function restoreAll(
  ctx: Context,
  jobs: readonly RestoreJob[],
  { prepare, onAsked }: Around = {},
): Promise<void> {
  const asked = await forEachServer(ctx, jobs, async job => {
    if (ctx.clock.now() >= job.deadline) {
      failEntry(job.entry, tooLate(job.entry))
      return []
    }
    if (prepare !== undefined && !(await prepare(job))) return []
    const acceptance = await askForRestore(ctx, job)
    if (acceptance === undefined) return []
    if (job.wait === 'briefly') return [{ job, acceptance }]
    const group = jobs.map(({ entry }) => entry)
    if (job.wait === 'to the end') await followRestore(ctx, { ...job, group }, acceptance)
    else
      await seeRestoring(
        ctx,
        job,
        acceptance,
        Math.min(job.deadline, ctx.clock.now() + settleWindow(ctx.pace).durationMs),
      )
    return []
  })
  const left = asked.flat()
  if (left.length === 0) return
  await onAsked?.()
  const until = ctx.clock.now() + BRIEF_WAIT
  await forEachServer(ctx, left, ({ job, acceptance }) => seeRestoring(ctx, job, acceptance, until))
}

/** Asks for the restore of one server; undefined where it was not accepted, as the entry then says. */
async function askForRestore(ctx: Context, job: RestoreJob): Promise<Acceptance | undefined> {
  const { entry, snapshot } = job
  entry.began = ctx.clock.now()
  const asked = await requestRestore(ctx, {
    entry,
    snapshot,
    deadline: job.deadline,
    blindly: job.isAcceptanceEnough,
  })
  if (!asked.ok) {
    failEntry(entry, asked.problem)
    return undefined
  }
  entry.status = 'restoring'
  entry.accepted = true
  ctx.report.line(
    `The restore of ${serverLabel(entry)} from snapshot ${snapshot.id} is accepted; everything on the server is being overwritten.`,
  )
  ctx.report.outputs({ status: 'restoring' })
  if (job.wait === 'briefly' && !job.isAcceptanceEnough) entry.problem = notConfirmed(job)
  return asked.value
}

function notConfirmed({ entry, snapshot }: RestoreJob): Problem {
  return {
    status: 'cancelled',
    message: `${serverLabel(entry)} is being restored from snapshot ${snapshot.id}: accepted, not confirmed.`,
    next: `Do not restore again; follow it with operation: wait, snapshot-id: ${snapshot.id}.`,
  }
}

/** Waits until the accepted restore is seen at the server, until `until` at most. */
async function seeRestoring(
  ctx: Context,
  { entry }: RestoreJob,
  acceptance: Acceptance,
  until: number,
): Promise<void> {
  const seen = acceptance.seenRestoring || (await awaitRestoring(ctx, entry, until))
  entry.ended = ctx.clock.now()
  if (!seen) ctx.report.line(`${serverLabel(entry)} has not been seen restoring yet.`)
}

/** Follows an accepted restore to its end, starts a server that it left stopped, and checks its health. */
export async function followRestore(
  ctx: Context,
  job: Pick<RestoreJob, 'entry' | 'deadline' | 'startAfterRestore' | 'health'> & {
    /** All that are restored beside it: one of them tells the time for all. */
    readonly group: readonly Entry[]
  },
  acceptance: Acceptance,
): Promise<void> {
  const { entry } = job
  const end = await awaitRestoreEnd(ctx, entry, acceptance, job)
  entry.ended = ctx.clock.now()
  if (!end.ok) return failEntry(entry, end.problem)
  entry.status = 'restored'
  ctx.report.line(`The restore of ${serverLabel(entry)} has ended; the server is ${end.value}.`)
  if (end.value === 'stopped' && !job.startAfterRestore) {
    ctx.report.line(
      `${serverLabel(entry)} is left stopped, as start-after-restore: false (or the dry run) asks.`,
    )
    return
  }
  entry.problem =
    (end.value === 'stopped' ? await startAgain(ctx, job) : undefined) ?? (await seeHealthy(ctx, job))
  entry.ended = ctx.clock.now()
}

// A restore that ends just before its deadline must not leave the server down for want of time.
const START_TIME = 2 * 60_000

async function startAgain(
  ctx: Context,
  job: Pick<RestoreJob, 'entry' | 'deadline'>,
): Promise<Problem | undefined> {
  const { entry } = job
  // Until it is seen running, a cancel must say that it may be stopped.
  entry.problem = {
    status: 'cancelled',
    message: `The restore of ${serverLabel(entry)} has ended, but the server was left stopped and has not been seen running.`,
    next: 'Look at the server in the VPS.org panel and start it if it is stopped.',
  }
  const deadline = Math.max(job.deadline, ctx.clock.now() + START_TIME)
  const started = await switchPower(ctx, entry, 'start', deadline)
  if (started.ok) return undefined
  return {
    ...started.problem,
    message: `The restore of ${serverLabel(entry)} has ended, but the server did not start: ${started.problem.message}`,
  }
}

async function seeHealthy(
  ctx: Context,
  job: Pick<RestoreJob, 'entry' | 'health' | 'deadline'>,
): Promise<Problem | undefined> {
  const { entry } = job
  const ended = `The restore of ${serverLabel(entry)} has ended, but`
  entry.problem = {
    status: 'cancelled',
    message: `${ended} its health check was cut off.`,
    next: 'Look whether what runs on the server answers.',
  }
  const problem = await checkHealth(ctx, entry, job.health, job.deadline)
  return problem === undefined ? undefined : { ...problem, message: `${ended} ${problem.message}` }
}
