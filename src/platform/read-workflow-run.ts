import type { WorkflowRun } from '../domain/workflow-run.ts'
import { workflowPathOf } from '../policy/marker.ts'

type Variables = Readonly<Record<string, string | undefined>>

const UNNAMED_ACTION = 'OWNER/vps-snapshot-action@v1'

/**
 * Which workflow run this is, by the variables that the runner sets (`GITHUB_REPOSITORY`, `GITHUB_WORKFLOW_REF`,
 * `GITHUB_RUN_ID` and so on). What it does not set, as runners other than GitHub's do, is empty; a run id is then 0 and
 * an attempt 1. The event's file is not read.
 */
export function readWorkflowRun(variables: Variables): WorkflowRun {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_WORKFLOW: workflowName = '' } = variables
  const path = workflowPathOf(variables['GITHUB_WORKFLOW_REF'] ?? '')
  // A workflow that an organisation requires of many repositories has one ref in all of them: it would own the
  // snapshots of each in all the others. Such a one goes by the repository that it runs in.
  const isLocal = path.toLowerCase().startsWith(`${repository.toLowerCase()}/`)
  return {
    repository,
    actor: variables['GITHUB_ACTOR'] ?? '',
    isNestedInForeignRunner: isForeignRunner(variables) && (variables['GITHUB_ACTION_PATH'] ?? '') !== '',
    workflow: isLocal ? path : `${repository}/${workflowName}`,
    workflowName,
    runId: wholeNumber(variables['GITHUB_RUN_ID']) ?? '0',
    attempt: Number(wholeNumber(variables['GITHUB_RUN_ATTEMPT']) ?? 1),
    event: variables['GITHUB_EVENT_NAME'] ?? '',
    job: variables['GITHUB_JOB'] ?? '',
    sha: variables['GITHUB_SHA'] ?? '',
    serverUrl: variables['GITHUB_SERVER_URL'] || 'https://github.com',
    action: actionOf(variables),
  }
}

const FOREIGN_RUNNERS = ['ACT', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS']

/** Each of them says so in a variable of its own. */
function isForeignRunner(variables: Variables): boolean {
  return FOREIGN_RUNNERS.some(name => (variables[name] ?? '') !== '')
}

/**
 * The action as the workflow names it. In composite actions the runner may say another action's name, and of a local
 * one it says none; then it is for a person to fill in.
 */
function actionOf({
  GITHUB_ACTION_REPOSITORY: repository = '',
  GITHUB_ACTION_REF: ref = '',
}: Variables): string {
  const isOurs = /^[A-Za-z0-9-]+\/vps-snapshot-action$/.test(repository)
  return isOurs && /^[A-Za-z0-9._/-]+$/.test(ref) ? `${repository}@${ref}` : UNNAMED_ACTION
}

/** Its decimal digits, where it is a positive number that is exact. */
function wholeNumber(text: string | undefined): string | undefined {
  const isWhole = /^[1-9][0-9]*$/.test(text ?? '') && Number.isSafeInteger(Number(text))
  return isWhole ? text : undefined
}
