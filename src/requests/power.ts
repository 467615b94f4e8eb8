import type { Server } from '../domain/entities.ts'
import { briefWindow, confirmationWindow, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { lastStatus } from '../run/labels.ts'
import { failed, type Outcome, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { type ApiFailure, isAmbiguous } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { pollUntilStable, type Reading } from '../waiting/poll.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import { BUSY_PATIENCE_MS, backOff, type RetryState } from './retry-state.ts'
import * as serverMessages from './server-messages.ts'

export type PowerAction = 'start' | 'stop'

/** What a server is to become, and what it says meanwhile. */
const WANTED = { start: 'active', stop: 'stopped' } as const
const DOING = { start: 'starting', stop: 'stopping' } as const
const UNABLE = { start: 'start-failed', stop: 'stop-failed' } as const

/**
 * Starts or stops a server and waits until it is so. The status is read before it is asked for again: a lost answer
 * is never a reason to send the request blindly.
 */
export async function switchPower(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  deadline: number,
): Promise<Outcome<Server>> {
  const asked = await askForPower(ctx, track, action, deadline)
  if (!asked.ok) return asked
  return asked.value === undefined ? awaitPower(ctx, track, action, deadline) : success(asked.value)
}

/**
 * Sends the request. A stop is sent a second time only when a settle window of reads shows that the first did nothing. A
 * start is sent as often as there is time for a short look at the server: a second one does no harm, and a server that this
 * action took down must not stay so.
 * @returns the server where it is as wanted already
 */
async function askForPower(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  deadline: number,
): Promise<Outcome<Server | undefined>> {
  const retry: RetryState = { tries: 0 }
  const isDue = action === 'start'
  const limits = { deadline, isDue, patienceMs: isDue ? Number.POSITIVE_INFINITY : BUSY_PATIENCE_MS }
  for (let sent = 1; ; sent += 1) {
    if (retry.tries === 0) ctx.report.line(serverMessages.switching(track.run, action))
    // Sent once: before a repetition the server is read anew, since minutes may have passed.
    const answer = await ctx.api.power(track.run.server.id, action, { deadline, once: true, isDue })
    if (answer.ok) return success(undefined)
    const mayRepeat = await backOff(ctx, answer.failure, retry, limits)
    const now = await statusAfterFailure(ctx, track, action, answer.failure, deadline)
    if (now === 'acting') return success(undefined)
    const isUnread = now === 'unread'
    if (!isUnread && now !== 'idle') return success(now)
    if (mayRepeat && (isDue || !isUnread)) {
      // What was refused did nothing: it does not count.
      sent -= 1
      continue
    }
    const isTimeLeft = isDue ? ctx.clock.now() < deadline : !isUnread && sent < 2
    if (!isAmbiguous(answer.failure) || !isTimeLeft) {
      const state = isUnread
        ? serverMessages.powerUnobservable(track.run, WANTED[action])
        : serverMessages.statusIs(track.run)
      return giveUp(ctx, action, answer.failure, state)
    }
    ctx.report.line(serverMessages.noSignOfPower(track.run))
  }
}

async function giveUp(
  ctx: Context,
  action: PowerAction,
  failure: ApiFailure,
  state: string,
): Promise<Outcome<never>> {
  return failed(await explain(ctx, failure, { state, reason: UNABLE[action] }))
}

type AfterFailure = Server | 'acting' | 'idle'

/** Reads whether a request without a good answer was obeyed: the wanted state, the way to it, or neither. */
async function statusAfterFailure(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  lost: ApiFailure,
  deadline: number,
): Promise<AfterFailure | 'unread'> {
  if (isAmbiguous(lost)) ctx.report.line(serverMessages.readingAfterLostPower(track.run, lost))
  const isStart = action === 'start'
  const whole = isStart ? briefWindow(ctx.pace) : settleWindow(ctx.pace)
  // A refusal is an answer: one read tells whether the server is already as wanted. A lost answer needs a window of them.
  const window = isAmbiguous(lost) ? whole : { durationMs: 0, reads: 1 }
  const until = isStart ? halfWay(ctx, deadline) : deadline
  const end = await pollUntilStable<Server, AfterFailure>(
    ctx,
    { deadline: until, window, answeredBefore: true },
    () => readServerOf(ctx, track, { deadline: until, once: true }),
    server => {
      track.record({ type: 'status seen', status: server.status })
      return classifyAfterFailure(ctx, server, action, isAmbiguous(lost))
    },
  )
  return end.state === 'done' ? end.value : 'unread'
}

// With less time left, a look takes all of it.
const LEAST_TIME_MS = 10_000

/** Until when a look may take that is to leave time for a request: clock milliseconds. */
export function halfWay(ctx: Context, deadline: number): number {
  const now = ctx.clock.now()
  const leftMs = deadline - now
  return leftMs < LEAST_TIME_MS ? deadline : now + leftMs / 2
}

function classifyAfterFailure(
  ctx: Context,
  server: Server,
  action: PowerAction,
  mayHaveActed: boolean,
): Reading<AfterFailure> {
  const phase = serverPhase(server.status)
  if (phase === WANTED[action]) return asWanted(ctx, action, server)
  // What was refused is not what the server is doing.
  if (mayHaveActed && server.status.toLowerCase() === DOING[action]) return { state: 'done', value: 'acting' }
  // Somebody else is at work on the server: what it does says nothing of our request, nor may another be sent.
  if (phase === 'restoring' || phase === 'transitioning') return { state: 'moving' }
  return { state: 'holding', as: 'idle', value: 'idle' }
}

/** One `active` can come from a replica that still shows the time before the stop: a start is done when two agree. */
function asWanted(ctx: Context, action: PowerAction, server: Server): Reading<Server> {
  if (action === 'stop') return { state: 'done', value: server }
  return { state: 'holding', as: 'wanted', value: server, window: confirmationWindow(ctx.pace) }
}

/** Waits until the server is as wanted. */
async function awaitPower(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  deadline: number,
): Promise<Outcome<Server>> {
  const isWanted = (): boolean => serverPhase(lastStatus(track.run)) === WANTED[action]
  const end = await pollUntilStable<Server, Server>(
    ctx,
    {
      schedule: 'power',
      answeredBefore: true,
      isConfirming: isWanted,
      deadline,
      startAfterDelay: true,
      heartbeat: elapsed => serverMessages.powerElapsed(track.run, action, elapsed),
    },
    () => readServerOf(ctx, track, { deadline, once: true }),
    server => {
      track.record({ type: 'status seen', status: server.status })
      return isWanted() ? asWanted(ctx, action, server) : { state: 'moving' }
    },
  )
  if (end.state === 'done') {
    ctx.report.line(serverMessages.statusIs(track.run))
    return success(end.value)
  }
  const wanted = WANTED[action]
  if (end.state === 'refused')
    return giveUp(ctx, action, end.failure, serverMessages.powerUnobservable(track.run, wanted))
  return failed(serverMessages.powerTimedOut(track.run, action))
}
