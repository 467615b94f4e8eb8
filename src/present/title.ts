import type { OperationRun } from '../run/operation-run.ts'
import { isGood, mayBeDown, type ServerRun } from '../run/server-run.ts'

const NAMES = {
  create: 'Snapshot',
  restore: 'Restore',
  delete: 'Delete',
  list: 'List',
  wait: 'Wait',
  post: 'Rollback',
} as const

const STILL = 'still in progress'

/** The title of a red stage's annotation. */
export function titleOf(run: OperationRun): string {
  const end = ending(run)
  if (run.operation === 'post' && run.rollback !== 'due')
    return run.servers.some(mayBeDown) ? 'Server not started' : `End of the job ${end}`
  return `${end === STILL ? nameOfWork(run) : NAMES[run.operation]} ${end}`
}

/** What goes on: nobody waits for a wait. */
function nameOfWork({ operation, servers }: OperationRun): string {
  if (operation === 'post') return NAMES.post
  const works = new Set(servers.flatMap(({ task }) => (task.state === 'left running' ? [task.work] : [])))
  if (works.has('restore')) return NAMES.restore
  return works.has('deletion') ? 'Deletion' : NAMES.create
}

/** A server that this action has left down is worse than one whose snapshot or restore goes on. */
function goesOn(server: ServerRun): boolean {
  return server.task.state === 'left running' && !mayBeDown(server)
}

/** Accepted, and its end not seen: "failed" in a title would have a tired reader do it again. */
function ending({ servers, problem, cutOff }: OperationRun): string {
  const bad = servers.filter(server => !isGood(server))
  if (cutOff?.by === 'internal error') return 'ended by an internal error'
  if (problem !== undefined || servers.length === 0) return 'failed'
  if (bad.length > 0 && bad.every(goesOn)) return STILL
  if (servers.every(({ task }) => task.state === 'succeeded')) return 'completed with problems'
  return cutOff === undefined ? 'failed' : 'cancelled'
}
