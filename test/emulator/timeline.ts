import * as v from 'valibot'

const MINUTE = 60_000
const milliseconds = v.pipe(v.number(), v.minValue(0))
const text = v.string()

const timelineEntries = {
  /** From the acceptance of a create to its end. */
  snapshotMs: milliseconds,
  snapshotOutcome: v.picklist(['completed', 'failed', 'never']),
  /** The status of a snapshot that is under way, and of one that is complete. */
  progressWord: text,
  completedWord: text,
  /** The status of a snapshot that has failed. */
  failedWord: text,
  sizeMb: v.nullable(v.number()),
  /** A new snapshot is in the list only after this. */
  listLagMs: milliseconds,
  /** A new snapshot is unknown (404) to restores and deletes for this long. */
  unknownMs: milliseconds,
  /** A deleted snapshot stays in the list for this long. */
  deletionLagMs: milliseconds,
  /** A deleted snapshot frees its slot only after this. */
  slotLagMs: milliseconds,
  /** The servers endpoint tells the status of this long ago. */
  readLagMs: milliseconds,
  /** From the acceptance of a restore to its beginning: until then the server works as before, and takes requests. */
  restoreBeginsMs: milliseconds,
  /** From the beginning of a restore to its end. */
  restoreMs: milliseconds,
  /** After the beginning, reads go on showing the old status for this long; */
  restoreStaleMs: milliseconds,
  /** then they show `stopped` for this long; */
  restoreStoppedMs: milliseconds,
  /** then this status until the end; null: the status never changes. */
  restoreShows: v.nullable(text),
  /** The status at the end: `active`, `stopped`, or another one, which is a failure. */
  restoreEndsAs: text,
  /** After the acceptance of a power action, the old status stays for this long. */
  powerStaleMs: milliseconds,
  /** A stop that was accepted begins only after this: until then the server works as before, and takes requests. */
  stopLandsMs: milliseconds,
  stoppingMs: milliseconds,
  startingMs: milliseconds,
  /** Whether `stopping` and `starting` are shown; otherwise the status changes straight at the end. */
  showsTransitions: v.boolean(),
  startEndsAs: text,
}

export const timelineSchema = v.strictObject(timelineEntries)
/** How long things take on a server and how they end. All durations in milliseconds of the emulated time. */
export type Timeline = Readonly<v.InferOutput<typeof timelineSchema>>
export type TimelineChange = Partial<Timeline>

// `partial` lets undefined pass as a value, which JSON does not have: the exact type is true of what is parsed.
export const timelineChangeSchema = v.partial(timelineSchema) as v.GenericSchema<unknown, TimelineChange>
export const DEFAULT_TIMELINE: Timeline = {
  snapshotMs: 5 * MINUTE,
  snapshotOutcome: 'completed',
  progressWord: 'in_progress',
  completedWord: 'completed',
  failedWord: 'failed',
  sizeMb: 5120,
  listLagMs: 0,
  unknownMs: 0,
  deletionLagMs: 0,
  slotLagMs: 0,
  readLagMs: 0,
  restoreBeginsMs: 0,
  restoreMs: 8 * MINUTE,
  restoreStaleMs: 0,
  restoreStoppedMs: 0,
  restoreShows: 'restoring',
  restoreEndsAs: 'active',
  powerStaleMs: 0,
  stopLandsMs: 0,
  stoppingMs: 20_000,
  startingMs: 30_000,
  showsTransitions: true,
  startEndsAs: 'active',
}
