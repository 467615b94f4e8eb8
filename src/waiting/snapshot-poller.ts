import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { parseMarker } from '../policy/marker.ts'
import { settleWindow } from '../policy/settle.ts'
import {
  observeSnapshot,
  type SnapshotWatch,
  snapshotProgress,
  startSnapshotWatch,
} from '../policy/snapshot-progress.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import type { StatusSeen } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import * as messages from './messages.ts'
import { type PollAttempt, type PollOptions, poll, toAttempt } from './poll.ts'
import { followSnapshots } from './snapshot-reader.ts'

/** How the wait for one snapshot ended. */
export type SnapshotEnd =
  | { readonly state: 'completed' | 'failed' | 'gone'; readonly snapshot: Snapshot }
  | {
      readonly state: 'expired'
      readonly lastFailure: ApiFailure | undefined
      /** undefined: no list has shown it. */
      readonly last: StatusSeen | undefined
    }
  | { readonly state: 'refused'; readonly failure: ApiFailure }

/** Follows many snapshots with one list request a poll. */
export interface SnapshotPoller {
  /**
   * Waits for the end of a snapshot that the API has accepted.
   * @param began when its making began, in clock milliseconds
   * @param seen whether a list has shown it already
   */
  waitFor(snapshot: Snapshot, began: number, seen?: boolean): Promise<SnapshotEnd>
}

interface Followed {
  readonly snapshot: Snapshot
  readonly began: number
  watch: SnapshotWatch
  readonly resolve: (end: SnapshotEnd) => void
  readonly reject: (reason: unknown) => void
}

/** A poller whose waits all end at `deadline`. Nothing is polled while nothing is followed. */
export function createSnapshotPoller(ctx: Context, deadline: number): SnapshotPoller {
  const followed = new Map<SnapshotId, Followed>()
  const unlisted = unlistedLog(ctx)
  const twins = twinLog(ctx)
  let running = false

  const attempt = async (): Promise<PollAttempt<undefined>> => {
    const known = [...followed.values()].map(item => item.snapshot)
    const answer = await followSnapshots(ctx, known, { deadline, once: true })
    return toAttempt(answer, snapshots => {
      for (const snapshot of snapshots) {
        if (followed.has(snapshot.id)) unlisted(snapshot)
        twins(snapshot, followed)
      }
      settle(followed, snapshots, ctx.clock.now())
      return followed.size === 0 ? { state: 'done', value: undefined } : { state: 'pending' }
    })
  }

  const run = async (): Promise<void> => {
    const options: PollOptions = {
      schedule: 'create',
      answeredBefore: true,
      began: ctx.clock.now(),
      deadline,
      startAfterDelay: true,
      elapsed: () => [...followed.values()].map(item => ctx.clock.now() - item.began),
      heartbeat: () => heartbeat(ctx, followed),
    }
    try {
      // In the moment in which the last wait ends, its follower may begin another.
      while (followed.size > 0) {
        const end = await poll(ctx, options, attempt)
        if (end.state === 'refused') finish(followed, item => item.resolve(end))
        if (end.state === 'expired') finish(followed, item => item.resolve({ ...end, last: lastOf(item) }))
      }
    } catch (reason) {
      finish(followed, item => item.reject(reason))
    } finally {
      running = false
    }
  }

  return {
    waitFor: (snapshot, began, seen = false) =>
      new Promise((resolve, reject) => {
        const watch = startSnapshotWatch(settleWindow(ctx.pace), seen ? snapshot : undefined, ctx.clock.now())
        followed.set(snapshot.id, { snapshot, began, watch, resolve, reject })
        if (running) return
        running = true
        // Those that are followed in the same moment count for the first gap.
        queueMicrotask(() => void run())
      }),
  }
}

function finish(followed: Map<SnapshotId, Followed>, end: (item: Followed) => void): void {
  const items = [...followed.values()]
  followed.clear()
  for (const item of items) end(item)
}

function lastOf({ watch: { snapshot, since } }: Followed): StatusSeen | undefined {
  return snapshot === undefined ? undefined : { status: snapshot.status, since }
}

/** Tells every follower what the list says of its snapshot; those that have ended are followed no more. */
function settle(followed: Map<SnapshotId, Followed>, snapshots: readonly Snapshot[], at: number): void {
  const found = new Map(snapshots.map(snapshot => [snapshot.id, snapshot]))
  for (const [id, item] of followed) {
    item.watch = observeSnapshot(item.watch, found.get(id), at)
    const progress = snapshotProgress(item.watch)
    if (progress.state === 'pending') continue
    followed.delete(id)
    item.resolve(progress)
  }
}

function heartbeat(ctx: Context, followed: ReadonlyMap<SnapshotId, Followed>): string {
  const oldest = Math.min(...[...followed.values()].map(item => item.began))
  return messages.snapshotsInProgress([...followed.keys()], ctx.clock.now() - oldest)
}

function unlistedLog(ctx: Context): (snapshot: Snapshot) => void {
  const said = new Set<string>()
  return snapshot => {
    if (snapshotPhase(snapshot.status) !== 'unrecognized' || said.has(snapshot.status)) return
    said.add(snapshot.status)
    ctx.report.line(messages.unlistedStatus(snapshot))
  }
}

/** Looks for another snapshot that carries the key of one that is followed. */
function twinLog(ctx: Context): (snapshot: Snapshot, followed: ReadonlyMap<SnapshotId, Followed>) => void {
  return (snapshot, followed) => {
    const key = followed.has(snapshot.id) ? undefined : parseMarker(snapshot.description)?.key
    if (key === undefined) return
    const ours = [...followed.values()].find(item => parseMarker(item.snapshot.description)?.key === key)
    if (ours !== undefined) ctx.report.warn(messages.duplicate(ours.snapshot.id, snapshot.id))
  }
}
