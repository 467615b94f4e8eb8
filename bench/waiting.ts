import { CREATE_DURATION, type DurationRange, RESTORE_DURATION } from '../src/domain/limits.ts'
import { formatDuration } from '../src/policy/durations.ts'
import { type Interval, nextDelay } from '../src/policy/schedule.ts'
import { atMost, fixed, formatTable, type Goal } from './goals.ts'
import { exponential, type Poller, spreadBetween, worstShareOfAllowed } from './polling.ts'
import { seededRandom } from './random.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** How long something may really take, whatever the reference says. */
const TRUTHS: readonly DurationRange[] = [
  { fromMs: 10 * SECOND_MS, toMs: 20 * SECOND_MS },
  { fromMs: 20 * SECOND_MS, toMs: 120 * SECOND_MS },
  CREATE_DURATION,
  RESTORE_DURATION,
  { fromMs: 15 * MINUTE_MS, toMs: 30 * MINUTE_MS },
  { fromMs: 28 * MINUTE_MS, toMs: 32 * MINUTE_MS },
  { fromMs: 30 * MINUTE_MS, toMs: 60 * MINUTE_MS },
]

/** What others do with an operation of some minutes. */
const PEERS: readonly (readonly [name: string, interval: Interval])[] = [
  ['fixed 15 s (AWS)', () => 15 * SECOND_MS],
  ['fixed 5 s (doctl, Kubernetes)', () => 5 * SECOND_MS],
  // retry.StateChangeConf begins with 100 ms and doubles.
  ['back-off to 10 s (Terraform)', exponential(100, 10 * SECOND_MS)],
]

const OPERATIONS = [
  { name: 'create', range: CREATE_DURATION, mostRequests: 60 },
  { name: 'restore', range: RESTORE_DURATION, mostRequests: 80 },
] as const
type Operation = (typeof OPERATIONS)[number]

const GAP_GOAL_RANGE = [10 * SECOND_MS, HOUR_MS] as const
const SEED = 7

/** Delays and requests of the poll schedules, jitter included, by simulation: no time passes. */
export async function waiting(): Promise<readonly Goal[]> {
  console.log('\nFrom the end to the poll that sees it (mean, p95 and p99 in seconds), and requests sent\n')
  console.log(formatTable(['lasts …', 'mean', 'p95', 'p99', 'requests'], TRUTHS.flatMap(rowsOf)))
  return OPERATIONS.flatMap(goalsOf)
}

function rowsOf({ fromMs, toMs }: DurationRange): string[][] {
  const pollers: readonly (readonly [string, Poller])[] = [
    ...OPERATIONS.map(({ name }) => [`this action, ${name}`, polled(name)] as const),
    ...PEERS.map(([name, interval]) => [name, () => interval] as const),
  ]
  const rows = pollers.map(([name, poller]) => {
    const { meanMs, p95Ms, p99Ms, requests } = spreadBetween(poller, fromMs, toMs, seededRandom(SEED))
    return [`  ${name}`, ...[meanMs, p95Ms, p99Ms].map(ms => fixed(ms / SECOND_MS)), fixed(requests)]
  })
  return [[`${formatDuration(fromMs)} to ${formatDuration(toMs)}`], ...rows]
}

function goalsOf({ name, range, mostRequests }: Operation): Goal[] {
  const poller = polled(name)
  const { meanMs, p95Ms, p99Ms, requests } = spreadBetween(
    poller,
    range.fromMs,
    range.toMs,
    seededRandom(SEED),
  )
  const worst = worstShareOfAllowed(poller, GAP_GOAL_RANGE, allowedGapMs, seededRandom(SEED))
  const where = `${name}, ${formatDuration(range.fromMs)} to ${formatDuration(range.toMs)}`
  return [
    atMost(`${where}: mean delay (s)`, meanMs / SECOND_MS, 4),
    atMost(`${where}: p95 of the delay (s)`, p95Ms / SECOND_MS, 9),
    atMost(`${where}: p99 of the delay (s)`, p99Ms / SECOND_MS, 12),
    atMost(`${where}: mean requests`, requests, mostRequests),
    atMost(`${name}: longest gap, 10 s to 60 min, of what is allowed`, worst, 1, 3),
  ]
}

/** 3 seconds or 12 % of what has passed, but 15 seconds in the first half hour and 30 after it. */
function allowedGapMs(elapsedMs: number): number {
  const most = elapsedMs < 30 * MINUTE_MS ? 15 * SECOND_MS : 30 * SECOND_MS
  return Math.min(most, Math.max(3 * SECOND_MS, 0.12 * elapsedMs))
}

/** The action's own schedule, with jitter. */
function polled(schedule: Operation['name']): Poller {
  return random => elapsedMs =>
    nextDelay(
      { schedule, elapsedMs: [elapsedMs], remainingMs: 2 * HOUR_MS },
      { acceleratedClock: false },
      random,
    )
}
