import type { Snapshot } from '../domain/entities.ts'
import { compareNewestFirst } from '../policy/recency.ts'
import {
  observeServer,
  type RestoreWatch,
  restoreProgress,
  startRestoreWatch,
} from '../policy/restore-end.ts'
import { isCompleted, serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { serverLabel } from '../run/labels.ts'
import type { ServerTrack } from '../run/recorder.ts'
import type { ServerRun } from '../run/server-run.ts'
import { describeFailure } from '../vps/messages.ts'
import { explain } from './explain.ts'
import * as messages from './messages.ts'
import { type PollAttempt, type PollResult, poll, toAttempt } from './poll.ts'
import { readServerOf } from './server-reader.ts'
import { readSnapshotsOf } from './snapshot-reader.ts'

/** How a restore was accepted. */
export interface Acceptance {
  /** In clock milliseconds. */
  readonly at: number
  /** The server's status before the request; undefined where it may not be read. */
  readonly statusBefore: string | undefined
  /** Whether `restoring` has been seen at the server already. */
  readonly seenRestoring: boolean
  /** false: our request was not accepted, and the server is restoring. It is followed, and nobody calls it ours. */
  readonly isOurs: boolean
}

interface Followed {
  readonly snapshot: Snapshot
  /** In clock milliseconds. */
  readonly deadline: number
  readonly group: () => readonly ServerRun[]
}

type End = Exclude<ReturnType<typeof restoreProgress>, { state: 'pending' }>

/** Of a fleet one line a minute is enough: the first that is still being restored speaks for all. */
function heartbeat(run: ServerRun, group: readonly ServerRun[], elapsed: string): string | undefined {
  if (run.task.state !== 'running') return messages.restoringPerhapsForeign(run, elapsed)
  const restoring = group.filter(({ task }) => task.state === 'running')
  if (restoring.length === 1) return messages.restoringOne(run, elapsed)
  if (restoring[0]?.server.id !== run.server.id) return undefined
  return messages.restoringSeveral(restoring.length, run, elapsed)
}

/**
 * Follows an accepted restore to its end, and records it.
 * @param options `snapshot`: what it is restored from; `group`: the records of all that are restored beside it, itself
 *   included
 * @returns the phase in which it left the server; undefined where it did not end well, as the record then says
 */
export async function awaitRestoreEnd(
  ctx: Context,
  track: ServerTrack,
  acceptance: Acceptance,
  { snapshot, deadline, group }: Followed,
): Promise<'active' | 'stopped' | undefined> {
  let watch: RestoreWatch = startRestoreWatch(acceptance.at, {
    statusBefore: acceptance.statusBefore,
    seenRestoring: acceptance.seenRestoring,
    config: ctx.pace,
  })
  const note = statusLog(ctx, track)
  let isFoundByName = false
  const attempt = async (): Promise<PollAttempt<End>> =>
    toAttempt(await readServerOf(ctx, track, { deadline, once: true }), server => {
      note(server.status)
      isFoundByName = server.foundByName
      watch = observeServer(watch, server.status, ctx.clock.now())
      const progress = restoreProgress(watch)
      return progress.state === 'pending' ? { state: 'pending' } : { state: 'done', value: progress }
    })
  const end = await poll(
    ctx,
    {
      schedule: 'restore',
      answeredBefore: acceptance.statusBefore !== undefined || acceptance.seenRestoring,
      began: acceptance.at,
      deadline,
      startAfterDelay: true,
      heartbeat: elapsed => heartbeat(track.run, group(), elapsed),
      isConfirming: () => {
        const progress = restoreProgress(watch)
        return progress.state === 'pending' && progress.isConfirming
      },
    },
    attempt,
  )
  return recordEnd(ctx, track, snapshot, end, isFoundByName)
}

async function recordEnd(
  ctx: Context,
  track: ServerTrack,
  snapshot: Snapshot,
  end: PollResult<End>,
  isFoundByName: boolean,
): Promise<'active' | 'stopped' | undefined> {
  const { run } = track
  if (end.state === 'refused') {
    const state = messages.restoreUnobservable(serverLabel(run))
    const next = [{ kind: 'follow', snapshot: snapshot.id, isRestore: true } as const]
    track.record({
      type: 'left running',
      why: 'unobservable',
      problem: await explain(ctx, end.failure, { state, next }),
    })
    return undefined
  }
  if (end.state === 'expired') {
    const lastFailure = end.lastFailure === undefined ? undefined : describeFailure(end.lastFailure)
    track.record({ type: 'left running', why: 'timed out', lastFailure })
    return undefined
  }
  if (end.value.state === 'failed') {
    const problem = messages.restoreFailed(run, snapshot.id, end.value.status)
    track.record({
      type: 'failed',
      problem: { ...problem, candidates: await otherSnapshots(ctx, run, snapshot) },
    })
    return undefined
  }
  // That it is the right server at all is certain only once it was seen restoring.
  if (isFoundByName && end.value.observed === 'never seen') {
    track.record({ type: 'failed', problem: messages.wrongServerPerhaps(run) })
    return undefined
  }
  track.record({ type: 'succeeded', how: end.value.observed === 'never seen' ? 'never seen' : 'seen' })
  return end.value.phase
}

// A way out may not hold up the end of the job.
const OTHERS_TIME_MS = 10_000

/** What could be restored instead, newest first; nothing where the list cannot be read. */
async function otherSnapshots(
  ctx: Context,
  { server, safety }: ServerRun,
  failed: Snapshot,
): Promise<readonly Snapshot[]> {
  const options = { deadline: ctx.clock.now() + OTHERS_TIME_MS, once: true }
  const list = await readSnapshotsOf(ctx, server.id, options)
  // The safety snapshot holds what was to be undone.
  const used = [failed.id, safety?.snapshot.id]
  const others = list.ok ? list.value : []
  return others
    .filter(snapshot => isCompleted(snapshot) && !used.includes(snapshot.id))
    .toSorted(compareNewestFirst)
}

/** Waits until `restoring` is seen at the server, or `until`; whether it was seen. */
export async function awaitRestoring(ctx: Context, track: ServerTrack, until: number): Promise<boolean> {
  const note = statusLog(ctx, track)
  const end = await poll<true>(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: until },
    async () =>
      toAttempt(await readServerOf(ctx, track, { deadline: until, once: true }), server => {
        note(server.status)
        return serverPhase(server.status) === 'restoring'
          ? { state: 'done', value: true }
          : { state: 'pending' }
      }),
  )
  return end.state === 'done'
}

/** Records the server's status, and says it when it changes. */
function statusLog(ctx: Context, track: ServerTrack): (status: string) => void {
  return status => {
    if (status !== track.run.server.status) ctx.report.line(messages.statusChanged(track.run, status))
    track.record({ type: 'status seen', status })
  }
}
