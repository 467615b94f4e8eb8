import type { Server, Snapshot } from '../domain/entities.ts'
import type { ServerId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { createdAtMs } from '../policy/recency.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { serverPhase, snapshotPhase } from '../policy/statuses.ts'
import { type ApiFailure, describeFailure } from '../vps/failure.ts'
import type { Context } from './context.ts'
import { ageOf } from './inventory.ts'
import { type Look, poll, unanswered } from './poll.ts'
import { readSnapshotsOf } from './snapshots.ts'

/** What is about to be done to the server. */
export type Purpose = 'create' | 'restore' | 'stop'

/** What a server's state allows, read immediately before something is changed. */
export type Readiness =
  | { readonly state: 'ready'; readonly server: Server }
  /** Somebody else's restore is under way: found only before a restore. */
  | { readonly state: 'restoring'; readonly server: Server }
  | { readonly state: 'refused'; readonly failure: ApiFailure }
  | {
      readonly state: 'expired'
      readonly server: Server | undefined
      readonly lastMiss: ApiFailure | undefined
    }

// The longest creation that the reference mentions takes ten minutes; what is older by far is stuck.
const STUCK_AFTER = 30 * 60_000

/**
 * Reads a server, and waits while it is in passing (restoring, starting, stopping, a young snapshot in progress), so
 * that never a half-restored disk is photographed and nothing is asked that must be refused. What is stuck (broken, an
 * unlisted status, an old unfinished snapshot) is warned of and holds nothing up.
 * @param known the server's snapshots where they were just read; otherwise they are read here
 */
export async function awaitReadiness(
  ctx: Context,
  request: {
    readonly server: ServerId
    readonly purpose: Purpose
    readonly deadline: number
    readonly known?: readonly Snapshot[]
    /** Only the server is looked at: a snapshot in progress holds nothing up. */
    readonly isServerEnough?: boolean
  },
): Promise<Readiness> {
  const began = ctx.clock.now()
  const say = changeLog(ctx)
  let lastServer: Server | undefined
  let streak: Streak | undefined
  let known = request.known
  let first = true

  const look = async (): Promise<Look<Readiness>> => {
    // The first read is worth repeating at once; later ones have the next poll for that.
    const options = { deadline: request.deadline, once: !first }
    first = false
    if (request.isServerEnough === true) known = []
    const snapshots =
      known === undefined
        ? await readSnapshotsOf(ctx, request.server, options)
        : { ok: true as const, value: known }
    known = undefined
    if (!snapshots.ok) return unanswered(snapshots.failure)
    const answer = await ctx.api.readServer(request.server, options)
    if (!answer.ok) return unanswered(answer.failure)
    const server = answer.value
    lastServer = server
    streak = extendStreak(streak, server.status.toLowerCase(), ctx.clock.now())
    return judge(ctx, request.purpose, server, streak, snapshots.value, say)
  }

  const end = await poll(
    ctx,
    {
      schedule: 'power',
      began,
      deadline: request.deadline,
      first: 'now',
      heartbeat: elapsed =>
        `Still waiting for ${lastServer === undefined ? 'server' : lastServer.name} (${request.server}) to settle, for ${elapsed} now.`,
    },
    look,
  )
  if (end.state === 'done') return end.value
  return end.state === 'refused' ? end : { state: 'expired', server: lastServer, lastMiss: end.lastMiss }
}

function judge(
  ctx: Context,
  purpose: Purpose,
  server: Server,
  streak: Streak,
  snapshots: readonly Snapshot[],
  say: (text: string) => void,
): Look<Readiness> {
  const phase = serverPhase(server.status)
  if (phase === 'restoring' && purpose === 'restore')
    return { state: 'done', value: { state: 'restoring', server } }
  if (phase === 'restoring' || phase === 'passing') {
    say(`${server.name} (${server.id}) is ${server.status}; waiting until it settles.`)
    return { state: 'pending' }
  }
  const young = snapshots.find(snapshot => isYoungAndUnfinished(snapshot, ctx.clock.now()))
  if (young !== undefined) {
    say(`Snapshot ${young.id} of ${server.name} (${server.id}) is in progress; waiting until it is done.`)
    return { state: 'pending' }
  }
  if (phase === 'active' || phase === 'stopped') return ready(ctx, server, snapshots)
  if (!isSettled(streak, settleWindow(ctx.pace))) {
    say(`${server.name} (${server.id}) has the status "${server.status}"; looking whether it stays so.`)
    return { state: 'pending' }
  }
  say(`${server.name} (${server.id}) keeps the status "${server.status}"; going on all the same.`)
  return ready(ctx, server, snapshots)
}

function ready(ctx: Context, server: Server, snapshots: readonly Snapshot[]): Look<Readiness> {
  for (const snapshot of snapshots) {
    if (!['in_progress', 'unlisted'].includes(snapshotPhase(snapshot.status))) continue
    ctx.report.warn(
      `Snapshot ${snapshot.id} of ${server.name} (${server.id}) has the status "${snapshot.status}" (${ageOf(ctx, snapshot)}) and is not waited for: it counts as stuck.`,
    )
  }
  return { state: 'done', value: { state: 'ready', server } }
}

function isYoungAndUnfinished(snapshot: Snapshot, now: number): boolean {
  if (snapshotPhase(snapshot.status) !== 'in_progress') return false
  const created = createdAtMs(snapshot)
  return created !== undefined && now - created < STUCK_AFTER
}

/** Says a thing once, until something else is to be said. */
function changeLog(ctx: Context): (text: string) => void {
  let last = ''
  return text => {
    if (text !== last) ctx.report.line(text)
    last = text
  }
}

/** What to tell when a server did not settle in time, with what was seen last and why nothing more was. */
export function notSettled(end: Extract<Readiness, { state: 'expired' }>, waited: number): string {
  const seen = end.server === undefined ? 'its status could not be read' : `it was still ${end.server.status}`
  const miss = end.lastMiss === undefined ? '' : ` ${describeFailure(end.lastMiss)}`
  return `The server did not settle within ${formatDuration(waited)}: ${seen}.${miss}`
}
