import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { type Context, isNews } from '../run/context.ts'
import type { CallOptions, SnapshotList, SnapshotQuery } from '../vps/client.ts'
import type { ApiResult } from '../vps/failure.ts'
import type { OddItem } from '../vps/snapshot-lists.ts'
import * as messages from './messages.ts'

/** The snapshots of some servers, or of all where none is named; only those that `keep` lets through. */
export async function readSnapshots(
  ctx: Context,
  servers: readonly ServerId[],
  options: CallOptions,
  keep: (snapshot: Snapshot) => boolean = () => true,
): Promise<ApiResult<readonly Snapshot[]>> {
  const answer = await readList(ctx, servers.length === 0 ? {} : { servers }, options)
  return answer.ok ? { ok: true, value: answer.value.snapshots.filter(keep) } : answer
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

/** What the list of their servers says of snapshots that are known; one that names no server any more is known by its id. */
export async function followSnapshots(
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

/** What the whole list has of some ids. */
export interface Found {
  readonly snapshots: readonly Snapshot[]
  /** Those that are listed without a server. */
  readonly ownerless: readonly SnapshotId[]
}

/** Looks for some ids in the whole list. */
export async function findListed(
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

/** Reads a list, and warns of each item that can be neither chosen nor deleted. */
export async function readList(
  ctx: Context,
  query: SnapshotQuery,
  options: CallOptions,
): Promise<ApiResult<SnapshotList>> {
  const answer = await ctx.api.listSnapshots(query, options)
  if (!answer.ok) return answer
  const news = notYetSaid(ctx, answer.value.oddItems)
  if (news.length > 0) ctx.report.warn(messages.oddItems(news))
  return answer
}

/** An odd item is said once, however often the list is read, and wherever it stands in it. */
function notYetSaid(ctx: Context, items: readonly OddItem[]): readonly OddItem[] {
  let unnamed = 0
  return items.filter(({ id }) => isNews(ctx, `odd item ${id ?? `without id ${++unnamed}`}`))
}
