import { poll } from '../src/operations/poll.ts'
import { formatDuration } from '../src/policy/durations.ts'
import { fixedSchedule, type Gap, scheduleFor } from '../src/policy/schedule.ts'
import { VirtualClock } from '../test/emulator/virtual-clock.ts'
import { atLeast, atMost, below, fixed, formatTable, type Goal } from './goals.ts'
import { exponential, meanBetween, pollUntil, type Waited, worstShareOfAllowed } from './polling.ts'
import { seededRandom } from './random.ts'
import { quietContext } from './virtual.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

interface Operation {
  readonly name: 'create' | 'restore'
  readonly fromMs: number
  readonly toMs: number
  readonly mostRequests: number
}

/** How long they take, as the published reference says. */
const OPERATIONS: readonly Operation[] = [
  { name: 'create', fromMs: 3 * MINUTE, toMs: 10 * MINUTE, mostRequests: 29 },
  { name: 'restore', fromMs: 5 * MINUTE, toMs: 15 * MINUTE, mostRequests: 40 },
]

const DURATIONS = [5, 10, 20, 30, 60, 120, 180, 300, 480, 600, 900, 1_200, 1_800, 3_600, 7_200]

const FIXED_15 = fixedSchedule(15 * SECOND)
const RIVALS: readonly (readonly [string, Gap])[] = [
  ['fixed 15 s', FIXED_15],
  ['fixed 5 s', fixedSchedule(5 * SECOND)],
  ['exponential to 30 s', exponential(30 * SECOND)],
]
/** Durations within a twentieth of one another, so that no schedule gains by a poll that happens to fall right. */
const SPREAD = 0.05
const JITTERED_WAITS = 400

/** Requests and delays of the poll schedules, by simulation: no time passes. */
export async function waiting(): Promise<readonly Goal[]> {
  const goals: Goal[] = []
  for (const operation of OPERATIONS) {
    console.log(`\n${operation.name}: requests sent, and delay until the end is noticed (s)\n`)
    console.log(formatTable(HEAD, [...durationRows(operation), ...rangeRows(operation)]))
    goals.push(...goalsOf(operation))
    console.log(`\n${await jitteredLine(operation)}`)
  }
  return goals
}

const HEAD = ['lasts about', ...['ours', ...RIVALS.map(([name]) => name)].flatMap(name => [name, 'delay'])]

function durationRows({ name }: Operation): string[][] {
  return DURATIONS.map(seconds => {
    const [from, to] = [seconds * SECOND * (1 - SPREAD), seconds * SECOND * (1 + SPREAD)]
    return [formatDuration(seconds * SECOND), ...cells(gap => meanBetween(gap, from, to), name)]
  })
}

function rangeRows({ name, fromMs, toMs }: Operation): string[][] {
  const label = `mean of ${formatDuration(fromMs)} to ${formatDuration(toMs)}`
  return [[label, ...cells(gap => meanBetween(gap, fromMs, toMs), name)]]
}

function cells(measure: (gap: Gap) => Waited, name: Operation['name']): string[] {
  return [scheduleFor(name), ...RIVALS.map(([, gap]) => gap)].flatMap(gap => {
    const { requests, delayMs } = measure(gap)
    return [fixed(requests), fixed(delayMs / SECOND)]
  })
}

function goalsOf({ name, fromMs, toMs, mostRequests }: Operation): Goal[] {
  const ours = scheduleFor(name)
  const mean = meanBetween(ours, fromMs, toMs)
  const rival = meanBetween(FIXED_15, fromMs, toMs)
  const gain = 100 * (1 - mean.delayMs / rival.delayMs)
  const thirty = pollUntil(fixedSchedule(30 * SECOND), 2 * HOUR).requests
  return [
    atMost(`${name}: mean requests in the documented range`, mean.requests, mostRequests),
    atLeast(`${name}: mean delay better than a fixed 15 s poll (%)`, gain, 25),
    atMost(
      `${name}: largest delay, 5 s to 2 h, of what is allowed`,
      worstShareOfAllowed(ours, 5 * SECOND, 2 * HOUR),
      1,
      3,
    ),
    below(
      `${name}: requests in 2 h (fixed 30 s poll: ${thirty})`,
      pollUntil(ours, 2 * HOUR).requests,
      thirty,
      0,
    ),
  ]
}

async function jitteredLine({ name, fromMs, toMs }: Operation): Promise<string> {
  const random = seededRandom(7)
  let requests = 0
  let delayMs = 0
  for (let index = 0; index < JITTERED_WAITS; index += 1) {
    const waited = await pollForReal(
      name,
      fromMs + ((index + 0.5) / JITTERED_WAITS) * (toMs - fromMs),
      random,
    )
    requests += waited.requests / JITTERED_WAITS
    delayMs += waited.delayMs / JITTERED_WAITS
  }
  return `With jitter, by the action's own loop on a virtual clock: ${fixed(requests)} requests, ${fixed(delayMs / SECOND)} s (mean of ${JITTERED_WAITS} waits in the range).`
}

/** The action's own poll loop, on a clock of its own. */
async function pollForReal(
  schedule: Operation['name'],
  durationMs: number,
  random: () => number,
): Promise<Waited> {
  const clock = new VirtualClock()
  let requests = 0
  const look = async () => {
    requests += 1
    return clock.now() >= durationMs
      ? { state: 'done' as const, value: undefined }
      : { state: 'pending' as const }
  }
  const options = { schedule, began: 0, deadline: 3 * HOUR, first: 'after a gap' } as const
  await clock.run(poll(quietContext(clock, random), options, look))
  return { requests, delayMs: clock.now() - durationMs }
}
