import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import type { CallOptions, SnapshotList, SnapshotQuery } from '../vps/client.ts'
import type { ApiResult } from '../vps/failure.ts'
import * as messages from './messages.ts'

/** Reads the snapshots of some servers, or of all: for a wait, which looks for what it knows by id. */
export interface SnapshotReader {
  /** @param keep filters what was read */
  read(
    servers: readonly ServerId[],
    options: CallOptions,
    keep?: (snapshot: Snapshot) => boolean,
  ): Promise<ApiResult<readonly Snapshot[]>>
  /** The whole list, of which only what `keep` lets through is given. */
  readAll(
    keep: (snapshot: Snapshot) => boolean,
    options: CallOptions,
  ): Promise<ApiResult<readonly Snapshot[]>>
}

/** A reader over the client of `ctx`. */
export function createSnapshotReader(ctx: Context): SnapshotReader {
  return {
    read: (servers, options, keep = () => true) => readKept(ctx, { servers }, options, keep),
    readAll: (keep, options) => readKept(ctx, {}, options, keep),
  }
}

/** The snapshots of one server. */
export function readSnapshotsOf(
  ctx: Context,
  server: ServerId,
  options: CallOptions,
): Promise<ApiResult<readonly Snapshot[]>> {
  return readKept(ctx, { servers: [server] }, options, () => true)
}

/**
 * The snapshots of some servers as they were at one moment, where something is to be chosen from them: `consistent` says
 * whether that could be had.
 */
export function readForChoice(
  ctx: Context,
  servers: readonly ServerId[],
  options: CallOptions,
): Promise<ApiResult<SnapshotList>> {
  return readList(ctx, { servers, consistent: true }, options)
}

// By client: an odd item is said once, however often the list is read.
const said = new WeakMap<Context['api'], Set<string>>()

/** Reads a list, and warns once of each item that can be neither chosen nor deleted. */
async function readList(
  ctx: Context,
  query: SnapshotQuery,
  options: CallOptions,
): Promise<ApiResult<SnapshotList>> {
  const answer = await ctx.api.listSnapshots(query, options)
  if (!answer.ok) return answer
  const known = said.get(ctx.api) ?? new Set()
  said.set(ctx.api, known)
  for (const { id, index, problem } of answer.value.oddItems) {
    const which = id ?? `no. ${index + 1}`
    if (!known.has(which)) ctx.report.warn(messages.oddItem(which, problem))
    known.add(which)
  }
  return answer
}

async function readKept(
  ctx: Context,
  query: SnapshotQuery,
  options: CallOptions,
  keep: (snapshot: Snapshot) => boolean,
): Promise<ApiResult<readonly Snapshot[]>> {
  const answer = await readList(ctx, query, options)
  return answer.ok ? { ok: true, value: answer.value.snapshots.filter(keep) } : answer
}
