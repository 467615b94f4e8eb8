/** What is said of telling others: the two warnings, and why; and what a message says besides the verdict itself. */

// ---- warnings

export function webhookFailed(host: string, reason: string): string {
  return `The notification to ${host} was not delivered: ${reason}.`
}

export function commentFailed(reason: string): string {
  return `The pull request comment was not written: ${reason}.`
}

// ---- why, to end such a warning

export const INTERNAL_ERROR = 'internal error'
export const CANCELLED = 'the step was cancelled'
export const NOT_SENT = 'it could not be sent'
export const REQUEST_FAILED = 'the request failed'
export const NO_TIME_LEFT = 'no time left'
export const UNEXPECTED_RESPONSE = 'unexpected response'

export const webhook = {
  redirects: (status: number) =>
    `it answered with a redirect (${status}), which is not followed; set notify-url to the final address`,
  limited: (status: number) => `it accepts no more messages for now (${status})`,
  answered: (status: number) => `it answered ${status}`,
  refused: (status: number) => `it answered ${status}; check notify-url`,
} as const

const PERMISSION = 'give the job the permissions "contents: read" and "pull-requests: write"'

export const github = {
  /** By the status that GitHub answers. */
  refused: {
    401: 'GitHub rejected github-token (401)',
    403: `github-token lacks a permission (403); ${PERMISSION}`,
    404: `github-token cannot see the repository, the commit or the pull request (404); ${PERMISSION}`,
    422: 'GitHub does not know the commit or does not accept the comment (422)',
  } as Readonly<Record<number, string>>,
  answered: (status: number) => `GitHub answered ${status}`,
  limited: (status: number) => `GitHub's rate limit is reached (${status})`,
  redirects:
    'GitHub answered with a redirect, which is not followed; check whether the repository was renamed',
  unanswered: (reason: string) => `GitHub did not answer (${reason})`,
  fromBetween: (status: number) =>
    `something other than GitHub answered (${status}); check GITHUB_API_URL and the proxy`,
  unusable: 'Octokit could not be used; check GITHUB_API_URL and the proxy variables',
} as const

// ---- in a message

export const VIEW_RUN = 'View the workflow run'

export const COLUMNS = ['Server', 'Snapshot', 'Taken', 'Result', 'Changes lost since'] as const

export function moreLines(count: number): string {
  return `… and ${count} more ${count === 1 ? 'line' : 'lines'} in the log.`
}

export function moreServers(count: number): string {
  return `… and ${count} more ${count === 1 ? 'server' : 'servers'}.`
}
