import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '../test/emulator/server.ts'
import { DEFAULT_SETTINGS } from '../test/emulator/settings.ts'
import { VirtualClock } from '../test/emulator/virtual-clock.ts'
import { createVirtualWire } from '../test/emulator/virtual-wire.ts'
import { World } from '../test/emulator/world.ts'
import { runAction } from '../test/harness/index.ts'
import { countRequests, type FleetRequests, pollLimit } from './fleet-requests.ts'
import { accountOf, oneProcessEach, PAGE_SIZE, SERVERS, serverIds } from './fleet-world.ts'
import { atMost, fixed, formatTable, type Goal, median } from './goals.ts'
import { seededRandom } from './random.ts'
import { runVirtually } from './virtual.ts'

const SIZES = [1, 10, 100, 1_000]
/** In the account once the fleet has its new ones. */
const LISTED = 5 * SERVERS
const LATENCY = 50
const SECOND = 1_000
// In time-lapse a minute is a second, and the least that the account is asked is what 15 s are then.
const SPEED = 60
const INTERVAL = '250ms'
const MEMORY_LIMIT_MIB = 512
const KIBIBYTES_PER_MEBIBYTE = 1024
const PROBE = join(import.meta.dirname, 'subjects', 'peak-memory.cjs')

interface Fleet extends FleetRequests {
  readonly servers: number
  /** From the last end to its notice, in the account's time. Milliseconds. */
  readonly delayMs: number
  /** KiB; undefined where the process was this one. */
  readonly peakMemory?: number
}

type MeasuredFleet = Required<Fleet>

/** What a create of many servers costs: requests, delay, memory. */
export async function fleets(): Promise<readonly Goal[]> {
  console.log(`\nAn account of ${SERVERS} servers and ${LISTED} snapshots, ${PAGE_SIZE} on a page.`)
  console.log(`Snapshots take 3 to 10 minutes; an answer on the virtual clock takes ${LATENCY} ms.\n`)
  const virtual: Fleet[] = []
  for (const size of SIZES) virtual.push(await runOnVirtualClock(size))
  const real: MeasuredFleet[] = []
  for (const size of SIZES) real.push(await runInTimeLapse(size))
  console.log(formatTable(HEAD, [...virtual.map(rowOf('virtual clock')), ...real.map(rowOf('time-lapse'))]))
  console.log(
    `\nOne process a server, with a fixed 15 s poll (simulated; memory from the process of one server)\n`,
  )
  console.log(formatTable(RIVAL_HEAD, SIZES.map(rivalRow(real[0]?.peakMemory ?? 0))))
  return goalsOf(virtual, real)
}

const HEAD = [
  'fleet',
  'servers',
  'requests a poll',
  'at most',
  'polls',
  'requests in all',
  'delay (s)',
  'peak (MiB)',
]
const RIVAL_HEAD = ['', 'servers', 'requests in all', 'delay (s)', 'peak (MiB)']

function rowOf(label: string): (fleet: Fleet) => string[] {
  return ({ servers, polls, all, delayMs, peakMemory }) => [
    label,
    String(servers),
    `${median(polls)} (most ${Math.max(...polls)})`,
    String(pollLimit(LISTED, servers, PAGE_SIZE)),
    String(polls.length),
    String(all),
    fixed(delayMs / SECOND),
    peakMemory === undefined ? '' : mebibytes(peakMemory),
  ]
}

function rivalRow(memoryOfOne: number): (servers: number) => string[] {
  return servers => {
    const { requests, delayMs } = oneProcessEach(servers)
    return [
      'one process each',
      String(servers),
      String(requests),
      fixed(delayMs / SECOND),
      mebibytes(servers * memoryOfOne),
    ]
  }
}

function mebibytes(kibibytes: number): string {
  return fixed(kibibytes / KIBIBYTES_PER_MEBIBYTE, 0)
}

function goalsOf(virtual: readonly Fleet[], real: readonly MeasuredFleet[]): Goal[] {
  const polls = [
    ...virtual.map(fleet => ({ fleet, where: 'virtual clock' })),
    ...real.map(fleet => ({ fleet, where: 'time-lapse' })),
  ].map(({ fleet, where }) =>
    atMost(
      `${fleet.servers} servers, ${where}: most requests a poll`,
      Math.max(...fleet.polls),
      pollLimit(LISTED, fleet.servers, PAGE_SIZE),
      0,
    ),
  )
  const peak = (real.at(-1)?.peakMemory ?? Number.POSITIVE_INFINITY) / KIBIBYTES_PER_MEBIBYTE
  return [...polls, atMost('peak memory at 1,000 servers (MiB)', peak, MEMORY_LIMIT_MIB, 0)]
}

function inputsOf(size: number): Readonly<Record<string, string>> {
  return {
    operation: 'create',
    'api-token': DEFAULT_SETTINGS.token,
    'server-id': serverIds(size).join(','),
    'max-parallel': String(Math.max(10, Math.min(100, size))),
  }
}

async function runOnVirtualClock(size: number): Promise<Fleet> {
  const clock = new VirtualClock(Date.parse('2025-01-16T16:15:00Z'))
  const world = new World(() => clock.now(), accountOf(size))
  const wire = createVirtualWire({ world, clock, latencyMs: LATENCY })
  const good = await runVirtually(inputsOf(size), { clock, wire, random: seededRandom(11) })
  if (!good) throw new Error(`the create of ${size} servers failed`)
  return { servers: size, ...countRequests(wire.log.all), delayMs: clock.now() - lastEndIn(world) }
}

async function runInTimeLapse(size: number): Promise<MeasuredFleet> {
  const emulator = await startEmulator({ setup: accountOf(size), speed: SPEED })
  const folder = mkdtempSync(join(tmpdir(), 'bench-fleet-'))
  try {
    const memoryFile = join(folder, 'peak')
    const transcript = await runAction({
      with: { ...inputsOf(size), 'api-url': emulator.apiUrl, 'poll-interval': INTERVAL },
      env: {
        NODE_OPTIONS: `--require=${JSON.stringify(PROBE)}`,
        BENCH_MEMORY_FILE: memoryFile,
      },
      hangsAfterMs: 300_000,
    })
    if (transcript.exitCode !== 0)
      throw new Error(`the create of ${size} servers failed:\n${transcript.log.slice(-5).join('\n')}`)
    return { servers: size, ...measured(emulator), peakMemory: Number(readFileSync(memoryFile, 'utf8')) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await emulator.close()
  }
}

/** The last poll is the one that notices the last end; its first request stands for the poll. */
function measured({ log, world }: Emulator): FleetRequests & { readonly delayMs: number } {
  const noticed = log.all.at(-1)?.at ?? Number.NaN
  return { ...countRequests(log.all), delayMs: noticed - lastEndIn(world) }
}

function lastEndIn(world: World): number {
  return world.events.findLast(event => event.kind === 'snapshot-completed')?.at ?? Number.NaN
}
