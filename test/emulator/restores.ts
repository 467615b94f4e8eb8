import type { Timeline } from './settings.ts'
import { accepted, refused, type WorldState } from './world-state.ts'
import type { Actor, Outcome, Refusal, SnapshotState } from './world-types.ts'

/** What a server's disk reads while a restore writes to it. */
export const OVERWRITTEN_DISK = '(being overwritten)'
/** What it reads when a restore has failed. */
export const RUINED_DISK = '(left by a failed restore)'
/** How often a restore that was accepted looks whether its server is free. Milliseconds. */
const QUEUE_MS = 1000

/** Accepts a restore, which begins at once or after `restoreBeginsMs`. */
export function restore(state: WorldState, snapshot: SnapshotState, by: Actor): Outcome<SnapshotState> {
  const refusal = restoreRefusal(state, snapshot)
  if (refusal !== undefined) return refused(refusal)
  const { restoreBeginsMs } = state.timelineOf(snapshot.server)
  if (restoreBeginsMs === 0) begin(state, snapshot, by)
  else {
    state.record('restore-accepted', snapshot.server, by, { snapshot: snapshot.id })
    state.at(state.instant + restoreBeginsMs, () => beginWhenFree(state, snapshot, by))
  }
  state.settle()
  return accepted(snapshot)
}

/** What was accepted is done, one after the other: a restore that was asked for twice runs twice. */
function beginWhenFree(state: WorldState, snapshot: SnapshotState, by: Actor): void {
  if (snapshot.server.activity === undefined) begin(state, snapshot, by)
  else state.at(state.instant + QUEUE_MS, () => beginWhenFree(state, snapshot, by))
}

function begin(state: WorldState, snapshot: SnapshotState, by: Actor): void {
  const { server } = snapshot
  const times = state.timelineOf(server)
  state.record('restore-begun', server, by, { snapshot: snapshot.id })
  const schedule = state.begin(server, 'restoring')
  server.disk = OVERWRITTEN_DISK
  schedule(times.restoreStaleMs, () => {
    state.setRunning(server, false)
    if (times.restoreStoppedMs > 0 && times.restoreShows !== null) state.show(server, 'stopped')
  })
  const shownFrom = times.restoreStaleMs + times.restoreStoppedMs
  schedule(shownFrom, () => {
    if (times.restoreShows !== null) state.show(server, times.restoreShows)
  })
  schedule(Math.max(times.restoreMs, shownFrom), () => end(state, snapshot, times))
}

function restoreRefusal(state: WorldState, snapshot: SnapshotState): Refusal | undefined {
  const { server } = snapshot
  if (snapshot.phase !== 'completed') return 'snapshot-unfinished'
  if (server.activity !== undefined) return 'server-busy'
  const status = server.statuses.at(-1)?.status ?? ''
  if (!state.settings.restorableStatuses.includes(status)) return 'server-invalid'
  const isCopied = server.snapshots.some(other => !other.deleted && other.phase === 'in_progress')
  return isCopied && state.settings.restoreWhileSnapshotting === 'refused' ? 'server-busy' : undefined
}

function end(state: WorldState, snapshot: SnapshotState, times: Timeline): void {
  const { server } = snapshot
  const works = times.restoreEndsAs === 'active' || times.restoreEndsAs === 'stopped'
  server.activity = undefined
  server.disk = works ? snapshot.disk : RUINED_DISK
  state.show(server, times.restoreEndsAs)
  state.record(works ? 'restore-ended' : 'restore-failed', server, 'other', { snapshot: snapshot.id })
  state.setRunning(server, times.restoreEndsAs === 'active')
}
