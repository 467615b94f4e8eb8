import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'
import { makeCertificate } from '../emulator/certificate.ts'
import { startGithub } from '../emulator/github.ts'
import { startProxy } from '../emulator/proxy.ts'
import { startReceiver } from '../emulator/receiver.ts'
import { type Emulator, startEmulator } from '../emulator/server.ts'
import type { WorldReport } from '../emulator/world-types.ts'
import { ACTION, GITHUB_TOKEN, makeRepository, REPOSITORY, writeRunnerFiles } from './repository.ts'
import { fileNameOf, type Outcome, type Scenario, type Told } from './scenario.ts'

/** A snapshot of five minutes takes half a second. */
const SPEED = 600
const POLL_INTERVAL = '100ms'
const TIME_LIMIT_MS = 120_000
const MINUTE_MS = 60_000
/** Where minutes are counted, a look at a snapshot that is being taken comes so long after the one before it. */
const LOOK_MS = MINUTE_MS / 2
const DAY_MS = 24 * 60 * 60_000

/** The pull request of the commit that is deployed. */
const PULL = 7

export interface Tools {
  /** The path of `act`. */
  readonly act: string
  /** This repository. */
  readonly root: string
}

/** Runs a scenario's workflow in a repository of its own, against a world of its own. */
export async function play(scenario: Scenario, tools: Tools): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'test-workflows-ü-'))
  const startAt = Date.now()
  const emulator = await startWorld(scenario, startAt)
  const sha = makeRepository(scenario, tools.root, join(folder, 'repository'), emulator)
  const listeners = await startListeners(scenario, folder, sha)
  try {
    copyAction(tools.root, join(folder, 'action'), emulator)
    writeRunnerFiles(scenario, folder, emulator, listeners.notifyUrl)
    for (const act of scenario.beforehand ?? []) emulator.world.act(act)
    const { code, log } = await runAct(scenario, tools, folder, listeners.env)
    // What was begun and not awaited ends, so that the events do not depend on when one looks.
    emulator.advance(DAY_MS)
    const report = emulator.world.report()
    const deployedAt = report.events.find(({ kind }) => kind === 'disk')?.at
    const counts = scenario.minutesToDeploy !== undefined && deployedAt !== undefined
    return {
      ...{ run: code === 0 ? 'green' : 'red', servers: serversOf(report), log, told: listeners.told() },
      minutesToDeploy: counts ? (deployedAt - startAt) / MINUTE_MS : undefined,
    }
  } finally {
    await listeners.close()
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** In time-lapse; where minutes are counted, by a clock that does not depend on the machine. */
async function startWorld({ world: setup, minutesToDeploy }: Scenario, startAt: number): Promise<Emulator> {
  if (minutesToDeploy === undefined) return startEmulator({ speed: SPEED, setup, startAt })
  const emulator = await startEmulator({
    ...{ setup, startAt },
    realNow: () => 0,
    onRequest: ({ method }) => {
      const { snapshots } = emulator.world.report()
      if (method === 'GET' && snapshots.some(({ status }) => status === 'in_progress'))
        emulator.advance(LOOK_MS)
    },
  })
  return emulator
}

/** Whoever the action tells about things: a webhook, which can be that of a chat, and GitHub. */
interface Listeners {
  readonly notifyUrl: string
  /** What the runner sets for the steps. */
  readonly env: Readonly<Record<string, string>>
  told(): Told
  close(): Promise<void>
}

async function startListeners(scenario: Scenario, folder: string, sha: string): Promise<Listeners> {
  const github = await startGithub({ repository: REPOSITORY, token: GITHUB_TOKEN, pulls: { [sha]: [PULL] } })
  const { chat } = scenario
  const tls = chat === undefined ? {} : { tls: makeCertificate(new Date(), [new URL(chat).hostname]) }
  const receiver = await startReceiver(tls)
  const proxy = await startProxy({ route: () => ({ host: '127.0.0.1', port: receiver.port }) })
  const authority = join(folder, 'authority.pem')
  writeFileSync(authority, tls.tls?.cert ?? '')
  const toChat = { HTTPS_PROXY: proxy.origin, NODE_EXTRA_CA_CERTS: authority }
  return {
    notifyUrl: chat ?? `${receiver.origin}/`,
    env: { GITHUB_API_URL: github.origin, ...(chat === undefined ? {} : toChat) },
    told: () => ({
      webhook: receiver.log.all.map(({ body }) => JSON.parse(stable(body))),
      comments: github.comments.map(({ issue, author, body }) => ({ issue, author, body: stable(body) })),
    }),
    close: async () => {
      await Promise.all([github.close(), receiver.close(), proxy.close()])
    },
  }
}

/** Without what depends on the day, on the machine's speed, and on a port. */
function stable(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replaceAll(/(?:\d{4}-\d\d-\d\d )?\d\d:\d\d UTC/g, '<time>')
    .replaceAll(/\b\d+ (?:second|minute|hour|day)s?\b/g, '<age>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
}

/** The action as it is published, but for two defaults, so that the workflows themselves run unchanged. */
function copyAction(root: string, target: string, emulator: Emulator): void {
  cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true })
  const manifest = parseDocument(readFileSync(join(root, 'action.yml'), 'utf8'))
  manifest.setIn(['inputs', 'api-url', 'default'], emulator.apiUrl)
  manifest.setIn(['inputs', 'poll-interval', 'default'], POLL_INTERVAL)
  writeFileSync(join(target, 'action.yml'), manifest.toString())
}

function actArguments(
  scenario: Scenario,
  folder: string,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const workflow = `.github/workflows/${fileNameOf(scenario)}`
  const form = Object.entries(scenario.form ?? {}).flatMap(([name, value]) => ['--input', `${name}=${value}`])
  return [
    scenario.event,
    ...['--workflows', workflow, '--no-recurse', ...form],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--local-repository', `${ACTION}=${join(folder, 'action')}`],
    ...['--var-file', join(folder, 'variables'), '--secret-file', join(folder, 'secrets')],
    ...['--env-file', join(folder, 'nothing'), '--input-file', join(folder, 'nothing')],
    // What a runner sets and act does not.
    ...['--env', `GITHUB_WORKFLOW_REF=${REPOSITORY}/${workflow}@refs/heads/main`],
    ...['--env', 'GITHUB_RUN_ID=9876543210'],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--no-cache-server',
  ]
}

function runAct(
  scenario: Scenario,
  tools: Tools,
  folder: string,
  stepEnv: Readonly<Record<string, string>>,
): Promise<{ code: number; log: string }> {
  const home = join(folder, 'home')
  mkdirSync(home)
  // Nothing of this machine's environment, a proxy least of all; the Node that runs this is the one that act finds.
  const env = {
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
  }
  return new Promise((resolve, reject) => {
    const cwd = join(folder, 'repository')
    const act = spawn(tools.act, actArguments(scenario, folder, stepEnv), {
      ...{ cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIME_LIMIT_MS },
    })
    const chunks: Buffer[] = []
    act.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    act.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    act.on('error', reject)
    act.on('close', code => resolve({ code: code ?? 1, log: Buffer.concat(chunks).toString('utf8') }))
  })
}

function serversOf(report: WorldReport): Outcome['servers'] {
  const about = (id: string) => ({
    events: report.events.filter(event => event.server === id).map(({ kind }) => kind),
    snapshots: report.snapshots
      .filter(snapshot => snapshot.server === id)
      .map(({ status, disk }) => (status === 'completed' ? disk : status)),
  })
  return Object.fromEntries(
    report.servers.map(({ id, disk, running }) => [id, { disk, isRunning: running, ...about(id) }]),
  )
}
