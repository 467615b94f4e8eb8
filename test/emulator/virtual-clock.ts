import type { Clock } from '../../src/domain/clock.ts'
import { TimeQueue } from './time-queue.ts'

interface Timer {
  fire: (() => void) | undefined
}

export interface RunOptions {
  /** How many timers may fire before the run counts as a loop without end. */
  readonly timerLimit?: number
}

const TIMER_LIMIT = 2_000_000
// A promise that waits for something real (a file, an import) gets some turns of the event loop
// before the run is called stuck.
const IDLE_TURNS = 50

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/**
 * A clock on which no time passes but what `run` lets pass: whenever all code waits, it moves on to the next
 * sleeper's instant. Hours go by in milliseconds, in the same order every time.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimeQueue<Timer>()
  #now: number

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  /** Sleepers that are cancelled count until their instant is reached. */
  get pending(): number {
    return this.#timers.size
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (Number.isNaN(ms)) return Promise.reject(new RangeError('a sleep of NaN milliseconds'))
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const abort = () => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = this.at(this.#now + Math.max(0, ms), () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Calls `fire` when the clock reaches `atMs` (at once in the next step, if that has passed). Returns its cancellation. */
  at(atMs: number, fire: () => void): () => void {
    const timer: Timer = { fire }
    this.#timers.add(Math.max(atMs, this.#now), timer)
    return () => {
      timer.fire = undefined
    }
  }

  /**
   * Lets time pass until `promise` settles, and settles as it does. Rejects when nothing is scheduled any more and
   * it still has not settled, or when more timers fire than a sound program needs.
   */
  async run<T>(promise: Promise<T>, options: RunOptions = {}): Promise<T> {
    let settled = false
    const settle = () => {
      settled = true
    }
    promise.then(settle, settle)
    let left = options.timerLimit ?? TIMER_LIMIT
    let idle = 0
    for (;;) {
      await nextTurn()
      if (settled) return promise
      if (this.#step()) {
        idle = 0
        left -= 1
      } else idle += 1
      if (left < 0) throw new Error(`still not settled after ${options.timerLimit ?? TIMER_LIMIT} timers`)
      if (idle > IDLE_TURNS) throw new Error('nothing is scheduled, and the promise has not settled')
    }
  }

  /** Lets exactly `ms` milliseconds pass, whatever waits. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await nextTurn()
    while (this.#step(end)) await nextTurn()
    this.#now = end
  }

  /** Moves on to the next timer that was not cancelled and is due by then, and fires it. False when there is none. */
  #step(end = Number.POSITIVE_INFINITY): boolean {
    for (let at = this.#timers.nextAt(); at !== undefined && at <= end; at = this.#timers.nextAt()) {
      const fire = this.#timers.take()?.item.fire
      if (fire === undefined) continue
      this.#now = at
      fire()
      return true
    }
    return false
  }
}
