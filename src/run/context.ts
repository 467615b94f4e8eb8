import type { Clock, Random } from '../domain/clock.ts'
import type { HealthProbe } from '../domain/health.ts'
import type { WorkflowRun } from '../domain/workflow-run.ts'
import type { PollConfig } from '../policy/poll-config.ts'
import type { Report } from '../report/report.ts'
import type { VpsClient } from '../vps/client.ts'
import type { ApiFailure } from '../vps/failure.ts'
import type { Observer } from './recorder.ts'

/** That a request came to nothing and is sent again after a while. */
export interface RetryNote {
  readonly failure: ApiFailure
  readonly delayMs: number
  /** For how long the API has refused for the moment; 0 or absent: for the first time. */
  readonly lastedMs?: number
}

/** What tells the time, here and at the API. */
export interface Clocks extends Pick<Context, 'clock'> {
  readonly api: Pick<VpsClient, 'clockOffsetMs'>
}

/**
 * Now by the API's clock, in milliseconds since the epoch: what it dated is compared with that. By the `Date` header of
 * its answers; by our own clock while none was seen.
 */
export function apiNow({ api, clock }: Clocks): number {
  return clock.now() + (api.clockOffsetMs() ?? 0)
}

/** Whether something has not been said yet; it counts as said from then on. */
export function isNews({ said }: Pick<Context, 'said'>, key: string): boolean {
  const isNew = !said.has(key)
  said.add(key)
  return isNew
}

/** What every operation works with. Time, randomness and the network come in here and nowhere else. */
export interface Context {
  readonly api: VpsClient
  /** What the token may do; undefined where that could not be found out. Asked for once. */
  readonly permissions: (endsBy?: number) => Promise<readonly string[] | undefined>
  /** What is said once and has been said, by keys of any kind. */
  readonly said: Set<string>
  readonly clock: Clock
  readonly random: Random
  /** Aborted with `Cancelled` when the runner asks for the end. */
  readonly signal: AbortSignal
  readonly report: Report
  /** Tells the user that a request is sent again. */
  readonly logRetry: (note: RetryNote) => void
  readonly origin: WorkflowRun
  readonly pace: PollConfig
  /** How many servers are worked on at once. */
  readonly maxParallel: number
  readonly probe: HealthProbe
  /** In clock milliseconds: after it nothing may be asked, not even what only explains a failure. */
  readonly endsBy?: number
  /** Told of every change of the record, before it is saved and published. */
  readonly observe?: Observer | undefined
}
