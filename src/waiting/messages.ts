/**
 * Every sentence that a wait says: log lines, and the problems that end one. Texts from the API are raw; the report makes
 * them harmless.
 */
import { type Server, type Snapshot, UNREADABLE_STATUS } from '../domain/entities.ts'
import type { SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import {
  ageOf,
  checkApplication,
  checkServer,
  lastSeenText,
  lastStatus,
  lastStatusSince,
  serverLabel,
} from '../run/labels.ts'
import { advice } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun, StatusSeen } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'
import type { OddItem } from '../vps/snapshot-lists.ts'
import { reasonOf } from './explain.ts'

export function noAnswer(failure: ApiFailure): string {
  return `${describeFailure(failure)} Still waiting.`
}

export function answersAgain(failures: number): string {
  return `The API is responding again (${failures} failed ${failures === 1 ? 'request' : 'requests'}).`
}

export function retrying(failure: ApiFailure, delayMs: number): string {
  return `${describeFailure(failure)} ${tryingAgain(failure, delayMs)}`
}

/** The heartbeat of a refusal that lasts: its words have been said. */
export function stillRefusing(failure: ApiFailure, delayMs: number, lastedMs: number): string {
  const { httpStatus = '' } = failure
  return `VPS.org has been refusing for ${formatDuration(lastedMs)} (${httpStatus}). ${tryingAgain(failure, delayMs)}`
}

function tryingAgain({ retryAfterMs = 0 }: ApiFailure, delayMs: number): string {
  const delay = delayMs < 60_000 ? `${Number((delayMs / 1_000).toFixed(1))}s` : formatDuration(delayMs)
  const when = `Trying again in ${delay}`
  return retryAfterMs > delayMs
    ? `${when}, although it asks to wait ${formatDuration(retryAfterMs)}: there is less time than that.`
    : `${when}.`
}

// ---- snapshots

export function snapshotsInProgress(ids: readonly SnapshotId[], elapsedMs: number): string {
  const which = ids.length === 1 ? `Snapshot ${ids[0]} has been` : `${ids.length} snapshots have been`
  return `${which} in progress for ${formatDuration(elapsedMs)}; a snapshot usually takes 3 to 10 minutes.`
}

export function unlistedStatus({ id, status }: Snapshot): string {
  return status === UNREADABLE_STATUS
    ? `The status of snapshot ${id} cannot be read; treating it as still in progress.`
    : `Snapshot ${id} has the undocumented status "${status}"; treating it as still in progress.`
}

export function duplicate(ours: SnapshotId, id: SnapshotId): string {
  return `VPS.org made a duplicate: snapshot ${id} has the same key as ${ours}. Delete ${id} to free its slot.`
}

export function snapshotFailed(label: string, snapshot: Snapshot): Problem {
  return certain(
    'snapshot-failed',
    `${label} failed: VPS.org reported status "${snapshot.status}".`,
    'A failed snapshot cannot be restored.',
    { kind: 'delete', snapshot: snapshot.id },
    { kind: 're-run' },
  )
}

export function snapshotGone(label: string): Problem {
  return certain(
    'snapshot-failed',
    `${label} disappeared while it was in progress.`,
    'It was in the list of snapshots and no longer is; somebody or something probably deleted it.',
    advice('Check what else deletes snapshots of this server.'),
    { kind: 're-run' },
  )
}

export function snapshotUnobservable(label: string): string {
  return `VPS.org accepted ${label}; whether it has completed is unknown.`
}

export function snapshotTimedOut(label: string, waitedMs: number): string {
  return `${label} was not completed after ${formatDuration(waitedMs)}.`
}

export function snapshotContinues(last: StatusSeen | undefined, lastFailure: string | undefined): string {
  const failure = lastFailure === undefined ? '' : ` The last request failed: ${lastFailure}`
  return `${lastSeenText(last)} It continues at VPS.org.${failure}`
}

// A list of a hundred odd items is read by nobody.
const ODD_ITEMS = 3

export function oddItems(items: readonly OddItem[]): string {
  const texts = items.map(({ id, problem }) => (id === undefined ? problem : `${id}: ${problem}`))
  const more = items.length > ODD_ITEMS ? '; …' : ''
  const which = `${[...new Set(texts)].slice(0, ODD_ITEMS).join('; ')}${more}`
  return items.length === 1
    ? `An entry of the snapshot list cannot be read (${which}). It counts as a used slot, and is never restored or deleted.`
    : `${items.length} entries of the snapshot list cannot be read (${which}). They count as used slots, and are never restored or deleted.`
}

// ---- readiness

export function serverWithId({ server }: ServerRun): string {
  return server.name === '' ? `server ${server.id}` : `${server.name} (${server.id})`
}

export function stillSettling(server: string, elapsed: string): string {
  return `Still waiting for ${server} to be ready (${elapsed}).`
}

export function isTransitioning({ name, id, status }: Server): string {
  return `${name} (${id}) is ${status}; waiting until it is ready.`
}

export function hasSnapshotInProgress({ name, id }: Server, snapshot: Snapshot): string {
  return `Snapshot ${snapshot.id} of ${name} (${id}) is in progress; waiting until it is done.`
}

export function hasOddStatus({ name, id, status }: Server): string {
  return `${name} (${id}) has the status "${status}"; waiting to see whether it changes.`
}

export function keepsOddStatus({ name, id, status }: Server): string {
  return `${name} (${id}) still has the status "${status}"; continuing.`
}

export function snapshotStuck({ name, id }: Server, snapshot: Snapshot, now: number): string {
  return `Snapshot ${snapshot.id} of ${name} (${id}) seems to be stuck: its status is "${snapshot.status}" and it is ${ageOf(snapshot, now)}. Not waiting for it.`
}

/** That a server was not ready in time, as the parts of a problem. */
export type Unready = Pick<Problem, 'reason' | 'what' | 'state'>

function lastReadText(run: ServerRun): string {
  return run.server.status === undefined
    ? 'Its status could not be read.'
    : `Its last status was ${lastStatusSince(run)}.`
}

/** What was seen last, and why nothing more was. A server is busy unless no answer came any more that could show it. */
export function unready(
  run: ServerRun,
  waitedMs: number,
  seen: { readonly server: StatusSeen | undefined; readonly lastFailure: ApiFailure | undefined },
): Unready {
  const { lastFailure } = seen
  const status = seen.server === undefined ? lastReadText(run) : lastSeenText(seen.server)
  return {
    reason: lastFailure === undefined ? 'server-busy' : reasonOf(lastFailure),
    what: `${serverLabel(run)} was not ready within ${formatDuration(waitedMs)}.`,
    state: lastFailure === undefined ? status : `${status} ${describeFailure(lastFailure)}`,
  }
}

// ---- restores

export function statusChanged(run: ServerRun, status: string): string {
  return `${serverLabel(run)} reports "${status}".`
}

export function restoringOne(run: ServerRun, elapsed: string): string {
  return `The restore of ${serverLabel(run)} was accepted ${elapsed} ago (last status: ${lastStatus(run)}); it usually takes 5 to 15 minutes.`
}

/** It may be somebody else's. */
export function restoringPerhapsForeign(run: ServerRun, elapsed: string): string {
  return `The restore of ${serverLabel(run)} was first seen ${elapsed} ago (last status: ${lastStatus(run)}); it usually takes 5 to 15 minutes.`
}

export function restoringSeveral(count: number, run: ServerRun, elapsed: string): string {
  return `${count} servers are restoring, ${serverLabel(run)} for ${elapsed}; a restore usually takes 5 to 15 minutes.`
}

export function restoreUnobservable(label: string): string {
  return `VPS.org accepted the restore of ${label}; whether it has finished is unknown. Do not restore again.`
}

export function restoreFailed(run: ServerRun, id: SnapshotId, status: string): Problem {
  return certain(
    'restore-failed',
    `The restore of ${serverLabel(run)} from snapshot ${id} failed: the server's status is "${status}".`,
    `${serverLabel(run)} is probably down, and its disk may be half-written.`,
    checkServer(run),
    { kind: 'restore', snapshot: id },
    advice('If that fails too, restore another snapshot, or contact VPS.org support.'),
  )
}

/** The server was found only by its name, and never seen restoring. */
export function wrongServerPerhaps(run: ServerRun): Problem {
  return {
    reason: 'lost-answer',
    done: 'unknown',
    what: `It is unknown whether ${serverLabel(run)} has been restored.`,
    state: `The API does not know server ${run.server.id} by its ID; the server of that name was never seen restoring.`,
    next: [checkServer(run), advice('Restore again only if it has not been restored.')],
  }
}

// ---- health

export function checkingHealth(run: ServerRun, targets: readonly string[]): string {
  return `Checking that ${serverLabel(run)} is healthy: ${targets.join(', ')}.`
}

export function healthy(run: ServerRun): string {
  return `${serverLabel(run)} passed its health check.`
}

export function unhealthy(run: ServerRun, waitedMs: number, failures: readonly string[]): Problem {
  return certain(
    'health-check',
    `the health check failed`,
    `${serverLabel(run)} is running, but not healthy after ${formatDuration(waitedMs)}: ${failures.join('; ')}.`,
    checkApplication(run, run.task.state === 'succeeded' && run.task.work === 'restore'),
  )
}
