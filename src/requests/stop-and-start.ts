import { MINUTE_MS } from '../domain/clock.ts'
import type { Server } from '../domain/entities.ts'
import { confirmationWindow, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { type PollResult, pollUntilStable, type Reading } from '../waiting/poll.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import { halfWay, switchPower } from './power.ts'
import * as serverMessages from './server-messages.ts'

// A start has its own time, outside `timeout`: a server must not stay down because a snapshot or a restore took too long.
const START_TIME_MS = 2 * MINUTE_MS

/**
 * Stops a running server for its snapshot, and records it. The intent is recorded, and so saved for the post step, before
 * the request goes out.
 * @returns whether it stopped
 */
export async function stopForSnapshot(ctx: Context, track: ServerTrack, deadline: number): Promise<boolean> {
  // What was still waiting for its turn when the end was asked for stays as it is.
  ctx.signal.throwIfAborted()
  track.record({ type: 'stop requested' })
  const stopped = await switchPower(ctx, track, 'stop', deadline)
  if (stopped.ok) track.record({ type: 'stopped' })
  else track.record({ type: 'stop failed', problem: serverMessages.notStopped(track.run, stopped.problem) })
  return stopped.ok
}

/**
 * Starts a server that this action stopped, or meant to stop, and records it: a stop that was asked for and not seen is
 * watched for first, since a start sent before it lands would be undone by it.
 * @param until clock milliseconds, where there is less time than the cleanup has
 * @returns whether it runs
 */
export async function ensureStarted(
  ctx: Context,
  track: ServerTrack,
  until: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const deadline = Math.min(until, ctx.clock.now() + START_TIME_MS)
  const settled = await awaitStop(ctx, track, deadline)
  if (!settled.ok) {
    track.record({ type: 'start failed', problem: settled.problem })
    return false
  }
  // One that nobody can read is started all the same: a start that was not needed does no harm.
  if (settled.value === undefined) ctx.report.line(serverMessages.startingUnread(track.run))
  else if (serverPhase(settled.value.status) !== 'stopped') {
    track.record({ type: 'started' })
    return true
  }
  return start(ctx, track, deadline, problem => serverMessages.notStartedAgain(track.run, problem))
}

/**
 * Starts a server that its restore left stopped, and records it. A restore that ends just before its deadline must not
 * leave the server down for want of time.
 * @returns whether it runs
 */
export function startRestored(ctx: Context, track: ServerTrack, until: number): Promise<boolean> {
  return start(ctx, track, Math.max(until, ctx.clock.now() + START_TIME_MS), problem => problem)
}

async function start(
  ctx: Context,
  track: ServerTrack,
  deadline: number,
  told: (problem: Problem) => Problem,
): Promise<boolean> {
  track.record({ type: 'start requested' })
  const started = await switchPower(ctx, track, 'start', deadline)
  if (started.ok) track.record({ type: 'started' })
  else track.record({ type: 'start failed', problem: told(started.problem) })
  return started.ok
}

/**
 * Reads until the server is stopped, or has been seen running for long enough that no stop is on its way.
 * @returns undefined where it could not be read for half of the time
 */
async function awaitStop(
  ctx: Context,
  track: ServerTrack,
  deadline: number,
): Promise<Outcome<Server | undefined>> {
  const began = ctx.clock.now()
  const first = await watchStop(ctx, track, halfWay(ctx, deadline))
  if (first.state === 'done') return success(first.value)
  const { readAt = Number.NEGATIVE_INFINITY } = track.run.server
  if (first.state === 'refused' || first.lastFailure !== undefined || readAt < began)
    return success(undefined)
  const end = await watchStop(ctx, track, deadline)
  return end.state === 'done' ? success(end.value) : failed(serverMessages.notSettledForStart(track.run))
}

async function watchStop(ctx: Context, track: ServerTrack, deadline: number): Promise<PollResult<Server>> {
  const wasSeenStopped = track.run.power.state === 'stopped'
  const window = wasSeenStopped ? confirmationWindow(ctx.pace) : settleWindow(ctx.pace)
  let isConfirming = false
  return pollUntilStable<Server, Server>(
    ctx,
    { deadline, window, isConfirming: () => isConfirming, answeredBefore: true },
    () => readServerOf(ctx, track, { deadline, once: true }),
    server => {
      track.record({ type: 'server read', server })
      const reading = classifyStop(server)
      isConfirming = wasSeenStopped && reading.state === 'holding'
      return reading
    },
  )
}

function classifyStop(server: Server): Reading<Server> {
  const phase = serverPhase(server.status)
  if (phase === 'stopped') return { state: 'done', value: server }
  return phase === 'active' ? { state: 'holding', as: phase, value: server } : { state: 'moving' }
}
