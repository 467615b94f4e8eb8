import type { OperationRun } from '../run/operation-run.ts'
import { goesOn, isGood, mayBeDown } from '../run/server-run.ts'
import { ENDS, INVALID_INPUT, NAMES, NOT_STARTED } from './messages/titles.ts'

/** The title of a red stage's annotation. */
export function titleOf(run: OperationRun): string {
  if (run.problem?.reason === 'invalid-input') return INVALID_INPUT
  const end = ending(run)
  if (run.operation === 'post' && run.rollback !== 'due')
    return run.servers.some(mayBeDown) ? NOT_STARTED : `${NAMES.endOfJob} ${end}`
  return `${isStillInProgress(run) ? nameOfWork(run) : NAMES[run.operation]} ${end}`
}

/** What goes on: nobody waits for a wait. */
function nameOfWork({ operation, servers }: OperationRun): string {
  if (operation === 'post') return NAMES.post
  const works = new Set(servers.flatMap(({ task }) => (task.state === 'left running' ? [task.work] : [])))
  if (works.has('restore')) return NAMES.restore
  return works.has('deletion') ? NAMES.deletion : NAMES.create
}

/** Accepted, and its end not seen: "failed" in a title would have a tired reader do it again. */
function isStillInProgress({ servers, problem, cutOff }: OperationRun): boolean {
  const bad = servers.filter(server => !isGood(server))
  return cutOff?.by !== 'internal error' && problem === undefined && bad.length > 0 && bad.every(goesOn)
}

function ending(run: OperationRun): string {
  const { servers, problem, cutOff } = run
  if (cutOff?.by === 'internal error') return ENDS.internalError
  const ended = cutOff === undefined ? ENDS.failed : ENDS.cancelled
  if (problem !== undefined || servers.length === 0) return ended
  if (isStillInProgress(run)) return ENDS.goesOn
  if (servers.every(({ task }) => task.state === 'succeeded')) return ENDS.troubled
  return ended
}
