import { MINUTE_MS } from '../domain/clock.ts'
import type { Server } from '../domain/entities.ts'
import { hasRestoreBegun } from '../policy/restore-end.ts'
import { nextDelay } from '../policy/schedule.ts'
import { briefWindow, confirmationWindow, type SettleWindow, settleWindow } from '../policy/settle.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import { type ApiFailure, isAmbiguous, isFromIntermediary, isMomentaryRefusal } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'
import { type PollResult, pollUntilStable, type Reading } from '../waiting/poll.ts'
import type { Acceptance } from '../waiting/restore-completion.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import {
  LOOK_MS,
  newRestoreProgress,
  type RestoreProgress,
  type RestoreRequest,
  readBeforeRestore,
  refusedProblem,
} from './before-restore.ts'
import { backOff, outlast } from './retry-state.ts'
import * as serverMessages from './server-messages.ts'

type Sent =
  | { readonly state: 'accepted'; readonly acceptance: Acceptance }
  | { readonly state: 'again' }
  | { readonly state: 'problem'; readonly problem: Problem }

/**
 * Asks for a restore until it is accepted. The server is read immediately before; a request that was never answered is sent
 * a second time only when the server stood still for a while, and never a third time. The record is `requested` while an
 * answer is outstanding; what the caller makes of the result is the caller's to record.
 */
export async function restoreSnapshot(ctx: Context, request: RestoreRequest): Promise<Outcome<Acceptance>> {
  const progress = newRestoreProgress()
  for (;;) {
    const before = await readBeforeRestore(ctx, request, progress)
    if (!before.ok) return before
    if (before.value === 'ours') return success(seenRestoring(ctx, undefined, true))
    if (before.value === 'perhaps ours') return success(seenRestoring(ctx, undefined, false))
    const sent = await sendOnce(ctx, request, before.value?.status, progress)
    if (sent.state === 'problem') return failed(sent.problem)
    if (sent.state === 'accepted') return success(sent.acceptance)
  }
}

/**
 * What a server that is restoring now says of a request that was not accepted. Nothing tells from which snapshot it is
 * restored. After an unanswered request it is ours. After one that was refused, a box in between may have sent ours twice;
 * or somebody else was faster, which a read just before, of a replica that lags, need not show. Nothing is sent into it,
 * and it is followed, but it is not called ours: green must mean that it is done.
 */
function seenRestoring(ctx: Context, statusBefore: string | undefined, isOurs: boolean): Acceptance {
  return { at: ctx.clock.now(), statusBefore, seenRestoring: true, isOurs }
}

async function sendOnce(
  ctx: Context,
  request: RestoreRequest,
  statusBefore: string | undefined,
  progress: RestoreProgress,
): Promise<Sent> {
  const { track, snapshot, deadline } = request
  const isDue = request.settleBy !== undefined
  const readAt = ctx.clock.now()
  track.record({ type: 'request sent', request: 'restore' })
  progress.sent += 1
  // Sent once: before a repetition the server is read anew, since minutes may have passed.
  const answer = await ctx.api.restoreSnapshot(
    { snapshot: snapshot.id, server: track.run.server.id },
    { deadline, once: true, isDue },
  )
  if (answer.ok) return accepted(ctx, statusBefore)
  const { failure } = answer
  if (isAmbiguous(failure)) return afterLostAnswer(ctx, request, failure, statusBefore, progress)
  if (progress.unanswered === 0) track.record({ type: 'request refused' })
  // The token has just read the server: that it is no token, or that nothing is there, may be one box that lags behind.
  const isContradicted =
    isDue || (statusBefore !== undefined && progress.unanswered === 0 && failure.status !== 403)
  if (isContradicted && (await outlast(ctx, failure, progress, deadline))) return { state: 'again' }
  if (isMomentaryRefusal(failure)) return afterMomentaryRefusal(ctx, request, failure, statusBefore, progress)
  if (!(await backOff(ctx, failure, progress, { deadline, isDue })))
    return refused(ctx, request, failure, progress)
  if (progress.unanswered > 0 && ctx.clock.now() - readAt > SHORTEST_RESTORE_MS)
    return unclear(request, failure, serverMessages.SERVER_UNSEEN)
  // A page that stood in for the API has probably let nothing through; only a settled server shows that.
  return isFromIntermediary(failure) && statusBefore !== undefined
    ? lookAfterPage(ctx, request, failure, statusBefore)
    : { state: 'again' }
}

// With less time left than this, a rollback cannot afford a whole settle window after each bad answer.
const SHORT_OF_TIME_MS = 5 * MINUTE_MS

function isInHurry(ctx: Context, { settleBy, deadline }: RestoreRequest): boolean {
  return settleBy !== undefined && deadline - ctx.clock.now() < SHORT_OF_TIME_MS
}

async function lookAfterPage(
  ctx: Context,
  request: RestoreRequest,
  failure: ApiFailure,
  statusBefore: string,
): Promise<Sent> {
  const { deadline, settleBy } = request
  const now = ctx.clock.now()
  const window = isInHurry(ctx, request) ? confirmationWindow(ctx.pace) : settleWindow(ctx.pace)
  // A rollback is sent again though the server cannot be read: it was all but certainly not let through.
  const until = settleBy === undefined ? deadline : now + (deadline - now) / 2
  const end = await watchForRestoring(ctx, request, statusBefore, { until, window })
  if (end.state !== 'done' && settleBy !== undefined) return { state: 'again' }
  if (end.state === 'refused') return unclear(request, failure, describeFailure(end.failure))
  if (end.state === 'expired') return unclear(request, failure, serverMessages.SERVER_UNREADABLE_FOR_LONG)
  return end.value.seen === 'idle' || end.value.seen === 'unseen'
    ? { state: 'again' }
    : acceptedAfterAll(ctx, request, statusBefore, end.value.seen === 'restoring')
}

function accepted(ctx: Context, statusBefore: string | undefined, isRestoring = false): Sent {
  const acceptance = { at: ctx.clock.now(), statusBefore, seenRestoring: isRestoring, isOurs: true }
  return { state: 'accepted', acceptance }
}

async function refused(
  ctx: Context,
  request: RestoreRequest,
  failure: ApiFailure,
  progress: RestoreProgress,
): Promise<Sent> {
  return { state: 'problem', problem: await refusedProblem(ctx, request, failure, progress) }
}

/** No answer: `restoring` is the acceptance; a settle window without it allows one more request. */
async function afterLostAnswer(
  ctx: Context,
  request: RestoreRequest,
  lost: ApiFailure,
  statusBefore: string | undefined,
  progress: RestoreProgress,
): Promise<Sent> {
  const { track, deadline, settleBy } = request
  progress.unanswered += 1
  if (statusBefore === undefined && settleBy === undefined)
    return unclear(request, lost, serverMessages.SERVER_UNREADABLE)
  ctx.report.line(serverMessages.lookingForRestoring(track.run, lost))
  const window = isInHurry(ctx, request) ? briefWindow(ctx.pace) : settleWindow(ctx.pace)
  const end = await watchForRestoring(ctx, request, statusBefore, { until: deadline, window })
  if (end.state === 'refused') return unclear(request, lost, describeFailure(end.failure))
  if (end.state === 'expired') return unclear(request, lost, serverMessages.SERVER_UNREADABLE_FOR_LONG)
  const { seen } = end.value
  if (seen === 'unseen') return unclear(request, lost, serverMessages.SERVER_UNSEEN)
  if (seen !== 'idle') return acceptedAfterAll(ctx, request, statusBefore, seen === 'restoring')
  if (progress.unanswered > 1) return unclear(request, lost, serverMessages.sentTwice(track.run))
  ctx.report.line(serverMessages.restoreDidNothing(track.run))
  return { state: 'again' }
}

function acceptedAfterAll(
  ctx: Context,
  { track }: RestoreRequest,
  statusBefore: string | undefined,
  isRestoring: boolean,
): Sent {
  ctx.report.line(serverMessages.restoreWasAccepted(track.run))
  return accepted(ctx, statusBefore, isRestoring)
}

// The shortest restore takes five minutes by the reference: one that fits between two reads leaves no trace.
const SHORTEST_RESTORE_MS = 4 * MINUTE_MS

/** `begun`: the server ran and is stopped now, as every restore begins. */
interface Watched {
  readonly seen: 'restoring' | 'begun' | 'idle' | 'unseen'
}

/** Reads until the restore has begun, the server has stood still for a window, or went unseen for too long. */
function watchForRestoring(
  ctx: Context,
  { track }: RestoreRequest,
  statusBefore: string | undefined,
  { until, window }: { readonly until: number; readonly window: SettleWindow },
): Promise<PollResult<Watched>> {
  let lastRead = ctx.clock.now()
  return pollUntilStable<Server, Watched>(
    ctx,
    { deadline: until, window, answeredBefore: true },
    () => readServerOf(ctx, track, { deadline: until, once: true }),
    ({ status }): Reading<Watched> => {
      const now = ctx.clock.now()
      const phase = serverPhase(status)
      track.record({ type: 'status seen', status })
      if (phase === 'restoring') return { state: 'done', value: { seen: 'restoring' } }
      if (hasRestoreBegun(statusBefore, status)) return { state: 'done', value: { seen: 'begun' } }
      if (now - lastRead > SHORTEST_RESTORE_MS) return { state: 'done', value: { seen: 'unseen' } }
      lastRead = now
      // Stopped before, or stopped by the restore: where it was not read before, that cannot be told.
      if (phase === 'stopped' && statusBefore === undefined) return { state: 'moving' }
      return { state: 'holding', as: status.toLowerCase(), value: { seen: 'idle' } }
    },
  )
}

function unclear({ track, snapshot }: RestoreRequest, lost: ApiFailure, why: string): Sent {
  return { state: 'problem', problem: serverMessages.restoreUnclear(track.run, snapshot.id, lost, why) }
}

/** 400, 409 and their like: reading the server tells what keeps the API from restoring. */
async function afterMomentaryRefusal(
  ctx: Context,
  request: RestoreRequest,
  refusal: ApiFailure,
  statusBefore: string | undefined,
  progress: RestoreProgress,
): Promise<Sent> {
  const { track, deadline, settleBy } = request
  const now = ctx.clock.now()
  progress.busySince ??= now
  progress.refusal = refusal
  // One that cannot be read now is looked at again before the request is sent again.
  const until = settleBy === undefined ? deadline : Math.min(deadline, now + LOOK_MS)
  const answer = await readServerOf(ctx, track, { deadline: until, once: true })
  if (answer.ok) track.record({ type: 'status seen', status: answer.value.status })
  const phase = answer.ok ? serverPhase(answer.value.status) : undefined
  if (phase === 'restoring')
    return { state: 'accepted', acceptance: seenRestoring(ctx, statusBefore, progress.unanswered > 0) }
  if (phase === 'transitioning' && settleBy === undefined) {
    ctx.report.line(serverMessages.refusedForNow(track.run))
    // Reads that contradict one another must not make a hot loop.
    const remainingMs = deadline - ctx.clock.now()
    const gap = nextDelay({ schedule: 'power', elapsedMs: [0], remainingMs }, ctx.pace, ctx.random)
    await ctx.clock.sleep(gap, ctx.signal)
    return { state: 'again' }
  }
  // A restore is not given up for a refusal that may pass: it has as long as its time allows.
  const limits = { deadline, patienceMs: Number.POSITIVE_INFINITY, isDue: settleBy !== undefined }
  if (await backOff(ctx, refusal, progress, limits)) return { state: 'again' }
  return refused(ctx, request, refusal, progress)
}
