import type { Server } from '../domain/entities.ts'
import { settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { type ApiFailure, isAmbiguous } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { poll, pollUntilStable, type Reading, toAttempt } from '../waiting/poll.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import * as messages from './messages.ts'
import { BUSY_PATIENCE_MS, backOff, type RetryState } from './retry-state.ts'

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
  // A server that this action took down must not stay so because something of its own is still under way.
  const patienceMs = action === 'start' ? deadline - ctx.clock.now() : BUSY_PATIENCE_MS
  const asked = await askForPower(ctx, track, action, { deadline, patienceMs })
  if (!asked.ok) return asked
  return asked.value === undefined ? awaitPower(ctx, track, action, deadline) : success(asked.value)
}

/**
 * Sends the request; a second time only when a settle window of reads shows that the first did nothing.
 * @returns the server where it is as wanted already
 */
async function askForPower(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  { deadline, patienceMs }: { readonly deadline: number; readonly patienceMs: number },
): Promise<Outcome<Server | undefined>> {
  const retry: RetryState = { tries: 0 }
  for (let sent = 1; ; sent += 1) {
    ctx.report.line(messages.switching(track.run, action))
    // Sent once: before a repetition the server is read anew, since minutes may have passed.
    const answer = await ctx.api.power(track.run.server.id, action, { deadline, once: true })
    if (answer.ok) return success(undefined)
    const mayRepeat = await backOff(ctx, answer.failure, retry, { deadline, patienceMs })
    const now = await statusAfterFailure(ctx, track, action, answer.failure, deadline)
    if (now === 'acting') return success(undefined)
    if (now === 'unread')
      return giveUp(ctx, action, answer.failure, messages.powerUnobservable(track.run, WANTED[action]))
    if (now !== 'idle') return success(now)
    if (mayRepeat) {
      // What was refused did nothing: it does not count.
      sent -= 1
      continue
    }
    if (!isAmbiguous(answer.failure) || sent === 2)
      return giveUp(ctx, action, answer.failure, messages.statusIs(track.run))
    ctx.report.line(messages.noSignOfPower(track.run))
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
  ctx.report.line(messages.readingAfterLostPower(track.run, lost))
  // A refusal is an answer: one read tells whether the server is already as wanted. A lost answer needs a settle window.
  const window = isAmbiguous(lost) ? settleWindow(ctx.pace) : { durationMs: 0, reads: 1 }
  const end = await pollUntilStable<Server, AfterFailure>(
    ctx,
    { deadline, window, answeredBefore: true },
    () => readServerOf(ctx, track, { deadline, once: true }),
    server => {
      track.record({ type: 'status seen', status: server.status })
      return classifyAfterFailure(server, action, isAmbiguous(lost))
    },
  )
  return end.state === 'done' ? end.value : 'unread'
}

function classifyAfterFailure(
  server: Server,
  action: PowerAction,
  mayHaveActed: boolean,
): Reading<AfterFailure> {
  const phase = serverPhase(server.status)
  if (phase === WANTED[action]) return { state: 'done', value: server }
  // What was refused is not what the server is doing.
  if (mayHaveActed && server.status.toLowerCase() === DOING[action]) return { state: 'done', value: 'acting' }
  // Somebody else is at work on the server: what it does says nothing of our request, nor may another be sent.
  if (phase === 'restoring' || phase === 'transitioning') return { state: 'moving' }
  return { state: 'holding', as: 'idle', value: 'idle' }
}

/** Waits until the server is as wanted. */
async function awaitPower(
  ctx: Context,
  track: ServerTrack,
  action: PowerAction,
  deadline: number,
): Promise<Outcome<Server>> {
  const end = await poll<Server>(
    ctx,
    {
      schedule: 'power',
      answeredBefore: true,
      began: ctx.clock.now(),
      deadline,
      startAfterDelay: true,
      heartbeat: elapsed => messages.powerElapsed(track.run, action, elapsed),
    },
    async () =>
      toAttempt(await readServerOf(ctx, track, { deadline, once: true }), server => {
        track.record({ type: 'status seen', status: server.status })
        return serverPhase(server.status) === WANTED[action]
          ? { state: 'done', value: server }
          : { state: 'pending' }
      }),
  )
  if (end.state === 'done') {
    ctx.report.line(messages.statusIs(track.run))
    return success(end.value)
  }
  const wanted = WANTED[action]
  if (end.state === 'refused')
    return giveUp(ctx, action, end.failure, messages.powerUnobservable(track.run, wanted))
  return failed(messages.powerTimedOut(track.run, action))
}
