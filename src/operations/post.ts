import { MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import { SLOTS } from '../domain/limits.ts'
import type { JobStatus } from '../inputs.ts'
import { findInterleaved, lookForOthersMs } from '../policy/interleaved.ts'
import { isCompleted } from '../policy/statuses.ts'
import * as requestMessages from '../requests/messages.ts'
import { retire, retireOlder } from '../requests/retire.ts'
import { ensureStarted } from '../requests/stop-and-start.ts'
import type { Context } from '../run/context.ts'
import type { OperationRun } from '../run/operation-run.ts'
import type { Recorder, ServerTrack } from '../run/recorder.ts'
import type { SavedState } from '../run/saved-state.ts'
import { mayBeDown } from '../run/server-run.ts'
import { forEachServer } from '../waiting/for-each-server.ts'
import { readForChoice } from '../waiting/snapshot-reader.ts'
import * as messages from './messages.ts'
import { type RestoreJob, restoreServers } from './restore-servers.ts'
import * as rollbackMessages from './rollback-messages.ts'
import type { Target } from './targets.ts'

const DELETIONS_TIME_MS = 5 * MINUTE_MS
// After a cancel all post steps together have less than five minutes: this one ends within two, whatever it does.
const POST_STEP_AFTER_CANCEL_MS = 2 * MINUTE_MS

/**
 * The end of the job: starts what the main stage left stopped, restores, deletes, keeps the last N; only what this
 * step's own main stage made.
 * @param onAsked called in a cancelled job once every restore has been asked for
 */
export async function runPost(
  context: Context,
  saved: SavedState,
  recorder: Recorder,
  onAsked: () => Promise<void>,
): Promise<void> {
  const { jobStatus, began } = recorder.run
  const { plan } = saved
  const until = jobStatus === 'cancelled' ? began + POST_STEP_AFTER_CANCEL_MS : Number.POSITIVE_INFINITY
  const ctx = { ...context, endsBy: until }
  const rollback = rollbackOf(saved, jobStatus)
  recorder.record({ type: 'rollback', rollback })
  const servers = saved.servers(rollback === 'due' ? 'restore' : 'clean up')
  recorder.record({ type: 'servers found', servers })
  const stopped = recorder.tracks.filter(({ run }) => mayBeDown(run))
  await forEachServer(ctx, stopped, track => startStopped(ctx, track, until))
  if (jobStatus === 'unknown') {
    // Where a rollback may be due, that is the verdict.
    if (rollback === 'not due' && (plan.deleteOn.length > 0 || plan.keepLast !== undefined))
      ctx.report.warn(rollbackMessages.JOB_STATUS_UNKNOWN)
    return
  }
  if (rollback === 'due') await restoreGroup(ctx, saved, recorder, { until, onAsked })
  if (plan.deleteOn.includes(jobStatus)) await deleteOwn(ctx, recorder, until)
  const { keepLast } = plan
  if (jobStatus !== 'success') {
    if (keepLast !== undefined) recorder.record({ type: 'retention', retention: 'job not successful' })
    if (plan.whenFull !== 'delete-oldest') warnOfFullServers(ctx, recorder)
  } else if (keepLast !== undefined)
    await retain(ctx, recorder, { keepLast, newestIsDeleted: plan.deleteOn.includes('success') })
}

/** Before the main stage saw every snapshot of its group completed, and ended green, nothing can have been deployed. */
function rollbackOf(
  { plan, isGreen, isGroupCompleted }: SavedState,
  jobStatus: JobStatus,
): OperationRun['rollback'] {
  if (jobStatus === 'unknown') return plan.restoreOn.length > 0 ? 'job status unknown' : 'not due'
  if (!plan.restoreOn.includes(jobStatus)) return 'not due'
  return isGreen && isGroupCompleted ? 'due' : 'snapshot step not green'
}

async function startStopped(ctx: Context, track: ServerTrack, until: number): Promise<void> {
  track.record({ type: 'began' })
  await ensureStarted(ctx, track, until)
}

async function restoreGroup(
  ctx: Context,
  { plan }: SavedState,
  recorder: Recorder,
  { until, onAsked }: { readonly until: number; readonly onAsked: () => Promise<void> },
): Promise<void> {
  const { tracks, run } = recorder
  const isCancelled = run.jobStatus === 'cancelled'
  const isListReadable = await refuseInterleaved(ctx, recorder, lookForOthersMs(isCancelled))
  const now = ctx.clock.now()
  const deadline = Math.min(until, now + plan.restoreTimeoutMs)
  const how = {
    waitFor: isCancelled ? 'grace period' : 'completion',
    allowUnreadableServer: false,
    // A list that has just failed would only fail again, and after a cancel there is no time for another.
    serverOnly: isCancelled || !isListReadable,
    // A server that stays in transition, or that nobody can read, may take a restore all the same.
    settleBy: now + (deadline - now) / 2,
    wasReadable: true,
    deadline,
    startAfterRestore: plan.startAfterRestore,
    health: plan.health,
    group: tracks,
  } as const
  const jobs = pendingOf(tracks).map((target): RestoreJob => ({ ...target, ...how }))
  await ctx.report.group(messages.GROUPS.restore, () => restoreServers(ctx, jobs, { onAsked }))
}

/** What is still to be restored. */
function pendingOf(tracks: readonly ServerTrack[]): readonly Target[] {
  return tracks.flatMap(track => {
    const { target: snapshot, task } = track.run
    return snapshot === undefined || task.state !== 'pending' ? [] : [{ track, snapshot }]
  })
}

/**
 * Where another run has deployed since, a rollback would undo that deploy, too. A fleet is one group: where that run has
 * deployed to one of its servers, it is likely to be at work on the others, and a fleet of which some servers are as before
 * both deploys and some as after the other fits together with neither. What is not restored now can still be restored by
 * hand, and what is overwritten is gone. A list that cannot be read is a warning: a rollback does not need it.
 * @returns whether the list could be read
 */
async function refuseInterleaved(ctx: Context, { tracks }: Recorder, timeMs: number): Promise<boolean> {
  const servers = tracks.map(({ run }) => run.server.id)
  const deadline = ctx.clock.now() + timeMs
  const list = await readForChoice(ctx, servers, { deadline })
  if (!list.ok) {
    ctx.report.warn(rollbackMessages.interleavedUnknown(list.failure))
    return false
  }
  const byServer = Map.groupBy(list.value.snapshots, ({ server }) => server.id)
  const pending = pendingOf(tracks).map(target => {
    const listed = byServer.get(target.track.run.server.id) ?? []
    // What was saved has no description; the listed one is the same snapshot.
    return { ...target, found: findInterleaved(target.snapshot, listed, ctx.origin) }
  })
  const elsewhere = pending.flatMap(({ track, found }) => (found === undefined ? [] : [{ track, found }]))[0]
  if (elsewhere === undefined) return true
  for (const { track, snapshot, found } of pending) {
    const problem =
      found === undefined
        ? rollbackMessages.interleavedInGroup(track.run, snapshot, elsewhere.track.run, elsewhere.found)
        : rollbackMessages.interleaved(track.run, snapshot, found, ctx.origin.runId)
    track.record({ type: 'failed', problem })
  }
  return true
}

async function deleteOwn(ctx: Context, { tracks, run }: Recorder, until: number): Promise<void> {
  const deadline = Math.min(until, ctx.clock.now() + DELETIONS_TIME_MS)
  await forEachServer(ctx, tracks, async track => {
    const { target } = track.run
    const how = { by: 'delete-on', why: `delete-on: ${run.jobStatus}`, deadline } as const
    if (target !== undefined) await retire(ctx, track, target, how)
  })
}

/** Whatever does not work is a warning: it must not make a good deploy red. */
async function retain(
  ctx: Context,
  recorder: Recorder,
  { keepLast, newestIsDeleted }: { readonly keepLast: number; readonly newestIsDeleted: boolean },
): Promise<void> {
  const own = recorder.tracks.flatMap(track => {
    const newest = track.run.target
    return newest !== undefined && isCompleted(newest) ? [{ track, newest }] : []
  })
  if (own.length === 0) return
  const deadline = ctx.clock.now() + DELETIONS_TIME_MS
  recorder.record({ type: 'retention', retention: 'asked' })
  const servers = own.map(({ track }) => track.run.server.id)
  const list = await readForChoice(ctx, servers, { deadline })
  if (!list.ok || !list.value.consistent) {
    recorder.record({ type: 'retention', retention: 'list unreadable' })
    ctx.report.warn(
      list.ok ? requestMessages.RETENTION_LIST_MOVES : requestMessages.retentionUnreadable(list.failure),
    )
    return
  }
  const listed = Map.groupBy(list.value.snapshots, (snapshot: Snapshot) => snapshot.server.id)
  await forEachServer(ctx, own, ({ track, newest }) =>
    retireOlder(ctx, track, {
      listed: listed.get(track.run.server.id) ?? [],
      keepLast,
      newest: newest.id,
      newestIsDeleted,
      deadline,
    }),
  )
}

/** After a failed job nothing frees a slot: where the server is full now, the next create is refused. */
function warnOfFullServers(ctx: Context, { tracks }: Recorder): void {
  for (const { run } of tracks)
    if ((run.slots ?? 0) >= SLOTS && run.deletions.every(({ end }) => end !== 'deleted'))
      ctx.report.warn(rollbackMessages.fullAfterFailure(run))
}
