import { NAME_LIMIT } from '../domain/limits.ts'
import { makeValidName } from '../policy/names.ts'
import type { PollConfig } from '../policy/poll-config.ts'
import { isLoopback } from './addresses.ts'
import { chooseSnapshots, type Outcome } from './choice.ts'
import { complaints, expects, missing, problemOf, readAsSeconds } from './messages.ts'
import type { RawInputs } from './raw.ts'
import { type RequestFields, ROWS, TIMEOUTS_MS, uses } from './rows.ts'
import type { HealthInputs, Operation, SnapshotChoice } from './types.ts'
import { findUnused } from './unused.ts'

type Values = RawInputs['values']

interface Chosen {
  readonly choice: SnapshotChoice
}

interface Checked {
  readonly health: HealthInputs
}

interface AtJobEnd {
  /** For the restore at the end of the job: the given `timeout`, else what a restore has by default. */
  readonly restoreTimeoutMs: number
}

interface Named {
  /** Made valid; undefined: the default name. */
  readonly name: string | undefined
  /** As it was typed, without spaces around it. */
  readonly givenName: string | undefined
}

/** What the requests hold that is made of several inputs, or depends on the operation. */
interface Derived {
  readonly create: Checked & AtJobEnd & Named
  readonly restore: Chosen & Checked
  readonly delete: Chosen
  readonly list: Record<never, never>
  readonly wait: Chosen & Checked & AtJobEnd
}

/** What one operation is asked to do. */
export type RequestOf<O extends Operation> = RequestFields<O> &
  Derived[O] & {
    readonly operation: O
    readonly pace: PollConfig
    /** One line that names the inputs which were given and which this operation does not use, or none; and what was read as seconds. */
    readonly notices: readonly string[]
  }

export type CreateInputs = RequestOf<'create'>
export type RestoreInputs = RequestOf<'restore'>
export type DeleteInputs = RequestOf<'delete'>
export type ListInputs = RequestOf<'list'>
export type WaitInputs = RequestOf<'wait'>
export type Inputs = { [O in Operation]: RequestOf<O> }[Operation]
/** What every request holds. */
export type CommonInputs = Pick<Inputs, keyof Inputs>

const DERIVATIONS: { readonly [O in Operation]: (raw: RawInputs) => Outcome<Derived[O]> } = {
  create: deriveCreate,
  restore: raw => withChoice(raw, 'restore', healthOf(raw.values)),
  delete: raw => withChoice(raw, 'delete', {}),
  list: () => ({ ok: true, value: {} }),
  wait: raw => withChoice(raw, 'wait', { ...healthOf(raw.values), ...restoreTimeoutOf(raw.values) }),
}

/** A dry run of `wait` changes nothing: it starts no server, and arms nothing for the end of the job. */
const DISARMED = {
  'start-after-restore': false,
  'restore-on': [],
  'delete-on': [],
  'keep-last': undefined,
} as const satisfies Partial<Values>

/** The request of an operation, or what it misses. */
export function requestOf(operation: Operation, raw: RawInputs): Outcome<Inputs> {
  const derived = DERIVATIONS[operation](raw)
  if (!derived.ok) return derived
  const isDryWait = operation === 'wait' && raw.values['dry-run']
  const values = isDryWait ? { ...raw.values, ...DISARMED } : raw.values
  const own = ROWS.flatMap(({ name, field, operations, otherwiseFor }) =>
    field !== undefined && operations.includes(operation)
      ? [[field, values[name] ?? otherwiseFor?.[operation]] as const]
      : [],
  )
  const notices: readonly string[] = [...findUnused(raw, operation), ...findBareNumbers(raw, operation)]
  const request = {
    ...Object.fromEntries(own),
    ...derived.value,
    operation,
    pace: paceOf(values),
    notices,
  }
  // The fields are those of RequestFields, whose type is made of the same rows.
  return { ok: true, value: request as Inputs }
}

function findBareNumbers({ bareNumbers }: RawInputs, operation: Operation): readonly string[] {
  return [...bareNumbers].flatMap(([name, text]) =>
    uses(operation, name) ? [readAsSeconds(name, text)] : [],
  )
}

function deriveCreate({ values, invalidNames, quote }: RawInputs): Outcome<Derived['create']> {
  const givenName = values['snapshot-name']
  const name = givenName === undefined ? undefined : makeValidName(givenName)?.name
  const problems: string[] = []
  if (values['server-id'].length === 0 && !invalidNames.has('server-id'))
    problems.push(missing.serversToSnapshot)
  if (givenName !== undefined && name === undefined) {
    problems.push(
      problemOf('snapshot-name', complaints.noValidName(quote(givenName)), expects.name(NAME_LIMIT)),
    )
  }
  if (problems.length > 0) return { ok: false, problems }
  return { ok: true, value: { name, givenName, ...healthOf(values), ...restoreTimeoutOf(values) } }
}

function withChoice<T>(raw: RawInputs, operation: Operation, more: T): Outcome<Chosen & T> {
  const chosen = chooseSnapshots(raw, operation)
  return chosen.ok ? { ok: true, value: { choice: chosen.value, ...more } } : chosen
}

function restoreTimeoutOf(values: Values): AtJobEnd {
  return { restoreTimeoutMs: values.timeout ?? TIMEOUTS_MS.restore }
}

function healthOf(values: Values): Checked {
  return { health: { targets: values['health-check'], timeoutMs: values['health-check-timeout'] } }
}

/** Only an emulator on this machine may run in time-lapse, and only when somebody asked for its pace. */
function paceOf(values: Values): PollConfig {
  const interval = values['poll-interval']
  if (interval === 'auto') return { acceleratedClock: false }
  return { fixedIntervalMs: interval, acceleratedClock: isLoopback(values['api-url']) }
}
