/**
 * Time as the rest of the code sees it, so that tests can run it on a virtual clock.
 */
export interface Clock {
  /** Milliseconds since the epoch. Never goes backwards while the process runs. */
  now(): number
  /**
   * Resolves after `ms` milliseconds; rejects with the signal's reason as soon as `signal` is aborted
   * (at once when it already is).
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** A source of randomness: uniform in [0, 1). */
export type Random = () => number

/** Why the process's AbortSignal is aborted: the runner, or a person at a terminal, cancelled the step. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
  readonly signal: 'SIGINT' | 'SIGTERM'
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`the runner asked for the end (${signal})`)
    this.signal = signal
  }
}
