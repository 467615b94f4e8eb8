import type { OperationRun } from '../run/operation-run.ts'
import { goesOn, isGood, mayBeDown, mayBeTouched, type Work } from '../run/server-run.ts'
import { ENDS, INVALID_INPUT, NAMES, NOT_ROLLED_BACK, NOT_STARTED } from './messages/titles.ts'

/** The title of a red stage's annotation. */
export function titleOf(run: OperationRun): string {
  if (run.problem?.reason === 'invalid-input') return INVALID_INPUT
  if (run.operation === 'post') return titleOfJobEnd(run)
  return `${nameOfWork(run) ?? NAMES[run.operation]} ${ending(run)}`
}

function titleOfJobEnd(run: OperationRun): string {
  switch (run.rollback) {
    case 'due':
      return isUntouched(run) ? NOT_ROLLED_BACK : `${NAMES.post} ${ending(run)}`
    case 'not due':
    case 'snapshot step not green':
    case 'job status unknown':
      return run.servers.some(mayBeDown) ? NOT_STARTED : `${NAMES.endOfJob} ${ending(run)}`
  }
}

/** "Rollback failed" would have a tired reader expect a disk that is half written. */
function isUntouched({ cutOff, servers }: OperationRun): boolean {
  return cutOff === undefined && !servers.some(mayBeTouched)
}

/** In the order in which they are named. */
const WORKS: Readonly<Record<Work, string>> = {
  restore: NAMES.restore,
  deletion: NAMES.deletion,
  snapshot: NAMES.create,
  'possible restore': NAMES.create,
}

/** What goes on, where it does: nobody waits for a wait. */
function nameOfWork(run: OperationRun): string | undefined {
  if (!isStillInProgress(run)) return undefined
  const names = run.servers.flatMap(({ task }) => (task.state === 'left running' ? [WORKS[task.work]] : []))
  return Object.values(WORKS).find(name => names.includes(name))
}

/** Accepted, and its end not seen: "failed" in a title would have a tired reader do it again. */
function isStillInProgress({ servers, problem, cutOff }: OperationRun): boolean {
  const bad = servers.filter(server => !isGood(server))
  return cutOff?.by !== 'internal error' && problem === undefined && bad.length > 0 && bad.every(goesOn)
}

function ending(run: OperationRun): string {
  switch (run.cutOff?.by) {
    case 'internal error':
      return ENDS.internalError
    case 'cancel':
      return endingOfWork(run) ?? ENDS.cancelled
    case undefined:
      return endingOfWork(run) ?? ENDS.failed
  }
}

/** Where all of it was begun, and nothing has failed. */
function endingOfWork(run: OperationRun): string | undefined {
  if (run.problem !== undefined || run.servers.length === 0) return undefined
  if (isStillInProgress(run)) return ENDS.goesOn
  return run.servers.every(({ task }) => task.state === 'succeeded') ? ENDS.troubled : undefined
}
