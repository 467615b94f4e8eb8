import type { Server } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import type { ServerTrack } from '../run/recorder.ts'
import type { CallOptions } from '../vps/client.ts'
import type { ApiResult } from '../vps/failure.ts'

/** Reads a record's server, by its name where the API does not know its id. */
export function readServerOf(
  ctx: Context,
  { run }: ServerTrack,
  options: CallOptions,
): Promise<ApiResult<Server>> {
  const { id, name } = run.server
  return ctx.api.readServer({ id, name }, options)
}

/** Two of some items that are about one server, which may be known by its number and by its UUID; undefined: none are. */
export function findSameServer<T>(
  { api }: Context,
  items: readonly T[],
  serverOf: (item: T) => ServerId,
): readonly [T, T] | undefined {
  for (const [index, item] of items.entries()) {
    const earlier = items.slice(0, index).find(other => api.sameServer(serverOf(other), serverOf(item)))
    if (earlier !== undefined) return [earlier, item]
  }
  return undefined
}
