import type { Tone } from '../report/summary-markup.ts'
import { snapshotIdOf } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isAccepted, isGood, isSkippedWithGroup, type ServerRun, snapshotOf } from '../run/server-run.ts'
import { failuresText, joined, tallyOf, whatWentWrong } from './account.ts'
import { endOfJobAccount } from './end-of-job.ts'
import type { Account } from './messages.ts'
import * as messages from './messages.ts'
import { renderNextSteps } from './next-steps.ts'
import { restoredAccount } from './restored.ts'
import { goodCount, isGreen, statusOf } from './status.ts'

/** What a stage has to say: the same for the log, the annotation, the summary and the notification. Raw texts. */
export interface Verdict {
  readonly isGreen: boolean
  readonly tone: Tone
  /** What happened, in one line. */
  readonly headline: string
  /** What state things are in now; may be empty. */
  readonly state: string
  /** The way out; undefined where none is needed. */
  readonly next: string | undefined
}

/** The verdict of a stage. `now` by the API's clock, in milliseconds: ages are told by it. */
export function verdictOf(run: OperationRun, now: number): Verdict {
  const account = withCutOff(run, accountOf(run, now))
  return {
    isGreen: isGreen(run),
    tone: toneOf(run),
    headline: capitalized(account.what),
    state: account.state,
    next: renderNextSteps(run),
  }
}

/** A server without a name is called `server 12345`; a name stays as it is. */
function capitalized(text: string): string {
  return text.replace(/^server (?=\S+ )/, 'Server ')
}

function toneOf(run: OperationRun): Tone {
  const hasWorked = run.servers.some(
    ({ task }) => task.state === 'succeeded' && task.work !== 'possible restore',
  )
  if (!isGreen(run)) return hasWorked ? 'partly' : 'failed'
  if (run.mode === 'dry run') return 'planned'
  if (run.operation === 'delete' && !hasWorked && run.deletedUnlisted.length === 0) return 'nothing'
  if (run.operation !== 'post') return 'done'
  if (run.rollback !== 'due' && run.rollback !== 'not due') return 'nothing'
  const isUndone = run.servers.some(({ deletions }) =>
    deletions.some(({ end }) => end === 'stays' || end === 'unknown'),
  )
  if (isUndone) return 'partly'
  const hasDone =
    hasWorked || run.servers.some(({ deletions, began }) => deletions.length > 0 || began !== undefined)
  return hasDone ? 'done' : 'nothing'
}

function accountOf(run: OperationRun, now: number): Account {
  switch (run.operation) {
    case 'create':
      return createAccount(run)
    case 'restore':
      return restoreAccount(run, now)
    case 'delete':
      return deleteAccount(run)
    case 'list':
      return listAccount(run)
    case 'wait':
      return waitAccount(run, now)
    case 'post':
      return endOfJobAccount(run, now)
  }
}

/** A cancel, or a mistake of this action, is always mentioned; what was done by then, too. */
function withCutOff(run: OperationRun, account: Account): Account {
  const { cutOff } = run
  if (cutOff === undefined) return account
  const hasDone = run.deletedUnlisted.length > 0 || !run.servers.every(hasNoTrace)
  if (run.operation !== 'post' && run.problem === undefined && !hasDone)
    return messages.cutOffBeforeAnything(cutOff)
  const how = messages.endedEarly(cutOff)
  if (cutOff.by === 'internal error')
    return { what: how, state: joined([account.what, account.state, messages.DEFECT]) }
  // A headline that begins with the cancel needs no second mention.
  const isSaid = run.problem === undefined && run.servers.length === 1 && isSaidByServer(run)
  return isSaid ? account : { what: account.what, state: joined([account.state, how, doneSoFar(run)]) }
}

/** Whether the account of the only server tells of the cancel. */
function isSaidByServer({ servers }: OperationRun): boolean {
  return servers.some(
    ({ task, goal }) =>
      goal !== 'clean up' &&
      (task.state === 'skipped' || task.state === 'left running') &&
      task.why === 'cancelled',
  )
}

/** Nothing was asked of the API for it that would change anything. */
export function hasNoTrace(run: ServerRun): boolean {
  return (
    (run.task.state === 'skipped' || run.task.state === 'pending') &&
    run.power.state === 'untouched' &&
    run.deletions.length === 0 &&
    run.safety === undefined
  )
}

/** What had been done before the end. */
function doneSoFar({ servers }: OperationRun): string {
  const items = servers.flatMap(server => {
    const snapshot = snapshotOf(server)
    return [
      ...(isAccepted(server) && snapshot !== undefined
        ? [messages.doneSnapshot(snapshot.id, statusOf(server))]
        : []),
      ...(server.safety === undefined ? [] : [messages.doneSafety(server.safety.snapshot.id)]),
      ...server.deletions.flatMap(({ snapshot: { id }, by, end }) =>
        end === 'deleted' && by === 'when-full' ? [messages.doneFreed(id)] : [],
      ),
    ]
  })
  return items.length === 0 ? '' : messages.done(items)
}

function createAccount(run: OperationRun): Account {
  const { servers, problem, mode } = run
  const [only, ...others] = servers
  if (problem !== undefined) return problem
  if (only === undefined) return { what: '', state: '' }
  if (servers.every(({ task }) => task.state === 'planned'))
    return { what: messages.wouldTake(servers), state: messages.NOTHING_CHANGED }
  if (others.length > 0) return groupAccount(run)
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  if (mode === 'no wait') return { what: messages.snapshotNotAwaited(only), state: messages.WAIT_ARMS }
  return { what: messages.snapshotDone(only), state: armedText(run) }
}

function armedText({ servers, armed, jobStatus }: OperationRun): string {
  return armed === undefined ? '' : messages.armed(servers, armed, jobStatus)
}

function groupAccount(run: OperationRun): Account {
  const { servers } = run
  const all = servers.length
  const bad = servers.filter(server => !isGood(server))
  if (bad.length === 0 && run.mode === 'no wait')
    return { what: messages.snapshotsNotAwaited(all), state: messages.WAIT_ARMS }
  if (bad.length === 0) return { what: messages.snapshotsDone(all, tookOf(run)), state: armedText(run) }
  const outcome = servers.some(mayBeTouched) ? messages.NOTHING_RESTORED : messages.NOTHING_CHANGED
  const failed = bad.filter(server => !isSkippedWithGroup(server))
  // What was refused beforehand says itself that nothing was changed.
  const isSaid =
    outcome === messages.NOTHING_CHANGED &&
    failed.some(({ task }) => task.state === 'rejected' && task.problem.state !== '')
  return {
    what: messages.snapshotsFailed(tallyOf(servers)),
    state: joined([failuresText(failed), isSaid ? '' : outcome]),
  }
}

/** From the beginning to the end of the last server's part, in milliseconds. */
function tookOf({ servers, began }: OperationRun): number {
  return Math.max(...servers.map(({ ended }) => ended ?? began)) - began
}

/** A group that was refused beforehand has changed nothing; one that was begun has restored nothing. */
function mayBeTouched(server: ServerRun): boolean {
  const { task, power, deletions } = server
  return (
    isAccepted(server) ||
    task.state === 'ambiguous' ||
    task.state === 'requested' ||
    power.state !== 'untouched' ||
    deletions.length > 0
  )
}

function restoreAccount(run: OperationRun, now: number): Account {
  const { problem, servers } = run
  if (problem === undefined) return restoredAccount(run, now)
  if (servers.every(hasNoTrace)) return problem
  const restored = restoredAccount(run, now)
  return { what: problem.what, state: joined([problem.state, restored.what, restored.state]) }
}

function deleteAccount({ problem, servers, absent, deletedUnlisted, mode }: OperationRun): Account {
  const bad = servers.filter(server => !isGood(server))
  const ended = servers.filter(server => statusOf(server) === 'deleted')
  const ours = ended.filter(isAccepted)
  const gone = ended.filter(server => !isAccepted(server)).map(snapshotIdOf)
  const done = [
    ours.length === 0 ? '' : messages.deleted(ours),
    deletedUnlisted.length === 0 ? '' : messages.deletedIds(deletedUnlisted),
    gone.length === 0 ? '' : messages.goneAlready(gone),
    absent.length === 0 ? '' : messages.notFound(absent),
  ].filter(text => text !== '')
  if (problem !== undefined)
    return { what: problem.what, state: joined([problem.state, ...done, failuresText(bad)]) }
  if (mode === 'dry run') {
    const planned = servers.filter(({ task }) => task.state === 'planned')
    return {
      what: messages.wouldDelete(planned),
      state: joined([messages.NOTHING_CHANGED, failuresText(bad)]),
    }
  }
  const wrong = servers.length === 1 ? bad.map(whatWentWrong)[0] : undefined
  if (wrong !== undefined) return { what: wrong.what, state: joined([wrong.state, ...done]) }
  if (bad.length > 0)
    return {
      what: messages.deletedSome(ours.length, servers.length),
      state: joined([...done, failuresText(bad)]),
    }
  const [headline = '', ...more] = done
  return { what: headline, state: joined(more) }
}

function listAccount({ problem, listed, asked }: OperationRun): Account {
  if (problem !== undefined || listed === undefined) return problem ?? { what: '', state: '' }
  return { what: messages.listed(listed, asked), state: '' }
}

function waitAccount(run: OperationRun, now: number): Account {
  const { problem, servers } = run
  const [only, ...others] = servers
  const bad = servers.filter(server => !isGood(server))
  if (problem !== undefined) return { what: problem.what, state: joined([problem.state, failuresText(bad)]) }
  if (only === undefined) return { what: '', state: '' }
  if (others.length > 0)
    return {
      what: messages.waitedForSome(goodCount(run), servers.length),
      state: joined([failuresText(bad), bad.length === 0 ? armedText(run) : '']),
    }
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  const account =
    statusOf(only) === 'restored' ? messages.waitedForRestore(only) : messages.waitedForSnapshot(only, now)
  const disarmed = run.mode === 'dry run' ? messages.DRY_WAIT : ''
  return { what: account.what, state: joined([account.state, armedText(run), disarmed]) }
}
