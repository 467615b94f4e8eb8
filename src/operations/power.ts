import type { Server } from '../domain/entities.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { addPhase, type Entry, serverLabel } from './entry.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'

/** What a server is to become, and what is asked of the API for it. */
const WANTED = { start: 'active', stop: 'stopped' } as const
const DOING = { start: 'starting', stop: 'stopping' } as const

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
  for (let sent = 1; ; sent += 1) {
    ctx.report.line(`${action === 'start' ? 'Starting' : 'Stopping'} ${serverLabel(entry)}.`)
    const answer = await ctx.api.power(entry.server, action, { deadline })
    if (answer.ok) return success(undefined)
    const now = await statusAfterLostAnswer(ctx, entry, action, answer.failure, deadline)
    if (now === 'acting') return success(undefined)
    if (now !== 'idle') return success(now)
    if (!isAmbiguous(answer.failure) || sent === 2)
      return {
        ok: false,
        problem: await explain(
          ctx,
          answer.failure,
          `${serverLabel(entry)} is ${entry.serverStatus ?? 'in an unknown state'}.`,
        ),
      }
    ctx.report.line(`${serverLabel(entry)} shows no sign of the request; sending it once more.`)
  }
}

/** Reads whether a request without a good answer was obeyed: the wanted state, the way to it, or neither. */
async function statusAfterLostAnswer(
  ctx: Context,
  entry: Entry,
  action: 'start' | 'stop',
  lost: ApiFailure,
  deadline: number,
): Promise<Server | 'acting' | 'idle'> {
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
        if (server.status.toLowerCase() === DOING[action]) return { state: 'done', value: 'acting' }
        streak = extendStreak(streak, 'idle', ctx.clock.now())
        return isSettled(streak, window) ? { state: 'done', value: 'idle' } : { state: 'pending' }
      },
    )
  const end = await poll(ctx, { schedule: 'settle', began: ctx.clock.now(), deadline, first: 'now' }, look)
  return end.state === 'done' ? end.value : 'idle'
}

/** Waits until the server is as wanted. */
export async function awaitPower(
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
        `${serverLabel(entry)} is ${entry.serverStatus ?? 'unread'}, ${elapsed} after the request to ${action} it.`,
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
  if (end.state === 'refused') return { ok: false, problem: await explain(ctx, end.failure) }
  return failure(
    `${serverLabel(entry)} was asked to ${action} and did not become ${WANTED[action]} in time; its last status was ${entry.serverStatus ?? 'unreadable'}.`,
    `Look at the server in the VPS.org panel and ${action} it there if it is not ${WANTED[action]}.`,
    'timed_out',
  )
}
