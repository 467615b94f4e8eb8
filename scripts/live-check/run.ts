import { parseArgs } from 'node:util'
import type { Clock } from '../../src/domain/clock.ts'
import { parseServerId } from '../../src/domain/ids.ts'
import type { HttpTransport } from '../../src/http/http-transport.ts'
import { parseDuration } from '../../src/policy/durations.ts'
import { rawApi } from './api.ts'
import { renderReport } from './findings.ts'
import { mutatingChecks } from './mutating.ts'
import { readOnlyChecks } from './read-only.ts'

export const HELP = `Checks what this project assumes of the VPS.org API against the live service.

  VPS_API_TOKEN=… npm run live-check -- --server ID [flags]

Without flags nothing is changed. Each step that changes something has its own flag:

  --power      stops the server and starts it again
  --create     takes a snapshot of the server, after one request that must be refused
  --restore    OVERWRITES the server with that snapshot (needs --create and --i-can-lose ID)
  --delete     deletes that snapshot (needs --create)

  --i-can-lose ID    the server's id once more, before anything that stops or overwrites it
  --api-url URL      default: https://admin.vps.org/api/v1
  --interval TIME    between two looks, default 10s
  --patience TIME    after which a wait is given up, default 45m
  --help

The report goes to standard output: Markdown to paste into an issue. It holds shapes, words and times; no token, no
address, no name.`

/** What a run of the check needs from outside. */
export interface Surroundings {
  readonly args: readonly string[]
  readonly token: string
  readonly wire: HttpTransport
  readonly clock: Clock
  readonly print: (text: string) => void
  /** For progress, apart from the report. */
  readonly say: (line: string) => void
}

type Settings = NonNullable<ReturnType<typeof read>>

/** Runs the check. The exit code: 0 all as assumed or not checked, 1 something is otherwise, 2 it was called wrongly. */
export async function liveCheck(around: Surroundings): Promise<number> {
  const settings = read(around)
  if (settings === undefined) return 2
  if (settings.help) {
    around.print(HELP)
    return 0
  }
  const problem = refuse(settings, around.token)
  if (problem !== undefined) {
    around.say(`${problem} See --help.`)
    return 2
  }
  return check(around, settings)
}

function read(around: Surroundings) {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string', default: '' } as const
  try {
    const { values } = parseArgs({
      args: [...around.args],
      options: {
        help: flag,
        power: flag,
        create: flag,
        restore: flag,
        delete: flag,
        server: text,
        'i-can-lose': text,
        'api-url': { type: 'string', default: 'https://admin.vps.org/api/v1' },
        interval: { type: 'string', default: '10s' },
        patience: { type: 'string', default: '45m' },
      },
    })
    return values
  } catch (error) {
    around.say(`${error instanceof Error ? error.message : 'The options cannot be read.'} See --help.`)
    return undefined
  }
}

/** Why nothing is done: every guard, before the first request. */
function refuse(settings: Settings, token: string): string | undefined {
  if (token.trim() === '')
    return 'The token is taken from the environment variable VPS_API_TOKEN, which is empty.'
  if (parseServerId(settings.server) === undefined)
    return '--server takes the id of the server: digits or a UUID.'
  if ((settings.restore || settings.delete) && !settings.create)
    return '--restore and --delete act on the snapshot that --create makes, and on no other.'
  if ((settings.restore || settings.power) && settings['i-can-lose'] !== settings.server)
    return `--restore and --power need --i-can-lose ${settings.server}: the server is stopped or overwritten.`
  const url = URL.parse(settings['api-url'])
  if (url === null || !isSafe(url)) return '--api-url takes an https address (http only for this machine).'
  if (parseDuration(settings.interval) === undefined || parseDuration(settings.patience) === undefined)
    return '--interval and --patience take durations such as 10s or 45m.'
  return undefined
}

function isSafe(url: URL): boolean {
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
  )
}

async function check(around: Surroundings, settings: Settings): Promise<number> {
  const api = rawApi(around.wire, new URL(settings['api-url']), around.token.trim())
  const { power, create, restore } = settings
  around.say('Reading; nothing is changed.')
  const found = [...(await readOnlyChecks(api, settings.server))]
  const bench = {
    api,
    clock: around.clock,
    server: settings.server,
    say: around.say,
    interval: parseDuration(settings.interval) ?? 0,
    patience: parseDuration(settings.patience) ?? 0,
  }
  found.push(...(await mutatingChecks(bench, { power, create, restore, delete: settings.delete })))
  around.print(
    renderReport(found, `Live check of ${new Date(around.clock.now()).toISOString().slice(0, 10)}`),
  )
  return found.some(item => item.verdict === 'otherwise') ? 1 : 0
}
