import { snapshotIdOf } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import {
  goesOn,
  hasNoTrace,
  isGood,
  isSkippedWithGroup,
  mayBeDown,
  type ServerRun,
  snapshotOf,
  type Task,
  type Work,
  wasNeverSeen,
} from '../run/server-run.ts'
import { type Account, joined, NEVER_SEEN_RESTORING } from './messages/phrases.ts'
import type { Tally } from './messages/results.ts'
import * as trouble from './messages/server-trouble.ts'
import { statusOf } from './status.ts'

/** What went wrong for one server, and what state it is in; undefined where all is as asked. */
export function whatWentWrong(run: ServerRun): Account | undefined {
  const accounts = [accountOfTask(run), accountOfPower(run), accountOfHealth(run)].filter(
    account => account !== undefined,
  )
  const [first, ...others] = accounts
  if (first === undefined) return undefined
  const rest = others.flatMap(({ what, state }) => [what, state])
  return {
    what: first.what,
    state: joined([first.state, wasNeverSeen(run) ? NEVER_SEEN_RESTORING : '', ...rest, ...freed(run)]),
  }
}

/** An account as one text. */
export function textOf({ what, state }: Account): string {
  return joined([what, state])
}

function accountOfTask(run: ServerRun): Account | undefined {
  const { task, goal } = run
  switch (task.state) {
    case 'pending':
    case 'planned':
    case 'running':
    case 'succeeded':
      return undefined
    case 'skipped':
      return goal === 'clean up' ? undefined : trouble.skipped(run, task.why)
    case 'requested':
      return trouble.unanswered(run, task.toDelete)
    case 'rejected':
      return isStopUnclear(run) ? trouble.mayHaveStopped(run, task.problem) : task.problem
    case 'ambiguous':
    case 'failed':
      return task.problem
    case 'left running':
      return accountOfLeft(run, task)
  }
}

function accountOfLeft(run: ServerRun, task: Extract<Task, { state: 'left running' }>): Account | undefined {
  switch (task.why) {
    case 'not awaited':
      return undefined
    case 'timed out':
      return trouble.timedOut(run, task)
    case 'cancelled':
    case 'internal error':
      return trouble.cutOff(run, task)
    case 'job cancelled':
      return trouble.acceptedInCancelledJob(run, task)
    case 'unobservable':
      return trouble.unobservable(task, task.problem)
  }
}

/** It could not be stopped, as far as anybody could see, nor was it seen running again. */
function isStopUnclear(run: ServerRun): boolean {
  const { task } = run
  return task.state === 'rejected' && task.problem.reason === 'stop-failed' && mayBeDown(run)
}

function accountOfPower(run: ServerRun): Account | undefined {
  const { power, task } = run
  if (isStopUnclear(run)) return undefined
  if (power.state === 'start failed')
    return task.state === 'succeeded' && task.work === 'restore'
      ? trouble.restoredNotStarted(run, power.problem)
      : power.problem
  return mayBeDown(run) ? trouble.mayBeDown(run) : undefined
}

function accountOfHealth(run: ServerRun): Account | undefined {
  switch (run.health.state) {
    case 'failed':
      return trouble.unhealthy(run, run.health.problem)
    case 'cut off':
      return trouble.healthCheckCutOff(run)
    case 'not checked':
    case 'checking':
    case 'passed':
      return undefined
  }
}

/** What was deleted for a snapshot that then was not taken must be said. */
function freed(run: ServerRun): readonly string[] {
  const deleted = run.deletions.filter(({ by, end }) => by === 'when-full' && end === 'deleted')
  if (deleted.length === 0 || (run.task.state === 'succeeded' && snapshotOf(run) !== undefined)) return []
  return [trouble.deletedToFreeSlot(deleted.map(({ snapshot }) => snapshot))]
}

/** How many servers of a group stand how. */
export function tallyOf(servers: readonly ServerRun[]): Tally {
  const count = (is: (server: ServerRun) => boolean): number => servers.filter(is).length
  const skipped = count(({ task }) => task.state === 'skipped')
  return {
    all: servers.length,
    done: count(({ task }) => task.state === 'succeeded'),
    underWay: count(({ task }) => task.state === 'left running'),
    unknown: count(server => statusOf(server) === 'unknown'),
    failed: count(server => statusOf(server) === 'failed') - skipped,
    skipped,
    troubled: count(server => server.task.state === 'succeeded' && !isGood(server)),
  }
}

// The table has every one; the verdict is to be read in ten seconds.
const FAILURES = 3

/** What went wrong, the first few servers with their accounts. */
export function failuresText(servers: readonly ServerRun[]): string {
  const shown = servers.slice(0, FAILURES).map(server => failureText(server))
  const others = servers.slice(FAILURES)
  return joined([...shown, others.length === 0 ? '' : trouble.furtherFailed(others)])
}

function failureText(server: ServerRun): string {
  const account = whatWentWrong(server)
  if (account === undefined) return ''
  const { task } = server
  const isNamed = !('problem' in task && task.problem.isUnnamed === true)
  return trouble.serverFailed(server, account, isNamed)
}

/** What is wrong with some servers of a group: what several have in common, and then the first few others. */
export function groupTexts(servers: readonly ServerRun[]): readonly string[] {
  return [...toldTogether(servers), failuresText(ownFailures(servers))]
}

/** What is not told of all of them at once. */
function ownFailures(servers: readonly ServerRun[]): readonly ServerRun[] {
  return servers.filter(
    server => !isGood(server) && !isSkippedWithGroup(server) && !isQuietlyLeft(server) && !isNotBegun(server),
  )
}

/** It goes on at VPS.org, and there is nothing more to say about it. */
function isQuietlyLeft(server: ServerRun): boolean {
  const { task } = server
  if (task.state !== 'left running' || !goesOn(server)) return false
  if (task.work === 'possible restore') return false
  return task.why !== 'unobservable' && (task.why !== 'timed out' || task.lastFailure === undefined)
}

/** Its turn had not come when the end was asked for. */
function isNotBegun(server: ServerRun): boolean {
  const { task } = server
  return task.state === 'skipped' && task.why === 'cancelled' && hasNoTrace(server)
}

/** What goes on, and what was not begun. */
function toldTogether(servers: readonly ServerRun[]): readonly string[] {
  const leftWith = (work: Work): readonly ServerRun[] =>
    servers.filter(server => isQuietlyLeft(server) && 'work' in server.task && server.task.work === work)
  const notBegun = servers.filter(isNotBegun)
  const deletions = leftWith('deletion').map(snapshotIdOf)
  return [
    leftWith('snapshot').length > 0 ? trouble.SNAPSHOTS_CONTINUE : '',
    leftWith('restore').length > 0 ? trouble.RESTORES_CONTINUE : '',
    deletions.length > 0 ? trouble.deletionsAccepted(deletions) : '',
    notBegun.length > 0 ? trouble.skippedUnchanged(notBegun) : '',
  ]
}

/** The failures for which the verdict has only a name. */
export function furtherFailures({ servers }: OperationRun): readonly string[] {
  return ownFailures(servers)
    .slice(FAILURES)
    .map(failureText)
    .filter(text => text !== '')
}
