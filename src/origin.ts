import type { RunOrigin } from './domain/origin.ts'

/** What the toolkit's context says of the run; fields are undefined where the runner did not set them. */
export interface RunnerContext {
  readonly workflow: string | undefined
  readonly runId: number
  readonly runAttempt: number
  readonly eventName: string | undefined
  readonly job: string | undefined
  readonly sha: string | undefined
  readonly serverUrl: string
}

/**
 * Where this run comes from.
 * @param variables of the runner: `GITHUB_REPOSITORY` (`owner/repo`), `GITHUB_WORKFLOW_REF`
 * (`owner/repo/.github/workflows/deploy.yml@refs/heads/main`), `GITHUB_ACTION_REPOSITORY` and `GITHUB_ACTION_REF`
 */
export function originOf(
  context: RunnerContext,
  variables: Readonly<Record<string, string | undefined>>,
): RunOrigin {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_WORKFLOW_REF: workflowRef = '' } = variables
  const workflowName = context.workflow ?? ''
  const path = workflowRef.replace(/@.*$/s, '')
  // A workflow that an organisation requires of many repositories has one ref in all of them: it would own the
  // snapshots of each in all the others. Such a one goes by the repository that it runs in.
  const isLocal = path.toLowerCase().startsWith(`${repository.toLowerCase()}/`)
  return {
    repository,
    workflow: isLocal ? path : `${repository}/${workflowName}`,
    workflowName,
    runId: whole(context.runId, '0'),
    attempt: Number.isSafeInteger(context.runAttempt) ? context.runAttempt : 1,
    event: context.eventName ?? '',
    job: context.job ?? '',
    sha: context.sha ?? '',
    serverUrl: context.serverUrl,
    action: actionOf(variables),
  }
}

const UNNAMED = 'OWNER/vps-snapshot-action@v1'

/**
 * The action as the workflow names it. In composite actions the runner may say another action's name, and of a local
 * one it says none; then it is for a person to fill in.
 */
function actionOf({
  GITHUB_ACTION_REPOSITORY: repository = '',
  GITHUB_ACTION_REF: ref = '',
}: Readonly<Record<string, string | undefined>>): string {
  const isOurs = /^[A-Za-z0-9-]+\/vps-snapshot-action$/.test(repository)
  return isOurs && /^[A-Za-z0-9._/-]+$/.test(ref) ? `${repository}@${ref}` : UNNAMED
}

function whole(value: number, otherwise: string): string {
  return Number.isSafeInteger(value) ? value.toString() : otherwise
}
