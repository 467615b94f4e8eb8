import type { OperationRun } from '../../src/run/operation-run.ts'
import type { LoggedRequest } from '../emulator/request-log.ts'
import type { WorldReport } from '../emulator/world-types.ts'

type Texts = Readonly<Record<string, string>>

/** What the workflow's author asked for, in the terms in which its outcome is judged. */
export interface Wish {
  readonly operation: 'create' | 'restore' | 'delete' | 'list' | 'wait'
  readonly servers: readonly string[]
  /** The snapshots that a restore, delete or wait is about. */
  readonly snapshots: readonly string[]
  readonly wait: boolean
  readonly dryRun: boolean
  readonly stopServer: boolean
  readonly safety: boolean
  readonly startAfterRestore: boolean
  readonly whenFull: boolean
  readonly keepLast: boolean
  readonly restoreOn: readonly string[]
  readonly deleteOn: readonly string[]
  /** Milliseconds. */
  readonly timeoutMs: number
  readonly workflow: string
  readonly runId: string
}

/** The record of a stage after an event, and when that was, in milliseconds on the action's clock. */
export interface Recorded {
  readonly at: number
  readonly run: OperationRun
}

/** A notification, as far as it is held against the rest. */
export interface Told {
  readonly status: string
  readonly reason: string
  readonly servers: readonly { readonly id: string; readonly status: string }[]
}

/** One stage of the step: what it left, and what the world was when it ended. */
export interface StageStory {
  readonly green: boolean
  /** Every byte of stdout and stderr. */
  readonly bytes: string
  /** How many lines of `bytes` the action meant to be obeyed; undefined where nobody counted. */
  readonly commands?: number
  /** As the web page of the run shows it, without debug lines. */
  readonly log: readonly string[]
  readonly obeyed: readonly { readonly name: string; readonly data: string }[]
  readonly outputs: Texts
  readonly state: Texts
  readonly summary: string
  readonly requests: readonly LoggedRequest[]
  readonly worldAfter: WorldReport
  /** What the webhook was told. */
  readonly told?: readonly Told[]
  /** The record after every event, where somebody looked on. */
  readonly records?: readonly Recorded[]
  /** Milliseconds on the action's clock. */
  readonly tookMs: number
  /** When the signal came, on the world's clock. */
  readonly cancelledAt?: number
}

/** One step of a job from beginning to end, and long after. */
export interface Story {
  readonly wish: Wish
  readonly token: string
  /** Where the token may go. */
  readonly origin: string
  readonly before: WorldReport
  readonly main: StageStory
  readonly post?: StageStory
  /** How the job ended, as the post stage was told. */
  readonly jobStatus: string
  /** The job had failed, or been cancelled, before the step: nothing can have been deployed. */
  readonly hadFailed: boolean
  /** Whether the runner's file lost what was saved in the middle. */
  readonly stateIsLost: boolean
  /** Whether some refusals name fields, which are final. */
  readonly namesFields: boolean
  /** When everything that was under way has come to its end. */
  readonly finally: WorldReport
  /** Whether the API keeps what stands in descriptions, so that the marker can be looked for. */
  readonly keepsDescriptions: boolean
  /** Whether so much went wrong that a server may be left stopped if the step says so. */
  readonly hardships: 'one' | 'many'
}
