import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { JobEnd, JobStatus, Operation } from '../inputs.ts'
import { apply } from './apply.ts'
import type { ServerEvent } from './events.ts'
import { bothOf, type Problem } from './problem.ts'
import { problemsOf, type ServerRun } from './server-run.ts'

/** Why the post step restores nothing although the job ended in a way for which a restore was asked. */
export type RollbackSkipped = 'snapshot step not green' | 'job status unknown'

/** What the end of the job is asked to do. */
export interface Armed {
  readonly restoreOn: readonly JobEnd[]
  readonly deleteOn: readonly JobEnd[]
  readonly keepLast: number | undefined
  /** The job had failed, or been cancelled, before this step: a rollback would undo no deploy, so none is armed. */
  readonly isTooLate: boolean
  /** The snapshot is never deleted by retention. */
  readonly isKept: boolean
}

/** What a list holds that may be of a server asked for. */
export interface Unclear {
  readonly ownerless: readonly SnapshotId[]
  readonly unreadable: number
}

/** How a whole operation was cut off. */
export type CutOff =
  | { readonly by: 'cancel'; readonly signal: 'SIGINT' | 'SIGTERM' }
  /** A mistake of this action. */
  | { readonly by: 'internal error'; readonly message: string }

/** All that is known of one stage of one step: what belongs to the whole, and each server's record. */
export interface OperationRun {
  readonly operation: Operation | 'post'
  /** How far the caller wants to see it go. */
  readonly mode: 'wait' | 'no wait' | 'dry run'
  /** Whether a create stops the servers for their snapshots. */
  readonly stopsServers: boolean
  /** How the job stands, as the runner says it. */
  readonly jobStatus: JobStatus
  /** In clock milliseconds. */
  readonly began: number
  readonly servers: readonly ServerRun[]
  /** What was to be deleted, and neither a list nor the API knew. */
  readonly absent: readonly SnapshotId[]
  /** What was deleted though no list held it yet. */
  readonly deletedUnlisted: readonly SnapshotId[]
  /** What `list` read, newest first. */
  readonly listed: readonly Snapshot[] | undefined
  /** What `list` read besides: snapshots whose server could not be told, and how many items could not be read. */
  readonly unclear: Unclear
  /** The servers for whose snapshots `list` was asked; empty: all. */
  readonly asked: readonly ServerId[]
  /** What kept the operation as a whole from going on. */
  readonly problem: Problem | undefined
  /** What the end of the job will do with what is made; undefined before anything is about to be changed. */
  readonly armed: Armed | undefined
  /** Why the runner's state file could not be written; undefined while it can. */
  readonly stateLost: string | undefined
  /** Post step: whether a restore was due, and why there is none. */
  readonly rollback: 'not due' | 'due' | RollbackSkipped
  /** Post step: why `keep-last` has done nothing. */
  readonly retention: 'not asked' | 'asked' | 'list unreadable' | 'job not successful'
  readonly cutOff: CutOff | undefined
}

/** What happens to an operation as a whole. */
export type OperationEvent =
  | { readonly type: 'servers found'; readonly servers: readonly ServerRun[] }
  | {
      readonly type: 'absent'
      readonly ids: readonly SnapshotId[]
      readonly deleted: readonly SnapshotId[]
    }
  | {
      readonly type: 'listed'
      readonly snapshots: readonly Snapshot[]
      readonly asked: readonly ServerId[]
      readonly unclear: Unclear
    }
  | { readonly type: 'failed'; readonly problem: Problem }
  | { readonly type: 'armed'; readonly armed: Armed }
  | { readonly type: 'state lost'; readonly why: string }
  | { readonly type: 'rollback'; readonly rollback: OperationRun['rollback'] }
  | { readonly type: 'retention'; readonly retention: OperationRun['retention'] }
  | { readonly type: 'cut off'; readonly cutOff: CutOff }

/** The record of an operation that begins at `now`, in clock milliseconds. */
export function newOperationRun(
  facts: Pick<OperationRun, 'operation' | 'mode' | 'jobStatus'> & Partial<Pick<OperationRun, 'stopsServers'>>,
  now: number,
): OperationRun {
  return {
    stopsServers: false,
    ...facts,
    began: now,
    servers: [],
    absent: [],
    deletedUnlisted: [],
    listed: undefined,
    unclear: { ownerless: [], unreadable: 0 },
    asked: [],
    problem: undefined,
    armed: undefined,
    stateLost: undefined,
    rollback: 'not due',
    retention: 'not asked',
    cutOff: undefined,
  }
}

const CUT_OFF = { cancel: 'cancelled', 'internal error': 'abandoned' } as const

/** The record of the whole after an event. Pure. */
export function applyToAll(run: OperationRun, event: OperationEvent, at: number): OperationRun {
  switch (event.type) {
    case 'servers found':
      return { ...run, servers: event.servers }
    case 'absent':
      return { ...run, absent: event.ids, deletedUnlisted: event.deleted }
    case 'listed':
      return { ...run, listed: event.snapshots, asked: event.asked, unclear: event.unclear }
    case 'failed':
      return {
        ...run,
        problem: run.problem === undefined ? event.problem : bothOf(run.problem, event.problem),
      }
    case 'armed':
      return { ...run, armed: event.armed }
    case 'state lost':
      return { ...run, stateLost: run.stateLost ?? event.why }
    case 'rollback':
      return { ...run, rollback: event.rollback }
    case 'retention':
      return { ...run, retention: event.retention }
    case 'cut off':
      return {
        ...run,
        cutOff: event.cutOff,
        servers: run.servers.map(server => apply(server, { type: CUT_OFF[event.cutOff.by] }, at)),
      }
  }
}

/** The record of the whole after something happened to one of its servers. Pure. */
export function applyToServer(
  run: OperationRun,
  index: number,
  event: ServerEvent,
  at: number,
): OperationRun {
  return {
    ...run,
    servers: run.servers.map((server, place) => (place === index ? apply(server, event, at) : server)),
  }
}

/** Every problem of the operation, that of the whole first. */
export function allProblems(run: OperationRun): readonly Problem[] {
  const own = run.servers.flatMap(problemsOf)
  return run.problem === undefined ? own : [run.problem, ...own]
}
