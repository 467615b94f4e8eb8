import { createdAtOf, NOTHING_CHANGED } from '../run/labels.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { isGood, type ServerRun, wasNeverSeen } from '../run/server-run.ts'
import { failuresText, groupTexts, tallyOf, whatWentWrong } from './account.ts'
import { type Account, joined } from './messages/phrases.ts'
import * as results from './messages/results.ts'
import { statusOf } from './status.ts'

/** What became of some restores, in whichever stage. */
export function restoredAccount({ servers, mode }: OperationRun, now: number): Account {
  if (mode === 'dry run') return plannedAccount(servers, now)
  const [only, ...others] = servers
  if (only === undefined || others.length > 0) return restoredSome(servers, now)
  const wrong = whatWentWrong(only)
  if (wrong !== undefined) return wrong
  return only.task.state === 'left running'
    ? results.restoreNotAwaited(only, only.task.apiTime ?? only.task.since, now)
    : results.restored(only, now)
}

function plannedAccount(servers: readonly ServerRun[], now: number): Account {
  const planned = servers.filter(({ task }) => task.state === 'planned')
  const bad = servers.filter(server => !isGood(server))
  const [wrong, ...others] = bad.map(whatWentWrong)
  if (planned.length === 0 && wrong !== undefined && others.length === 0) return wrong
  const since = planned.flatMap(server => createdAtOf(server) ?? [])
  return {
    what: results.wouldOverwrite(planned, now),
    state: joined([
      since.length === 0 ? '' : results.wouldLose(Math.min(...since), now),
      NOTHING_CHANGED,
      failuresText(bad),
    ]),
  }
}

function restoredSome(servers: readonly ServerRun[], now: number): Account {
  const done = servers.filter(server => statusOf(server) === 'restored')
  const since = done.flatMap(server => createdAtOf(server) ?? [])
  const unseen = done.filter(server => isGood(server) && wasNeverSeen(server))
  const isSafe = done.every(({ safety }) => safety !== undefined)
  return {
    what: results.restoredSome(tallyOf(servers)),
    state: joined([
      since.length === 0 ? '' : results.lostSince(Math.min(...since), now, isSafe),
      unseen.length === 0 ? '' : results.neverSeenRestoring(unseen),
      ...groupTexts(servers),
    ]),
  }
}
