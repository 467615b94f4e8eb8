import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { ListInputs } from '../inputs.ts'
import { compareNewestFirst } from '../policy/recency.ts'
import type { ApiResult } from '../vps/failure.ts'
import type { Context } from './context.ts'
import type { Ledger } from './ledger.ts'
import { explain, type Problem } from './problem.ts'
import { createSnapshotReader } from './snapshots.ts'
import { printTable, resultTable } from './tables.ts'

const LIST_TIME = 5 * 60_000

/** Reads the snapshots of some servers, or of all, newest first. */
export async function list(ctx: Context, inputs: ListInputs, ledger: Ledger): Promise<void> {
  const answer = await readAsked(ctx, inputs.servers)
  if (!answer.ok) {
    ledger.problem = await explain(ctx, answer.failure)
    return
  }
  const snapshots = [...answer.value].sort(compareNewestFirst)
  ledger.listed = snapshots
  ledger.asked = inputs.servers
  if (snapshots.length === 0) ledger.problem = await unknownServer(ctx, inputs.servers)
  if (snapshots.length > 0) printTable(ctx, resultTable(ctx, ledger))
}

async function readAsked(
  ctx: Context,
  servers: readonly ServerId[],
): Promise<ApiResult<readonly Snapshot[]>> {
  const options = { deadline: ctx.clock.now() + LIST_TIME }
  if (servers.length > 0) return createSnapshotReader(ctx).read(servers, options)
  const answer = await ctx.api.listSnapshots({}, options)
  return answer.ok ? { ok: true, value: answer.value.snapshots } : answer
}

// A server without snapshots and a wrong id look the same in a list.
const LOOKED_UP = 10

/** The problem of the first server that there is not, where no snapshot was found; a token may not be able to tell. */
async function unknownServer(ctx: Context, servers: readonly ServerId[]): Promise<Problem | undefined> {
  for (const server of servers.slice(0, LOOKED_UP)) {
    const answer = await ctx.api.readServer(server, { deadline: ctx.clock.now() + LIST_TIME, once: true })
    if (!answer.ok && answer.failure.status === 404) return explain(ctx, answer.failure)
  }
  return undefined
}
