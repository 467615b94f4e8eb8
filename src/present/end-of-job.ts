import type { Snapshot } from '../domain/entities.ts'
import type { OperationRun } from '../run/operation-run.ts'
import { type Deletion, mayBeDown } from '../run/server-run.ts'
import { textOf, whatWentWrong } from './account.ts'
import * as jobEnd from './messages/job-end.ts'
import { type Account, joined } from './messages/phrases.ts'
import { restoredAccount } from './restored.ts'

/** What became of the end of the job: what was restored, started again, deleted and kept. */
export function endOfJobAccount(run: OperationRun, now: number): Account {
  // Only what kept the whole from beginning: nothing was done.
  if (run.problem !== undefined) return run.problem
  const [rollback, starts] = [rollbackAccount(run, now), startAccounts(run)]
  // A server that may be down comes before a rollback that was not due.
  const isDown = run.rollback !== 'due' && run.servers.some(mayBeDown)
  const accounts = isDown ? [...starts, ...rollback] : [...rollback, ...starts]
  const [first, ...others] = accounts
  const deletions = [...deletionSentences(run, 'delete-on'), ...retentionSentences(run)]
  const isCleanUpCutOff = run.cutOff !== undefined && run.rollback !== 'due'
  const rest = [
    ...others.map(textOf),
    ...deletions,
    ...(isCleanUpCutOff ? [jobEnd.cleanUpCutOff(deletions.length > 0)] : []),
  ]
  if (first !== undefined) return { what: first.what, state: joined([first.state, ...rest]) }
  const [headline = jobEnd.nothingToDo(run.jobStatus), ...more] = rest
  return { what: headline, state: joined(more) }
}

function rollbackAccount(run: OperationRun, now: number): readonly Account[] {
  switch (run.rollback) {
    case 'not due':
      return []
    case 'snapshot step not green':
      return [jobEnd.ROLLBACK_SKIPPED]
    case 'job status unknown':
      return [jobEnd.JOB_STATUS_UNKNOWN]
    case 'due': {
      const { what, state } = restoredAccount(run, now)
      // What is left running because the job was cancelled says so itself.
      const isSaid =
        run.servers.length === 1 &&
        run.servers.some(({ task }) => 'why' in task && task.why === 'job cancelled')
      return [{ what, state: joined([isSaid ? '' : jobEnd.whyRollback(run.jobStatus), state]) }]
    }
  }
}

/** In a rollback a server's own account tells of its start. */
function startAccounts({ servers, rollback }: OperationRun): readonly Account[] {
  if (rollback === 'due') return []
  return servers.flatMap(server => {
    const wrong = whatWentWrong(server)
    if (wrong !== undefined) return [wrong]
    const wasStarted = server.power.state === 'started' && server.began !== undefined
    return wasStarted ? [{ what: jobEnd.startedAgain(server), state: '' }] : []
  })
}

function deletionSentences(run: OperationRun, by: Deletion['by']): readonly string[] {
  return (['deleted', 'stays', 'unknown'] as const).flatMap(end => {
    const snapshots = deletionsBy(run, by, end)
    return snapshots.length === 0 ? [] : [jobEnd.deletionEnded(by, end, snapshots)]
  })
}

function retentionSentences(run: OperationRun): readonly string[] {
  if (run.retention === 'list unreadable') return [jobEnd.RETENTION_UNREADABLE]
  if (run.retention === 'not asked') return []
  // What a rollback leaves to say is the state of the server.
  if (run.retention === 'job not successful')
    return run.rollback === 'due' ? [] : [jobEnd.retentionOmitted(run.jobStatus)]
  const said = deletionSentences(run, 'keep-last')
  if (run.cutOff !== undefined) return said
  const kept = run.servers.flatMap(server => server.kept ?? [])
  return [
    ...(said.length === 0 ? [jobEnd.RETENTION_DELETED_NOTHING] : said),
    ...(kept.length === 0 ? [] : [jobEnd.kept(kept)]),
  ]
}

function deletionsBy(
  { servers }: OperationRun,
  by: Deletion['by'],
  end: Deletion['end'],
): readonly Snapshot[] {
  return servers.flatMap(({ deletions }) =>
    deletions.filter(item => item.by === by && item.end === end).map(({ snapshot }) => snapshot),
  )
}
