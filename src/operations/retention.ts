import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { chooseForKeepLast } from '../policy/retention.ts'
import { describeFailure } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { deleteSnapshot } from './deletion.ts'
import { ageOf } from './inventory.ts'
import { forEachServer } from './parallel.ts'
import { createSnapshotReader } from './snapshots.ts'

/** What `keep-last` did on all servers. */
export interface Retained {
  readonly deleted: readonly Snapshot[]
  /** What was to be deleted and could not be. */
  readonly undeleted: readonly Snapshot[]
  /** All that is left, the undeleted ones as well; undefined where the snapshots could not be listed. */
  readonly kept: readonly Snapshot[] | undefined
}

/**
 * Deletes this workflow's own older snapshots beyond the newest `keepLast` of each server. Whatever does not work is a
 * warning: it must not make a good deploy red.
 * @param newest the snapshot that this run made on each server
 * @param rule how many are kept, and where each one that is deleted is noted at once
 */
export async function keepLastOf(
  ctx: Context,
  newest: ReadonlyMap<ServerId, SnapshotId>,
  { keepLast, retired }: { readonly keepLast: number; readonly retired: Snapshot[] },
  deadline: number,
): Promise<Retained> {
  const list = await createSnapshotReader(ctx).read([...newest.keys()], { deadline })
  if (!list.ok) {
    ctx.report.warn(
      `keep-last deleted nothing, since the snapshots could not be listed. ${describeFailure(list.failure)}`,
    )
    return { deleted: [], undeleted: [], kept: undefined }
  }
  const results = await forEachServer(ctx, [...newest], async ([server, id]) => {
    const own = list.value.filter(snapshot => snapshot.server.id === server)
    const facts = { snapshots: own, origin: ctx.origin, now: ctx.clock.now() }
    const deleted: Snapshot[] = []
    const undeleted: Snapshot[] = []
    const gone: Snapshot[] = []
    for (const snapshot of chooseForKeepLast(facts, keepLast, id)) {
      const end = await deleteQuietly(ctx, snapshot, deadline, 'keep-last')
      if (end === 'stays') undeleted.push(snapshot)
      else gone.push(snapshot)
      if (end !== 'deleted') continue
      deleted.push(snapshot)
      retired.push(snapshot)
    }
    return { deleted, undeleted, kept: own.filter(snapshot => !gone.includes(snapshot)) }
  })
  return {
    deleted: results.flatMap(result => result.deleted),
    undeleted: results.flatMap(result => result.undeleted),
    kept: results.flatMap(result => result.kept),
  }
}

/**
 * Deletes one snapshot at the end of a job; a failure is a warning. `gone`: somebody else had deleted it; `unclear`:
 * whether it is deleted is not known.
 */
export async function deleteQuietly(
  ctx: Context,
  snapshot: Snapshot,
  deadline: number,
  why: string,
): Promise<'deleted' | 'gone' | 'stays' | 'unclear'> {
  const what = `Snapshot ${snapshot.id} ${snapshot.name} of server ${snapshot.server.id}`
  const deletion = await deleteSnapshot(ctx, snapshot, deadline)
  switch (deletion.state) {
    case 'forbidden':
      ctx.report.warn(`${what} was to be deleted by ${why}: ${deletion.problem.message}`)
      return 'stays'
    case 'failed':
      if (deletion.mayHaveActed) {
        ctx.report.warn(
          `${what} was to be deleted by ${why}; whether it is deleted is not known. ${describeFailure(deletion.failure)}`,
        )
        return 'unclear'
      }
      ctx.report.warn(
        `${what} was to be deleted by ${why} and could not be. ${describeFailure(deletion.failure)} Delete it by hand if its slot is needed.`,
      )
      return 'stays'
    case 'deleted':
      ctx.report.line(`${what} (${ageOf(ctx, snapshot)}) is deleted by ${why}.`)
      return 'deleted'
    default:
      ctx.report.line(`${what} was gone already when ${why} was to delete it.`)
      return 'gone'
  }
}
