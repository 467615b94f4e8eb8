/** The titles of annotations, and what the summary and the tables call things. */

// ---- titles

export const INVALID_INPUT = 'VPS.org snapshot: invalid input'
export const NOT_ROLLED_BACK = 'Not rolled back'
export const NOT_STARTED = 'Server not started'

/** What a stage does, to be followed by how it ended. */
export const NAMES = {
  create: 'Snapshot',
  restore: 'Restore',
  delete: 'Delete',
  list: 'List',
  wait: 'Wait',
  post: 'Rollback',
  deletion: 'Deletion',
  endOfJob: 'End of the job',
} as const

export const ENDS = {
  failed: 'failed',
  cancelled: 'cancelled',
  internalError: 'ended by an internal error',
  goesOn: 'still in progress',
  troubled: 'completed with problems',
} as const

// ---- one server, line by line

export const DETAILS = {
  server: 'Server',
  snapshot: 'Snapshot',
  taken: 'Taken',
  madeBy: 'Made by',
  size: 'Size',
  description: 'Description',
  safety: 'Safety snapshot',
  slots: 'Slots',
  took: 'Took',
  downtime: 'Downtime',
  commit: 'Commit',
  undoneCommit: 'Undone commit',
  commitToUndo: 'Commit to undo',
  startedBy: 'Started by',
} as const

export function slotsInUse(used: number, all: number): string {
  return `${used} of ${all} in use`
}

export function deletedBy(by: string, server: string, snapshot: string): string {
  return `Deleted by ${by} on ${server}: ${snapshot}`
}

// ---- tables

export const RESULT_COLUMNS = ['Server', 'Status', 'Snapshot', 'Age', 'Details'] as const

/** @param isOfSeveral whether the snapshots belong to several servers. Five columns fit a phone. */
export function snapshotColumns(isOfSeveral: boolean): readonly string[] {
  return ['Snapshot', 'Age', isOfSeveral ? 'Server' : 'Size', 'Status', 'Made by']
}

export const UNKNOWN = 'unknown'
export const IN_FUTURE = 'in the future'

/** Who made a snapshot. */
export const MANUAL = 'manual'
export const THIS_RUN = 'this run'
export const THIS_RUN_UNMARKED = 'this run, without its marker'

export function runOfThisWorkflow(run: string): string {
  return `this workflow, run ${run}`
}

export function runOfOther(workflow: string, run: string): string {
  return `${workflow}, run ${run}`
}

/** Before who made it. A safety snapshot holds what was broken, and must not be taken for one from before a deploy. */
export const PURPOSES = {
  deploy: '',
  safety: 'safety snapshot, ',
  schedule: 'scheduled, ',
  keep: 'kept, ',
} as const

// ---- steps to copy

export const COPIED = {
  restore: 'Restore step to copy',
  wait: 'Wait step to copy',
  delete: 'Delete step to copy',
} as const

/** Above a restore in a workflow. */
export const OVERWRITES =
  '# Overwrites the server whenever it runs. In a deploy job, add the `if:` from docs/rollback.md.'
