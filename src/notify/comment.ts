import * as v from 'valibot'
import { parseRetryAfter } from '../http/rate-limit.ts'
import { oneLine } from '../report/sanitize.ts'
import { attempt, failureOutcome, isTransientStatus, type Outcome, type Timing } from './attempts.ts'
import { commentBody, commentMarker } from './comment-body.ts'
import { type GitHubClientSettings, GitHubUnanswered, openGitHub } from './github-client.ts'
import * as messages from './messages.ts'
import type { Notification } from './notification.ts'
import { type Commit, findPullRequests, GitHubUnreadable, writeComment } from './pull-requests.ts'

export interface CommentSettings
  extends Timing,
    Commit,
    Pick<GitHubClientSettings, 'token' | 'apiUrl' | 'env' | 'transport'> {
  /** `GITHUB_RUN_ID`. */
  readonly runId: string
}

/**
 * Comments on the pull requests of the commit whose deploy was rolled back; a comment that an earlier attempt or stage
 * of the same run made is updated. Where there is no pull request, there is no comment.
 * @returns the one warning to give, undefined where there is nothing to say. Never rejects.
 */
export async function commentOnPullRequests(
  notification: Notification,
  settings: CommentSettings,
): Promise<string | undefined> {
  const marker = commentMarker(settings.runId, notification)
  const comment = { marker, body: commentBody(marker, notification) }
  // A try begins with a look, so that a comment whose answer was lost is found and not doubled.
  const outcome = await attempt(settings, timeLeft => writeAll(comment, settings, timeLeft)).catch(
    (): Outcome => CANCELLED,
  )
  return outcome.ok ? undefined : messages.commentFailed(outcome.reason)
}

/** One pull request may be locked or gone; the others still get their comment, unless GitHub asks for a pause. */
async function writeAll(
  comment: { readonly marker: string; readonly body: string },
  settings: CommentSettings,
  timeLeft: () => number,
): Promise<Outcome> {
  const attempted = async (act: () => Promise<void>): Promise<Outcome> => {
    try {
      await act()
      return { ok: true }
    } catch (error) {
      return settings.signal?.aborted === true ? CANCELLED : outcomeOf(error, settings.clock.now())
    }
  }
  const writes: (() => Promise<void>)[] = []
  let worst = await attempted(async () => {
    const request = await openGitHub({ ...settings, timeLeft })
    for (const pullRequest of await findPullRequests(request, settings))
      writes.push(() => writeComment(request, settings, pullRequest, comment))
  })
  for (const write of writes) {
    const outcome = await attempted(write)
    if (!outcome.ok && outcome.isTransient) return outcome
    if (worst.ok) worst = outcome
  }
  return worst
}

const CANCELLED = permanent(messages.CANCELLED)
// Octokit wraps what its fetch throws.
const WITHOUT_ANSWER = v.object({ cause: v.instance(GitHubUnanswered) })
// An answer that is no good one, as Octokit throws it; what GitHub says in one is an object with a message.
const HTTP_ERROR = v.object({
  status: v.number(),
  response: v.object({ headers: v.record(v.string(), v.string()), data: v.unknown() }),
})
const GITHUB_ERROR = v.object({ message: v.string() })

function outcomeOf(error: unknown, now: number): Outcome {
  if (v.is(WITHOUT_ANSWER, error)) return unanswered(error.cause)
  if (error instanceof GitHubUnreadable) return fromBetween(200)
  const parsed = v.safeParse(HTTP_ERROR, error)
  if (!parsed.success) return permanent(messages.github.unusable)
  const { status, response } = parsed.output
  const { headers, data } = response
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now) ?? rateLimitWait(headers, now)
  // GitHub counts both of its limits with 403 as well as with 429: docs.github.com, "Rate limits for the REST API".
  const isLimited = status === 429 || (status === 403 && retryAfterMs !== undefined)
  if (isLimited) return transient(messages.github.limited(status), retryAfterMs)
  if (isTransientStatus(status)) return transient(messages.github.answered(status), retryAfterMs)
  if (!v.is(GITHUB_ERROR, data)) return fromBetween(status)
  return permanent(messages.github.refused[status] ?? messages.github.answered(status))
}

function unanswered({ failure }: GitHubUnanswered): Outcome {
  if (failure === 'redirect') return permanent(messages.github.redirects)
  return failureOutcome(failure, messages.github.unanswered(oneLine(failure.reason)))
}

/** A challenge page, a gateway: it says nothing of the token's permissions, and may be gone in a moment. */
function fromBetween(status: number): Outcome {
  return transient(messages.github.fromBetween(status))
}

function transient(reason: string, retryAfterMs?: number): Outcome {
  return { ok: false, reason, isTransient: true, retryAfterMs }
}

function permanent(reason: string): Outcome {
  return { ok: false, reason, isTransient: false }
}

/** Milliseconds until an exhausted limit is renewed; `x-ratelimit-reset` is in seconds since the epoch. */
function rateLimitWait(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  if (headers['x-ratelimit-remaining'] !== '0') return undefined
  const reset = Number(headers['x-ratelimit-reset'])
  return Number.isNaN(reset) ? 0 : Math.max(0, reset * 1_000 - now)
}
