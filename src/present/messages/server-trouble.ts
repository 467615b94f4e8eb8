/**
 * Every sentence that tells what went wrong for a server, and for several. Texts from the API are raw; the report makes
 * them harmless.
 */

import type { Snapshot } from '../../domain/entities.ts'
import { few, NAMED } from '../../domain/few.ts'
import { formatDuration } from '../../policy/durations.ts'
import { serverPhase } from '../../policy/statuses.ts'
import {
  lastSeenText,
  lastStatus,
  lastStatusSince,
  serverLabel,
  snapshotIdOf,
  snapshotLabel,
} from '../../run/labels.ts'
import type { Problem } from '../../run/problem.ts'
import { type CutOffBy, hasNoTrace, type ServerRun, type Task, type Work } from '../../run/server-run.ts'
import { type Account, clockTime, joined } from './phrases.ts'

type Left = Extract<Task, { state: 'left running' }>

const ENDED: Readonly<Record<CutOffBy | 'out of time', string>> = {
  cancelled: 'Cancelled',
  'internal error': 'Interrupted',
  'out of time': 'Timed out',
}

export function skipped(run: ServerRun, why: Extract<Task, { state: 'skipped' }>['why']): Account {
  return why === 'group failed'
    ? { what: `Skipped ${serverLabel(run)} because another server in the group failed.`, state: '' }
    : { what: `${ENDED[why]} before ${skippedWork(run)}.`, state: stateOfSkipped(run) }
}

function skippedWork(run: ServerRun): string {
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  switch (run.goal) {
    case 'create':
    // What the end of the job did not come to is not told.
    case 'clean up':
      return `a snapshot of ${server} was taken`
    case 'restore':
      return `${server} was restored from snapshot ${id}`
    case 'delete':
      return `snapshot ${id} of ${server} was deleted`
    case 'wait':
      return `snapshot ${id} of ${server} was checked`
  }
}

function stateOfSkipped(run: ServerRun): string {
  if (run.safety !== undefined)
    return `Nothing was overwritten; its safety snapshot ${run.safety.snapshot.id} was accepted.`
  if (hasNoTrace(run)) return 'Nothing was changed on it.'
  return run.goal === 'restore' ? 'Nothing was overwritten.' : ''
}

export function unanswered(run: ServerRun, toDelete: Snapshot | undefined): Account {
  const server = serverLabel(run)
  if (toDelete !== undefined)
    return {
      what: `It is unknown whether snapshot ${toDelete.id} of ${server} was deleted to free a slot.`,
      state: 'The step ended before that could be seen. No snapshot was taken.',
    }
  return {
    what: `The step ended before VPS.org answered a request for ${server}.`,
    state: 'It is unknown whether VPS.org acted on it.',
  }
}

export function timedOut(
  run: ServerRun,
  { work, since, at, lastFailure, last }: Left & { why: 'timed out' },
): Account {
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  const failure = lastFailure === undefined ? '' : ` The last request failed: ${lastFailure}`
  const waited = formatDuration(at - (work === 'snapshot' ? (run.began ?? since) : since))
  const isRestoring = lastFailure === undefined && serverPhase(lastStatus(run)) === 'restoring'
  switch (work) {
    case 'snapshot':
      return {
        what: `Snapshot ${id} of ${server} did not complete within ${waited}.`,
        state: `${lastSeenText(last)} It continues at VPS.org.${failure}`,
      }
    case 'restore':
      return {
        // What was not read last, or not as restoring, may have ended meanwhile.
        what: isRestoring
          ? `${server} is still restoring from snapshot ${id} after ${waited}.`
          : `After ${waited}, it is unknown whether ${server} has been restored from snapshot ${id}.`,
        state: `${isRestoring ? 'The restore continues at VPS.org' : 'VPS.org accepted the restore'} (last status: ${lastStatusSince(run)}). Do not restore again.${failure}`,
      }
    case 'possible restore':
      return {
        what: `Snapshot ${id} is complete, but it is unknown whether ${server} is being restored.`,
        state: `Its last status was ${lastStatusSince(run)}.${failure}`,
      }
    case 'deletion':
      return {
        what: `Snapshot ${id} of ${server} is still listed ${waited} after its deletion was accepted.`,
        state: failure.trim(),
      }
  }
}

export function cutOff(run: ServerRun, { work, why }: Left & { why: CutOffBy }): Account {
  const ended = ENDED[why]
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  switch (work) {
    case 'snapshot':
      return {
        what: `${ended} while snapshot ${id} of ${server} was in progress.`,
        state: 'It continues at VPS.org.',
      }
    case 'restore':
      return {
        what: `${ended} while ${server} was restoring from snapshot ${id}.`,
        state: 'Do not restore again: VPS.org accepted the restore and continues it.',
      }
    case 'possible restore':
      return {
        what: `${ended} before it was clear whether ${server} is being restored.`,
        state: `Snapshot ${id} is complete.`,
      }
    case 'deletion':
      return {
        what: `${ended} while snapshot ${id} of ${server} was being deleted.`,
        state: 'VPS.org accepted the deletion.',
      }
  }
}

export function acceptedInCancelledJob(run: ServerRun, { since, apiTime = since }: Left): Account {
  return {
    what: `${serverLabel(run)} is being restored from snapshot ${snapshotIdOf(run)} (accepted ${clockTime(apiTime, apiTime)}).`,
    state: 'A cancelled job has no time to wait for the restore to finish. Do not restore again.',
  }
}

export function unobservable({ work }: Left, { what, state }: Problem): Account {
  const isRestore = work === 'restore' || work === 'possible restore'
  return { what, state: isRestore && state === '' ? 'Do not restore again.' : state }
}

export function mayBeDown(run: ServerRun): Account {
  const server = serverLabel(run)
  if (run.power.state === 'start requested' && run.task.state === 'succeeded' && run.task.work === 'restore')
    return {
      what: `${server} has been restored, but has not been seen running.`,
      state: 'The restore left it stopped, and its start was requested.',
    }
  if (run.goal === 'clean up' || run.goal === 'restore')
    return {
      what: `${server} has not been seen running since it was stopped for its snapshot.`,
      state: '',
    }
  return {
    what: `${server} ${run.power.state === 'stop requested' ? 'was being stopped' : 'is stopped'}.`,
    state: 'It is started again at the end of the job.',
  }
}

export function restoredNotStarted(run: ServerRun, { what, state }: Problem): Account {
  return {
    what: `${serverLabel(run)} has been restored, but could not be started.`,
    state: joined([what, state]),
  }
}

export function unhealthy(run: ServerRun, { what, state }: Problem): Account {
  return { what: `${doneBut(run)} ${what}.`, state }
}

export function healthCheckCutOff(run: ServerRun): Account {
  return { what: `The health check of ${serverLabel(run)} was cut off.`, state: '' }
}

/** A cancel after the work itself was done. */
export function cancelledAfter(run: ServerRun, work: Exclude<Work, 'deletion'>, signal: string): string {
  const [id, server] = [snapshotIdOf(run), serverLabel(run)]
  return work === 'restore'
    ? `Cancelled (${signal}) after ${server} was restored from snapshot ${id}.`
    : `Cancelled (${signal}) after snapshot ${id} of ${server} had completed.`
}

/** The request to stop it may have been obeyed, whatever its answer was. */
export function mayHaveStopped(run: ServerRun, { state }: Problem): Account {
  return { what: `${serverLabel(run)} was asked to stop for its snapshot and may be stopped now.`, state }
}

function doneBut(run: ServerRun): string {
  const isRestore = run.task.state === 'succeeded' && run.task.work === 'restore'
  return isRestore
    ? `${serverLabel(run)} has been restored, but`
    : `Snapshot ${snapshotIdOf(run)} is complete, but`
}

export function deletedToFreeSlot(snapshots: readonly Snapshot[]): string {
  const which = snapshots.map(snapshotLabel).join(', ')
  return `Snapshot ${which} was deleted to free a slot.`
}

// ---- several servers

export const SNAPSHOTS_CONTINUE = 'The snapshots in progress continue at VPS.org.'
export const RESTORES_CONTINUE =
  'The restores in progress continue at VPS.org. Do not restore those servers again.'
export function deletionsAccepted(ids: readonly string[]): string {
  return ids.length === 1
    ? `VPS.org accepted the deletion of snapshot ${ids.join('')}; it may still be listed.`
    : `VPS.org accepted the deletion of snapshots ${few(ids, NAMED.detail)}; they may still be listed.`
}

export function skippedUnchanged(servers: readonly ServerRun[]): string {
  return `Nothing was changed on ${few(servers.map(serverLabel), NAMED.detail)}.`
}

/** @param isNamed whether the account names the server itself */
export function serverFailed(run: ServerRun, { what, state }: Account, isNamed: boolean): string {
  const text = joined([what, state])
  return isNamed ? text : `${serverLabel(run)}: ${text}`
}

export function furtherFailed(servers: readonly ServerRun[]): string {
  return `${servers.length} more: ${few(servers.map(serverLabel), NAMED.copy)}.`
}
