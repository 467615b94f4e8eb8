import { formatDuration } from '../policy/durations.ts'
import { describeFailure } from '../vps/failure.ts'
import type { SnapshotEnd } from './board.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel, snapshotIdOf } from './entry.ts'
import { explain, type Problem } from './problem.ts'

/** What is wrong with how the wait for a snapshot ended; undefined where it was completed. */
export async function problemOfEnd(
  ctx: Context,
  entry: Entry,
  end: SnapshotEnd,
  waited: number,
): Promise<Problem | undefined> {
  const what = `Snapshot ${snapshotIdOf(entry)} of ${serverLabel(entry)}`
  switch (end.state) {
    case 'completed':
      return undefined
    case 'failed':
      return {
        status: 'failed',
        message: `${what} failed: the API says "${end.snapshot.status}".`,
        next: 'Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.',
      }
    case 'gone':
      return {
        status: 'failed',
        message: `${what} is gone: the list showed it and no longer does, so somebody or something deleted it.`,
        next: 'Look who deletes snapshots of this server, then run the job again.',
      }
    case 'refused':
      return explain(
        ctx,
        end.failure,
        `${what} was accepted and goes on at VPS.org; whether it is completed is not known. ${takeUp(entry)}`,
      )
    case 'expired':
      return {
        status: 'timed_out',
        message: `${what} was not completed within ${formatDuration(waited)}; it goes on at VPS.org.${end.lastMiss === undefined ? '' : ` The last question got no answer: ${describeFailure(end.lastMiss)}`}`,
        next: takeUp(entry),
      }
  }
}

/** The way to take up again what was not seen to end. */
export function takeUp(entry: Entry): string {
  return `Take it up again with operation: wait, snapshot-id: ${snapshotIdOf(entry)}.`
}
