import type { Clock, Random } from '../domain/clock.ts'
import type { RunOrigin } from '../domain/origin.ts'
import type { Pace } from '../policy/schedule.ts'
import type { Report } from '../report/report.ts'
import type { VpsClient } from '../vps/client.ts'
import type { HealthProbe } from './health.ts'
import type { RetryNote } from './retry-log.ts'

/** What every operation works with. Time, randomness and the network come in here and nowhere else. */
export interface Context {
  readonly api: VpsClient
  readonly clock: Clock
  readonly random: Random
  /** Aborted with `Cancelled` when the runner asks for the end. */
  readonly signal: AbortSignal
  readonly report: Report
  /** Tells the user that a request is sent again. */
  readonly sayRetry: (note: RetryNote) => void
  readonly origin: RunOrigin
  readonly pace: Pace
  /** How many servers are worked on at once. */
  readonly maxParallel: number
  readonly probe: HealthProbe
}
