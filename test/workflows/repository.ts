import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Emulator } from '../emulator/server.ts'
import { DEFAULT_SETTINGS } from '../emulator/settings.ts'
import { recipe } from './recipe.ts'
import { BUILD_MINUTES, type Command, fileNameOf, type Scenario } from './scenario.ts'

export const REPOSITORY = 'owner/shop'
export const ACTION = 'OWNER/vps-snapshot-action@v1'
/** `github.token` of every workflow. */
export const GITHUB_TOKEN = 'ghs_workflows'
/** What a deploy writes to each of its servers. */
export const DEPLOYED = 'version 2'

const COMMANDS: readonly Command[] = [
  ...(['build.sh', 'deploy.sh', 'smoke-test.sh'] as const),
  ...(['quiesce-database.sh', 'release-database.sh'] as const),
]

/**
 * Makes the repository of a user: the workflow, and the commands that it calls.
 * @returns the commit that is deployed
 */
export function makeRepository(scenario: Scenario, root: string, folder: string, emulator: Emulator): string {
  const workflows = join(folder, '.github', 'workflows')
  mkdirSync(workflows, { recursive: true })
  writeFileSync(join(workflows, fileNameOf(scenario)), workflowText(scenario, root, emulator))
  for (const command of COMMANDS) {
    writeFileSync(join(folder, command), commandText(command, scenario, emulator))
    chmodSync(join(folder, command), 0o755)
  }
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', `https://github.com/${REPOSITORY}.git`)
  git('add', '.')
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=All')
  return git('rev-parse', 'HEAD').toString().trim()
}

function workflowText({ workflow }: Scenario, root: string, emulator: Emulator): string {
  const [path = '', anchor] = workflow.split('#')
  const text = readFileSync(join(root, path), 'utf8')
  // act 0.2.89 does not know the key, which GitHub has had since May 2026, and takes no workflow that has it.
  if (anchor === undefined) return text.replace(/^ *queue: max\n/gm, '')
  // What a page has a reader start by hand is here under another address.
  return recipe(text, anchor)
    .replaceAll('http://127.0.0.1:8099', emulator.origin)
    .replaceAll('vps_emulated', DEFAULT_SETTINGS.token)
    .replaceAll('uses: ./\n', `uses: ${ACTION}\n`)
}

/** Says what it sees of the snapshots; a deploy writes the disks of its servers; fails if it must. */
function commandText(command: Command, scenario: Scenario, emulator: Emulator): string {
  const control = `${emulator.origin}/_emulator`
  const all = Object.keys(scenario.servers)
  const { fails, minutesToDeploy } = scenario
  const takesTime = command === 'build.sh' && minutesToDeploy !== undefined
  const advance = { method: 'POST', body: JSON.stringify({ ms: BUILD_MINUTES * 60_000 }) }
  const failsFor = fails?.command !== command ? [] : fails.server === undefined ? all : [fails.server]
  return `#!/usr/bin/env node
const named = process.argv.slice(2)
const servers = named.length > 0 ? named : ${JSON.stringify(all)}
const failsFor = ${JSON.stringify(failsFor)}

async function main() {
  const { snapshots } = await (await fetch('${control}/state')).json()
  console.log('${command} sees these snapshots:', snapshots.map(({ status }) => status).join(', '))
  if (${takesTime}) await fetch('${control}/advance', ${JSON.stringify(advance)})
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
  const secrets = {
    VPS_API_TOKEN: DEFAULT_SETTINGS.token,
    NOTIFY_URL: notifyUrl,
    GITHUB_TOKEN,
  }
  writeFileSync(
    join(folder, 'secrets'),
    Object.entries(secrets)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  writeFileSync(join(folder, 'nothing'), '')
}
