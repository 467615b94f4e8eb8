/**
 * Every sentence about which snapshot is meant, by its ID, its name or `latest`, and why none can be chosen. Texts from the
 * API are raw; the report makes them harmless.
 */
import type { Snapshot } from '../domain/entities.ts'
import type { ServerId, SnapshotId } from '../domain/ids.ts'
import { formatDuration } from '../policy/durations.ts'
import { ageOf, NOTHING_CHANGED, snapshotLabel } from '../run/labels.ts'
import { advice, type NextStep } from '../run/next-step.ts'
import { certain, type Problem } from '../run/problem.ts'
import type { ApiFailure } from '../vps/failure.ts'
import { describeFailure } from '../vps/messages.ts'
import { reasonOf } from './explain.ts'

export function selected(by: 'latest' | 'name', snapshot: Snapshot, now: number): string {
  const { id, name, server } = snapshot
  const taken = ageOf(snapshot, now)
  return by === 'latest'
    ? `The latest snapshot of ${serverText(server)} is ${snapshotLabel(snapshot)}, ${taken}.`
    : `The snapshot named "${name}" on ${serverText(server)} is ${id}, ${taken}.`
}

/** A server in a text: an API need not say its name. */
function serverText({ name, id }: Snapshot['server']): string {
  return name === '' ? `server ${id}` : `${name} (${id})`
}

export function passedOver(snapshots: readonly Snapshot[]): string {
  const which = snapshots.map(({ id, status }) => `${id} (${status})`).join(', ')
  const isOne = snapshots.length === 1
  return `\`latest\` skips ${which}: ${isOne ? 'it' : 'they'} may be newer, but ${isOne ? 'is' : 'are'} not complete.`
}

export function latestOfRerun({ id, server }: Snapshot): string {
  return `Snapshot ${id}, the latest of server ${server.id}, was taken by a re-run: it may contain what the run's first attempt left behind.`
}

export function missingYet(ids: readonly SnapshotId[], windowMs: number): string {
  const which = ids.length === 1 ? `Snapshot ${ids[0]} is` : `Snapshots ${ids.join(', ')} are`
  return `${which} not in the list; checking again${windowMs > 0 ? ` for ${formatDuration(windowMs)}` : ''}.`
}

const NAME_ONE = advice('Set `snapshot-id` to the snapshot you mean.')

/** There is nothing to choose from. */
function noneAtAll(server: ServerId): Problem {
  const next = advice('Check `server-id`, or take a snapshot first.')
  return certain('not-found', `Server ${server} has no snapshots.`, NOTHING_CHANGED, next)
}

export function noLatest(server: ServerId, candidates: readonly Snapshot[]): Problem {
  if (candidates.length === 0) return noneAtAll(server)
  const what = `Server ${server} has no snapshot that \`latest\` can use.`
  const state = `\`latest\` only takes completed snapshots that this repository made before a deploy. Nothing was changed.`
  return { ...certain('not-found', what, state, NAME_ONE), candidates }
}

export function latestUndecided(server: ServerId, candidates: readonly Snapshot[]): Problem {
  const what = `\`latest\` cannot tell which snapshot of server ${server} is the newest.`
  const state = 'Neither their dates nor their IDs tell. Nothing was changed.'
  return { ...certain('ambiguous', what, state, NAME_ONE), candidates }
}

export function newerInProgress({ id, server }: Snapshot): string {
  return `A newer snapshot of ${serverText(server)}, ${id}, is in progress; waiting for it before choosing \`latest\`.`
}

export function newerNeverDone({ id, server, status }: Snapshot, candidates: readonly Snapshot[]): Problem {
  const what = `A newer snapshot of ${serverText(server)}, ${id}, did not complete in time (last status: ${status}).`
  return {
    ...certain(
      'not-completed',
      what,
      '`latest` does not fall back to an older one. Nothing was changed.',
      NAME_ONE,
    ),
    candidates,
  }
}

export function listMoves(server: ServerId, candidates: readonly Snapshot[]): Problem {
  const what = `The list of snapshots of server ${server} kept changing while it was read.`
  const state = 'Nothing was chosen or changed.'
  return { ...certain('ambiguous', what, state, { kind: 're-run' }, NAME_ONE), candidates }
}

export function severalOfName(
  server: ServerId,
  name: string,
  ids: readonly SnapshotId[],
  candidates: readonly Snapshot[],
): Problem {
  const what = `Server ${server} has ${ids.length} snapshots named "${name}": ${ids.join(', ')}.`
  return { ...certain('ambiguous', what, NOTHING_CHANGED, NAME_ONE), candidates }
}

export function noneOfName(server: ServerId, name: string, candidates: readonly Snapshot[]): Problem {
  if (candidates.length === 0) return noneAtAll(server)
  const what = `Server ${server} has no snapshot named "${name}".`
  return { ...certain('not-found', what, NOTHING_CHANGED, NAME_ONE), candidates }
}

export function wrongServer(
  guard: readonly ServerId[],
  strangers: readonly Snapshot[],
  allowed: readonly Snapshot[] | undefined,
): Problem {
  const [first] = strangers
  const which =
    strangers.length === 1 && first !== undefined
      ? `Snapshot ${first.id} belongs to ${serverText(first.server)}`
      : `Snapshots ${strangers.map(({ id }) => id).join(', ')} belong to other servers`
  const what = `${which}, but \`server-id\` only allows ${guard.join(', ')}.`
  const next = advice('Set `snapshot-id` to a snapshot of the server you mean, or correct `server-id`.')
  return {
    ...certain('wrong-server', what, `Nothing was changed.${ofAllowed(allowed)}`, next),
    candidates: allowed ?? [],
  }
}

function ofAllowed(allowed: readonly Snapshot[] | undefined): string {
  if (allowed === undefined) return ' The snapshots of the allowed servers could not be read.'
  return allowed.length === 0 ? ' The allowed servers have no completed snapshot.' : ''
}

/** Listed, and the list does not say of which server. */
export function ownerless(ids: readonly SnapshotId[]): Problem {
  const which = ids.length === 1 ? `Snapshot ${ids.join('')} is` : `Snapshots ${ids.join(', ')} are`
  return certain(
    'ambiguous',
    `${which} listed without a server.`,
    'Without knowing its server, nothing is restored or deleted. Nothing was changed.',
    advice('Look it up in the VPS.org panel, or try again later.'),
  )
}

export function lookUpTimedOut(lastFailure: ApiFailure | undefined, remedies: readonly NextStep[]): Problem {
  const failure = lastFailure === undefined ? '' : `${describeFailure(lastFailure)} `
  return certain(
    lastFailure === undefined ? 'timeout' : reasonOf(lastFailure),
    'The snapshots could not be looked up in time.',
    `${failure}Nothing was changed.`,
    ...remedies,
    { kind: 're-run' },
  )
}
