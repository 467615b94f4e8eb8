import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { type Marker, parseMarker } from '../policy/marker.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { type ApiFailure, describeFailure, isAmbiguous } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { type Entry, serverLabel } from './entry.ts'
import { freeSlot, SLOTS, serverIsFull } from './full-server.ts'
import type { Ledger } from './ledger.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, type Outcome, success } from './problem.ts'
import { createSnapshotReader, readSnapshotsOf } from './snapshots.ts'

/** One snapshot to be asked for. */
export interface CreateRequest {
  readonly entry: Entry
  readonly name: string
  /** Ends in the marker. */
  readonly description: string
  readonly marker: Marker
  /** The server's snapshots before: what is new afterwards can be told from them. */
  readonly before: ReadonlySet<SnapshotId>
  readonly whenFull: 'fail' | 'delete-oldest'
  readonly deadline: number
}

/** What the look after a lost answer found. */
type Traces =
  | { readonly state: 'ours'; readonly snapshot: Snapshot; readonly twins: readonly SnapshotId[] }
  | { readonly state: 'unmarked'; readonly snapshot: Snapshot }
  | { readonly state: 'none' }
  | { readonly state: 'unclear'; readonly reason: string }

// A freed slot may take a while to be one; longer than this it has been taken by somebody else.
const SLOT_PATIENCE = 2 * 60_000

interface Progress {
  /** How many times a POST was sent whose answer never came (or could not be read). */
  unanswered: number
  /** What was deleted to make room. */
  freed: Snapshot | undefined
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
  const progress: Progress = { unanswered: 0, freed: undefined, slotDeadline: undefined, overtaken: false }
  for (;;) {
    // What was still waiting for its turn when the end was asked for has asked for nothing.
    ctx.signal.throwIfAborted()
    request.entry.status = 'unknown'
    const answer = await ctx.api.createSnapshot(
      { server: request.entry.server, name: request.name, description: request.description },
      { deadline: request.deadline },
    )
    if (answer.ok) return checkNew(ctx, request, answer.value)
    const next = isAmbiguous(answer.failure)
      ? await afterLostAnswer(ctx, request, answer.failure, progress)
      : await afterRefusal(ctx, request, answer.failure, progress, ledger)
    if (next !== 'again') return withFreed(next, progress.freed)
  }
}

/** What was deleted for a snapshot that then was not taken must be said. */
function withFreed(outcome: Outcome<Snapshot>, freed: Snapshot | undefined): Outcome<Snapshot> {
  if (outcome.ok || freed === undefined) return outcome
  const message = `${outcome.problem.message} Snapshot ${freed.id} ${freed.name} had been deleted to make room for it.`
  return { ok: false, problem: { ...outcome.problem, message } }
}

/** A snapshot that was there before is not the one that was asked for, whatever the answer says. */
function checkNew(ctx: Context, request: CreateRequest, snapshot: Snapshot): Outcome<Snapshot> {
  if (!request.before.has(snapshot.id)) return success(checkMarker(ctx, snapshot))
  return failure(
    `POST /snapshots/ was answered with snapshot ${snapshot.id} of ${serverLabel(request.entry)}, which was there before: whether a new one was begun is not known.`,
    listFirst(request),
    'unknown',
  )
}

function checkMarker(ctx: Context, snapshot: Snapshot): Snapshot {
  if (parseMarker(snapshot.description) === undefined)
    ctx.report.warn(
      `The API handed snapshot ${snapshot.id}'s description back without this action's marker: keep-last, when-full and snapshot-id: latest will not see this snapshot.`,
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
  const nearby = await lookForOurs(ctx, request)
  const isByUuid = request.entry.server.includes('-')
  const traces = nearby.state === 'none' && isByUuid ? await lookEverywhere(ctx, request) : nearby
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

function unclear(traces: Exclude<Traces, { state: 'ours' }>): string {
  switch (traces.state) {
    case 'unmarked':
      return `Snapshot ${traces.snapshot.id} is new and has the same name, but not this action's marker: whether it is this job's cannot be told, and nothing was sent again.`
    case 'none':
      return 'The request was sent twice and no snapshot that carries its key has appeared.'
    case 'unclear':
      return `Whether it acted cannot be told: ${traces.reason}`
  }
}

function adopt(ctx: Context, traces: Extract<Traces, { state: 'ours' }>): Outcome<Snapshot> {
  ctx.report.line(`The snapshot was begun all the same: it is ${traces.snapshot.id}, found by its key.`)
  if (traces.twins.length > 0)
    ctx.report.warn(
      `The request was obeyed more than once: ${traces.twins.join(', ')} carries the same key as ${traces.snapshot.id} and is not used. Delete it if it is in the way.`,
    )
  return success(traces.snapshot)
}

/** Looks until our key is seen, or missing from every good answer of a settle window. */
async function lookForOurs(ctx: Context, request: CreateRequest): Promise<Traces> {
  let streak: Streak | undefined
  const look = async (): Promise<Look<Traces>> => {
    const answer = await readSnapshotsOf(ctx, request.entry.server, {
      deadline: request.deadline,
      once: true,
    })
    return lookAt<readonly Snapshot[], Traces>(answer, snapshots => {
      const traces = tracesIn(request, snapshots)
      if (traces.state === 'ours') return { state: 'done', value: traces }
      streak = extendStreak(streak, traces.state, ctx.clock.now())
      return isSettled(streak, settleWindow(ctx.pace))
        ? { state: 'done', value: traces }
        : { state: 'pending' }
    })
  }
  const end = await poll(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: request.deadline, first: 'now' },
    look,
  )
  if (end.state === 'done') return end.value
  if (end.state === 'refused') return { state: 'unclear', reason: describeFailure(end.failure) }
  return { state: 'unclear', reason: 'the time ran out before the list could be read for long enough.' }
}

/**
 * Looks for our key on every server: an API that takes a server's UUID may list its snapshots under the server's
 * number, where the list of that server, as it was named, does not show them.
 */
async function lookEverywhere(ctx: Context, request: CreateRequest): Promise<Traces> {
  const { deadline, marker } = request
  const isOurs = (snapshot: Snapshot): boolean => parseMarker(snapshot.description)?.key === marker.key
  const answer = await createSnapshotReader(ctx).readAll(isOurs, { deadline })
  return answer.ok
    ? tracesIn(request, answer.value)
    : { state: 'unclear', reason: describeFailure(answer.failure) }
}

function tracesIn(request: CreateRequest, snapshots: readonly Snapshot[]): Traces {
  const [first, ...twins] = snapshots.filter(
    snapshot => parseMarker(snapshot.description)?.key === request.marker.key,
  )
  if (first !== undefined) return { state: 'ours', snapshot: first, twins: twins.map(twin => twin.id) }
  const unmarked = snapshots.find(
    snapshot =>
      snapshot.name === request.name &&
      !request.before.has(snapshot.id) &&
      parseMarker(snapshot.description) === undefined,
  )
  return unmarked === undefined ? { state: 'none' } : { state: 'unmarked', snapshot: unmarked }
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
    const traces = await lookForOurs(ctx, request)
    if (traces.state === 'ours') return adopt(ctx, traces)
    if (traces.state !== 'none')
      return failure(`${describeFailure(refusal)} ${unclear(traces)}`, listFirst(request), 'unknown')
  }
  request.entry.status = undefined
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
  const now = ctx.clock.now()
  if (progress.slotDeadline !== undefined && now < progress.slotDeadline) {
    const end = Math.min(progress.slotDeadline, request.deadline)
    await ctx.clock.sleep(Math.min(slotGap(ctx), end - now), ctx.signal)
    return 'again'
  }
  if (list.value.length < SLOTS) return afterRefusalWithRoom(ctx, request, refusal, progress, list.value)
  if (request.whenFull === 'fail' || progress.slotDeadline !== undefined)
    return { ok: false, problem: serverIsFull(ctx, request.entry, list.value, request.whenFull) }
  const freed = await freeSlot(ctx, request.entry, list.value, request.deadline)
  if (!freed.ok) return freed
  if (freed.value === undefined)
    return { ok: false, problem: serverIsFull(ctx, request.entry, list.value, request.whenFull) }
  ledger.deleted.push(freed.value)
  progress.freed = freed.value
  ctx.report.outputs({ 'deleted-snapshot-ids': ledger.deleted.map(snapshot => snapshot.id).join(',') })
  ctx.report.line(
    `Snapshot ${freed.value.id} is deleted; asking again while its slot comes free, for ${formatDuration(SLOT_PATIENCE)} at most.`,
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
  if (progress.freed !== undefined)
    return failure(
      `${describeFailure(refusal)} ${used} slots of ${serverLabel(request.entry)} are in use, but none came free within ${formatDuration(SLOT_PATIENCE)}. No snapshot was taken.`,
      'Run the job again in a few minutes.',
    )
  const state = `${used} slots of ${serverLabel(request.entry)} are in use, so the limit is not the reason. No snapshot was taken.`
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
