import type { Operation } from '../inputs.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { goesOn, isGood, mayBeDown, type Work } from '../run/server-run.ts'

const NAMES: Readonly<Record<Operation, string>> = {
  create: 'Snapshot',
  restore: 'Restore',
  delete: 'Delete',
  list: 'List',
  wait: 'Wait',
}

/** The title of a red stage's annotation. */
export function titleOf(run: OperationRun): string {
  if (run.problem?.reason === 'invalid-input') return 'VPS.org snapshot: invalid input'
  if (run.operation === 'post') return titleOfJobEnd(run)
  return `${nameOfWork(run) ?? NAMES[run.operation]} ${ending(run)}`
}

function titleOfJobEnd(run: OperationRun): string {
  switch (run.rollback) {
    case 'due':
      return `Rollback ${ending(run)}`
    case 'not due':
    case 'snapshot step not green':
    case 'job status unknown':
      return run.servers.some(mayBeDown) ? 'Server not started' : `End of the job ${ending(run)}`
  }
}

/** In the order in which they are named. */
const WORKS: Readonly<Record<Work, string>> = {
  restore: 'Restore',
  deletion: 'Deletion',
  snapshot: 'Snapshot',
  'possible restore': 'Snapshot',
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
      return 'ended by an internal error'
    case 'cancel':
      return endingOfWork(run) ?? 'cancelled'
    case undefined:
      return endingOfWork(run) ?? 'failed'
  }
}

/** Where all of it was begun, and nothing has failed. */
function endingOfWork(run: OperationRun): string | undefined {
  if (run.problem !== undefined || run.servers.length === 0) return undefined
  if (isStillInProgress(run)) return 'still in progress'
  return run.servers.every(({ task }) => task.state === 'succeeded') ? 'completed with problems' : undefined
}
