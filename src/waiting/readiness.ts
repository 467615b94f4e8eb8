import { type Server, type Snapshot, UNREADABLE_STATUS } from '../domain/entities.ts'
import { serverPhase, snapshotActivity, snapshotPhase } from '../policy/statuses.ts'
import { apiNow, type Context, isNews } from '../run/context.ts'
import type { ServerTrack } from '../run/recorder.ts'
import type { StatusSeen } from '../run/server-run.ts'
import type { CallOptions } from '../vps/client.ts'
import type { ApiFailure, ApiResult } from '../vps/failure.ts'
import { changeLog } from './change-log.ts'
import * as messages from './messages.ts'
import { pollUntilStable, type Reading } from './poll.ts'
import { readServerOf } from './server-reader.ts'
import { readSnapshots } from './snapshot-reader.ts'

/** What is about to be done to the server. */
export type Intent = 'create' | 'restore' | 'stop'

/** What a server's state allows, read immediately before something is changed. */
export type Readiness =
  | { readonly state: 'ready'; readonly server: Server }
  /** Somebody else's restore is under way: found only before a restore. */
  | { readonly state: 'restoring'; readonly server: Server }
  | { readonly state: 'refused'; readonly failure: ApiFailure }
  | {
      readonly state: 'expired'
      /** As it was seen last, and since when so. */
      readonly server: (Server & StatusSeen) | undefined
      readonly lastFailure: ApiFailure | undefined
    }

export interface ReadinessCheck {
  readonly track: ServerTrack
  readonly intent: Intent
  /** In clock milliseconds. */
  readonly deadline: number
  /** The server's snapshots where they were just read; otherwise they are read here. */
  readonly known?: readonly Snapshot[]
  /** Only the server is looked at: a snapshot in progress holds nothing up. */
  readonly serverOnly?: boolean
  /** Whether the server has been read before, in an earlier stage perhaps: a single 401, 403 or 404 then proves nothing. */
  readonly answeredBefore?: boolean
  /** A status that has been waited out already, odd or in transition as it may be. */
  readonly settledAs?: string
}

interface Seen {
  readonly server: Server
  readonly snapshots: readonly Snapshot[]
}

/**
 * Reads a server, and waits while it is in transition (restoring, starting, stopping, a young snapshot in progress), so
 * that a half-restored disk is never snapshotted and nothing is asked that must be refused. What is stuck (in error, an
 * unlisted status, an old unfinished snapshot) is warned of and holds nothing up.
 */
export async function awaitReadiness(ctx: Context, check: ReadinessCheck): Promise<Readiness> {
  const log = changeLog(ctx)
  let lastServer: (Server & StatusSeen) | undefined
  const read = async (isFirst: boolean): Promise<ApiResult<Seen>> => {
    const seen = await readBoth(ctx, check, isFirst)
    if (seen.ok) lastServer = seenNow(seen.value.server, lastServer, ctx.clock.now())
    return seen
  }
  const label = (): string => messages.serverWithId(check.track.run)
  const end = await pollUntilStable<Seen, Readiness>(
    ctx,
    {
      schedule: 'power',
      deadline: check.deadline,
      answeredBefore: check.answeredBefore ?? false,
      heartbeat: elapsed => messages.stillSettling(label(), elapsed),
    },
    read,
    seen => classify(ctx, check, seen, log),
  )
  if (end.state === 'expired') return { ...end, server: lastServer }
  if (end.state === 'refused') return end
  const { settledAs } = check
  if (end.value.state === 'ready' && isOdd(end.value.server) && end.value.server.status !== settledAs)
    log(messages.keepsOddStatus(end.value.server))
  return end.value
}

function seenNow(read: Server, before: StatusSeen | undefined, now: number): Server & StatusSeen {
  return { ...read, since: before?.status === read.status ? before.since : now }
}

/** The first read is worth repeating at once; later ones have the next poll for that. */
async function readBoth(ctx: Context, check: ReadinessCheck, isFirst: boolean): Promise<ApiResult<Seen>> {
  const options = { deadline: check.deadline, once: !isFirst }
  const snapshots = await listBefore(ctx, check, options, isFirst)
  if (!snapshots.ok) return snapshots
  const server = await readServerOf(ctx, check.track, options)
  return server.ok ? { ok: true, value: { server: server.value, snapshots: snapshots.value } } : server
}

/** A list that cannot be read must not keep a rollback from being sent: the server itself says whether it is busy. */
async function listBefore(
  ctx: Context,
  { track, intent, known, serverOnly = false }: ReadinessCheck,
  options: CallOptions,
  isFirst: boolean,
): Promise<ApiResult<readonly Snapshot[]>> {
  if (serverOnly) return { ok: true, value: [] }
  if (isFirst && known !== undefined) return { ok: true, value: known }
  const isRestore = intent === 'restore'
  const list = await readSnapshots(ctx, [track.run.server.id], {
    ...options,
    once: options.once || isRestore,
  })
  return list.ok || !isRestore ? list : { ok: true, value: [] }
}

function classify(
  ctx: Context,
  { intent, settledAs }: ReadinessCheck,
  { server, snapshots }: Seen,
  log: (text: string) => void,
): Reading<Readiness> {
  const phase = serverPhase(server.status)
  if (phase === 'restoring' && intent === 'restore')
    return { state: 'done', value: { state: 'restoring', server } }
  const isKnown = server.status === settledAs
  if (phase === 'restoring' || (phase === 'transitioning' && !isKnown)) {
    log(messages.isTransitioning(server))
    return { state: 'moving' }
  }
  const young = snapshots.find(snapshot => isWorthWaitingFor(snapshot, intent, apiNow(ctx)))
  if (young !== undefined) {
    log(messages.hasSnapshotInProgress(server, young))
    return { state: 'moving' }
  }
  const ready: Readiness = { state: 'ready', server }
  if (!isOdd(server) || isKnown) {
    warnOfStuck(ctx, server, snapshots)
    return { state: 'done', value: ready }
  }
  log(messages.hasOddStatus(server))
  return { state: 'holding', as: server.status.toLowerCase(), value: ready }
}

function isOdd({ status }: Server): boolean {
  const phase = serverPhase(status)
  return phase !== 'active' && phase !== 'stopped'
}

/** Each is said once, however often its server is read. */
function warnOfStuck(ctx: Context, server: Server, snapshots: readonly Snapshot[]): void {
  for (const snapshot of snapshots)
    if (
      snapshot.status !== UNREADABLE_STATUS &&
      snapshotActivity(snapshot, apiNow(ctx)) !== 'finished' &&
      isNews(ctx, `stuck snapshot ${snapshot.id}`)
    )
      ctx.report.warn(messages.snapshotStuck(server, snapshot, apiNow(ctx)))
}

/**
 * Of one without a readable date nothing tells whether it is stuck, nor of one whose status nobody documented whether it is
 * still being made: a create waits for it, and nothing keeps a restore.
 */
function isWorthWaitingFor(snapshot: Snapshot, intent: Intent, now: number): boolean {
  // Its item was warned of; that it cannot be read says nothing of the server.
  if (snapshot.status === UNREADABLE_STATUS) return false
  const activity = snapshotActivity(snapshot, now)
  if (intent !== 'restore') return activity === 'in_progress' || activity === 'undated'
  return activity === 'in_progress' && snapshotPhase(snapshot.status) === 'in_progress'
}
