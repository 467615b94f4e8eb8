import type { Server, Snapshot } from '../domain/entities.ts'
import { nextDelay } from '../policy/schedule.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel, snapshotIdOf } from './entry.ts'
import { type Look, lookAt, type Polled, poll } from './poll.ts'
import { explain, failure, type Outcome, type Problem, success } from './problem.ts'
import { awaitReadiness, notSettled } from './readiness.ts'
import { pauseBeforeRepeating, type Repetition } from './repetition.ts'

/** How a restore was accepted. */
export interface Acceptance {
  /** In clock milliseconds. */
  readonly at: number
  /** The server's status before the request; undefined where it may not be read. */
  readonly statusBefore: string | undefined
  /** Whether `restoring` has been seen at the server already. */
  readonly seenRestoring: boolean
}

/** One restore to be asked for. */
export interface RestoreRequest {
  readonly entry: Entry
  readonly snapshot: Snapshot
  readonly deadline: number
  /** Whether the restore may be sent though the token may not read the server. */
  readonly blindly: boolean
}

interface Progress extends Repetition {
  /** How many requests went out whose answer never came. */
  unanswered: number
}

type Sent =
  | { readonly state: 'accepted'; readonly acceptance: Acceptance }
  | { readonly state: 'again' }
  | { readonly state: 'problem'; readonly problem: Problem }

/**
 * Asks for a restore until it is accepted. The server is read immediately before; the request is sent a second time
 * only when a settle window passed in which the server did not begin to restore, and never a third time.
 */
export async function requestRestore(ctx: Context, request: RestoreRequest): Promise<Outcome<Acceptance>> {
  const progress: Progress = { unanswered: 0, tries: 0 }
  for (;;) {
    const before = await readBeforeRestore(ctx, request, progress.unanswered > 0)
    if (!before.ok) return before
    if (before.value === 'accepted')
      return success({ at: ctx.clock.now(), statusBefore: undefined, seenRestoring: true })
    const sent = await sendOnce(ctx, request, before.value?.status, progress)
    if (sent.state === 'problem') return { ok: false, problem: sent.problem }
    if (sent.state === 'accepted') return success(sent.acceptance)
  }
}

/** The state that the server is in before the request; `accepted` when our own unanswered request has begun to act. */
export async function readBeforeRestore(
  ctx: Context,
  request: RestoreRequest,
  unanswered = false,
): Promise<Outcome<Server | undefined | 'accepted'>> {
  const { entry } = request
  const began = ctx.clock.now()
  const found = await awaitReadiness(ctx, {
    server: entry.server,
    purpose: 'restore',
    deadline: request.deadline,
  })
  switch (found.state) {
    case 'ready':
      entry.serverName = found.server.name
      entry.serverStatus = found.server.status
      return success(found.server)
    case 'restoring':
      entry.serverStatus = found.server.status
      if (unanswered) return success('accepted')
      return { ok: false, problem: someoneElses(entry, 'Nothing was sent.') }
    case 'refused':
      if (unanswered)
        return {
          ok: false,
          problem: await explain(ctx, found.failure, earlierUnanswered(entry), 'unknown'),
        }
      if (found.failure.status === 403 && request.blindly) {
        ctx.report.warn(
          `The token may not read server ${entry.server}: what state it is in before the restore, and when the restore ends, cannot be seen.`,
        )
        return success(undefined)
      }
      return {
        ok: false,
        problem: await explain(
          ctx,
          found.failure,
          found.failure.status === 403
            ? `Nothing was overwritten: without reading server ${entry.server} the end of its restore cannot be seen. With wait: false the restore is sent all the same.`
            : 'Nothing was overwritten.',
        ),
      }
    case 'expired':
      return failure(
        `${notSettled(found, ctx.clock.now() - began)} ${unanswered ? earlierUnanswered(entry) : 'Nothing was overwritten.'}`,
        'Look at the server in the VPS.org panel, then run the restore again.',
        unanswered ? 'unknown' : 'timed_out',
      )
  }
}

/** What must be said of a restore of which one request was never answered, whatever became of the next. */
function earlierUnanswered(entry: Entry): string {
  return `An earlier request for the restore got no answer: whether ${serverLabel(entry)} will be overwritten is not known.`
}

/** The error of a restore that meets another one. */
export function someoneElses(entry: Entry, sent: string): Problem {
  return {
    status: 'failed',
    message: `${serverLabel(entry)} is being restored already, by somebody else or an earlier step. ${sent}`,
    next: `Do not restore again; follow it with operation: wait, snapshot-id: ${snapshotIdOf(entry)}.`,
  }
}

async function sendOnce(
  ctx: Context,
  request: RestoreRequest,
  statusBefore: string | undefined,
  progress: Progress,
): Promise<Sent> {
  const { entry, snapshot } = request
  const before = entry.status
  const readAt = ctx.clock.now()
  entry.status = 'unknown'
  // Sent once: before a repetition the server is read anew, since minutes may have passed.
  const answer = await ctx.api.restoreSnapshot(snapshot.id, { deadline: request.deadline, once: true })
  if (answer.ok) return accepted(ctx, statusBefore, false)
  if (isAmbiguous(answer.failure))
    return afterLostAnswer(ctx, request, answer.failure, statusBefore, progress)
  if (progress.unanswered === 0) entry.status = before
  if (await pauseBeforeRepeating(ctx, answer.failure, progress, request.deadline))
    return progress.unanswered > 0 && ctx.clock.now() - readAt > SHORTEST_RESTORE
      ? unclear(entry, answer.failure, UNSEEN)
      : { state: 'again' }
  if (answer.failure.status !== 400)
    return { state: 'problem', problem: await refused(ctx, request, answer.failure, progress) }
  return afterBadRequest(ctx, request, answer.failure, progress)
}

function accepted(ctx: Context, statusBefore: string | undefined, seenRestoring: boolean): Sent {
  return { state: 'accepted', acceptance: { at: ctx.clock.now(), statusBefore, seenRestoring } }
}

async function refused(
  ctx: Context,
  request: RestoreRequest,
  failed: ApiFailure,
  progress: Progress,
  detail = '',
): Promise<Problem> {
  const { entry } = request
  const state =
    progress.unanswered > 0 ? earlierUnanswered(entry) : `${serverLabel(entry)} was not overwritten.`
  return explain(ctx, failed, state + detail, progress.unanswered > 0 ? 'unknown' : 'failed')
}

/** No answer: `restoring` is the acceptance; a settle window without it allows one more request. */
async function afterLostAnswer(
  ctx: Context,
  request: RestoreRequest,
  lost: ApiFailure,
  statusBefore: string | undefined,
  progress: Progress,
): Promise<Sent> {
  const { entry } = request
  progress.unanswered += 1
  if (statusBefore === undefined) return unclear(entry, lost, 'the token may not read the server.')
  ctx.report.line(
    `${describeFailure(lost)} Whether the restore was begun is not known; reading ${serverLabel(entry)} before anything is sent again.`,
  )
  const end = await watchForRestoring(ctx, request)
  if (end.state === 'refused') return unclear(entry, lost, describeFailure(end.failure))
  if (end.state === 'expired')
    return unclear(entry, lost, 'the time ran out before its server could be read for long enough.')
  if (end.value === 'unseen') return unclear(entry, lost, UNSEEN)
  if (end.value === 'restoring') {
    ctx.report.line(`${serverLabel(entry)} is restoring: the request was accepted.`)
    return accepted(ctx, statusBefore, true)
  }
  if (progress.unanswered === 1) {
    ctx.report.line(
      `${serverLabel(entry)} did not begin to restore; the request did nothing and is sent once more.`,
    )
    return { state: 'again' }
  }
  return unclear(
    entry,
    lost,
    `it was sent twice, and ${serverLabel(entry)} did not begin to restore within a settle window.`,
  )
}

// The shortest restore takes five minutes by the reference: one that fits between two reads leaves no trace.
const SHORTEST_RESTORE = 4 * 60_000
const UNSEEN = 'its server could not be read for so long that a restore may have come and gone.'

/** Reads until the server is restoring, has stood still for a settle window, or went unseen for too long. */
function watchForRestoring(
  ctx: Context,
  { entry, deadline }: RestoreRequest,
): Promise<Polled<'restoring' | 'idle' | 'unseen'>> {
  let streak: Streak | undefined
  const began = ctx.clock.now()
  let lastRead = began
  const look = async (): Promise<Look<'restoring' | 'idle' | 'unseen'>> =>
    lookAt(await ctx.api.readServer(entry.server, { deadline, once: true }), server => {
      const now = ctx.clock.now()
      entry.serverStatus = server.status
      if (serverPhase(server.status) === 'restoring') return { state: 'done', value: 'restoring' }
      if (now - lastRead > SHORTEST_RESTORE) return { state: 'done', value: 'unseen' }
      lastRead = now
      // An automatic stop may come first: only what stands still for a whole settle window has not begun.
      streak = extendStreak(streak, server.status.toLowerCase(), now)
      return isSettled(streak, settleWindow(ctx.pace))
        ? { state: 'done', value: 'idle' }
        : { state: 'pending' }
    })
  return poll(ctx, { schedule: 'settle', began, deadline, first: 'now' }, look)
}

function unclear(entry: Entry, lost: ApiFailure, reason: string): Sent {
  return {
    state: 'problem',
    problem: {
      status: 'unknown',
      message: `${describeFailure(lost)} Whether ${serverLabel(entry)} is being overwritten cannot be told: ${reason}`,
      next: `Look at the server in the VPS.org panel. If it is restoring, follow it with operation: wait, snapshot-id: ${snapshotIdOf(entry)}; if it is not, run the restore again.`,
    },
  }
}

/** 400: the server is not in a state for a restore; reading it tells which. */
async function afterBadRequest(
  ctx: Context,
  request: RestoreRequest,
  refusal: ApiFailure,
  progress: Progress,
): Promise<Sent> {
  const { entry } = request
  const answer = await ctx.api.readServer(entry.server, { deadline: request.deadline })
  if (!answer.ok) return { state: 'problem', problem: await refused(ctx, request, refusal, progress) }
  const { status } = answer.value
  entry.serverStatus = status
  const phase = serverPhase(status)
  if (phase === 'restoring')
    return progress.unanswered > 0
      ? accepted(ctx, undefined, true)
      : { state: 'problem', problem: someoneElses(entry, 'The request for this restore was refused.') }
  if (phase === 'passing') {
    ctx.report.line(
      `The API refused the restore for now: ${serverLabel(entry)} is ${status}. Trying again when it has settled.`,
    )
    // Reads that contradict one another must not make a hot loop.
    await ctx.clock.sleep(nextDelay('power', 0, ctx.pace, ctx.random), ctx.signal)
    return { state: 'again' }
  }
  const detail = ` The status of ${serverLabel(entry)} is ${status}.`
  return { state: 'problem', problem: await refused(ctx, request, refusal, progress, detail) }
}
