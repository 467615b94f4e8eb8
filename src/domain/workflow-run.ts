/** The workflow run that this process is a step of, as the runner describes it. */
export interface WorkflowRun {
  /** `owner/repo`. */
  readonly repository: string
  /**
   * The workflow file without its ref (`owner/repo/.github/workflows/deploy.yml`); where the runner gives none,
   * `owner/repo/` and the workflow's name. Not percent-encoded.
   */
  readonly workflow: string
  /** The workflow's display name. */
  readonly workflowName: string
  /** Decimal digits. */
  readonly runId: string
  /** From 1 upwards; a re-run has 2 or more. */
  readonly attempt: number
  /** The event that started the workflow, e.g. `push` or `schedule`. */
  readonly event: string
  readonly job: string
  readonly sha: string
  /** Who started the run. */
  readonly actor: string
  /**
   * The step is in a composite action on a runner that is not GitHub's (act, and those of Gitea and Forgejo): there it is
   * not told how the job ended, and is given inputs that are not its own.
   */
  readonly isNestedInForeignRunner: boolean
  /** `https://github.com` or the enterprise server's address. */
  readonly serverUrl: string
  /** How a workflow names this action in `uses:`, e.g. `octo/vps-snapshot-action@v1`. */
  readonly action: string
}
