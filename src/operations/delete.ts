import pLimit from 'p-limit'
import type { Snapshot } from '../domain/entities.ts'
import type { DeleteInputs } from '../inputs.ts'
import { formatDuration } from '../policy/durations.ts'
import type { Context } from './context.ts'
import { type Deletion, deleteSnapshot, mayDelete } from './deletion.ts'
import {
  type Entry,
  failEntry,
  type HeldEntry,
  heldEntries,
  newEntry,
  serverLabel,
  snapshotIdOf,
} from './entry.ts'
import { ageOf } from './inventory.ts'
import type { Ledger } from './ledger.ts'
import { snapshotFields } from './outputs.ts'
import { allOrFirstError, forEachServer } from './parallel.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, type Problem } from './problem.ts'
import { selectSnapshots } from './select.ts'
import { createSnapshotReader } from './snapshots.ts'

/** Deletes snapshots and sees that the list no longer holds them. Each is tried. */
export async function deleteSnapshots(ctx: Context, inputs: DeleteInputs, ledger: Ledger): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const found = await selectSnapshots(ctx, {
    choice: inputs.choice,
    guard: inputs.guard,
    use: 'delete',
    deadline,
  })
  if (!found.ok) {
    ledger.problem = found.problem
    return
  }
  ledger.absent = found.value.flatMap(({ id, snapshot }) => (snapshot === undefined ? [id] : []))
  for (const id of ledger.absent)
    ctx.report.warn(
      `Snapshot ${id} was not found, so there is nothing to delete: it was deleted before, or the id is wrong.`,
    )
  ledger.entries = found.value.flatMap(({ snapshot }) =>
    snapshot === undefined ? [] : [newEntry(snapshot.server.id, snapshot)],
  )
  ctx.report.outputs(snapshotFields(ledger))
  if (inputs.dryRun) return planOnly(ctx, ledger, deadline)
  await removeEntries(ctx, ledger, deadline, inputs.wait)
}

async function planOnly(ctx: Context, ledger: Ledger, deadline: number): Promise<void> {
  ledger.extent = 'planned'
  await forEachServer(ctx, heldEntries(ledger.entries), async entry => {
    const allowed = await mayDelete(ctx, entry.snapshot, deadline)
    if (!allowed.ok) return failEntry(entry, allowed.problem)
    entry.status = 'planned'
    ctx.report.line(
      `Would delete snapshot ${entry.snapshot.id} ${entry.snapshot.name} of ${serverLabel(entry)} (${ageOf(ctx, entry.snapshot)}).`,
    )
  })
}

/** Deletes the snapshots of all entries; with `verify` it waits until the list no longer holds them. */
export async function removeEntries(
  ctx: Context,
  ledger: Ledger,
  deadline: number,
  verify: boolean,
): Promise<void> {
  const limit = pLimit(ctx.maxParallel)
  const held = heldEntries(ledger.entries)
  await allOrFirstError(held.map(entry => limit(() => removeOne(ctx, entry, deadline))))
  const removed = held.filter(entry => entry.problem === undefined)
  if (verify && removed.length > 0) await verifyGone(ctx, removed, deadline)
  for (const entry of removed) if (entry.problem === undefined) entry.status = 'deleted'
}

async function removeOne(ctx: Context, entry: HeldEntry, deadline: number): Promise<void> {
  const { snapshot } = entry
  entry.began = ctx.clock.now()
  const deletion = await deleteSnapshot(ctx, snapshot, deadline, {
    note: mayHaveActed => {
      entry.status = mayHaveActed ? 'unknown' : undefined
    },
  })
  entry.ended = ctx.clock.now()
  if (deletion.state === 'forbidden') return failEntry(entry, deletion.problem)
  if (deletion.state === 'failed') return failEntry(entry, await notDeleted(ctx, snapshot, deletion))
  entry.status = 'deleted'
  if (deletion.state === 'gone') {
    ctx.report.warn(`Snapshot ${snapshot.id} was gone already when its deletion was asked for.`)
    return
  }
  entry.accepted = true
  ctx.report.line(
    `The deletion of snapshot ${snapshot.id} ${snapshot.name} of ${serverLabel(entry)} is accepted.`,
  )
}

function notDeleted(
  ctx: Context,
  { id }: Snapshot,
  { failure, mayHaveActed }: Extract<Deletion, { state: 'failed' }>,
): Promise<Problem> {
  return mayHaveActed
    ? explain(ctx, failure, `Whether snapshot ${id} is deleted is not known.`, 'unknown')
    : explain(ctx, failure, `Snapshot ${id} was not deleted.`)
}

/** Waits until no list holds what was deleted, with one request a poll. */
async function verifyGone(ctx: Context, removed: readonly HeldEntry[], deadline: number): Promise<void> {
  const began = ctx.clock.now()
  const reader = createSnapshotReader(ctx)
  let left = removed
  const look = async (): Promise<Look<true>> => {
    const servers = [...new Set(left.map(entry => entry.server))]
    return lookAt(await reader.read(servers, { deadline, once: true }), snapshots => {
      const ids = new Set(snapshots.map(snapshot => snapshot.id))
      left = left.filter(entry => ids.has(entry.snapshot.id))
      return left.length === 0 ? { state: 'done', value: true } : { state: 'pending' }
    })
  }
  const end = await poll(ctx, { schedule: 'delete', began, deadline, first: 'now' }, look)
  if (end.state === 'done') return
  const refused = end.state === 'refused' ? await explain(ctx, end.failure) : undefined
  for (const entry of left) failEntry(entry, stillListed(entry, ctx.clock.now() - began, refused))
}

function stillListed(entry: Entry, waited: number, refused: Problem | undefined): Problem {
  const id = snapshotIdOf(entry)
  return {
    status: refused === undefined ? 'timed_out' : 'failed',
    message:
      refused === undefined
        ? `The deletion of snapshot ${id} was accepted, but ${formatDuration(waited)} later it was not seen to be gone.`
        : `The deletion of snapshot ${id} was accepted; whether it is gone could not be seen. ${refused.message}`,
    next: `Look at it again with operation: list, server-id: ${entry.server}.`,
  }
}
