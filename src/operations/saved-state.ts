import * as v from 'valibot'
import { parseServerId, parseSnapshotId } from '../domain/ids.ts'
import type { CreateInputs } from '../inputs.ts'
import type { Context } from './context.ts'
import type { Entry } from './entry.ts'

/**
 * What the main stage of a create leaves for the post stage. The post stage may not see the inputs again (nested
 * composite actions lose them), so all it needs is here, the token included; the runner keeps a step's state to itself.
 */
const serverId = v.pipe(
  v.string(),
  v.transform(text => parseServerId(text)),
  v.nonNullish(v.custom<NonNullable<ReturnType<typeof parseServerId>>>(value => value !== undefined)),
)
const snapshotId = v.pipe(
  v.string(),
  v.transform(text => parseSnapshotId(text)),
  v.custom<NonNullable<ReturnType<typeof parseSnapshotId>>>(value => value !== undefined),
)
const jobEnds = v.array(v.picklist(['success', 'failure', 'cancelled']))

const planSchema = v.object({
  apiToken: v.string(),
  apiUrl: v.string(),
  summary: v.boolean(),
  maxParallel: v.number(),
  fixedIntervalMs: v.optional(v.number()),
  timeLapse: v.boolean(),
  restoreOn: jobEnds,
  deleteOn: jobEnds,
  keepLast: v.optional(v.number()),
  restoreTimeoutMs: v.number(),
  startAfterRestore: v.boolean(),
  health: v.object({
    timeoutMs: v.number(),
    targets: v.array(
      v.variant('kind', [
        v.object({ kind: v.literal('http'), url: v.string() }),
        v.object({ kind: v.literal('tcp'), host: v.string(), port: v.number() }),
      ]),
    ),
  }),
  servers: v.number(),
})

const entrySchema = v.object({
  server: serverId,
  serverName: v.string(),
  /** Whether this action stopped the server: the intent is saved before the request is sent. */
  power: v.picklist(['untouched', 'stop intended', 'stopped', 'started']),
  snapshot: v.optional(
    v.object({
      id: snapshotId,
      name: v.string(),
      createdAt: v.nullable(v.string()),
      sizeMb: v.nullable(v.number()),
      completed: v.boolean(),
    }),
  ),
})

export type SavedPlan = v.InferOutput<typeof planSchema>
export type SavedEntry = v.InferOutput<typeof entrySchema>
export type SavedPower = SavedEntry['power']

/** Everything that the post stage knows. */
export interface SavedState {
  readonly plan: SavedPlan
  readonly entries: readonly SavedEntry[]
  /** Whether the main stage ended green. */
  readonly green: boolean
}

/** Saves what does not change, before the first request that changes anything. */
export function savePlan(ctx: Context, inputs: CreateInputs): void {
  const plan: SavedPlan = {
    apiToken: inputs.apiToken,
    apiUrl: inputs.apiUrl.href,
    summary: inputs.summary,
    maxParallel: inputs.maxParallel,
    ...(inputs.pace.fixedIntervalMs === undefined ? {} : { fixedIntervalMs: inputs.pace.fixedIntervalMs }),
    timeLapse: inputs.pace.timeLapse,
    restoreOn: [...inputs.restoreOn],
    deleteOn: [...inputs.deleteOn],
    ...(inputs.keepLast === undefined ? {} : { keepLast: inputs.keepLast }),
    restoreTimeoutMs: inputs.restoreTimeoutMs,
    startAfterRestore: inputs.startAfterRestore,
    health: {
      timeoutMs: inputs.health.timeoutMs,
      targets: inputs.health.targets.map(target =>
        target.kind === 'http' ? { kind: 'http', url: target.url.href } : { ...target },
      ),
    },
    servers: inputs.servers.length,
  }
  ctx.report.keep('plan', JSON.stringify(plan))
}

/** Saves one server's part; a later save of the same server replaces it. */
export function saveEntry(ctx: Context, index: number, entry: Entry, power: SavedPower): void {
  const snapshot = entry.snapshot
  const saved: SavedEntry = {
    server: entry.server,
    serverName: entry.serverName,
    power,
    ...(snapshot === undefined
      ? {}
      : {
          snapshot: {
            id: snapshot.id,
            name: snapshot.name,
            createdAt: snapshot.createdAt,
            sizeMb: snapshot.sizeMb,
            completed: entry.status === 'completed',
          },
        }),
  }
  ctx.report.keep(`entry-${index}`, JSON.stringify(saved))
}

/** Saves that the main stage ended green: without it nothing is ever restored. */
export function saveGreen(ctx: Context): void {
  ctx.report.keep('green', 'true')
}

/** Reads what the main stage saved; undefined where it left nothing for the post stage to do. */
export function readSavedState(get: (name: string) => string): SavedState | undefined {
  const text = get('plan')
  if (text === '') return undefined
  const plan = v.parse(planSchema, JSON.parse(text))
  const entries: SavedEntry[] = []
  for (let index = 0; index < plan.servers; index += 1) {
    const entry = get(`entry-${index}`)
    if (entry !== '') entries.push(v.parse(entrySchema, JSON.parse(entry)))
  }
  return { plan, entries, green: get('green') === 'true' }
}
