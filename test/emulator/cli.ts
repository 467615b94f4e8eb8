import { fstatSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { REFERENCE_SETUP } from './reference.ts'
import type { LoggedRequest } from './request-log.ts'
import { startEmulator } from './server.ts'
import { DEFAULT_SETTINGS, type ServerSpec, type SettingsChange, type WorldSetup } from './settings.ts'

const HELP = `Usage: npm run emulator -- [options]

Emulates the VPS.org API of snapshots, servers and the account on 127.0.0.1.

  --port <number>        port to listen on (default: any free one)
  --speed <number>       how many emulated milliseconds pass in a real one (default: 300, so that
                         a snapshot of five minutes takes a second)
  --start <date>         the emulated instant at the start, ISO 8601 (default: now)
  --token <token>        the token that is accepted (default: ${DEFAULT_SETTINGS.token})
  --permissions <list>   its permissions (default: ${DEFAULT_SETTINGS.permissions.join(',')})
  --servers <list>       servers as id=name,… (default: 12345=web-server-01)
  --snapshots <what>     "reference": the two snapshots of the published example (default: none)
  --ids <kind>           ids of new snapshots: integer or uuid (default: integer)
  --identifiers <kind>   how servers are known: both, number or uuid (default: both)
  --paging               the snapshot list has pages too
  --snapshot-time <ms>   emulated duration of a snapshot (default: ${DEFAULT_SETTINGS.timeline.snapshotMs})
  --restore-time <ms>    emulated duration of a restore (default: ${DEFAULT_SETTINGS.timeline.restoreMs})
  --restore-ends <word>  a server's status after a restore: active or stopped (default: active)
  --quiet                no line for each request
  --help

Ends with Ctrl-C or SIGTERM, and when a pipe that it reads from is closed.
`

const OPTIONS = {
  port: { type: 'string', default: '0' },
  speed: { type: 'string', default: '300' },
  start: { type: 'string' },
  token: { type: 'string', default: DEFAULT_SETTINGS.token },
  permissions: { type: 'string', default: DEFAULT_SETTINGS.permissions.join(',') },
  servers: { type: 'string', default: '12345=web-server-01' },
  snapshots: { type: 'string', default: 'none' },
  ids: { type: 'string', default: 'integer' },
  identifiers: { type: 'string', default: 'both' },
  paging: { type: 'boolean', default: false },
  'snapshot-time': { type: 'string', default: String(DEFAULT_SETTINGS.timeline.snapshotMs) },
  'restore-time': { type: 'string', default: String(DEFAULT_SETTINGS.timeline.restoreMs) },
  'restore-ends': { type: 'string', default: 'active' },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function readOptions(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values
}

type Options = ReturnType<typeof readOptions>

function numberOf(name: string, text: string, isGood: (value: number) => boolean): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || !isGood(value))
    throw new Error(`--${name} does not take "${text}"`)
  return value
}

function oneOf<T extends string>(name: string, text: string, words: readonly T[]): T {
  const word = words.find(known => known === text)
  if (word === undefined) throw new Error(`--${name} takes ${words.join(' or ')}, not "${text}"`)
  return word
}

function serversOf(list: string): readonly ServerSpec[] {
  return list.split(',').map(item => {
    const [, id, name] = /^([1-9][0-9]*|[0-9a-f-]{36})=(.+)$/i.exec(item.trim()) ?? []
    if (id === undefined || name === undefined) throw new Error(`--servers takes id=name,…, not "${item}"`)
    return { id: id.toLowerCase(), name }
  })
}

function settingsOf(options: Options): SettingsChange {
  const isDuration = (value: number) => value >= 0
  return {
    token: options.token,
    permissions: options.permissions.split(',').map(word => word.trim()),
    snapshotIds: oneOf('ids', options.ids, ['integer', 'uuid']),
    identifiers: oneOf('identifiers', options.identifiers, ['both', 'number', 'uuid']),
    snapshotPaging: options.paging,
    timeline: {
      snapshotMs: numberOf('snapshot-time', options['snapshot-time'], isDuration),
      restoreMs: numberOf('restore-time', options['restore-time'], isDuration),
      restoreEndsAs: oneOf('restore-ends', options['restore-ends'], ['active', 'stopped']),
    },
  }
}

function setupOf(options: Options): WorldSetup {
  const hasSnapshots = oneOf('snapshots', options.snapshots, ['none', 'reference']) === 'reference'
  const servers = serversOf(options.servers)
  if (hasSnapshots && !servers.some(({ id }) => id === '12345'))
    throw new Error('--snapshots reference needs server 12345')
  const snapshots = hasSnapshots ? (REFERENCE_SETUP.snapshots ?? []) : []
  return { settings: settingsOf(options), servers: [...servers], snapshots }
}

function startOf(text: string | undefined): { readonly startAt?: number } {
  if (text === undefined) return {}
  const startAt = Date.parse(text)
  if (Number.isNaN(startAt)) throw new Error(`--start does not take "${text}"`)
  return { startAt }
}

/** The interval that sees an operation's end about as often as the action would in real time. */
function pollInterval(speed: number): string {
  return `${Math.max(100, Math.round(15_000 / speed))}ms`
}

function lineOf({ at, method, path, status, fault }: LoggedRequest): string {
  const spoiled = fault === null ? '' : ` (fault: ${fault})`
  return `${new Date(at).toISOString()} ${method} ${path} ${status ?? '-'}${spoiled}`
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return void process.stdout.write(HELP)
  const speed = numberOf('speed', options.speed, value => value > 0)
  const emulator = await startEmulator({
    port: numberOf('port', options.port, value => Number.isInteger(value) && value >= 0 && value < 65_536),
    speed,
    setup: setupOf(options),
    ...startOf(options.start),
    ...(options.quiet ? {} : { onRequest: request => console.log(lineOf(request)) }),
  })
  console.log(`The emulated API listens; its time runs ${speed} times as fast. Point the action at it:

  api-url: ${emulator.apiUrl}
  api-token: ${options.token}
  poll-interval: ${pollInterval(speed)}

State: curl ${emulator.origin}/_emulator/state
`)
  const end = () => {
    emulator.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (isFedByPipe()) process.stdin.on('end', end).on('error', end).resume()
}

/** Whether somebody holds the other end of stdin: a job in the background reads from nothing, and goes on. */
function isFedByPipe(): boolean {
  try {
    const stdin = fstatSync(0)
    return stdin.isFIFO() || stdin.isSocket()
  } catch {
    return false
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
