import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
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
  /** What the list of their servers says of snapshots that are known; one that names no server any more is known by its id. */
  follow(known: readonly Snapshot[], options: CallOptions): Promise<ApiResult<readonly Snapshot[]>>
  /** Looks for some ids in the whole list; `ownerless` are listed without a server. */
  find(ids: ReadonlySet<SnapshotId>, options: CallOptions): Promise<ApiResult<Found>>
  /** The whole list, of which only what `keep` lets through is given. */
  readAll(
    keep: (snapshot: Snapshot) => boolean,
    options: CallOptions,
  ): Promise<ApiResult<readonly Snapshot[]>>
}

/** What the whole list has of some ids. */
export interface Found {
  readonly snapshots: readonly Snapshot[]
  readonly ownerless: readonly SnapshotId[]
}

/** A reader over the client of `ctx`. */
export function createSnapshotReader(ctx: Context): SnapshotReader {
  return {
    read: (servers, options, keep = () => true) => readKept(ctx, { servers }, options, keep),
    follow: (known, options) => follow(ctx, known, options),
    find: (ids, options) => find(ctx, ids, options),
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

async function follow(
  ctx: Context,
  known: readonly Snapshot[],
  options: CallOptions,
): Promise<ApiResult<readonly Snapshot[]>> {
  const servers = [...new Set(known.map(({ server }) => server.id))]
  const answer = await readList(ctx, { servers }, options)
  if (!answer.ok) return answer
  const { snapshots, unattributed } = answer.value
  const byId = new Map(unattributed.map(item => [item.id, item]))
  const followed = known.flatMap(({ id, server }) => {
    const item = byId.get(id)
    return item === undefined ? [] : [{ ...item, server }]
  })
  return { ok: true, value: [...snapshots, ...followed] }
}

async function find(
  ctx: Context,
  ids: ReadonlySet<SnapshotId>,
  options: CallOptions,
): Promise<ApiResult<Found>> {
  const answer = await readList(ctx, {}, options)
  if (!answer.ok) return answer
  const { snapshots, unattributed } = answer.value
  const ownerless = unattributed.map(({ id }) => id).filter(id => ids.has(id))
  return { ok: true, value: { snapshots: snapshots.filter(({ id }) => ids.has(id)), ownerless } }
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
