import { extendStreak, isSettled, type SettleWindow, type Streak, twice } from './settle.ts'
import { type ServerPhase, serverPhase } from './statuses.ts'

type RestoreEnd =
  | { readonly state: 'ended'; readonly phase: 'active' | 'stopped' }
  | { readonly state: 'failed'; readonly status: string }

export type RestoreProgress = { readonly state: 'pending'; readonly seenRestoring: boolean } | RestoreEnd

/** What has been seen of a server since its restore was accepted. Immutable. */
export interface RestoreWatch {
  readonly window: SettleWindow
  /** Reads before this may be stale: without `restoring` having been seen they prove nothing. Clock milliseconds. */
  readonly trustedFrom: number
  /** The server was, or may have been, broken before the restore: reading that again may be a stale read. */
  readonly brokenBefore: boolean
  readonly seenRestoring: boolean
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
    readonly window: SettleWindow
  },
): RestoreWatch {
  const { statusBefore, seenRestoring, window } = options
  return {
    window,
    trustedFrom: acceptedAt + twice(window).durationMs,
    brokenBefore: statusBefore === undefined || serverPhase(statusBefore) === 'broken',
    seenRestoring,
    streak: undefined,
    end: undefined,
  }
}

/** Adds a read of the server's status. Once the restore has ended or failed, nothing changes that any more. */
export function observeServer(watch: RestoreWatch, status: string, at: number): RestoreWatch {
  if (watch.end !== undefined) return watch
  const phase = serverPhase(status)
  if (phase === 'restoring') return { ...watch, seenRestoring: true, streak: undefined }
  const end = endOf(phase, status)
  if (end === undefined) return { ...watch, streak: undefined }
  const proven = watch.seenRestoring || (end.state === 'failed' && !watch.brokenBefore)
  return proven ? { ...watch, end } : observeSettled(watch, phase, end, at)
}

function endOf(phase: ServerPhase, status: string): RestoreEnd | undefined {
  if (phase === 'active' || phase === 'stopped') return { state: 'ended', phase }
  return phase === 'broken' ? { state: 'failed', status } : undefined
}

/** `restoring` was never seen: only the same status throughout a settle window that begins late enough is the end. */
function observeSettled(watch: RestoreWatch, phase: ServerPhase, end: RestoreEnd, at: number): RestoreWatch {
  if (at < watch.trustedFrom) return watch
  const streak = extendStreak(watch.streak, phase, at)
  return isSettled(streak, watch.window) ? { ...watch, streak, end } : { ...watch, streak }
}

/** What the reads so far prove. */
export function restoreProgress(watch: RestoreWatch): RestoreProgress {
  return watch.end ?? { state: 'pending', seenRestoring: watch.seenRestoring }
}
