import type { Server } from '../domain/entities.ts'
import { jittered } from '../policy/schedule.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { addPhase, type Entry, serverLabel } from './entry.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import { pauseBeforeRepeating } from './repetition.ts'

/** What a server is to become, and what is asked of the API for it. */
const WANTED = { start: 'active', stop: 'stopped' } as const
const DOING = { start: 'starting', stop: 'stopping' } as const
// A server that did not stop in time is started again at once.
const NEXT = { start: ' and start it there if it is not active.', stop: ', then run the job again.' } as const

/**
 * Starts or stops a server and waits until it is so. The status is read before it is asked for again: a lost answer
 * is never a reason to send the request blindly.
 */
export async function switchPower(
  ctx: Context,
  entry: Entry,
  action: 'start' | 'stop',
  deadline: number,
): Promise<Outcome<Server>> {
  const began = ctx.clock.now()
  const asked = await askForPower(ctx, entry, action, deadline)
  if (!asked.ok) {
    addPhase(entry, action, began, ctx.clock.now(), true)
    return asked
  }
  const reached = asked.value ?? (await awaitPower(ctx, entry, action, deadline))
  addPhase(entry, action, began, ctx.clock.now(), 'ok' in reached && !reached.ok)
  if ('ok' in reached) return reached
  return success(reached)
}

/** Sends the request; a second time only when a settle window of reads shows that the first did nothing. */
async function askForPower(
  ctx: Context,
  entry: Entry,
  action: 'start' | 'stop',
  deadline: number,
): Promise<Outcome<Server | undefined>> {
  const patience = Math.min(deadline, ctx.clock.now() + START_PATIENCE)
  const repetition = { tries: 0 }
  for (let sent = 1; ; sent += 1) {
    ctx.report.line(`${action === 'start' ? 'Starting' : 'Stopping'} ${serverLabel(entry)}.`)
    // Sent once: before a repetition the server is read anew, since minutes may have passed.
    const answer = await ctx.api.power(entry.server, action, { deadline, once: true })
    if (answer.ok) return success(undefined)
    const isPaused = await pauseBeforeRepeating(ctx, answer.failure, repetition, deadline)
    const now = await statusAfterLostAnswer(ctx, entry, action, answer.failure, deadline)
    if (now === 'acting') return success(undefined)
    if (now === 'unread')
      return giveUp(ctx, answer.failure, `Whether ${serverLabel(entry)} obeyed was not seen.`)
    if (now !== 'idle') return success(now)
    if (isPaused || (await comesRound(ctx, action, answer.failure, patience))) {
      // What was refused did nothing: it does not count.
      sent -= 1
      continue
    }
    if (!isAmbiguous(answer.failure) || sent === 2)
      return giveUp(ctx, answer.failure, `${serverLabel(entry)} is ${entry.serverStatus}.`)
    ctx.report.line(`${serverLabel(entry)} shows no sign of the request; sending it once more.`)
  }
}

// What an API says while something else is going on; after a while it says something else.
const BUSY: readonly (number | undefined)[] = [400, 409, 423]

/**
 * Whether a refused start is worth another try after a while, which has then passed: a server that this action took
 * down must not stay so because something of its own was still under way.
 */
async function comesRound(
  ctx: Context,
  action: 'start' | 'stop',
  failed: ApiFailure,
  until: number,
): Promise<boolean> {
  if (action === 'stop' || !BUSY.includes(failed.status)) return false
  const gap = ctx.pace.fixedIntervalMs ?? jittered(START_GAP, ctx.random)
  if (ctx.clock.now() + gap >= until) return false
  await ctx.clock.sleep(gap, ctx.signal)
  return true
}

const START_GAP = 10_000
const START_PATIENCE = 2 * 60_000

async function giveUp(ctx: Context, failed: ApiFailure, state: string): Promise<Outcome<never>> {
  return { ok: false, problem: await explain(ctx, failed, state) }
}

/** Reads whether a request without a good answer was obeyed: the wanted state, the way to it, or neither. */
async function statusAfterLostAnswer(
  ctx: Context,
  entry: Entry,
  action: 'start' | 'stop',
  lost: ApiFailure,
  deadline: number,
): Promise<Server | 'acting' | 'idle' | 'unread'> {
  ctx.report.line(`${describeFailure(lost)} Reading what ${serverLabel(entry)} does.`)
  let streak: Streak | undefined
  // A refusal is an answer: one read tells whether the server is already as wanted. A lost answer needs a settle window.
  const window = isAmbiguous(lost) ? settleWindow(ctx.pace) : { durationMs: 0, reads: 1 }
  const look = async (): Promise<Look<Server | 'acting' | 'idle'>> =>
    lookAt<Server, Server | 'acting' | 'idle'>(
      await ctx.api.readServer(entry.server, { deadline, once: true }),
      server => {
        entry.serverStatus = server.status
        const phase = serverPhase(server.status)
        if (phase === WANTED[action]) return { state: 'done', value: server }
        // What was refused is not what the server is doing.
        const isActing = server.status.toLowerCase() === DOING[action]
        if (isActing && isAmbiguous(lost)) return { state: 'done', value: 'acting' }
        // Somebody else is at work on the server: what it does says nothing of our request, nor may another be sent.
        if (phase === 'restoring' || phase === 'passing') {
          streak = undefined
          return { state: 'pending' }
        }
        streak = extendStreak(streak, 'idle', ctx.clock.now())
        return isSettled(streak, window) ? { state: 'done', value: 'idle' } : { state: 'pending' }
      },
    )
  const end = await poll(ctx, { schedule: 'settle', began: ctx.clock.now(), deadline, first: 'now' }, look)
  return end.state === 'done' ? end.value : 'unread'
}

/** Waits until the server is as wanted. */
async function awaitPower(
  ctx: Context,
  entry: Entry,
  action: 'start' | 'stop',
  deadline: number,
): Promise<Outcome<Server>> {
  const began = ctx.clock.now()
  const end = await poll<Server>(
    ctx,
    {
      schedule: 'power',
      began,
      deadline,
      first: 'after a gap',
      heartbeat: elapsed =>
        `${serverLabel(entry)} is ${entry.serverStatus}, ${elapsed} after the request to ${action} it.`,
    },
    async () =>
      lookAt(await ctx.api.readServer(entry.server, { deadline, once: true }), server => {
        entry.serverStatus = server.status
        return serverPhase(server.status) === WANTED[action]
          ? { state: 'done', value: server }
          : { state: 'pending' }
      }),
  )
  if (end.state === 'done') {
    ctx.report.line(`${serverLabel(entry)} is ${end.value.status}.`)
    return success(end.value)
  }
  if (end.state === 'refused')
    return giveUp(ctx, end.failure, `Whether ${serverLabel(entry)} became ${WANTED[action]} was not seen.`)
  return failure(
    `${serverLabel(entry)} was asked to ${action} and did not become ${WANTED[action]} in time; its last status was ${entry.serverStatus}.`,
    `Look at the server in the VPS.org panel${NEXT[action]}`,
    'timed_out',
  )
}
