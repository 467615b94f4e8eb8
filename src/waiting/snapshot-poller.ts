import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { markerMatches, parseMarker } from '../policy/marker.ts'
import { settleWindow } from '../policy/settle.ts'
import {
  observeSnapshot,
  type SnapshotWatch,
  snapshotProgress,
  startSnapshotWatch,
} from '../policy/snapshot-progress.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import { type Context, isNews } from '../run/context.ts'
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

type AllFollowed = Map<SnapshotId, Followed>

/** A poller whose waits all end at `deadline`. Nothing is polled while nothing is followed. */
export function createSnapshotPoller(ctx: Context, deadline: number): SnapshotPoller {
  const followed: AllFollowed = new Map()
  let running = false
  const run = async (): Promise<void> => {
    const options = optionsFor(ctx, followed, deadline)
    try {
      // In the moment in which the last wait ends, its follower may begin another.
      while (followed.size > 0) {
        const end = await poll(ctx, options, () => lookAtAll(ctx, followed, deadline))
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

/** One look at the list, for all that are followed. */
async function lookAtAll(
  ctx: Context,
  followed: AllFollowed,
  deadline: number,
): Promise<PollAttempt<undefined>> {
  const known = [...followed.values()].map(item => item.snapshot)
  return toAttempt(await followSnapshots(ctx, known, { deadline, once: true }), snapshots => {
    for (const snapshot of snapshots)
      if (followed.has(snapshot.id)) noteUnlisted(ctx, snapshot)
      else warnOfTwin(ctx, snapshot, known)
    settle(followed, snapshots, ctx.clock.now())
    return followed.size === 0 ? { state: 'done', value: undefined } : { state: 'pending' }
  })
}

function optionsFor(ctx: Context, followed: AllFollowed, deadline: number): PollOptions {
  return {
    schedule: 'create',
    answeredBefore: true,
    began: ctx.clock.now(),
    deadline,
    startAfterDelay: true,
    elapsed: () => [...followed.values()].map(item => ctx.clock.now() - item.began),
    heartbeat: () => heartbeat(ctx, followed),
  }
}

function finish(followed: AllFollowed, end: (item: Followed) => void): void {
  const items = [...followed.values()]
  followed.clear()
  for (const item of items) end(item)
}

function lastOf({ watch: { snapshot, since } }: Followed): StatusSeen | undefined {
  return snapshot === undefined ? undefined : { status: snapshot.status, since }
}

/** Tells every follower what the list says of its snapshot; those that have ended are followed no more. */
function settle(followed: AllFollowed, snapshots: readonly Snapshot[], at: number): void {
  const found = new Map(snapshots.map(snapshot => [snapshot.id, snapshot]))
  for (const [id, item] of followed) {
    item.watch = observeSnapshot(item.watch, found.get(id), at)
    const progress = snapshotProgress(item.watch)
    if (progress.state === 'pending') continue
    followed.delete(id)
    item.resolve(progress)
  }
}

function heartbeat(ctx: Context, followed: AllFollowed): string {
  const oldest = Math.min(...[...followed.values()].map(item => item.began))
  return messages.snapshotsInProgress([...followed.keys()], ctx.clock.now() - oldest)
}

/** A status that nobody documented is said once, whatever has it. */
function noteUnlisted(ctx: Context, snapshot: Snapshot): void {
  if (snapshotPhase(snapshot.status) === 'unrecognized' && isNews(ctx, `snapshot status ${snapshot.status}`))
    ctx.report.line(messages.unlistedStatus(snapshot))
}

/** Another snapshot that carries the key of one that is followed was made by the same request. */
function warnOfTwin(ctx: Context, snapshot: Snapshot, followed: readonly Snapshot[]): void {
  const key = parseMarker(snapshot.description)?.key
  const ours = followed.find(({ description }) => key !== undefined && markerMatches(description, key))
  if (ours !== undefined) ctx.report.warn(messages.duplicate(ours.id, snapshot.id))
}
