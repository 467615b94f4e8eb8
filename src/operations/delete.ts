import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { DeleteInputs } from '../inputs.ts'
import { checkDeletable, type DeletionResult, deleteSnapshot } from '../requests/delete-snapshot.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { ServerEvent } from '../run/events.ts'
import type { Problem } from '../run/problem.ts'
import type { Recorder } from '../run/recorder.ts'
import { type ApiResult, isAmbiguous } from '../vps/failure.ts'
import { awaitGone, awaitOneGone } from '../waiting/deletions.ts'
import { explain, timedOut } from '../waiting/explain.ts'
import { findSnapshots } from '../waiting/find-snapshots.ts'
import { forEachServer } from '../waiting/for-each-server.ts'
import * as messages from './messages.ts'
import { recordTargets, type Target } from './targets.ts'

/** Deletes snapshots and sees that the list no longer holds them. Each is tried. */
export async function deleteSnapshots(ctx: Context, inputs: DeleteInputs, recorder: Recorder): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const { choice, servers: guard, dryRun, wait } = inputs
  const found = await findSnapshots(ctx, { choice, allowedServers: guard, use: 'delete', deadline })
  if (!found.ok) return recorder.record({ type: 'failed', problem: found.problem })
  const { present, absent } = found.value
  // Nothing tells whose it is: where only some servers are allowed, nothing is sent for it.
  if (guard.length > 0 && absent.length > 0)
    recorder.record({ type: 'failed', problem: messages.notFoundToDelete(absent, guard) })
  else await deleteUnlisted(ctx, inputs, absent, recorder, deadline)
  const targets = recordTargets(recorder, 'delete', present)
  const work = dryRun ? planOne : removeOne
  await forEachServer(ctx, targets, target => work(ctx, target, deadline))
  if (dryRun) return
  const accepted = targets.filter(({ track }) => track.run.task.state === 'running')
  if (wait && accepted.length > 0) await verifyGone(ctx, accepted, deadline)
  // What was accepted and need not be seen counts as deleted.
  for (const { track } of accepted)
    if (track.run.task.state === 'running') track.record({ type: 'succeeded' })
}

/** What was made a moment ago may not be listed yet: its deletion is asked for once, and what the API answers counts. */
async function deleteUnlisted(
  ctx: Context,
  { dryRun }: DeleteInputs,
  absent: readonly SnapshotId[],
  recorder: Recorder,
  deadline: number,
): Promise<void> {
  const gone: SnapshotId[] = []
  const deleted: SnapshotId[] = []
  for (const id of absent) {
    const answer = dryRun ? undefined : await askToDelete(ctx, id, recorder, deadline)
    if (answer?.ok === true && answer.value === 'deleted') {
      deleted.push(id)
      ctx.report.line(messages.unlistedDeleted(id))
    } else if (answer?.ok === false) {
      const mayHaveActed = isAmbiguous(answer.failure)
      const problem = await notDeleted(ctx, { id }, { failure: answer.failure, mayHaveActed })
      recorder.record({ type: 'failed', problem })
    } else {
      gone.push(id)
      ctx.report.warn(messages.absent(id))
    }
    // At once: a cancel in the middle must not lose what is deleted.
    recorder.record({ type: 'absent', ids: [...gone], deleted: [...deleted] })
  }
}

async function askToDelete(
  ctx: Context,
  id: SnapshotId,
  recorder: Recorder,
  deadline: number,
): Promise<ApiResult<'deleted' | 'gone'>> {
  ctx.signal.throwIfAborted()
  try {
    return await ctx.api.deleteSnapshot(id, { deadline, once: true })
  } catch (reason) {
    // Whatever ends the step now: what was asked for may have been done.
    recorder.record({ type: 'failed', problem: messages.deletionCutOff(id) })
    throw reason
  }
}

async function planOne(ctx: Context, { track, snapshot }: Target, deadline: number): Promise<void> {
  const allowed = await checkDeletable(ctx, snapshot, deadline)
  if (!allowed.ok) return track.record({ type: 'failed', problem: allowed.problem })
  const step = messages.wouldDelete(track.run, snapshot, apiNow(ctx))
  track.record({ type: 'planned', steps: [step] })
  ctx.report.line(step)
}

async function removeOne(ctx: Context, { track, snapshot }: Target, deadline: number): Promise<void> {
  track.record({ type: 'began' })
  const deletion = await deleteSnapshot(ctx, snapshot, deadline, {
    onSent: () => track.record({ type: 'request sent', request: 'delete' }),
    onRefused: () => track.record({ type: 'request refused' }),
  })
  track.record(await eventOf(ctx, { track, snapshot }, deletion, deadline))
  const { task } = track.run
  if (task.state === 'running') ctx.report.line(messages.deletionAccepted(track.run, snapshot))
  if (task.state === 'succeeded' && deletion.state === 'gone')
    ctx.report.warn(messages.goneAlready(snapshot, deletion.mayBeOurs))
}

async function eventOf(
  ctx: Context,
  { track, snapshot }: Target,
  deletion: Exclude<DeletionResult, { readonly state: 'not wanted' }>,
  deadline: number,
): Promise<ServerEvent> {
  switch (deletion.state) {
    case 'forbidden':
      return { type: 'failed', problem: deletion.problem }
    case 'failed':
      return { type: 'failed', problem: await notDeleted(ctx, snapshot, deletion) }
    case 'deleted':
      return { type: 'accepted', work: 'deletion', snapshot }
    case 'gone':
      return (await isStillListed(ctx, snapshot, deadline))
        ? { type: 'failed', problem: messages.unknownButListed(track.run, snapshot) }
        : { type: 'succeeded', snapshot, how: 'already gone' }
  }
}

/** It was listed a moment ago: that the API does not know it is believed once the list agrees, or cannot be read. */
async function isStillListed(ctx: Context, snapshot: Snapshot, deadline: number): Promise<boolean> {
  const end = await awaitOneGone(ctx, snapshot, deadline)
  return end.state === 'expired' && end.lastFailure === undefined
}

function notDeleted(
  ctx: Context,
  snapshot: Pick<Snapshot, 'id'>,
  { failure, mayHaveActed }: Pick<Extract<DeletionResult, { state: 'failed' }>, 'failure' | 'mayHaveActed'>,
): Promise<Problem> {
  return mayHaveActed
    ? explain(ctx, failure, { state: messages.deletionUnknown(snapshot), done: 'unknown' })
    : explain(ctx, failure, { state: messages.notDeleted(snapshot) })
}

async function verifyGone(ctx: Context, deleted: readonly Target[], deadline: number): Promise<void> {
  const snapshots = deleted.map(({ snapshot }) => snapshot)
  const { end, left } = await awaitGone(ctx, snapshots, deadline, gone => {
    for (const { track, snapshot } of deleted) if (snapshot.id === gone) track.record({ type: 'succeeded' })
  })
  if (end.state === 'done') return
  const eventFor = end.state === 'expired' ? () => timedOut(end) : unseen(await explain(ctx, end.failure))
  for (const { track, snapshot } of deleted) if (left.has(snapshot.id)) track.record(eventFor(snapshot))
}

function unseen(refused: Problem): (snapshot: Snapshot) => ServerEvent {
  return snapshot => {
    const state = messages.deletionUnobservable(snapshot)
    const next = [{ kind: 'list', server: snapshot.server.id } as const]
    return { type: 'left running', why: 'unobservable', problem: { ...refused, state, next } }
  }
}
