import pLimit from 'p-limit'
import type { Server, Snapshot } from '../domain/entities.ts'
import type { WaitInputs } from '../inputs.ts'
import { madeByThisAttempt, madeByThisRun, parseMarker } from '../policy/marker.ts'
import { unknownRestoreWindow } from '../policy/restore-end.ts'
import type { SettleWindow } from '../policy/settle.ts'
import { type ServerPhase, serverPhase, snapshotPhase } from '../policy/statuses.ts'
import { createdAtMs } from '../policy/timestamps.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { Recorder, ServerTrack } from '../run/recorder.ts'
import { needsPostStep } from '../run/saved-plan.ts'
import { isGood } from '../run/server-run.ts'
import { describeFailure } from '../vps/messages.ts'
import { explain } from '../waiting/explain.ts'
import { findSnapshots } from '../waiting/find-snapshots.ts'
import { allOrFirstError } from '../waiting/for-each-server.ts'
import { checkHealth } from '../waiting/health-check.ts'
import { pollUntilStable, type Reading } from '../waiting/poll.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import { recordSnapshotEnd } from '../waiting/snapshot-end.ts'
import { createSnapshotPoller, type SnapshotPoller } from '../waiting/snapshot-poller.ts'
import { arm } from './arm.ts'
import * as messages from './messages.ts'
import { followRestore } from './restore-servers.ts'
import { recordTargets } from './targets.ts'

/** What several waits share. */
interface Plan {
  readonly inputs: WaitInputs
  readonly deadline: number
  readonly poller: SnapshotPoller
  readonly recorder: Recorder
}

/** Resumes what an earlier step began: follows each snapshot, or the restore of its server, to the end. */
export async function wait(ctx: Context, inputs: WaitInputs, recorder: Recorder): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const { choice, servers: guard } = inputs
  const found = await findSnapshots(ctx, { choice, allowedServers: guard, use: 'wait', deadline })
  if (!found.ok) return recorder.record({ type: 'failed', problem: found.problem })
  const absent = found.value.filter(({ snapshot }) => snapshot === undefined).map(({ id }) => id)
  if (absent.length > 0) recorder.record({ type: 'failed', problem: messages.nothingToWaitFor(absent) })
  const present = found.value.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [snapshot]))
  const targets = recordTargets(recorder, 'wait', present)
  const foreign = present.filter(snapshot => !isOfThisRun(ctx, snapshot))
  if (needsPostStep(inputs)) {
    if (foreign.length > 0)
      return recorder.record({ type: 'failed', problem: messages.notOfThisRun(foreign) })
    if (absent.length > 0 || !arm(inputs, recorder)) return
  }
  const plan: Plan = { inputs, deadline, poller: createSnapshotPoller(ctx, deadline), recorder }
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(
    targets.map(({ track, snapshot }) => waitForOne(ctx, plan, track, snapshot, work => limit(work))),
  )
}

/** Only what this very run made can be armed, in any attempt: another run's may hold what nobody here knows. */
function isOfThisRun(ctx: Context, { description }: Snapshot): boolean {
  return madeByThisRun(parseMarker(description), ctx.origin)
}

/** A snapshot in progress is followed by the shared list; only reading its server takes a place. */
async function waitForOne(
  ctx: Context,
  plan: Plan,
  track: ServerTrack,
  snapshot: Snapshot,
  inTurn: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  track.record({ type: 'began' })
  if (snapshotPhase(snapshot.status) === 'completed')
    return inTurn(() => followServer(ctx, plan, track, snapshot))
  await followSnapshot(ctx, plan, track, snapshot)
  const { health } = plan.inputs
  if (isGood(track.run)) await inTurn(() => checkHealth(ctx, track, health, plan.deadline))
}

async function followSnapshot(
  ctx: Context,
  plan: Plan,
  track: ServerTrack,
  snapshot: Snapshot,
): Promise<void> {
  // The schedule is entered where the snapshot's age puts it; a date in the future must not put it before its start.
  const now = apiNow(ctx)
  const began = ctx.clock.now() - Math.max(0, now - (createdAtMs(snapshot) ?? now))
  // An earlier step had its request accepted.
  track.record({ type: 'accepted', work: 'snapshot', snapshot })
  ctx.report.line(messages.snapshotIs(track.run, snapshot))
  const end = await plan.poller.waitFor(snapshot, began, true)
  await recordSnapshotEnd(ctx, track, snapshot, end)
  // Of one server, the verdict says it.
  if (end.state === 'completed' && plan.recorder.tracks.length > 1)
    ctx.report.line(messages.snapshotCompleted(track.run))
}

/**
 * A snapshot that was completed from the start may be the one that its server is being restored from. A read right
 * after a restore's request can still show the old state, so only a status that lasts counts.
 */
async function followServer(ctx: Context, plan: Plan, track: ServerTrack, snapshot: Snapshot): Promise<void> {
  // An earlier step may have had a restore accepted.
  track.record({ type: 'accepted', work: 'possible restore', snapshot })
  const server = await settledOrRestoring(ctx, track, plan, snapshot)
  if (server === undefined) return
  const phase = serverPhase(server.status)
  const { startAfterRestore, health } = plan.inputs
  const { deadline } = plan
  if (phase === 'restoring') {
    track.record({ type: 'accepted', work: 'restore', snapshot })
    ctx.report.line(messages.followingRestore(track.run))
    const acceptance = { at: ctx.clock.now(), statusBefore: undefined, seenRestoring: true, isOurs: true }
    const group = plan.recorder.tracks
    return followRestore(ctx, track, { snapshot, deadline, group, startAfterRestore, health }, acceptance)
  }
  if (phase === 'error') return track.record({ type: 'failed', problem: messages.brokenServer(track.run) })
  track.record({ type: 'succeeded' })
  if (phase !== 'active') ctx.report.warn(messages.serverIs(track.run))
  await checkHealth(ctx, track, health, deadline)
}

const ONE_READ: SettleWindow = { durationMs: 0, reads: 1 }

/**
 * The server, as soon as it is restoring, or once it has stood still for so long that no restore is on its way; undefined
 * where that could not be seen, as the record then says.
 */
async function settledOrRestoring(
  ctx: Context,
  track: ServerTrack,
  { deadline, inputs }: Plan,
  snapshot: Snapshot,
): Promise<Server | undefined> {
  // Before its deploy, nobody can have told the server to restore what this attempt has just made. What an earlier attempt
  // made, that attempt's rollback may still be restoring.
  const isFresh = needsPostStep(inputs) && madeByThisAttempt(parseMarker(snapshot.description), ctx.origin)
  const end = await pollUntilStable<Server, Server>(
    ctx,
    { deadline },
    () => readServerOf(ctx, track, { deadline, once: true }),
    server => {
      const isNews = server.status !== track.run.server.status
      track.record({ type: 'server read', server })
      const phase = serverPhase(server.status)
      const window = isFresh ? ONE_READ : unknownRestoreWindow(phase, ctx.pace)
      const reading = classifyServer(server, phase, window)
      if (isNews && reading.state === 'moving') ctx.report.line(messages.isSettling(track.run))
      if (isNews && reading.state === 'holding' && !isFresh)
        ctx.report.line(messages.makingSure(track.run, window.durationMs))
      return reading
    },
  )
  if (end.state === 'done') return end.value
  if (end.state === 'expired') {
    const lastFailure = end.lastFailure === undefined ? undefined : describeFailure(end.lastFailure)
    track.record({ type: 'left running', why: 'timed out', lastFailure })
  } else {
    const problem = await explain(ctx, end.failure, { state: messages.restoreNotVisible(track.run) })
    track.record({ type: 'left running', why: 'unobservable', problem })
  }
  return undefined
}

function classifyServer(server: Server, phase: ServerPhase, window: SettleWindow): Reading<Server> {
  if (phase === 'restoring') return { state: 'done', value: server }
  // A restore begins with an automatic stop: what is in transition proves nothing, however long it takes.
  return phase === 'transitioning'
    ? { state: 'moving' }
    : { state: 'holding', as: phase, value: server, window }
}
