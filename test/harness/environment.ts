import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readManifest } from './manifest.ts'

/** The workflow run that the runner describes. */
export interface GithubRun {
  readonly repository: string
  /** The workflow's display name. */
  readonly workflow: string
  /** Empty: the runner gives none. */
  readonly workflowRef: string
  readonly runId: string
  readonly attempt: number
  readonly event: string
  readonly payload: object
  readonly job: string
  readonly sha: string
}

export const GITHUB_RUN: GithubRun = {
  repository: 'owner/shop',
  workflow: 'Deploy',
  workflowRef: 'owner/shop/.github/workflows/deploy.yml@refs/heads/main',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  payload: {},
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
}

export type Environment = Readonly<Record<string, string>>

/** The files through which an action talks back, each by the end of its variable's name. */
export const RUNNER_FILES = ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'] as const
export type RunnerFile = (typeof RUNNER_FILES)[number]

/** Makes the folder in which a step finds its files and its workspace. */
export function prepareFolder(folder: string, run: GithubRun): void {
  mkdirSync(join(folder, 'workspace'))
  for (const file of RUNNER_FILES) writeFileSync(join(folder, file), '')
  writeFileSync(join(folder, 'event.json'), JSON.stringify(run.payload))
}

/** What the runner tells every step, in an environment that has nothing of the developer's but PATH and HOME. */
export function runnerEnvironment(folder: string, run: GithubRun): Environment {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTION_REPOSITORY: 'owner/vps-snapshot-action',
    ...Object.fromEntries(RUNNER_FILES.map(file => [`GITHUB_${file}`, join(folder, file)])),
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_EVENT_NAME: run.event,
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_JOB: run.job,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: run.repository,
    GITHUB_RUN_ATTEMPT: String(run.attempt),
    GITHUB_RUN_ID: run.runId,
    GITHUB_RUN_NUMBER: '7',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: run.sha,
    GITHUB_WORKFLOW: run.workflow,
    GITHUB_WORKFLOW_REF: run.workflowRef,
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'harness',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folder,
  }
}

const JOB_STATUS = '${{ job.status }}'

export type Texts = Readonly<Record<string, string>>

/** `INPUT_*` for a step's `with:`; what it does not name has the default of action.yml, an empty text stays empty. */
export function inputEnvironment(given: Texts, jobStatus: string): Environment {
  const { inputs } = readManifest()
  const undeclared = Object.keys(given).filter(name => !(name in inputs))
  if (undeclared.length > 0) throw new Error(`not an input of action.yml: ${undeclared.join(', ')}`)
  const values = Object.entries(inputs).map(([name, input]) => {
    const usual = (input.default ?? '').replace(JOB_STATUS, jobStatus)
    return [inputVariable(name), given[name] ?? usual]
  })
  return Object.fromEntries(values)
}

/** The variable in which the runner hands over an input: upper case, hyphens kept. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}
