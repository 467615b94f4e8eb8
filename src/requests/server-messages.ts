/**
 * Every sentence about a request that changes the server itself, its power or its disk: log lines, warnings, and the
 * problems that end one. Texts from the API are raw; the report makes them harmless.
 */
import type { SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { serverPhase } from '../policy/statuses.ts'
import { checkServer, lastStatus, lastStatusSince, serverLabel, startServer } from '../run/labels.ts'
import { advice } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ServerRun } from '../run/server-run.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure, lastAnswer } from '../vps/messages.ts'
import type { Unready } from '../waiting/messages.ts'
import { NO_SNAPSHOT_TAKEN, unclear } from './messages.ts'

// ---- power

export function switching(run: ServerRun, action: 'start' | 'stop'): string {
  return `${action === 'start' ? 'Starting' : 'Stopping'} ${serverLabel(run)}.`
}

export function readingAfterLostPower(run: ServerRun, lost: ApiFailure): string {
  return `${describeFailure(lost)} Checking the status of ${serverLabel(run)}.`
}

export function noSignOfPower(run: ServerRun): string {
  return `The request had no effect on ${serverLabel(run)}. Sending it once more.`
}

export function statusIs(run: ServerRun): string {
  return `${serverLabel(run)} is ${lastStatus(run)}.`
}

export function powerElapsed(run: ServerRun, action: 'start' | 'stop', elapsed: string): string {
  return `Waiting for ${serverLabel(run)} to ${action}: requested ${elapsed} ago (last status: ${lastStatus(run)}).`
}

export function powerUnobservable(run: ServerRun, wanted: string): string {
  return `It is unknown whether ${serverLabel(run)} is ${wanted}.`
}

export function powerTimedOut(run: ServerRun, action: 'start' | 'stop'): Problem {
  return certain(
    action === 'start' ? 'start-failed' : 'stop-failed',
    `It did not ${action} in time.`,
    `Its last status was ${lastStatusSince(run)}.`,
    ...(action === 'start' ? [startServer(run)] : [checkServer(run), { kind: 're-run' } as const]),
  )
}

export function notStopped(run: ServerRun, { what, state, isUnnamed: _, ...problem }: Problem): Problem {
  return {
    ...problem,
    reason: 'stop-failed',
    done: 'nothing',
    what: `${serverLabel(run)} could not be stopped for its snapshot.`,
    state: [what, state, NO_SNAPSHOT_TAKEN].filter(text => text !== '').join(' '),
  }
}

export function startingUnread(run: ServerRun): string {
  return `${serverLabel(run)} was stopped for its snapshot, and its status cannot be read. Starting it anyway.`
}

export function notSettledForStart(run: ServerRun): Problem {
  return certain(
    'start-failed',
    `${serverLabel(run)} could not be started again: it was not ready in time.`,
    `Its last status was ${lastStatusSince(run)}.`,
    startServer(run),
  )
}

export function notStartedAgain(run: ServerRun, { what, state, ...problem }: Problem): Problem {
  const phase = serverPhase(lastStatus(run))
  const isSaid = phase === 'stopped' || phase === 'transitioning'
  return {
    ...problem,
    reason: 'start-failed',
    done: 'nothing',
    what: `${serverLabel(run)} could not be started again.`,
    state: [what, state, isSaid ? '' : 'It may be down.'].filter(text => text !== '').join(' '),
    next: [startServer(run), ...problem.next],
  }
}

// ---- restore

export const NOTHING_OVERWRITTEN = 'Nothing was overwritten.'

function restoreUnknown(run: ServerRun): string {
  return `It is unknown whether ${serverLabel(run)} is being overwritten.`
}

/** What must be said of a restore of which one request was never answered, whatever became of the next. */
export function earlierUnanswered(run: ServerRun): string {
  return `An earlier restore request got no response. ${restoreUnknown(run)}`
}

export function notOverwritten(run: ServerRun): string {
  return `${serverLabel(run)} was not overwritten.`
}

export function needsReadableServer({ server }: ServerRun): string {
  return `Nothing was overwritten: without permission to read server ${server.id}, the end of its restore cannot be seen. With \`wait: false\`, the restore is sent anyway.`
}

export function restoringUnread({ server }: ServerRun): string {
  return `This token may not read server ${server.id}: neither its status before the restore nor the end of the restore can be seen.`
}

export function notSettledForRestore(
  { reason, what, state: seen }: Unready,
  run: ServerRun,
  unanswered: boolean,
): Problem {
  const state = `${seen} ${unanswered ? earlierUnanswered(run) : NOTHING_OVERWRITTEN}`
  const next = checkServer(run)
  return unanswered ? unclear(what, state, next) : certain(reason, what, state, next)
}

/** A rollback that is sent without a look. */
export function restoringUnseen(run: ServerRun, failure: ApiFailure | undefined): string {
  const why = failure === undefined ? '' : ` ${describeFailure(failure)}`
  return `The status of ${serverLabel(run)} could not be read.${why} The rollback is due: restoring anyway.`
}

/** What a refusal "for now" is called once it has lasted. */
export function keptRefusing(
  run: ServerRun,
  failure: ApiFailure,
  lastedMs: number,
  isRollback: boolean,
): Pick<Problem, 'what' | 'state'> {
  const done = isRollback ? 'rolled back' : 'restored'
  const { httpStatus = '' } = failure
  return {
    what: `${serverLabel(run)} was not ${done}: VPS.org kept refusing for ${formatDuration(lastedMs)} (${httpStatus}).`,
    state: `${lastAnswer(failure)} ${statusOfRefused(run)}`.trim(),
  }
}

/** The error of a restore that meets another one. */
export function alreadyRestoring(run: ServerRun, sent: string, snapshot: SnapshotId): Problem {
  return certain(
    'already-restoring',
    `${serverLabel(run)} is already being restored by somebody else or by an earlier step.`,
    sent,
    { kind: 'follow', snapshot, isRestore: true },
  )
}

export const RESTORE_NOT_SENT = 'Nothing was sent.'

/** The server began to restore, and no request of ours was accepted. */
export function perhapsForeign(run: ServerRun, snapshot: SnapshotId): Problem {
  return {
    reason: 'already-restoring',
    done: 'unknown',
    what: `${serverLabel(run)} is being restored, perhaps by somebody else.`,
    state:
      'VPS.org refused this restore, and the server then began to restore: either somebody else started it, or this request arrived twice. Nothing more was sent.',
    next: [
      { kind: 'follow', snapshot, isRestore: true },
      advice(
        'Then check in the VPS.org panel which snapshot the server was restored from. Restore again only if it is another one.',
      ),
    ],
  }
}

export function lookingForRestoring(run: ServerRun, lost: ApiFailure): string {
  return `${describeFailure(lost)} Checking whether ${serverLabel(run)} is restoring before anything is sent again.`
}

export function restoreWasAccepted(run: ServerRun): string {
  return `${serverLabel(run)} is restoring: the request was accepted.`
}

export function restoreDidNothing(run: ServerRun): string {
  return `The request had no effect: ${serverLabel(run)} did not start restoring. Sending it once more.`
}

export const SERVER_UNSEEN =
  'The server could not be read for so long that a restore may have started and finished.'
export const SERVER_UNREADABLE = 'This token may not read the server.'
export const SERVER_UNREADABLE_FOR_LONG = 'The time ran out before the status of the server could show it.'

export function sentTwice(run: ServerRun): string {
  return `The request was sent twice, and ${serverLabel(run)} did not start restoring.`
}

export function restoreUnclear(run: ServerRun, snapshot: SnapshotId, lost: ApiFailure, why: string): Problem {
  return unclear(
    restoreUnknown(run),
    `${describeFailure(lost)} ${why}`,
    checkServer(run),
    { kind: 'follow', snapshot, isRestore: true },
    advice('Restore again only if the server is not restoring.'),
  )
}

export function refusedForNow(run: ServerRun): string {
  return `The API refused the restore for now: ${serverLabel(run)} is ${lastStatus(run)}. Trying again when it has settled.`
}

export function statusOfRefused(run: ServerRun): string {
  return run.server.status === undefined
    ? `The status of ${serverLabel(run)} could not be read.`
    : `The status of ${serverLabel(run)} is "${run.server.status}".`
}
