import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { jittered, scheduleFor } from '../policy/schedule.ts'
import { settleWindow } from '../policy/settle.ts'
import {
  observeSnapshot,
  type SnapshotWatch,
  snapshotProgress,
  startSnapshotWatch,
} from '../policy/snapshot-progress.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import type { ApiFailure } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { type Look, lookAt, type PollOptions, poll } from './poll.ts'
import { createSnapshotReader, type SnapshotReader } from './snapshots.ts'

/** How the wait for one snapshot ended. */
export type SnapshotEnd =
  | { readonly state: 'completed' | 'failed' | 'gone'; readonly snapshot: Snapshot }
  | { readonly state: 'expired'; readonly lastMiss: ApiFailure | undefined }
  | { readonly state: 'refused'; readonly failure: ApiFailure }

/** Follows many snapshots with one list request a poll. */
export interface Board {
  /**
   * Waits for the end of a snapshot that the API has accepted.
   * @param began when its making began, in clock milliseconds
   * @param seen whether a list has shown it already
   */
  follow(snapshot: Snapshot, began: number, seen?: boolean): Promise<SnapshotEnd>
}

interface Followed {
  readonly snapshot: Snapshot
  readonly began: number
  watch: SnapshotWatch
  readonly resolve: (end: SnapshotEnd) => void
  readonly reject: (reason: unknown) => void
}

/**
 * A board whose waits all end at `deadline`. Nothing is polled while nothing is followed.
 * @param reader one that has read before knows how large the account is
 */
export function createBoard(
  ctx: Context,
  deadline: number,
  reader: SnapshotReader = createSnapshotReader(ctx),
): Board {
  const followed = new Map<SnapshotId, Followed>()
  const unlisted = unlistedLog(ctx)
  let running = false

  const look = async (): Promise<Look<undefined>> => {
    const servers = [...new Set([...followed.values()].map(item => item.snapshot.server.id))]
    const answer = await reader.read(servers, { deadline, once: true }, ({ id }) => followed.has(id))
    return lookAt(answer, snapshots => {
      for (const snapshot of snapshots) unlisted(snapshot)
      settle(followed, snapshots, ctx.clock.now())
      return followed.size === 0 ? { state: 'done', value: undefined } : { state: 'pending' }
    })
  }

  const run = async (): Promise<void> => {
    const options: PollOptions = {
      schedule: 'create',
      began: ctx.clock.now(),
      deadline,
      first: 'after a gap',
      gap: () => shortestGap(ctx, followed),
      heartbeat: () => heartbeat(ctx, followed),
    }
    try {
      // In the moment in which the last wait ends, its follower may begin another.
      while (followed.size > 0) {
        const end = await poll(ctx, options, look)
        if (end.state !== 'done') finish(followed, item => item.resolve(end))
      }
    } catch (reason) {
      finish(followed, item => item.reject(reason))
    } finally {
      running = false
    }
  }

  return {
    follow: (snapshot, began, seen = false) =>
      new Promise((resolve, reject) => {
        const watch = startSnapshotWatch(settleWindow(ctx.pace), seen ? snapshot : undefined)
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

/** Tells every follower what the list says of its snapshot; those that have ended leave the board. */
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

/** The gap of the one that may end soonest: a fleet is polled no more often than its most urgent member. */
function shortestGap(ctx: Context, followed: ReadonlyMap<SnapshotId, Followed>): number {
  if (ctx.pace.fixedIntervalMs !== undefined) return ctx.pace.fixedIntervalMs
  const now = ctx.clock.now()
  const gap = scheduleFor('create')
  return jittered(Math.min(...[...followed.values()].map(item => gap(now - item.began))), ctx.random)
}

function heartbeat(ctx: Context, followed: ReadonlyMap<SnapshotId, Followed>): string {
  const items = [...followed.values()]
  const oldest = Math.min(...items.map(item => item.began))
  const which = items.length === 1 ? `Snapshot ${items[0]?.snapshot.id} is` : `${items.length} snapshots are`
  return `${which} in progress since ${formatDuration(ctx.clock.now() - oldest)}; 3 to 10 minutes are usual.`
}

function unlistedLog(ctx: Context): (snapshot: Snapshot) => void {
  const said = new Set<string>()
  return snapshot => {
    if (snapshotPhase(snapshot.status) !== 'unlisted' || said.has(snapshot.status)) return
    said.add(snapshot.status)
    ctx.report.line(
      `Snapshot ${snapshot.id} has the status "${snapshot.status}", which is not a documented one; it counts as still running.`,
    )
  }
}
