import type { Server, Snapshot } from '../domain/entities.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { type ApiFailure, isMomentaryRefusal } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { unready } from '../waiting/messages.ts'
import { awaitReadiness, type Readiness } from '../waiting/readiness.ts'
import type { RetryState } from './retry-state.ts'
import * as serverMessages from './server-messages.ts'

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
  /**
   * Given for a rollback, and in a cancelled job: until then, in clock milliseconds, its server may take to answer and to
   * settle. Later the restore is sent without waiting any longer.
   */
  readonly settleBy?: number
  /** A rollback, whose main stage could read and change all this: a single no does not end it. */
  readonly wasReadable?: boolean
}

/** What became of the requests of one restore so far. */
export interface RestoreProgress extends RetryState {
  /** How many went out. */
  sent: number
  /** How many of them were never answered. */
  unanswered: number
  /** The status in which the server was asked: however odd, it is not waited out a second time. */
  askedIn?: string
  /** The API's last refusal of the moment. */
  refusal?: ApiFailure
  /** That the server cannot be read has been said. */
  isUnreadSaid?: boolean
}

/** Nothing has been sent yet. */
export function newRestoreProgress(): RestoreProgress {
  return { tries: 0, sent: 0, unanswered: 0 }
}

/**
 * What was found before a request: the server, undefined where it is not known how it stands; or that it is restoring after
 * an earlier request: `ours` where that was never answered, `perhaps ours` where the API had not accepted it.
 */
export type BeforeRestore = Server | undefined | 'ours' | 'perhaps ours'

/** How long a look may take for which nothing is to wait. */
export const LOOK_MS = 10_000

/** Reads the server before the request, and waits for one in transition. */
export async function readBeforeRestore(
  ctx: Context,
  request: RestoreRequest,
  progress = newRestoreProgress(),
): Promise<Outcome<BeforeRestore>> {
  const { track, serverOnly = false, settleBy, wasReadable = false } = request
  const answeredBefore = wasReadable || track.run.server.readAt !== undefined
  const began = ctx.clock.now()
  const until = waitUntil(request, progress, began)
  const found = await awaitReadiness(ctx, {
    track,
    intent: 'restore',
    deadline: until,
    // A list may not take the time of a short look.
    serverOnly: serverOnly || (settleBy !== undefined && began >= settleBy),
    answeredBefore,
    ...(progress.askedIn === undefined ? {} : { settledAs: progress.askedIn }),
  })
  switch (found.state) {
    case 'ready':
      return asked(track, found.server, progress)
    case 'restoring':
      track.record({ type: 'status seen', status: found.server.status })
      if (progress.sent === 0) return failed(alreadyRestoring(request, serverMessages.RESTORE_NOT_SENT))
      return success(progress.unanswered > 0 ? 'ours' : 'perhaps ours')
    case 'refused':
      return answeredBefore && isPressing(request, progress)
        ? unreadButDue(ctx, request, progress, found.failure)
        : unreadableBeforeRestore(ctx, request, found.failure, progress.unanswered > 0)
    case 'expired':
      return afterWaiting(ctx, request, progress, { ...found, began })
  }
}

/**
 * A rollback was due: to send it without a look risks no more than to repeat what somebody else has restored. Only a request
 * of ours that may have acted is never repeated blindly.
 */
function isPressing({ settleBy }: RestoreRequest, { unanswered }: RestoreProgress): boolean {
  return settleBy !== undefined && unanswered === 0
}

function waitUntil(request: RestoreRequest, progress: RestoreProgress, now: number): number {
  const { deadline, settleBy } = request
  if (settleBy === undefined || !isPressing(request, progress)) return deadline
  return Math.max(settleBy, now + Math.min(LOOK_MS, (deadline - now) / 2))
}

function asked(track: ServerTrack, server: Server, progress: RestoreProgress): Outcome<Server> {
  track.record({ type: 'server read', server })
  progress.askedIn = server.status
  return success(server)
}

/** The time for it is over, and the server has not settled or did not answer. */
async function afterWaiting(
  ctx: Context,
  request: RestoreRequest,
  progress: RestoreProgress,
  { server, lastFailure, began }: Extract<Readiness, { state: 'expired' }> & { readonly began: number },
): Promise<Outcome<Server | undefined>> {
  const { track } = request
  if (isPressing(request, progress)) {
    const isRead = server !== undefined && lastFailure === undefined
    return isRead ? asked(track, server, progress) : unreadButDue(ctx, request, progress, lastFailure)
  }
  const late = unready(track.run, ctx.clock.now() - began, { server, lastFailure })
  const { unanswered, refusal } = progress
  if (unanswered === 0 && refusal !== undefined)
    return failed(await refusedProblem(ctx, request, refusal, progress))
  return failed(serverMessages.notSettledForRestore(late, track.run, unanswered > 0))
}

function unreadButDue(
  ctx: Context,
  { track }: RestoreRequest,
  progress: RestoreProgress,
  failure: ApiFailure | undefined,
): Outcome<undefined> {
  if (progress.isUnreadSaid !== true) ctx.report.warn(serverMessages.restoringUnseen(track.run, failure))
  progress.isUnreadSaid = true
  return success(undefined)
}

async function unreadableBeforeRestore(
  ctx: Context,
  { track, allowUnreadableServer }: RestoreRequest,
  failure: ApiFailure,
  unanswered: boolean,
): Promise<Outcome<undefined>> {
  if (unanswered) {
    const state = serverMessages.earlierUnanswered(track.run)
    return failed(await explain(ctx, failure, { state, done: 'unknown' }))
  }
  if (failure.status !== 403)
    return failed(await explain(ctx, failure, { state: serverMessages.NOTHING_OVERWRITTEN }))
  if (!allowUnreadableServer)
    return failed(await explain(ctx, failure, { state: serverMessages.needsReadableServer(track.run) }))
  ctx.report.warn(serverMessages.restoringUnread(track.run))
  return success(undefined)
}

/** Why a restore was refused for good, or until its time was over. */
export async function refusedProblem(
  ctx: Context,
  { track, settleBy }: RestoreRequest,
  failure: ApiFailure,
  { unanswered, busySince }: RestoreProgress,
): Promise<Problem> {
  const isBusy = isMomentaryRefusal(failure)
  const [outcome, done] =
    unanswered > 0
      ? ([serverMessages.earlierUnanswered(track.run), 'unknown'] as const)
      : ([serverMessages.notOverwritten(track.run), 'nothing'] as const)
  const state = isBusy ? `${outcome} ${serverMessages.statusOfRefused(track.run)}` : outcome
  const problem = await explain(ctx, failure, { state, done })
  // What has gone on for minutes is no longer "for now".
  const lastedMs = ctx.clock.now() - (busySince ?? ctx.clock.now())
  if (!isBusy || lastedMs < 1_000 || unanswered > 0) return problem
  const { isUnnamed: _, ...named } = problem
  return { ...named, ...serverMessages.keptRefusing(track.run, failure, lastedMs, settleBy !== undefined) }
}

/** The error of a restore that meets another one. */
export function alreadyRestoring(
  { track, snapshot }: Pick<RestoreRequest, 'track' | 'snapshot'>,
  sent: string,
): Problem {
  return serverMessages.alreadyRestoring(track.run, sent, snapshot.id)
}
