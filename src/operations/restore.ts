import pLimit from 'p-limit'
import type { Snapshot } from '../domain/entities.ts'
import type { RestoreInputs } from '../inputs.ts'
import { formatDuration } from '../policy/durations.ts'
import { defaultName } from '../policy/names.ts'
import { createdAtMs } from '../policy/recency.ts'
import { serverPhase, snapshotPhase } from '../policy/statuses.ts'
import type { ApiResult } from '../vps/failure.ts'
import { type Board, createBoard } from './board.ts'
import type { Context } from './context.ts'
import { newRequest } from './create.ts'
import { requestSnapshot } from './create-request.ts'
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
import { SLOTS, serverIsFull } from './full-server.ts'
import { ageOf, inventory } from './inventory.ts'
import type { Ledger } from './ledger.ts'
import { snapshotFields } from './outputs.ts'
import { allOrFirstError } from './parallel.ts'
import { explain, failureAmong, type Outcome, type Problem, success } from './problem.ts'
import { type RestoreJob, restoreAll } from './restore-one.ts'
import { readBeforeRestore, someoneElses } from './restore-request.ts'
import { type Found, selectSnapshots } from './select.ts'
import { problemOfEnd } from './snapshot-end.ts'
import { createSnapshotReader, readSnapshotsOf } from './snapshots.ts'

/** Overwrites each snapshot's server with it. Each server is tried; the step is red if any did not come back. */
export async function restore(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  onAsked: () => Promise<void>,
): Promise<void> {
  const deadline = ctx.clock.now() + timeOf(inputs)
  const chosen = await ctx.report.group('Before anything is changed', () =>
    chooseTargets(ctx, inputs, ledger, deadline),
  )
  if (!chosen.ok) {
    ledger.problem = chosen.problem
    return
  }
  ctx.report.outputs(snapshotFields(ledger))
  const targets = heldEntries(ledger.entries).filter(entry => entry.problem === undefined)
  if (inputs.dryRun) return planOnly(ctx, inputs, ledger, targets, deadline)
  if (targets.length === 0) return
  const jobs = targets.map(entry => jobOf(inputs, entry, deadline))
  const board = createBoard(ctx, deadline)
  const prepare = (job: RestoreJob): Promise<boolean> => takeSafetyFirst(ctx, inputs, ledger, board, job)
  await ctx.report.group('Restore', () => restoreAll(ctx, jobs, { prepare, onAsked }))
}

/** In a cancelled job the runner leaves some five minutes, so that the request must be out within four. */
function timeOf({ timeoutMs, jobStatus }: RestoreInputs): number {
  return jobStatus === 'cancelled' ? Math.min(timeoutMs, 4 * 60_000) : timeoutMs
}

function jobOf(inputs: RestoreInputs, entry: HeldEntry, deadline: number): RestoreJob {
  const { startAfterRestore, health } = inputs
  const how = { wait: waitOf(inputs), isAcceptanceEnough: !inputs.wait, deadline }
  return { entry, snapshot: entry.snapshot, ...how, startAfterRestore, health }
}

/** Finds the snapshots and refuses, before anything is changed, what must not be restored. */
async function chooseTargets(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  deadline: number,
): Promise<Outcome<undefined>> {
  const found = await selectSnapshots(ctx, {
    choice: inputs.choice,
    guard: inputs.guard,
    use: 'restore',
    deadline,
  })
  if (!found.ok) return found
  const twice = twoOfOneServer(found.value)
  if (twice !== undefined) return twice
  const absent = found.value.filter(item => item.snapshot === undefined)
  if (absent.length > 0) ledger.problem = await missing(ctx, inputs, absent, deadline)
  for (const item of found.value) {
    if (item.snapshot === undefined) continue
    const entry = newEntry(item.snapshot.server.id, item.snapshot)
    ledger.entries.push(entry)
    const problem = await refusal(ctx, inputs, entry, item.snapshot, deadline)
    if (problem !== undefined) failEntry(entry, problem)
  }
  return success(undefined)
}

function twoOfOneServer(found: readonly Found[]): Outcome<never> | undefined {
  const seen = new Map<string, Snapshot>()
  for (const { id, snapshot } of found) {
    if (snapshot === undefined) continue
    const other = seen.get(snapshot.server.id)
    if (other !== undefined)
      return failureAmong(
        [other, snapshot],
        `Snapshots ${other.id} and ${id} are both of server ${snapshot.server.id}; one of them would overwrite the other. Nothing was changed.`,
        'Give one snapshot for each server.',
      )
    seen.set(snapshot.server.id, snapshot)
  }
  return undefined
}

/** The snapshots that no list holds. Without a server-id they may have been meant to be of any server. */
async function missing(
  ctx: Context,
  inputs: RestoreInputs,
  absent: readonly Found[],
  deadline: number,
): Promise<Problem> {
  const reader = createSnapshotReader(ctx)
  const fits = (snapshot: Snapshot): boolean => unfit(ctx, inputs, snapshot) === undefined
  const options = { deadline, once: true }
  const list =
    inputs.guard.length === 0
      ? await reader.readAll(fits, options)
      : await reader.read(inputs.guard, options, fits)
  const [which, it] = absent.length === 1 ? ['Snapshot', 'it'] : ['Snapshots', 'them']
  return {
    status: 'failed',
    there: list.ok ? list.value : [],
    message: `${which} ${absent.map(item => item.id).join(', ')}: no list holds ${it}, so nothing was overwritten for ${it}. ${alternatives(ctx, list, inputs.guard.length !== 1)}`,
    next: 'List what there is with operation: list, and give the snapshot-id of the one you mean.',
  }
}

/** Why a snapshot must not be restored, with what could be restored instead. */
async function refusal(
  ctx: Context,
  inputs: RestoreInputs,
  entry: Entry,
  snapshot: Snapshot,
  deadline: number,
): Promise<Problem | undefined> {
  const reason = unfit(ctx, inputs, snapshot)
  if (reason === undefined) return undefined
  const fits = (other: Snapshot): boolean => unfit(ctx, inputs, other) === undefined
  const list = await createSnapshotReader(ctx).read([entry.server], { deadline, once: true }, fits)
  return {
    status: 'failed',
    there: list.ok ? list.value : [],
    message: `Snapshot ${snapshot.id} of ${serverLabel(entry)} was not restored: ${reason} ${alternatives(ctx, list, false)}`,
    next: nextAfterRefusal(inputs, list),
  }
}

function unfit(ctx: Context, inputs: RestoreInputs, snapshot: Snapshot): string | undefined {
  if (snapshotPhase(snapshot.status) !== 'completed')
    return `its status is ${snapshot.status}, not completed.`
  if (inputs.maxAgeMs === undefined) return undefined
  const created = createdAtMs(snapshot)
  if (created === undefined) return 'its age is not known, and max-age was given.'
  const age = ctx.clock.now() - created
  if (age <= inputs.maxAgeMs) return undefined
  const [is, may] = [formatDuration(age), formatDuration(inputs.maxAgeMs)]
  return `it is ${is === may ? 'just over ' : ''}${is} old, and max-age allows ${may}.`
}

function nextAfterRefusal(inputs: RestoreInputs, fitting: ApiResult<readonly Snapshot[]>): string {
  if (fitting.ok && fitting.value.length > 0) return 'Give the snapshot-id of one that fits.'
  return inputs.maxAgeMs === undefined
    ? 'List what there is with operation: list.'
    : 'List what there is with operation: list; to restore an older one, raise max-age or leave it out.'
}

/** @param withServer whether of which server each one is has to be said */
function alternatives(ctx: Context, fitting: ApiResult<readonly Snapshot[]>, withServer: boolean): string {
  if (!fitting.ok) return 'What could be restored instead could not be read.'
  return fitting.value.length === 0
    ? 'There is none that could be restored instead.'
    : `What could be restored instead: ${inventory(ctx, fitting.value, withServer)}.`
}

async function planOnly(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  targets: readonly HeldEntry[],
  deadline: number,
): Promise<void> {
  ledger.extent = 'planned'
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(targets.map(entry => limit(() => planOne(ctx, inputs, entry, deadline))))
}

async function planOne(
  ctx: Context,
  inputs: RestoreInputs,
  entry: HeldEntry,
  deadline: number,
): Promise<void> {
  const answer = await ctx.api.readServer(entry.server, { deadline })
  if (!answer.ok && answer.failure.status === 403 && !inputs.wait) {
    ctx.report.warn(`The token may not read server ${entry.server}: what state it is in is not known.`)
  } else if (!answer.ok) {
    failEntry(entry, await explain(ctx, answer.failure, 'Nothing was changed: this was a dry run.'))
    return
  }
  entry.serverStatus = answer.ok ? answer.value.status : undefined
  const hindrance = await hindranceOf(ctx, inputs, entry, deadline)
  if (hindrance !== undefined) return failEntry(entry, hindrance)
  entry.status = 'planned'
  if (inputs.snapshotBeforeRestore)
    ctx.report.line(`Would first take a snapshot of ${serverLabel(entry)} as it is now.`)
  ctx.report.line(
    `Would overwrite ${serverLabel(entry)} (${entry.server}, ${lastStatus(entry)}) with snapshot ${entry.snapshot.id} ${entry.snapshot.name} (${ageOf(ctx, entry.snapshot)}).`,
  )
}

/** Why the restore itself would be refused at once. */
async function hindranceOf(
  ctx: Context,
  inputs: RestoreInputs,
  entry: Entry,
  deadline: number,
): Promise<Problem | undefined> {
  if (serverPhase(lastStatus(entry)) === 'restoring')
    return someoneElses(entry, 'Nothing was sent: this was a dry run.')
  if (!inputs.snapshotBeforeRestore) return undefined
  const list = await readSnapshotsOf(ctx, entry.server, { deadline })
  if (!list.ok) return explain(ctx, list.failure, 'Nothing was changed: this was a dry run.')
  return list.value.length < SLOTS ? undefined : serverIsFull(ctx, entry, list.value, 'not offered')
}

/** Takes the safety snapshot where one is asked for; false: it could not be made, and nothing may be overwritten. */
async function takeSafetyFirst(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  board: Board,
  job: RestoreJob,
): Promise<boolean> {
  if (!inputs.snapshotBeforeRestore) return true
  const { entry } = job
  if (job.wait === 'briefly')
    ctx.report.warn(
      `The job is cancelled, and its runner leaves little time: if the snapshot of ${serverLabel(entry)} before its restore is not completed within four minutes, nothing is overwritten. To restore without it, run the step with snapshot-before-restore: false.`,
    )
  // What forbids the restore forbids it before its safety snapshot is taken, too.
  const ready = await readBeforeRestore(ctx, { ...job, blindly: job.isAcceptanceEnough })
  if (!ready.ok) {
    failEntry(entry, ready.problem)
    return false
  }
  const safety = await takeSafetySnapshot(ctx, ledger, job, board)
  if (safety.ok) return true
  failEntry(entry, {
    ...safety.problem,
    message: `The snapshot of ${serverLabel(entry)} before its restore could not be made, and nothing was overwritten: ${safety.problem.message}`,
    next: `${safety.problem.next} To restore without it, run the step with snapshot-before-restore: false.`,
  })
  return false
}

function waitOf(inputs: RestoreInputs): 'to the end' | 'accepted' | 'briefly' {
  // In a cancelled job the runner leaves a few minutes, so the request goes out and its end is not waited for.
  if (inputs.jobStatus === 'cancelled') return 'briefly'
  return inputs.wait ? 'to the end' : 'accepted'
}

async function takeSafetySnapshot(
  ctx: Context,
  ledger: Ledger,
  job: RestoreJob,
  board: Board,
): Promise<Outcome<undefined>> {
  const { entry, deadline } = job
  const began = ctx.clock.now()
  const before = await readSnapshotsOf(ctx, entry.server, { deadline })
  if (!before.ok) return { ok: false, problem: await explain(ctx, before.failure) }
  const making = newEntry(entry.server)
  making.serverName = entry.serverName
  const request = newRequest(ctx, {
    entry: making,
    name: safetyName(ctx),
    description: `What ${serverLabel(entry)} held before snapshot ${snapshotIdOf(entry)} was restored`,
    purpose: 'safety',
    before: before.value,
    whenFull: 'not offered',
    deadline,
    readAgain: async () => {
      const again = await readBeforeRestore(ctx, { ...job, blindly: job.isAcceptanceEnough })
      return again.ok ? undefined : again.problem
    },
  })
  // While its answer is outstanding, a cancel must not say that nothing was changed.
  entry.status = 'unknown'
  const made = await requestSnapshot(ctx, request, ledger)
  entry.status = undefined
  if (!made.ok) return made
  making.snapshot = made.value
  ledger.safety.set(entry.server, made.value)
  ctx.report.outputs({ 'safety-snapshot-id': safetyIds(ledger) })
  ctx.report.line(`Safety snapshot ${made.value.id} of ${serverLabel(entry)} is accepted.`)
  const accepted = ctx.clock.now()
  const end = await board.follow(made.value, accepted)
  addPhase(entry, 'safety snapshot', accepted, ctx.clock.now(), end.state !== 'completed')
  const problem = await problemOfEnd(ctx, making, end, ctx.clock.now() - began)
  if (problem !== undefined) return { ok: false, problem }
  ctx.report.line(`Safety snapshot ${made.value.id} of ${serverLabel(entry)} is completed.`)
  return success(undefined)
}

/** Told apart from the deploy's own at a glance; what it is for is in its marker. */
function safetyName(ctx: Context): string {
  const [owner = '', repository = ''] = ctx.origin.repository.split('/')
  return defaultName({ ...ctx.origin, repository: `${owner}/before-restore-${repository}` })
}

/** The ids of the safety snapshots, in the order of the entries. */
export function safetyIds(ledger: Ledger): string {
  return ledger.entries.flatMap(entry => ledger.safety.get(entry.server)?.id ?? []).join(',')
}
