import type { Snapshot } from '../domain/entities.ts'
import { formatAge } from '../policy/durations.ts'
import type { KeepReason, Kept } from '../policy/retention.ts'
import { createdAtMs } from '../policy/timestamps.ts'
import { type ServerRun, snapshotOf } from './server-run.ts'

/** What a person calls the server: its name where it is known. */
export function serverLabel({ server }: ServerRun): string {
  return server.name === '' ? `server ${server.id}` : server.name
}

/** The id of its snapshot, for a text; empty while there is none. */
export function snapshotIdOf(run: ServerRun): string {
  return snapshotOf(run)?.id ?? ''
}

/** When its snapshot was taken, by the API's own date, in milliseconds since the epoch; undefined where that is not known. */
export function createdAtOf(run: ServerRun): number | undefined {
  const snapshot = snapshotOf(run)
  return snapshot === undefined ? undefined : createdAtMs(snapshot)
}

/** The server's status as last seen, for a text. */
export function lastStatus({ server }: ServerRun): string {
  return server.status ?? 'unreadable'
}

/** How old a snapshot is at `now` (clock milliseconds), e.g. `2 days old`. */
export function ageOf(snapshot: Pick<Snapshot, 'createdAt'>, now: number): string {
  const created = createdAtMs(snapshot)
  return created === undefined ? 'age unknown' : `${formatAge(now - created)} old`
}

// A fleet may keep a hundred; the list has them all.
const SHOWN_IDS = 10

/** Why retention leaves some snapshots alone: those with one reason together, e.g. `801, 802 are manual; 803 was made by this run`. */
export function keptBecause(kept: readonly Kept[]): string {
  const groups = new Map<string, { readonly reason: KeepReason; readonly ids: string[] }>()
  for (const { snapshot, reason } of kept) {
    const group = groups.get(keepReason(reason)) ?? { reason, ids: [] }
    group.ids.push(snapshot.id)
    groups.set(keepReason(reason), group)
  }
  const texts = [...groups.values()].map(
    ({ reason, ids }) => `${firstOf(ids)} ${keepReason(reason, ids.length > 1)}`,
  )
  return texts.join('; ')
}

function firstOf(ids: readonly string[]): string {
  const others = ids.length - SHOWN_IDS
  return `${ids.slice(0, SHOWN_IDS).join(', ')}${others > 0 ? ` and ${others} more` : ''}`
}

/** Why retention leaves a snapshot, or several, alone, to be read after the ids. */
export function keepReason(reason: KeepReason, areSeveral = false): string {
  const be = areSeveral ? 'are' : 'is'
  switch (reason.kind) {
    case 'manual':
      return `${be} manual`
    case 'other-repository':
      return `${areSeveral ? 'belong' : 'belongs'} to another repository`
    case 'other-workflow':
      return `${areSeveral ? 'belong' : 'belongs'} to another workflow`
    case 'safety':
      return areSeveral ? 'are safety snapshots' : 'is a safety snapshot'
    case 'keep':
      return `${be} kept for good (\`keep: true\`)`
    case 'this-run':
      return `${areSeveral ? 'were' : 'was'} made by this run`
    case 'unfinished':
      return `${be} unfinished`
    case 'newest':
      return reason.count === 1 ? `${be} the newest` : `${be} among the newest ${reason.count}`
    case 'too-young':
      return `can be deleted from ${timeOfDay(reason.deletableFrom)}`
    case 'unreadable-date':
      return `${areSeveral ? 'have' : 'has'} no readable date`
    case 'future-date':
      return `${be} dated in the future`
    case 'not-comparable':
      return 'cannot be compared by age'
    case 'newer':
      return `${be} newer than this run's`
    case 'not-oldest':
      return `${be} not the oldest`
  }
}

function timeOfDay(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
