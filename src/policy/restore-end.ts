import type { PollConfig } from './poll-config.ts'
import {
  confirmationWindow,
  extendStreak,
  isSettled,
  type SettleWindow,
  type Streak,
  settleWindow,
  times,
} from './settle.ts'
import { type ServerPhase, serverPhase } from './statuses.ts'

/** In settle windows after the acceptance: until then a read may be stale, where `restoring` was never seen. */
const TRUSTED_AFTER_WINDOWS = 2
/**
 * Every restore begins with an automatic stop, which may show long before `restoring` does. Five minutes are the
 * shortest restore that is documented; a start any sooner could fall into the middle of one.
 */
const STOP_TRUSTED_AFTER_WINDOWS = 5

/** Whether the restore itself was observed, or only that the server stayed settled for long after its acceptance. */
export type RestoreObserved = 'restoring seen' | 'never seen'

type EndState =
  | { readonly state: 'ended'; readonly phase: 'active' | 'stopped' }
  | { readonly state: 'failed'; readonly status: string }

export type RestoreEnd = EndState & { readonly observed: RestoreObserved }

export interface RestorePending {
  readonly state: 'pending'
  readonly seenRestoring: boolean
  /** The last read shows the end: read again after the confirmation gap. */
  readonly isConfirming: boolean
}

export type RestoreProgress = RestorePending | RestoreEnd

/** What has been seen of a server since its restore was accepted. Immutable. */
export interface RestoreWatch {
  readonly settle: SettleWindow
  readonly confirmation: SettleWindow
  /** Clock milliseconds. */
  readonly acceptedAt: number
  /** What the server was before the restore; undefined where it was not read. */
  readonly phaseBefore: ServerPhase | undefined
  readonly seenRestoring: boolean
  /** The reads in a row that show the same end. */
  readonly streak: Streak | undefined
  readonly end: RestoreEnd | undefined
}

/**
 * Begins to watch for the end of a restore; no endpoint reports it.
 *
 * `statusBefore` is the server's status as it was read before the restore was asked for; undefined when it was not.
 * `seenRestoring` says that a read of the server has shown `restoring` already. The restore's own answer is no such
 * read: the reads right after it can still show the old state.
 */
export function startRestoreWatch(
  acceptedAt: number,
  options: {
    readonly statusBefore: string | undefined
    readonly seenRestoring: boolean
    readonly config: PollConfig
  },
): RestoreWatch {
  const { statusBefore, seenRestoring, config } = options
  return {
    acceptedAt,
    settle: settleWindow(config),
    confirmation: confirmationWindow(config),
    phaseBefore: statusBefore === undefined ? undefined : serverPhase(statusBefore),
    seenRestoring,
    streak: undefined,
    end: undefined,
  }
}

/**
 * Adds a read of the server's status. After `restoring`, two reads in a row that confirm each other prove the end;
 * without it, only the same status throughout a settle window that begins two such windows after the acceptance, or
 * five for a stopped server. Once the restore has ended or failed, nothing changes that any more.
 */
export function observeServer(watch: RestoreWatch, status: string, at: number): RestoreWatch {
  if (watch.end !== undefined) return watch
  const phase = serverPhase(status)
  if (phase === 'restoring') return { ...watch, seenRestoring: true, streak: undefined }
  const end = endOf(phase, status)
  const isFresh = isProof(watch, phase)
  if (end === undefined || (!isFresh && at < trustedFrom(watch, phase)))
    return { ...watch, streak: undefined }
  const streak = extendStreak(watch.streak, phase, at)
  if (!isSettled(streak, isFresh ? confirmationOf(watch, phase, at) : watch.settle))
    return { ...watch, streak }
  return {
    ...watch,
    streak,
    end: { ...end, observed: watch.seenRestoring ? 'restoring seen' : 'never seen' },
  }
}

/**
 * Two reads that confirm each other. Soon after the acceptance both can come from one replica that still shows what the
 * server was before (anything, where that was not read): then it has to hold until a settle window is over, which the
 * shortest restore far exceeds.
 */
function confirmationOf(watch: RestoreWatch, phase: ServerPhase, at: number): SettleWindow {
  const { acceptedAt, phaseBefore, settle, confirmation } = watch
  const mayBeStale = phaseBefore === undefined || phase === phaseBefore
  return mayBeStale && at - acceptedAt < settle.durationMs ? settle : confirmation
}

function endOf(phase: ServerPhase, status: string): EndState | undefined {
  if (phase === 'active' || phase === 'stopped') return { state: 'ended', phase }
  return phase === 'error' ? { state: 'failed', status } : undefined
}

function trustedFrom({ acceptedAt, settle }: RestoreWatch, phase: ServerPhase): number {
  return acceptedAt + trustedAfterWindows(phase) * settle.durationMs
}

function trustedAfterWindows(phase: ServerPhase): number {
  return phase === 'stopped' ? STOP_TRUSTED_AFTER_WINDOWS : TRUSTED_AFTER_WINDOWS
}

/**
 * How long a server must stand still, where nobody knows whether a restore was accepted, before none is on its way: as
 * long as after one that was accepted right before the first read.
 */
export function unknownRestoreWindow(phase: ServerPhase, config: PollConfig): SettleWindow {
  return times(trustedAfterWindows(phase) + 1, settleWindow(config))
}

/** Whether this cannot be what the server was before the restore: it changed since. */
function isProof({ seenRestoring, phaseBefore }: RestoreWatch, phase: string): boolean {
  const mayHaveBeenInError = phaseBefore === undefined || phaseBefore === 'error'
  return seenRestoring || (phase === 'error' && !mayHaveBeenInError)
}

/** What the reads so far prove. */
export function restoreProgress(watch: RestoreWatch): RestoreProgress {
  const { end, seenRestoring, streak } = watch
  if (end !== undefined) return end
  return {
    state: 'pending',
    seenRestoring,
    isConfirming: streak !== undefined && isProof(watch, streak.value),
  }
}

/**
 * Whether a restore whose answer was lost has certainly begun: the server is restoring, or it ran and is stopped now,
 * as every restore begins. Then it is followed, not repeated.
 * @param statusBefore as it was read right before the request; undefined when it was not
 */
export function hasRestoreBegun(statusBefore: string | undefined, status: string): boolean {
  const phase = serverPhase(status)
  const ran = statusBefore !== undefined && serverPhase(statusBefore) === 'active'
  return phase === 'restoring' || (phase === 'stopped' && ran)
}
