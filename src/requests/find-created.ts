import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { type Marker, markerMatches, parseMarker } from '../policy/marker.ts'
import type { Context } from '../run/context.ts'
import { type Outcome, success } from '../run/problem.ts'
import type { ServerTrack } from '../run/recorder.ts'
import { describeFailure } from '../vps/messages.ts'
import { duplicate } from '../waiting/messages.ts'
import { pollUntilStable } from '../waiting/poll.ts'
import { readSnapshots } from '../waiting/snapshot-reader.ts'
import * as messages from './messages.ts'

/** The snapshot that a request asked for, and by what it can be known. */
export interface CreateProbe {
  readonly track: ServerTrack
  readonly name: string
  readonly marker: Marker
  /** The server's snapshots before: what is new afterwards can be told from them. */
  readonly before: ReadonlySet<SnapshotId>
  /** In clock milliseconds. */
  readonly deadline: number
}

/** What the look after a lost answer found. */
export type ProbeResult =
  | { readonly state: 'ours'; readonly snapshot: Snapshot; readonly twins: readonly SnapshotId[] }
  | { readonly state: 'unmarked'; readonly snapshot: Snapshot }
  | { readonly state: 'none' }
  | { readonly state: 'unclear'; readonly reason: string }

/** Reads until our key is seen, or missing from every good answer of a settle window. */
export async function findCreated(ctx: Context, probe: CreateProbe): Promise<ProbeResult> {
  return alsoCheckOtherServers(ctx, probe, await watchServer(ctx, probe))
}

async function watchServer(ctx: Context, probe: CreateProbe): Promise<ProbeResult> {
  const { track, deadline } = probe
  const end = await pollUntilStable<readonly Snapshot[], ProbeResult>(
    ctx,
    { deadline, answeredBefore: true },
    () => readSnapshots(ctx, [track.run.server.id], { deadline, once: true }),
    snapshots => {
      const value = ownAmong(probe, snapshots)
      return value.state === 'ours' ? { state: 'done', value } : { state: 'holding', as: value.state, value }
    },
  )
  if (end.state === 'done') return end.value
  if (end.state === 'refused') return { state: 'unclear', reason: describeFailure(end.failure) }
  return { state: 'unclear', reason: messages.LIST_UNREADABLE_FOR_LONG }
}

/** One look for what an unanswered request may have made. */
export async function checkOnce(ctx: Context, probe: CreateProbe): Promise<ProbeResult> {
  const { track, deadline } = probe
  const list = await readSnapshots(ctx, [track.run.server.id], { deadline })
  if (!list.ok) return { state: 'unclear', reason: describeFailure(list.failure) }
  return alsoCheckOtherServers(ctx, probe, ownAmong(probe, list.value))
}

/**
 * Looks for our key on every server, where that server's own list has none and it is named by a UUID: an API may list
 * the snapshots under the server's number, where the list of that server, as it was named, does not show them.
 */
async function alsoCheckOtherServers(
  ctx: Context,
  probe: CreateProbe,
  nearby: ProbeResult,
): Promise<ProbeResult> {
  if (nearby.state !== 'none' || !probe.track.run.server.id.includes('-')) return nearby
  const { deadline, marker } = probe
  const isOurs = ({ description }: Snapshot): boolean => markerMatches(description, marker.key)
  const answer = await readSnapshots(ctx, [], { deadline }, isOurs)
  return answer.ok
    ? ownAmong(probe, answer.value)
    : { state: 'unclear', reason: describeFailure(answer.failure) }
}

/** What a list of the server's snapshots says of the request. */
export function ownAmong(probe: CreateProbe, snapshots: readonly Snapshot[]): ProbeResult {
  const [first, ...twins] = snapshots.filter(({ description }) =>
    markerMatches(description, probe.marker.key),
  )
  if (first !== undefined) return { state: 'ours', snapshot: first, twins: twins.map(twin => twin.id) }
  const unmarked = snapshots.find(
    snapshot =>
      snapshot.name === probe.name &&
      !probe.before.has(snapshot.id) &&
      parseMarker(snapshot.description) === undefined,
  )
  return unmarked === undefined ? { state: 'none' } : { state: 'unmarked', snapshot: unmarked }
}

/** Takes what carries our key for the answer to the request, and says so. */
export function adopt(
  ctx: Context,
  { snapshot, twins }: Extract<ProbeResult, { state: 'ours' }>,
): Outcome<Snapshot> {
  ctx.report.line(messages.adopted(snapshot))
  for (const twin of twins) ctx.report.warn(duplicate(snapshot.id, twin))
  return success(snapshot)
}
