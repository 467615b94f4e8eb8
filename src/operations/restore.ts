import { MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import type { RestoreInputs } from '../inputs.ts'
import { findInterleaved, lookForOthersMs } from '../policy/interleaved.ts'
import { parseMarker } from '../policy/marker.ts'
import { defaultName, shortDefaultName } from '../policy/names.ts'
import { serverPhase, snapshotPhase } from '../policy/statuses.ts'
import { ageOf, isAhead } from '../policy/timestamps.ts'
import { alreadyRestoring, readBeforeRestore } from '../requests/before-restore.ts'
import { createSnapshot, newCreateRequest } from '../requests/create-snapshot.ts'
import { serverIsFull } from '../requests/free-slot.ts'
import { apiNow, type Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { Recorder, ServerTrack } from '../run/recorder.ts'
import { explain } from '../waiting/explain.ts'
import { findSnapshots } from '../waiting/find-snapshots.ts'
import { forEachServer } from '../waiting/for-each-server.ts'
import { findSameServer, readServerOf } from '../waiting/server-reader.ts'
import { problemOfSafety } from '../waiting/snapshot-end.ts'
import { createSnapshotPoller, type SnapshotPoller } from '../waiting/snapshot-poller.ts'
import { readSnapshots } from '../waiting/snapshot-reader.ts'
import * as messages from './messages.ts'
import { type RestoreJob, restoreServers } from './restore-servers.ts'
import * as rollbackMessages from './rollback-messages.ts'
import { recordTargets, type Target } from './targets.ts'

/**
 * Overwrites each snapshot's server with it. Each server is tried; the step is red if any did not come back.
 * @param onAsked called in a cancelled job once every request is out
 */
export async function restore(
  ctx: Context,
  inputs: RestoreInputs,
  recorder: Recorder,
  onAsked: () => Promise<void>,
): Promise<void> {
  const deadline = ctx.clock.now() + timeOf(inputs)
  const chosen = await ctx.report.group(messages.GROUPS.preflight, () =>
    chooseTargets(ctx, inputs, recorder, deadline),
  )
  if (!chosen.ok) return recorder.record({ type: 'failed', problem: chosen.problem })
  const targets = chosen.value
  if (inputs.dryRun)
    return void (await forEachServer(ctx, targets, target => planOne(ctx, inputs, target, deadline)))
  if (targets.length === 0) return
  const group = targets.map(({ track }) => track)
  const times = { deadline, settleBy: ctx.clock.now() + (deadline - ctx.clock.now()) / 2 }
  const jobs = targets.map(target => jobOf(inputs, target, group, times))
  const poller = createSnapshotPoller(ctx, deadline)
  const prepare = (job: RestoreJob): Promise<boolean> => takeSafetyFirst(ctx, inputs, poller, job)
  await ctx.report.group(messages.GROUPS.restore, () => restoreServers(ctx, jobs, { prepare, onAsked }))
}

// In a cancelled job the runner leaves some five minutes, so that the request must be out within four.
const REQUEST_TIME_AFTER_CANCEL_MS = 4 * MINUTE_MS

function timeOf({ timeoutMs, jobStatus }: RestoreInputs): number {
  return jobStatus === 'cancelled' ? Math.min(timeoutMs, REQUEST_TIME_AFTER_CANCEL_MS) : timeoutMs
}

function jobOf(
  inputs: RestoreInputs,
  target: Target,
  group: readonly ServerTrack[],
  { deadline, settleBy }: { readonly deadline: number; readonly settleBy: number },
): RestoreJob {
  const { startAfterRestore, health, wait } = inputs
  const job = { ...target, allowUnreadableServer: !wait, deadline, startAfterRestore, health, group }
  // In a cancelled job the runner leaves a few minutes: the request goes out with the patience of a rollback, and its end is
  // not waited for.
  return inputs.jobStatus === 'cancelled'
    ? { ...job, waitFor: 'grace period', serverOnly: true, settleBy }
    : { ...job, waitFor: wait ? 'completion' : 'acceptance' }
}

/** Finds the snapshots and refuses, before anything is changed, what must not be restored. */
async function chooseTargets(
  ctx: Context,
  inputs: RestoreInputs,
  recorder: Recorder,
  deadline: number,
): Promise<Outcome<readonly Target[]>> {
  const { choice, servers: guard } = inputs
  const found = await findSnapshots(ctx, { choice, allowedServers: guard, use: 'restore', deadline })
  if (!found.ok) return found
  const { present, absent } = found.value
  const twice = findSameServer(ctx, present, ({ server }) => server.id)
  if (twice !== undefined) return failed(rollbackMessages.twoOfOneServer(...twice))
  if (absent.length > 0)
    recorder.record({ type: 'failed', problem: await notFound(ctx, inputs, absent, deadline) })
  const targets: Target[] = []
  for (const target of recordTargets(recorder, 'restore', present)) {
    const problem = await checkRestorable(ctx, inputs, target, deadline)
    if (problem === undefined) targets.push(target)
    else target.track.record({ type: 'failed', problem })
  }
  if (targets.length > 0) await warnOfInterleaved(ctx, inputs, targets, deadline)
  return success(targets)
}

/** A person may well mean it: that another run has deployed since is a warning. A look at the list holds no restore up. */
async function warnOfInterleaved(
  ctx: Context,
  { jobStatus }: RestoreInputs,
  targets: readonly Target[],
  deadline: number,
): Promise<void> {
  const servers = targets.map(({ track }) => track.run.server.id)
  const by = Math.min(deadline, ctx.clock.now() + lookForOthersMs(jobStatus === 'cancelled'))
  const list = await readSnapshots(ctx, servers, { deadline: by, once: true })
  if (!list.ok) return
  for (const { track, snapshot } of targets) {
    const listed = list.value.filter(({ server }) => server.id === track.run.server.id)
    const found = findInterleaved(snapshot, listed, madeBy(snapshot, ctx.origin))
    if (found !== undefined) ctx.report.warn(rollbackMessages.interleavedWarning(track.run, found))
  }
}

/** Seen from the run that made the snapshot. */
function madeBy({ description }: Snapshot, run: WorkflowRun): WorkflowRun {
  return { ...run, runId: parseMarker(description)?.run ?? run.runId }
}

/** The snapshots that no list holds. Without a server-id they may have been meant to be of any server. */
async function notFound(
  ctx: Context,
  inputs: RestoreInputs,
  absent: readonly SnapshotId[],
  deadline: number,
): Promise<Problem> {
  return rollbackMessages.notFound(absent, await restorableOn(ctx, inputs, inputs.servers, deadline))
}

/** Why a snapshot must not be restored, with what could be restored instead. */
async function checkRestorable(
  ctx: Context,
  inputs: RestoreInputs,
  { track, snapshot }: Target,
  deadline: number,
): Promise<Problem | undefined> {
  const rejection = rejectionOf(ctx, inputs, snapshot)
  if (rejection === undefined) return undefined
  const candidates = await restorableOn(ctx, inputs, [track.run.server.id], deadline)
  return rollbackMessages.rejected(track.run, snapshot, rejection, candidates)
}

/** What could be restored instead on some servers, or on any; undefined where the list cannot be read. */
async function restorableOn(
  ctx: Context,
  inputs: RestoreInputs,
  servers: readonly ServerId[],
  deadline: number,
): Promise<readonly Snapshot[] | undefined> {
  const isRestorable = (snapshot: Snapshot): boolean => rejectionOf(ctx, inputs, snapshot) === undefined
  const list = await readSnapshots(ctx, servers, { deadline, once: true }, isRestorable)
  return list.ok ? list.value : undefined
}

function rejectionOf(
  ctx: Context,
  { maxSnapshotAgeMs: maxAgeMs }: RestoreInputs,
  snapshot: Snapshot,
): rollbackMessages.Rejection | undefined {
  if (snapshotPhase(snapshot.status) !== 'completed') return { why: 'not completed' }
  if (maxAgeMs === undefined) return undefined
  const age = ageOf(snapshot, apiNow(ctx))
  if (age.state === 'unknown') return { why: 'age unknown' }
  // It would be young for ever.
  if (age.state === 'future' || isAhead(-age.atMostMs, 0)) return { why: 'dated ahead' }
  if (age.atMostMs <= maxAgeMs) return undefined
  return { why: 'too old', ageMs: age.atMostMs, maxAgeMs }
}

async function planOne(ctx: Context, inputs: RestoreInputs, target: Target, deadline: number): Promise<void> {
  const { track, snapshot } = target
  const state = rollbackMessages.DRY_RUN_SENT_NOTHING
  const answer = await readServerOf(ctx, track, { deadline })
  if (answer.ok) track.record({ type: 'status seen', status: answer.value.status })
  else if (answer.failure.status !== 403 || inputs.wait)
    return track.record({ type: 'failed', problem: await explain(ctx, answer.failure, { state }) })
  else ctx.report.warn(rollbackMessages.unreadableForPlan(track.run.server.id))
  const blocker = await findBlocker(ctx, inputs, target, deadline)
  if (blocker !== undefined) return track.record({ type: 'failed', problem: blocker })
  const steps = [
    ...(inputs.safetySnapshot ? [rollbackMessages.wouldTakeSafety(track.run)] : []),
    rollbackMessages.wouldOverwrite(track.run, snapshot, apiNow(ctx)),
  ]
  track.record({ type: 'planned', steps })
  for (const step of steps) ctx.report.line(step)
}

/** Why the restore itself would be refused at once. */
async function findBlocker(
  ctx: Context,
  inputs: RestoreInputs,
  target: Target,
  deadline: number,
): Promise<Problem | undefined> {
  const { server } = target.track.run
  if (serverPhase(server.status ?? '') === 'restoring')
    return alreadyRestoring(target, rollbackMessages.DRY_RUN_SENT_NOTHING)
  if (!inputs.safetySnapshot) return undefined
  const list = await readSnapshots(ctx, [server.id], { deadline })
  if (!list.ok) return explain(ctx, list.failure, { state: rollbackMessages.DRY_RUN_SENT_NOTHING })
  return list.value.length < SLOTS
    ? undefined
    : serverIsFull(ctx, target.track.run, list.value, 'not offered')
}

/** Takes the safety snapshot where one is asked for; false: it could not be made, and nothing may be overwritten. */
async function takeSafetyFirst(
  ctx: Context,
  inputs: RestoreInputs,
  poller: SnapshotPoller,
  job: RestoreJob,
): Promise<boolean> {
  if (!inputs.safetySnapshot) return true
  const { track } = job
  if (job.waitFor === 'grace period') ctx.report.warn(rollbackMessages.safetyInCancelledJob(track.run))
  // What forbids the restore forbids it before its safety snapshot is taken, too. A snapshot needs a settled server.
  const { settleBy: _, ...patient } = job
  const settled = { ...patient, serverOnly: false }
  const ready = await readBeforeRestore(ctx, settled)
  if (!ready.ok) {
    track.record({ type: 'failed', problem: ready.problem })
    return false
  }
  const problem = await takeSafetySnapshot(ctx, settled, poller)
  if (problem !== undefined)
    track.record({ type: 'failed', problem: rollbackMessages.safetyFailed(track.run, problem) })
  return problem === undefined
}

/** Takes a snapshot of what is about to be overwritten; why that did not work, where it did not. */
async function takeSafetySnapshot(
  ctx: Context,
  job: RestoreJob,
  poller: SnapshotPoller,
): Promise<Problem | undefined> {
  const { track, deadline } = job
  const began = ctx.clock.now()
  const before = await readSnapshots(ctx, [track.run.server.id], { deadline })
  if (!before.ok) return explain(ctx, before.failure)
  const request = newCreateRequest(ctx, {
    track,
    kind: 'safety snapshot',
    name: safetyName(ctx),
    description: rollbackMessages.safetyDescription(track.run),
    purpose: 'safety',
    before: before.value,
    whenFull: 'not offered',
    shorterName: shortDefaultName(ctx.origin),
    deadline,
    recheck: async () => {
      const again = await readBeforeRestore(ctx, job)
      return again.ok ? undefined : again.problem
    },
  })
  const made = await createSnapshot(ctx, request)
  if (!made.ok) return made.problem
  const snapshot = made.value
  track.record({ type: 'safety snapshot accepted', snapshot })
  ctx.report.line(rollbackMessages.safetyAccepted(track.run, snapshot))
  const end = await poller.waitFor(snapshot, ctx.clock.now())
  track.record({ type: 'safety snapshot ended', state: end.state === 'completed' ? 'completed' : 'failed' })
  const problem = await problemOfSafety(ctx, track, snapshot, end, ctx.clock.now() - began)
  if (problem === undefined) ctx.report.line(rollbackMessages.safetyCompleted(track.run, snapshot))
  return problem
}

/** Told apart from the deploy's own at a glance; what it is for is in its marker. */
function safetyName(ctx: Context): string {
  const [owner = '', repository = ''] = ctx.origin.repository.split('/')
  return defaultName({ ...ctx.origin, repository: `${owner}/before-restore-${repository}` })
}
