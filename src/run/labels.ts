import type { Snapshot } from '../domain/entities.ts'
import { few, NAMED } from '../domain/few.ts'
import { formatAge } from '../policy/durations.ts'
import type { KeepReason, Kept } from '../policy/retention.ts'
import { createdAtMs, isAhead } from '../policy/timestamps.ts'
import type { NextStep } from './next-step.ts'
import { type ServerRun, type StatusSeen, snapshotOf } from './server-run.ts'

/** Of a server, or of all. */
export const NOTHING_CHANGED = 'Nothing was changed.'

/** What a person calls the server: its name where it is known. It can begin a sentence. */
export function serverLabel({ server }: ServerRun): string {
  return server.name === '' ? `Server ${server.id}` : shortName(server.name)
}

// With more, the sentences about it would fit no line. Tables and outputs have the whole name.
const NAME_SHOWN = 32
const NAME_END = 15

/** A long name without its middle: those of a fleet often differ at the end only. */
function shortName(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= NAME_SHOWN) return name
  return `${letters.slice(0, NAME_SHOWN - NAME_END - 1).join('')}…${letters.slice(-NAME_END).join('')}`
}

/** The same, to stand in a sentence. */
function inSentence(run: ServerRun): string {
  return run.server.name === '' ? `server ${run.server.id}` : serverLabel(run)
}

/** The step to look at it in the panel. */
export function checkServer(run: ServerRun): NextStep {
  return { kind: 'check server', server: inSentence(run) }
}

/** The step to look at what runs on it; `isRestored`: the snapshot itself may be what is bad. */
export function checkApplication(run: ServerRun, isRestored: boolean): NextStep {
  return { kind: 'check application', server: inSentence(run), isRestored }
}

/** The step to start it in the panel. */
export function startServer(run: ServerRun): NextStep {
  return { kind: 'start server', server: inSentence(run) }
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

/** The same with the time since when, e.g. `restarting, since 02:41 UTC`. */
export function lastStatusSince(run: ServerRun): string {
  const { statusSince } = run.server
  return statusSince === undefined ? lastStatus(run) : statusSeen(lastStatus(run), statusSince)
}

/** A status and since when it was seen so, for a text. */
function statusSeen(status: string, since: number): string {
  return `${status}, since ${timeOfDay(since)}`
}

/** How a snapshot was seen last, as a sentence. @param last undefined: no list has shown it */
export function lastSeenText(last: StatusSeen | undefined): string {
  return last === undefined
    ? 'No list has shown it yet.'
    : `Its last status was ${statusSeen(last.status, last.since)}.`
}

/** How old a snapshot is at `now` (clock milliseconds), e.g. `2 days old`. */
export function ageOf(snapshot: Pick<Snapshot, 'createdAt'>, now: number): string {
  const created = createdAtMs(snapshot)
  if (created === undefined) return 'age unknown'
  return isAhead(created, now) ? 'dated in the future' : `${formatAge(now - created)} old`
}

/** A snapshot in a text: its id, and its name where it has one. */
export function snapshotLabel({ id, name }: Pick<Snapshot, 'id' | 'name'>): string {
  return name === '' ? id : `${id} "${name}"`
}

/** Why retention leaves some snapshots alone: those with one reason together, e.g. `801, 802 are manual; 803 was made by this run`. */
export function keptBecause(kept: readonly Kept[]): string {
  const groups = new Map<string, { readonly reason: KeepReason; readonly ids: string[] }>()
  for (const { snapshot, reason } of kept) {
    const group = groups.get(keepReason(reason)) ?? { reason, ids: [] }
    group.ids.push(snapshot.id)
    groups.set(keepReason(reason), group)
  }
  const texts = [...groups.values()].map(
    ({ reason, ids }) => `${few(ids, NAMED.detail)} ${keepReason(reason, ids.length > 1)}`,
  )
  return texts.join('; ')
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
    case 'unmarked':
      return `${areSeveral ? 'were' : 'was'} made by this run, without ${areSeveral ? 'their' : 'its'} marker`
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

/** `02:41 UTC` */
export function timeOfDay(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
