import type { HttpTransport } from './http/http-transport.ts'
import type { NotifyEvent, Operation } from './inputs.ts'
import { PATIENCE, SHORT_PATIENCE } from './notify/attempts.ts'
import { notify, type Recipients } from './notify/notify.ts'
import { shouldNotify } from './notify/should-notify.ts'
import type { Tell } from './operations/main.ts'
import { reasonOf } from './present/reason.ts'
import { isGreen } from './present/status.ts'
import { notificationOf } from './present/to-notification.ts'
import { apiNow, type Context } from './run/context.ts'
import type { OperationRun } from './run/operation-run.ts'

/** Who else is to be told, and of what. */
export interface TellSettings {
  readonly operation: Operation
  readonly notifyUrl: URL | undefined
  readonly notifyOn: readonly NotifyEvent[]
  readonly githubToken?: string | undefined
  readonly isDryRun: boolean
}

interface TellDeps {
  readonly ctx: Context
  /** Never the one that carries the VPS.org token. */
  readonly transport: HttpTransport
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Tells a webhook and the pull request of the commit how a stage ended. A failure is a warning that changes nothing. */
export function createTell({ ctx, transport, env }: TellDeps, settings: TellSettings): Tell {
  return async run => {
    // A stage that is ended by a signal has no time to tell anybody.
    if (ctx.signal.aborted) return
    const { operation, isDryRun } = settings
    const restoreDue = isRestoreDue(run, isDryRun)
    const stage = run.operation === 'post' ? 'post' : 'main'
    const end = { stage, operation, isGreen: isGreen(run), restoreDue, dryRun: isDryRun } as const
    const event = shouldNotify(end, new Set(settings.notifyOn))
    const recipients = recipientsOf(event !== undefined, restoreDue)
    if (recipients.webhook === undefined && recipients.pullRequests === undefined) return
    const notification = notificationOf(run, {
      event: event ?? 'rollback',
      operation,
      origin: ctx.origin,
      now: ctx.clock.now(),
      apiNow: apiNow(ctx),
    })
    for (const warning of await notify(notification, recipients)) ctx.report.warn(warning)

    function recipientsOf(isTold: boolean, isRollback: boolean): Recipients {
      const isShort = stage === 'post' && run.jobStatus === 'cancelled'
      const base = { ...ctx, transport, patience: isShort ? SHORT_PATIENCE : PATIENCE }
      const { notifyUrl, githubToken } = settings
      const { repository, sha, runId } = ctx.origin
      const github = { repository, sha, runId, env, ref: env['GITHUB_REF'] ?? '' }
      const apiUrl = env['GITHUB_API_URL'] || 'https://api.github.com'
      return {
        webhook: isTold && notifyUrl !== undefined ? { ...base, url: notifyUrl } : undefined,
        pullRequests:
          isRollback && githubToken !== undefined
            ? { ...base, ...github, token: githubToken, apiUrl }
            : undefined,
      }
    }
  }
}

function isRestoreDue(run: OperationRun, isDryRun: boolean): boolean {
  // What would have undone the deploy of another run as well was not due after all: that it was not done is a failure.
  const isInterleaved = run.servers.some(server => reasonOf(server, run.cutOff) === 'interleaved')
  if (run.operation === 'post') return run.rollback === 'due' && !isInterleaved
  return run.operation === 'restore' && !isDryRun
}
