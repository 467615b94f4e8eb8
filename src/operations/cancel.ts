import type { Cancelled } from '../domain/clock.ts'
import type { Inputs } from '../inputs.ts'
import { type Entry, serverLabel, snapshotIdOf } from './entry.ts'
import { type Ledger, problemsOf } from './ledger.ts'
import type { Problem } from './problem.ts'
import { takeUp } from './snapshot-end.ts'

/** Marks what a cancel cut off: accepted things go on at VPS.org; what was asked and not answered is not known. */
export function noteCancel(ledger: Ledger, cancelled: Cancelled, operation: Inputs['operation']): void {
  const isBegun = ledger.entries.some(({ status, problem }) => status !== undefined || problem !== undefined)
  for (const entry of ledger.entries) {
    const isCutOff = entry.problem === undefined
    noteCancelOfEntry(entry)
    if (entry.status === undefined && isBegun) entry.problem ??= notBegun(ledger, entry, operation)
    if (isCutOff) noteDeleted(ledger, entry)
  }
  if (problemsOf(ledger).length > 0) return
  const done = doneSoFar(ledger)
  ledger.problem = {
    status: 'cancelled',
    message:
      done.length === 0
        ? `Cancelled (${cancelled.signal}) before anything was changed.`
        : `Cancelled (${cancelled.signal}) before all was done. Done so far: ${done.join(', ')}.`,
    next: 'Run the job again if the rest is still wanted.',
  }
}

/** Of some servers that were to be restored, or snapshots to be deleted, those whose turn did not come must be named. */
function notBegun(ledger: Ledger, entry: Entry, operation: Inputs['operation']): Problem | undefined {
  if (operation !== 'restore' && operation !== 'delete') return undefined
  const [id, server] = [snapshotIdOf(entry), serverLabel(entry)]
  const safety = ledger.safety.get(entry.server)
  const done =
    safety === undefined
      ? 'nothing was changed on it.'
      : `nothing was overwritten, and safety snapshot ${safety.id} of it was accepted.`
  return {
    status: 'cancelled',
    message:
      operation === 'restore'
        ? `Cancelled before ${server} was restored from snapshot ${id}: ${done}`
        : `Cancelled before snapshot ${id} of ${server} was deleted.`,
    next: `If it is still wanted, run it with operation: ${operation}, snapshot-id: ${id}.`,
  }
}

/** What was deleted for a snapshot that is cut off must be said. */
function noteDeleted(ledger: Ledger, entry: Entry): void {
  const freed = ledger.deleted.filter(({ server }) => server.id === entry.server)
  if (entry.problem === undefined || freed.length === 0) return
  const names = freed.map(({ id, name }) => `${id} ${name}`)
  const message = `${entry.problem.message} Snapshot ${names.join(', ')} had been deleted to make room.`
  entry.problem = { ...entry.problem, message }
}

/** What had been changed before a cancel, the first few in words. */
function doneSoFar(ledger: Ledger): readonly string[] {
  const snapshots = ledger.entries.flatMap(({ accepted, snapshot, status }) =>
    accepted && snapshot !== undefined ? [`${snapshot.id} ${status ?? 'found'}`] : [],
  )
  const safety = [...ledger.safety.values()].map(({ id }) => `safety snapshot ${id} accepted`)
  const deleted = ledger.deleted.map(({ id }) => `${id} deleted to make room`)
  const done = [...snapshots, ...safety, ...deleted]
  return done.length <= DONE ? done : [...done.slice(0, DONE), `and ${done.length - DONE} more`]
}

const DONE = 10

function noteCancelOfEntry(entry: Entry): void {
  if (entry.problem !== undefined) {
    // Where a start was tried, the problem says so itself.
    if (!entry.phases.some(phase => phase.name === 'start')) entry.problem = withStop(entry, entry.problem)
    return
  }
  if (entry.status === 'unknown') {
    entry.problem = withStop(entry, {
      status: 'unknown',
      message: `Cancelled while ${serverLabel(entry)} was waiting for the answer to a request: whether VPS.org acted on it is not known.`,
      next: `Look at what there is with operation: list, server-id: ${entry.server}.`,
    })
    return
  }
  if (entry.status !== 'in_progress' && entry.status !== 'restoring') {
    noteCancelOfPower(entry)
    return
  }
  const restoring = entry.status === 'restoring'
  entry.problem = withStop(entry, {
    status: 'cancelled',
    message: restoring
      ? `Cancelled while ${serverLabel(entry)} was being restored from snapshot ${snapshotIdOf(entry)}: the restore was accepted and goes on at VPS.org. Do not restore again.`
      : `Cancelled while snapshot ${snapshotIdOf(entry)} of ${serverLabel(entry)} was in progress: it goes on at VPS.org.`,
    next: takeUp(entry),
  })
  entry.status = 'cancelled'
}

/** That a server is stopped must be said, whatever else there is to say. */
function withStop(entry: Entry, problem: Problem): Problem {
  if (!entry.stopAsked) return problem
  const message = `${problem.message} ${serverLabel(entry)} is stopped; it is started again at the end of the job.`
  return { ...problem, message }
}

/** A server that is stopped, or about to be, is the end of the job's business; that there is one must be said. */
function noteCancelOfPower(entry: Entry): void {
  if (!entry.stopAsked) return
  entry.problem = {
    status: 'cancelled',
    message: `Cancelled while ${serverLabel(entry)} was stopped for its snapshot or about to be: it is started again at the end of the job.`,
    next: `Look at the end of the job whether ${serverLabel(entry)} runs.`,
  }
}
