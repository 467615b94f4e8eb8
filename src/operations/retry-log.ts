import type { Clock } from '../domain/clock.ts'
import type { Report } from '../report/report.ts'
import { type ApiFailure, describeFailure } from '../vps/failure.ts'

/** That a request came to nothing and is sent again after a while. */
export interface RetryNote {
  readonly failure: ApiFailure
  readonly delayMs: number
}

const QUIET = 60_000

/**
 * Says the first of a row of equal failures, and then one a minute: five minutes of refused connections are no news. A
 * pause of a minute or more is said always.
 */
export function createRetryLog(report: Report, clock: Clock): (note: RetryNote) => void {
  let last = ''
  let quietUntil = Number.NEGATIVE_INFINITY
  return ({ failure, delayMs }) => {
    const { kind, status, detail } = failure
    const what = `${kind} ${status} ${detail}`
    const now = clock.now()
    if (what === last && now < quietUntil && delayMs < QUIET) return
    last = what
    quietUntil = now + QUIET
    report.line(`${describeFailure(failure)} Trying again in ${(delayMs / 1_000).toFixed(1)} s.`)
  }
}
