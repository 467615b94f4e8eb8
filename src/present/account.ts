import type { OperationRun } from '../run/operation-run.ts'
import {
  goesOn,
  isGood,
  isSkippedWithGroup,
  mayBeDown,
  type ServerRun,
  snapshotOf,
  type Task,
} from '../run/server-run.ts'
import type { Account } from './messages.ts'
import * as messages from './messages.ts'
import { statusOf } from './status.ts'

/** What went wrong for one server, and what state it is in; undefined where all is as asked. */
export function whatWentWrong(run: ServerRun): Account | undefined {
  const accounts = [accountOfTask(run), accountOfPower(run), accountOfHealth(run)].filter(
    account => account !== undefined,
  )
  const [first, ...others] = accounts
  if (first === undefined) return undefined
  const rest = others.flatMap(({ what, state }) => [what, state])
  return { what: first.what, state: joined([first.state, ...rest, ...freed(run)]) }
}

/** An account as one text. */
export function textOf({ what, state }: Account): string {
  return joined([what, state])
}

/** Sentences side by side, without those that are empty. */
export function joined(sentences: readonly string[]): string {
  return sentences.filter(sentence => sentence !== '').join(' ')
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
      return goal === 'clean up' ? undefined : messages.skipped(run, task.why)
    case 'requested':
      return messages.unanswered(run)
    case 'rejected':
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
      return messages.timedOut(run, task)
    case 'cancelled':
    case 'internal error':
      return messages.cutOff(run, task)
    case 'job cancelled':
      return messages.acceptedInCancelledJob(run, task)
    case 'unobservable':
      return messages.unobservable(task, task.problem)
  }
}

function accountOfPower(run: ServerRun): Account | undefined {
  const { power, task } = run
  if (power.state === 'start failed')
    return task.state === 'succeeded' && task.work === 'restore'
      ? messages.restoredNotStarted(run, power.problem)
      : power.problem
  return mayBeDown(run) ? messages.mayBeDown(run) : undefined
}

function accountOfHealth(run: ServerRun): Account | undefined {
  switch (run.health.state) {
    case 'failed':
      return messages.unhealthy(run, run.health.problem)
    case 'cut off':
      return messages.healthCheckCutOff(run)
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
  return [messages.deletedToFreeSlot(deleted.map(({ snapshot }) => snapshot))]
}

/** How many servers of a group stand how. */
export function tallyOf(servers: readonly ServerRun[]): messages.Tally {
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
  return joined([...shown, others.length === 0 ? '' : messages.furtherFailed(others)])
}

function failureText(server: ServerRun): string {
  const account = whatWentWrong(server)
  return account === undefined ? '' : messages.serverFailed(server, account)
}

/** The failures for which the verdict has only a name. */
export function furtherFailures({ operation, servers }: OperationRun): readonly string[] {
  // What is still restoring has failed in nothing.
  const isRestore = operation === 'restore' || operation === 'post'
  return servers
    .filter(server => !isGood(server) && !isSkippedWithGroup(server))
    .filter(server => !isRestore || !goesOn(server))
    .slice(FAILURES)
    .map(failureText)
    .filter(text => text !== '')
}
