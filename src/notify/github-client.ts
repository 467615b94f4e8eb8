import { NO_TIME_LEFT } from './messages.ts'
import type { HttpFailure, HttpRequest, HttpTransport } from './transport.ts'

/** A call of GitHub's REST API by route (`GET /repos/{owner}/{repo}`); rejects for every answer but a good one. */
export type GitHubRequest = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<{ readonly data: unknown }>

/** A request to GitHub that got no answer, or one that sends it elsewhere. */
export class GitHubUnanswered extends Error {
  override readonly name = 'GitHubUnanswered'
  readonly failure: HttpFailure | 'redirect'
  constructor(failure: HttpFailure | 'redirect') {
    super('no answer')
    this.failure = failure
  }
}

export interface GitHubClientSettings {
  /** GitHub's own token; it goes to `apiUrl` alone. */
  readonly token: string
  /** `GITHUB_API_URL`: `https://api.github.com`, or an enterprise server's. */
  readonly apiUrl: string
  /**
   * The process's environment. The toolkit reads the event's file when it is loaded, and throws where that is broken;
   * nothing of it is needed here, so its variable is hidden meanwhile.
   */
  readonly env: Record<string, string | undefined>
  readonly transport: HttpTransport
  /** Milliseconds that the next request may take. */
  readonly timeLeft: () => number
  readonly signal?: AbortSignal | undefined
}

/** Loads Octokit, which no other part of the action pays for, and has it talk through our own transport. */
export async function openGitHub(settings: GitHubClientSettings): Promise<GitHubRequest> {
  const { GitHub, getOctokitOptions } = await withoutEvent(
    settings.env,
    () => import('@actions/github/lib/utils'),
  )
  // Octokit would print what an answer's headers say of deprecation.
  const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const octokit = new GitHub(
    getOctokitOptions(settings.token, {
      baseUrl: settings.apiUrl.replace(/\/+$/, ''),
      userAgent: 'vps-snapshot-action',
      log: silent,
      request: { fetch: fetchThrough(settings), log: silent },
    }),
  )
  return (route, parameters) => octokit.request(route, parameters)
}

function ignore(): void {}

async function withoutEvent<T>(env: Record<string, string | undefined>, load: () => Promise<T>): Promise<T> {
  const path = env['GITHUB_EVENT_PATH']
  delete env['GITHUB_EVENT_PATH']
  try {
    return await load()
  } finally {
    if (path !== undefined) env['GITHUB_EVENT_PATH'] = path
  }
}

interface FetchOptions {
  readonly method: HttpRequest['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** The part of `fetch` that Octokit uses, over the port. */
function fetchThrough({
  transport,
  timeLeft,
  signal,
}: GitHubClientSettings): (url: string, options: FetchOptions) => Promise<Response> {
  return async (url, { method, headers, body }) => {
    const timeoutMs = timeLeft()
    if (timeoutMs === 0) throw new GitHubUnanswered({ kind: 'timeout', reason: NO_TIME_LEFT })
    const result = await transport.send(
      { method, url: new URL(url), headers, ...(body === undefined ? {} : { body }) },
      { timeoutMs, ...(signal === undefined ? {} : { signal }) },
    )
    if (!result.ok) throw new GitHubUnanswered(result.failure)
    const { answer } = result
    if (answer.status >= 300 && answer.status < 400) throw new GitHubUnanswered('redirect')
    // A response without content may not be given any.
    const hasContent = answer.status !== 204 && answer.status !== 205
    return new Response(hasContent ? answer.body : null, { status: answer.status, headers: answer.headers })
  }
}
