import type { WorkflowRun } from '../domain/workflow-run.ts'
import type { Operation } from '../inputs.ts'
import type { Notification, NotificationEvent, NotifiedServer } from '../notify/notification.ts'
import { createdAtOf } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isGood, type ServerRun, snapshotOf, type Task } from '../run/server-run.ts'
import { textOf, whatWentWrong } from './account.ts'
import * as jobEnd from './messages/job-end.ts'
import { overallReason, reasonOf } from './reason.ts'
import { runUrl } from './snapshot-cells.ts'
import { overallStatus, statusOf } from './status.ts'
import { stepsToCopy } from './steps-to-copy.ts'
import { verdictOf } from './verdict.ts'

interface Told {
  readonly event: NotificationEvent
  readonly operation: Operation
  readonly origin: WorkflowRun
  /** In clock milliseconds. */
  readonly now: number
  /** By the API's clock, in milliseconds: ages are told by it. */
  readonly apiNow: number
}

/** What others are told of a stage: the same verdict as everywhere. */
export function notificationOf(
  run: OperationRun,
  { event, operation, origin, now, apiNow }: Told,
): Notification {
  const verdict = verdictOf(run, apiNow)
  const [step] = stepsToCopy(run, origin)
  return {
    event,
    operation,
    status: overallStatus(run),
    reason: overallReason(run) ?? '',
    repository: origin.repository,
    workflow: origin.workflowName,
    run_url: runUrl(origin, { repository: origin.repository, run: origin.runId }),
    job: origin.job,
    actor: origin.actor,
    started_at: instant(run.began),
    finished_at: instant(now),
    servers: run.servers.map(server => serverOf(server, run.cutOff)),
    headline: verdict.headline,
    lines: linesOf(run, verdict.state, origin),
    way_out: verdict.next,
    command: verdict.isGreen ? undefined : step?.command,
  }
}

function linesOf(
  { servers, operation }: OperationRun,
  state: string,
  origin: WorkflowRun,
): readonly string[] {
  const bad = servers.length > 1 ? servers.filter(server => !isGood(server)).flatMap(accountLine) : []
  const isByHand = origin.event === 'workflow_dispatch' && operation === 'restore' && origin.actor !== ''
  return [...(state === '' ? [] : [state]), ...bad, ...(isByHand ? [jobEnd.startedBy(origin.actor)] : [])]
}

function accountLine(server: ServerRun): readonly string[] {
  const account = whatWentWrong(server)
  return account === undefined ? [] : [textOf(account)]
}

function serverOf(run: ServerRun, cutOff: OperationRun['cutOff']): NotifiedServer {
  const snapshot = snapshotOf(run)
  return {
    id: run.server.id,
    name: run.server.name,
    status: statusOf(run),
    reason: reasonOf(run, cutOff) ?? '',
    snapshot:
      snapshot === undefined
        ? null
        : { id: snapshot.id, name: snapshot.name, created_at: snapshot.createdAt, size_mb: snapshot.sizeMb },
    lost_since: lostSince(run),
  }
}

/** Changes after this instant are gone once a restore was accepted. */
function lostSince(run: ServerRun): string | null {
  const created = createdAtOf(run)
  return isOverwritten(run.task) && created !== undefined ? instant(created) : null
}

function isOverwritten(task: Task): boolean {
  switch (task.state) {
    case 'running':
    case 'left running':
    case 'succeeded':
      return task.work === 'restore'
    case 'pending':
    case 'planned':
    case 'skipped':
    case 'rejected':
    case 'requested':
    case 'ambiguous':
    case 'failed':
      return false
  }
}

function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}
