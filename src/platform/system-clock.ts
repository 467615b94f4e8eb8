import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../domain/clock.ts'

/** The machine's clock. It follows the monotonic timer, so that a corrected wall clock moves no deadline. */
export const systemClock: Clock = {
  now: () => Math.trunc(performance.timeOrigin + performance.now()),
  sleep: async (ms, signal) => {
    if (signal === undefined) return delay(ms)
    // The timer rejects with an AbortError; the caller is owed the reason of the abort.
    await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
}
