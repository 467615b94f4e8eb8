/**
 * What the main stage leaves for the post stage. The post stage may not see the inputs again (nested composite actions
 * lose them), so all it needs is here, the token included; the runner keeps a step's state to itself.
 */
import * as v from 'valibot'
import type { Snapshot } from '../domain/entities.ts'
import { parseServerId, parseSnapshotId } from '../domain/ids.ts'
import { formatMarker, parseMarker } from '../policy/marker.ts'
import type { OperationRun } from './operation-run.ts'
import { planSchema, type SavedPlan, type SavedPlanBase } from './saved-plan.ts'
import { type Goal, newServerRun, type Power, type ServerRun, snapshotOf } from './server-run.ts'

function idSchema<T>(parse: (text: string) => T | undefined) {
  return v.pipe(
    v.string(),
    v.transform(parse),
    v.custom<T>(value => value !== undefined),
  )
}

const serverSchema = v.object({
  server: idSchema(parseServerId),
  serverName: v.string(),
  /** Whether this action stopped the server: the intent is saved before the request is sent. */
  power: v.picklist(['untouched', 'stop requested', 'stopped', 'started']),
  slots: v.optional(v.number()),
  snapshot: v.optional(
    v.object({
      id: idSchema(parseSnapshotId),
      name: v.string(),
      createdAt: v.nullable(v.string()),
      sizeMb: v.nullable(v.number()),
      completed: v.boolean(),
      /** The marker alone, out of the description. */
      marker: v.string(),
    }),
  ),
})

type SavedServer = v.InferOutput<typeof serverSchema>

/** Everything that the post stage knows. */
export interface SavedState {
  readonly plan: SavedPlan
  /** Whether the main stage ended green. */
  readonly isGreen: boolean
  /** Whether every snapshot of the group was seen completed. */
  readonly isGroupCompleted: boolean
  /** The records with which the post stage begins. */
  readonly servers: (goal: Goal) => readonly ServerRun[]
}

/** What the post stage finds. `lost`: the main stage's state is not there, or cannot be read. */
export type FoundState =
  | { readonly state: 'found'; readonly saved: SavedState }
  | { readonly state: 'nothing to do' }
  | { readonly state: 'lost' }

/** Writes one value of the step's state; why it could not, where it could not. */
type Save = (name: string, value: string) => string | undefined

const MAIN = 'main'
const GREEN = 'green'

/** Saves that a main stage has begun, so that the post stage can tell lost state from none. */
export function saveBegun(save: Save): string | undefined {
  return save(MAIN, 'begun')
}

/** Saves that everything which can make the main stage red has happened, and nothing did: only then a restore may follow. */
export function saveGreen(save: Save): string | undefined {
  return save(GREEN, 'true')
}

/**
 * Saves what has changed between two records for the post stage; nothing before the operation is about to change
 * something.
 * @returns why something could not be saved; undefined where all was
 */
export function saveChanges(
  save: Save,
  plan: SavedPlanBase,
  before: OperationRun,
  after: OperationRun,
): string | undefined {
  if (after.armed === undefined) return undefined
  const isNew = before.armed === undefined
  const troubles = [
    isNew ? save('plan', JSON.stringify({ ...plan, servers: after.servers.length })) : undefined,
  ]
  for (const [index, server] of after.servers.entries()) {
    const known = isNew ? undefined : before.servers[index]
    if (server === known) continue
    const was = known === undefined || isUntouched(known) ? '' : savedForm(known)
    const is = isUntouched(server) ? '' : savedForm(server)
    if (is !== was) troubles.push(save(`server-${index}`, savedForm(server)))
  }
  return troubles.find(trouble => trouble !== undefined)
}

/** Of a server of which nothing has been asked, and that holds no snapshot of this step, nothing need be known. */
function isUntouched(run: ServerRun): boolean {
  return run.power.state === 'untouched' && snapshotOf(run) === undefined
}

// A variable of more than 128 KiB keeps Linux from starting the post stage at all.
const TEXT_LIMIT = 300

function savedForm(run: ServerRun): string {
  const snapshot = snapshotOf(run)
  const saved: SavedServer = {
    server: run.server.id,
    serverName: cut(run.server.name),
    power: savedPower(run.power),
    slots: run.slots,
    snapshot: snapshot && {
      id: snapshot.id,
      name: cut(snapshot.name),
      createdAt: snapshot.createdAt && cut(snapshot.createdAt),
      sizeMb: snapshot.sizeMb,
      completed: run.task.state === 'succeeded',
      marker: cut(markerText(snapshot.description)),
    },
  }
  return JSON.stringify(saved)
}

/** What a snapshot is known by in the post stage, too. */
function markerText(description: string): string {
  const marker = parseMarker(description)
  return marker === undefined ? '' : formatMarker(marker)
}

function cut(text: string): string {
  return text.slice(0, TEXT_LIMIT)
}

/** Where a start failed, a stop may still be on its way. */
function savedPower({ state }: Power): SavedServer['power'] {
  switch (state) {
    case 'untouched':
    case 'stop requested':
    case 'stopped':
    case 'started':
      return state
    case 'start requested':
      return 'stopped'
    case 'start failed':
      return 'stop requested'
    case 'left stopped':
      return 'untouched'
  }
}

/** Reads what the main stage saved. */
export function readSavedState(get: (name: string) => string): FoundState {
  const text = get('plan')
  if (text === '') return { state: get(MAIN) === '' ? 'lost' : 'nothing to do' }
  try {
    return { state: 'found', saved: parseState(text, get) }
  } catch {
    // Torn, or not ours. What it holds may be a part of the token, so that not even the reason is shown.
    return { state: 'lost' }
  }
}

function parseState(text: string, get: (name: string) => string): SavedState {
  const plan = v.parse(planSchema, JSON.parse(text))
  const servers: SavedServer[] = []
  for (let index = 0; index < plan.servers; index += 1) {
    const saved = get(`server-${index}`)
    if (saved !== '') servers.push(v.parse(serverSchema, JSON.parse(saved)))
  }
  return {
    plan,
    isGreen: get(GREEN) === 'true',
    isGroupCompleted:
      servers.length === plan.servers && servers.every(({ snapshot }) => snapshot?.completed === true),
    servers: goal => servers.map(saved => recordOf(saved, goal)),
  }
}

/** The saved part of one server as a record; of the snapshot only what is needed later was saved. */
function recordOf({ server: id, serverName, power, slots, snapshot }: SavedServer, goal: Goal): ServerRun {
  const server = { id, name: serverName }
  const target: Snapshot | undefined =
    snapshot === undefined
      ? undefined
      : {
          id: snapshot.id,
          name: snapshot.name,
          status: snapshot.completed ? 'completed' : 'in_progress',
          sizeMb: snapshot.sizeMb,
          createdAt: snapshot.createdAt,
          description: snapshot.marker,
          server,
        }
  const run = newServerRun(goal, server, target)
  return { ...run, slots, power: power === 'stop requested' ? { state: power, since: 0 } : { state: power } }
}
