import type { Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import type { CreateInputs } from '../inputs.ts'
import { purposeOf } from '../policy/marker.ts'
import { defaultName, shortDefaultName } from '../policy/names.ts'
import { serverPhase } from '../policy/statuses.ts'
import { createSnapshot, newCreateRequest } from '../requests/create-snapshot.ts'
import { serverIsFull, slotCandidate } from '../requests/free-slot.ts'
import type { CreateRequest } from '../requests/full-server.ts'
import { ensureStarted, stopForSnapshot } from '../requests/stop-and-start.ts'
import type { Context } from '../run/context.ts'
import { NOTHING_CHANGED } from '../run/labels.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { Recorder, ServerTrack } from '../run/recorder.ts'
import { hasFailed, isGood, newServerRun } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { explain } from '../waiting/explain.ts'
import { forEachServer, sideBySide } from '../waiting/for-each-server.ts'
import { checkHealth } from '../waiting/health-check.ts'
import { unready } from '../waiting/messages.ts'
import { awaitReadiness } from '../waiting/readiness.ts'
import { findSameServer } from '../waiting/server-reader.ts'
import { recordSnapshotEnd } from '../waiting/snapshot-end.ts'
import { createSnapshotPoller, type SnapshotPoller } from '../waiting/snapshot-poller.ts'
import { readForChoice } from '../waiting/snapshot-reader.ts'
import { arm } from './arm.ts'
import * as messages from './messages.ts'

/** What all servers of one create share. */
interface Plan {
  readonly inputs: CreateInputs
  readonly name: string
  readonly deadline: number
  readonly poller: SnapshotPoller
  readonly recorder: Recorder
  /** The server's snapshots as they were before anything was changed. */
  readonly before: ReadonlyMap<ServerId, readonly Snapshot[]>
}

/** Takes a snapshot of each server, as one group: green only when every one is completed. */
export async function create(ctx: Context, inputs: CreateInputs, recorder: Recorder): Promise<void> {
  const deadline = ctx.clock.now() + inputs.timeoutMs
  const servers = inputs.servers.map(id => newServerRun('create', { id, name: '' }))
  recorder.record({ type: 'servers found', servers })
  const name = plannedName(ctx, inputs)
  if (inputs.givenName !== undefined && inputs.givenName !== name)
    ctx.report.line(messages.nameChanged(inputs.givenName, name))
  const survey = await ctx.report.group(messages.GROUPS.preflight, () =>
    surveyServers(ctx, inputs, recorder, deadline),
  )
  if (!survey.ok) return recorder.record({ type: 'failed', problem: survey.problem })
  // A number and a UUID are known to be one server only once it has been read.
  const twice = findSameServer(ctx, inputs.servers, id => id)
  if (twice !== undefined) return recorder.record({ type: 'failed', problem: messages.givenTwice(...twice) })
  if (groupHasFailed(recorder)) return skipRest(recorder)
  const poller = createSnapshotPoller(ctx, deadline)
  const plan: Plan = { inputs, name, deadline, poller, recorder, before: survey.value }
  if (inputs.dryRun) return planOnly(ctx, plan)
  if (!arm(inputs, recorder)) return
  await ctx.report.group(messages.GROUPS.snapshots, () => takeAll(ctx, plan))
}

/** A group is begun as a whole or not at all. */
function skipRest({ tracks }: Recorder): void {
  for (const track of tracks)
    if (track.run.task.state === 'pending') track.record({ type: 'skipped', why: 'group failed' })
}

function plannedName(ctx: Context, inputs: CreateInputs): string {
  return inputs.name ?? defaultName(ctx.origin)
}

/** Checks everything that can be checked before the first change, for every server. */
async function surveyServers(
  ctx: Context,
  inputs: CreateInputs,
  recorder: Recorder,
  deadline: number,
): Promise<Outcome<ReadonlyMap<ServerId, readonly Snapshot[]>>> {
  const list = await readForChoice(ctx, inputs.servers, { deadline })
  if (!list.ok) return failed(await explain(ctx, list.failure, { state: NOTHING_CHANGED }))
  const byServer = Map.groupBy(list.value.snapshots, snapshot => snapshot.server.id)
  // Of one server, items that name none take slots, too; of several nobody knows whose they are.
  const isOne = inputs.servers.length === 1
  await forEachServer(ctx, recorder.tracks, async track => {
    const { id } = track.run.server
    const known = byServer.get(id) ?? []
    const used = isOne ? list.value.count : (list.value.countOf.get(id) ?? 0)
    track.record({ type: 'slots counted', used })
    const problem = await surveyOne(ctx, inputs, track, known, deadline)
    if (problem !== undefined) track.record({ type: 'failed', problem })
  })
  return success(byServer)
}

async function surveyOne(
  ctx: Context,
  inputs: CreateInputs,
  track: ServerTrack,
  known: readonly Snapshot[],
  deadline: number,
): Promise<Problem | undefined> {
  const unready = await checkReadiness(ctx, inputs, track, { known, isFirst: true, deadline })
  if (unready !== undefined) return unready
  const namesake = known.find(({ name }) => name === plannedName(ctx, inputs))
  if (namesake !== undefined) ctx.report.warn(messages.nameTaken(track.run, namesake))
  // A single create leaves the limit to the API, which may allow more; a group, or a server about to be stopped,
  // must not find out half-way, and a dry run promises nothing that the reference denies.
  const isLeftToApi = inputs.servers.length === 1 && !inputs.stopServer && !inputs.dryRun
  if (isLeftToApi || !hasAllSlotsUsed(track)) return undefined
  if (inputs.whenFull === 'delete-oldest' && slotCandidate(ctx, known) !== undefined) return undefined
  return serverIsFull(ctx, track.run, known, inputs.whenFull)
}

function hasAllSlotsUsed({ run: { slots = 0 } }: ServerTrack): boolean {
  return slots >= SLOTS
}

interface Check {
  /** The server's snapshots, where they were just read. */
  readonly known?: readonly Snapshot[]
  readonly serverOnly?: boolean
  /** Later, other servers of the group have been begun. */
  readonly isFirst: boolean
  readonly deadline: number
}

/**
 * Reads the server and waits until it has settled. A token that may not read servers is enough for a plain create; what is
 * to be photographed at rest must be known to run or to be stopped, also minutes after the first look.
 */
async function checkReadiness(
  ctx: Context,
  inputs: CreateInputs,
  track: ServerTrack,
  { isFirst, ...check }: Check,
): Promise<Problem | undefined> {
  const began = ctx.clock.now()
  const intent = inputs.stopServer ? 'stop' : 'create'
  const found = await awaitReadiness(ctx, { track, intent, ...check })
  if (found.state === 'refused') return unreadable(ctx, inputs, track, found.failure, isFirst)
  if (found.state === 'expired' && found.server !== undefined)
    track.record({ type: 'server read', server: found.server })
  if (found.state === 'expired')
    return messages.notSettledForCreate(unready(track.run, ctx.clock.now() - began, found), track.run)
  track.record({ type: 'server read', server: found.server })
  const isKnown = ['active', 'stopped'].includes(serverPhase(found.server.status))
  return inputs.stopServer && !isKnown ? messages.cannotStop(track.run) : undefined
}

async function unreadable(
  ctx: Context,
  inputs: CreateInputs,
  track: ServerTrack,
  failure: ApiFailure,
  isFirst: boolean,
): Promise<Problem | undefined> {
  // Of a group, the verdict says it for all.
  const untouched = inputs.servers.length > 1 ? '' : NOTHING_CHANGED
  const state = isFirst ? untouched : messages.NO_SNAPSHOT_OF_IT
  if (failure.status !== 403) return explain(ctx, failure, { state })
  const needs = inputs.stopServer ? 'stop-server' : inputs.restoreOn.length > 0 ? 'restore-on' : undefined
  if (needs !== undefined) return explain(ctx, failure, { state: messages.needsReadableServer(needs, state) })
  track.record({ type: 'server unreadable' })
  if (isFirst) ctx.report.warn(messages.unreadableServer(track.run.server.id))
  return undefined
}

function planOnly(ctx: Context, plan: Plan): void {
  for (const track of plan.recorder.tracks) {
    const { run } = track
    const known = plan.before.get(run.server.id) ?? []
    // Where no snapshot may be deleted for a slot, the server has been refused before.
    const candidate = hasAllSlotsUsed(track) ? slotCandidate(ctx, known) : undefined
    const steps = [
      ...(candidate === undefined ? [] : [messages.wouldDeleteFirst(candidate)]),
      ...(plan.inputs.stopServer ? [runs(track) ? messages.wouldStop(run) : messages.wouldLeave(run)] : []),
      messages.wouldTake(run, plan.name),
    ]
    track.record({ type: 'planned', steps })
    for (const step of steps) ctx.report.line(step)
  }
}

/** Works on the servers side by side; a server that is not stopped frees its place once the API has accepted. */
async function takeAll(ctx: Context, plan: Plan): Promise<void> {
  const { tracks } = plan.recorder
  if (plan.inputs.stopServer)
    return void (await forEachServer(ctx, tracks, track => takeStopped(ctx, plan, track)))
  await sideBySide(tracks, ctx.maxParallel, async (track, inTurn) => {
    await inTurn(() => begin(ctx, plan, track))
    await awaitSnapshot(ctx, plan, track)
  })
}

/** One server of a `stop-server` create: stop, snapshot, start. The start happens whatever the rest does. */
async function takeStopped(ctx: Context, plan: Plan, track: ServerTrack): Promise<void> {
  if (!(await isStillDue(ctx, plan, track))) return
  track.record({ type: 'began' })
  // A server that did not run stays as it is.
  if (!runs(track)) {
    await requestOne(ctx, plan, track)
    return awaitSnapshot(ctx, plan, track)
  }
  if (await stopForSnapshot(ctx, track, plan.deadline)) {
    await requestOne(ctx, plan, track)
    await awaitSnapshot(ctx, plan, track)
  }
  const isStarted = await ensureStarted(ctx, track)
  if (isStarted && isGood(track.run)) await checkHealth(ctx, track, plan.inputs.health, plan.deadline)
}

function runs({ run }: ServerTrack): boolean {
  return serverPhase(run.server.status ?? '') === 'active'
}

function groupHasFailed({ run }: Recorder): boolean {
  return run.servers.some(hasFailed)
}

const FRESH_MS = 10_000

/** Whether a server whose turn has come is to be worked on; if not, the record says why. */
async function isStillDue(ctx: Context, plan: Plan, track: ServerTrack): Promise<boolean> {
  if (groupHasFailed(plan.recorder)) {
    track.record({ type: 'skipped', why: 'group failed' })
    return false
  }
  if (ctx.clock.now() >= plan.deadline) {
    track.record({ type: 'skipped', why: 'out of time' })
    return false
  }
  const { readAt } = track.run.server
  // What was true a while ago proves nothing.
  if (readAt !== undefined && ctx.clock.now() - readAt < FRESH_MS) return true
  const problem = await checkReadiness(ctx, plan.inputs, track, { isFirst: false, deadline: plan.deadline })
  if (problem !== undefined) track.record({ type: 'failed', problem })
  return problem === undefined
}

async function begin(ctx: Context, plan: Plan, track: ServerTrack): Promise<void> {
  if (!(await isStillDue(ctx, plan, track))) return
  track.record({ type: 'began' })
  await requestOne(ctx, plan, track)
}

/** Asks for the snapshot; with its acceptance its id is published, before anything is waited for. */
async function requestOne(ctx: Context, plan: Plan, track: ServerTrack): Promise<void> {
  const answer = await createSnapshot(ctx, requestFor(ctx, plan, track))
  if (!answer.ok) return track.record({ type: 'failed', problem: answer.problem })
  const snapshot = answer.value
  track.record({ type: 'accepted', work: 'snapshot', snapshot })
  ctx.report.line(messages.snapshotAccepted(track.run, snapshot))
  const { whenFull, keepLast, deleteOn } = plan.inputs
  const freesNone = whenFull === 'fail' && keepLast === undefined && deleteOn.length === 0
  if (track.run.slots === SLOTS && freesNone) ctx.report.warn(messages.lastSlotTaken(track.run, snapshot))
  if (runs(track) && track.run.power.state === 'untouched')
    ctx.report.line(messages.mayBeInconsistent(track.run))
}

function requestFor(ctx: Context, plan: Plan, track: ServerTrack): CreateRequest {
  const { inputs, deadline } = plan
  return newCreateRequest(ctx, {
    track,
    kind: 'create',
    name: plan.name,
    description: inputs.description,
    purpose: purposeOf(ctx.origin, { keep: inputs.keep }),
    before: plan.before.get(track.run.server.id) ?? [],
    whenFull: inputs.whenFull,
    deadline,
    shorterName: inputs.name === undefined ? shortDefaultName(ctx.origin) : undefined,
    recheck: async () => {
      // A snapshot in progress holds nothing up: with it the server is full, or it may be our own.
      const check = { serverOnly: true, isFirst: false, deadline }
      const problem = await checkReadiness(ctx, inputs, track, check)
      if (problem !== undefined) return problem
      return track.run.power.state === 'stopped' && runs(track)
        ? messages.startedByOther(track.run)
        : undefined
    },
  })
}

/** Waits for the end of an accepted snapshot, unless only the acceptance was asked for. */
async function awaitSnapshot(ctx: Context, plan: Plan, track: ServerTrack): Promise<void> {
  const { task } = track.run
  if (task.state !== 'running') return
  if (!plan.inputs.wait) return track.record({ type: 'left running', why: 'not awaited' })
  const end = await plan.poller.waitFor(task.snapshot, ctx.clock.now())
  await recordSnapshotEnd(ctx, track, task.snapshot, end)
  // Of one server, the verdict says it.
  if (end.state === 'completed' && plan.recorder.tracks.length > 1)
    ctx.report.line(messages.snapshotCompleted(track.run))
}
