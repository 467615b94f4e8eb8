import { accepted, refused, type Schedule, type WorldState } from './world-state.ts'
import type { Activity, Actor, Outcome, PowerAction, ServerState } from './world-types.ts'

/** Switches a server, as far as what goes on there allows it. */
export function power(
  state: WorldState,
  server: ServerState,
  action: PowerAction,
  by: Actor,
): Outcome<undefined> {
  if (server.activity === 'restoring') return refused('server-busy')
  if (server.activity !== undefined && action !== 'hard_stop') return refused('server-busy')
  state.record('power', server, by, { detail: action })
  if (action === 'restart') stopThenStart(state, server)
  else if (action === 'start' && !server.running) start(state, server)
  else if (action === 'stop' && server.running) stopInTime(state, server)
  else if (action === 'hard_stop') stop(state, server, 0)
  state.settle()
  return accepted(undefined)
}

/** A server that is made to show a status: whatever went on there has ended. */
export function force(state: WorldState, server: ServerState, status: string): void {
  server.generation += 1
  server.activity = undefined
  state.show(server, status)
  state.record('status', server, 'other', { detail: status })
  if (status === 'active' || status === 'stopped') state.setRunning(server, status === 'active')
}

function start(state: WorldState, server: ServerState): void {
  const times = state.timelineOf(server)
  transition(state, server, state.begin(server, 'starting'), {
    word: 'starting',
    from: times.powerStaleMs,
    to: times.powerStaleMs + times.startingMs,
    endsAs: times.startEndsAs,
  })
}

function stopInTime(state: WorldState, server: ServerState): void {
  const { stopLandsMs, stoppingMs } = state.timelineOf(server)
  const land = () => {
    if (server.running && server.activity === undefined) stop(state, server, stoppingMs)
  }
  if (stopLandsMs === 0) land()
  else state.at(state.instant + stopLandsMs, land)
}

function stop(state: WorldState, server: ServerState, durationMs: number): void {
  const times = state.timelineOf(server)
  transition(state, server, state.begin(server, 'stopping'), {
    word: 'stopping',
    from: times.powerStaleMs,
    to: times.powerStaleMs + durationMs,
    endsAs: 'stopped',
  })
}

function stopThenStart(state: WorldState, server: ServerState): void {
  const { powerStaleMs, stoppingMs } = state.timelineOf(server)
  stop(state, server, stoppingMs)
  const { generation } = server
  state.at(state.instant + powerStaleMs + stoppingMs, () => {
    if (server.generation === generation) start(state, server)
  })
}

interface Transition {
  readonly word: Activity
  readonly from: number
  readonly to: number
  readonly endsAs: string
}

function transition(state: WorldState, server: ServerState, schedule: Schedule, way: Transition): void {
  if (state.timelineOf(server).showsTransitions && way.to > way.from)
    schedule(way.from, () => state.show(server, way.word))
  schedule(way.to, () => {
    server.activity = undefined
    state.show(server, way.endsAs)
    state.setRunning(server, way.endsAs === 'active')
  })
}
