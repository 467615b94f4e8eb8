import type { Server, Snapshot } from '../domain/entities.ts'
import { hasRestoreBegun } from '../policy/restore-end.ts'
import { nextDelay } from '../policy/schedule.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { serverLabel } from '../run/labels.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { type ApiFailure, isAmbiguous, isFromIntermediary, isMomentaryRefusal } from '../vps/failure.ts'
import { describeFailure } from '../vps/failure-messages.ts'
import { explain } from '../waiting/explain.ts'
import { lastSeen, notSettled } from '../waiting/messages.ts'
import { type PollResult, pollUntilStable } from '../waiting/poll.ts'
import { awaitReadiness } from '../waiting/readiness.ts'
import type { Acceptance } from '../waiting/restore-completion.ts'
import { readServerOf } from '../waiting/server-reader.ts'
import * as messages from './messages.ts'
import { backOff, outlast, type RetryState } from './retry-state.ts'

/** One restore to be asked for. */
export interface RestoreRequest {
  readonly track: ServerTrack
  readonly snapshot: Snapshot
  /** In clock milliseconds. */
  readonly deadline: number
  /** Whether the restore may be sent though the token may not read the server. */
  readonly allowUnreadableServer: boolean
  /** In a cancelled job there is time for one read of the server, and none for its list. */
  readonly serverOnly?: boolean
  /** The end of a job: its main stage could read and change all this, and a single no does not end a rollback. */
  readonly isRollback?: boolean
}

interface Progress extends RetryState {
  /** How many requests went out whose answer never came. */
  unanswered: number
}

type Sent =
  | { readonly state: 'accepted'; readonly acceptance: Acceptance }
  | { readonly state: 'again' }
  | { readonly state: 'problem'; readonly problem: Problem }

/**
 * Asks for a restore until it is accepted. The server is read immediately before; the request is sent a second time
 * only when a settle window passed in which the server did not begin to restore, and never a third time. The record is
 * `requested` while an answer is outstanding; what the caller makes of the result is the caller's to record.
 */
export async function restoreSnapshot(ctx: Context, request: RestoreRequest): Promise<Outcome<Acceptance>> {
  const progress: Progress = { unanswered: 0, tries: 0 }
  for (;;) {
    const before = await readBeforeRestore(ctx, request, progress.unanswered > 0)
    if (!before.ok) return before
    if (before.value === 'accepted') return success(acceptance(ctx, undefined, true))
    const sent = await sendOnce(ctx, request, before.value?.status, progress)
    if (sent.state === 'problem') return failed(sent.problem)
    if (sent.state === 'accepted') return success(sent.acceptance)
  }
}

function acceptance(ctx: Context, statusBefore: string | undefined, seenRestoring: boolean): Acceptance {
  return { at: ctx.clock.now(), statusBefore, seenRestoring }
}

// With less time left, another try would only crowd out the wait for the server.
const LEAST_TIME_MS = 30_000

/** The state that the server is in before the request; `accepted` when our own unanswered request has begun to act. */
export async function readBeforeRestore(
  ctx: Context,
  request: RestoreRequest,
  unanswered = false,
): Promise<Outcome<Server | undefined | 'accepted'>> {
  const { track, deadline } = request
  const began = ctx.clock.now()
  const { serverOnly = false, isRollback = false } = request
  const answeredBefore = isRollback || track.run.server.readAt !== undefined
  // A server that stays in transition may take a restore all the same: a rollback is tried when half of its time is over.
  const isTried = isRollback && deadline - began > LEAST_TIME_MS
  const until = isTried ? began + (deadline - began) / 2 : deadline
  const check = { track, intent: 'restore', deadline: until, serverOnly, answeredBefore } as const
  const found = await awaitReadiness(ctx, check)
  switch (found.state) {
    case 'ready':
      track.record({ type: 'server read', server: found.server })
      return success(found.server)
    case 'restoring':
      track.record({ type: 'status seen', status: found.server.status })
      return unanswered ? success('accepted') : failed(alreadyRestoring(request, messages.RESTORE_NOT_SENT))
    case 'refused':
      return unreadableBeforeRestore(ctx, request, found.failure, unanswered)
    case 'expired': {
      if (isTried && found.server !== undefined && found.lastFailure === undefined) {
        track.record({ type: 'server read', server: found.server })
        return success(found.server)
      }
      const settled = notSettled(serverLabel(track.run), ctx.clock.now() - began)
      const seen = lastSeen(found.server, found.lastFailure)
      return failed(messages.notSettledForRestore(settled, seen, track.run, unanswered))
    }
  }
}

async function unreadableBeforeRestore(
  ctx: Context,
  { track, allowUnreadableServer }: RestoreRequest,
  failure: ApiFailure,
  unanswered: boolean,
): Promise<Outcome<undefined>> {
  if (unanswered) {
    const state = messages.earlierUnanswered(track.run)
    return failed(await explain(ctx, failure, { state, done: 'unknown' }))
  }
  if (failure.status !== 403)
    return failed(await explain(ctx, failure, { state: messages.NOTHING_OVERWRITTEN }))
  if (!allowUnreadableServer)
    return failed(await explain(ctx, failure, { state: messages.needsReadableServer(track.run) }))
  ctx.report.warn(messages.restoringUnread(track.run))
  return success(undefined)
}

/** The error of a restore that meets another one. */
export function alreadyRestoring(
  { track, snapshot }: Pick<RestoreRequest, 'track' | 'snapshot'>,
  sent: string,
): Problem {
  return messages.alreadyRestoring(track.run, sent, snapshot.id)
}

async function sendOnce(
  ctx: Context,
  request: RestoreRequest,
  statusBefore: string | undefined,
  progress: Progress,
): Promise<Sent> {
  const { track, snapshot, deadline } = request
  const readAt = ctx.clock.now()
  track.record({ type: 'request sent', request: 'restore' })
  // Sent once: before a repetition the server is read anew, since minutes may have passed.
  const answer = await ctx.api.restoreSnapshot(
    { snapshot: snapshot.id, server: track.run.server.id },
    { deadline, once: true },
  )
  if (answer.ok) return accepted(ctx, statusBefore, false)
  const { failure } = answer
  if (isAmbiguous(failure)) return afterLostAnswer(ctx, request, failure, statusBefore, progress)
  if (progress.unanswered === 0) track.record({ type: 'request refused' })
  if (request.isRollback === true && (await outlast(ctx, failure, progress, deadline)))
    return { state: 'again' }
  if (isMomentaryRefusal(failure)) return afterMomentaryRefusal(ctx, request, failure, statusBefore, progress)
  if (!(await backOff(ctx, failure, progress, { deadline }))) return refused(ctx, request, failure, progress)
  if (progress.unanswered > 0 && ctx.clock.now() - readAt > SHORTEST_RESTORE_MS)
    return unclear(request, failure, messages.SERVER_UNSEEN)
  // A page that stood in for the API has probably let nothing through; only a settled server shows that.
  return isFromIntermediary(failure) && statusBefore !== undefined
    ? lookAfterPage(ctx, request, failure, statusBefore)
    : { state: 'again' }
}

async function lookAfterPage(
  ctx: Context,
  request: RestoreRequest,
  failure: ApiFailure,
  statusBefore: string,
): Promise<Sent> {
  const end = await watchForRestoring(ctx, request, statusBefore)
  if (end.state === 'refused') return unclear(request, failure, describeFailure(end.failure))
  if (end.state === 'expired') return unclear(request, failure, messages.SERVER_UNREADABLE_FOR_LONG)
  return end.value.seen === 'idle' || end.value.seen === 'unseen'
    ? { state: 'again' }
    : acceptedAfterAll(ctx, request, statusBefore, end.value.seen === 'restoring')
}

function accepted(ctx: Context, statusBefore: string | undefined, seenRestoring: boolean): Sent {
  return { state: 'accepted', acceptance: acceptance(ctx, statusBefore, seenRestoring) }
}

async function refused(
  ctx: Context,
  { track }: RestoreRequest,
  failure: ApiFailure,
  { unanswered }: Progress,
  detail = '',
): Promise<Sent> {
  const [state, done] =
    unanswered > 0
      ? ([messages.earlierUnanswered(track.run), 'unknown'] as const)
      : ([messages.notOverwritten(track.run), 'nothing'] as const)
  return {
    state: 'problem',
    problem: await explain(ctx, failure, {
      state: [state, detail].filter(text => text !== '').join(' '),
      done,
    }),
  }
}

/** No answer: `restoring` is the acceptance; a settle window without it allows one more request. */
async function afterLostAnswer(
  ctx: Context,
  request: RestoreRequest,
  lost: ApiFailure,
  statusBefore: string | undefined,
  progress: Progress,
): Promise<Sent> {
  const { track } = request
  progress.unanswered += 1
  if (statusBefore === undefined) return unclear(request, lost, messages.SERVER_UNREADABLE)
  ctx.report.line(messages.lookingForRestoring(track.run, lost))
  const end = await watchForRestoring(ctx, request, statusBefore)
  if (end.state === 'refused') return unclear(request, lost, describeFailure(end.failure))
  if (end.state === 'expired') return unclear(request, lost, messages.SERVER_UNREADABLE_FOR_LONG)
  const { seen } = end.value
  if (seen === 'unseen') return unclear(request, lost, messages.SERVER_UNSEEN)
  if (seen !== 'idle') return acceptedAfterAll(ctx, request, statusBefore, seen === 'restoring')
  if (progress.unanswered > 1) return unclear(request, lost, messages.sentTwice(track.run))
  ctx.report.line(messages.restoreDidNothing(track.run))
  return { state: 'again' }
}

function acceptedAfterAll(
  ctx: Context,
  { track }: RestoreRequest,
  statusBefore: string,
  seenRestoring: boolean,
): Sent {
  ctx.report.line(messages.restoreWasAccepted(track.run))
  return accepted(ctx, statusBefore, seenRestoring)
}

// The shortest restore takes five minutes by the reference: one that fits between two reads leaves no trace.
const SHORTEST_RESTORE_MS = 4 * 60_000

/** `begun`: the server ran and is stopped now, as every restore begins. */
interface Watched {
  readonly seen: 'restoring' | 'begun' | 'idle' | 'unseen'
}

/** Reads until the restore has begun, the server has stood still for a settle window, or went unseen for too long. */
function watchForRestoring(
  ctx: Context,
  { track, deadline }: RestoreRequest,
  statusBefore: string,
): Promise<PollResult<Watched>> {
  let lastRead = ctx.clock.now()
  return pollUntilStable<Server, Watched>(
    ctx,
    { deadline, answeredBefore: true },
    () => readServerOf(ctx, track, { deadline, once: true }),
    ({ status }) => {
      const now = ctx.clock.now()
      track.record({ type: 'status seen', status })
      if (serverPhase(status) === 'restoring') return { state: 'done', value: { seen: 'restoring' } }
      if (hasRestoreBegun(statusBefore, status)) return { state: 'done', value: { seen: 'begun' } }
      if (now - lastRead > SHORTEST_RESTORE_MS) return { state: 'done', value: { seen: 'unseen' } }
      lastRead = now
      return { state: 'holding', as: status.toLowerCase(), value: { seen: 'idle' } }
    },
  )
}

function unclear({ track }: RestoreRequest, lost: ApiFailure, why: string): Sent {
  return { state: 'problem', problem: messages.restoreUnclear(track.run, lost, why) }
}

/**
 * 400, 409 and their like: reading the server tells what keeps the API from restoring. What it is restoring by now was
 * read settled just before: a request that was sent twice on its way, or whose first answer was lost, and it is ours.
 */
async function afterMomentaryRefusal(
  ctx: Context,
  request: RestoreRequest,
  refusal: ApiFailure,
  statusBefore: string | undefined,
  progress: Progress,
): Promise<Sent> {
  const { track, deadline } = request
  // One that cannot be read now is waited for before the request is sent again.
  const answer = await readServerOf(ctx, track, { deadline, once: true })
  if (answer.ok) track.record({ type: 'status seen', status: answer.value.status })
  const phase = answer.ok ? serverPhase(answer.value.status) : undefined
  if (phase === 'restoring') {
    if (progress.unanswered === 0 && statusBefore === undefined)
      return { state: 'problem', problem: alreadyRestoring(request, messages.RESTORE_REFUSED) }
    ctx.report.warn(messages.restoringThoughRefused(track.run))
    return accepted(ctx, statusBefore, true)
  }
  if (phase === 'transitioning') {
    ctx.report.line(messages.refusedForNow(track.run))
    // Reads that contradict one another must not make a hot loop.
    const remainingMs = deadline - ctx.clock.now()
    const gap = nextDelay({ schedule: 'power', elapsedMs: [0], remainingMs }, ctx.pace, ctx.random)
    await ctx.clock.sleep(gap, ctx.signal)
    return { state: 'again' }
  }
  // A rollback is not given up for a refusal that may pass: it has as long as its time allows.
  const patienceMs = deadline - ctx.clock.now()
  if (await backOff(ctx, refusal, progress, { deadline, patienceMs })) return { state: 'again' }
  return refused(ctx, request, refusal, progress, messages.statusOfRefused(track.run))
}
