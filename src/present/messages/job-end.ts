/**
 * Every sentence about an end that comes from outside of an operation: that of the job, a cancel, a mistake of this action.
 * Texts from the API are raw; the report makes them harmless.
 */

import type { Snapshot } from '../../domain/entities.ts'
import { few, NAMED } from '../../domain/few.ts'
import type { SnapshotId } from '../../domain/ids.ts'
import type { Kept } from '../../policy/retention.ts'
import { keptBecause, NOTHING_CHANGED, serverLabel } from '../../run/labels.ts'
import type { CutOff, OperationRun } from '../../run/operation-run.ts'
import type { Deletion, ServerRun } from '../../run/server-run.ts'
import type { Account } from './phrases.ts'

// ---- the end of the job

/** Why a rollback was due, whatever became of it. */
export function whyRollback(jobStatus: OperationRun['jobStatus']): string {
  return `Reason for the rollback: the job ${jobStatus === 'cancelled' ? 'was cancelled' : 'failed'}.`
}

export const ROLLBACK_SKIPPED: Account = {
  what: 'Rollback skipped: the snapshot step did not succeed.',
  state: 'Nothing was restored.',
}

export const JOB_STATUS_UNKNOWN: Account = {
  what: 'Nothing was restored or deleted: the runner did not say how the job ended.',
  state: '`job-status` is empty or unknown.',
}

export function nothingToDo(jobStatus: OperationRun['jobStatus']): string {
  return `Nothing to do at the end of the job (job status: ${jobStatus}).`
}

export function startedAgain(run: ServerRun): string {
  return `${serverLabel(run)}, which was stopped for its snapshot, is running again.`
}

export function deletionEnded(
  by: Deletion['by'],
  end: 'deleted' | 'stays' | 'unknown',
  snapshots: readonly Snapshot[],
): string {
  switch (end) {
    case 'deleted':
      return `\`${by}\` deleted ${ids(snapshots)}.`
    case 'stays':
      return `\`${by}\` could not delete ${ids(snapshots)}.`
    case 'unknown':
      return `It is unknown whether \`${by}\` deleted ${ids(snapshots)}.`
  }
}

export const RETENTION_UNREADABLE = '`keep-last` deleted nothing: the list of snapshots could not be read.'
export const RETENTION_DELETED_NOTHING = '`keep-last` deleted nothing.'

export function retentionOmitted(jobStatus: OperationRun['jobStatus']): string {
  const how = jobStatus === 'cancelled' ? 'was cancelled' : 'failed'
  return `\`keep-last\` deleted nothing, because the job ${how}.`
}

/** Each one that stays has a reason. */
export function kept(items: readonly Kept[]): string {
  return `Kept: ${keptBecause(items)}.`
}

function ids(snapshots: readonly Snapshot[]): string {
  return `${snapshots.length === 1 ? 'snapshot' : 'snapshots'} ${few(snapshots.map(({ id }) => id))}`
}

// ---- a cancel, and a mistake of this action

export function cutOffBeforeAnything(cut: CutOff): Account {
  return { what: endedEarly(cut), state: NOTHING_CHANGED }
}

export function endedEarly(cut: CutOff, operation?: OperationRun['operation']): string {
  if (cut.by === 'internal error') return `Internal error: ${cut.message}.`
  return operation === 'post' ? `The post step was cancelled (${cut.signal}).` : `Cancelled (${cut.signal}).`
}

export const DEFECT = 'This is a bug in the action.'
export const REPORT_IT = 'Please open an issue with this log.'

export function done(items: readonly string[]): string {
  return `Completed before the end: ${few(items, NAMED.detail)}.`
}

export function doneSnapshot(id: SnapshotId, status: string): string {
  return `snapshot ${id} (${status})`
}

export function doneSafety(id: SnapshotId): string {
  return `safety snapshot ${id}`
}

export function doneFreed(id: SnapshotId): string {
  return `snapshot ${id} (deleted to free a slot)`
}

/** A deletion that a cancel cuts off is named as one of which the end is unknown. */
export function cleanUpCutOff(namesSome: boolean): string {
  return namesSome ? 'No other snapshot was deleted.' : 'No snapshot was deleted.'
}

/** Who started a restore by hand. */
export function startedBy(actor: string): string {
  return `Started by ${actor}.`
}
