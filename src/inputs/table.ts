import { parseServerId, parseSnapshotId, type ServerId, type SnapshotId } from '../domain/ids.ts'
import { API_URL, guarded, HEALTH_TARGET } from './addresses.ts'
import {
  AGE,
  anyOf,
  BOOLEAN,
  idsOf,
  type Kind,
  listOf,
  oneOf,
  orWord,
  TEXT,
  wait,
  wholeNumber,
} from './kinds.ts'
import { JOB_STATUS, TOKEN } from './token.ts'
import type { HealthTarget, JobEnd, JobStatus, Operation } from './types.ts'

/** The value of every input. Those with a default, and those that every operation requires, are always there. */
export interface InputValues {
  readonly operation: Operation
  readonly 'api-token': string
  readonly 'server-id'?: readonly ServerId[]
  readonly 'snapshot-id'?: 'latest' | readonly SnapshotId[]
  readonly 'snapshot-name'?: string
  readonly description?: string
  readonly wait: boolean
  readonly timeout?: number
  readonly 'poll-interval': 'auto' | number
  readonly 'max-parallel': number
  readonly 'stop-server': boolean
  readonly 'keep-last'?: number
  readonly 'when-full': 'fail' | 'delete-oldest'
  readonly 'restore-on'?: readonly JobEnd[]
  readonly 'delete-on'?: readonly JobEnd[]
  readonly 'max-age'?: number
  readonly 'snapshot-before-restore': boolean
  readonly 'start-after-restore': boolean
  readonly 'health-check'?: readonly HealthTarget[]
  readonly 'health-check-timeout': number
  readonly 'dry-run': boolean
  readonly summary: boolean
  readonly 'api-url': URL
  readonly 'job-status'?: JobStatus
}

export type InputName = keyof InputValues
export type ValueOf<N extends InputName> = NonNullable<InputValues[N]>

/** What is known of an input before it is read. */
export interface InputSpec<T> {
  readonly kind: Kind<T>
  /** The operations that use it. */
  readonly operations: readonly Operation[]
  /** As action.yml has it, where the default is the same for every operation. */
  readonly default?: string
}

export const OPERATIONS = [
  'create',
  'restore',
  'delete',
  'list',
  'wait',
] as const satisfies readonly Operation[]

const ALL: readonly Operation[] = OPERATIONS
const TIMED: readonly Operation[] = ['create', 'restore', 'delete', 'wait']
const CHANGING: readonly Operation[] = ['create', 'restore', 'delete']
const CHOOSING: readonly Operation[] = ['restore', 'delete', 'wait']
const RESTORING: readonly Operation[] = ['create', 'restore', 'wait']

const WAITING_TIME = wait('1ms', 1)

/** Every input, in the order of action.yml. */
export const INPUTS: { readonly [N in InputName]-?: InputSpec<ValueOf<N>> } = {
  operation: { kind: oneOf(OPERATIONS), operations: ALL },
  'api-token': { kind: TOKEN, operations: ALL },
  'server-id': { kind: idsOf('server', parseServerId), operations: ALL },
  'snapshot-id': { kind: orWord('latest', idsOf('snapshot', parseSnapshotId)), operations: CHOOSING },
  'snapshot-name': { kind: TEXT, operations: TIMED },
  description: { kind: TEXT, operations: ['create'] },
  wait: { kind: BOOLEAN, operations: CHANGING, default: 'true' },
  timeout: { kind: WAITING_TIME, operations: TIMED },
  'poll-interval': { kind: orWord('auto', wait('100ms', 100)), operations: TIMED, default: 'auto' },
  'max-parallel': { kind: wholeNumber(1, 100), operations: ALL, default: '10' },
  'stop-server': { kind: BOOLEAN, operations: ['create'], default: 'false' },
  'keep-last': { kind: wholeNumber(1, 1_000), operations: ['create'] },
  'when-full': { kind: oneOf(['fail', 'delete-oldest']), operations: ['create'], default: 'fail' },
  'restore-on': { kind: anyOf(['failure', 'cancelled']), operations: ['create'] },
  'delete-on': { kind: anyOf(['success', 'failure', 'cancelled']), operations: ['create'] },
  'max-age': { kind: AGE, operations: ['restore'] },
  'snapshot-before-restore': { kind: BOOLEAN, operations: ['restore'], default: 'false' },
  'start-after-restore': { kind: BOOLEAN, operations: RESTORING, default: 'true' },
  'health-check': {
    kind: guarded(listOf(`addresses (each ${HEALTH_TARGET.takes})`, HEALTH_TARGET)),
    operations: RESTORING,
  },
  'health-check-timeout': { kind: WAITING_TIME, operations: RESTORING, default: '5m' },
  'dry-run': { kind: BOOLEAN, operations: TIMED, default: 'false' },
  summary: { kind: BOOLEAN, operations: ALL, default: 'true' },
  'api-url': { kind: API_URL, operations: ALL, default: 'https://admin.vps.org/api/v1' },
  'job-status': { kind: JOB_STATUS, operations: ALL },
}

// The keys of an object literal that has exactly the keys of InputValues.
export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[]

const MINUTE = 60_000

/** How long an operation may take when `timeout` is not given, in milliseconds. */
export const DEFAULT_TIMEOUTS: Readonly<Record<Exclude<Operation, 'list'>, number>> = {
  create: 30 * MINUTE,
  restore: 60 * MINUTE,
  delete: 5 * MINUTE,
  wait: 30 * MINUTE,
}
