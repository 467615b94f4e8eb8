import * as v from 'valibot'

const milliseconds = v.pipe(v.number(), v.minValue(0))
const text = v.string()
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const timelineEntries = {
  /** From the acceptance of a create to its end. */
  snapshotMs: milliseconds,
  snapshotOutcome: v.picklist(['completed', 'failed', 'never']),
  /** The status of a snapshot that has failed. */
  failedWord: text,
  sizeMb: v.nullable(v.number()),
  /** A new snapshot is in the list only after this. */
  listLagMs: milliseconds,
  /** A deleted snapshot stays in the list for this long. */
  deletionLagMs: milliseconds,
  /** A deleted snapshot frees its slot only after this. */
  slotLagMs: milliseconds,
  /** The servers endpoint tells the status of this long ago. */
  readLagMs: milliseconds,
  /** From the acceptance of a restore to its end. */
  restoreMs: milliseconds,
  /** After the acceptance, reads go on showing the old status for this long; */
  restoreStaleMs: milliseconds,
  /** then they show `stopped` for this long; */
  restoreStoppedMs: milliseconds,
  /** then this status until the end; null: the status never changes. */
  restoreShows: v.nullable(text),
  /** The status at the end: `active`, `stopped`, or another one, which is a failure. */
  restoreEndsAs: text,
  /** After the acceptance of a power action, the old status stays for this long. */
  powerStaleMs: milliseconds,
  stoppingMs: milliseconds,
  startingMs: milliseconds,
  /** Whether `stopping` and `starting` are shown; otherwise the status changes straight at the end. */
  showsTransitions: v.boolean(),
  stopEndsAs: text,
  startEndsAs: text,
}

const settingsEntries = {
  token: text,
  permissions: v.array(text),
  /** The form of new snapshots' ids. */
  snapshotIds: v.picklist(['integer', 'uuid']),
  snapshotPaging: v.boolean(),
  serverPaging: v.boolean(),
  pageSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxPageSize: v.pipe(v.number(), v.integer(), v.minValue(1)),
  snapshotLimit: count,
  nameLimit: count,
  descriptionLimit: count,
  /** `?server_id=` has no effect. */
  filterIgnored: v.boolean(),
  /** What becomes of a description: `null` and `dropped` (empty) lose it, `unbracketed` loses what stands in brackets. */
  descriptions: v.picklist(['kept', 'dropped', 'null', 'unbracketed']),
  /** How far the API's dates are ahead of its clock. */
  dateSkewMs: v.number(),
  serverIdField: v.picklist(['id', 'uuid', 'both']),
  serversAddressedBy: v.picklist(['id', 'uuid', 'either']),
  serverNameField: v.picklist(['name', 'hostname', 'both']),
  /** Other words for a server's statuses, e.g. `{"active": "running"}`. */
  statusWords: v.record(text, text),
  /** The field in which the refusal of a sixth snapshot comes. */
  limitErrorField: text,
  createWhileRestoring: v.picklist(['accepted', 'refused']),
  restoreWhileSnapshotting: v.picklist(['accepted', 'refused']),
  /** The settled statuses from which a restore is accepted. */
  restorableStatuses: v.array(text),
  powerAnswerStatus: v.picklist([200, 202, 204]),
}

export const timelineSchema = v.strictObject(timelineEntries)
/** How long things take on a server and how they end. All durations in milliseconds of the emulated time. */
export type Timeline = Readonly<v.InferOutput<typeof timelineSchema>>
export type TimelineChange = Partial<Timeline>

// `partial` lets undefined pass as a value, which JSON does not have: the exact type is true of what is parsed.
export const timelineChangeSchema = v.partial(timelineSchema) as v.GenericSchema<unknown, TimelineChange>
export const settingsSchema = v.strictObject({ ...settingsEntries, timeline: timelineSchema })

/** How this API behaves where its reference leaves it open. */
export type Settings = Readonly<v.InferOutput<typeof settingsSchema>>
export type SettingsChange = Partial<Omit<Settings, 'timeline'>> & { readonly timeline?: TimelineChange }

export const settingsChangeSchema = v.partial(
  v.strictObject({ ...settingsEntries, timeline: timelineChangeSchema }),
) as v.GenericSchema<unknown, SettingsChange>
export const serverSpecSchema = v.strictObject({
  /** Decimal digits or a UUID. */
  id: text,
  uuid: v.exactOptional(text),
  name: text,
  status: v.exactOptional(text),
  disk: v.exactOptional(text),
  /** The servers endpoints do not know it. */
  hidden: v.exactOptional(v.boolean()),
  timeline: v.exactOptional(timelineChangeSchema),
})
export const snapshotSpecSchema = v.strictObject({
  id: text,
  server: text,
  name: text,
  description: v.exactOptional(v.nullable(text)),
  /** As the API says it; `in_progress` completes in its time, anything else stays. */
  status: v.exactOptional(text),
  sizeMb: v.exactOptional(v.nullable(v.number())),
  /** ISO 8601; the start of the world when not given. */
  createdAt: v.exactOptional(text),
  disk: v.exactOptional(text),
})
export const setupSchema = v.strictObject({
  settings: v.exactOptional(settingsChangeSchema),
  servers: v.exactOptional(v.array(serverSpecSchema)),
  snapshots: v.exactOptional(v.array(snapshotSpecSchema)),
  /** The id (or the last digits of the UUID) of the next snapshot; one above the highest when not given. */
  nextSnapshotId: v.exactOptional(text),
})

export type ServerSpec = Readonly<v.InferOutput<typeof serverSpecSchema>>
export type SnapshotSpec = Readonly<v.InferOutput<typeof snapshotSpecSchema>>
export type WorldSetup = Readonly<v.InferOutput<typeof setupSchema>>

const MINUTE = 60_000

export const DEFAULT_TIMELINE: Timeline = {
  snapshotMs: 5 * MINUTE,
  snapshotOutcome: 'completed',
  failedWord: 'failed',
  sizeMb: 5120,
  listLagMs: 0,
  deletionLagMs: 0,
  slotLagMs: 0,
  readLagMs: 0,
  restoreMs: 8 * MINUTE,
  restoreStaleMs: 0,
  restoreStoppedMs: 0,
  restoreShows: 'restoring',
  restoreEndsAs: 'active',
  powerStaleMs: 0,
  stoppingMs: 20_000,
  startingMs: 30_000,
  showsTransitions: true,
  stopEndsAs: 'stopped',
  startEndsAs: 'active',
}

export const ALL_PERMISSIONS = ['servers:read', 'servers:write', 'snapshots:read', 'snapshots:write'] as const

export const DEFAULT_SETTINGS: Settings = {
  token: 'vps_emulated_token',
  permissions: [...ALL_PERMISSIONS],
  snapshotIds: 'integer',
  snapshotPaging: false,
  serverPaging: true,
  pageSize: 20,
  maxPageSize: 100,
  snapshotLimit: 5,
  nameLimit: 255,
  descriptionLimit: 500,
  filterIgnored: false,
  descriptions: 'kept',
  dateSkewMs: 0,
  serverIdField: 'id',
  serversAddressedBy: 'id',
  serverNameField: 'name',
  statusWords: {},
  limitErrorField: 'detail',
  createWhileRestoring: 'accepted',
  restoreWhileSnapshotting: 'accepted',
  restorableStatuses: ['active', 'stopped', 'error', 'failed'],
  powerAnswerStatus: 200,
  timeline: DEFAULT_TIMELINE,
}

export function withSettings(settings: Settings, change: SettingsChange): Settings {
  return { ...settings, ...change, timeline: { ...settings.timeline, ...change.timeline } }
}
