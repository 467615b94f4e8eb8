import * as v from 'valibot'
import { type Shape, shapeSchema, type TimelineChange } from './settings.ts'

export type Actor = 'api' | 'other'
export type PowerAction = 'start' | 'stop' | 'restart' | 'hard_stop'
export type SnapshotPhase = 'in_progress' | 'completed' | 'failed'
export type Activity = 'restoring' | 'stopping' | 'starting'

/** What a server answers to every change while something that nobody sees goes on there. */
export interface Refusing {
  readonly until: number
  readonly status: number
  readonly detail: string
}

export interface ServerState {
  readonly id: string
  readonly uuid: string
  readonly name: string
  readonly password: string
  readonly hidden: boolean
  timeline: TimelineChange
  disk: string
  /** Whether it really runs, whatever the reads say. */
  running: boolean
  activity: Activity | undefined
  refusing: Refusing | undefined
  /** Rises whenever what was scheduled for the server no longer holds. */
  generation: number
  /** What reads show, and since when; the last is now. */
  readonly statuses: { readonly at: number; readonly status: string }[]
  /** The oldest first; those that are deleted and no longer matter are not in it. */
  readonly snapshots: SnapshotState[]
}

export interface SnapshotState {
  readonly id: string
  readonly server: ServerState
  readonly name: string
  readonly description: string | null
  readonly createdAt: number
  phase: SnapshotPhase
  /** The status as the API says it. */
  status: string
  sizeMb: number | null
  /** What lists showed, and since when; the last is now. */
  readonly shown: { readonly at: number; readonly status: string; readonly sizeMb: number | null }[]
  shape: Shape
  /** The server's disk at the instant the snapshot began. */
  readonly disk: string
  readonly listedFrom: number
  readonly knownFrom: number
  listedUntil: number
  slotFreeAt: number
  deleted: boolean
}

export type EventKind =
  | 'snapshot-created'
  | 'snapshot-completed'
  | 'snapshot-failed'
  | 'deleted'
  /** Only of a restore that begins later than it is accepted. */
  | 'restore-accepted'
  | 'restore-begun'
  | 'restore-ended'
  | 'restore-failed'
  | 'power'
  | 'running'
  | 'stopped'
  | 'disk'
  | 'status'

/** Something that happened, in the order in which it did. */
export interface WorldEvent {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly kind: EventKind
  readonly server: string
  readonly snapshot?: string
  /** `api`: somebody with the token asked for it; `other`: somebody else did, or time. */
  readonly by: Actor
  /** The power action, the status, or what the disk holds. */
  readonly detail?: string
}

export type Refusal = 'limit' | 'server-busy' | 'server-invalid' | 'snapshot-unfinished' | 'unknown'
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

/** What somebody does beside the API: another person, or the world itself. */
export const actSchema = v.variant('act', [
  v.strictObject({
    act: v.literal('create'),
    server: v.string(),
    name: v.string(),
    description: v.exactOptional(v.string()),
  }),
  v.strictObject({ act: v.literal('restore'), snapshot: v.string() }),
  v.strictObject({ act: v.literal('delete'), snapshot: v.string() }),
  v.strictObject({
    act: v.literal('power'),
    server: v.string(),
    action: v.picklist(['start', 'stop', 'restart', 'hard_stop']),
  }),
  /** From now on the server shows this status, whatever it did before; `active` and `stopped` are true as well. */
  v.strictObject({ act: v.literal('status'), server: v.string(), status: v.string() }),
  v.strictObject({ act: v.literal('deploy'), server: v.string(), disk: v.string() }),
  /** A snapshot's status becomes this word. */
  v.strictObject({ act: v.literal('snapshot-status'), snapshot: v.string(), status: v.string() }),
  /** A snapshot is shown otherwise than it is: `{"shows": {"name": null}}`, `{"hides": ["id"]}`. */
  v.strictObject({ act: v.literal('snapshot-shape'), snapshot: v.string(), shape: shapeSchema }),
  /** A server refuses every change for a time: create, restore, delete and power. */
  v.strictObject({
    act: v.literal('refuse'),
    server: v.string(),
    forMs: v.pipe(v.number(), v.minValue(0)),
    /** 409 when it is not given. */
    status: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(499))),
    detail: v.exactOptional(v.string()),
  }),
])
export type Act = Readonly<v.InferOutput<typeof actSchema>>

export interface WorldReport {
  readonly now: number
  readonly servers: readonly {
    readonly id: string
    readonly name: string
    /** What reads show at this moment, their lag aside. */
    readonly status: string
    readonly running: boolean
    readonly activity: Activity | null
    readonly disk: string
  }[]
  readonly snapshots: readonly {
    readonly id: string
    readonly server: string
    readonly name: string
    readonly status: string
    readonly description: string | null
    readonly createdAt: number
    readonly disk: string
  }[]
  readonly events: readonly WorldEvent[]
}
