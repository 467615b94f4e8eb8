import * as v from 'valibot'
import type { GitHubRequest } from './github-client.ts'
import { UNEXPECTED_RESPONSE } from './messages.ts'

/** Where comments go. */
export interface Commit {
  /** `owner/repo`. */
  readonly repository: string
  readonly sha: string
  /** `GITHUB_REF`; `refs/pull/7/merge` names the pull request whose merge commit `sha` is. */
  readonly ref: string
}

/** GitHub answered well, and not with what it documents: something in between, as a rule. */
export class GitHubUnreadable extends Error {
  override readonly name = 'GitHubUnreadable'
}

const PULL_REQUEST_LIMIT = 3
const PAGE_SIZE = 100
/** Comments beyond these are not looked at: a pull request that has more gets a new one. */
const PAGE_LIMIT = 10

const PULLS = v.array(
  v.object({ number: v.number(), state: v.string(), merged_at: v.optional(v.nullable(v.string()), null) }),
)
const COMMENTS = v.array(
  v.object({
    id: v.number(),
    body: v.optional(v.nullable(v.string()), null),
    user: v.optional(v.nullable(v.object({ type: v.optional(v.string(), '') })), null),
    author_association: v.optional(v.string(), ''),
  }),
)
type IssueComment = v.InferOutput<typeof COMMENTS>[number]

/**
 * The numbers of the pull requests that a commit belongs to, open or merged, three at most. An abandoned one has
 * nothing to do with what was deployed.
 */
export async function findPullRequests(request: GitHubRequest, commit: Commit): Promise<readonly number[]> {
  const own = /^refs\/pull\/([1-9][0-9]*)\//.exec(commit.ref)
  if (own !== null) return [Number(own[1])]
  const { data } = await request('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', {
    ...address(commit),
    commit_sha: commit.sha,
  })
  const pulls = read(PULLS, data).filter(pull => pull.state === 'open' || pull.merged_at !== null)
  return pulls.slice(0, PULL_REQUEST_LIMIT).map(pull => pull.number)
}

/** Writes a comment that begins with `marker`, in the place of the one that does already. */
export async function writeComment(
  request: GitHubRequest,
  commit: Commit,
  pullRequest: number,
  comment: { readonly marker: string; readonly body: string },
): Promise<void> {
  const { marker, body } = comment
  const existing = await findComment(request, commit, pullRequest, marker)
  if (existing === undefined)
    await request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...address(commit),
      issue_number: pullRequest,
      body,
    })
  else
    await request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...address(commit),
      comment_id: existing,
      body,
    })
}

async function findComment(
  request: GitHubRequest,
  commit: Commit,
  pullRequest: number,
  marker: string,
): Promise<number | undefined> {
  for (let page = 1; page <= PAGE_LIMIT; page += 1) {
    const { data } = await request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...address(commit),
      issue_number: pullRequest,
      per_page: PAGE_SIZE,
      page,
    })
    const comments = read(COMMENTS, data)
    const own = comments.find(comment => comment.body?.startsWith(marker) && mayBeOurs(comment))
    if (own !== undefined) return own.id
    if (comments.length < PAGE_SIZE) return undefined
  }
  return undefined
}

const OUTSIDERS = new Set(['NONE', 'CONTRIBUTOR', 'FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR', 'MANNEQUIN'])

/** Whoever reads a run's page can copy its marker; a stranger who did would otherwise own what we say from then on. */
function mayBeOurs({ user, author_association }: IssueComment): boolean {
  return user?.type === 'Bot' || !OUTSIDERS.has(author_association)
}

function address({ repository }: Commit): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/')
  return { owner, repo }
}

function read<T>(schema: v.GenericSchema<unknown, T>, data: unknown): T {
  const parsed = v.safeParse(schema, data)
  if (!parsed.success) throw new GitHubUnreadable(UNEXPECTED_RESPONSE)
  return parsed.output
}
