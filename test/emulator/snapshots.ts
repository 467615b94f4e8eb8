import type { SnapshotSpec } from './settings.ts'
import { accepted, refused, type WorldState } from './world-state.ts'
import type { Actor, Outcome, ServerState, SnapshotPhase, SnapshotState } from './world-types.ts'

// The reference knows `completed` only; the other words are those of other clouds' APIs.
const COMPLETED_WORD = /^(complete|completed|available|ready|done|success|finished)$/i
const FAILED_WORD = /^(failed|failure|error.*|aborted|cancell?ed)$/i

/** What a snapshot with this status really is. */
export function phaseOf(status: string): SnapshotPhase {
  if (COMPLETED_WORD.test(status)) return 'completed'
  return FAILED_WORD.test(status) ? 'failed' : 'in_progress'
}

/** Adds a snapshot that was made before the world began. */
export function addSnapshot(state: WorldState, spec: SnapshotSpec): SnapshotState {
  const server = state.knownServer(spec.server)
  const times = state.timelineOf(server)
  const status = spec.status ?? times.completedWord
  const phase = status === times.completedWord ? 'completed' : phaseOf(status)
  const size = phase === 'in_progress' ? null : times.sizeMb
  const snapshot = keep(state, server, {
    id: spec.id,
    name: spec.name,
    description: spec.description === undefined ? '' : spec.description,
    createdAt: state.dateOf(spec),
    phase,
    status,
    sizeMb: spec.sizeMb === undefined ? size : spec.sizeMb,
    shape: spec.shape ?? {},
    disk: spec.disk ?? server.disk,
    listedFrom: Number.NEGATIVE_INFINITY,
    knownFrom: Number.NEGATIVE_INFINITY,
  })
  if (status === times.progressWord) scheduleEnd(state, snapshot)
  return snapshot
}

/** Begins a snapshot, if the server has a slot for it. */
export function create(
  state: WorldState,
  server: ServerState,
  request: { readonly id: () => string; readonly name: string; readonly description: string | null },
  by: Actor,
): Outcome<SnapshotState> {
  const taken = server.snapshots.filter(snapshot => state.instant < snapshot.slotFreeAt).length
  if (taken >= state.settings.snapshotLimit) return refused('limit')
  if (server.activity === 'restoring' && state.settings.createWhileRestoring === 'refused')
    return refused('server-busy')
  const { progressWord, listLagMs, unknownMs } = state.timelineOf(server)
  const snapshot = keep(state, server, {
    id: request.id(),
    name: request.name,
    description: request.description,
    createdAt: state.instant,
    phase: 'in_progress',
    status: progressWord,
    sizeMb: null,
    shape: {},
    disk: server.disk,
    listedFrom: state.instant + listLagMs,
    knownFrom: state.instant + unknownMs,
  })
  state.record('snapshot-created', server, by, { snapshot: snapshot.id })
  scheduleEnd(state, snapshot)
  return accepted(snapshot)
}

/** Deletes a snapshot; the list and the slot may follow later. */
export function remove(state: WorldState, snapshot: SnapshotState, by: Actor): void {
  const { deletionLagMs, slotLagMs } = state.timelineOf(snapshot.server)
  snapshot.deleted = true
  snapshot.listedUntil = state.instant + deletionLagMs
  snapshot.slotFreeAt = state.instant + slotLagMs
  state.record('deleted', snapshot.server, by, { snapshot: snapshot.id })
  // A replica that is behind goes on showing it for its own lag.
  const until = Math.max(snapshot.listedUntil + state.settings.replicaLagMs, snapshot.slotFreeAt)
  state.at(until, () => forget(state, snapshot))
  state.settle()
}

/** Gives a snapshot another status, with all that comes of it. */
export function change(state: WorldState, snapshot: SnapshotState, status: string): void {
  const { completedWord, failedWord, sizeMb } = state.timelineOf(snapshot.server)
  // Configured words may be ones that nobody would guess.
  const known = status === failedWord ? 'failed' : phaseOf(status)
  snapshot.status = status
  snapshot.phase = status === completedWord ? 'completed' : known
  if (snapshot.phase === 'completed') snapshot.sizeMb = sizeMb
  snapshot.shown.push({ at: state.instant, status, sizeMb: snapshot.sizeMb })
  if (snapshot.phase === 'in_progress') return
  state.record(`snapshot-${snapshot.phase}`, snapshot.server, 'other', { snapshot: snapshot.id })
}

type Kept = Omit<SnapshotState, 'server' | 'shown' | 'listedUntil' | 'slotFreeAt' | 'deleted'>

function keep(state: WorldState, server: ServerState, parts: Kept): SnapshotState {
  const never = Number.POSITIVE_INFINITY
  const shown = [{ at: Number.NEGATIVE_INFINITY, status: parts.status, sizeMb: parts.sizeMb }]
  const snapshot = { ...parts, server, shown, listedUntil: never, slotFreeAt: never, deleted: false }
  state.snapshots.set(snapshot.id, snapshot)
  state.ordered.push(snapshot)
  server.snapshots.push(snapshot)
  return snapshot
}

function forget(state: WorldState, snapshot: SnapshotState): void {
  for (const list of [state.ordered, snapshot.server.snapshots]) list.splice(list.indexOf(snapshot), 1)
  state.snapshots.delete(snapshot.id)
}

function scheduleEnd(state: WorldState, snapshot: SnapshotState): void {
  const { snapshotMs, snapshotOutcome, completedWord, failedWord } = state.timelineOf(snapshot.server)
  if (snapshotOutcome === 'never') return
  const status = snapshotOutcome === 'completed' ? completedWord : failedWord
  state.at(snapshot.createdAt + snapshotMs, () => {
    if (!snapshot.deleted && snapshot.phase === 'in_progress') change(state, snapshot, status)
  })
}
