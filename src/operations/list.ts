import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { ListInputs } from '../inputs.ts'
import { compareNewestFirst } from '../policy/recency.ts'
import { resultTable } from '../present/tables.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { Problem } from '../run/problem.ts'
import type { Recorder } from '../run/recorder.ts'
import type { ApiResult } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { createSnapshotReader } from '../waiting/snapshot-reader.ts'
import { printTable } from './conclude.ts'

const LIST_TIME_MS = 5 * 60_000

/** Reads the snapshots of some servers, or of all, newest first. */
export async function list(ctx: Context, { servers }: ListInputs, recorder: Recorder): Promise<void> {
  const answer = await readAsked(ctx, servers)
  if (!answer.ok) return recorder.record({ type: 'failed', problem: await explain(ctx, answer.failure) })
  const snapshots = answer.value.toSorted(compareNewestFirst)
  recorder.record({ type: 'listed', snapshots, asked: servers })
  const problem = snapshots.length === 0 ? await unknownServer(ctx, servers) : undefined
  if (problem !== undefined) recorder.record({ type: 'failed', problem })
  if (snapshots.length > 0) printTable(ctx, resultTable(recorder.run, ctx.origin, apiNow(ctx)))
}

async function readAsked(
  ctx: Context,
  servers: readonly ServerId[],
): Promise<ApiResult<readonly Snapshot[]>> {
  const options = { deadline: ctx.clock.now() + LIST_TIME_MS }
  if (servers.length > 0) return createSnapshotReader(ctx).read(servers, options)
  const answer = await ctx.api.listSnapshots({}, options)
  return answer.ok ? { ok: true, value: answer.value.snapshots } : answer
}

// A server without snapshots and a wrong id look the same in a list.
const LOOKED_UP = 10

/** The problem of the first server that does not exist, where no snapshot was found; a token may not be able to tell. */
async function unknownServer(ctx: Context, servers: readonly ServerId[]): Promise<Problem | undefined> {
  for (const server of servers.slice(0, LOOKED_UP)) {
    const deadline = ctx.clock.now() + LIST_TIME_MS
    const answer = await ctx.api.readServer({ id: server }, { deadline, once: true })
    if (!answer.ok && answer.failure.status === 404) return explain(ctx, answer.failure)
  }
  return undefined
}
