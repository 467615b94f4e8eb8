import type { ServerId } from '../domain/ids.ts'
import type { ListInputs } from '../inputs.ts'
import { compareNewestFirst } from '../policy/recency.ts'
import { confirmationGapMs } from '../policy/settle.ts'
import { resultTable } from '../present/tables.ts'
import { apiNow, type Context } from '../run/context.ts'
import type { Problem } from '../run/problem.ts'
import type { Recorder } from '../run/recorder.ts'
import type { SnapshotList } from '../vps/client.ts'
import type { ApiResult } from '../vps/failure.ts'
import { RETRY_PATIENCE_MS } from '../vps/retry.ts'
import { explain, unknownServer } from '../waiting/explain.ts'
import { readList } from '../waiting/snapshot-reader.ts'
import { printTable } from './conclude.ts'

/** Reads the snapshots of some servers, or of all, newest first. */
export async function list(ctx: Context, { servers }: ListInputs, recorder: Recorder): Promise<void> {
  const answer = await readConfirmed(ctx, servers)
  if (!answer.ok) return recorder.record({ type: 'failed', problem: await explain(ctx, answer.failure) })
  const { unattributed, count } = answer.value
  const snapshots = answer.value.snapshots.toSorted(compareNewestFirst)
  const ownerless = unattributed.map(({ id }) => id)
  const unreadable = count - snapshots.length - ownerless.length
  recorder.record({ type: 'listed', snapshots, asked: servers, unclear: { ownerless, unreadable } })
  const problem = count === 0 ? await firstUnknown(ctx, servers) : undefined
  if (problem !== undefined) recorder.record({ type: 'failed', problem })
  if (snapshots.length > 0) printTable(ctx, resultTable(recorder.run, ctx.origin, apiNow(ctx)))
}

/** One list can be empty by mistake: that there are no snapshots is said after two, some seconds apart. */
async function readConfirmed(ctx: Context, servers: readonly ServerId[]): Promise<ApiResult<SnapshotList>> {
  const answer = await readAsked(ctx, servers)
  if (!answer.ok || answer.value.count > 0) return answer
  await ctx.clock.sleep(confirmationGapMs(ctx.pace), ctx.signal)
  return readAsked(ctx, servers)
}

function readAsked(ctx: Context, servers: readonly ServerId[]): Promise<ApiResult<SnapshotList>> {
  const query = servers.length > 0 ? { servers } : {}
  return readList(ctx, query, { deadline: ctx.clock.now() + RETRY_PATIENCE_MS })
}

const LOOKED_UP = 10

/** The problem of the first server that does not exist, where no snapshot was found; a token may not be able to tell. */
async function firstUnknown(ctx: Context, servers: readonly ServerId[]): Promise<Problem | undefined> {
  for (const server of servers.slice(0, LOOKED_UP)) {
    const problem = await unknownServer(ctx, server, ctx.clock.now() + RETRY_PATIENCE_MS)
    if (problem !== undefined) return problem
  }
  return undefined
}
