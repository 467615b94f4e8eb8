/**
 * Every sentence about rolling back, by a restore or at the end of the job: log lines, plans of a dry run, and why a server
 * stays as it is. Texts from the API are raw; the report makes them harmless.
 */
import { type Snapshot, UNREADABLE_STATUS } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { SLOTS } from '../domain/limits.ts'
import { formatDuration } from '../policy/durations.ts'
import type { Interleaved } from '../policy/interleaved.ts'
import { snapshotPhase } from '../policy/statuses.ts'
import {
  ageOf,
  lastStatus,
  NOTHING_CHANGED,
  serverLabel,
  snapshotIdOf,
  snapshotLabel,
} from '../run/labels.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'

// ---- restore

export function twoOfOneServer(one: Snapshot, other: Snapshot): Problem {
  const what = `Snapshots ${one.id} and ${other.id} both belong to server ${other.server.id}.`
  const next = advice('Set one snapshot for each server.')
  return { ...certain('ambiguous', what, NOTHING_CHANGED, next), candidates: [one, other] }
}

/** @param candidates what could be restored instead; undefined where it could not be read */
export function notFound(ids: readonly SnapshotId[], candidates: readonly Snapshot[] | undefined): Problem {
  const what = `${ids.length === 1 ? `Snapshot ${ids[0]} was` : `Snapshots ${ids.join(', ')} were`} not found.`
  const next: NextStep =
    candidates?.length === 0
      ? { kind: 'list', server: undefined }
      : advice('Set `snapshot-id` to a snapshot that exists.')
  return {
    ...certain(
      'not-found',
      what,
      `Nothing was restored from ${ids.length === 1 ? 'it' : 'them'}.${alternatives(candidates)}`,
      next,
    ),
    candidates: candidates ?? [],
  }
}

function alternatives(candidates: readonly Snapshot[] | undefined): string {
  if (candidates === undefined) return ' The other snapshots could not be read.'
  return candidates.length === 0 ? ' There is no other snapshot to restore.' : ''
}

/** Why a snapshot must not be restored. */
export type Rejection =
  | { readonly why: 'not completed' }
  | { readonly why: 'age unknown' | 'dated ahead' }
  | { readonly why: 'too old'; readonly ageMs: number; readonly maxAgeMs: number }

export function rejected(
  run: ServerRun,
  snapshot: Snapshot,
  rejection: Rejection,
  candidates: readonly Snapshot[] | undefined,
): Problem {
  const isAge = rejection.why !== 'not completed'
  const hasOther = (candidates ?? []).length > 0
  return {
    ...certain(
      isAge ? 'too-old' : 'not-completed',
      `Snapshot ${snapshot.id} was not restored: ${rejectionText(snapshot, rejection)}.`,
      `${serverLabel(run)} was not changed.${alternatives(candidates)}`,
      ...(isAge ? [] : stepsForUnfinished(snapshot)),
      ...(hasOther ? [advice('Set `snapshot-id` to another snapshot.')] : []),
      ...(rejection.why === 'too old'
        ? [advice('To restore an older snapshot, raise or remove `max-snapshot-age`.')]
        : []),
      ...(rejection.why === 'age unknown' || rejection.why === 'dated ahead'
        ? [advice('To restore a snapshot of unknown age, remove `max-snapshot-age`.')]
        : []),
    ),
    candidates: candidates ?? [],
  }
}

/** One that failed is never completed; any other may be. */
function stepsForUnfinished({ id, status, server }: Snapshot): readonly NextStep[] {
  return snapshotPhase(status) === 'failed'
    ? [{ kind: 'list', server: server.id }]
    : [{ kind: 'follow', snapshot: id, isRestore: false }]
}

function rejectionText(snapshot: Snapshot, rejection: Rejection): string {
  switch (rejection.why) {
    case 'not completed':
      return snapshot.status === UNREADABLE_STATUS
        ? 'its status cannot be read'
        : `its status is "${snapshot.status}", not completed`
    case 'age unknown':
      return 'its age is unknown, and `max-snapshot-age` is set'
    case 'dated ahead':
      return 'it is dated in the future, so its age is unknown, and `max-snapshot-age` is set'
    case 'too old': {
      const [is, may] = [formatDuration(rejection.ageMs), formatDuration(rejection.maxAgeMs)]
      return `it is ${is === may ? 'just over ' : ''}${is} old, and \`max-snapshot-age\` is ${may}`
    }
  }
}

export function unreadableForPlan(server: ServerId): string {
  return `This token may not read server ${server}, so its status is unknown.`
}

export const DRY_RUN_SENT_NOTHING = 'This was a dry run: nothing was sent.'

export function wouldTakeSafety(run: ServerRun): string {
  return `Would first take a safety snapshot of ${serverLabel(run)}.`
}

export function wouldOverwrite(run: ServerRun, snapshot: Snapshot, now: number): string {
  return `Would overwrite ${serverLabel(run)} (${run.server.id}, ${lastStatus(run)}) with snapshot ${snapshotLabel(snapshot)} (${ageOf(snapshot, now)}).`
}

export function safetyInCancelledJob(run: ServerRun): string {
  return `The job was cancelled, so little time is left: if the safety snapshot of ${serverLabel(run)} does not complete within four minutes, nothing is restored. To restore without a safety snapshot, set \`safety-snapshot: false\`.`
}

export function safetyFailed(run: ServerRun, { what, state, isUnnamed: _, ...problem }: Problem): Problem {
  return {
    ...problem,
    what: `${serverLabel(run)} was not restored: its safety snapshot could not be taken.`,
    state: [what, state].filter(text => text !== '').join(' '),
    next: [...problem.next, advice('To restore without a safety snapshot, set `safety-snapshot: false`.')],
  }
}

export function safetyDescription(run: ServerRun): string {
  return `State of ${serverLabel(run)} before snapshot ${snapshotIdOf(run)} was restored`
}

export function safetyAccepted(run: ServerRun, { id }: Snapshot): string {
  return `Safety snapshot ${id} of ${serverLabel(run)} was accepted.`
}

export function safetyCompleted(run: ServerRun, { id }: Snapshot): string {
  return `Safety snapshot ${id} of ${serverLabel(run)} is complete.`
}

export function restoreAccepted(run: ServerRun): string {
  return `The restore of ${serverLabel(run)} from snapshot ${snapshotIdOf(run)} was accepted. Everything on the server is being overwritten.`
}

export function notSeenRestoring(run: ServerRun): string {
  return `${serverLabel(run)} has not reported "restoring" yet.`
}

export function restoreEnded(run: ServerRun, phase: string): string {
  return `The restore of ${serverLabel(run)} has finished; the server is ${phase === 'active' ? 'running' : phase}.`
}

export function leftStopped(run: ServerRun): string {
  return `Leaving ${serverLabel(run)} stopped (\`start-after-restore: false\`).`
}

// ---- the end of the job

export const JOB_STATUS_UNKNOWN =
  'The runner did not say how the job ended (`job-status` is empty or unknown), so nothing was restored or deleted.'

export function interleavedUnknown(failure: ApiFailure): string {
  return `It could not be checked whether another run has deployed since: ${describeFailure(failure)} Restoring anyway.`
}

/** @param target what is not restored */
export function interleaved(
  run: ServerRun,
  target: Snapshot,
  { snapshot, marker }: Interleaved,
  runId: string,
): Problem {
  return certain(
    'interleaved',
    `${serverLabel(run)} was not restored: run ${marker.run} has deployed to it since this run (${runId}).`,
    `A rollback to snapshot ${snapshotIdOf(run)} would undo that deploy, too: its snapshot ${snapshot.id} is newer. Nothing was overwritten.`,
    advice(`If the site works, leave it: restoring snapshot ${target.id} would undo both deploys.`),
    { kind: 'restore', snapshot: target.id },
  )
}

/** A fleet is rolled back as a whole or not at all. */
export function interleavedInGroup(
  run: ServerRun,
  target: Snapshot,
  other: ServerRun,
  { marker }: Interleaved,
): Problem {
  return certain(
    'interleaved',
    `${serverLabel(run)} was not restored: run ${marker.run} has deployed to ${serverLabel(other)}, which belongs to the same group.`,
    'A group is rolled back as a whole or not at all. Nothing was overwritten.',
    { kind: 'restore', snapshot: target.id },
  )
}

export function interleavedWarning(run: ServerRun, { snapshot, marker }: Interleaved): string {
  return `Run ${marker.run} has deployed to ${serverLabel(run)} since this snapshot was taken (its snapshot ${snapshot.id} is newer): restoring undoes that deploy, too.`
}

export function fullAfterFailure(run: ServerRun): string {
  return `All ${SLOTS} slots of ${serverLabel(run)} are in use: the next create will be refused unless you delete a snapshot or set \`when-full: delete-oldest\`.`
}

// ---- the runner's files

export function cannotArm(why: string): Problem {
  return certain(
    'runner-files',
    "The runner's state file cannot be written, so nothing would happen at the end of the job.",
    `${NOTHING_CHANGED} The cause: ${why}.`,
    advice(
      'Check the disk and the version of the runner. Without `restore-on`, `delete-on`, `keep-last` and `stop-server`, the state file is not needed.',
    ),
  )
}

export function disarmed(why: string): Problem {
  return certain(
    'runner-files',
    "No rollback is armed: the runner's state file can no longer be written.",
    `The snapshot exists. The cause: ${why}.`,
    advice('Check the disk of the runner.'),
    { kind: 're-run' },
  )
}

export function cleanUpDisarmed(why: string): string {
  return `The runner's state file can no longer be written (${why}): do not rely on \`delete-on\` or \`keep-last\` for this snapshot. If it stays, delete it yourself.`
}

export const STATE_LOST_UNCLEAR =
  'What the main step saved for the end of the job is missing, and so are its inputs: nothing was restored, started or deleted. If the job failed after a deploy, restore the server yourself.'

export const STATE_LOST_CLEAN_UP =
  'What the main step saved for the end of the job is missing: no snapshot was deleted.'

export function stateLost(isRestoreDue: boolean, mayBeDown: boolean, servers: readonly ServerId[]): Problem {
  return certain(
    'lost-state',
    `${isRestoreDue ? 'Nothing was restored' : 'Nothing was started'}: the runner lost what the snapshot step had saved.`,
    mayBeDown ? 'The server may still be stopped.' : 'The post step cannot tell which snapshot to restore.',
    ...(isRestoreDue
      ? [
          ...(servers.length === 0 ? [undefined] : servers).map(
            server => ({ kind: 'list', server }) as const,
          ),
          advice("If the deploy has begun, it is still in place: restore this run's snapshot."),
        ]
      : []),
    ...(mayBeDown ? servers.map(id => ({ kind: 'start server', server: `server ${id}` }) as const) : []),
  )
}
