import type { Tone, Verdict } from '../report/summary-markup.ts'
import { NOTHING_CHANGED, snapshotIdOf } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import {
  type Deletion,
  hasNoTrace,
  isAccepted,
  isGood,
  mayBeDown,
  mayBeTouched,
  type ServerRun,
  snapshotOf,
} from '../run/server-run.ts'
import { failuresText, groupTexts, tallyOf, textOf, whatWentWrong } from './account.ts'
import { endOfJobAccount } from './end-of-job.ts'
import * as jobEnd from './messages/job-end.ts'
import { type Account, joined } from './messages/phrases.ts'
import * as results from './messages/results.ts'
import * as trouble from './messages/server-trouble.ts'
import { renderNextSteps } from './next-steps.ts'
import { restoredAccount } from './restored.ts'
import { isGreen, statusOf } from './status.ts'

/** The verdict of a stage. `now` by the API's clock, in milliseconds: ages are told by it. */
export function verdictOf(run: OperationRun, now: number): Verdict {
  const account = withinOneLine(withCutOff(run, accountOf(run, now)))
  return {
    isGreen: isGreen(run),
    tone: toneOf(run),
    headline: account.what,
    state: account.state,
    next: renderNextSteps(run),
  }
}

// Ours are shorter than a hundred letters, but for ids that are UUIDs, names, and what others say.
const HEADLINE_LIMIT = 160

/** A first sentence that is too long is cut, and stands whole after the headline. */
function withinOneLine({ what, state }: Account): Account {
  const letters = Array.from(what)
  if (letters.length <= HEADLINE_LIMIT) return { what, state }
  return { what: `${letters.slice(0, HEADLINE_LIMIT - 1).join('')}…`, state: joined([what, state]) }
}

function toneOf(run: OperationRun): Tone {
  const hasWorked = run.servers.some(({ task }) => task.state === 'succeeded')
  if (!isGreen(run)) return hasWorked ? 'partly' : 'failed'
  if (run.mode === 'dry run') return 'planned'
  switch (run.operation) {
    case 'create':
    case 'restore':
    case 'list':
    case 'wait':
      return 'done'
    case 'delete':
      return hasWorked || run.deletedUnlisted.length > 0 ? 'done' : 'nothing'
    case 'post':
      return toneOfJobEnd(run, hasWorked)
  }
}

function toneOfJobEnd({ rollback, servers }: OperationRun, hasWorked: boolean): Tone {
  switch (rollback) {
    case 'snapshot step not green':
      return 'nothing'
    case 'job status unknown':
      return 'partly'
    case 'due':
    case 'not due': {
      const deletions = servers.flatMap(server => server.deletions)
      if (deletions.some(({ end }) => !IS_DONE[end])) return 'partly'
      const hasDone = hasWorked || deletions.length > 0 || servers.some(({ began }) => began !== undefined)
      return hasDone ? 'done' : 'nothing'
    }
  }
}

const IS_DONE: Readonly<Record<Deletion['end'], boolean>> = {
  deleted: true,
  gone: true,
  stays: false,
  unknown: false,
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
    return jobEnd.cutOffBeforeAnything(cutOff)
  const how = jobEnd.endedEarly(cutOff, run.operation)
  if (cutOff.by === 'internal error')
    return { what: how, state: joined([account.what, account.state, jobEnd.DEFECT]) }
  const [only, ...others] = run.problem === undefined ? run.servers : []
  if (only !== undefined && others.length === 0) {
    // A headline that begins with the cancel needs no second mention.
    if (isCancelSaid(only)) return account
    if (only.task.state === 'succeeded' && only.task.work !== 'deletion')
      return leadingWith(trouble.cancelledAfter(only, only.task.work, cutOff.signal), only)
  }
  // Of what is only cleaned up at the end of the job, nothing matters more; but for a server that may be down.
  if (run.operation === 'post' && run.rollback !== 'due' && !run.servers.some(mayBeDown))
    return { what: how, state: joined([account.what, account.state]) }
  return { what: account.what, state: joined([how, account.state, doneSoFar(run)]) }
}

/** Whether the account of a server tells of the cancel. */
function isCancelSaid({ task, goal }: ServerRun): boolean {
  return (
    goal !== 'clean up' &&
    (task.state === 'skipped' || task.state === 'left running') &&
    task.why === 'cancelled'
  )
}

/** The cancel, and then what it left undone. */
function leadingWith(what: string, server: ServerRun): Account {
  const wrong = whatWentWrong(server)
  return { what, state: wrong === undefined ? '' : textOf(wrong) }
}

/** What had been done before the end. */
function doneSoFar({ servers, operation }: OperationRun): string {
  // What was deleted is told anyway.
  if (operation === 'delete') return ''
  const items = servers.flatMap(server => {
    const snapshot = snapshotOf(server)
    return [
      ...(server.task.state === 'succeeded' && isAccepted(server) && snapshot !== undefined
        ? [jobEnd.doneSnapshot(snapshot.id, statusOf(server))]
        : []),
      ...(server.safety?.state === 'completed' ? [jobEnd.doneSafety(server.safety.snapshot.id)] : []),
      ...server.deletions.flatMap(({ snapshot: { id }, by, end }) =>
        end === 'deleted' && by === 'when-full' ? [jobEnd.doneFreed(id)] : [],
      ),
    ]
  })
  return items.length === 0 ? '' : jobEnd.done(items)
}

function createAccount(run: OperationRun): Account {
  const { servers, problem, mode } = run
  const [only, ...others] = servers
  if (problem !== undefined) return problem
  if (only === undefined) return { what: '', state: '' }
  if (servers.every(({ task }) => task.state === 'planned'))
    return { what: results.wouldTake(servers), state: NOTHING_CHANGED }
  if (others.length > 0) return groupAccount(run)
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  if (mode === 'no wait') return { what: results.snapshotNotAwaited(only), state: results.WAIT_ARMS }
  return { what: results.snapshotDone(only), state: armedText(run) }
}

function armedText(run: OperationRun): string {
  return run.armed === undefined ? '' : results.armed(run, run.armed)
}

function groupAccount(run: OperationRun): Account {
  const { servers } = run
  const all = servers.length
  const bad = servers.filter(server => !isGood(server))
  if (bad.length === 0 && run.mode === 'no wait')
    return { what: results.snapshotsNotAwaited(all), state: results.WAIT_ARMS }
  if (bad.length === 0) return { what: results.snapshotsDone(all, tookOf(run)), state: armedText(run) }
  // A group that was refused beforehand has changed nothing; one that was begun has restored nothing.
  const outcome = servers.some(mayBeTouched) ? results.NOTHING_RESTORED : NOTHING_CHANGED
  return {
    what: results.snapshotsFailed(tallyOf(servers)),
    state: joined([...groupTexts(servers), outcome]),
  }
}

/** From the beginning to the end of the last server's part, in milliseconds. */
function tookOf({ servers, began }: OperationRun): number {
  return Math.max(...servers.map(({ ended }) => ended ?? began)) - began
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
    ours.length === 0 ? '' : results.deleted(ours),
    deletedUnlisted.length === 0 ? '' : results.deletedIds(deletedUnlisted),
    gone.length === 0 ? '' : results.goneAlready(gone),
    absent.length === 0 ? '' : results.notFound(absent),
  ].filter(text => text !== '')
  if (problem !== undefined)
    return { what: problem.what, state: joined([problem.state, ...done, failuresText(bad)]) }
  if (mode === 'dry run') {
    const planned = servers.filter(({ task }) => task.state === 'planned')
    return {
      what: results.wouldDelete(planned),
      state: joined([NOTHING_CHANGED, failuresText(bad)]),
    }
  }
  const wrong = servers.length === 1 ? bad.map(whatWentWrong)[0] : undefined
  if (wrong !== undefined) return { what: wrong.what, state: joined([wrong.state, ...done]) }
  if (bad.length > 0)
    return {
      what: results.deletedSome(ours.length, servers.length),
      state: joined([...done, ...groupTexts(servers)]),
    }
  const [headline = '', ...more] = done
  return { what: headline, state: joined(more) }
}

function listAccount({ problem, listed, asked, unclear }: OperationRun): Account {
  if (problem !== undefined || listed === undefined) return problem ?? { what: '', state: '' }
  const { ownerless, unreadable } = unclear
  const others = [
    ...(ownerless.length === 0 ? [] : [results.listedOwnerless(ownerless)]),
    ...(unreadable === 0 ? [] : [results.listedUnreadable(unreadable)]),
  ]
  const [what = '', ...more] =
    listed.length === 0 && others.length > 0 ? others : [results.listed(listed, asked), ...others]
  return { what, state: joined(more) }
}

function waitAccount(run: OperationRun, now: number): Account {
  const { problem, servers } = run
  const [only, ...others] = servers
  const bad = servers.filter(server => !isGood(server))
  if (problem !== undefined) return { what: problem.what, state: joined([problem.state, failuresText(bad)]) }
  if (only === undefined) return { what: '', state: '' }
  if (others.length > 0)
    return {
      what: results.waitedForSome(tallyOf(servers)),
      state: joined([...groupTexts(servers), bad.length === 0 ? armedText(run) : '']),
    }
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  const account =
    statusOf(only) === 'restored' ? results.waitedForRestore(only) : results.waitedForSnapshot(only, now)
  const disarmed = run.mode === 'dry run' ? results.DRY_WAIT : ''
  return { what: account.what, state: joined([account.state, armedText(run), disarmed]) }
}
