import type { Server } from '../domain/entities.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel } from './entry.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { switchPower } from './power.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import { type SavedPower, saveEntry } from './saved-state.ts'

// The cleanup has its own time, outside `timeout`: a server must not stay down because a snapshot took too long.
const CLEANUP_TIME = 2 * 60_000

/** Stops a running server for its snapshot. The intent is saved before the request goes out, for the post stage. */
export async function stopForSnapshot(
  ctx: Context,
  entry: Entry,
  index: number,
  deadline: number,
): Promise<Outcome<Server>> {
  // What was still waiting for its turn when the end was asked for stays as it is.
  ctx.signal.throwIfAborted()
  saveEntry(ctx, index, entry, 'stop intended')
  entry.stopAsked = true
  const stopped = await switchPower(ctx, entry, 'stop', deadline)
  if (stopped.ok) {
    saveEntry(ctx, index, entry, 'stopped')
    return stopped
  }
  const { message, next, status } = stopped.problem
  return failure(`No snapshot of ${serverLabel(entry)} was taken: ${message}`, next, status)
}

/**
 * Starts a server that this action stopped, or meant to stop: a stop that was asked for and not seen is watched for
 * first, since a start sent before it lands would be undone by it.
 */
export async function ensureStarted(ctx: Context, entry: Entry, power: SavedPower): Promise<Outcome<Server>> {
  const deadline = ctx.clock.now() + CLEANUP_TIME
  const settled = await awaitStop(ctx, entry, power, deadline)
  if (!settled.ok) return settled
  const stopped = serverPhase(settled.value.status) === 'stopped'
  const started = stopped ? await startAgain(ctx, entry, deadline) : settled
  entry.stopAsked &&= !started.ok
  return started
}

async function startAgain(ctx: Context, entry: Entry, deadline: number): Promise<Outcome<Server>> {
  const started = await switchPower(ctx, entry, 'start', deadline)
  if (started.ok) return started
  const { message, next, status } = started.problem
  return failure(
    `${serverLabel(entry)} was stopped for its snapshot and could not be started again: ${message}`,
    `Start the server now, in the VPS.org panel; the action tries once more at the end of the job. ${next}`,
    status,
  )
}

/** Reads until the server is stopped, or has been seen running for long enough that no stop is on its way. */
async function awaitStop(
  ctx: Context,
  entry: Entry,
  power: SavedPower,
  deadline: number,
): Promise<Outcome<Server>> {
  let streak: Streak | undefined
  const look = async (): Promise<Look<Server>> =>
    lookAt(await ctx.api.readServer(entry.server, { deadline, once: true }), server => {
      entry.serverStatus = server.status
      entry.serverName = server.name
      const phase = serverPhase(server.status)
      streak = extendStreak(streak, phase, ctx.clock.now())
      if (phase === 'stopped') return { state: 'done', value: server }
      if (phase !== 'active') return { state: 'pending' }
      // Once it was seen stopped, running means that somebody started it.
      const over = power === 'stopped' || isSettled(streak, settleWindow(ctx.pace))
      return over ? { state: 'done', value: server } : { state: 'pending' }
    })
  const end = await poll(ctx, { schedule: 'settle', began: ctx.clock.now(), deadline, first: 'now' }, look)
  if (end.state === 'done') return success(end.value)
  if (end.state === 'refused')
    return { ok: false, problem: await explain(ctx, end.failure, `${serverLabel(entry)} may be stopped.`) }
  return failure(
    `${serverLabel(entry)} was to be started again, and its status did not settle in time; the last one was ${entry.serverStatus ?? 'unreadable'}.`,
    'Look at the server in the VPS.org panel and start it if it is stopped.',
    'timed_out',
  )
}
