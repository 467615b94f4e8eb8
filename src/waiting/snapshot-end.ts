import type { Snapshot } from '../domain/entities.ts'
import type { Context } from '../run/context.ts'
import { serverLabel } from '../run/labels.ts'
import type { Problem } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { describeFailure } from '../vps/failure-messages.ts'
import { explain } from './explain.ts'
import * as messages from './messages.ts'
import type { SnapshotEnd } from './snapshot-poller.ts'

/** Records how the wait for the snapshot of an accepted create ended. */
export async function recordSnapshotEnd(
  ctx: Context,
  track: ServerTrack,
  snapshot: Snapshot,
  end: SnapshotEnd,
): Promise<void> {
  const what = `Snapshot ${snapshot.id} of ${serverLabel(track.run)}`
  switch (end.state) {
    case 'completed':
      return track.record({ type: 'succeeded', snapshot: end.snapshot })
    case 'failed':
      return track.record({
        type: 'failed',
        problem: messages.snapshotFailed(what, end.snapshot),
        snapshot: end.snapshot,
      })
    case 'gone':
      return track.record({ type: 'failed', problem: messages.snapshotGone(what), snapshot: 'gone' })
    case 'refused': {
      const state = messages.snapshotUnobservable(what)
      const problem = await explain(ctx, end.failure, { state, next: [followLater(snapshot)] })
      return track.record({ type: 'left running', why: 'unobservable', problem })
    }
    case 'expired':
      return track.record({ type: 'left running', why: 'timed out', lastFailure: described(end) })
  }
}

/** What is wrong with how the wait for a safety snapshot ended; undefined where it was completed. */
export async function problemOfSafety(
  ctx: Context,
  { run }: ServerTrack,
  snapshot: Snapshot,
  end: SnapshotEnd,
  waitedMs: number,
): Promise<Problem | undefined> {
  const what = `Snapshot ${snapshot.id} of ${serverLabel(run)}`
  switch (end.state) {
    case 'completed':
      return undefined
    case 'failed':
      return messages.snapshotFailed(what, end.snapshot)
    case 'gone':
      return messages.snapshotGone(what)
    case 'refused':
      return explain(ctx, end.failure, {
        state: messages.snapshotUnobservable(what),
        next: [followLater(snapshot)],
      })
    case 'expired':
      return {
        reason: 'timeout',
        done: 'nothing',
        what: messages.snapshotTimedOut(what, waitedMs),
        state: messages.snapshotContinues(described(end)),
        next: [followLater(snapshot)],
      }
  }
}

function described({ lastFailure }: Extract<SnapshotEnd, { state: 'expired' }>): string | undefined {
  return lastFailure === undefined ? undefined : describeFailure(lastFailure)
}

function followLater({ id }: Snapshot) {
  return { kind: 'follow', snapshot: id, isRestore: false } as const
}
