import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import type { Context } from '../run/context.ts'
import * as messages from './messages.ts'

// By client: each duplicate is said once, whoever finds it.
const said = new WeakMap<Context['api'], Set<SnapshotId>>()

/** A box in between can double a request whose answer came well: the other snapshot carries the same key, and a slot. */
export function warnOfDuplicate(ctx: Context, ours: Pick<Snapshot, 'id'>, duplicate: SnapshotId): void {
  const known = said.get(ctx.api) ?? new Set()
  said.set(ctx.api, known)
  if (known.has(duplicate)) return
  known.add(duplicate)
  ctx.report.warn(messages.duplicate(ours.id, duplicate))
}
