import * as operationMessages from '../../../src/operations/messages.ts'
import * as rollbackMessages from '../../../src/operations/rollback-messages.ts'
import * as serverMessages from '../../../src/requests/server-messages.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import { serverLabel } from '../../../src/run/labels.ts'
import type { Problem } from '../../../src/run/problem.ts'
import { hasFailed, isGood, mayBeDown, type ServerRun, snapshotOf } from '../../../src/run/server-run.ts'
import * as waitingMessages from '../../../src/waiting/messages.ts'
import { problem, server, snapshot, snapshotId } from './fixtures.ts'
import type { Course, Pick, View } from './histories.ts'
import { LIST, lost, made, madeId, refusal, request, safetyId, timedOut, unobservable } from './requests.ts'

/** How a create can be told to go. */
export interface CreateHow {
  readonly stop: boolean
  readonly awaited: boolean
  readonly health: boolean
}

/** One server of a create whose preflight is over. */
export function* createOne(view: View, pick: Pick, { stop, awaited, health }: CreateHow): Course {
  if (view.run.servers.some(hasFailed)) return yield { type: 'skipped', why: 'group failed' }
  const hurdle = pick('none', 'none', 'none', 'none', 'late', 'unready')
  if (hurdle === 'late') return yield { type: 'skipped', why: 'out of time' }
  if (hurdle === 'unready') return yield { type: 'failed', problem: notSettled(view.server) }
  yield { type: 'began' }
  if (!stop) return yield* takeOne(view, pick, awaited)
  yield { type: 'stop requested' }
  yield { type: 'status seen', status: 'stopping' }
  const refused = refusal(view.server, pick)
  if (pick(true, true, false)) {
    yield { type: 'stopped' }
    yield* takeOne(view, pick, true)
  } else yield { type: 'stop failed', problem: serverMessages.notStopped(view.server, refused) }
  yield* start(view, pick)
  if (view.server.power.state === 'started' && isGood(view.server) && health) yield* checkHealth(view, pick)
}

function notSettled(run: ServerRun): Problem {
  const late = waitingMessages.unready(run, 1_800_000, {
    server: { ...server(run.server.id), since: 0 },
    lastFailure: undefined,
  })
  return operationMessages.notSettledForCreate(late, run)
}

function* takeOne(view: View, pick: Pick, awaited: boolean): Course {
  const answer = yield* request(view, pick, 'create')
  const { server: run } = view
  if (answer === 'no') return yield { type: 'failed', problem: refusal(run, pick) }
  if (answer === 'lost' && pick(true, false))
    return yield {
      type: 'failed',
      problem: lost(run, `It is unknown whether a snapshot of ${serverLabel(run)} was started.`),
    }
  yield { type: 'accepted', work: 'snapshot', snapshot: made(run, madeId(run)) }
  if (!awaited) return yield { type: 'left running', why: 'not awaited' }
  yield* snapshotEnd(view, pick)
}

/** How the wait for a snapshot ends. */
function* snapshotEnd({ server: run }: View, pick: Pick): Course {
  const id = snapshotOf(run)?.id ?? madeId(run)
  const [label, failed] = [`Snapshot ${id} of ${serverLabel(run)}`, made(run, id, { status: 'failed' })]
  yield pick<ServerEvent>(
    { type: 'succeeded', snapshot: made(run, id, { status: 'completed', sizeMb: 5_120 }) },
    { type: 'succeeded', snapshot: made(run, id, { status: 'completed', sizeMb: null, createdAt: null }) },
    { type: 'failed', problem: waitingMessages.snapshotFailed(label, failed), snapshot: failed },
    { type: 'failed', problem: waitingMessages.snapshotGone(label), snapshot: 'gone' },
    timedOut(pick),
    unobservable(run, false),
  )
}

/** The start of a server that this action stopped. */
function* start(view: View, pick: Pick): Course {
  if (pick(true, false, false)) {
    yield { type: 'server read', server: server(view.server.server.id) }
    return yield { type: 'started' }
  }
  if (pick(true, true, false)) yield { type: 'start requested' }
  const refused = refusal(view.server, pick)
  yield pick<ServerEvent>(
    { type: 'started' },
    { type: 'start failed', problem: serverMessages.notStartedAgain(view.server, refused) },
  )
}

function* checkHealth(view: View, pick: Pick): Course {
  yield { type: 'health check began' }
  const failed = waitingMessages.unhealthy(view.server, 300_000, ['https://shop.example/: answered 503'])
  yield pick<ServerEvent>({ type: 'health check passed' }, { type: 'health check failed', problem: failed })
}

/** How a restore can be told to go. */
export interface RestoreHow {
  readonly waitFor: 'completion' | 'acceptance' | 'grace period'
  readonly safety: boolean
  readonly health: boolean
}

/** One server of a restore. */
export function* restoreOne(view: View, pick: Pick, how: RestoreHow): Course {
  const hurdle = pick('none', 'none', 'none', 'none', 'late', 'too old', 'restoring')
  const { server: run } = view
  const snapshotId = snapshotOf(run)?.id
  if (snapshotId === undefined) return
  if (hurdle === 'late') return yield { type: 'skipped', why: 'out of time' }
  const tooOld = { why: 'too old', ageMs: 90_000_000, maxAgeMs: 86_400_000 } as const
  if (hurdle === 'too old') {
    const candidates = [snapshot('602', run.server.id)]
    const rejected = rollbackMessages.rejected(run, snapshot(snapshotId, run.server.id), tooOld, candidates)
    return yield { type: 'failed', problem: rejected }
  }
  if (how.safety && !(yield* takeSafety(view, pick))) return
  yield { type: 'began' }
  yield { type: 'server read', server: server(run.server.id) }
  if (hurdle === 'restoring') {
    yield { type: 'status seen', status: 'restoring' }
    return yield {
      type: 'failed',
      problem: serverMessages.alreadyRestoring(run, 'Nothing was sent.', snapshotId),
    }
  }
  const answer = yield* request(view, pick, 'restore')
  const unclear = lost(run, `It is unknown whether ${serverLabel(run)} is being overwritten.`)
  // A page in the API's place looks like a refusal, and tells nothing of what is behind it.
  if (answer === 'no')
    return yield { type: 'failed', problem: pick(true, false, false, false) ? unclear : refusal(run, pick) }
  if (answer === 'lost' && pick(true, false)) return yield { type: 'failed', problem: unclear }
  yield { type: 'accepted', work: 'restore', snapshot: run.target ?? snapshot(snapshotId) }
  if (how.waitFor === 'grace period')
    yield { type: 'left running', why: pick('job cancelled', 'not awaited') }
  yield { type: 'status seen', status: 'restoring' }
  if (how.waitFor === 'acceptance') yield { type: 'left running', why: 'not awaited' }
  if (how.waitFor === 'completion') yield* restoreEnd(view, pick, how.health)
}

function* takeSafety(view: View, pick: Pick): Generator<ServerEvent, boolean> {
  const { server: run } = view
  const answer = yield* request(view, pick, 'safety snapshot')
  const failed = (why: Problem): ServerEvent => ({
    type: 'failed',
    problem: rollbackMessages.safetyFailed(run, why),
  })
  if (answer === 'no' || (answer === 'lost' && pick(true, false))) {
    yield failed(answer === 'no' ? refusal(run, pick) : lost(run, 'It is unknown whether it was started.'))
    return false
  }
  yield { type: 'safety snapshot accepted', snapshot: made(run, safetyId(run)) }
  const isCompleted = pick(true, true, false)
  yield { type: 'safety snapshot ended', state: isCompleted ? 'completed' : 'failed' }
  if (!isCompleted) yield failed(waitingMessages.snapshotGone(`Snapshot ${safetyId(run)}`))
  return isCompleted
}

/** How the wait for a restore ends, and what comes then. */
function* restoreEnd(view: View, pick: Pick, health: boolean): Course {
  const { server: run } = view
  const end = pick('seen', 'seen', 'never seen', 'failed', 'timed out', 'unobservable')
  if (end === 'timed out') return yield timedOut(pick)
  if (end === 'unobservable') return yield unobservable(run, true)
  if (end === 'failed') {
    const id = snapshotOf(run)?.id ?? snapshotId('701')
    return yield { type: 'failed', problem: waitingMessages.restoreFailed(run, id, 'error') }
  }
  const phase = pick('active', 'active', 'stopped')
  yield { type: 'status seen', status: phase }
  yield { type: 'succeeded', how: end }
  if (phase === 'active' && mayBeDown(view.server)) yield { type: 'started' }
  if (phase === 'stopped' && pick(true, false)) return yield { type: 'left stopped' }
  if (phase === 'stopped') {
    yield { type: 'start requested' }
    const failed = serverMessages.powerTimedOut(run, 'start')
    yield pick<ServerEvent>({ type: 'started' }, { type: 'start failed', problem: failed })
    if (view.server.power.state === 'start failed') return
  }
  if (health) yield* checkHealth(view, pick)
}

/** One snapshot of a delete. */
export function* deleteOne(view: View, pick: Pick): Course {
  const { server: run } = view
  const target = run.target ?? snapshot('701')
  yield { type: 'began' }
  const answer = yield* request(view, pick, 'delete')
  if (answer === 'no') return yield { type: 'failed', problem: refusal(run, pick) }
  if (answer === 'lost') {
    // A list may show that nothing was done.
    const unknown = lost(run, 'DELETE had no answer in time.')
    return yield { type: 'failed', problem: pick(unknown, unknown, refusal(run, pick)) }
  }
  if (pick(true, false, false)) return yield { type: 'succeeded', snapshot: target, how: 'already gone' }
  yield { type: 'accepted', work: 'deletion', snapshot: target }
  const next = [{ kind: 'list', server: run.server.id }] as const
  const state = operationMessages.deletionUnobservable(target)
  const refused = problem({
    reason: 'forbidden',
    what: 'GET /snapshots/ was answered with 403.',
    state,
    next,
  })
  yield pick<ServerEvent>({ type: 'succeeded' }, timedOut(pick), {
    type: 'left running',
    why: 'unobservable',
    problem: refused,
  })
}

/** One snapshot of a wait. */
export function* waitOne(view: View, pick: Pick, health: boolean): Course {
  const { server: run } = view
  const target = run.target ?? snapshot('701')
  yield { type: 'began' }
  if (pick(true, false)) {
    yield { type: 'accepted', work: 'snapshot', snapshot: target }
    yield* snapshotEnd(view, pick)
    if (isGood(view.server) && health) yield* checkHealth(view, pick)
    return
  }
  yield { type: 'accepted', work: 'possible restore', snapshot: target }
  const seen = pick('restoring', 'active', 'stopped', 'error', 'timed out', 'unobservable')
  if (seen === 'timed out') return yield timedOut(pick)
  if (seen === 'unobservable') return yield unobservable(run, true, false)
  yield { type: 'server read', server: server(run.server.id, { status: seen }) }
  if (seen === 'restoring') {
    yield { type: 'accepted', work: 'restore', snapshot: target }
    return yield* restoreEnd(view, pick, health)
  }
  if (seen === 'error') return yield { type: 'failed', problem: operationMessages.brokenServer(view.server) }
  yield { type: 'succeeded' }
  if (health) yield* checkHealth(view, pick)
}

/** What the end of the job does to one server before a restore: the start of one that the main stage left stopped. */
export function* startStopped(view: View, pick: Pick): Course {
  if (!mayBeDown(view.server)) return
  yield { type: 'began' }
  yield* start(view, pick)
}

/** What `delete-on` and `keep-last` do to one server. */
export function* cleanUp(view: View, pick: Pick, by: 'delete-on' | 'keep-last'): Course {
  const { server: run } = view
  const items = by === 'delete-on' ? [snapshotOf(run)?.id ?? '701'] : LIST.slice(0, pick(0, 1, 2))
  for (const id of items) {
    const end = pick('deleted', 'gone', 'stays', 'unknown')
    yield { type: 'deletion ended', deletion: { snapshot: snapshot(id, run.server.id), by, end } }
  }
  if (by === 'keep-last') {
    const reason = { kind: 'newest', count: 3 } as const
    yield { type: 'kept', kept: [{ snapshot: snapshot('605', run.server.id), reason }] }
  }
}
