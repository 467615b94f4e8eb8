import type { ServerId } from '../domain/ids.ts'
import { makeValidName, NAME_LIMIT } from '../policy/names.ts'
import type { Pace } from '../policy/schedule.ts'
import { isLoopback } from './addresses.ts'
import { chooseSnapshots } from './choice.ts'
import type { Gathered } from './gather.ts'
import { DEFAULT_TIMEOUTS, type InputValues } from './table.ts'
import type {
  CommonInputs,
  CreateInputs,
  DeleteInputs,
  HealthInputs,
  Inputs,
  ListInputs,
  Operation,
  RestoreInputs,
  WaitInputs,
} from './types.ts'

/** What an operation makes of the inputs: what it misses, or how its own inputs are put together. */
export type Plan =
  | { readonly ok: true; readonly build: (values: InputValues, notices: readonly string[]) => Inputs }
  | { readonly ok: false; readonly problems: readonly string[] }

export const PLANS: Readonly<Record<Operation, (gathered: Gathered) => Plan>> = {
  create: planCreate,
  restore: planRestore,
  delete: planDelete,
  list: () => ({ ok: true, build: buildList }),
  wait: planWait,
}

function planCreate({ values, faulty }: Gathered): Plan {
  const givenName = values['snapshot-name']
  const valid = givenName === undefined ? undefined : makeValidName(givenName)
  const problems: string[] = []
  if (values['server-id'] === undefined && !faulty.has('server-id')) {
    problems.push(
      '`server-id`: nothing was given. `create` takes the ids of the servers to take a snapshot of.',
    )
  }
  if (givenName !== undefined && valid === undefined) {
    problems.push(
      `\`snapshot-name\`: nothing is left of the name when other characters than letters, digits, "-" and "_" are replaced by "-". It takes a name of at most ${NAME_LIMIT} of them.`,
    )
  }
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    build: (all, notices) => buildCreate(all, notices, { name: valid?.name, givenName }),
  }
}

function buildCreate(
  values: InputValues,
  notices: readonly string[],
  names: Pick<CreateInputs, 'name' | 'givenName'>,
): CreateInputs {
  return {
    ...common(values, notices),
    operation: 'create',
    servers: servers(values),
    ...names,
    description: values.description,
    wait: values.wait,
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUTS.create,
    restoreTimeoutMs: values.timeout ?? DEFAULT_TIMEOUTS.restore,
    stopServer: values['stop-server'],
    keepLast: values['keep-last'],
    whenFull: values['when-full'],
    restoreOn: values['restore-on'] ?? [],
    deleteOn: values['delete-on'] ?? [],
    startAfterRestore: values['start-after-restore'],
    health: health(values),
    dryRun: values['dry-run'],
  }
}

function planRestore(gathered: Gathered): Plan {
  const chosen = chooseSnapshots(gathered, 'restore')
  if (!chosen.ok) return chosen
  const build = (values: InputValues, notices: readonly string[]): RestoreInputs => ({
    ...common(values, notices),
    operation: 'restore',
    choice: chosen.choice,
    guard: servers(values),
    wait: values.wait,
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUTS.restore,
    maxAgeMs: values['max-age'],
    snapshotBeforeRestore: values['snapshot-before-restore'],
    startAfterRestore: values['start-after-restore'],
    health: health(values),
    dryRun: values['dry-run'],
  })
  return { ok: true, build }
}

function planDelete(gathered: Gathered): Plan {
  const chosen = chooseSnapshots(gathered, 'delete')
  if (!chosen.ok) return chosen
  const build = (values: InputValues, notices: readonly string[]): DeleteInputs => ({
    ...common(values, notices),
    operation: 'delete',
    choice: chosen.choice,
    guard: servers(values),
    wait: values.wait,
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUTS.delete,
    dryRun: values['dry-run'],
  })
  return { ok: true, build }
}

function buildList(values: InputValues, notices: readonly string[]): ListInputs {
  return { ...common(values, notices), operation: 'list', servers: servers(values) }
}

function planWait(gathered: Gathered): Plan {
  const chosen = chooseSnapshots(gathered, 'wait')
  if (!chosen.ok) return chosen
  const build = (values: InputValues, notices: readonly string[]): WaitInputs => ({
    ...common(values, notices),
    operation: 'wait',
    choice: chosen.choice,
    guard: servers(values),
    timeoutMs: values.timeout ?? DEFAULT_TIMEOUTS.wait,
    // A start is the one thing that a wait may change.
    startAfterRestore: values['start-after-restore'] && !values['dry-run'],
    health: health(values),
  })
  return { ok: true, build }
}

function common(values: InputValues, notices: readonly string[]): CommonInputs {
  return {
    apiToken: values['api-token'],
    apiUrl: values['api-url'],
    summary: values.summary,
    jobStatus: values['job-status'] ?? 'unknown',
    notices,
    maxParallel: values['max-parallel'],
    pace: pace(values),
  }
}

function servers(values: InputValues): readonly ServerId[] {
  return values['server-id'] ?? []
}

function health(values: InputValues): HealthInputs {
  return { targets: values['health-check'] ?? [], timeoutMs: values['health-check-timeout'] }
}

/** Only an emulator on this machine may run in time-lapse, and only when somebody asked for its pace. */
function pace(values: InputValues): Pace {
  const interval = values['poll-interval']
  if (interval === 'auto') return { timeLapse: false }
  return { fixedIntervalMs: interval, timeLapse: isLoopback(values['api-url']) }
}
