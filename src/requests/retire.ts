import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { planKeepLast } from '../policy/retention.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { ServerTrack } from '../run/recorder.ts'
import type { Deletion } from '../run/server-run.ts'
import { awaitOneGone } from '../waiting/deletions.ts'
import { type DeletionHooks, deleteSnapshot } from './delete-snapshot.ts'
import * as messages from './messages.ts'

/**
 * Deletes this workflow's own older snapshots of one server beyond the newest `keepLast`, and records what was deleted and
 * what stays.
 * @param listed the server's snapshots as they are now
 * @param newest the snapshot that this run made
 */
export async function retireOlder(
  ctx: Context,
  track: ServerTrack,
  rule: {
    readonly listed: readonly Snapshot[]
    readonly keepLast: number
    readonly newest: SnapshotId
    /** `delete-on: success` deletes it: then it is none of the newest. */
    readonly newestIsDeleted: boolean
    readonly deadline: number
  },
): Promise<void> {
  const { listed, keepLast, newest, newestIsDeleted, deadline } = rule
  const facts = { snapshots: listed, run: ctx.origin, now: apiNow(ctx) }
  const plan = planKeepLast(facts, { keepLast, made: newest, madeIsDeleted: newestIsDeleted })
  for (const snapshot of plan.deletes)
    await retire(ctx, track, snapshot, { by: 'keep-last', why: 'keep-last', deadline })
  track.record({ type: 'kept', kept: plan.keeps })
}

/** Deletes one snapshot at the end of a job, and records it. A failure is a warning: it must not make a good deploy red. */
export async function retire(
  ctx: Context,
  track: ServerTrack,
  snapshot: Snapshot,
  how: { readonly by: Deletion['by']; readonly why: string; readonly deadline: number },
): Promise<void> {
  let isSent = false
  const hooks: DeletionHooks = {
    onSent: () => {
      isSent = true
    },
    onRefused: () => {
      isSent = false
    },
  }
  const record = (end: Deletion['end']): void =>
    track.record({ type: 'deletion ended', deletion: { snapshot, by: how.by, end } })
  try {
    const asked = await tryToDelete(ctx, snapshot, how, hooks)
    record(asked === 'deleted' || asked === 'gone' ? await confirmed(ctx, snapshot, how, asked) : asked)
  } catch (reason) {
    // Whatever ends the stage now: what was asked for may have been done.
    if (isSent) record('unknown')
    throw reason
  }
}

/** Before something is said to be deleted, or to be gone, the list agrees. */
async function confirmed(
  ctx: Context,
  snapshot: Snapshot,
  { why, deadline }: { readonly why: string; readonly deadline: number },
  asked: 'deleted' | 'gone',
): Promise<Deletion['end']> {
  const end = await awaitOneGone(ctx, snapshot, deadline)
  if (end.state === 'done') {
    const isOurs = asked === 'deleted'
    ctx.report.line(
      isOurs ? messages.retired(snapshot, why, apiNow(ctx)) : messages.retiredByOther(snapshot, why),
    )
    return asked
  }
  ctx.report.warn(messages.stillListed(snapshot, why, asked))
  return 'unknown'
}

async function tryToDelete(
  ctx: Context,
  snapshot: Snapshot,
  { why, deadline }: { readonly why: string; readonly deadline: number },
  hooks: DeletionHooks,
): Promise<Deletion['end']> {
  const deletion = await deleteSnapshot(ctx, snapshot, deadline, hooks)
  switch (deletion.state) {
    case 'forbidden':
      ctx.report.warn(messages.retireForbidden(snapshot, why))
      return 'stays'
    case 'failed':
      ctx.report.warn(
        deletion.mayHaveActed
          ? messages.retireUnclear(snapshot, why, deletion.failure)
          : messages.retireFailed(snapshot, why, deletion.failure),
      )
      return deletion.mayHaveActed ? 'unknown' : 'stays'
    case 'deleted':
      return 'deleted'
    case 'gone':
    case 'not wanted':
      return 'gone'
  }
}
