import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { parseDocument } from 'yaml'
import { startReceiver } from '../emulator/receiver.ts'
import { type Emulator, startEmulator } from '../emulator/server.ts'
import type { WorldReport } from '../emulator/world-types.ts'
import { makeRepository, REPOSITORY, writeRunnerFiles } from './repository.ts'
import type { Outcome, Scenario } from './scenario.ts'

/** A snapshot of five minutes takes half a second. */
const SPEED = 600
const POLL_INTERVAL = '100ms'
const TIME_LIMIT_MS = 120_000
const DAY_MS = 24 * 60 * 60_000

const ACTION = 'OWNER/vps-snapshot-action@v1'

export interface Tools {
  /** The path of `act`. */
  readonly act: string
  /** This repository. */
  readonly root: string
}

/** Runs a scenario's workflow in a repository of its own, against a world of its own. */
export async function play(scenario: Scenario, tools: Tools): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'test-workflows-ü-'))
  const emulator = await startEmulator({ speed: SPEED, setup: scenario.world })
  const receiver = await startReceiver()
  try {
    copyAction(tools.root, join(folder, 'action'), emulator)
    makeRepository(scenario, tools.root, join(folder, 'repository'), emulator)
    writeRunnerFiles(scenario, folder, emulator, `${receiver.origin}/`)
    for (const act of scenario.beforehand ?? []) emulator.world.act(act)
    const { code, log } = await runAct(scenario, tools, folder)
    // What was begun and not awaited ends, so that the events do not depend on when one looks.
    emulator.advance(DAY_MS)
    const told = receiver.log.all.map(({ body }) => body)
    return { run: code === 0 ? 'green' : 'red', servers: serversOf(emulator.world.report()), log, told }
  } finally {
    await receiver.close()
    await emulator.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The action as it is published, but for two defaults, so that the workflows themselves run unchanged. */
function copyAction(root: string, target: string, emulator: Emulator): void {
  cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true })
  const manifest = parseDocument(readFileSync(join(root, 'action.yml'), 'utf8'))
  manifest.setIn(['inputs', 'api-url', 'default'], emulator.apiUrl)
  manifest.setIn(['inputs', 'poll-interval', 'default'], POLL_INTERVAL)
  writeFileSync(join(target, 'action.yml'), manifest.toString())
}

function actArguments(scenario: Scenario, folder: string): readonly string[] {
  const workflow = `.github/workflows/${basename(scenario.workflow)}`
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
    '--no-cache-server',
  ]
}

function runAct(scenario: Scenario, tools: Tools, folder: string): Promise<{ code: number; log: string }> {
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
    const act = spawn(tools.act, actArguments(scenario, folder), {
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
