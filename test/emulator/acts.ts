import { force } from './power.ts'
import { change } from './snapshots.ts'
import type { World } from './world.ts'
import { accepted, refused, type WorldState } from './world-state.ts'
import type { Act, Outcome, ServerState, SnapshotState } from './world-types.ts'

type ServerAct = Extract<Act, { server: string }>
type SnapshotAct = Extract<Act, { snapshot: string }>

/** Does what somebody beside the API does; hands back the id of what it was done to, or of what it made. */
export function perform(world: World, state: WorldState, act: Act): Outcome<string> {
  if ('snapshot' in act) {
    const snapshot = world.snapshot(act.snapshot)
    return snapshot === undefined ? refused('unknown') : withSnapshot(world, state, snapshot, act)
  }
  const server = world.server(act.server)
  return server === undefined ? refused('unknown') : withServer(world, state, server, act)
}

function withSnapshot(
  world: World,
  state: WorldState,
  snapshot: SnapshotState,
  act: SnapshotAct,
): Outcome<string> {
  switch (act.act) {
    case 'restore': {
      const begun = world.restore(snapshot, 'other')
      return begun.ok ? accepted(snapshot.id) : begun
    }
    case 'delete':
      world.delete(snapshot, 'other')
      break
    case 'snapshot-status':
      change(state, snapshot, act.status)
      break
    case 'snapshot-shape':
      snapshot.shape = act.shape
  }
  return accepted(snapshot.id)
}

function withServer(world: World, state: WorldState, server: ServerState, act: ServerAct): Outcome<string> {
  switch (act.act) {
    case 'create': {
      const made = world.create(server, { name: act.name, description: act.description ?? '' }, 'other')
      return made.ok ? accepted(made.value.id) : made
    }
    case 'power': {
      const begun = world.power(server, act.action, 'other')
      return begun.ok ? accepted(server.id) : begun
    }
    case 'deploy':
      world.deploy(server.id, act.disk)
      break
    case 'refuse':
      server.refusing = {
        until: state.instant + act.forMs,
        status: act.status ?? 409,
        detail: act.detail ?? 'The server is busy.',
      }
      break
    case 'status':
      force(state, server, act.status)
  }
  return accepted(server.id)
}
