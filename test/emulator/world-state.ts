import type { Settings, SnapshotSpec, Timeline } from './settings.ts'
import { TimeQueue } from './time-queue.ts'
import type { Activity, Actor, ServerState, SnapshotState, WorldEvent } from './world-types.ts'

/** Schedules something on a server, so many milliseconds after it began; it happens only while nothing newer has begun. */
export type Schedule = (afterMs: number, effect: () => void) => void

/** What the parts of the world share: its time, what is due, who is there, and what happened. */
export class WorldState {
  readonly servers = new Map<string, ServerState>()
  readonly serversByUuid = new Map<string, ServerState>()
  readonly snapshots = new Map<string, SnapshotState>()
  /** Every snapshot that still matters, the oldest first. */
  readonly ordered: SnapshotState[] = []
  readonly events: WorldEvent[] = []
  settings: Settings
  readonly #now: () => number
  readonly #due = new TimeQueue<() => void>()
  #instant: number
  #settling = false
  #chance: number

  constructor(now: () => number, settings: Settings) {
    this.#now = now
    this.#instant = now()
    this.settings = settings
    this.#chance = settings.seed
  }

  /** The instant of what happens now; behind the time source while the past is caught up with. */
  get instant(): number {
    return this.#instant
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

  at(atMs: number, effect: () => void): void {
    this.#due.add(atMs, effect)
  }

  /** A number from 0 to 1, the same ones in the same order for the same seed (mulberry32). */
  random(): number {
    this.#chance = (this.#chance + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#chance ^ (this.#chance >>> 15), 1 | this.#chance)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  timelineOf(server: ServerState): Timeline {
    return { ...this.settings.timeline, ...server.timeline }
  }

  knownServer(id: string): ServerState {
    const server = this.servers.get(id)
    if (server === undefined) throw new Error(`the emulated world has no server ${id}`)
    return server
  }

  dateOf(spec: SnapshotSpec): number {
    return spec.createdAt === undefined ? this.#instant : Date.parse(spec.createdAt)
  }

  /** Begins something on a server. */
  begin(server: ServerState, activity: Activity): Schedule {
    const from = this.#instant
    server.generation += 1
    server.activity = activity
    const { generation } = server
    return (afterMs, effect) =>
      this.at(from + afterMs, () => {
        if (server.generation === generation) effect()
      })
  }

  show(server: ServerState, status: string): void {
    server.statuses.push({ at: this.#instant, status })
    // Reads never lag by more than the last hundred changes.
    if (server.statuses.length > 100) server.statuses.shift()
  }

  setRunning(server: ServerState, running: boolean): void {
    if (server.running === running) return
    server.running = running
    this.record(running ? 'running' : 'stopped', server, 'other')
  }

  record(
    kind: WorldEvent['kind'],
    server: ServerState,
    by: Actor,
    more: { readonly snapshot?: string; readonly detail?: string } = {},
  ): void {
    this.events.push({ at: this.#instant, kind, server: server.id, by, ...more })
  }
}

export function refused<R extends string>(refusal: R): { readonly ok: false; readonly refusal: R } {
  return { ok: false, refusal }
}

export function accepted<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}
