/** What a request that changes something can come to, and why. */
import type { Snapshot } from '../../../src/domain/entities.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import { advice } from '../../../src/run/next-step.ts'
import type { Problem } from '../../../src/run/problem.ts'
import { type ChangeRequest, type ServerRun, snapshotOf } from '../../../src/run/server-run.ts'
import { problem, snapshot } from './fixtures.ts'
import type { Course, Pick, View } from './histories.ts'

/** The id of the snapshot that a create, or a safety snapshot, makes of a server. */
export const madeId = (run: ServerRun): string => `80${run.server.id.slice(-1)}`
export const safetyId = (run: ServerRun): string => `90${run.server.id.slice(-1)}`

export function made(run: ServerRun, id: string, change: Partial<Snapshot> = {}): Snapshot {
  return snapshot(id, run.server.id, { status: 'in_progress', sizeMb: null, ...change })
}

export const LIST = ['601', '602', '603', '604', '605'] as const

/** Why a request, or a look before it, came to nothing. */
export function refusal({ server: { id } }: ServerRun, pick: Pick): Problem {
  const next = advice('Correct what the API names.')
  return pick(
    problem({ reason: 'unauthorized', what: 'VPS.org rejected the API token (401).', next: [next] }),
    problem({ reason: 'server-error', what: 'POST /snapshots/ was answered with 500.' }),
    problem({
      reason: 'no-free-slot',
      what: `web-server-${id} is full: 5 of 5 snapshot slots are in use.`,
      candidates: LIST.map(each => snapshot(each, id)),
      next: [{ kind: 'delete', snapshot: snapshot('601').id }, { kind: 're-run' }],
    }),
  )
}

export function lost(run: ServerRun, what: string): Problem {
  const next = [{ kind: 'list', server: run.server.id }] as const
  return problem({ reason: 'lost-answer', done: 'unknown', what, next })
}

export function unobservable(run: ServerRun, isRestore: boolean, goesOn = true): ServerEvent {
  const id = snapshotOf(run)?.id
  const follow = id === undefined ? [] : [{ kind: 'follow', snapshot: id, isRestore } as const]
  const next = goesOn ? follow : [advice('Check the token.')]
  const refused = problem({
    reason: 'forbidden',
    what: 'GET /servers/ was answered with 403.',
    state: '',
    next,
  })
  return { type: 'left running', why: 'unobservable', problem: refused }
}

export function timedOut(pick: Pick): ServerEvent {
  const lastFailure = pick(undefined, 'GET /snapshots/ was answered with 503.')
  return { type: 'left running', why: 'timed out', lastFailure }
}

/** A request that changes something, refused and sent again any number of times; true: an answer is outstanding or yes. */
export function* request(
  view: View,
  pick: Pick,
  kind: ChangeRequest,
): Generator<ServerEvent, 'yes' | 'no' | 'lost'> {
  for (;;) {
    yield { type: 'request sent', request: kind }
    const answer = pick('yes', 'yes', 'yes', 'no', 'lost', 'busy', 'full')
    if (answer === 'yes' || answer === 'lost') return answer
    const isFull = answer === 'full' && kind === 'create'
    // After a lost answer that came to nothing, room is made without another refusal.
    if (!isFull || pick(true, true, false)) yield { type: 'request refused' }
    if (answer === 'no') return answer
    if (!isFull) continue
    yield* makeRoom(view, pick)
    if (pick(true, false)) return 'lost'
  }
}

function* makeRoom(view: View, pick: Pick): Course {
  yield { type: 'slots counted', used: 5 }
  const toDelete = snapshot(pick(...LIST), view.server.server.id)
  yield { type: 'request sent', request: 'make room', toDelete }
  if (pick(true, false)) yield { type: 'request refused' }
  const end = pick('deleted', 'gone', 'unknown', undefined)
  if (end === undefined) return
  const deletion = { snapshot: toDelete, by: 'when-full', end } as const
  yield { type: 'deletion ended', deletion }
  yield { type: 'slots counted', used: 4 }
}
