import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { ListInputs } from '../inputs.ts'
import { formatSize } from '../policy/durations.ts'
import { compareNewestFirst } from '../policy/recency.ts'
import type { ApiResult } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { ageOf } from './full-server.ts'
import type { Ledger } from './ledger.ts'
import { explain } from './problem.ts'
import { createSnapshotReader } from './snapshots.ts'

const LIST_TIME = 5 * 60_000
// A log of thousands of lines is read by nobody; the output and the summary hold more.
const LINES = 100

/** Reads the snapshots of some servers, or of all, newest first. */
export async function list(ctx: Context, inputs: ListInputs, ledger: Ledger): Promise<void> {
  const answer = await readAsked(ctx, inputs.servers)
  if (!answer.ok) {
    ledger.problem = await explain(ctx, answer.failure)
    return
  }
  const snapshots = [...answer.value].sort(compareNewestFirst)
  ledger.listed = snapshots
  for (const snapshot of snapshots.slice(0, LINES)) ctx.report.line(lineOf(ctx, snapshot))
  if (snapshots.length > LINES)
    ctx.report.line(`… and ${snapshots.length - LINES} more, all of them in the output "snapshots".`)
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

function lineOf(ctx: Context, snapshot: Snapshot): string {
  const server = `${snapshot.server.name} (${snapshot.server.id})`
  return [
    snapshot.id,
    snapshot.name,
    server,
    snapshot.status,
    formatSize(snapshot.sizeMb),
    ageOf(ctx, snapshot),
  ].join(' · ')
}
