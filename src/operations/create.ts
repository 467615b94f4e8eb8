import pLimit from 'p-limit'
import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import type { CreateInputs } from '../inputs.ts'
import {
  defaultDescription,
  describe,
  formatMarker,
  markerFor,
  newKey,
  type Purpose,
  purposeOf,
} from '../policy/marker.ts'
import { defaultName } from '../policy/names.ts'
import { chooseForFullServer } from '../policy/retention.ts'
import { serverPhase } from '../policy/statuses.ts'
import { type Board, createBoard } from './board.ts'
import type { Context } from './context.ts'
import { type CreateRequest, requestSnapshot } from './create-request.ts'
import { addPhase, type Entry, failEntry, newEntry, serverLabel, snapshotIdOf, tooLate } from './entry.ts'
import { SLOTS, serverIsFull, type WhenFull } from './full-server.ts'
import { checkHealth } from './health.ts'
import type { Ledger } from './ledger.ts'
import { snapshotFields } from './outputs.ts'
import { allOrFirstError } from './parallel.ts'
import { bothProblems, explain, type Outcome, type Problem, success } from './problem.ts'
import { awaitReadiness, notSettled } from './readiness.ts'
import { saveEntry, saveGreen, savePlan } from './saved-state.ts'
import { problemOfEnd } from './snapshot-end.ts'
import { createSnapshotReader, type SnapshotReader } from './snapshots.ts'
import { ensureStarted, stopForSnapshot } from './stopped-server.ts'

/** What all servers of one create share. */
interface Plan {
  readonly inputs: CreateInputs
  readonly name: string
  readonly deadline: number
  readonly board: Board
  readonly ledger: Ledger
  /** The server's snapshots as they were before anything was changed. */
  readonly before: ReadonlyMap<ServerId, readonly Snapshot[]>
}

/** Takes a snapshot of each server, as one group: green only when every one is completed. */
export async function create(ctx: Context, inputs: CreateInputs, ledger: Ledger): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  ledger.entries = inputs.servers.map(server => newEntry(server))
  const name = inputs.name ?? defaultName(ctx.origin)
  if (inputs.givenName !== undefined && inputs.givenName !== name)
    ctx.report.line(`The snapshot's name "${inputs.givenName}" was made valid: ${name}.`)
  const reader = createSnapshotReader(ctx)
  const survey = await ctx.report.group('Before anything is changed', () =>
    surveyServers(ctx, inputs, ledger, reader, deadline),
  )
  if (!survey.ok) {
    ledger.problem = survey.problem
    return
  }
  if (ledger.entries.some(entry => entry.problem !== undefined)) return
  const plan: Plan = {
    inputs,
    name,
    deadline,
    board: createBoard(ctx, deadline, reader),
    ledger,
    before: survey.value,
  }
  if (inputs.dryRun) return planOnly(ctx, plan)
  savePlan(ctx, inputs)
  await ctx.report.group('Snapshots', () => takeAll(ctx, plan))
  if (
    inputs.wait &&
    ledger.entries.every(entry => entry.status === 'completed' && entry.problem === undefined)
  )
    saveGreen(ctx)
}

/** Checks everything that can be checked before the first change, for every server. */
async function surveyServers(
  ctx: Context,
  inputs: CreateInputs,
  ledger: Ledger,
  reader: SnapshotReader,
  deadline: number,
): Promise<Outcome<ReadonlyMap<ServerId, readonly Snapshot[]>>> {
  const list = await reader.read(inputs.servers, { deadline })
  if (!list.ok) return { ok: false, problem: await explain(ctx, list.failure, 'Nothing was changed.') }
  const byServer = Map.groupBy(list.value, snapshot => snapshot.server.id)
  const limit = pLimit(ctx.maxParallel)
  await allOrFirstError(
    ledger.entries.map(entry =>
      limit(async () => {
        const known = byServer.get(entry.server) ?? []
        ledger.slots.set(entry.server, known.length)
        const problem = await surveyOne(ctx, inputs, entry, known, deadline)
        if (problem !== undefined) failEntry(entry, problem)
      }),
    ),
  )
  return success(byServer)
}

async function surveyOne(
  ctx: Context,
  inputs: CreateInputs,
  entry: Entry,
  known: readonly Snapshot[],
  deadline: number,
): Promise<Problem | undefined> {
  const readable = await readBeforeCreate(ctx, inputs, entry, { known, isFirst: true }, deadline)
  if (readable !== undefined) return readable
  // A single create leaves the limit to the API, which may allow more; a group, or a server about to be stopped,
  // must not find out half-way, and a dry run promises nothing that the reference denies.
  const isLeftToApi = inputs.servers.length === 1 && !inputs.stopServer && !inputs.dryRun
  if (known.length < SLOTS || isLeftToApi) return undefined
  const possible =
    inputs.whenFull === 'delete-oldest' &&
    chooseForFullServer({ snapshots: known, origin: ctx.origin, now: ctx.clock.now() }) !== undefined
  if (possible) return undefined
  return serverIsFull(ctx, entry, known, inputs.whenFull)
}

/** What is known when a server is read: its snapshots, where they need not be read; and whether it is the first time. */
interface SecondLook {
  readonly known?: readonly Snapshot[]
  readonly isServerEnough?: boolean
  readonly isFirst: boolean
}

/** Reads the server and waits until it has settled. A token that may not read servers is enough for a plain create. */
async function readBeforeCreate(
  ctx: Context,
  inputs: CreateInputs,
  entry: Entry,
  { known, isServerEnough = false, isFirst }: SecondLook,
  deadline: number,
): Promise<Problem | undefined> {
  const began = ctx.clock.now()
  const purpose = inputs.stopServer ? 'stop' : 'create'
  const found = await awaitReadiness(ctx, {
    server: entry.server,
    purpose,
    deadline,
    ...(known === undefined ? {} : { known }),
    isServerEnough,
  })
  entry.readAt = ctx.clock.now()
  if (found.state === 'expired')
    return {
      status: 'timed_out',
      message: `${notSettled(found, ctx.clock.now() - began)} No snapshot of it was taken.`,
      next: 'Look at the server in the VPS.org panel, then run the job again.',
    }
  if (found.state === 'refused') {
    // In a second look, other servers of the group have been begun.
    const state = isFirst ? 'Nothing was changed.' : 'No snapshot of it was taken.'
    if (found.failure.status !== 403) return explain(ctx, found.failure, state)
    if (inputs.stopServer || inputs.restoreOn.length > 0)
      return explain(
        ctx,
        found.failure,
        `${inputs.stopServer ? 'stop-server' : 'restore-on'} needs a token that may read the server. ${state}`,
      )
    if (!isFirst) return undefined
    ctx.report.warn(
      `The token may not read server ${entry.server}: whether it is being restored or restarted just now is not known. The snapshot is taken all the same.`,
    )
    return undefined
  }
  entry.serverName = found.server.name
  entry.serverStatus = found.server.status
  return undefined
}

function planOnly(ctx: Context, plan: Plan): void {
  plan.ledger.extent = 'planned'
  for (const entry of plan.ledger.entries) {
    entry.status = 'planned'
    const known = plan.before.get(entry.server) ?? []
    const used = known.length
    ctx.report.line(
      `Would take snapshot ${plan.name} of ${serverLabel(entry)} (${entry.serverStatus ?? 'status not readable'}, ${used} of ${SLOTS} slots in use).`,
    )
    if (plan.inputs.stopServer)
      ctx.report.line(
        runs(entry)
          ? `Would stop ${serverLabel(entry)} first and start it again afterwards.`
          : `Would leave ${serverLabel(entry)} as it is: it does not run.`,
      )
    for (const { id, name } of toMakeRoom(ctx, known))
      ctx.report.line(`Would delete ${id} ${name} first, since no slot is free.`)
  }
}

/** What would be deleted for a slot: one, where none is free. Where none may be, the server has been refused before. */
function toMakeRoom(ctx: Context, known: readonly Snapshot[]): readonly Snapshot[] {
  if (known.length < SLOTS) return []
  const victim = chooseForFullServer({ snapshots: known, origin: ctx.origin, now: ctx.clock.now() })
  return [victim].filter(snapshot => snapshot !== undefined)
}

/** Works on the servers side by side; a server that is not stopped frees its place once the API has accepted. */
async function takeAll(ctx: Context, plan: Plan): Promise<void> {
  const limit = pLimit(ctx.maxParallel)
  const { entries } = plan.ledger
  await allOrFirstError(
    entries.map(async (entry, index) => {
      if (plan.inputs.stopServer) return limit(() => takeStopped(ctx, plan, entry, index))
      await limit(() => begin(ctx, plan, entry, index))
      if (entry.snapshot === undefined) handOutRest(ctx, plan.ledger)
      await followOne(ctx, plan, entry, index)
    }),
  )
}

/** One server of a `stop-server` create: stop, snapshot, start. The start happens whatever the rest does. */
async function takeStopped(ctx: Context, plan: Plan, entry: Entry, index: number): Promise<void> {
  if (groupHasFailed(plan.ledger)) return skip(entry)
  entry.began = ctx.clock.now()
  const again = await readAgain(ctx, plan, entry)
  if (again !== undefined) return failEntry(entry, again)
  // A server that did not run stays as it is.
  if (!runs(entry)) {
    await begin(ctx, plan, entry, index)
    return followOne(ctx, plan, entry, index)
  }
  const stopped = await stopForSnapshot(ctx, entry, index, plan.deadline)
  if (stopped.ok) {
    await begin(ctx, plan, entry, index, 'stopped')
    await followOne(ctx, plan, entry, index, 'stopped')
  } else failEntry(entry, stopped.problem)
  const started = await ensureStarted(ctx, entry, stopped.ok ? 'stopped' : 'stop intended')
  if (!started.ok) entry.problem = bothProblems(entry.problem, started.problem)
  else saveEntry(ctx, index, entry, 'started')
  if (!started.ok || entry.problem !== undefined) return
  const unhealthy = await checkHealth(ctx, entry, plan.inputs.health, plan.deadline)
  if (unhealthy === undefined) return
  const message = `Snapshot ${snapshotIdOf(entry)} is completed, but ${unhealthy.message}`
  entry.problem = { ...unhealthy, message }
}

function runs(entry: Entry): boolean {
  return serverPhase(entry.serverStatus ?? '') === 'active'
}

function groupHasFailed(ledger: Ledger): boolean {
  return ledger.entries.some(entry => entry.problem !== undefined)
}

function skip(entry: Entry): void {
  entry.problem = {
    status: 'failed',
    message: `${serverLabel(entry)} was not begun, since another server of the group had failed.`,
    next: 'Mend what failed, then run the job again.',
  }
}

/** A server whose turn comes late is read again: what was true a while ago proves nothing. */
async function readAgain(ctx: Context, plan: Plan, entry: Entry): Promise<Problem | undefined> {
  if (ctx.clock.now() >= plan.deadline) return tooLate(entry)
  if (isFresh(ctx, entry)) return undefined
  return readBeforeCreate(ctx, plan.inputs, entry, { isFirst: false }, plan.deadline)
}

function isFresh(ctx: Context, { readAt }: Entry): boolean {
  return readAt !== undefined && ctx.clock.now() - readAt < FRESH
}

const FRESH = 10_000

/** Asks for the snapshot and hands its id out before anything is waited for. */
async function begin(
  ctx: Context,
  plan: Plan,
  entry: Entry,
  index: number,
  power: 'untouched' | 'stopped' = 'untouched',
): Promise<void> {
  if (power === 'untouched') {
    if (groupHasFailed(plan.ledger)) return skip(entry)
    const again = await readAgain(ctx, plan, entry)
    if (again !== undefined) return failEntry(entry, again)
  }
  entry.began ??= ctx.clock.now()
  const answer = await requestSnapshot(ctx, requestFor(ctx, plan, entry, power), plan.ledger)
  if (!answer.ok) return failEntry(entry, answer.problem)
  entry.snapshot = answer.value
  entry.accepted = true
  entry.serverName = answer.value.server.name || entry.serverName
  entry.status = 'in_progress'
  handOut(ctx, plan.ledger)
  saveEntry(ctx, index, entry, power)
  ctx.report.line(`Snapshot ${answer.value.id} of ${serverLabel(entry)} is accepted: ${answer.value.name}.`)
  // Counted in the survey, and since.
  const used = Number(plan.ledger.slots.get(entry.server)) + 1
  plan.ledger.slots.set(entry.server, used)
  if (used >= SLOTS && nothingFrees(plan.inputs))
    ctx.report.warn(
      `Snapshot ${answer.value.id} took the last free slot of ${serverLabel(entry)} (${SLOTS} of ${SLOTS}), and nothing is set that frees one: the next create will be refused. Set keep-last or when-full: delete-oldest, or delete one by hand.`,
    )
  if (runs(entry) && power === 'untouched')
    ctx.report.line(
      `${serverLabel(entry)} is running: files that are being written may be inconsistent in the snapshot (stop-server: true avoids it).`,
    )
}

/**
 * Writes the ids while the snapshots are still in progress. Every write repeats the whole list, so that for a large
 * fleet not each acceptance is written at once: each one's id is in the saved state, and the end writes them all.
 */
function handOut(ctx: Context, ledger: Ledger): void {
  const accepted = ledger.entries.filter(entry => entry.snapshot !== undefined).length
  if (accepted > EVERY_ONE && accepted % SOME !== 0 && !allBegun(ledger)) return
  ctx.report.outputs({ ...snapshotFields(ledger), status: 'in_progress' })
}

/** Where the last of a large fleet to be begun was refused, the ids of those before it are not all written yet. */
function handOutRest(ctx: Context, ledger: Ledger): void {
  const accepted = ledger.entries.filter(entry => entry.snapshot !== undefined).length
  if (accepted > EVERY_ONE && allBegun(ledger)) handOut(ctx, ledger)
}

function allBegun(ledger: Ledger): boolean {
  return ledger.entries.every(entry => entry.snapshot !== undefined || entry.problem !== undefined)
}

const EVERY_ONE = 20
const SOME = 50

function nothingFrees(inputs: CreateInputs): boolean {
  return inputs.whenFull === 'fail' && inputs.keepLast === undefined && inputs.deleteOn.length === 0
}

function requestFor(ctx: Context, plan: Plan, entry: Entry, power: 'untouched' | 'stopped'): CreateRequest {
  return newRequest(ctx, {
    entry,
    name: plan.name,
    description: plan.inputs.description,
    purpose: purposeOf(ctx.origin),
    before: plan.before.get(entry.server) ?? [],
    whenFull: plan.inputs.whenFull,
    deadline: plan.deadline,
    readAgain: async what => {
      // Otherwise a snapshot in progress holds nothing up: with it the server is full, or it may be our own.
      const look: SecondLook = { isServerEnough: what === 'server', isFirst: false }
      const problem = await readBeforeCreate(ctx, plan.inputs, entry, look, plan.deadline)
      return problem ?? (power === 'stopped' && runs(entry) ? startedByOther(entry) : undefined)
    },
  })
}

function startedByOther(entry: Entry): Problem {
  return {
    status: 'failed',
    message: `${serverLabel(entry)} was stopped for its snapshot, and somebody started it before the snapshot was begun. No snapshot of it was taken.`,
    next: 'Look who starts or restores the server meanwhile, then run the job again.',
  }
}

/** The request for one snapshot, with a key of its own in its marker. */
export function newRequest(
  ctx: Context,
  wish: {
    readonly entry: Entry
    readonly name: string
    readonly description: string | undefined
    readonly purpose: Purpose
    readonly before: readonly Snapshot[]
    readonly whenFull: WhenFull
    readonly deadline: number
    readonly readAgain: CreateRequest['readAgain']
  },
): CreateRequest {
  const marker = markerFor(ctx.origin, wish.purpose, newKey(ctx.random))
  ctx.report.debug(`marker: ${formatMarker(marker)}`)
  return {
    entry: wish.entry,
    name: wish.name,
    description: describe(wish.description ?? defaultDescription(ctx.origin), marker),
    marker,
    before: new Set(wish.before.map(snapshot => snapshot.id)),
    whenFull: wish.whenFull,
    deadline: wish.deadline,
    readAgain: wish.readAgain,
  }
}

/** Waits for the end of an accepted snapshot, unless only the acceptance was asked for. */
async function followOne(
  ctx: Context,
  plan: Plan,
  entry: Entry,
  index: number,
  power: 'untouched' | 'stopped' = 'untouched',
): Promise<void> {
  const { began } = entry
  if (entry.snapshot === undefined || began === undefined || entry.status !== 'in_progress') return
  if (!plan.inputs.wait) {
    plan.ledger.extent = 'accepted'
    return
  }
  const end = await plan.board.follow(entry.snapshot, ctx.clock.now())
  entry.ended = ctx.clock.now()
  if (end.state === 'completed' || end.state === 'failed') entry.snapshot = end.snapshot
  // A stop that came first has a phase of its own.
  addPhase(entry, 'snapshot', entry.phases.at(-1)?.to ?? began, entry.ended, end.state !== 'completed')
  const problem = await problemOfEnd(ctx, entry, end, entry.ended - began)
  if (problem !== undefined) {
    // The outputs name what exists.
    if (end.state === 'gone') entry.snapshot = undefined
    return failEntry(entry, problem)
  }
  entry.status = 'completed'
  saveEntry(ctx, index, entry, power)
  ctx.report.line(`Snapshot ${snapshotIdOf(entry)} of ${serverLabel(entry)} is completed.`)
}
