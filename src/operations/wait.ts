import pLimit from 'p-limit'
import type { Server, Snapshot } from '../domain/entities.ts'
import type { WaitInputs } from '../inputs.ts'
import { createdAtMs } from '../policy/recency.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase, snapshotPhase } from '../policy/statuses.ts'
import { type Board, createBoard } from './board.ts'
import type { Context } from './context.ts'
import {
  addPhase,
  type Entry,
  failEntry,
  type HeldEntry,
  heldEntries,
  lastStatus,
  newEntry,
  serverLabel,
  snapshotIdOf,
} from './entry.ts'
import { checkHealth } from './health.ts'
import type { Ledger } from './ledger.ts'
import { snapshotFields } from './outputs.ts'
import { allOrFirstError } from './parallel.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import { followRestore } from './restore-one.ts'
import { selectSnapshots } from './select.ts'
import { problemOfEnd, takeUp } from './snapshot-end.ts'
import { createSnapshotReader } from './snapshots.ts'

/** What several waits share. */
interface Plan {
  readonly inputs: WaitInputs
  readonly deadline: number
  readonly board: Board
  readonly entries: readonly Entry[]
}

/** Takes up what an earlier step began: follows each snapshot, or the restore of its server, to the end. */
export async function wait(ctx: Context, inputs: WaitInputs, ledger: Ledger): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const reader = createSnapshotReader(ctx)
  const found = await selectSnapshots(ctx, {
    choice: inputs.choice,
    guard: inputs.guard,
    use: 'wait',
    deadline,
    reader,
  })
  if (!found.ok) {
    ledger.problem = found.problem
    return
  }
  const absent = found.value.filter(item => item.snapshot === undefined).map(item => item.id)
  if (absent.length > 0)
    ledger.problem = {
      status: 'failed',
      message: `No list holds ${absent.join(', ')}: there is nothing to wait for.`,
      next: 'List what there is with operation: list.',
    }
  ledger.entries = found.value.flatMap(({ snapshot }) => (snapshot === undefined ? [] : [takenUp(snapshot)]))
  ctx.report.outputs(snapshotFields(ledger))
  const plan: Plan = { inputs, deadline, board: createBoard(ctx, deadline, reader), entries: ledger.entries }
  const limit = pLimit(ctx.maxParallel)
  const held = heldEntries(ledger.entries)
  await allOrFirstError(held.map(entry => waitForOne(ctx, plan, entry, work => limit(work))))
}

/** What a wait takes up was accepted by an earlier step. */
function takenUp(snapshot: Snapshot): Entry {
  const entry = newEntry(snapshot.server.id, snapshot)
  entry.accepted = true
  return entry
}

/** A snapshot in progress is followed by the shared list; only reading its server takes a place. */
async function waitForOne(
  ctx: Context,
  plan: Plan,
  entry: HeldEntry,
  place: (work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  entry.began = ctx.clock.now()
  const phase = snapshotPhase(entry.snapshot.status)
  if (phase !== 'completed') await followSnapshot(ctx, plan, entry, entry.snapshot)
  if (entry.problem !== undefined) return
  await place(async () => {
    if (phase === 'completed') await followServer(ctx, plan, entry)
    else entry.problem = await checkHealth(ctx, entry, plan.inputs.health, plan.deadline)
  })
  entry.ended = ctx.clock.now()
}

async function followSnapshot(ctx: Context, plan: Plan, entry: Entry, snapshot: Snapshot): Promise<void> {
  const now = ctx.clock.now()
  const created = createdAtMs(snapshot) ?? now
  // The schedule is entered where the snapshot's age puts it; a clock ahead of ours must not put it before its start.
  const began = Math.min(created, now)
  entry.status = 'in_progress'
  ctx.report.line(`Snapshot ${snapshot.id} of ${serverLabel(entry)} is ${snapshot.status}.`)
  const end = await plan.board.follow(snapshot, began, true)
  if (end.state === 'completed' || end.state === 'failed') entry.snapshot = end.snapshot
  addPhase(entry, 'snapshot', now, ctx.clock.now(), end.state !== 'completed')
  const problem = await problemOfEnd(ctx, entry, end, ctx.clock.now() - now)
  // The outputs name what exists.
  if (end.state === 'gone') entry.snapshot = undefined
  if (problem !== undefined) return failEntry(entry, problem)
  entry.status = 'completed'
  ctx.report.line(`Snapshot ${snapshot.id} of ${serverLabel(entry)} is completed.`)
}

/**
 * A snapshot that was completed from the start may be the one that its server is being restored from. A read right
 * after a restore's request can still show the old state, so only a status that lasts for a settle window counts.
 */
async function followServer(ctx: Context, plan: Plan, entry: Entry): Promise<void> {
  const found = await settledOrRestoring(ctx, entry, plan.deadline)
  if (!found.ok) return failEntry(entry, found.problem)
  const { status } = found.value
  if (serverPhase(status) === 'restoring') {
    entry.status = 'restoring'
    ctx.report.line(`${serverLabel(entry)} is being restored; following it to its end.`)
    const acceptance = { at: ctx.clock.now(), statusBefore: undefined, seenRestoring: true }
    const { startAfterRestore, health } = plan.inputs
    const { deadline, entries: group } = plan
    return followRestore(ctx, { entry, deadline, group, startAfterRestore, health }, acceptance)
  }
  entry.status = 'completed'
  if (serverPhase(status) === 'broken') {
    entry.problem = {
      status: 'failed',
      message: `Snapshot ${snapshotIdOf(entry)} is completed, but the status of ${serverLabel(entry)} is ${status}: if it was being restored, the restore has failed.`,
      next: 'Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.',
    }
    return
  }
  if (serverPhase(status) !== 'active') ctx.report.warn(`${serverLabel(entry)} is ${status}.`)
  entry.problem = await checkHealth(ctx, entry, plan.inputs.health, plan.deadline)
}

/** The server, as soon as it is restoring, or once it has stood still for a settle window. */
async function settledOrRestoring(ctx: Context, entry: Entry, deadline: number): Promise<Outcome<Server>> {
  let streak: Streak | undefined
  const look = async (): Promise<Look<Server>> =>
    lookAt(await ctx.api.readServer(entry.server, { deadline, once: true }), server => {
      const { status } = server
      const phase = serverPhase(status)
      entry.serverName = server.name || entry.serverName
      if (phase !== 'restoring' && status !== entry.serverStatus)
        ctx.report.line(`${serverLabel(entry)} is ${status}; making sure that no restore is about to show.`)
      entry.serverStatus = status
      // A restore begins with an automatic stop: what is in passing proves nothing, however long it takes.
      streak = phase === 'passing' ? undefined : extendStreak(streak, phase, ctx.clock.now())
      return phase === 'restoring' || isSettled(streak, settleWindow(ctx.pace))
        ? { state: 'done', value: server }
        : { state: 'pending' }
    })
  const end = await poll(ctx, { schedule: 'settle', began: ctx.clock.now(), deadline, first: 'now' }, look)
  if (end.state === 'done') return success(end.value)
  const state = `Snapshot ${snapshotIdOf(entry)} is completed, but whether ${serverLabel(entry)} is being restored could not be seen.`
  if (end.state === 'refused') return { ok: false, problem: await explain(ctx, end.failure, state) }
  const last = `Its last status was ${lastStatus(entry)}.`
  return failure(`${state} ${last}`, takeUp(entry), 'timed_out')
}
