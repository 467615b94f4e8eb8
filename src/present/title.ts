import type { OperationRun } from '../run/operation-run.ts'
import { goesOn, isGood, mayBeDown } from '../run/server-run.ts'

const NAMES = {
  create: 'Snapshot',
  restore: 'Restore',
  delete: 'Delete',
  list: 'List',
  wait: 'Wait',
  post: 'Rollback',
} as const

/** The title of a red stage's annotation. */
export function titleOf(run: OperationRun): string {
  if (run.problem?.reason === 'invalid-input') return 'VPS.org snapshot: invalid input'
  const end = ending(run)
  if (run.operation === 'post' && run.rollback !== 'due')
    return run.servers.some(mayBeDown) ? 'Server not started' : `End of the job ${end}`
  return `${isStillInProgress(run) ? nameOfWork(run) : NAMES[run.operation]} ${end}`
}

/** What goes on: nobody waits for a wait. */
function nameOfWork({ operation, servers }: OperationRun): string {
  if (operation === 'post') return NAMES.post
  const works = new Set(servers.flatMap(({ task }) => (task.state === 'left running' ? [task.work] : [])))
  if (works.has('restore')) return NAMES.restore
  return works.has('deletion') ? 'Deletion' : NAMES.create
}

/** Accepted, and its end not seen: "failed" in a title would have a tired reader do it again. */
function isStillInProgress({ servers, problem, cutOff }: OperationRun): boolean {
  const bad = servers.filter(server => !isGood(server))
  return cutOff?.by !== 'internal error' && problem === undefined && bad.length > 0 && bad.every(goesOn)
}

function ending(run: OperationRun): string {
  const { servers, problem, cutOff } = run
  if (cutOff?.by === 'internal error') return 'ended by an internal error'
  const ended = cutOff === undefined ? 'failed' : 'cancelled'
  if (problem !== undefined || servers.length === 0) return ended
  if (isStillInProgress(run)) return 'still in progress'
  if (servers.every(({ task }) => task.state === 'succeeded')) return 'completed with problems'
  return ended
}
