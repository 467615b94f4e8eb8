import type { Server, Snapshot } from '../domain/entities.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel } from './entry.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import { awaitReadiness, notSettled } from './readiness.ts'

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

type Sent =
  | { readonly state: 'accepted'; readonly acceptance: Acceptance }
  | { readonly state: 'again' }
  | { readonly state: 'problem'; readonly outcome: Outcome<never> }

/**
 * Asks for a restore until it is accepted. The server is read immediately before; the request is sent a second time
 * only when a settle window passed in which the server did not begin to restore, and never a third time.
 */
export async function requestRestore(ctx: Context, request: RestoreRequest): Promise<Outcome<Acceptance>> {
  const progress = { unanswered: 0 }
  for (;;) {
    const before = await readBefore(ctx, request, progress.unanswered > 0)
    if (!before.ok) return before
    if (before.value === 'accepted')
      return success({ at: ctx.clock.now(), statusBefore: undefined, seenRestoring: true })
    const sent = await sendOnce(ctx, request, before.value?.status, progress)
    if (sent.state === 'problem') return sent.outcome
    if (sent.state === 'accepted') return success(sent.acceptance)
  }
}

/** The state that the server is in before the request; `accepted` when our own unanswered request has begun to act. */
async function readBefore(
  ctx: Context,
  request: RestoreRequest,
  unanswered: boolean,
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
      return someoneElses(entry, 'Nothing was sent.')
    case 'refused':
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
          `Nothing was overwritten: without reading server ${entry.server} the end of its restore cannot be seen.${found.failure.status === 403 ? ' With wait: false the restore is sent all the same.' : ''}`,
        ),
      }
    case 'expired':
      return failure(
        `${notSettled(found.server, ctx.clock.now() - began)} Nothing was overwritten.`,
        'Look at the server in the VPS.org panel, then run the restore again.',
        'timed_out',
      )
  }
}

function someoneElses(entry: Entry, sent: string): Outcome<never> {
  return failure(
    `${serverLabel(entry)} is being restored already, by somebody else or an earlier step. ${sent}`,
    `Do not restore again; follow it with operation: wait, snapshot-id: ${entry.snapshot?.id ?? ''}.`,
  )
}

async function sendOnce(
  ctx: Context,
  request: RestoreRequest,
  statusBefore: string | undefined,
  progress: { unanswered: number },
): Promise<Sent> {
  const { entry, snapshot } = request
  const before = entry.status
  entry.status = 'unknown'
  const answer = await ctx.api.restoreSnapshot(snapshot.id, { deadline: request.deadline })
  if (answer.ok) return accepted(ctx, statusBefore, false)
  if (isAmbiguous(answer.failure))
    return afterLostAnswer(ctx, request, answer.failure, statusBefore, progress)
  if (progress.unanswered === 0) entry.status = before
  if (answer.failure.status !== 400)
    return { state: 'problem', outcome: await refused(ctx, request, answer.failure, progress) }
  return afterBadRequest(ctx, request, answer.failure, progress)
}

function accepted(ctx: Context, statusBefore: string | undefined, seenRestoring: boolean): Sent {
  return { state: 'accepted', acceptance: { at: ctx.clock.now(), statusBefore, seenRestoring } }
}

async function refused(
  ctx: Context,
  request: RestoreRequest,
  failed: ApiFailure,
  progress: { unanswered: number },
): Promise<Outcome<never>> {
  const status = progress.unanswered > 0 ? 'unknown' : 'failed'
  const state =
    progress.unanswered > 0
      ? `An earlier request for it got no answer: whether ${serverLabel(request.entry)} will be overwritten is not known.`
      : `${serverLabel(request.entry)} was not overwritten.`
  return { ok: false, problem: await explain(ctx, failed, state, status) }
}

/** No answer: `restoring` is the acceptance; a settle window without it allows one more request. */
async function afterLostAnswer(
  ctx: Context,
  request: RestoreRequest,
  lost: ApiFailure,
  statusBefore: string | undefined,
  progress: { unanswered: number },
): Promise<Sent> {
  const { entry } = request
  progress.unanswered += 1
  if (statusBefore === undefined) return unclear(entry, lost, 'the token may not read the server.')
  ctx.report.line(
    `${describeFailure(lost)} Whether the restore was begun is not known; reading ${serverLabel(entry)} before anything is sent again.`,
  )
  let streak: Streak | undefined
  const look = async (): Promise<Look<'restoring' | 'idle'>> =>
    lookAt(await ctx.api.readServer(entry.server, { deadline: request.deadline, once: true }), server => {
      entry.serverStatus = server.status
      if (serverPhase(server.status) === 'restoring') return { state: 'done', value: 'restoring' }
      // An automatic stop may come first: only what stands still for a whole settle window has not begun.
      streak = extendStreak(streak, server.status.toLowerCase(), ctx.clock.now())
      return isSettled(streak, settleWindow(ctx.pace))
        ? { state: 'done', value: 'idle' }
        : { state: 'pending' }
    })
  const end = await poll(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: request.deadline, first: 'now' },
    look,
  )
  if (end.state === 'refused') return unclear(entry, lost, describeFailure(end.failure))
  if (end.state === 'expired')
    return unclear(entry, lost, 'the time ran out before its server could be read for long enough.')
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

function unclear(entry: Entry, lost: ApiFailure, reason: string): Sent {
  return {
    state: 'problem',
    outcome: failure(
      `${describeFailure(lost)} Whether ${serverLabel(entry)} is being overwritten cannot be told: ${reason}`,
      `Look at the server in the VPS.org panel. If it is restoring, follow it with operation: wait, snapshot-id: ${entry.snapshot?.id ?? ''}; if it is not, run the restore again.`,
      'unknown',
    ),
  }
}

/** 400: the server is not in a state for a restore; reading it tells which. */
async function afterBadRequest(
  ctx: Context,
  request: RestoreRequest,
  refusal: ApiFailure,
  progress: { unanswered: number },
): Promise<Sent> {
  const { entry } = request
  const answer = await ctx.api.readServer(entry.server, { deadline: request.deadline })
  if (!answer.ok) return { state: 'problem', outcome: await refused(ctx, request, refusal, progress) }
  entry.serverStatus = answer.value.status
  const phase = serverPhase(answer.value.status)
  if (phase === 'restoring')
    return progress.unanswered > 0
      ? accepted(ctx, undefined, true)
      : { state: 'problem', outcome: someoneElses(entry, 'The request for this restore was refused.') }
  if (phase === 'passing') {
    ctx.report.line(
      `The API refused the restore for now: ${serverLabel(entry)} is ${answer.value.status}. Trying again when it has settled.`,
    )
    return { state: 'again' }
  }
  const detail = `The status of ${serverLabel(entry)} is ${answer.value.status}.`
  const refusedOutcome = await refused(ctx, request, refusal, progress)
  if (refusedOutcome.ok) return { state: 'problem', outcome: refusedOutcome }
  return {
    state: 'problem',
    outcome: failure(
      `${refusedOutcome.problem.message} ${detail}`,
      refusedOutcome.problem.next,
      refusedOutcome.problem.status,
    ),
  }
}
