import type { HealthTarget } from '../domain/health.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { OPERATIONS } from './rows.ts'

export type { HealthTarget } from '../domain/health.ts'

export type Operation = (typeof OPERATIONS)[number]

/** The job's status, as the runner reports it; `unknown` for an empty or unexpected text. */
export type JobStatus = JobEnd | 'unknown'

/** The ways in which a job can end. */
export type JobEnd = 'success' | 'failure' | 'cancelled'

/** What `notify-on` can select. */
export type NotifyEvent = 'rollback' | 'failure' | 'success'

export interface HealthInputs {
  /** Empty: nothing is checked. */
  readonly targets: readonly HealthTarget[]
  readonly timeoutMs: number
}

/** Which snapshots an operation is about. No list is empty. */
export type SnapshotChoice =
  | { readonly by: 'id'; readonly ids: readonly SnapshotId[] }
  | { readonly by: 'latest'; readonly servers: readonly ServerId[] }
  | {
      readonly by: 'name'
      /** To be tried in this order: the name as given, then what `create` makes of it where that differs. */
      readonly names: readonly string[]
      readonly servers: readonly ServerId[]
    }

/** The text of every input that the step was given, by its name in lower case. */
export type InputTexts = ReadonlyMap<string, string>
