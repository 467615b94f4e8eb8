import type { TestContext } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/server.ts'
import {
  DEFAULT_SETTINGS,
  type ServerSpec,
  type SnapshotSpec,
  type WorldSetup,
} from '../emulator/settings.ts'
import { formatTranscript, type RunOptions, type Transcript } from '../harness/index.ts'

/** Ten servers, web-01 to web-10. */
export const FLEET: readonly string[] = Array.from({ length: 10 }, (_, index) => String(50_001 + index))

// No other number in a transcript looks like the id of a new snapshot.
const FIRST_NEW = 700_001
const SPEED = 600
const MINUTE = 60_000

/** The servers of the fleet; `special` says what is different about one of them. */
export function fleetServers(special: Readonly<Record<string, Partial<ServerSpec>>> = {}): ServerSpec[] {
  return FLEET.map((id, index) => ({
    ...{ id, name: `web-${String(index + 1).padStart(2, '0')}` },
    ...special[id],
  }))
}

/** A completed snapshot of each server of the fleet, 801 to 810, in its order. */
export function fleetSnapshots(
  special: Readonly<Record<string, Partial<SnapshotSpec>>> = {},
): SnapshotSpec[] {
  return FLEET.map((server, index) => ({
    ...{ id: String(801 + index), server, name: 'before-release', description: 'By hand', sizeMb: 5_120 },
    ...{ createdAt: daysAgo(2), disk: 'content of before' },
    ...special[server],
  }))
}

/** The snapshots' ids of `fleetSnapshots`. */
export const FLEET_SNAPSHOTS: readonly string[] = FLEET.map((_, index) => String(801 + index))

/** An instant in the form of the API. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 24 * 60 * MINUTE).toISOString()
}

/** Starts the emulated API for a test, in time-lapse: five minutes take half a second. */
export async function startFleet(
  context: TestContext,
  setup: WorldSetup,
  options: EmulatorOptions = {},
): Promise<Emulator> {
  const emulator = await startEmulator({
    ...options,
    setup: { nextSnapshotId: String(FIRST_NEW), ...setup },
    speed: SPEED,
  })
  context.onTestFinished(() => emulator.close())
  return emulator
}

/** What every step against the emulated API is given. */
export function stepFor(
  emulator: Emulator,
  inputs: Readonly<Record<string, string>>,
  options: RunOptions = {},
): RunOptions {
  return {
    shares: true,
    ...options,
    requests: () => emulator.log.all,
    with: {
      'api-url': emulator.apiUrl,
      'api-token': DEFAULT_SETTINGS.token,
      'poll-interval': '100ms',
      ...inputs,
    },
  }
}

/**
 * The transcript as a text in which nothing depends on which of several servers came first: a new snapshot is called
 * by its server; requests that change something and lines up to the conclusion are sorted; of those that read there is one
 * of each kind, without ids, since how often a fleet is polled, and how much of it, is a matter of time.
 */
export function fleetText(transcript: Transcript, emulator: Emulator): string {
  const name = newNames(emulator)
  const renamed: Transcript = JSON.parse(name(JSON.stringify(transcript)))
  const text = formatTranscript({
    ...renamed,
    log: sortGroups(renamed.log),
    requests: [...readKinds(renamed), ...changes(renamed)],
    state: Object.fromEntries(Object.entries(renamed.state).sort(byText(([key]) => naturally(key)))),
  })
  return text
}

function newNames(emulator: Emulator): (text: string) => string {
  const created = emulator.world.events.filter(event => event.kind === 'snapshot-created')
  return text =>
    created.reduce(
      (rest, { snapshot = '', server }) =>
        rest.replaceAll(new RegExp(`(?<![0-9])${snapshot}(?![0-9])`, 'g'), `<new of ${server}>`),
      text,
    )
}

function readKinds({ requests }: Transcript): Transcript['requests'] {
  // What was on its way when the time was over, or the cancel came, has no answer; whether anything was is chance.
  const reads = requests.filter(request => request.method === 'GET' && request.status != null)
  const kinds = reads.map(({ path, status }) => ({
    method: 'GET',
    path: path.replace(/\?.*/, '?<query>').replace(/\/(\d+|<new of \d+>)\//g, '/<id>/'),
    status: status ?? null,
  }))
  const unique = new Map(kinds.map(kind => [`${kind.path} ${kind.status}`, kind]))
  return [...unique.values()].sort(byText(({ path, status }) => `${path} ${status}`))
}

function changes({ requests }: Transcript): Transcript['requests'] {
  return requests
    .filter(request => request.method !== 'GET')
    .sort(byText(({ path, body }) => `${path} ${String(body)}`))
}

/** Sorts the lines of each group, and of each stretch between groups, up to the conclusion. */
function sortGroups(log: readonly string[]): readonly string[] {
  const error = log.findIndex(line => line.startsWith('##[error]'))
  const end = error >= 0 ? error : log.length - 1
  const sorted: string[] = []
  let stretch: string[] = []
  for (const line of log.slice(0, end)) {
    if (line.startsWith('##[')) {
      sorted.push(...sortStretch(stretch), line)
      stretch = []
    } else stretch.push(line)
  }
  return [...sorted, ...sortStretch(stretch), ...log.slice(end)]
}

/** The rows of a table have an order of their own. */
function sortStretch(lines: readonly string[]): readonly string[] {
  const isRow = (line: string): boolean => /\S {2,}\S/.test(line)
  return [...lines.filter(line => !isRow(line)).sort(byText(serverFirst)), ...lines.filter(isRow)]
}

/** Lines about one server stand together. */
function serverFirst(line: string): string {
  return `${/web-\d+/.exec(line)?.[0] ?? ''} ${line}`
}

function naturally(key: string): string {
  return key.replace(/\d+/, digits => digits.padStart(4, '0'))
}

function byText<T>(text: (item: T) => string): (one: T, other: T) => number {
  return (one, other) => (text(one) < text(other) ? -1 : text(one) > text(other) ? 1 : 0)
}
