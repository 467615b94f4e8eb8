import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { SnapshotChoice } from '../inputs.ts'
import { type LatestSelection, type NameSelection, selectByName, selectLatest } from '../policy/selection.ts'
import { briefWindow, type SettleWindow } from '../policy/settle.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import { apiNow, type Context } from '../run/context.ts'
import { NOTHING_CHANGED } from '../run/labels.ts'
import { failed, type Outcome, type Problem, success } from '../run/problem.ts'
import type { SnapshotList } from '../vps/client.ts'
import type { ApiFailure, ApiResult } from '../vps/failure.ts'
import { RETRY_PATIENCE_MS } from '../vps/retry.ts'
import { changeLog } from './change-log.ts'
import * as messages from './choice-messages.ts'
import { explain, remedyStep, unknownServer } from './explain.ts'
import { pollUntilStable, type Reading } from './poll.ts'
import { type Found, findListed, readForChoice, readSnapshots } from './snapshot-reader.ts'

/** The snapshots that an operation is about. */
export interface Matches {
  readonly present: readonly Snapshot[]
  /** What no list holds. */
  readonly absent: readonly SnapshotId[]
}

/** What is asked for, and how it may be found. */
export interface Lookup {
  readonly choice: SnapshotChoice
  /** The servers to which the snapshots may belong; empty: any. */
  readonly allowedServers: readonly ServerId[]
  readonly use: 'restore' | 'wait' | 'delete'
  /** In clock milliseconds. */
  readonly deadline: number
}

const UNCHANGED = { state: NOTHING_CHANGED }

/** Finds the snapshots, and refuses what belongs to another server than the caller said. Nothing is changed. */
export async function findSnapshots(ctx: Context, lookup: Lookup): Promise<Outcome<Matches>> {
  const { choice } = lookup
  if (choice.by === 'id') return findAllowed(ctx, lookup, choice.ids)
  const present: Snapshot[] = []
  const list = await readForChoice(ctx, choice.servers, { deadline: lookup.deadline })
  if (!list.ok) return failed(await explain(ctx, list.failure, UNCHANGED))
  for (const server of choice.servers) {
    const chosen = await chooseOn(ctx, { ...lookup, choice }, server, list.value)
    if (!chosen.ok) return chosen
    present.push(chosen.value)
  }
  return success({ present, absent: [] })
}

type NamedChoice = Exclude<SnapshotChoice, { by: 'id' }>
type NamedLookup = Lookup & { readonly choice: NamedChoice }

/**
 * Chooses on one server. `latest` waits for a newer one that is still being made, and looks again where a list that lags
 * may lack the one that this very run made.
 */
async function chooseOn(
  ctx: Context,
  lookup: NamedLookup,
  server: ServerId,
  list: SnapshotList,
): Promise<Outcome<Snapshot>> {
  const first = selectOn(ctx, lookup, server, list)
  const selection = mayChange(lookup, first)
    ? await watchSelection(ctx, lookup, server, first)
    : ({ ok: true, value: first } as const)
  if (!selection.ok) return selection
  const { value } = selection
  const { candidates } = value
  if (!value.selection.ok) {
    const unknown =
      candidates.length === 0 ? await unknownServer(ctx, server, lookup.deadline, UNCHANGED) : undefined
    return failed(unknown ?? noChoice(server, lookup.choice, candidates, value.selection))
  }
  const { snapshot, passedOver } = value.selection
  if (passedOver.length > 0) ctx.report.line(messages.passedOver(passedOver))
  ctx.report.line(messages.selected(lookup.choice.by, snapshot, apiNow(ctx)))
  if (lookup.choice.by === 'latest' && value.selection.fromRerun)
    ctx.report.warn(messages.latestOfRerun(snapshot))
  return success(snapshot)
}

/** What a list says of one server. */
interface Selection {
  readonly selection: LatestSelection | NameSelection
  readonly candidates: readonly Snapshot[]
  readonly isConsistent: boolean
}

function selectOn(
  ctx: Context,
  { choice, use }: NamedLookup,
  server: ServerId,
  list: SnapshotList,
): Selection {
  const candidates = list.snapshots.filter(snapshot => snapshot.server.id === server)
  const latestUse = use === 'wait' ? 'wait' : 'restore'
  const selection =
    choice.by === 'latest'
      ? selectLatest(candidates, ctx.origin, { use: latestUse, now: apiNow(ctx) })
      : selectByName(candidates, choice.names, ctx.origin)
  return { selection, candidates, isConsistent: list.consistent }
}

function mayChange({ choice, use }: NamedLookup, { selection, isConsistent }: Selection): boolean {
  if (!isConsistent) return true
  // One list can be empty by mistake.
  if (!selection.ok) return selection.reason === 'in-progress' || selection.reason === 'none'
  return choice.by === 'latest' && use === 'wait' && !selection.fromThisRun
}

/** Reads again until what is chosen can change no more. */
async function watchSelection(
  ctx: Context,
  lookup: NamedLookup,
  server: ServerId,
  first: Selection,
): Promise<Outcome<Selection>> {
  const { deadline } = lookup
  const log = changeLog(ctx)
  let last = first
  const end = await pollUntilStable<SnapshotList, Selection>(
    ctx,
    { deadline, window: briefWindow(ctx.pace) },
    () => readForChoice(ctx, [server], { deadline, once: true }),
    list => {
      const value = selectOn(ctx, lookup, server, list)
      const { selection } = value
      last = value
      if (!selection.ok && selection.reason === 'in-progress') {
        log(messages.newerInProgress(selection.snapshot))
        return { state: 'moving' }
      }
      if (!value.isConsistent) return { state: 'moving' }
      if (selection.ok && selection.fromThisRun) return { state: 'done', value }
      return { state: 'holding', as: selection.ok ? selection.snapshot.id : selection.reason, value }
    },
  )
  if (end.state === 'done') return success(end.value)
  if (end.state === 'refused') return failed(await explain(ctx, end.failure, UNCHANGED))
  return failed(neverSettled(server, last, end.lastFailure))
}

/** Why the time was over before anything could be chosen: by what the last answer showed, unless none came any more. */
function neverSettled(
  server: ServerId,
  { selection, candidates, isConsistent }: Selection,
  lastFailure: ApiFailure | undefined,
): Problem {
  if (lastFailure !== undefined) return lookUpTimedOut(lastFailure)
  if (!selection.ok && selection.reason === 'in-progress')
    return messages.newerNeverDone(selection.snapshot, candidates)
  return isConsistent ? lookUpTimedOut(undefined) : messages.listMoves(server, candidates)
}

function lookUpTimedOut(lastFailure: ApiFailure | undefined): Problem {
  return messages.lookUpTimedOut(lastFailure, lastFailure === undefined ? [] : [remedyStep(lastFailure)])
}

function noChoice(
  server: ServerId,
  choice: NamedChoice,
  candidates: readonly Snapshot[],
  chosen: Extract<LatestSelection | NameSelection, { ok: false }>,
): Problem {
  if (choice.by === 'latest')
    return chosen.reason === 'undecided'
      ? messages.latestUndecided(server, chosen.candidates)
      : messages.noLatest(server, candidates)
  const [name = ''] = choice.names
  if (chosen.reason === 'several')
    return messages.severalOfName(
      server,
      name,
      chosen.candidates.map(({ id }) => id),
      candidates,
    )
  return messages.noneOfName(server, name, candidates)
}

async function findAllowed(
  ctx: Context,
  lookup: Lookup,
  ids: readonly SnapshotId[],
): Promise<Outcome<Matches>> {
  const found = await findByIds(ctx, lookup, ids)
  if (!found.ok) return found
  const isStranger = (snapshot: Snapshot): boolean => isOutsideGuard(ctx, lookup.allowedServers, snapshot)
  // Reading the servers that are meant teaches by which other ids the API knows them.
  if (found.value.present.some(isStranger))
    for (const id of lookup.allowedServers)
      await ctx.api.readServer({ id }, { deadline: lookup.deadline, once: true })
  const strangers = found.value.present.filter(isStranger)
  if (strangers.length === 0) return found
  return failed(messages.wrongServer(lookup.allowedServers, strangers, await completedOfAllowed(ctx, lookup)))
}

/** The completed snapshots of the servers that were meant; undefined where they cannot be read. */
async function completedOfAllowed(
  ctx: Context,
  { allowedServers, deadline }: Lookup,
): Promise<readonly Snapshot[] | undefined> {
  const isCompleted = ({ status }: Snapshot): boolean => snapshotPhase(status) === 'completed'
  const list = await readSnapshots(ctx, allowedServers, { deadline, once: true }, isCompleted)
  return list.ok ? list.value : undefined
}

/** A server may be known by a number and a UUID. */
function isOutsideGuard(ctx: Context, allowedServers: readonly ServerId[], { server }: Snapshot): boolean {
  return allowedServers.length > 0 && !allowedServers.some(id => ctx.api.sameServer(id, server.id))
}

/** A list may lag behind: what it lacks is looked for again before it counts as missing. */
async function findByIds(
  ctx: Context,
  lookup: Lookup,
  ids: readonly SnapshotId[],
): Promise<Outcome<Matches>> {
  const window = missingWindow(ctx, lookup)
  let isFirst = true
  const classify = ({ snapshots, ownerless }: Found): Reading<Matches & Pick<Found, 'ownerless'>> => {
    const byId = new Map(snapshots.map(snapshot => [snapshot.id, snapshot]))
    const present = ids.flatMap(id => byId.get(id) ?? [])
    const absent = ids.filter(id => !byId.has(id))
    const value = { present, absent, ownerless }
    if (absent.length === 0) return { state: 'done', value }
    if (isFirst) ctx.report.line(messages.missingYet(absent, window.durationMs))
    isFirst = false
    return { state: 'holding', as: absent.join(','), value }
  }
  const end = await pollUntilStable(
    ctx,
    { deadline: Math.min(lookup.deadline, ctx.clock.now() + RETRY_PATIENCE_MS), window },
    isFirstRead => readByIds(ctx, lookup, ids, !isFirstRead),
    classify,
  )
  if (end.state === 'refused') return failed(await explain(ctx, end.failure, UNCHANGED))
  if (end.state === 'expired') return failed(lookUpTimedOut(end.lastFailure))
  const { ownerless } = end.value
  // Whose it is must be known before it overwrites a server, or goes: it is neither there nor missing.
  return ownerless.length === 0 ? success(end.value) : failed(messages.ownerless(ownerless))
}

/** What is to be deleted, wherever it is, need not be listed: the API is asked. Three reads are enough. */
function missingWindow(ctx: Context, { use, allowedServers }: Lookup): SettleWindow {
  const window = briefWindow(ctx.pace)
  return use === 'delete' && allowedServers.length === 0 ? { durationMs: 0, reads: window.reads } : window
}

async function readByIds(
  ctx: Context,
  lookup: Lookup,
  ids: readonly SnapshotId[],
  once: boolean,
): Promise<ApiResult<Found>> {
  const { deadline, allowedServers } = lookup
  const wanted = new Set(ids)
  if (allowedServers.length > 0) {
    const near = await readSnapshots(ctx, allowedServers, { deadline, once })
    if (!near.ok) return near
    const found = near.value.filter(snapshot => wanted.has(snapshot.id))
    if (found.length === ids.length) return { ok: true, value: { snapshots: found, ownerless: [] } }
  }
  return findListed(ctx, wanted, { deadline, once })
}
