import type { Notification, NotificationEvent } from './notification.ts'

/** How a stage ended, as far as `notify-on` looks at it. */
export interface StageEnd {
  readonly stage: 'main' | 'post'
  readonly operation: Notification['operation']
  readonly isGreen: boolean
  /** Whether a restore was sent or was due, by `restore-on` or by `operation: restore`, whatever came of it. */
  readonly restoreDue: boolean
  readonly dryRun: boolean
}

// A green list changed nothing, and a green restore is a rollback.
const TELLS_SUCCESS: ReadonlySet<Notification['operation']> = new Set(['create', 'delete', 'wait'])

/**
 * The event that this stage tells of, undefined where it tells nothing. A rollback that failed is told as a rollback,
 * and as a failure to those who asked for failures alone. The success of a step is told by its main stage only: a green
 * post stage that restored nothing adds nothing to it.
 */
export function shouldNotify(
  end: StageEnd,
  notifyOn: ReadonlySet<NotificationEvent>,
): NotificationEvent | undefined {
  return eventsOf(end).find(event => notifyOn.has(event))
}

function eventsOf(end: StageEnd): readonly NotificationEvent[] {
  const isSuccess = end.isGreen && end.stage === 'main' && !end.dryRun && TELLS_SUCCESS.has(end.operation)
  return [
    ...(end.restoreDue ? ['rollback' as const] : []),
    ...(end.isGreen ? [] : ['failure' as const]),
    ...(isSuccess ? ['success' as const] : []),
  ]
}
