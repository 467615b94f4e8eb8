import type { FaultRule } from '../emulator/faults.ts'
import type { ServerSpec, SettingsChange, SnapshotSpec } from '../emulator/settings.ts'
import type { Act } from '../emulator/world-types.ts'
import type { Dice } from './dice.ts'
import { isArmed } from './happenings.ts'
import { throwFaults, throwSettings, throwShape, throwTimeline } from './hardships.ts'
import { HOSTILE_TEXTS } from './hostile.ts'
import type { Wish } from './story.ts'

/** Everything that one run of the soak is made of. */
export interface Scenario {
  readonly wish: Wish
  /** The step's `with:`, but for the token. */
  readonly inputs: Readonly<Record<string, string>>
  readonly settings: SettingsChange
  readonly servers: readonly ServerSpec[]
  readonly snapshots: readonly SnapshotSpec[]
  readonly faults: readonly FaultRule[]
  /** What others do, by milliseconds after the start. */
  readonly acts: readonly { readonly afterMs: number; readonly act: Act }[]
  readonly latencyMs: number
  /** When the signals come, in milliseconds after the beginning of their stage. */
  readonly cancelMainAfterMs: number | undefined
  readonly cancelPostAfterMs: number | undefined
  /** How the job ends, as the post stage is told. */
  readonly jobStatus: string
  /** The job had ended so before the step already. */
  readonly hadFailed: boolean
}

export const REPOSITORY = 'owner/shop'
export const WORKFLOW = `${REPOSITORY}/.github/workflows/deploy.yml`
export const RUN_ID = '9876543210'
export const START = Date.parse('2026-03-02T02:00:00Z')

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE
const OPERATIONS = [
  'create',
  'create',
  'create',
  'restore',
  'restore',
  'delete',
  'list',
  'wait',
  'wait',
  'wait',
] as const

/** Throws the dice for one run. */
export function throwScenario(dice: Dice): Scenario {
  const operation = dice.pick(OPERATIONS)
  const hostile = dice.chance(0.2)
  const count = dice.pick([1, 1, 1, 2, 3, 4])
  const servers = Array.from({ length: count }, (_, index) => throwServer(dice, index, hostile))
  const snapshots = servers.flatMap((server, index) => throwSnapshots(dice, server.id, index, hostile))
  const wish = throwWish(dice, operation, servers, snapshots)
  const settings = throwSettings(dice)
  return {
    wish,
    inputs: inputsOf(dice, wish),
    settings,
    servers,
    snapshots: madeBefore(dice, wish, snapshots).map(each =>
      wish.snapshots.includes(each.id) ? findable(each) : each,
    ),
    faults: throwFaults(dice),
    acts: throwActs(dice, wish, servers, snapshots),
    latencyMs: dice.pick([0, 20, 200, 3_000]),
    cancelMainAfterMs: dice.chance(0.2) ? throwMoment(dice) : undefined,
    cancelPostAfterMs: dice.chance(0.05) ? throwMoment(dice) : undefined,
    jobStatus: dice.pick(['success', 'failure', 'failure', 'cancelled', '']),
    hadFailed: dice.chance(0.05),
  }
}

/** Half of the signals come in the first seconds, where most requests are. */
function throwMoment(dice: Dice): number {
  return dice.chance(0.5) ? dice.int(0, 10 * SECOND) : dice.int(0, 15 * MINUTE)
}

function throwServer(dice: Dice, index: number, hostile: boolean): ServerSpec {
  const uuid = `11111111-2222-4333-8444-00000000000${index}`
  return {
    id: dice.chance(0.1) ? uuid : String(12345 + index),
    uuid,
    name: hostile ? dice.pick(HOSTILE_TEXTS) : `web-server-0${index + 1}`,
    status: dice.pick(['active', 'active', 'active', 'active', 'active', 'stopped', 'error']),
    disk: `disk of ${index} before`,
    timeline: throwTimeline(dice),
  }
}

const OWNERS = [
  `workflow=${WORKFLOW} run=1000 attempt=1 purpose=deploy`,
  `workflow=${WORKFLOW} run=1001 attempt=2 purpose=deploy`,
  `workflow=${WORKFLOW} run=1002 attempt=1 purpose=schedule`,
  `workflow=${WORKFLOW} run=1003 attempt=1 purpose=safety`,
  `workflow=${WORKFLOW} run=1006 attempt=1 purpose=keep`,
  `workflow=${WORKFLOW} run=${RUN_ID} attempt=1 purpose=deploy`,
  `workflow=${REPOSITORY}/.github/workflows/other.yml run=1004 attempt=1 purpose=deploy`,
  `workflow=other/shop/.github/workflows/deploy.yml run=1005 attempt=1 purpose=deploy`,
  `workflow=other/shop/.github/workflows/deploy.yml run=${RUN_ID} attempt=1 purpose=deploy`,
] as const

function throwSnapshots(
  dice: Dice,
  server: string,
  index: number,
  hostile: boolean,
): readonly SnapshotSpec[] {
  const count = dice.pick([0, 1, 2, 3, 4, 5, 5])
  return Array.from({ length: count }, (_, place) => {
    const id = String(800 + index * 10 + place)
    const marker = `[vps-snapshot-action ${dice.pick(OWNERS)} key=k${id}xyz9]`
    const text = hostile ? dice.pick(HOSTILE_TEXTS) : 'made before'
    return {
      id,
      server,
      name: hostile ? dice.pick(HOSTILE_TEXTS) : `snapshot-${id}`,
      description: dice.chance(0.2) ? text : `${text} ${marker}`,
      status: dice.pick(['completed', 'completed', 'completed', 'completed', 'failed']),
      createdAt: new Date(START - dice.int(10 * MINUTE, 30 * DAY)).toISOString(),
      disk: `disk in ${id}`,
      ...throwShape(dice),
    }
  })
}

function throwWish(
  dice: Dice,
  operation: Wish['operation'],
  servers: readonly ServerSpec[],
  snapshots: readonly SnapshotSpec[],
): Wish {
  const creates = operation === 'create'
  const wait = dice.chance(0.9)
  // A wait may take the create's part: the fast form.
  const post = (creates || (operation === 'wait' && dice.chance(0.6))) && wait
  const chosen = operation === 'delete' ? dice.some(snapshots, dice.int(1, 4)) : onePerServer(dice, snapshots)
  const restoreOn = post && dice.chance(0.6) ? dice.some(['failure', 'cancelled'], 2) : []
  return {
    operation,
    servers: servers.map(({ id }) => id),
    snapshots: creates || operation === 'list' ? [] : chosen.map(({ id }) => id),
    wait,
    dryRun: operation !== 'list' && dice.chance(0.05),
    stopServer: creates && post && dice.chance(0.3),
    safety: operation === 'restore' && dice.chance(0.25),
    startAfterRestore: dice.chance(0.85),
    whenFull: creates && dice.chance(0.5),
    keepLast: post && dice.chance(0.4),
    restoreOn,
    deleteOn: post && restoreOn.length === 0 && dice.chance(0.3) ? [dice.pick(['success', 'failure'])] : [],
    timeoutMs: dice.pick([20 * SECOND, 5 * MINUTE, 20 * MINUTE, 40 * MINUTE, 60 * MINUTE, 60 * MINUTE]),
    workflow: WORKFLOW,
    runId: RUN_ID,
  }
}

function onePerServer(dice: Dice, snapshots: readonly SnapshotSpec[]): readonly SnapshotSpec[] {
  const servers = [...new Set(snapshots.map(({ server }) => server))]
  return servers.flatMap(server =>
    dice.some(
      snapshots.filter(each => each.server === server),
      1,
    ),
  )
}

/** What is asked for by its id can be found by it, and by its server. */
function findable(snapshot: SnapshotSpec): SnapshotSpec {
  const { shape, ...rest } = snapshot
  const isHidden = shape?.hides?.includes('id') === true || shape?.shows?.['server'] === null
  return isHidden ? rest : snapshot
}

/** What a wait finds: often what is not finished, and mostly, where it arms something, what this run has just made. */
function madeBefore(dice: Dice, wish: Wish, snapshots: readonly SnapshotSpec[]): readonly SnapshotSpec[] {
  if (wish.operation !== 'wait') return snapshots
  if (!isArmed(wish) || dice.chance(0.1)) return withOneUnderWay(wish, snapshots)
  const description = `for a deploy [vps-snapshot-action workflow=${WORKFLOW} run=${RUN_ID} attempt=1 purpose=deploy key=k900xyz9]`
  return snapshots.map(each => {
    if (!wish.snapshots.includes(each.id)) return each
    const createdAt = new Date(START - dice.int(MINUTE, 9 * MINUTE)).toISOString()
    return { ...each, description, createdAt, ...(dice.chance(0.6) ? { status: 'in_progress' } : {}) }
  })
}

/** A wait is often for what is not finished. */
function withOneUnderWay(wish: Wish, snapshots: readonly SnapshotSpec[]): readonly SnapshotSpec[] {
  const [first] = wish.snapshots
  const createdAt = new Date(START - MINUTE).toISOString()
  return snapshots.map(each =>
    each.id === first && wish.timeoutMs > 5 * MINUTE ? { ...each, status: 'in_progress', createdAt } : each,
  )
}

function inputsOf(dice: Dice, wish: Wish): Readonly<Record<string, string>> {
  const creates = wish.operation === 'create'
  const given: Record<string, string> = {
    operation: wish.operation,
    timeout: `${wish.timeoutMs / SECOND}s`,
    'server-id': creates || wish.operation === 'list' || dice.chance(0.5) ? wish.servers.join(',') : '',
    'snapshot-id': wish.snapshots.join(','),
    wait: String(wish.wait),
    'dry-run': String(wish.dryRun),
    'stop-server': String(wish.stopServer),
    'safety-snapshot': String(wish.safety),
    'start-after-restore': String(wish.startAfterRestore),
    'when-full': wish.whenFull ? 'delete-oldest' : 'fail',
    'keep-last': wish.keepLast ? String(dice.int(1, 4)) : '',
    'restore-on': wish.restoreOn.join(','),
    'delete-on': wish.deleteOn.join(','),
    'notify-url': 'https://ops.example.com/hook',
    'notify-on': 'success, failure, rollback',
    'max-parallel': dice.pick(['10', '10', '1', '2']),
    'health-check':
      wish.stopServer || !wish.wait || dice.chance(0.8) ? '' : 'https://shop.example.com/healthz',
  }
  return given
}

function throwActs(
  dice: Dice,
  wish: Wish,
  servers: readonly ServerSpec[],
  snapshots: readonly SnapshotSpec[],
): Scenario['acts'] {
  const acts: { afterMs: number; act: Act }[] = []
  const afterMs = (): number => dice.int(0, 10 * MINUTE)
  const [server] = servers
  if (server === undefined) return acts
  const completed = snapshots.filter(each => each.server === server.id && each.status === 'completed')
  const [source] = completed
  // Before the step begins; a restore in the middle of it is a race that nobody can win.
  if (source !== undefined && dice.chance(0.08))
    acts.push({ afterMs: -1, act: { act: 'restore', snapshot: source.id } })
  if (dice.chance(0.1))
    acts.push({ afterMs: afterMs(), act: { act: 'create', server: server.id, name: 'by-hand' } })
  const victim = snapshots.find(({ id }) => !wish.snapshots.includes(id))
  if (victim !== undefined && dice.chance(0.1))
    acts.push({ afterMs: afterMs(), act: { act: 'delete', snapshot: victim.id } })
  // The server takes no change for a time.
  if (dice.chance(0.15)) {
    const status = dice.pick([400, 409, 422, 423])
    const act = { act: 'refuse', server: server.id, forMs: dice.int(5 * SECOND, 3 * MINUTE), status } as const
    acts.push({ afterMs: dice.int(0, 25 * MINUTE), act })
  }
  return acts
}
