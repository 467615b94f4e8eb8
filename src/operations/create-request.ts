import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { parseMarker } from '../policy/marker.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { glance, lookForTraces, type Sought, type Traces, unclear } from './create-traces.ts'
import { serverLabel } from './entry.ts'
import { freeSlot, SLOTS, serverIsFull, type WhenFull } from './full-server.ts'
import type { Ledger } from './ledger.ts'
import { explain, failure, type Outcome, type Problem, success } from './problem.ts'
import { pauseBeforeRepeating, type Repetition } from './repetition.ts'
import { readSnapshotsOf } from './snapshots.ts'

/** One snapshot to be asked for. */
export interface CreateRequest extends Sought {
  /** Ends in the marker. */
  readonly description: string
  readonly whenFull: WhenFull
  /**
   * Called before the request is repeated: minutes may have passed, and never a half-restored disk may be photographed.
   * @param what `server`: its snapshots were just looked at, and one in progress among them holds nothing up
   * @returns why it must not be repeated
   */
  readonly readAgain: (what: 'server' | 'server and snapshots') => Promise<Problem | undefined>
}

// A freed slot may take a while to be one; longer than this it has been taken by somebody else.
const SLOT_PATIENCE = 2 * 60_000

interface Progress extends Repetition {
  /** How many times a POST was sent whose answer never came (or could not be read). */
  unanswered: number
  /** What was deleted to make room. */
  freed: Snapshot | undefined
  /** Whether what was to be deleted to make room is deleted is not known: nothing else may be. */
  isDeletionUnclear: boolean
  /** What was to be deleted to make room, and somebody else had deleted: their slot. */
  readonly goneAlready: Set<SnapshotId>
  /** Until when a refusal is taken for a slot that is not free yet. */
  slotDeadline: number | undefined
  /** The POST was sent again since somebody else had freed a slot between its refusal and the look at the list. */
  overtaken: boolean
}

/**
 * Asks for a snapshot until exactly one is accepted. The POST is sent again only where it certainly did nothing: an
 * unanswered one is looked for by its key first. `entry.status` is `unknown` while an answer is outstanding.
 */
export async function requestSnapshot(
  ctx: Context,
  request: CreateRequest,
  ledger: Ledger,
): Promise<Outcome<Snapshot>> {
  const progress = newProgress()
  for (;;) {
    // What was still waiting for its turn when the end was asked for has asked for nothing.
    ctx.signal.throwIfAborted()
    const next = await sendOnce(ctx, request, progress, ledger)
    if (next !== 'again') return concluded(request, next, progress)
    const instead = await beforeRepeating(ctx, request, progress)
    if (instead !== undefined) return concluded(request, instead, progress)
  }
}

/**
 * Looks at the world before the request is repeated, since minutes may have passed: at the server, and for what an
 * unanswered request may have made meanwhile.
 * @returns what makes the repetition needless or impossible
 */
async function beforeRepeating(
  ctx: Context,
  request: CreateRequest,
  progress: Progress,
): Promise<Outcome<Snapshot> | undefined> {
  // The request itself then says that the time is over.
  if (ctx.clock.now() >= request.deadline) return undefined
  const mayExist = progress.unanswered > 0
  const made = mayExist ? await madeMeanwhile(ctx, request) : undefined
  if (made !== undefined) return made
  const began = ctx.clock.now()
  const isListKnown = mayExist || progress.slotDeadline !== undefined
  const what = isListKnown ? 'server' : 'server and snapshots'
  const problem = await request.readAgain(what)
  if (mayExist && ctx.clock.now() - began > MOMENT) {
    const madeSince = await madeMeanwhile(ctx, request)
    if (madeSince !== undefined) return madeSince
  }
  return problem === undefined ? undefined : { ok: false, problem }
}

// Longer than two reads take: the server was waited for.
const MOMENT = 1_000

/** What an unanswered request has made meanwhile; undefined where there is no trace of it. */
async function madeMeanwhile(ctx: Context, request: CreateRequest): Promise<Outcome<Snapshot> | undefined> {
  const traces = await glance(ctx, request)
  if (traces.state === 'none') return undefined
  return traces.state === 'ours'
    ? adopt(ctx, traces)
    : failure(`An earlier request got no answer. ${unclear(traces)}`, listFirst(request), 'unknown')
}

function newProgress(): Progress {
  return {
    unanswered: 0,
    tries: 0,
    freed: undefined,
    isDeletionUnclear: false,
    goneAlready: new Set(),
    slotDeadline: undefined,
    overtaken: false,
  }
}

async function sendOnce(
  ctx: Context,
  request: CreateRequest,
  progress: Progress,
  ledger: Ledger,
): Promise<Outcome<Snapshot> | 'again'> {
  const { entry, name, description, deadline } = request
  entry.status = 'unknown'
  // Sent once: before a repetition the server is read anew, since minutes may have passed.
  const answer = await ctx.api.createSnapshot(
    { server: entry.server, name, description },
    { deadline, once: true },
  )
  if (answer.ok) return checkNew(ctx, request, answer.value)
  if (isAmbiguous(answer.failure)) return afterLostAnswer(ctx, request, answer.failure, progress)
  return afterRefusal(ctx, request, answer.failure, progress, ledger)
}

/** What became of an unanswered request, and of what was deleted for the snapshot, must be said besides a failure. */
function concluded(
  request: CreateRequest,
  outcome: Outcome<Snapshot>,
  { unanswered, freed }: Progress,
): Outcome<Snapshot> {
  if (outcome.ok || unanswered === 0 || outcome.problem.status === 'unknown') return withFreed(outcome, freed)
  const message = `${outcome.problem.message} An earlier request got no answer, and no snapshot that carries its key has appeared.`
  return withFreed(failure(message, listFirst(request), 'unknown'), freed)
}

/** What was deleted for a snapshot that then was not taken must be said. */
function withFreed(outcome: Outcome<Snapshot>, freed: Snapshot | undefined): Outcome<Snapshot> {
  if (outcome.ok || freed === undefined) return outcome
  const message = `${outcome.problem.message} Snapshot ${freed.id} ${freed.name} had been deleted to make room for it.`
  return { ok: false, problem: { ...outcome.problem, message } }
}

/** A snapshot that was there before is not the one that was asked for, whatever the answer says. */
function checkNew(ctx: Context, request: CreateRequest, snapshot: Snapshot): Outcome<Snapshot> {
  if (!request.before.has(snapshot.id)) return success(checkMarker(ctx, request, snapshot))
  return failure(
    `POST /snapshots/ was answered with snapshot ${snapshot.id} of ${serverLabel(request.entry)}, which was there before: whether a new one was begun is not known.`,
    listFirst(request),
    'unknown',
  )
}

function checkMarker(ctx: Context, request: CreateRequest, snapshot: Snapshot): Snapshot {
  if (parseMarker(snapshot.description) !== undefined) return snapshot
  ctx.report.warn(
    parseMarker(request.description) === undefined
      ? `The runner says that this runs in "${ctx.origin.repository}" (GITHUB_REPOSITORY), which is not owner/name, so snapshot ${snapshot.id} has no valid marker: keep-last, when-full and snapshot-id: latest will not see this snapshot.`
      : `The API handed snapshot ${snapshot.id}'s description back without this action's marker: keep-last, when-full and snapshot-id: latest will not see this snapshot.`,
  )
  return snapshot
}

async function afterLostAnswer(
  ctx: Context,
  request: CreateRequest,
  lost: ApiFailure,
  progress: Progress,
): Promise<Outcome<Snapshot> | 'again'> {
  progress.unanswered += 1
  ctx.report.line(
    `${describeFailure(lost)} Whether the snapshot was begun is not known; looking for it by its key before anything is sent again.`,
  )
  const traces = await lookForTraces(ctx, request)
  if (traces.state === 'ours') return adopt(ctx, traces)
  if (traces.state === 'none' && progress.unanswered === 1) {
    ctx.report.line(
      `No snapshot of ${serverLabel(request.entry)} carries the key; the request did nothing and is sent once more.`,
    )
    return 'again'
  }
  return failure(
    `${describeFailure(lost)} ${unclear(traces)}`,
    `List the snapshots of server ${request.entry.server} (operation: list) and look for ${request.name}: if it is there, follow it with operation: wait, or delete it; then run the job again.`,
    'unknown',
  )
}

function adopt(ctx: Context, traces: Extract<Traces, { state: 'ours' }>): Outcome<Snapshot> {
  ctx.report.line(`The snapshot was begun all the same: it is ${traces.snapshot.id}, found by its key.`)
  if (traces.twins.length > 0)
    ctx.report.warn(
      `The request was obeyed more than once: ${traces.twins.join(', ')} carries the same key as ${traces.snapshot.id} and is not used. Delete it if it is in the way.`,
    )
  return success(traces.snapshot)
}

async function afterRefusal(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: Progress,
  ledger: Ledger,
): Promise<Outcome<Snapshot> | 'again'> {
  if (progress.unanswered > 0) {
    // The slot that is missing now may be the one that the unanswered request took.
    const traces = await lookForTraces(ctx, request)
    if (traces.state === 'ours') return adopt(ctx, traces)
    if (traces.state !== 'none')
      return failure(`${describeFailure(refusal)} ${unclear(traces)}`, listFirst(request), 'unknown')
  } else request.entry.status = undefined
  if (await pauseBeforeRepeating(ctx, refusal, progress, request.deadline)) return 'again'
  if (refusal.status !== 400)
    return { ok: false, problem: await explain(ctx, refusal, 'No snapshot was taken.') }
  return afterBadRequest(ctx, request, refusal, progress, ledger)
}

function listFirst(request: CreateRequest): string {
  return `List the snapshots of server ${request.entry.server} (operation: list) before the job is run again.`
}

/** A 400 is either a full server or a bad parameter: the list tells which. */
async function afterBadRequest(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: Progress,
  ledger: Ledger,
): Promise<Outcome<Snapshot> | 'again'> {
  const list = await readSnapshotsOf(ctx, request.entry.server, { deadline: request.deadline })
  if (!list.ok)
    return {
      ok: false,
      problem: await explain(ctx, refusal, `Why cannot be told: ${describeFailure(list.failure)}`),
    }
  ledger.slots.set(request.entry.server, list.value.length)
  // What somebody else has deleted may stay listed for a while: its slot is coming free, and none need be freed.
  const isFull = list.value.filter(({ id }) => !progress.goneAlready.has(id)).length >= SLOTS
  const mayDelete =
    request.whenFull === 'delete-oldest' && progress.freed === undefined && !progress.isDeletionUnclear
  if (isFull && mayDelete) {
    const made = await makeRoom(ctx, request, list.value, progress, ledger)
    if (made !== 'none allowed') return made
  }
  const now = ctx.clock.now()
  if (progress.slotDeadline !== undefined && now < progress.slotDeadline) {
    const end = Math.min(progress.slotDeadline, request.deadline)
    await ctx.clock.sleep(Math.min(slotGap(ctx), end - now), ctx.signal)
    ledger.slots.set(request.entry.server, SLOTS - 1)
    return 'again'
  }
  if (!isFull) return afterRefusalWithRoom(ctx, request, refusal, progress, list.value)
  return { ok: false, problem: serverIsFull(ctx, request.entry, list.value, request.whenFull) }
}

/** Deletes the one snapshot that the rule allows; one that somebody else has deleted meanwhile frees their slot. */
async function makeRoom(
  ctx: Context,
  request: CreateRequest,
  snapshots: readonly Snapshot[],
  progress: Progress,
  ledger: Ledger,
): Promise<Outcome<Snapshot> | 'again' | 'none allowed'> {
  const there = snapshots.filter(({ id }) => !progress.goneAlready.has(id))
  const freed = await freeSlot(ctx, request.entry, there, request.deadline)
  if (!freed.ok) return freed
  if (freed.value === undefined) return 'none allowed'
  const { snapshot, how } = freed.value
  progress.slotDeadline ??= ctx.clock.now() + SLOT_PATIENCE
  // If the next request is accepted, a slot had come free.
  ledger.slots.set(request.entry.server, SLOTS - 1)
  if (how === 'not needed') return 'again'
  if (how === 'unclear') {
    progress.isDeletionUnclear = true
    ctx.report.warn(
      `Snapshot ${snapshot.id} ${snapshot.name} was to make room, and a slot came free; whether it was deleted for it is not known.`,
    )
    return 'again'
  }
  if (how === 'gone') {
    progress.goneAlready.add(snapshot.id)
    ctx.report.line(`Snapshot ${snapshot.id} was gone already: somebody else has deleted it. Asking again.`)
    return 'again'
  }
  ledger.deleted.push(snapshot)
  progress.freed = snapshot
  ctx.report.outputs({ 'deleted-snapshot-ids': ledger.deleted.map(({ id }) => id).join(',') })
  ctx.report.line(
    `Snapshot ${snapshot.id} is deleted; asking again while its slot comes free, for ${formatDuration(SLOT_PATIENCE)} at most.`,
  )
  progress.slotDeadline = ctx.clock.now() + SLOT_PATIENCE
  return 'again'
}

/** Refused, and yet the list has room: a slot came free since, one does not come free, or it is not about slots. */
async function afterRefusalWithRoom(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: Progress,
  snapshots: readonly Snapshot[],
): Promise<Outcome<Snapshot> | 'again'> {
  const used = `${snapshots.length} of ${SLOTS}`
  if (!progress.overtaken && hasChanged(request, snapshots)) {
    progress.overtaken = true
    ctx.report.line(
      `The API refused the snapshot of ${serverLabel(request.entry)}, whose slots were changed meanwhile: ${used} are in use. Asking again.`,
    )
    return 'again'
  }
  if (progress.slotDeadline !== undefined)
    return failure(
      `${describeFailure(refusal)} ${used} slots of ${serverLabel(request.entry)} are in use, but none came free within ${formatDuration(SLOT_PATIENCE)}. No snapshot was taken.`,
      'Run the job again in a few minutes.',
    )
  const slots = `${used} slots of ${serverLabel(request.entry)} are in use`
  // An unanswered request may have taken the last one.
  const state =
    progress.unanswered > 0 ? `${slots}.` : `${slots}, so the limit is not the reason. No snapshot was taken.`
  return { ok: false, problem: await explain(ctx, refusal, state) }
}

/** Whether the server has other snapshots than before: then the refusal may have come of a slot that is free by now. */
function hasChanged(request: CreateRequest, snapshots: readonly Snapshot[]): boolean {
  return snapshots.length !== request.before.size || snapshots.some(({ id }) => !request.before.has(id))
}

// As in time-lapse everything else keeps to the given interval, so does this.
function slotGap(ctx: Context): number {
  return ctx.pace.fixedIntervalMs ?? 5_000
}
