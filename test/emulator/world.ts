import { answerRequest, type WorldAnswer, type WorldRequest } from './api.ts'
import {
  DEFAULT_SETTINGS,
  type ServerSpec,
  type Settings,
  type SettingsChange,
  type SnapshotSpec,
  type Timeline,
  type TimelineChange,
  type WorldSetup,
  withSettings,
} from './settings.ts'
import { TimeQueue } from './time-queue.ts'
import type {
  Act,
  Activity,
  Actor,
  Outcome,
  PowerAction,
  Refusal,
  ServerState,
  SnapshotPhase,
  SnapshotState,
  WorldEvent,
  WorldReport,
} from './world-types.ts'

/** What a server's disk reads while a restore writes to it. */
export const OVERWRITTEN_DISK = '(being overwritten)'
/** What it reads when a restore has failed. */
export const RUINED_DISK = '(left by a failed restore)'

const FAILED_WORD = /^(failed|error|errored|cancelled|canceled)$/i

function phaseOf(status: string): SnapshotPhase {
  if (status === 'completed') return 'completed'
  return FAILED_WORD.test(status) ? 'failed' : 'in_progress'
}

function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal }
}

function accepted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/**
 * The API's world: servers, snapshots, and what becomes of them. It has no timers: whatever is due is done, in
 * order and with its own date, when the world is next looked at. `now` gives milliseconds since the epoch.
 */
export class World {
  readonly #now: () => number
  readonly #due = new TimeQueue<() => void>()
  readonly #servers = new Map<string, ServerState>()
  readonly #serversByUuid = new Map<string, ServerState>()
  readonly #snapshots = new Map<string, SnapshotState>()
  /** Every snapshot that still matters, the oldest first. */
  readonly #ordered: SnapshotState[] = []
  readonly #events: WorldEvent[] = []
  /** The instant of what happens now; behind the time source while the past is caught up with. */
  #instant: number
  #settling = false
  #nextSnapshot: bigint
  #settings: Settings

  constructor(now: () => number, setup: WorldSetup = {}) {
    this.#now = now
    this.#instant = now()
    this.#settings = withSettings(DEFAULT_SETTINGS, setup.settings ?? {})
    for (const spec of setup.servers ?? []) this.addServer(spec)
    const specs = [...(setup.snapshots ?? [])]
    const dateOf = (spec: SnapshotSpec) => this.#dateOf(spec)
    for (const spec of specs.sort((one, other) => dateOf(one) - dateOf(other))) this.addSnapshot(spec)
    this.#nextSnapshot =
      setup.nextSnapshotId === undefined ? this.#idAboveAll() : BigInt(setup.nextSnapshotId)
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Milliseconds since the epoch. Whatever is due by then has happened. */
  now(): number {
    this.settle()
    return this.#instant
  }

  /** Everything that ever happened, the oldest first. */
  get events(): readonly WorldEvent[] {
    this.settle()
    return this.#events
  }

  /** Answers one request of the API. */
  handle(request: WorldRequest): WorldAnswer {
    this.settle()
    return answerRequest(this, request)
  }

  configure(change: SettingsChange): void {
    this.settle()
    this.#settings = withSettings(this.#settings, change)
  }

  /** Changes how long things take on one server and how they end; what is under way keeps its times. */
  configureServer(id: string, change: TimelineChange): void {
    const server = this.#knownServer(id)
    server.timeline = { ...server.timeline, ...change }
  }

  addServer(spec: ServerSpec): ServerState {
    const status = spec.status ?? 'active'
    const server: ServerState = {
      id: spec.id,
      uuid: spec.uuid,
      name: spec.name,
      password: `root-password-of-${spec.name}`,
      hidden: spec.hidden ?? false,
      timeline: spec.timeline ?? {},
      disk: spec.disk ?? `first content of ${spec.name}`,
      running: status === 'active',
      activity: undefined,
      generation: 0,
      statuses: [{ at: this.#instant, status }],
      snapshots: [],
    }
    this.#servers.set(server.id, server)
    this.#serversByUuid.set(spec.uuid ?? spec.id, server)
    return server
  }

  /** Adds a snapshot that was made before the world began. */
  addSnapshot(spec: SnapshotSpec): SnapshotState {
    const server = this.#knownServer(spec.server)
    const status = spec.status ?? 'completed'
    const phase = phaseOf(status)
    const size = phase === 'in_progress' ? null : this.timelineOf(server).sizeMb
    const snapshot = this.#keep(server, {
      id: spec.id,
      name: spec.name,
      description: spec.description === undefined ? '' : spec.description,
      createdAt: this.#dateOf(spec),
      phase,
      status,
      sizeMb: spec.sizeMb === undefined ? size : spec.sizeMb,
      disk: spec.disk ?? server.disk,
      listedFrom: Number.NEGATIVE_INFINITY,
    })
    if (status === 'in_progress') this.#scheduleSnapshotEnd(snapshot)
    return snapshot
  }

  /** Finds a server by its id. */
  server(id: string): ServerState | undefined {
    return this.#servers.get(id)
  }

  /** Finds a server as the servers endpoints address it. */
  addressedServer(address: string): ServerState | undefined {
    const { serversAddressedBy } = this.#settings
    const byId = serversAddressedBy === 'uuid' ? undefined : this.#servers.get(address)
    const server = byId ?? (serversAddressedBy === 'id' ? undefined : this.#serversByUuid.get(address))
    return server?.hidden ? undefined : server
  }

  /** All servers that the servers endpoints know. */
  shownServers(): readonly ServerState[] {
    return [...this.#servers.values()].filter(server => !server.hidden)
  }

  /** Finds a snapshot that is not deleted. */
  snapshot(id: string): SnapshotState | undefined {
    const snapshot = this.#snapshots.get(id)
    return snapshot?.deleted ? undefined : snapshot
  }

  /** What the list shows, the newest first; of one server when it is given. */
  listed(server?: ServerState): readonly SnapshotState[] {
    const at = this.#instant
    const all = server === undefined ? this.#ordered : server.snapshots
    return all.filter(snapshot => snapshot.listedFrom <= at && at < snapshot.listedUntil).reverse()
  }

  /** What reads show: the status of `readLagMs` ago. */
  shownStatus(server: ServerState): string {
    const at = this.#instant - this.timelineOf(server).readLagMs
    const past = server.statuses.findLast(shown => shown.at <= at) ?? server.statuses[0]
    const status = past?.status ?? ''
    return this.#settings.statusWords[status] ?? status
  }

  timelineOf(server: ServerState): Timeline {
    return { ...this.#settings.timeline, ...server.timeline }
  }

  create(
    server: ServerState,
    request: { readonly name: string; readonly description: string | null },
    by: Actor,
  ): Outcome<SnapshotState> {
    this.settle()
    const taken = server.snapshots.filter(snapshot => this.#instant < snapshot.slotFreeAt).length
    if (taken >= this.#settings.snapshotLimit) return refused('limit')
    if (server.activity === 'restoring' && this.#settings.createWhileRestoring === 'refused')
      return refused('server-busy')
    const snapshot = this.#keep(server, {
      ...request,
      id: this.#newId(),
      createdAt: this.#instant,
      phase: 'in_progress',
      status: 'in_progress',
      sizeMb: null,
      disk: server.disk,
      listedFrom: this.#instant + this.timelineOf(server).listLagMs,
    })
    this.#record('snapshot-created', server, by, { snapshot: snapshot.id })
    this.#scheduleSnapshotEnd(snapshot)
    return accepted(snapshot)
  }

  restore(snapshot: SnapshotState, by: Actor): Outcome<SnapshotState> {
    this.settle()
    const { server } = snapshot
    const refusal = this.#restoreRefusal(snapshot)
    if (refusal !== undefined) return refused(refusal)
    const times = this.timelineOf(server)
    this.#record('restore-begun', server, by, { snapshot: snapshot.id })
    const schedule = this.#begin(server, 'restoring')
    server.disk = OVERWRITTEN_DISK
    schedule(times.restoreStaleMs, () => {
      this.#setRunning(server, false)
      if (times.restoreStoppedMs > 0 && times.restoreShows !== null) this.#show(server, 'stopped')
    })
    const shownFrom = times.restoreStaleMs + times.restoreStoppedMs
    schedule(shownFrom, () => {
      if (times.restoreShows !== null) this.#show(server, times.restoreShows)
    })
    schedule(Math.max(times.restoreMs, shownFrom), () => this.#endRestore(snapshot, times))
    this.settle()
    return accepted(snapshot)
  }

  delete(snapshot: SnapshotState, by: Actor): void {
    this.settle()
    const { deletionLagMs, slotLagMs } = this.timelineOf(snapshot.server)
    snapshot.deleted = true
    snapshot.listedUntil = this.#instant + deletionLagMs
    snapshot.slotFreeAt = this.#instant + slotLagMs
    this.#record('deleted', snapshot.server, by, { snapshot: snapshot.id })
    this.#at(Math.max(snapshot.listedUntil, snapshot.slotFreeAt), () => this.#forget(snapshot))
    this.settle()
  }

  power(server: ServerState, action: PowerAction, by: Actor): Outcome<undefined> {
    this.settle()
    if (server.activity === 'restoring') return refused('server-busy')
    if (server.activity !== undefined && action !== 'hard_stop') return refused('server-busy')
    this.#record('power', server, by, { detail: action })
    if (action === 'restart') this.#stopThenStart(server)
    else if (action === 'start' && !server.running) this.#start(server)
    else if (action === 'stop' && server.running) this.#stop(server, this.timelineOf(server).stoppingMs)
    else if (action === 'hard_stop') this.#stop(server, 0)
    this.settle()
    return accepted(undefined)
  }

  /** Writes new content to a server's disk, as a deploy does. */
  deploy(id: string, disk: string): void {
    this.settle()
    const server = this.#knownServer(id)
    server.disk = disk
    this.#record('disk', server, 'other', { detail: disk })
  }

  /** Does what somebody beside the API does. A refusal is one that the API would have given as well. */
  act(act: Act): Outcome<string> {
    this.settle()
    switch (act.act) {
      case 'create':
        return this.#createBesides(act)
      case 'restore':
      case 'delete':
      case 'snapshot-status':
        return this.#actOnSnapshot(act)
      default:
        return this.#actOnServer(act)
    }
  }

  /** Lets somebody do something at an instant to come. What is refused then simply does not happen. */
  actAt(atMs: number, act: Act): void {
    this.#at(atMs, () => {
      this.act(act)
    })
  }

  report(): WorldReport {
    this.settle()
    const servers = [...this.#servers.values()].map(server => ({
      id: server.id,
      name: server.name,
      status: server.statuses.at(-1)?.status ?? '',
      running: server.running,
      activity: server.activity ?? null,
      disk: server.disk,
    }))
    const snapshots = this.#ordered
      .filter(snapshot => !snapshot.deleted)
      .map(({ id, server, name, status, description, createdAt, disk }) => ({
        ...{ id, server: server.id, name, status, description, createdAt, disk },
      }))
    return { now: this.#instant, servers, snapshots, events: [...this.#events] }
  }

  /** Does whatever is due by now. */
  settle(): void {
    // What is done in passing must not run ahead of what it is a part of.
    if (this.#settling) return
    this.#settling = true
    const until = this.#now()
    for (let next = this.#due.nextAt(); next !== undefined && next <= until; next = this.#due.nextAt()) {
      const due = this.#due.take()
      this.#instant = Math.max(this.#instant, next)
      due?.item()
    }
    this.#instant = Math.max(this.#instant, until)
    this.#settling = false
  }

  #createBesides(act: Extract<Act, { act: 'create' }>): Outcome<string> {
    const server = this.#servers.get(act.server)
    if (server === undefined) return refused('unknown')
    const made = this.create(server, { name: act.name, description: act.description ?? '' }, 'other')
    return made.ok ? accepted(made.value.id) : made
  }

  #actOnSnapshot(act: Extract<Act, { act: 'restore' | 'delete' | 'snapshot-status' }>): Outcome<string> {
    const snapshot = this.snapshot(act.snapshot)
    if (snapshot === undefined) return refused('unknown')
    if (act.act === 'restore') {
      const begun = this.restore(snapshot, 'other')
      return begun.ok ? accepted(snapshot.id) : begun
    }
    if (act.act === 'delete') this.delete(snapshot, 'other')
    else this.#changeSnapshot(snapshot, act.status)
    return accepted(snapshot.id)
  }

  #actOnServer(act: Extract<Act, { act: 'power' | 'status' | 'deploy' }>): Outcome<string> {
    const server = this.#servers.get(act.server)
    if (server === undefined) return refused('unknown')
    if (act.act === 'power') {
      const begun = this.power(server, act.action, 'other')
      return begun.ok ? accepted(server.id) : begun
    }
    if (act.act === 'deploy') this.deploy(server.id, act.disk)
    else this.#force(server, act.status)
    return accepted(server.id)
  }

  #knownServer(id: string): ServerState {
    const server = this.#servers.get(id)
    if (server === undefined) throw new Error(`the emulated world has no server ${id}`)
    return server
  }

  #dateOf(spec: SnapshotSpec): number {
    return spec.createdAt === undefined ? this.#instant : Date.parse(spec.createdAt)
  }

  #idAboveAll(): bigint {
    let highest = 0n
    for (const id of this.#snapshots.keys()) {
      const number = /^[0-9]+$/.test(id) ? BigInt(id) : 0n
      if (number > highest) highest = number
    }
    return highest + 1n
  }

  #newId(): string {
    const digits = String(this.#nextSnapshot)
    this.#nextSnapshot += 1n
    return this.#settings.snapshotIds === 'integer'
      ? digits
      : `00000000-0000-4000-8000-${digits.slice(-12).padStart(12, '0')}`
  }

  #keep(
    server: ServerState,
    parts: Omit<SnapshotState, 'server' | 'listedUntil' | 'slotFreeAt' | 'deleted'>,
  ): SnapshotState {
    const never = Number.POSITIVE_INFINITY
    const snapshot = { ...parts, server, listedUntil: never, slotFreeAt: never, deleted: false }
    this.#snapshots.set(snapshot.id, snapshot)
    this.#ordered.push(snapshot)
    server.snapshots.push(snapshot)
    return snapshot
  }

  #forget(snapshot: SnapshotState): void {
    for (const list of [this.#ordered, snapshot.server.snapshots]) list.splice(list.indexOf(snapshot), 1)
    this.#snapshots.delete(snapshot.id)
  }

  #scheduleSnapshotEnd(snapshot: SnapshotState): void {
    const { snapshotMs, snapshotOutcome, failedWord } = this.timelineOf(snapshot.server)
    if (snapshotOutcome === 'never') return
    const status = snapshotOutcome === 'completed' ? 'completed' : failedWord
    this.#at(snapshot.createdAt + snapshotMs, () => {
      if (!snapshot.deleted && snapshot.phase === 'in_progress') this.#changeSnapshot(snapshot, status)
    })
  }

  #changeSnapshot(snapshot: SnapshotState, status: string): void {
    snapshot.status = status
    // A configured word may be one that nobody would guess to be a failure.
    const isFailedWord = status === this.timelineOf(snapshot.server).failedWord
    snapshot.phase = isFailedWord ? 'failed' : phaseOf(status)
    if (snapshot.phase === 'in_progress') return
    if (snapshot.phase === 'completed') snapshot.sizeMb = this.timelineOf(snapshot.server).sizeMb
    this.#record(`snapshot-${snapshot.phase}`, snapshot.server, 'other', { snapshot: snapshot.id })
  }

  #restoreRefusal(snapshot: SnapshotState): Refusal | undefined {
    const { server } = snapshot
    if (snapshot.phase !== 'completed') return 'snapshot-unfinished'
    if (server.activity !== undefined) return 'server-busy'
    const status = server.statuses.at(-1)?.status ?? ''
    if (!this.#settings.restorableStatuses.includes(status)) return 'server-invalid'
    const isCopied = server.snapshots.some(other => !other.deleted && other.phase === 'in_progress')
    return isCopied && this.#settings.restoreWhileSnapshotting === 'refused' ? 'server-busy' : undefined
  }

  #endRestore(snapshot: SnapshotState, times: Timeline): void {
    const { server } = snapshot
    const works = times.restoreEndsAs === 'active' || times.restoreEndsAs === 'stopped'
    server.activity = undefined
    server.disk = works ? snapshot.disk : RUINED_DISK
    this.#show(server, times.restoreEndsAs)
    this.#record(works ? 'restore-ended' : 'restore-failed', server, 'other', { snapshot: snapshot.id })
    this.#setRunning(server, times.restoreEndsAs === 'active')
  }

  #start(server: ServerState): void {
    const times = this.timelineOf(server)
    const schedule = this.#begin(server, 'starting')
    this.#transition(server, schedule, {
      word: 'starting',
      from: times.powerStaleMs,
      to: times.powerStaleMs + times.startingMs,
      endsAs: times.startEndsAs,
    })
  }

  #stop(server: ServerState, durationMs: number): void {
    const times = this.timelineOf(server)
    const schedule = this.#begin(server, 'stopping')
    const to = times.powerStaleMs + durationMs
    this.#transition(server, schedule, {
      ...{ word: 'stopping', from: times.powerStaleMs, to, endsAs: times.stopEndsAs },
    })
  }

  #stopThenStart(server: ServerState): void {
    this.#stop(server, this.timelineOf(server).stoppingMs)
    const { generation } = server
    const { powerStaleMs, stoppingMs } = this.timelineOf(server)
    this.#at(this.#instant + powerStaleMs + stoppingMs, () => {
      if (server.generation === generation) this.#start(server)
    })
  }

  #transition(
    server: ServerState,
    schedule: (afterMs: number, effect: () => void) => void,
    way: { readonly word: Activity; readonly from: number; readonly to: number; readonly endsAs: string },
  ): void {
    if (this.timelineOf(server).showsTransitions && way.to > way.from)
      schedule(way.from, () => this.#show(server, way.word))
    schedule(way.to, () => {
      server.activity = undefined
      this.#show(server, way.endsAs)
      this.#setRunning(server, way.endsAs === 'active')
    })
  }

  /** A server that is made to show a status: whatever went on there has ended. */
  #force(server: ServerState, status: string): void {
    server.generation += 1
    server.activity = undefined
    this.#show(server, status)
    this.#record('status', server, 'other', { detail: status })
    if (status === 'active' || status === 'stopped') this.#setRunning(server, status === 'active')
  }

  /** Begins something on a server; what is scheduled with the result happens only while nothing newer has begun. */
  #begin(server: ServerState, activity: Activity): (afterMs: number, effect: () => void) => void {
    const from = this.#instant
    server.generation += 1
    server.activity = activity
    const { generation } = server
    return (afterMs, effect) =>
      this.#at(from + afterMs, () => {
        if (server.generation === generation) effect()
      })
  }

  #show(server: ServerState, status: string): void {
    server.statuses.push({ at: this.#instant, status })
    // Reads never lag by more than the last hundred changes.
    if (server.statuses.length > 100) server.statuses.shift()
  }

  #setRunning(server: ServerState, running: boolean): void {
    if (server.running === running) return
    server.running = running
    this.#record(running ? 'running' : 'stopped', server, 'other')
  }

  #record(
    kind: WorldEvent['kind'],
    server: ServerState,
    by: Actor,
    more: { readonly snapshot?: string; readonly detail?: string } = {},
  ): void {
    this.#events.push({ at: this.#instant, kind, server: server.id, by, ...more })
  }

  #at(atMs: number, effect: () => void): void {
    this.#due.add(atMs, effect)
  }
}
