/** Where this run of the action comes from: the workflow run that the runner describes to the process. */
export interface RunOrigin {
  /** `owner/repo`. */
  readonly repository: string
  /**
   * The workflow's own ref without `@…` (`owner/repo/.github/workflows/deploy.yml`); where the runner gives none,
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
  /** `https://github.com` or the enterprise server's address. */
  readonly serverUrl: string
  /** How a workflow names this action in `uses:`, e.g. `octo/vps-snapshot-action@v1`. */
  readonly action: string
}
