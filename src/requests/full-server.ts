import { MINUTE_MS } from '../domain/clock.ts'
import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import { slotsCanBeTheReason } from '../policy/slot-refusal.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, type Problem } from '../run/problem.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { readForChoice } from '../waiting/snapshot-reader.ts'
import { adopt, type CreateProbe, findCreated, ownAmong } from './find-created.ts'
import { freeSlot, serverIsFull, type WhenFull } from './free-slot.ts'
import * as messages from './messages.ts'
import { backOff, type RetryState } from './retry-state.ts'

/** One snapshot to be asked for. */
export interface CreateRequest extends CreateProbe {
  /** As the record is told. */
  readonly kind: 'create' | 'safety snapshot'
  /** Ends in the marker. */
  readonly description: string
  readonly whenFull: WhenFull
  /** A name of ours that is shorter, should the API refuse the name; undefined where a person chose it. */
  readonly shorterName: string | undefined
  /**
   * Called before the request is repeated: minutes may have passed, and a half-restored disk must not be snapshotted.
   * @returns why it must not be repeated
   */
  readonly recheck: () => Promise<Problem | undefined>
}

/** What has become of a request so far. */
export interface CreateProgress extends RetryState {
  /** How many times a POST was sent whose answer never came (or could not be read). */
  unanswered: number
  /** A snapshot was deleted to make room, or may have been: no other may be. */
  hasFreed: boolean
  /** What was to be deleted to make room, and somebody else had deleted: their slot. */
  readonly goneAlready: Set<SnapshotId>
  /** Until when a refusal is taken for a slot that is not free yet. */
  slotDeadline: number | undefined
  /** As they are sent now: what was refused is shortened. */
  name: string
  description: string
  /** The POST was sent again since somebody else had freed a slot between its refusal and the look at the list. */
  isOvertaken: boolean
}

// A freed slot may take a while to be one; longer than this it has been taken by somebody else.
const SLOT_PATIENCE_MS = 2 * MINUTE_MS
const SLOT_GAP_MS = 5_000

/** With these a full server has been refused, here or with APIs of its kind. */
const SLOT_STATUSES: ReadonlySet<number> = new Set([400, 403, 409, 422])

/** Whether a refused create may be about slots: with as many snapshots as there are slots. The list then tells. */
export function mayBeAboutSlots(refusal: ApiFailure): boolean {
  return SLOT_STATUSES.has(refusal.status ?? 0) && isAboutSlots(refusal, SLOTS)
}

function isAboutSlots({ detail, fields = [] }: ApiFailure, listLength: number): boolean {
  return slotsCanBeTheReason({ detail, fields }, listLength)
}

/** A refusal that is not about slots: it may pass, or it is final. */
export async function otherRefusal(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: CreateProgress,
  state: string,
): Promise<Outcome<Snapshot> | 'again'> {
  const { deadline } = request
  if (await backOff(ctx, refusal, progress, { deadline })) return 'again'
  return failed(await explain(ctx, refusal, { state }))
}

/**
 * Refused, perhaps for want of a slot: the list tells.
 * @param hasSearched whether a whole settle window has shown that nothing of ours came of the refused request
 */
export async function afterSlotRefusal(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: CreateProgress,
  hasSearched: boolean,
): Promise<Outcome<Snapshot> | 'again'> {
  const { track, deadline, whenFull } = request
  const list = await readForChoice(ctx, [track.run.server.id], { deadline })
  if (!list.ok) return failed(await explain(ctx, refusal, { state: messages.slotsUnreadable(list.failure) }))
  const { snapshots, count, consistent } = list.value
  // Refused can be the second copy of a request that was doubled on its way: then the last slot is ours.
  const own = ownAmong(request, snapshots)
  if (own.state === 'ours') return adopt(ctx, own)
  track.record({ type: 'slots counted', used: count })
  // What somebody else has deleted may stay listed for a while: its slot is coming free, and none need be freed.
  const there = snapshots.filter(({ id }) => !progress.goneAlready.has(id))
  const used = count - (snapshots.length - there.length)
  const isFull = isAboutSlots(refusal, used)
  // Words that say full against a list that has room: the list may lag, and the last slot be ours.
  if (isFull && used < SLOTS && progress.slotDeadline === undefined && !hasSearched) {
    if (isOvertaken(ctx, request, progress, { snapshots, used })) return 'again'
    const made = await searchForDoubled(ctx, request, refusal)
    return made ?? afterSlotRefusal(ctx, request, refusal, progress, true)
  }
  // A slot that somebody else has freed may take a while: until then no other snapshot need go for it.
  const isComingFree = progress.goneAlready.size > 0 && used < SLOTS
  if (isFull && consistent && whenFull === 'delete-oldest' && !progress.hasFreed && !isComingFree) {
    const made = await makeRoom(ctx, request, there, progress)
    if (made !== 'none allowed') return made
  }
  const now = ctx.clock.now()
  if (progress.slotDeadline !== undefined && now < progress.slotDeadline) {
    // As in time-lapse everything else keeps to the given interval, so does this.
    const gap = ctx.pace.fixedIntervalMs ?? SLOT_GAP_MS
    await ctx.clock.sleep(Math.min(gap, Math.min(progress.slotDeadline, deadline) - now), ctx.signal)
    track.record({ type: 'slots counted', used: SLOTS - 1 })
    return 'again'
  }
  if (isFull && used >= SLOTS) return failed(serverIsFull(ctx, track.run, snapshots, whenFull))
  return afterRefusalWithRoom(ctx, request, refusal, progress, { snapshots, used, isFull })
}

/**
 * Looks for what a request has made whose second copy was refused, for as long as a list may take to show it.
 * @returns undefined where there is no trace of it
 */
async function searchForDoubled(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
): Promise<Outcome<Snapshot> | undefined> {
  ctx.report.line(messages.lookingForDoubled(request.track.run, refusal))
  const found = await findCreated(ctx, request)
  if (found.state === 'ours') return adopt(ctx, found)
  return found.state === 'none' ? undefined : failed(messages.unclearAfterFailure(request, refusal, found))
}

/** What the list says: what cannot be read, or is of nobody knows which server, takes slots, too. */
interface Listed {
  readonly snapshots: readonly Snapshot[]
  readonly used: number
}

/**
 * Where the server has other snapshots than before, the refusal may have come of a slot that is free by now: worth one
 * more try, which is said.
 */
function isOvertaken(
  ctx: Context,
  { track, before }: CreateRequest,
  progress: CreateProgress,
  { snapshots, used }: Listed,
): boolean {
  const hasChanged = snapshots.length !== before.size || snapshots.some(({ id }) => !before.has(id))
  if (progress.isOvertaken || !hasChanged) return false
  progress.isOvertaken = true
  ctx.report.line(messages.slotsChanged(track.run, used))
  return true
}

/** Deletes the one snapshot that the rule allows; one that somebody else has deleted meanwhile frees their slot. */
async function makeRoom(
  ctx: Context,
  request: CreateRequest,
  snapshots: readonly Snapshot[],
  progress: CreateProgress,
): Promise<Outcome<Snapshot> | 'again' | 'none allowed'> {
  const freed = await freeSlot(ctx, request.track, snapshots, request.deadline)
  if (!freed.ok) return freed
  if (freed.value === undefined) return 'none allowed'
  const { snapshot, how } = freed.value
  // If the next request is accepted, a slot had come free.
  request.track.record({ type: 'slots counted', used: SLOTS - 1 })
  progress.slotDeadline ??= ctx.clock.now() + SLOT_PATIENCE_MS
  switch (how) {
    case 'not needed':
      break
    case 'unclear':
      progress.hasFreed = true
      ctx.report.warn(messages.freedUnclear(snapshot))
      break
    case 'gone':
      progress.goneAlready.add(snapshot.id)
      ctx.report.line(messages.freedByOther(snapshot))
      break
    case 'deleted':
      progress.hasFreed = true
      progress.slotDeadline = ctx.clock.now() + SLOT_PATIENCE_MS
      ctx.report.notice(messages.freed(snapshot, SLOT_PATIENCE_MS))
  }
  return 'again'
}

/** Refused, and yet the list has room: a slot came free since, one does not come free, or it is not about slots. */
async function afterRefusalWithRoom(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: CreateProgress,
  { snapshots, used, isFull }: Listed & { readonly isFull: boolean },
): Promise<Outcome<Snapshot> | 'again'> {
  const { track } = request
  if (isOvertaken(ctx, request, progress, { snapshots, used })) return 'again'
  if (progress.slotDeadline !== undefined)
    return failed(messages.slotNeverCameFree(track.run, refusal, used, SLOT_PATIENCE_MS))
  const state = messages.refusedWithRoom(track.run, used, progress.unanswered > 0)
  // The API's own words are believed against the documented number.
  if (isFull) return failed(messages.fullByItsOwnWords(track.run, refusal, snapshots, state))
  return otherRefusal(ctx, request, refusal, progress, state)
}
