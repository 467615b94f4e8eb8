import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Emulator } from '../emulator/server.ts'
import { DEFAULT_SETTINGS } from '../emulator/settings.ts'
import type { Command, Scenario } from './scenario.ts'

export const REPOSITORY = 'owner/shop'
/** What a deploy writes to each of its servers. */
export const DEPLOYED = 'version 2'

const COMMANDS: readonly Command[] = [
  ...(['build.sh', 'deploy.sh', 'smoke-test.sh'] as const),
  ...(['quiesce-database.sh', 'release-database.sh'] as const),
]

/** Makes the repository of a user: the workflow, and the commands that it calls. */
export function makeRepository(scenario: Scenario, root: string, folder: string, emulator: Emulator): void {
  const workflows = join(folder, '.github', 'workflows')
  mkdirSync(workflows, { recursive: true })
  // act 0.2.89 does not know the key, which GitHub has had since May 2026, and takes no workflow that has it.
  const text = readFileSync(join(root, scenario.workflow), 'utf8').replace(/^ *queue: max\n/gm, '')
  writeFileSync(join(workflows, basename(scenario.workflow)), text)
  for (const command of COMMANDS) {
    writeFileSync(join(folder, command), commandText(command, scenario, emulator))
    chmodSync(join(folder, command), 0o755)
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', `https://github.com/${REPOSITORY}.git`)
  git('add', '.')
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=All')
}

/** Says what it sees of the snapshots; a deploy writes the disks of its servers; fails if it must. */
function commandText(command: Command, scenario: Scenario, emulator: Emulator): string {
  const control = `${emulator.origin}/_emulator`
  const all = Object.keys(scenario.servers)
  const { fails } = scenario
  const failsFor = fails?.command !== command ? [] : fails.server === undefined ? all : [fails.server]
  return `#!/usr/bin/env node
const named = process.argv.slice(2)
const servers = named.length > 0 ? named : ${JSON.stringify(all)}
const failsFor = ${JSON.stringify(failsFor)}

async function main() {
  const { snapshots } = await (await fetch('${control}/state')).json()
  console.log('${command} sees these snapshots:', snapshots.map(({ status }) => status).join(', '))
  for (const id of ${command === 'deploy.sh' ? 'servers' : '[]'})
    await fetch('${control}/servers/' + id + '/disk', { method: 'PUT', body: '${DEPLOYED}' })
  if (servers.some(id => failsFor.includes(id))) throw new Error('${command} fails')
}

main().catch(({ message }) => {
  console.error(message)
  process.exitCode = 1
})
`
}

/** The files from which act takes variables and secrets, and an empty one for what it looks for of its own accord. */
export function writeRunnerFiles(
  scenario: Scenario,
  folder: string,
  emulator: Emulator,
  notifyUrl: string,
): void {
  const ids = Object.keys(scenario.servers)
  const variables = {
    VPS_SERVER_ID: ids[0] ?? '',
    VPS_SERVER_IDS: ids.join(', '),
    VPS_SERVER_IDS_JSON: JSON.stringify(ids),
    VPS_HEALTH_CHECK: `${emulator.origin}/_emulator/state`,
    VPS_DRILL_SERVER_ID: ids[0] ?? '',
    VPS_DRILL_HEALTH_CHECK: `${emulator.origin}/_emulator/state`,
  }
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(join(folder, 'variables'), lines.join(''))
  writeFileSync(join(folder, 'secrets'), `VPS_API_TOKEN=${DEFAULT_SETTINGS.token}\nNOTIFY_URL=${notifyUrl}\n`)
  writeFileSync(join(folder, 'nothing'), '')
}
