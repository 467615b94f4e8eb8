import pLimit from 'p-limit'
import type { Snapshot } from '../domain/entities.ts'
import type { RestoreInputs } from '../inputs.ts'
import { formatDuration } from '../policy/durations.ts'
import { defaultName } from '../policy/names.ts'
import { createdAtMs } from '../policy/recency.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import { createBoard } from './board.ts'
import type { Context } from './context.ts'
import { newRequest } from './create.ts'
import { requestSnapshot } from './create-request.ts'
import { addPhase, type Entry, failEntry, newEntry, serverLabel } from './entry.ts'
import { ageOf, inventory } from './full-server.ts'
import type { Ledger } from './ledger.ts'
import { snapshotFields } from './outputs.ts'
import { allOrFirstError } from './parallel.ts'
import { explain, failure, type Outcome, type Problem, success } from './problem.ts'
import { awaitReadiness, notSettled } from './readiness.ts'
import { restoreOne } from './restore-one.ts'
import { type Found, selectSnapshots } from './select.ts'
import { problemOfEnd } from './snapshot-end.ts'
import { createSnapshotReader, readSnapshotsOf } from './snapshots.ts'

/** Overwrites each snapshot's server with it. Each server is tried; the step is red if any did not come back. */
export async function restore(ctx: Context, inputs: RestoreInputs, ledger: Ledger): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const chosen = await ctx.report.group('Before anything is changed', () =>
    chooseTargets(ctx, inputs, ledger, deadline),
  )
  if (!chosen.ok) {
    ledger.problem = chosen.problem
    return
  }
  ctx.report.outputs(snapshotFields(ledger))
  const targets = ledger.entries.filter(entry => entry.problem === undefined)
  if (inputs.dryRun) return planOnly(ctx, inputs, ledger, targets, deadline)
  if (targets.length === 0) return
  const limit = pLimit(ctx.maxParallel)
  await ctx.report.group('Restore', () =>
    allOrFirstError(targets.map(entry => limit(() => guardedRestore(ctx, inputs, ledger, entry, deadline)))),
  )
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
  const seen = new Map<string, string>()
  for (const { id, snapshot } of found) {
    if (snapshot === undefined) continue
    const other = seen.get(snapshot.server.id)
    if (other !== undefined)
      return failure(
        `Snapshots ${other} and ${id} are both of server ${snapshot.server.id}; one of them would overwrite the other. Nothing was changed.`,
        'Give one snapshot for each server.',
      )
    seen.set(snapshot.server.id, id)
  }
  return undefined
}

async function missing(
  ctx: Context,
  inputs: RestoreInputs,
  absent: readonly Found[],
  deadline: number,
): Promise<Problem> {
  const list =
    inputs.guard.length === 0
      ? undefined
      : await createSnapshotReader(ctx).read(inputs.guard, { deadline, once: true })
  const instead = list?.ok === true ? ` ${alternatives(ctx, list.value)}` : ''
  return {
    status: 'failed',
    message: `${absent.length === 1 ? 'Snapshot' : 'Snapshots'} ${absent.map(item => item.id).join(', ')}: no list holds ${absent.length === 1 ? 'it' : 'them'}, so nothing was overwritten for ${absent.length === 1 ? 'it' : 'them'}.${instead}`,
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
  const list = await readSnapshotsOf(ctx, entry.server, { deadline, once: true })
  const others = list.ok ? list.value.filter(other => unfit(ctx, inputs, other) === undefined) : []
  return {
    status: 'failed',
    message: `Snapshot ${snapshot.id} of ${serverLabel(entry)} was not restored: ${reason} ${alternatives(ctx, others)}`,
    next: 'Give the snapshot-id of one that fits.',
  }
}

function unfit(ctx: Context, inputs: RestoreInputs, snapshot: Snapshot): string | undefined {
  if (snapshotPhase(snapshot.status) !== 'completed')
    return `its status is ${snapshot.status}, not completed.`
  if (inputs.maxAgeMs === undefined) return undefined
  const created = createdAtMs(snapshot)
  if (created === undefined) return 'its age is not known, and max-age was given.'
  return ctx.clock.now() - created > inputs.maxAgeMs
    ? `it is ${ageOf(ctx, snapshot)}, and max-age allows ${formatDuration(inputs.maxAgeMs)}.`
    : undefined
}

function alternatives(ctx: Context, snapshots: readonly Snapshot[]): string {
  return snapshots.length === 0
    ? 'There is none that could be restored instead.'
    : `What could be restored instead: ${inventory(ctx, snapshots)}.`
}

async function planOnly(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  targets: readonly Entry[],
  deadline: number,
): Promise<void> {
  ledger.extent = 'planned'
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(targets.map(entry => limit(() => planOne(ctx, inputs, entry, deadline))))
}

async function planOne(ctx: Context, inputs: RestoreInputs, entry: Entry, deadline: number): Promise<void> {
  const answer = await ctx.api.readServer(entry.server, { deadline })
  if (!answer.ok) {
    failEntry(entry, await explain(ctx, answer.failure, 'Nothing was changed: this was a dry run.'))
    return
  }
  entry.serverStatus = answer.value.status
  entry.status = 'planned'
  if (entry.snapshot === undefined) return
  if (inputs.snapshotBeforeRestore)
    ctx.report.line(`Would first take a snapshot of ${serverLabel(entry)} as it is now.`)
  ctx.report.line(
    `Would overwrite ${serverLabel(entry)} (${entry.server}, ${answer.value.status}) with snapshot ${entry.snapshot.id} ${entry.snapshot.name} (${ageOf(ctx, entry.snapshot)}).`,
  )
}

/** Takes the safety snapshot where one is asked for; nothing is overwritten without it. */
async function guardedRestore(
  ctx: Context,
  inputs: RestoreInputs,
  ledger: Ledger,
  entry: Entry,
  deadline: number,
): Promise<void> {
  if (entry.snapshot === undefined) return
  if (inputs.snapshotBeforeRestore) {
    const safety = await takeSafetySnapshot(ctx, ledger, entry, deadline)
    if (!safety.ok) {
      entry.problem = {
        ...safety.problem,
        message: `The snapshot of ${serverLabel(entry)} before its restore could not be made, and nothing was overwritten: ${safety.problem.message}`,
        next: `${safety.problem.next} To restore without it, run the step with snapshot-before-restore: false.`,
      }
      entry.status = safety.problem.status
      return
    }
  }
  await restoreOne(ctx, {
    entry,
    snapshot: entry.snapshot,
    wait: waitOf(inputs),
    deadline,
    startAfterRestore: inputs.startAfterRestore,
    health: inputs.health,
  })
}

function waitOf(inputs: RestoreInputs): 'to the end' | 'accepted' | 'briefly' {
  if (!inputs.wait) return 'accepted'
  // In a cancelled job the runner leaves a few minutes, so the request goes out and its end is not waited for.
  return inputs.jobStatus === 'cancelled' ? 'briefly' : 'to the end'
}

async function takeSafetySnapshot(
  ctx: Context,
  ledger: Ledger,
  entry: Entry,
  deadline: number,
): Promise<Outcome<undefined>> {
  const began = ctx.clock.now()
  const found = await awaitReadiness(ctx, { server: entry.server, purpose: 'restore', deadline })
  if (found.state === 'restoring')
    return failure(
      `${serverLabel(entry)} is being restored already.`,
      `Do not restore again; follow it with operation: wait, snapshot-id: ${entry.snapshot?.id ?? ''}.`,
    )
  if (found.state === 'expired')
    return failure(
      notSettled(found.server, ctx.clock.now() - began),
      'Look at the server in the VPS.org panel.',
      'timed_out',
    )
  if (found.state === 'refused') return { ok: false, problem: await explain(ctx, found.failure) }
  const before = await readSnapshotsOf(ctx, entry.server, { deadline })
  if (!before.ok) return { ok: false, problem: await explain(ctx, before.failure) }
  const making = newEntry(entry.server)
  making.serverName = entry.serverName
  const request = newRequest(ctx, {
    entry: making,
    name: safetyName(ctx),
    description: `What ${serverLabel(entry)} held before snapshot ${entry.snapshot?.id ?? ''} was restored`,
    purpose: 'safety',
    before: before.value,
    whenFull: 'fail',
    deadline,
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
  const end = await createBoard(ctx, deadline).follow(made.value, accepted)
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
