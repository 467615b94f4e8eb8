import type { Clock, Random } from '../domain/clock.ts'
import type { HttpFailure } from './transport.ts'

/** How long telling somebody may take. */
export interface Patience {
  /** Milliseconds for everything together. */
  readonly totalMs: number
  readonly tries: number
}

/** Nobody waits longer for a job because of a notification. */
export const PATIENCE: Patience = { totalMs: 10_000, tries: 3 }

/** In the post step of a cancelled job, whose minutes are counted: the runner kills it. */
export const SHORT_PATIENCE: Patience = { totalMs: 2_000, tries: 1 }

/** Milliseconds for one request: two fit, where the first gets no answer. */
const REQUEST_MS = 5_000
/** Milliseconds before the first repetition at most; before the second one twice as much. */
const BACKOFF_MS = 500

/** What came of one try. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** Ends a sentence: `it answered 404`. Holds no address but the host. */
      readonly reason: string
      readonly isTransient: boolean
      /** Milliseconds that the other side asked for. */
      readonly retryAfterMs?: number | undefined
    }

/** Time as one sender has it. */
export interface Timing {
  readonly clock: Clock
  readonly random: Random
  readonly signal?: AbortSignal | undefined
  readonly patience: Patience
}

/**
 * Tries until it works, cannot work, or patience ends. Never waits beyond the end.
 * @param once one try; `timeLeft` gives the milliseconds for its next request, 0 when there are none left
 */
export async function attempt(
  timing: Timing,
  once: (timeLeft: () => number) => Promise<Outcome>,
): Promise<Outcome> {
  const { clock, random, signal, patience } = timing
  const deadline = clock.now() + patience.totalMs
  const timeLeft = (): number => Math.max(0, Math.min(REQUEST_MS, deadline - clock.now()))
  for (let tried = 1; ; tried += 1) {
    const outcome = await once(timeLeft)
    if (outcome.ok || !outcome.isTransient || tried >= patience.tries) return outcome
    const delayMs = Math.max(outcome.retryAfterMs ?? 0, (0.5 + random() / 2) * BACKOFF_MS * 2 ** (tried - 1))
    if (clock.now() + delayMs >= deadline) return outcome
    await clock.sleep(delayMs, signal)
  }
}

/** Whether a later request may be answered otherwise: RFC 9110 and 6585. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}

// What cannot pass by itself (an unknown host, a certificate, a proxy that refuses) is not tried again.
const TRANSIENT_KINDS: ReadonlySet<string> = new Set(['unreachable', 'timeout', 'interrupted'])

/** A request without an answer, as an outcome. */
export function failureOutcome(failure: HttpFailure, reason: string): Outcome {
  return { ok: false, reason, isTransient: TRANSIENT_KINDS.has(failure.kind) }
}
