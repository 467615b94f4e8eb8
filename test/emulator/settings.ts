import * as v from 'valibot'
import { jsonSchema } from './json.ts'
import { DEFAULT_TIMELINE, type TimelineChange, timelineChangeSchema, timelineSchema } from './timeline.ts'

export { DEFAULT_TIMELINE, type Timeline, type TimelineChange, timelineChangeSchema } from './timeline.ts'

const milliseconds = v.pipe(v.number(), v.minValue(0))
const text = v.string()
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

export const DATE_FORMS = [
  'zulu',
  'offset',
  'basic-offset',
  'short-offset',
  'other-zone',
  'space',
  'lower-case',
  'fraction',
  'no-seconds',
  'epoch',
  'zoneless',
] as const
export type DateForm = (typeof DATE_FORMS)[number]

export const NEXT_LINKS = [
  'as-asked',
  'other-host',
  'no-port',
  'no-prefix',
  'other-scheme',
  'relative',
] as const
export type NextLinks = (typeof NEXT_LINKS)[number]

/** Fields of a snapshot that the API shows otherwise, and fields that it does not show at all. */
export const shapeSchema = v.strictObject({
  shows: v.exactOptional(v.record(text, jsonSchema)),
  hides: v.exactOptional(v.array(text)),
})
export type Shape = Readonly<v.InferOutput<typeof shapeSchema>>

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
  /** `?server_id=` has no effect. */
  filterIgnored: v.boolean(),
  /**
   * What becomes of a description: `null` and `dropped` (empty) lose it, `unbracketed` loses what stands in brackets,
   * `cut` keeps its first `descriptionCut` characters.
   */
  descriptions: v.picklist(['kept', 'dropped', 'null', 'unbracketed', 'cut']),
  descriptionCut: count,
  /** Appended to every description that is not lost. */
  descriptionSuffix: text,
  /** How far the API's clock is ahead of the one that the emulator was started with: dates and the `Date` header. */
  clockSkewMs: v.number(),
  /** How far the dates of snapshots are ahead of the API's clock. */
  dateSkewMs: v.number(),
  dateForm: v.picklist(DATE_FORMS),
  /** Whether answers have a `Date` header. */
  dateHeader: v.boolean(),
  /** Items that every list of snapshots begins with, as they are. */
  strayItems: v.array(jsonSchema),
  /** How all snapshots are shown, over what their own shape says. */
  snapshotShape: shapeSchema,
  /** Lists that are bare arrays, without pages. */
  bareLists: v.array(v.picklist(['snapshots', 'servers'])),
  /** What becomes of the host, port and path of `next` and `previous`. */
  nextLinks: v.picklist(NEXT_LINKS),
  /** A second replica, which answers every other read (or each by chance), is behind by this. 0: there is none. */
  replicaLagMs: milliseconds,
  replicaReads: v.picklist(['alternate', 'random']),
  /** Of all chance in the world. */
  seed: count,
  /** The words of a restore's answer. */
  restoreAnswer: v.strictObject({ status: text, server: text }),
  /** Which ids of servers `?server_id=` and a create take. */
  serverIdsTaken: v.picklist(['id', 'either']),
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

export const settingsSchema = v.strictObject({ ...settingsEntries, timeline: timelineSchema })

/**
 * How servers are known: `number` as the published reference shows them; `uuid` as the vendor's own clients address
 * them (snapshots tell the number all the same); `both`: by either.
 */
export type Identifiers = 'both' | 'number' | 'uuid'

/** How this API behaves where its reference leaves it open. */
export type Settings = Readonly<v.InferOutput<typeof settingsSchema>>
export type SettingsChange = Partial<Omit<Settings, 'timeline'>> & {
  readonly timeline?: TimelineChange
  /** Sets everything about servers' ids at once; what is given beside it wins. */
  readonly identifiers?: Identifiers
}

export const settingsChangeSchema = v.partial(
  v.strictObject({
    ...settingsEntries,
    timeline: timelineChangeSchema,
    identifiers: v.picklist(['both', 'number', 'uuid']),
  }),
) as v.GenericSchema<unknown, SettingsChange>
export const serverSpecSchema = v.strictObject({
  /** Decimal digits or a UUID. */
  id: text,
  /** Made out of the id when it is not given. */
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
  shape: v.exactOptional(shapeSchema),
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

export const ALL_PERMISSIONS = ['servers:read', 'servers:write', 'snapshots:read', 'snapshots:write'] as const

type IdSettings = Pick<
  Settings,
  'serverIdField' | 'serversAddressedBy' | 'serverNameField' | 'serverIdsTaken'
>
const IDENTIFIERS: Readonly<Record<Identifiers, IdSettings>> = {
  both: {
    serverIdField: 'both',
    serversAddressedBy: 'either',
    serverNameField: 'both',
    serverIdsTaken: 'either',
  },
  number: {
    serverIdField: 'id',
    serversAddressedBy: 'id',
    serverNameField: 'name',
    serverIdsTaken: 'id',
  },
  uuid: {
    serverIdField: 'uuid',
    serversAddressedBy: 'uuid',
    serverNameField: 'hostname',
    serverIdsTaken: 'id',
  },
}

export const DEFAULT_SETTINGS: Settings = {
  token: 'vps_emulated_token',
  permissions: [...ALL_PERMISSIONS],
  snapshotIds: 'integer',
  snapshotPaging: false,
  serverPaging: true,
  pageSize: 20,
  maxPageSize: 100,
  snapshotLimit: 5,
  filterIgnored: false,
  descriptions: 'kept',
  descriptionCut: 100,
  descriptionSuffix: '',
  clockSkewMs: 0,
  dateSkewMs: 0,
  dateForm: 'zulu',
  dateHeader: true,
  strayItems: [],
  snapshotShape: {},
  bareLists: [],
  nextLinks: 'as-asked',
  replicaLagMs: 0,
  replicaReads: 'alternate',
  seed: 1,
  restoreAnswer: { status: 'success', server: 'restoring' },
  ...IDENTIFIERS.both,
  statusWords: {},
  limitErrorField: 'detail',
  createWhileRestoring: 'accepted',
  restoreWhileSnapshotting: 'accepted',
  restorableStatuses: ['active', 'stopped', 'error', 'failed'],
  powerAnswerStatus: 200,
  timeline: DEFAULT_TIMELINE,
}

export function withSettings(settings: Settings, change: SettingsChange): Settings {
  const { identifiers, timeline, ...more } = change
  const ids = identifiers === undefined ? {} : IDENTIFIERS[identifiers]
  return { ...settings, ...ids, ...more, timeline: { ...settings.timeline, ...timeline } }
}
