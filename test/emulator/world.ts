import { perform } from './acts.ts'
import { answerRequest, type WorldAnswer, type WorldRequest } from './api.ts'
import { power } from './power.ts'
import { restore } from './restores.ts'
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
import { addSnapshot, create, remove } from './snapshots.ts'
import { WorldState } from './world-state.ts'
import type {
  Act,
  Actor,
  Outcome,
  PowerAction,
  Refusing,
  ServerState,
  SnapshotState,
  WorldEvent,
  WorldReport,
} from './world-types.ts'

export { OVERWRITTEN_DISK, RUINED_DISK } from './restores.ts'

/**
 * The API's world: servers, snapshots, and what becomes of them. It has no timers: whatever is due is done, in
 * order and with its own date, when the world is next looked at. `now` gives milliseconds since the epoch.
 */
export class World {
  readonly #state: WorldState
  #nextSnapshot: bigint
  #reads = 0

  constructor(now: () => number, setup: WorldSetup = {}) {
    const state = new WorldState(now, withSettings(DEFAULT_SETTINGS, setup.settings ?? {}))
    this.#state = state
    for (const spec of setup.servers ?? []) this.addServer(spec)
    const oldestFirst = [...(setup.snapshots ?? [])].sort(
      (one, other) => state.dateOf(one) - state.dateOf(other),
    )
    for (const spec of oldestFirst) this.addSnapshot(spec)
    this.#nextSnapshot =
      setup.nextSnapshotId === undefined ? this.#idAboveAll() : BigInt(setup.nextSnapshotId)
  }

  get settings(): Settings {
    return this.#state.settings
  }

  /** Milliseconds since the epoch. Whatever is due by then has happened. */
  now(): number {
    this.settle()
    return this.#state.instant
  }

  /** Everything that ever happened, the oldest first. */
  get events(): readonly WorldEvent[] {
    this.settle()
    return this.#state.events
  }

  /** Answers one request of the API. */
  handle(request: WorldRequest): WorldAnswer {
    this.settle()
    return answerRequest(this, request)
  }

  /** The `Date` header of everything that comes from here, by the API's clock. */
  clockHeaders(): Readonly<Record<string, string>> {
    const { dateHeader, clockSkewMs } = this.settings
    return dateHeader ? { date: new Date(this.now() + clockSkewMs).toUTCString() } : {}
  }

  configure(change: SettingsChange): void {
    this.settle()
    this.#state.settings = withSettings(this.settings, change)
  }

  /** Changes how long things take on one server and how they end; what is under way keeps its times. */
  configureServer(id: string, change: TimelineChange): void {
    const server = this.#state.knownServer(id)
    server.timeline = { ...server.timeline, ...change }
  }

  addServer(spec: ServerSpec): ServerState {
    const status = spec.status ?? 'active'
    const server: ServerState = {
      id: spec.id,
      uuid: spec.uuid ?? uuidOf(spec.id),
      name: spec.name,
      password: `root-password-of-${spec.name}`,
      hidden: spec.hidden ?? false,
      timeline: spec.timeline ?? {},
      disk: spec.disk ?? `first content of ${spec.name}`,
      running: status === 'active',
      activity: undefined,
      refusing: undefined,
      generation: 0,
      statuses: [{ at: this.#state.instant, status }],
      snapshots: [],
    }
    this.#state.servers.set(server.id, server)
    this.#state.serversByUuid.set(server.uuid, server)
    return server
  }

  /** Adds a snapshot that was made before the world began. */
  addSnapshot(spec: SnapshotSpec): SnapshotState {
    return addSnapshot(this.#state, spec)
  }

  /** Finds a server by its id. */
  server(id: string): ServerState | undefined {
    return this.#state.servers.get(id)
  }

  serverByUuid(uuid: string): ServerState | undefined {
    return this.#state.serversByUuid.get(uuid)
  }

  /** Finds a server as the servers endpoints address it. */
  addressedServer(address: string): ServerState | undefined {
    const { serversAddressedBy } = this.settings
    const byId = serversAddressedBy === 'uuid' ? undefined : this.server(address)
    const server = byId ?? (serversAddressedBy === 'id' ? undefined : this.serverByUuid(address))
    return server?.hidden ? undefined : server
  }

  /** All servers that the servers endpoints know. */
  shownServers(): readonly ServerState[] {
    return [...this.#state.servers.values()].filter(server => !server.hidden)
  }

  /** Finds a snapshot that is not deleted. */
  snapshot(id: string): SnapshotState | undefined {
    const snapshot = this.#state.snapshots.get(id)
    return snapshot?.deleted ? undefined : snapshot
  }

  /** Finds a snapshot that restores and deletes know already. */
  knownSnapshot(id: string): SnapshotState | undefined {
    const snapshot = this.snapshot(id)
    return snapshot !== undefined && snapshot.knownFrom <= this.#state.instant ? snapshot : undefined
  }

  /** The instant that a read shows: now, or a while ago where a replica answers that is behind. */
  readInstant(): number {
    const { replicaLagMs, replicaReads } = this.settings
    this.#reads += 1
    const isBehind = replicaReads === 'alternate' ? this.#reads % 2 === 0 : this.#state.random() < 0.5
    return isBehind ? this.#state.instant - replicaLagMs : this.#state.instant
  }

  /** What the list shows, the newest first; of one server when it is given. */
  listed(server?: ServerState, at = this.#state.instant): readonly SnapshotState[] {
    const all = server === undefined ? this.#state.ordered : server.snapshots
    return all.filter(snapshot => snapshot.listedFrom <= at && at < snapshot.listedUntil).reverse()
  }

  /** What reads show: the status of `readLagMs` ago. */
  shownStatus(server: ServerState, at = this.#state.instant): string {
    const shownAt = at - this.timelineOf(server).readLagMs
    const past = server.statuses.findLast(shown => shown.at <= shownAt) ?? server.statuses[0]
    const status = past?.status ?? ''
    return this.settings.statusWords[status] ?? status
  }

  timelineOf(server: ServerState): Timeline {
    return this.#state.timelineOf(server)
  }

  /** What a server answers to every change at this moment, if it refuses them. */
  refusing(server: ServerState): Refusing | undefined {
    const { refusing } = server
    return refusing !== undefined && this.#state.instant < refusing.until ? refusing : undefined
  }

  create(
    server: ServerState,
    request: { readonly name: string; readonly description: string | null },
    by: Actor,
  ): Outcome<SnapshotState> {
    this.settle()
    return create(this.#state, server, { ...request, id: () => this.#newId() }, by)
  }

  restore(snapshot: SnapshotState, by: Actor): Outcome<SnapshotState> {
    this.settle()
    return restore(this.#state, snapshot, by)
  }

  delete(snapshot: SnapshotState, by: Actor): void {
    this.settle()
    remove(this.#state, snapshot, by)
  }

  power(server: ServerState, action: PowerAction, by: Actor): Outcome<undefined> {
    this.settle()
    return power(this.#state, server, action, by)
  }

  /** Writes new content to a server's disk, as a deploy does. */
  deploy(id: string, disk: string): void {
    this.settle()
    const server = this.#state.knownServer(id)
    server.disk = disk
    this.#state.record('disk', server, 'other', { detail: disk })
  }

  /** Does what somebody beside the API does. A refusal is one that the API would have given as well. */
  act(act: Act): Outcome<string> {
    this.settle()
    return perform(this, this.#state, act)
  }

  /** Lets somebody do something at an instant to come. What is refused then simply does not happen. */
  actAt(atMs: number, act: Act): void {
    this.#state.at(atMs, () => {
      this.act(act)
    })
  }

  report(): WorldReport {
    this.settle()
    const servers = [...this.#state.servers.values()].map(server => ({
      id: server.id,
      name: server.name,
      status: server.statuses.at(-1)?.status ?? '',
      running: server.running,
      activity: server.activity ?? null,
      disk: server.disk,
    }))
    const snapshots = this.#state.ordered
      .filter(snapshot => !snapshot.deleted)
      .map(({ id, server, name, status, description, createdAt, disk }) => ({
        ...{ id, server: server.id, name, status, description, createdAt, disk },
      }))
    return { now: this.#state.instant, servers, snapshots, events: [...this.#state.events] }
  }

  /** Does whatever is due by now. */
  settle(): void {
    this.#state.settle()
  }

  #idAboveAll(): bigint {
    let highest = 0n
    for (const id of this.#state.snapshots.keys()) {
      const number = /^[0-9]+$/.test(id) ? BigInt(id) : 0n
      if (number > highest) highest = number
    }
    return highest + 1n
  }

  #newId(): string {
    const digits = String(this.#nextSnapshot)
    this.#nextSnapshot += 1n
    return this.settings.snapshotIds === 'integer' ? digits : uuidOf(digits, '00000000')
  }
}

/** A UUID that ends in an id's last twelve digits; an id that is a UUID already stays itself. */
function uuidOf(id: string, head = '5e44e500'): string {
  return /^[0-9]+$/.test(id) ? `${head}-0000-4000-8000-${id.slice(-12).padStart(12, '0')}` : id
}
