import type { Clock } from '../domain/clock.ts'
import type { Report } from '../report/report.ts'
import type { RetryNote } from '../run/context.ts'
import * as messages from './messages.ts'

const QUIET_MS = 60_000

/**
 * Says the first of a row of equal failures, and then one a minute: five minutes of refused connections are no news. A
 * pause of a minute or more is said always.
 */
export function createRetryLog(report: Report, clock: Clock): (note: RetryNote) => void {
  let last = ''
  let quietUntil = Number.NEGATIVE_INFINITY
  return ({ failure, delayMs, lastedMs = 0 }) => {
    const { kind, status, detail } = failure
    const what = `${kind} ${status} ${detail}`
    const now = clock.now()
    if (what === last && now < quietUntil && delayMs < QUIET_MS) return
    last = what
    quietUntil = now + QUIET_MS
    report.line(
      lastedMs > 0 ? messages.stillRefusing(failure, delayMs, lastedMs) : messages.retrying(failure, delayMs),
    )
  }
}
