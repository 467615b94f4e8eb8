import { oneLine } from '../report/sanitize.ts'
import type { CommentSettings } from './comment.ts'
import * as messages from './messages.ts'
import type { Notification } from './notification.ts'
import type { WebhookSettings } from './webhook.ts'

/** Who is to be told; absent where the inputs name nobody. */
export interface Recipients {
  /** By `notify-url`. */
  readonly webhook?: WebhookSettings | undefined
  /** By `github-token`, after a rollback only. */
  readonly pullRequests?: CommentSettings | undefined
}

/**
 * Tells everybody at the same time, so that two who do not answer cost no more than one. What it takes is loaded only
 * now: most runs tell nobody, and none should pay for that when it starts.
 * @returns a warning for each who was not told. Never rejects.
 */
export async function notify(
  notification: Notification,
  { webhook, pullRequests }: Recipients,
): Promise<readonly string[]> {
  const warnings = await Promise.all([
    webhook &&
      import('./webhook.ts')
        .then(({ sendWebhook }) => sendWebhook(notification, webhook))
        .catch(() => messages.webhookFailed(oneLine(webhook.url.host), messages.INTERNAL_ERROR)),
    pullRequests &&
      import('./comment.ts')
        .then(({ commentOnPullRequests }) => commentOnPullRequests(notification, pullRequests))
        .catch(() => messages.commentFailed(messages.INTERNAL_ERROR)),
  ])
  return warnings.filter(warning => warning !== undefined)
}
