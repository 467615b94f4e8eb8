import { HOUR_MS, MINUTE_MS } from '../domain/clock.ts'
import { parseServerId, parseSnapshotId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import { API_URL, HEALTH_TARGETS, NOTIFY_URL } from './addresses.ts'
import { expects } from './messages.ts'
import {
  AGE,
  anyOf,
  BOOLEAN,
  INTERVAL,
  type InputParser,
  idsOf,
  ok,
  oneOf,
  orWord,
  TEXT,
  TIMEOUT,
  wholeNumber,
} from './parsers.ts'
import { token } from './tokens.ts'
import type { JobStatus, Operation } from './types.ts'

/** One input. */
interface RowShape {
  readonly name: string
  /** Where a request holds the value; absent where it holds something made of it (see requests.ts). */
  readonly field?: string
  readonly parser: InputParser<unknown>
  /** The operations that use it. */
  readonly operations: readonly Operation[]
  /** As action.yml has it, where the default is the same for every operation. */
  readonly default?: string
  /** The value where nothing is given and there is no default; undefined if it is absent. */
  readonly otherwise?: unknown
  /** The same where it depends on the operation. */
  readonly otherwiseFor?: Readonly<Partial<Record<Operation, unknown>>>
  readonly required?: true
  /** To be masked before anything is printed. */
  readonly secret?: true
}

export const OPERATIONS = ['create', 'restore', 'delete', 'list', 'wait'] as const

/** What other tools, and people, call them. */
const OTHER_OPERATIONS = {
  snapshot: 'create',
  backup: 'create',
  rollback: 'restore',
  revert: 'restore',
  remove: 'delete',
} as const

/** How the end of a job is called elsewhere. A job that times out counts as cancelled. */
const OTHER_FAILURES = { failed: 'failure', error: 'failure' } as const
const OTHER_ENDS = { ...OTHER_FAILURES, timeout: 'cancelled', timed_out: 'cancelled' } as const

const ALL = OPERATIONS
const TIMED = ['create', 'restore', 'delete', 'wait'] as const
const CHANGING = ['create', 'restore', 'delete'] as const
const CHOOSING = ['restore', 'delete', 'wait'] as const
const RESTORING = ['create', 'restore', 'wait'] as const
/** Their post step acts when the job has ended. */
const AT_JOB_END = ['create', 'wait'] as const

/** How long an operation may take where `timeout` is not given. */
export const TIMEOUTS_MS = {
  create: 30 * MINUTE_MS,
  restore: HOUR_MS,
  delete: 5 * MINUTE_MS,
  wait: 30 * MINUTE_MS,
} as const

const JOB_STATUS: InputParser<JobStatus> = {
  expects: expects.jobStatus,
  parse: text => ok(parseJobStatus(text)),
}

/** Every input, in the order of action.yml. The types of the requests follow from it. */
// biome-ignore format: a table, one row per line
export const INPUTS = [
  // Essentials
  { name: 'operation', parser: oneOf(OPERATIONS, OTHER_OPERATIONS), operations: ALL, required: true },
  { name: 'api-token', field: 'apiToken', parser: token(expects.apiToken), operations: ALL, required: true, secret: true },
  // The servers to snapshot or to list; elsewhere those that the snapshots may belong to. Empty: any.
  { name: 'server-id', field: 'servers', parser: idsOf('server', parseServerId), operations: ALL, otherwise: [] },
  { name: 'snapshot-id', parser: orWord('latest', idsOf('snapshot', parseSnapshotId)), operations: CHOOSING },
  { name: 'dry-run', field: 'dryRun', parser: BOOLEAN, operations: TIMED, default: 'false' },

  // Rollback
  { name: 'restore-on', field: 'restoreOn', parser: anyOf(['failure', 'cancelled'], OTHER_ENDS), operations: AT_JOB_END, otherwise: [] },
  { name: 'health-check', parser: HEALTH_TARGETS, operations: RESTORING, otherwise: [] },
  { name: 'health-check-timeout', parser: TIMEOUT, operations: RESTORING, default: '5m' },
  { name: 'start-after-restore', field: 'startAfterRestore', parser: BOOLEAN, operations: RESTORING, default: 'true' },
  { name: 'safety-snapshot', field: 'safetySnapshot', parser: BOOLEAN, operations: ['restore'], default: 'false' },
  { name: 'max-snapshot-age', field: 'maxSnapshotAgeMs', parser: AGE, operations: ['restore'] },
  { name: 'notify-url', field: 'notifyUrl', parser: NOTIFY_URL, operations: ALL, secret: true },
  { name: 'notify-on', field: 'notifyOn', parser: anyOf(['rollback', 'failure', 'success'], OTHER_FAILURES), operations: ALL, default: 'rollback, failure' },
  { name: 'github-token', field: 'githubToken', parser: token(expects.githubToken), operations: RESTORING, secret: true },

  // Retention
  { name: 'keep-last', field: 'keepLast', parser: wholeNumber(1, 1_000, expects.keepLast(SLOTS - 1)), operations: AT_JOB_END },
  { name: 'delete-on', field: 'deleteOn', parser: anyOf(['success', 'failure', 'cancelled'], OTHER_ENDS), operations: AT_JOB_END, otherwise: [] },
  { name: 'when-full', field: 'whenFull', parser: oneOf(['fail', 'delete-oldest']), operations: ['create'], default: 'fail' },
  { name: 'keep', field: 'keep', parser: BOOLEAN, operations: ['create'], default: 'false' },

  // Snapshot
  { name: 'snapshot-name', parser: TEXT, operations: TIMED },
  { name: 'description', field: 'description', parser: TEXT, operations: ['create'] },
  { name: 'stop-server', field: 'stopServer', parser: BOOLEAN, operations: ['create'], default: 'false' },

  // Waiting
  { name: 'wait', field: 'wait', parser: BOOLEAN, operations: CHANGING, default: 'true' },
  { name: 'timeout', field: 'timeoutMs', parser: TIMEOUT, operations: TIMED, otherwiseFor: TIMEOUTS_MS },
  { name: 'poll-interval', parser: orWord('auto', INTERVAL), operations: TIMED, default: 'auto' },
  { name: 'max-parallel', field: 'maxParallel', parser: wholeNumber(1, 100), operations: ALL, default: '10' },

  // Advanced
  { name: 'summary', field: 'summary', parser: BOOLEAN, operations: ALL, default: 'true' },
  { name: 'api-url', field: 'apiUrl', parser: API_URL, operations: ALL, default: 'https://admin.vps.org/api/v1' },
  { name: 'job-status', field: 'jobStatus', parser: JOB_STATUS, operations: ALL, otherwise: 'unknown' },
] as const satisfies readonly RowShape[]

type Row = (typeof INPUTS)[number]
type Parsed<R extends Row> = R extends { readonly parser: InputParser<infer T> } ? T : never
type Absent<R extends Row> = R extends { readonly default: string } | { readonly otherwise: unknown }
  ? never
  : R extends { readonly required: true }
    ? never
    : undefined

export type InputName = Row['name']

/** The value of every input that is valid. */
export type InputValues = { readonly [R in Row as R['name']]: Parsed<R> | Absent<R> }

/** The values that an operation's request holds under their own fields. */
export type RequestFields<O extends Operation> = {
  readonly [R in Row as R extends { readonly field: infer F extends string }
    ? O extends R['operations'][number]
      ? F
      : never
    : never]:
    | Parsed<R>
    | (R extends { readonly otherwiseFor: Readonly<Record<O, unknown>> } ? never : Absent<R>)
}

/** One input, as the code that walks through the table sees it. */
export type InputRow = RowShape & { readonly name: InputName }

export const ROWS: readonly InputRow[] = INPUTS

export const INPUT_NAMES: readonly InputName[] = ROWS.map(row => row.name)

/** Whether an operation uses an input. */
export function uses(operation: Operation, name: InputName): boolean {
  return ROWS.some(row => row.name === name && row.operations.includes(operation))
}

/** Never wrong: what is not one of the runner's three words is unknown. */
export function parseJobStatus(text: string): JobStatus {
  const status = text.trim().toLowerCase()
  return status === 'success' || status === 'failure' || status === 'cancelled' ? status : 'unknown'
}
