import type { Snapshot } from '../domain/entities.ts'
import type { Context } from '../run/context.ts'
import { serverLabel } from '../run/labels.ts'
import type { Problem } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { describeFailure } from '../vps/messages.ts'
import { explain } from './explain.ts'
import * as messages from './messages.ts'
import type { SnapshotEnd } from './snapshot-poller.ts'

/** The API has said what became of it, or that it says no more. */
type Told = Exclude<SnapshotEnd, { state: 'expired' }>

/** Records how the wait for the snapshot of an accepted create ended. */
export async function recordSnapshotEnd(
  ctx: Context,
  track: ServerTrack,
  snapshot: Snapshot,
  end: SnapshotEnd,
): Promise<void> {
  switch (end.state) {
    case 'completed':
      return track.record({ type: 'succeeded', snapshot: end.snapshot })
    case 'failed':
    case 'gone': {
      const problem = await problemOf(ctx, track, snapshot, end)
      return track.record({ type: 'failed', problem, snapshot: end.state === 'gone' ? 'gone' : end.snapshot })
    }
    case 'refused': {
      const problem = await problemOf(ctx, track, snapshot, end)
      return track.record({ type: 'left running', why: 'unobservable', problem })
    }
    case 'expired':
      return track.record({
        type: 'left running',
        why: 'timed out',
        lastFailure: described(end),
        last: end.last,
      })
  }
}

/** What is wrong with how the wait for a safety snapshot ended; undefined where it was completed. */
export async function problemOfSafety(
  ctx: Context,
  track: ServerTrack,
  snapshot: Snapshot,
  end: SnapshotEnd,
  waitedMs: number,
): Promise<Problem | undefined> {
  switch (end.state) {
    case 'completed':
      return undefined
    case 'failed':
    case 'gone':
    case 'refused':
      return problemOf(ctx, track, snapshot, end)
    case 'expired':
      return {
        reason: 'timeout',
        done: 'nothing',
        what: messages.snapshotTimedOut(labelOf(track, snapshot), waitedMs),
        state: messages.snapshotContinues(end.last, described(end)),
        next: [followLater(snapshot)],
      }
  }
}

async function problemOf(ctx: Context, track: ServerTrack, snapshot: Snapshot, end: Told): Promise<Problem> {
  const label = labelOf(track, snapshot)
  if (end.state !== 'refused')
    return end.state === 'gone' ? messages.snapshotGone(label) : messages.snapshotFailed(label, end.snapshot)
  const state = messages.snapshotUnobservable(label)
  return explain(ctx, end.failure, { state, next: [followLater(snapshot)] })
}

function labelOf({ run }: ServerTrack, { id }: Snapshot): string {
  return `Snapshot ${id} of ${serverLabel(run)}`
}

function described({ lastFailure }: Extract<SnapshotEnd, { state: 'expired' }>): string | undefined {
  return lastFailure === undefined ? undefined : describeFailure(lastFailure)
}

function followLater({ id }: Snapshot) {
  return { kind: 'follow', snapshot: id, isRestore: false } as const
}
