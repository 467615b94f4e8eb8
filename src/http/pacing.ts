import type { Clock } from '../domain/clock.ts'
import type { RateLimit } from './rate-limit.ts'

/** As many requests as may be sent within `BURST_WINDOW_MS` while no limiter has answered, unless told otherwise. */
export const BURST = 10
export const BURST_WINDOW_MS = 1_000
/** The distance after a limiter's first answer that does not say what it allows; it doubles with each further one. */
export const FIRST_DISTANCE_MS = 1_000
/** The longest distance; a limiter that wants more says so with `Retry-After`. */
export const LONGEST_DISTANCE_MS = 60_000
// Below this a distance slows nothing that the burst does not.
const SHORTEST_DISTANCE_MS = 25
// A limiter counts arrivals: of requests that leave at its very rate, the network makes every second one too early.
const MARGIN = 1.1
// Successes at a distance before half of it is tried; twice as many after each time that this was too bold.
const FIRST_PATIENCE = 5

/** What is known of the API's limits. Times are clock milliseconds. */
export interface Pace {
  /** As many requests as may be sent within `BURST_WINDOW_MS`: `BURST`, or Infinity. */
  readonly burst: number
  /** When the last requests were sent, oldest first; `BURST` of them at most. */
  readonly sent: readonly number[]
  /** Between any two requests; 0: as the burst allows. */
  readonly distanceMs: number
  /** Nothing is sent before. */
  readonly holdUntil: number
  /** When the distance last grew. Refusals of requests that had been sent before say nothing new. */
  readonly grewAt: number
  /** Requests in a row that were accepted at this distance. */
  readonly successes: number
  readonly patience: number
}

export const UNLIMITED: Pace = {
  burst: BURST,
  sent: [],
  distanceMs: 0,
  holdUntil: Number.NEGATIVE_INFINITY,
  grewAt: Number.NEGATIVE_INFINITY,
  successes: 0,
  patience: FIRST_PATIENCE,
}

/**
 * When a request may be sent.
 * @param ahead how many others go before it
 * @returns clock milliseconds, possibly in the past
 */
export function slotAfter(pace: Pace, ahead: number): number {
  let sent = pace.sent
  let slot = earliestSlot(pace, sent)
  for (let before = 0; before < ahead; before += 1) {
    sent = [...sent, slot].slice(-BURST)
    slot = earliestSlot(pace, sent)
  }
  return slot
}

function earliestSlot({ burst, distanceMs, holdUntil }: Pace, sent: readonly number[]): number {
  const oldest = sent.length < burst ? undefined : sent[0]
  const afterBurst = oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + BURST_WINDOW_MS
  const last = sent.at(-1) ?? Number.NEGATIVE_INFINITY
  return Math.max(holdUntil, afterBurst, last + distanceMs * MARGIN)
}

/** The pace once a request has been sent. */
export function afterSending(pace: Pace, now: number): Pace {
  return { ...pace, sent: [...pace.sent, now].slice(-BURST) }
}

/** When a request was sent, and how long after the one before it. */
export interface SentRequest {
  readonly sentAt: number
  readonly gapMs: number
}

/** The pace once a limiter has refused a request: a distance that it named, else twice the one before. */
export function afterRefusal(pace: Pace, limit: RateLimit, { sentAt }: SentRequest, now: number): Pace {
  const grows = sentAt > pace.grewAt
  const doubled = Math.max(FIRST_DISTANCE_MS, pace.distanceMs * 2)
  const named = limit.distanceMs ?? 0
  // A distance that was kept and refused all the same is too short, whatever the limiter says.
  const wanted = named > pace.distanceMs ? named : doubled
  const distanceMs = grows ? Math.min(LONGEST_DISTANCE_MS, wanted) : pace.distanceMs
  const holdUntil = Math.max(pace.holdUntil, now + (limit.waitMs ?? distanceMs))
  if (!grows) return { ...pace, holdUntil }
  const patience = pace.distanceMs === 0 ? pace.patience : pace.patience * 2
  return { ...pace, distanceMs, holdUntil, grewAt: now, successes: 0, patience }
}

/**
 * The pace once a request was accepted. Half of the distance is tried after a number of requests that were sent about as
 * soon as it allowed; one that came after a long pause proves nothing.
 */
export function afterAcceptance(pace: Pace, { sentAt, gapMs }: SentRequest): Pace {
  if (pace.distanceMs === 0 || sentAt <= pace.grewAt || gapMs > pace.distanceMs * 2) return pace
  const successes = pace.successes + 1
  if (successes < pace.patience) return { ...pace, successes }
  const half = pace.distanceMs / 2
  return { ...pace, successes: 0, distanceMs: half < SHORTEST_DISTANCE_MS ? 0 : half }
}

/** A request's turn, or that it does not come before the deadline. */
export type Turn =
  | ({ readonly ok: true; readonly route: string } & SentRequest)
  | { readonly ok: false; readonly waitMs: number }

export interface TurnRequest {
  /** A change goes before reads: what was read for it grows old. */
  readonly isChange: boolean
  /** It is sent in any case before the deadline, whatever a limiter wants. */
  readonly isDue?: boolean
  /** Method and path without ids and query: what a limiter may count by itself. */
  readonly route: string
  /** Clock milliseconds. */
  readonly deadline: number
  readonly signal: AbortSignal
}

/** Keeps the distance between all requests of a process. */
export class Pacer {
  readonly #clock: Clock
  readonly #changes: object[] = []
  readonly #reads: object[] = []
  #pace: Pace
  /** The route whose refusal said that nothing is to be sent for a while. */
  #heldBy: string | undefined

  constructor(clock: Clock, burst: Pace['burst'] = BURST) {
    this.#clock = clock
    this.#pace = { ...UNLIMITED, burst }
  }

  /**
   * Waits until a request may be sent, which is then to be done at once.
   * @returns at once with `ok: false` where that is not before the deadline
   * @throws the signal's reason when it is aborted
   */
  async turn({ isChange, isDue = false, route, deadline, signal }: TurnRequest): Promise<Turn> {
    const queue = isChange ? this.#changes : this.#reads
    const ticket = {}
    queue.push(ticket)
    try {
      for (;;) {
        const ahead = queue.indexOf(ticket) + (isChange ? 0 : this.#changes.length)
        const now = this.#clock.now()
        const slot = this.#slotOf(route, ahead, deadline, isDue)
        if (slot <= now) return this.#take(route, now)
        if (slot >= deadline) return { ok: false, waitMs: slot - now }
        await this.#clock.sleep(Math.ceil(slot - now), signal)
      }
    } finally {
      queue.splice(queue.indexOf(ticket), 1)
    }
  }

  /**
   * A limiter that wants more time than there is may count only what it refused: the list may be used up for an hour, and
   * a restore be let through. What would never be sent for another route's sake is tried; and what is due in any case.
   */
  #slotOf(route: string, ahead: number, deadline: number, isDue: boolean): number {
    const slot = slotAfter(this.#pace, ahead)
    if (slot < deadline) return slot
    if (isDue) return slotAfter({ ...this.#pace, holdUntil: Number.NEGATIVE_INFINITY, distanceMs: 0 }, ahead)
    if (route === this.#heldBy) return slot
    return slotAfter({ ...this.#pace, holdUntil: Number.NEGATIVE_INFINITY }, ahead)
  }

  /**
   * Told of each answer.
   * @param limit what a limiter said, where it was one that answered
   */
  answered(sent: SentRequest & { readonly route: string }, limit?: RateLimit): void {
    if (limit !== undefined) this.#heldBy = sent.route
    this.#pace =
      limit === undefined
        ? afterAcceptance(this.#pace, sent)
        : afterRefusal(this.#pace, limit, sent, this.#clock.now())
  }

  #take(route: string, now: number): Turn {
    const gapMs = now - (this.#pace.sent.at(-1) ?? Number.NEGATIVE_INFINITY)
    this.#pace = afterSending(this.#pace, now)
    return { ok: true, sentAt: now, gapMs, route }
  }
}
