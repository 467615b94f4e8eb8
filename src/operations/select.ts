import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import type { SnapshotChoice } from '../inputs.ts'
import { formatDuration } from '../policy/durations.ts'
import { chooseByName, chooseLatest, type Selected } from '../policy/selection.ts'
import { extendStreak, isSettled, type SettleWindow, type Streak, settleWindow } from '../policy/settle.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import type { ApiResult } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { ageOf, inventory } from './inventory.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { explain, failure, failureAmong, type Outcome, success } from './problem.ts'
import { createSnapshotReader, type SnapshotReader } from './snapshots.ts'

/** Which snapshots an operation is about, found or not, in the order in which they were asked for. */
export interface Found {
  readonly id: SnapshotId
  /** undefined: no list holds it. */
  readonly snapshot: Snapshot | undefined
}

/** What is asked for, and how it may be found. */
export interface Search {
  readonly choice: SnapshotChoice
  /** The servers to which the snapshots may belong; empty: any. */
  readonly guard: readonly ServerId[]
  readonly use: 'restore' | 'wait' | 'delete'
  readonly deadline: number
  /** Where the caller goes on reading lists: it learns here how large the account is. */
  readonly reader?: SnapshotReader
}

/** Finds the snapshots, and refuses what belongs to another server than the caller said. Nothing is changed. */
export async function selectSnapshots(ctx: Context, search: Search): Promise<Outcome<readonly Found[]>> {
  const { choice, reader = createSnapshotReader(ctx) } = search
  if (choice.by === 'id') return selectByIds(ctx, { ...search, reader }, choice.ids)
  const list = await reader.read(choice.servers, { deadline: search.deadline })
  if (!list.ok) return { ok: false, problem: await explain(ctx, list.failure, 'Nothing was changed.') }
  const found: Found[] = []
  for (const server of choice.servers) {
    const own = list.value.filter(snapshot => snapshot.server.id === server)
    const chosen =
      choice.by === 'latest'
        ? chooseLatest(own, ctx.origin, search.use === 'wait' ? 'wait' : 'restore')
        : chooseByName(own, choice.name)
    if (!chosen.ok) return noChoice(ctx, server, choice, own, chosen)
    sayChoice(ctx, choice, chosen)
    found.push({ id: chosen.snapshot.id, snapshot: chosen.snapshot })
  }
  return success(found)
}

function sayChoice(ctx: Context, choice: SnapshotChoice, chosen: Extract<Selected, { ok: true }>): void {
  const { snapshot } = chosen
  const how = choice.by === 'latest' ? 'The latest' : 'The snapshot of that name'
  ctx.report.line(
    `${how} of ${snapshot.server.name} (${snapshot.server.id}) is ${snapshot.id} ${snapshot.name}, ${ageOf(ctx, snapshot)}.`,
  )
  if (choice.by === 'latest' && chosen.fromRerun)
    ctx.report.warn(
      `Snapshot ${snapshot.id}, the latest of server ${snapshot.server.id}, was made by a re-run: it may hold what the run's first attempt left behind.`,
    )
}

function noChoice(
  ctx: Context,
  server: ServerId,
  choice: Exclude<SnapshotChoice, { by: 'id' }>,
  own: readonly Snapshot[],
  chosen: Extract<Selected, { ok: false }>,
): Outcome<never> {
  const there = own.length === 0 ? 'It has no snapshots.' : `It has: ${inventory(ctx, own)}.`
  const next = 'Give the snapshot-id of the one you mean.'
  if (choice.by === 'latest')
    return failureAmong(
      own,
      `Server ${server} has no snapshot that this repository made before a deploy and that could be taken as the latest. ${there} Nothing was changed.`,
      next,
    )
  if (chosen.reason === 'several')
    return failureAmong(
      own,
      `Server ${server} has more than one snapshot named ${choice.name}: ${chosen.ids.join(' and ')}. Nothing was changed.`,
      next,
    )
  return failureAmong(
    own,
    `Server ${server} has no snapshot named ${choice.name}. ${there} Nothing was changed.`,
    next,
  )
}

async function selectByIds(
  ctx: Context,
  search: Required<Search>,
  ids: readonly SnapshotId[],
): Promise<Outcome<readonly Found[]>> {
  const found = await findByIds(ctx, search, ids)
  if (!found.ok) return found
  const strange = found.value.filter(
    item => item.snapshot !== undefined && isStrange(search.guard, item.snapshot),
  )
  if (strange.length === 0) return found
  const which = strange.map(
    ({ id, snapshot }) => `snapshot ${id} belongs to ${snapshot?.server.name} (${snapshot?.server.id})`,
  )
  const allowed = await completedOfAllowed(ctx, search)
  return failureAmong(
    allowed ?? [],
    `The guard server-id allows ${search.guard.join(', ')}, but ${which.join('; ')}. Nothing was changed. ${instead(ctx, allowed)}`,
    'Give the snapshot of the server that you mean, or that server in server-id.',
  )
}

/** The completed snapshots of the servers that were meant; undefined where they cannot be read. */
async function completedOfAllowed(
  ctx: Context,
  { guard, deadline }: Required<Search>,
): Promise<readonly Snapshot[] | undefined> {
  const isCompleted = ({ status }: Snapshot): boolean => snapshotPhase(status) === 'completed'
  const list = await createSnapshotReader(ctx).read(guard, { deadline, once: true }, isCompleted)
  return list.ok ? list.value : undefined
}

function instead(ctx: Context, completed: readonly Snapshot[] | undefined): string {
  if (completed === undefined) return 'What the allowed servers have could not be read.'
  if (completed.length === 0) return 'The allowed servers have no completed snapshot.'
  return `The allowed servers have: ${inventory(ctx, completed)}.`
}

function isStrange(guard: readonly ServerId[], snapshot: Snapshot): boolean {
  return guard.length > 0 && !guard.includes(snapshot.server.id)
}

/** A list may lag behind: what it lacks is looked for again before it counts as missing. */
async function findByIds(
  ctx: Context,
  search: Required<Search>,
  ids: readonly SnapshotId[],
): Promise<Outcome<readonly Found[]>> {
  const window = missingWindow(ctx, search.use)
  let streak: Streak | undefined
  let first = true
  const look = async (): Promise<Look<readonly Found[]>> => {
    const answer = await readByIds(search, ids, !first)
    return lookAt(answer, snapshots => {
      const byId = new Map(snapshots.map(snapshot => [snapshot.id, snapshot]))
      const found = ids.map(id => ({ id, snapshot: byId.get(id) }))
      const missing = found.filter(item => item.snapshot === undefined).map(item => item.id)
      if (missing.length === 0) return { state: 'done', value: found }
      if (first)
        ctx.report.line(
          `No list holds ${missing.join(', ')} yet; looking again${window.durationMs > 0 ? ` for ${formatDuration(window.durationMs)}` : ''}.`,
        )
      first = false
      streak = extendStreak(streak, missing.join(','), ctx.clock.now())
      return isSettled(streak, window) ? { state: 'done', value: found } : { state: 'pending' }
    })
  }
  const end = await poll(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: search.deadline, first: 'now' },
    look,
  )
  if (end.state === 'done') return success(end.value)
  if (end.state === 'refused')
    return { ok: false, problem: await explain(ctx, end.failure, 'Nothing was changed.') }
  return failure(
    'The snapshots could not be looked up before the time was over. Nothing was changed.',
    'Run the step again.',
    'timed_out',
  )
}

/** What is to be deleted and cannot be found is no danger: three reads are enough. */
function missingWindow(ctx: Context, use: Search['use']): SettleWindow {
  const window = settleWindow(ctx.pace)
  return use === 'delete' ? { durationMs: 0, reads: window.reads } : window
}

async function readByIds(
  search: Required<Search>,
  ids: readonly SnapshotId[],
  once: boolean,
): Promise<ApiResult<readonly Snapshot[]>> {
  const { deadline, guard, reader } = search
  const wanted = new Set(ids)
  if (guard.length > 0) {
    const near = await reader.read(guard, { deadline, once })
    if (!near.ok) return near
    const found = near.value.filter(snapshot => wanted.has(snapshot.id))
    if (found.length === ids.length) return { ok: true, value: found }
  }
  return reader.readAll(snapshot => wanted.has(snapshot.id), { deadline, once })
}
