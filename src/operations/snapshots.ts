import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { CallOptions } from '../vps/client.ts'
import type { ApiResult } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { forEachServer } from './parallel.ts'

/** Reads the snapshots of some servers with as few requests as it can. */
export interface SnapshotReader {
  /** @param keep filters while the list is read, so that what is not needed takes no memory */
  read(
    servers: readonly ServerId[],
    options: CallOptions,
    keep?: (snapshot: Snapshot) => boolean,
  ): Promise<ApiResult<readonly Snapshot[]>>
  /** The whole list, of which only what `keep` lets through is kept. */
  readAll(
    keep: (snapshot: Snapshot) => boolean,
    options: CallOptions,
  ): Promise<ApiResult<readonly Snapshot[]>>
}

/**
 * A reader that learns how large the account is: one server is asked for with the filter; several with the whole
 * list, unless that has more pages than there are servers.
 */
export function createSnapshotReader(ctx: Context): SnapshotReader {
  let pages = 1
  return {
    read: async (servers, options, keep = () => true) => {
      if (servers.length === 1 || pages > servers.length) return readEach(ctx, servers, options, keep)
      const wanted = new Set(servers)
      const answer = await ctx.api.listSnapshots(
        {
          keep: snapshot => wanted.has(snapshot.server.id) && keep(snapshot),
          atMostRequests: servers.length,
        },
        options,
      )
      if (!answer.ok) return answer
      pages = answer.value.pages
      if (!answer.value.complete) return readEach(ctx, servers, options, keep)
      return { ok: true, value: answer.value.snapshots }
    },
    readAll: async (keep, options) => {
      const answer = await ctx.api.listSnapshots({ keep }, options)
      if (!answer.ok) return answer
      pages = answer.value.pages
      return { ok: true, value: answer.value.snapshots }
    },
  }
}

/** The snapshots of one server: the filter is sent, and what comes back is filtered here again. */
export async function readSnapshotsOf(
  ctx: Context,
  server: ServerId,
  options: CallOptions,
): Promise<ApiResult<readonly Snapshot[]>> {
  const answer = await ctx.api.listSnapshots(
    { server, keep: snapshot => snapshot.server.id === server },
    options,
  )
  return answer.ok ? { ok: true, value: answer.value.snapshots } : answer
}

async function readEach(
  ctx: Context,
  servers: readonly ServerId[],
  options: CallOptions,
  keep: (snapshot: Snapshot) => boolean,
): Promise<ApiResult<readonly Snapshot[]>> {
  const answers = await forEachServer(ctx, servers, server => readSnapshotsOf(ctx, server, options))
  const snapshots: Snapshot[] = []
  for (const answer of answers) {
    if (!answer.ok) return answer
    snapshots.push(...answer.value.filter(keep))
  }
  return { ok: true, value: snapshots }
}
