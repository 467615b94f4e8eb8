import { createdAtOf } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { goesOn, isGood, type ServerRun } from '../run/server-run.ts'
import { failuresText, joined, tallyOf, whatWentWrong } from './account.ts'
import type { Account } from './messages.ts'
import * as messages from './messages.ts'
import { statusOf } from './status.ts'

/** What became of some restores, in whichever stage. */
export function restoredAccount({ servers, mode }: OperationRun, now: number): Account {
  if (mode === 'dry run') return plannedAccount(servers, now)
  const [only, ...others] = servers
  if (only === undefined || others.length > 0) return restoredSome(servers, now)
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  return only.task.state === 'left running'
    ? messages.restoreNotAwaited(only, only.task.since, now)
    : messages.restored(only, now)
}

function plannedAccount(servers: readonly ServerRun[], now: number): Account {
  const planned = servers.filter(({ task }) => task.state === 'planned')
  const bad = servers.filter(server => !isGood(server))
  const [wrong, ...others] = bad.map(whatWentWrong)
  if (planned.length === 0 && wrong !== undefined && others.length === 0) return wrong
  return {
    what: messages.wouldOverwrite(planned, now),
    state: joined([messages.NOTHING_CHANGED, failuresText(bad)]),
  }
}

function restoredSome(servers: readonly ServerRun[], now: number): Account {
  const restoring = servers.some(({ task }) => task.state === 'left running')
  // What goes on is told for all of them at once.
  const failed = servers.filter(server => !isGood(server) && !goesOn(server))
  const done = servers.filter(server => statusOf(server) === 'restored')
  const since = done.flatMap(server => createdAtOf(server) ?? [])
  const isSafe = done.every(({ safety }) => safety !== undefined)
  return {
    what: messages.restoredSome(tallyOf(servers)),
    state: joined([
      since.length === 0 ? '' : messages.lostSince(Math.min(...since), now, isSafe),
      restoring ? messages.DO_NOT_RESTORE_AGAIN : '',
      failuresText(failed),
    ]),
  }
}
