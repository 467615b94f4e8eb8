import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Kept } from '../policy/retention.ts'
import type { Problem } from './problem.ts'

/** What is asked of VPS.org for one server. `clean up`: the post step's part where nothing is to be restored. */
export type Goal = 'create' | 'restore' | 'delete' | 'wait' | 'clean up'

/** A request that changes something: while its answer is outstanding, nobody knows whether VPS.org acted on it. */
export type ChangeRequest = 'create' | 'restore' | 'delete' | 'safety snapshot'

/**
 * What VPS.org does once it has accepted a request. `possible restore`: the snapshot is completed, and whether its server
 * is being restored from it is still to be seen.
 */
export type Work = 'snapshot' | 'restore' | 'possible restore' | 'deletion'

/** What ended an operation early. */
export type CutOffBy = 'cancelled' | 'internal error'

/** A status as it was seen last, and the first time it was seen so, in clock milliseconds. */
export interface StatusSeen {
  readonly status: string
  readonly since: number
}

/** Why nobody watches any more what VPS.org goes on with. */
export type LeftBecause =
  | { readonly why: 'not awaited' | 'job cancelled' }
  | { readonly why: CutOffBy }
  /** `last`: of the snapshot that was waited for; undefined where no list had shown it, or a server was waited for. */
  | {
      readonly why: 'timed out'
      readonly lastFailure: string | undefined
      readonly last?: StatusSeen | undefined
    }
  /** The API accepted, and then refused to say more. */
  | { readonly why: 'unobservable'; readonly problem: Problem }

/** The one thing that an operation does to one server. */
export type Task =
  | { readonly state: 'pending' }
  /** A dry run: checked, and nothing speaks against it. */
  | { readonly state: 'planned'; readonly steps: readonly string[] }
  | { readonly state: 'skipped'; readonly why: 'group failed' | 'out of time' | CutOffBy }
  /** Certainly nothing was done. */
  | { readonly state: 'rejected'; readonly problem: Problem }
  /** `before` holds again if the API refuses. `toDelete`: the snapshot that is to make room. */
  | {
      readonly state: 'requested'
      readonly request: ChangeRequest | 'make room'
      readonly before: Task
      readonly toDelete?: Snapshot
    }
  /** Whether VPS.org acted on a request cannot be told. */
  | { readonly state: 'ambiguous'; readonly problem: Problem }
  | Running
  | (Omit<Running, 'state'> & { readonly state: 'left running'; readonly at: number } & LeftBecause)
  | (Omit<Running, 'state'> & { readonly state: 'succeeded'; readonly at: number; readonly how: HowItEnded })
  /** `snapshot` is undefined where it no longer exists. */
  | {
      readonly state: 'failed'
      readonly work: Work
      readonly snapshot: Snapshot | undefined
      readonly problem: Problem
    }

/** Accepted by the API, and watched. */
export interface Running {
  readonly state: 'running'
  readonly work: Work
  readonly snapshot: Snapshot
  /** When the API accepted, in clock milliseconds. */
  readonly since: number
  /** The same by the API's clock, which dates snapshots; undefined where nobody compared the two. */
  readonly apiTime?: number
}

/** `already gone`: somebody else had deleted it. `never seen`: no read of the server ever showed `restoring`. */
export type HowItEnded = 'seen' | 'already gone' | 'never seen'

/** What this action did to the server's power; what the post step acts on. */
export type Power =
  | { readonly state: 'untouched' | 'stopped' | 'started' | 'left stopped' }
  /** `since` in clock milliseconds. */
  | { readonly state: 'stop requested' | 'start requested'; readonly since: number }
  | { readonly state: 'start failed'; readonly problem: Problem }

/** What the health check says. */
export type Health =
  | { readonly state: 'not checked' | 'passed' | 'cut off' }
  | { readonly state: 'checking'; readonly since: number }
  | { readonly state: 'failed'; readonly problem: Problem }

/** The snapshot of what a restore is about to overwrite. */
export interface SafetySnapshot {
  readonly snapshot: Snapshot
  readonly state: 'running' | 'completed' | 'failed'
  readonly since: number
}

/** A snapshot that was to be deleted besides, and what became of it. */
export interface Deletion {
  readonly snapshot: Snapshot
  readonly by: 'when-full' | 'keep-last' | 'delete-on'
  /** `gone`: somebody else had deleted it. `unknown`: whether a request was obeyed cannot be told. */
  readonly end: 'deleted' | 'gone' | 'stays' | 'unknown'
}

/** A stretch of time for the timeline, in clock milliseconds. */
export interface Phase {
  readonly kind: 'stop' | 'snapshot' | 'safety snapshot' | 'restore' | 'start' | 'health check'
  readonly from: number
  readonly to: number
  readonly failed: boolean
}

/** The server as it was last seen. */
export interface ServerFacts {
  readonly id: ServerId
  /** Empty while it is not known. */
  readonly name: string
  /** undefined: never read. */
  readonly status: string | undefined
  /** When it was first seen so, in clock milliseconds. */
  readonly statusSince: number | undefined
  /** When it was last read, in clock milliseconds. */
  readonly readAt: number | undefined
}

/** One server's part in an operation. Only `apply` makes a new one; everything that is said is computed from it. */
export interface ServerRun {
  readonly goal: Goal
  readonly server: ServerFacts
  /** The snapshot that the operation was given; undefined for a create. */
  readonly target: Snapshot | undefined
  readonly task: Task
  readonly power: Power
  readonly health: Health
  /** Snapshot slots in use; undefined where they were not counted. */
  readonly slots: number | undefined
  readonly safety: SafetySnapshot | undefined
  readonly deletions: readonly Deletion[]
  /** What `keep-last` left on the server, and why; undefined where it was not asked or could not read the list. */
  readonly kept: readonly Kept[] | undefined
  /** When its own work began and last ended, in clock milliseconds. */
  readonly began: number | undefined
  readonly ended: number | undefined
  readonly phases: readonly Phase[]
}

/** A record of a server for which nothing has been done yet. */
export function newServerRun(
  goal: Goal,
  server: Pick<ServerFacts, 'id' | 'name'>,
  target?: Snapshot,
): ServerRun {
  return {
    goal,
    server: { ...server, status: undefined, statusSince: undefined, readAt: undefined },
    target,
    task: { state: 'pending' },
    power: { state: 'untouched' },
    health: { state: 'not checked' },
    slots: undefined,
    safety: undefined,
    deletions: [],
    kept: undefined,
    began: undefined,
    ended: undefined,
    phases: [],
  }
}

/** The snapshot that the record is about, as last seen; undefined while there is none, or none any more. */
export function snapshotOf({ task, target }: ServerRun): Snapshot | undefined {
  switch (task.state) {
    case 'running':
    case 'left running':
    case 'succeeded':
    case 'failed':
      return task.snapshot
    case 'requested':
    case 'pending':
    case 'planned':
    case 'skipped':
    case 'rejected':
    case 'ambiguous':
      return target
  }
}

const HOW_FAR: Readonly<Record<Task['state'], 'not begun' | 'checked' | 'asked' | 'accepted'>> = {
  pending: 'not begun',
  skipped: 'not begun',
  planned: 'checked',
  rejected: 'checked',
  requested: 'asked',
  ambiguous: 'asked',
  running: 'accepted',
  'left running': 'accepted',
  succeeded: 'accepted',
  failed: 'accepted',
}

/** Whether the API has accepted what the record is about. */
export function isAccepted({ task }: ServerRun): boolean {
  const isOurs = task.state !== 'succeeded' || task.how !== 'already gone'
  return HOW_FAR[task.state] === 'accepted' && isOurs
}

/** Whether anything may have been changed for it, accepted or not. */
export function mayBeTouched({ task, power, deletions }: ServerRun): boolean {
  const howFar = HOW_FAR[task.state]
  return howFar === 'asked' || howFar === 'accepted' || power.state !== 'untouched' || deletions.length > 0
}

/** There is nothing to tell of it: its task was not begun, and nothing was asked of the API besides. */
export function hasNoTrace(run: ServerRun): boolean {
  return HOW_FAR[run.task.state] === 'not begun' && !mayBeTouched(run) && run.safety === undefined
}

/** Whether its restore counts as done though no read of the server ever showed it. */
export function wasNeverSeen({ task }: ServerRun): boolean {
  return task.state === 'succeeded' && task.how === 'never seen'
}

const MAY_BE_DOWN: Readonly<Record<Power['state'], boolean>> = {
  untouched: false,
  'stop requested': true,
  stopped: true,
  'start requested': true,
  'start failed': true,
  started: false,
  'left stopped': false,
}

/** Whether the server is, or may be, down because of this action and has not been seen running since. */
export function mayBeDown({ power }: ServerRun): boolean {
  return MAY_BE_DOWN[power.state]
}

/** Whether what was accepted goes on at VPS.org, and nothing is worse: this action has not left the server down. */
export function goesOn(run: ServerRun): boolean {
  return run.task.state === 'left running' && !mayBeDown(run)
}

/** Everything that went wrong for this server, the task's own problem first. */
export function problemsOf({ task, power, health }: ServerRun): readonly Problem[] {
  return [task, power, health].flatMap(part => ('problem' in part ? [part.problem] : []))
}

/** Whether nothing was begun for it because another server of its group had failed. */
export function isSkippedWithGroup({ task }: ServerRun): boolean {
  return task.state === 'skipped' && task.why === 'group failed'
}

/**
 * Whether all that was asked for this server was done, as far as anybody wanted to wait for it, and this action has not
 * left it down.
 */
export function isGood(run: ServerRun): boolean {
  const { goal, task, health } = run
  return (goal === 'clean up' || standOf(task) === 'good') && !mayBeDown(run) && IS_HEALTH_GOOD[health.state]
}

const IS_HEALTH_GOOD: Readonly<Record<Health['state'], boolean>> = {
  'not checked': true,
  checking: false,
  passed: true,
  failed: false,
  'cut off': false,
}

/** Whether something went wrong for it that is known already: what is still under way has not failed. */
export function hasFailed({ task, power, health }: ServerRun): boolean {
  return standOf(task) === 'bad' || power.state === 'start failed' || health.state === 'failed'
}

/** `open`: it is still under way, or has not begun. */
function standOf(task: Task): 'good' | 'bad' | 'open' {
  switch (task.state) {
    case 'planned':
    case 'succeeded':
      return 'good'
    case 'left running':
      return task.why === 'not awaited' ? 'good' : 'bad'
    case 'skipped':
    case 'rejected':
    case 'ambiguous':
    case 'failed':
      return 'bad'
    case 'pending':
    case 'requested':
    case 'running':
      return 'open'
  }
}
