import type { Snapshot } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { type Marker, parseMarker } from '../policy/marker.ts'
import { extendStreak, isSettled, type Streak, settleWindow } from '../policy/settle.ts'
import { describeFailure } from '../vps/failure.ts'
import type { Context } from './context.ts'
import type { Entry } from './entry.ts'
import { type Look, lookAt, poll } from './poll.ts'
import { createSnapshotReader, readSnapshotsOf } from './snapshots.ts'

/** The snapshot that a request asked for, and by what it can be known. */
export interface Sought {
  readonly entry: Entry
  readonly name: string
  readonly marker: Marker
  /** The server's snapshots before: what is new afterwards can be told from them. */
  readonly before: ReadonlySet<SnapshotId>
  readonly deadline: number
}

/** What the look after a lost answer found. */
export type Traces =
  | { readonly state: 'ours'; readonly snapshot: Snapshot; readonly twins: readonly SnapshotId[] }
  | { readonly state: 'unmarked'; readonly snapshot: Snapshot }
  | { readonly state: 'none' }
  | { readonly state: 'unclear'; readonly reason: string }

/** Looks until our key is seen, or missing from every good answer of a settle window. */
export async function lookForTraces(ctx: Context, sought: Sought): Promise<Traces> {
  return unlessElsewhere(ctx, sought, await lookAtServer(ctx, sought))
}

async function lookAtServer(ctx: Context, sought: Sought): Promise<Traces> {
  let streak: Streak | undefined
  const look = async (): Promise<Look<Traces>> => {
    const answer = await readSnapshotsOf(ctx, sought.entry.server, {
      deadline: sought.deadline,
      once: true,
    })
    return lookAt<readonly Snapshot[], Traces>(answer, snapshots => {
      const traces = tracesIn(sought, snapshots)
      if (traces.state === 'ours') return { state: 'done', value: traces }
      streak = extendStreak(streak, traces.state, ctx.clock.now())
      return isSettled(streak, settleWindow(ctx.pace))
        ? { state: 'done', value: traces }
        : { state: 'pending' }
    })
  }
  const end = await poll(
    ctx,
    { schedule: 'settle', began: ctx.clock.now(), deadline: sought.deadline, first: 'now' },
    look,
  )
  if (end.state === 'done') return end.value
  if (end.state === 'refused') return { state: 'unclear', reason: describeFailure(end.failure) }
  return { state: 'unclear', reason: 'the time ran out before the list could be read for long enough.' }
}

/** One look for what an unanswered request may have made. */
export async function glance(ctx: Context, sought: Sought): Promise<Traces> {
  const { entry, deadline } = sought
  const list = await readSnapshotsOf(ctx, entry.server, { deadline })
  if (!list.ok) return { state: 'unclear', reason: describeFailure(list.failure) }
  return unlessElsewhere(ctx, sought, tracesIn(sought, list.value))
}

/**
 * Looks for our key on every server, where that server's own list has none and it is named by a UUID: an API may list
 * the snapshots under the server's number, where the list of that server, as it was named, does not show them.
 */
async function unlessElsewhere(ctx: Context, sought: Sought, nearby: Traces): Promise<Traces> {
  if (nearby.state !== 'none' || !sought.entry.server.includes('-')) return nearby
  const { deadline, marker } = sought
  const isOurs = (snapshot: Snapshot): boolean => parseMarker(snapshot.description)?.key === marker.key
  const answer = await createSnapshotReader(ctx).readAll(isOurs, { deadline })
  return answer.ok
    ? tracesIn(sought, answer.value)
    : { state: 'unclear', reason: describeFailure(answer.failure) }
}

function tracesIn(sought: Sought, snapshots: readonly Snapshot[]): Traces {
  const [first, ...twins] = snapshots.filter(
    snapshot => parseMarker(snapshot.description)?.key === sought.marker.key,
  )
  if (first !== undefined) return { state: 'ours', snapshot: first, twins: twins.map(twin => twin.id) }
  const unmarked = snapshots.find(
    snapshot =>
      snapshot.name === sought.name &&
      !sought.before.has(snapshot.id) &&
      parseMarker(snapshot.description) === undefined,
  )
  return unmarked === undefined ? { state: 'none' } : { state: 'unmarked', snapshot: unmarked }
}

/** Why what was found, or was not, does not tell whether the request acted. */
export function unclear(traces: Exclude<Traces, { state: 'ours' }>): string {
  switch (traces.state) {
    case 'unmarked':
      return `Snapshot ${traces.snapshot.id} is new and has the same name, but not this action's marker: whether it is this job's cannot be told, and nothing was sent again.`
    case 'none':
      return 'The request was sent twice and no snapshot that carries its key has appeared.'
    case 'unclear':
      return `Whether it acted cannot be told: ${traces.reason}`
  }
}
