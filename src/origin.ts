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
 * @param repository `GITHUB_REPOSITORY`: `owner/repo`
 * @param workflowRef `GITHUB_WORKFLOW_REF`: `owner/repo/.github/workflows/deploy.yml@refs/heads/main`
 */
export function originOf(context: RunnerContext, repository: string, workflowRef: string): RunOrigin {
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
  }
}

function whole(value: number, otherwise: string): string {
  return Number.isSafeInteger(value) ? value.toString() : otherwise
}
