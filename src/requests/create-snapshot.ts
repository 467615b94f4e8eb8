import type { Snapshot } from '../domain/entities.ts'
import {
  defaultDescription,
  describe,
  formatMarker,
  markerFor,
  markerMatches,
  newKey,
  type Purpose,
  parseMarker,
} from '../policy/marker.ts'
import { serverPhase } from '../policy/statuses.ts'
import type { Context } from '../run/context.ts'
import { failed, type Outcome, success } from '../run/problem.ts'
import { type ApiFailure, isAmbiguous, refusedFields } from '../vps/failure.ts'
import { adopt, checkOnce, findCreated } from './find-created.ts'
import {
  afterSlotRefusal,
  type CreateProgress,
  type CreateRequest,
  mayBeAboutSlots,
  otherRefusal,
} from './full-server.ts'
import * as messages from './messages.ts'

/** The request for one snapshot, with a key of its own in its marker. */
export function newCreateRequest(
  ctx: Context,
  wish: Omit<CreateRequest, 'marker' | 'description' | 'before'> & {
    readonly description: string | undefined
    readonly purpose: Purpose
    readonly before: readonly Snapshot[]
  },
): CreateRequest {
  const { purpose, before, description = defaultDescription(ctx.origin), ...request } = wish
  const marker = markerFor(ctx.origin, purpose, newKey(ctx.random))
  ctx.report.debug(`marker: ${formatMarker(marker)}`)
  const known = new Set(before.map(snapshot => snapshot.id))
  return { ...request, marker, description: describe(description, marker), before: known }
}

// Longer than two reads take: the server was waited for.
const MOMENT_MS = 1_000

/**
 * Asks for a snapshot until exactly one is accepted. The POST is sent again only where it certainly did nothing: an
 * unanswered one is looked for by its key first. The record is `requested` while an answer is outstanding; what the
 * caller makes of the result is the caller's to record.
 */
export async function createSnapshot(ctx: Context, request: CreateRequest): Promise<Outcome<Snapshot>> {
  const progress: CreateProgress = {
    unanswered: 0,
    tries: 0,
    hasFreed: false,
    goneAlready: new Set(),
    slotDeadline: undefined,
    isOvertaken: false,
    name: request.name,
    description: request.description,
  }
  for (;;) {
    // What was still waiting for its turn when the end was asked for has asked for nothing.
    ctx.signal.throwIfAborted()
    const next = await sendOnce(ctx, request, progress)
    if (next !== 'again') return concluded(ctx, request, next, progress)
    const instead = await beforeRepeating(ctx, request, progress)
    if (instead !== undefined) return concluded(ctx, request, instead, progress)
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
  progress: CreateProgress,
): Promise<Outcome<Snapshot> | undefined> {
  // The request itself then says that the time is over.
  if (ctx.clock.now() >= request.deadline) return undefined
  const made = await madeMeanwhile(ctx, request, progress)
  if (made !== undefined) return made
  const began = ctx.clock.now()
  const problem = await request.recheck()
  if (ctx.clock.now() - began > MOMENT_MS) {
    const madeSince = await madeMeanwhile(ctx, request, progress)
    if (madeSince !== undefined) return madeSince
  }
  // A server that stood still is not what the time was lost for: the request then tells what it was refused for.
  const isOver = ctx.clock.now() >= request.deadline
  const hasStoodStill = ['active', 'stopped'].includes(serverPhase(request.track.run.server.status ?? ''))
  return problem === undefined || (isOver && hasStoodStill) ? undefined : failed(problem)
}

/**
 * What an earlier request has made meanwhile, though it got no answer, or another one than it should have: a box in
 * between can send it twice. Undefined where there is no trace of it.
 */
async function madeMeanwhile(
  ctx: Context,
  request: CreateRequest,
  { unanswered }: CreateProgress,
): Promise<Outcome<Snapshot> | undefined> {
  const found = await checkOnce(ctx, request)
  if (found.state === 'ours') return adopt(ctx, found)
  // What was refused did nothing that a list could fail to show.
  if (found.state === 'none' || unanswered === 0) return undefined
  return failed(messages.unclearBeforeRepeating(request, found))
}

async function sendOnce(
  ctx: Context,
  request: CreateRequest,
  progress: CreateProgress,
): Promise<Outcome<Snapshot> | 'again'> {
  const { track, kind, deadline } = request
  const { name, description } = progress
  track.record({ type: 'request sent', request: kind })
  // Sent once: before a repetition the server is read anew, since minutes may have passed.
  const answer = await ctx.api.createSnapshot(
    { server: track.run.server.id, name, description },
    { deadline, once: true },
  )
  if (answer.ok) return checkNew(ctx, request, answer.value)
  if (isAmbiguous(answer.failure)) return afterLostAnswer(ctx, request, answer.failure, progress)
  return afterRefusal(ctx, request, answer.failure, progress)
}

/**
 * Looks once more before a failure is told: a box in between can send a request twice and hand on the refusal of the
 * second copy, and what the first has made would be nobody's. What became of an unanswered request is said besides.
 */
async function concluded(
  ctx: Context,
  request: CreateRequest,
  outcome: Outcome<Snapshot>,
  progress: CreateProgress,
): Promise<Outcome<Snapshot>> {
  if (outcome.ok || outcome.problem.done === 'unknown') return outcome
  if (progress.unanswered > 0) return failed(messages.withUnanswered(request, outcome.problem))
  try {
    return (await madeMeanwhile(ctx, request, progress)) ?? outcome
  } catch (error) {
    // A cancel in the middle of the look takes nothing back of what is known.
    if (ctx.signal.aborted) return outcome
    throw error
  }
}

/** A snapshot that was there before is not the one that was asked for, whatever the answer says. */
function checkNew(ctx: Context, request: CreateRequest, snapshot: Snapshot): Outcome<Snapshot> {
  if (request.before.has(snapshot.id)) return failed(messages.answeredWithOld(request, snapshot))
  // Another marker than ours would hand the snapshot to somebody else's retention.
  if (!markerMatches(snapshot.description, request.marker.key))
    ctx.report.warn(
      parseMarker(request.description) === undefined
        ? messages.markerImpossible(ctx.origin.repository, snapshot)
        : messages.markerDropped(snapshot),
    )
  return success(snapshot)
}

async function afterLostAnswer(
  ctx: Context,
  request: CreateRequest,
  lost: ApiFailure,
  progress: CreateProgress,
): Promise<Outcome<Snapshot> | 'again'> {
  progress.unanswered += 1
  ctx.report.line(messages.lookingForCreated(lost))
  const found = await findCreated(ctx, request)
  if (found.state === 'ours') return adopt(ctx, found)
  if (found.state === 'none' && progress.unanswered === 1) {
    ctx.report.line(messages.createdNothing(request.track.run))
    return 'again'
  }
  return failed(messages.unclearAfterFailure(request, lost, found))
}

async function afterRefusal(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: CreateProgress,
): Promise<Outcome<Snapshot> | 'again'> {
  if (progress.unanswered > 0) {
    // The slot that is missing now may be the one that the unanswered request took.
    const found = await findCreated(ctx, request)
    if (found.state === 'ours') return adopt(ctx, found)
    if (found.state !== 'none') return failed(messages.unclearAfterFailure(request, refusal, found))
  } else request.track.record({ type: 'request refused' })
  if (shorten(ctx, request, refusal, progress)) return 'again'
  // With as many snapshots as there are slots: whether that is so, the list then tells.
  if (mayBeAboutSlots(refusal))
    return afterSlotRefusal(ctx, request, refusal, progress, progress.unanswered > 0)
  return otherRefusal(ctx, request, refusal, progress, messages.NO_SNAPSHOT_TAKEN)
}

/** A refusal that names what this action has added is answered by less of it. */
function shorten(
  ctx: Context,
  request: CreateRequest,
  refusal: ApiFailure,
  progress: CreateProgress,
): boolean {
  const fields = refusedFields(refusal)
  if (fields.includes('description') && progress.description !== '') {
    const markerOnly = describe('', request.marker)
    progress.description = progress.description === markerOnly ? '' : markerOnly
    ctx.report.warn(messages.descriptionRefused(refusal, progress.description === ''))
    return true
  }
  const shorter = request.shorterName
  if (fields.includes('name') && shorter !== undefined && progress.name !== shorter) {
    progress.name = shorter
    ctx.report.warn(messages.nameRefused(refusal, shorter))
    return true
  }
  return false
}
