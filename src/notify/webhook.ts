import { parseRetryAfter } from '../http/rate-limit.ts'
import { oneLine } from '../report/sanitize.ts'
import { attempt, failureOutcome, isTransientStatus, type Outcome, type Timing } from './attempts.ts'
import * as messages from './messages.ts'
import type { Notification } from './notification.ts'
import { notificationBody, receiverAt } from './shapes.ts'
import type { HttpFailure, HttpResult, HttpTransport } from './transport.ts'

export interface WebhookSettings extends Timing {
  /** `notify-url`: https, or http to a loopback address; a secret beyond its host. */
  readonly url: URL
  readonly transport: HttpTransport
}

/**
 * Posts a notification to `notify-url`, in the shape that its host takes. No redirect is followed.
 * @returns the warning to give, which names nothing of the address but its host; undefined where it was taken. Never
 * rejects.
 */
export async function sendWebhook(
  notification: Notification,
  settings: WebhookSettings,
): Promise<string | undefined> {
  const { url, transport, clock, signal } = settings
  const host = oneLine(url.host)
  const warning = (reason: string): string => messages.webhookFailed(host, reason)
  try {
    const request = {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'vps-snapshot-action' },
      body: notificationBody(receiverAt(url), notification),
    } as const
    const outcome = await attempt(settings, async timeLeft => {
      const options = { timeoutMs: timeLeft(), ...(signal === undefined ? {} : { signal }) }
      return outcomeOf(await transport.send(request, options), url, clock.now())
    })
    return outcome.ok ? undefined : warning(outcome.reason)
  } catch {
    // An aborted signal, or a mistake of ours; its words could hold the address.
    return warning(signal?.aborted === true ? messages.CANCELLED : messages.NOT_SENT)
  }
}

function outcomeOf(result: HttpResult, url: URL, now: number): Outcome {
  if (!result.ok) return failureOutcome(result.failure, wordsFor(result.failure, url))
  const { status, headers } = result.answer
  if (status >= 200 && status < 300) return { ok: true }
  const retryAfterMs = parseRetryAfter(headers['retry-after'], now)
  return { ok: false, reason: reasonFor(status), isTransient: isTransientStatus(status), retryAfterMs }
}

function reasonFor(status: number): string {
  if (status >= 300 && status < 400) return messages.webhook.redirects(status)
  if (status === 429) return messages.webhook.limited(status)
  return isTransientStatus(status) ? messages.webhook.answered(status) : messages.webhook.refused(status)
}

/** The transport's own words, where they hold nothing of the address but the host. */
function wordsFor({ reason }: HttpFailure, url: URL): string {
  const words = oneLine(reason)
  const secrets = `${url.pathname}${url.search}${url.hash}`.split(/[/?&=#]/).filter(part => part !== '')
  const isClean = secrets.every(part => !words.includes(part) && !words.includes(decoded(part)))
  return isClean && words !== '' ? words : messages.REQUEST_FAILED
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
