import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { Pace } from '../policy/schedule.ts'

/** How the job stands, as the runner says it; `unknown` for an empty or unexpected text. */
export type JobStatus = 'success' | 'failure' | 'cancelled' | 'unknown'

/** The ways in which a job can end. */
export type JobEnd = 'success' | 'failure' | 'cancelled'

/** What must answer before a server counts as ready. The host of a TCP target is without the brackets of IPv6. */
export type HealthTarget =
  | { readonly kind: 'http'; readonly url: URL }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }

/** Which snapshots an operation is about. No list is empty. */
export type SnapshotChoice =
  | { readonly by: 'id'; readonly ids: readonly SnapshotId[] }
  | { readonly by: 'latest'; readonly servers: readonly ServerId[] }
  | { readonly by: 'name'; readonly name: string; readonly servers: readonly ServerId[] }

export interface HealthInputs {
  /** Empty: nothing is checked. */
  readonly targets: readonly HealthTarget[]
  readonly timeoutMs: number
}

export interface CommonInputs {
  readonly apiToken: string
  /** Ends in a slash, so that `new URL('snapshots/', apiUrl)` is an endpoint. */
  readonly apiUrl: URL
  /** Whether to write the job summary. */
  readonly summary: boolean
  readonly jobStatus: JobStatus
  /** What the log should say about the inputs: one line that names those which the operation does not use. */
  readonly notices: readonly string[]
  /** How many servers are worked on at once. */
  readonly maxParallel: number
  readonly pace: Pace
}

export interface CreateInputs extends CommonInputs {
  readonly operation: 'create'
  readonly servers: readonly ServerId[]
  /** Made valid; undefined: the default name. */
  readonly name: string | undefined
  /** As it was typed, without blanks around it. */
  readonly givenName: string | undefined
  readonly description: string | undefined
  readonly wait: boolean
  readonly timeoutMs: number
  /** For the restore at the end of the job: the given `timeout`, else what a restore has by default. */
  readonly restoreTimeoutMs: number
  readonly stopServer: boolean
  readonly keepLast: number | undefined
  readonly whenFull: 'fail' | 'delete-oldest'
  readonly restoreOn: readonly JobEnd[]
  readonly deleteOn: readonly JobEnd[]
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
  readonly dryRun: boolean
}

export interface RestoreInputs extends CommonInputs {
  readonly operation: 'restore'
  readonly choice: SnapshotChoice
  /** The servers that the snapshots may belong to; empty: any. */
  readonly guard: readonly ServerId[]
  readonly wait: boolean
  readonly timeoutMs: number
  readonly maxAgeMs: number | undefined
  readonly snapshotBeforeRestore: boolean
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
  readonly dryRun: boolean
}

export interface DeleteInputs extends CommonInputs {
  readonly operation: 'delete'
  readonly choice: SnapshotChoice
  /** The servers that the snapshots may belong to; empty: any. */
  readonly guard: readonly ServerId[]
  readonly wait: boolean
  readonly timeoutMs: number
  readonly dryRun: boolean
}

export interface ListInputs extends CommonInputs {
  readonly operation: 'list'
  /** Empty: the snapshots of all servers. */
  readonly servers: readonly ServerId[]
}

export interface WaitInputs extends CommonInputs {
  readonly operation: 'wait'
  readonly choice: SnapshotChoice
  /** The servers that the snapshots may belong to; empty: any. */
  readonly guard: readonly ServerId[]
  readonly timeoutMs: number
  readonly startAfterRestore: boolean
  readonly health: HealthInputs
}

export type Inputs = CreateInputs | RestoreInputs | DeleteInputs | ListInputs | WaitInputs
export type Operation = Inputs['operation']

/** Every problem at once, or the inputs of one operation. */
export type ParsedInputs =
  | { readonly ok: true; readonly inputs: Inputs }
  | {
      readonly ok: false
      readonly problems: readonly string[]
      /** What is to be masked before a problem is printed, wherever something was given as the token. */
      readonly apiToken?: string
    }

/** The raw text of an input by its name, '' when it was not given. */
export type InputReader = (name: string) => string
