import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../harness/index.ts'

/** A release as GitHub keeps it. */
export interface Release {
  readonly tagName: string
  readonly isDraft: boolean
}

/** What a step found and did: its exit code, what it printed, and every call of `gh` that would change something. */
export interface StepEnd {
  readonly code: number | null
  readonly output: string
  readonly changes: readonly string[]
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567'

// Answers what the release workflow asks GitHub's command line, from a file; writes down what it would change.
const GH = `#!/usr/bin/env node
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
const line = args.join(' ')
const world = JSON.parse(readFileSync('world.json', 'utf8'))
const tag = name => world.tags[name.replace(/^.*tags\\//, '')]
const change = () => appendFileSync('changes', line + '\\n')
if (line.startsWith('release list')) {
  for (const { tagName, isDraft } of world.releases) console.log(tagName + ' ' + isDraft)
} else if (line.startsWith('release ')) change()
else if (/^api \\S+\\/commits\\/tags\\//.test(line)) console.log(tag(args[1]))
else if (/^api \\S+\\/git\\/ref\\/tags\\//.test(line)) process.exitCode = tag(args[1]) === undefined ? 1 : 0
else {
  change()
  const ref = args.find(arg => /tags\\//.test(arg))
  world.tags[ref.replace(/^.*tags\\//, '')] = world.stuck ?? args.find(arg => arg.startsWith('sha=')).slice(4)
  writeFileSync('world.json', JSON.stringify(world))
}
`

interface World {
  readonly releases: readonly Release[]
  /** The commit of each tag. */
  readonly tags: Readonly<Record<string, string>>
  /** Where a tag is after it was moved, when it is not where it was sent. */
  readonly stuck?: string
}

/** Runs the scripts of a job of the release workflow, for a tag, in a checkout with these releases on GitHub. */
export function runJob(job: string, tag: string, world: World): StepEnd {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'release-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of ['CHANGELOG.md', 'action.yml', 'dist'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'gh'), GH)
  chmodSync(join(folder, 'gh'), 0o755)
  writeFileSync(join(folder, 'world.json'), JSON.stringify(world))
  writeFileSync(join(folder, 'changes'), '')
  const env = {
    PATH: [folder, process.env['PATH']].join(delimiter),
    GITHUB_REF_NAME: tag,
    GITHUB_SHA: COMMIT,
    GH_REPO: 'owner/action',
  }
  // As the runner starts it, by the workflow's default.
  const shell = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', scriptOf(job)]
  const { status, stdout, stderr } = spawnSync('bash', shell, { cwd: folder, env, encoding: 'utf8' })
  const changes = readFileSync(join(folder, 'changes'), 'utf8').split('\n').filter(Boolean)
  return { code: status, output: stdout + stderr, changes }
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>
}

function scriptOf(job: string): string {
  // actionlint holds the workflow to its form.
  const workflow: Workflow = parse(readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8'))
  return (workflow.jobs[job]?.steps ?? []).map(step => step.run ?? '').join('\n')
}
