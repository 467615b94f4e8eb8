import type { Snapshot } from '../domain/entities.ts'
import type { HealthInputs } from '../inputs.ts'
import { settleWindow } from '../policy/settle.ts'
import { restoreSnapshot } from '../requests/restore-snapshot.ts'
import { perhapsForeign } from '../requests/server-messages.ts'
import { startRestored } from '../requests/stop-and-start.ts'
import type { Context } from '../run/context.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { mayBeDown } from '../run/server-run.ts'
import { sideBySide } from '../waiting/for-each-server.ts'
import { checkHealth } from '../waiting/health-check.ts'
import { awaitReadiness } from '../waiting/readiness.ts'
import { type Acceptance, awaitRestoreEnd, awaitRestoring } from '../waiting/restore-completion.ts'
import * as rollbackMessages from './rollback-messages.ts'

/** What is to come after a restore that has ended. */
export interface AfterRestore {
  /** What it is restored from. */
  readonly snapshot: Snapshot
  /** In clock milliseconds. */
  readonly deadline: number
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
  /** All that are restored beside it, itself included: one of them tells the time for all. */
  readonly group: readonly ServerTrack[]
}

/** How one server is to be restored. */
export interface RestoreJob extends AfterRestore {
  readonly track: ServerTrack
  /**
   * `completion`: restored, running, healthy. `acceptance`: until `restoring` is seen, a settle window at most.
   * `grace period`: the same, within what the runner leaves after a cancel.
   */
  readonly waitFor: 'completion' | 'acceptance' | 'grace period'
  /** `wait: false`: then the restore may be sent though the token may not read the server, and its end is not missed. */
  readonly allowUnreadableServer: boolean
  /** In a cancelled job there is time for one read of the server, and none for its list. */
  readonly serverOnly?: boolean
  /** Given for a rollback, and in a cancelled job: until when its server may take to settle, in clock milliseconds. */
  readonly settleBy?: number
  /** A rollback, whose main stage could read the server. */
  readonly wasReadable?: boolean
}

// After a cancel the runner gives all post steps about five minutes, and then kills.
const GRACE_PERIOD_MS = 30_000

interface Hooks {
  /** Called immediately before a server's restore; false: there is none, and the record says why. */
  readonly prepare?: (job: RestoreJob) => Promise<boolean>
  /** After a cancel: every request is out, and nothing has been waited for yet. */
  readonly onAsked?: () => Promise<void>
}

interface Asked {
  readonly job: RestoreJob
  readonly acceptance: Acceptance
}

/**
 * Restores servers side by side, `max-parallel` at once; the records say how it went. After a cancel all requests go
 * out first, and what is to be told is told, before `restoring` is waited for, for all of them in one short time.
 *
 * The rollback of a job has a place for every server: a deploy that failed is on all of them, what a restore takes is
 * VPS.org's and not ours, and one that waited for the others' ends could be left without any time. The requests
 * themselves are paced all the same.
 */
export async function restoreServers(
  ctx: Context,
  jobs: readonly RestoreJob[],
  { prepare, onAsked }: Hooks = {},
): Promise<void> {
  const places = jobs.some(({ settleBy }) => settleBy !== undefined) ? jobs.length : ctx.maxParallel
  const restoreOne = async (job: RestoreJob): Promise<readonly Asked[]> => {
    if (ctx.clock.now() >= job.deadline) {
      job.track.record({ type: 'skipped', why: 'out of time' })
      return []
    }
    if (prepare !== undefined && !(await prepare(job))) return []
    const acceptance = await askForRestore(ctx, job)
    if (acceptance === undefined) return []
    if (job.waitFor === 'grace period') return [{ job, acceptance }]
    if (job.waitFor === 'completion') await followRestore(ctx, job.track, job, acceptance)
    else await awaitAcceptance(ctx, job, acceptance)
    return []
  }
  const asked = await sideBySide(jobs, places, async (job, inTurn) => {
    // A server in transition does not hold the place of one that could be restored.
    if (jobs.length > places) await awaitSettled(ctx, job)
    return inTurn(() => restoreOne(job))
  })
  const left = asked.flat()
  if (left.length === 0) return
  await onAsked?.()
  const deadline = Math.max(...left.map(({ job }) => job.deadline))
  const until = Math.min(deadline, ctx.clock.now() + GRACE_PERIOD_MS)
  await sideBySide(left, left.length, ({ job, acceptance }) =>
    seeRestoring(ctx, job.track, acceptance, until),
  )
}

/** Waits outside of the places, for half of the time; what becomes of it is found out, and said, when its turn comes. */
async function awaitSettled(
  ctx: Context,
  { track, deadline, serverOnly = false }: RestoreJob,
): Promise<void> {
  const now = ctx.clock.now()
  const check = { track, intent: 'restore', serverOnly } as const
  await awaitReadiness(ctx, { ...check, deadline: now + (deadline - now) / 2 })
}

/** Asks for the restore of one server; undefined where it was not accepted, as the record then says. */
async function askForRestore(ctx: Context, job: RestoreJob): Promise<Acceptance | undefined> {
  const { track, snapshot } = job
  track.record({ type: 'began' })
  const asked = await restoreSnapshot(ctx, job)
  if (!asked.ok) {
    track.record({ type: 'failed', problem: asked.problem })
    return undefined
  }
  if (!asked.value.isOurs) {
    const problem = perhapsForeign(track.run, snapshot.id)
    track.record({ type: 'failed', problem })
    ctx.report.line(`${problem.what} ${problem.state}`)
    return asked.value
  }
  track.record({ type: 'accepted', work: 'restore', snapshot })
  ctx.report.line(rollbackMessages.restoreAccepted(track.run))
  if (job.waitFor === 'grace period')
    track.record({ type: 'left running', why: job.allowUnreadableServer ? 'not awaited' : 'job cancelled' })
  return asked.value
}

async function awaitAcceptance(ctx: Context, job: RestoreJob, acceptance: Acceptance): Promise<void> {
  const until = Math.min(job.deadline, ctx.clock.now() + settleWindow(ctx.pace).durationMs)
  await seeRestoring(ctx, job.track, acceptance, until)
  job.track.record({ type: 'left running', why: 'not awaited' })
}

/** Waits until the accepted restore is seen at the server, until `until` at most. */
async function seeRestoring(
  ctx: Context,
  track: ServerTrack,
  acceptance: Acceptance,
  until: number,
): Promise<void> {
  const isSeen = acceptance.seenRestoring || (await awaitRestoring(ctx, track, until))
  if (!isSeen) ctx.report.line(rollbackMessages.notSeenRestoring(track.run))
}

/** Follows an accepted restore to its end, starts a server that it left stopped, and checks its health. */
export async function followRestore(
  ctx: Context,
  track: ServerTrack,
  after: AfterRestore,
  acceptance: Acceptance,
): Promise<void> {
  const group = () => after.group.map(({ run }) => run)
  const { snapshot, deadline } = after
  const phase = await awaitRestoreEnd(ctx, track, acceptance, { snapshot, deadline, group })
  if (phase === undefined) return
  ctx.report.line(rollbackMessages.restoreEnded(track.run, phase))
  // Whatever this action did to its power before, it has been seen running since.
  if (phase === 'active' && mayBeDown(track.run)) track.record({ type: 'started' })
  if (phase === 'stopped' && !after.startAfterRestore) {
    track.record({ type: 'left stopped' })
    ctx.report.line(rollbackMessages.leftStopped(track.run))
    return
  }
  if (phase === 'stopped' && !(await startRestored(ctx, track, deadline))) return
  await checkHealth(ctx, track, after.health, deadline)
}
