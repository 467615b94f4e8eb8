/** Everything that can happen in each operation, from its first event to its last: of one server, and of groups of three. */
import type fc from 'fast-check'
import * as operationMessages from '../../../src/operations/messages.ts'
import * as rollbackMessages from '../../../src/operations/rollback-messages.ts'
import { isGreen } from '../../../src/present/status.ts'
import type { Armed, OperationRun } from '../../../src/run/operation-run.ts'
import { newServerRun, type Power, type ServerRun } from '../../../src/run/server-run.ts'
import { cleanUp, createOne, deleteOne, restoreOne, startStopped, waitOne } from './courses.ts'
import { problem, server, serverId, snapshot, snapshotId } from './fixtures.ts'
import { type History, histories, type Pick, Teller } from './histories.ts'
import { refusal } from './requests.ts'

const RARELY = Array.from({ length: 9 }, () => false)

type Goal = ServerRun['goal']

function found(teller: Teller, goal: Goal, count: number, power: Power = { state: 'untouched' }): void {
  const servers = Array.from({ length: count }, (_, index) => {
    const id = `${11 + index}`
    const target = goal === 'create' ? undefined : snapshot(`${701 + index}`, id)
    const name = goal === 'create' ? '' : `web-server-${id}`
    return { ...newServerRun(goal, { id: serverId(id), name }, target), power }
  })
  teller.all({ type: 'servers found', servers })
}

function create(pick: Pick): History {
  const mode = pick<OperationRun['mode']>('wait', 'wait', 'no wait', 'dry run')
  const teller = new Teller({ operation: 'create', mode }, pick)
  found(teller, 'create', pick(1, 3))
  if (pick(true, ...RARELY)) {
    const [first] = teller.run.servers
    if (first !== undefined) teller.all({ type: 'failed', problem: refusal(first, pick) })
    return teller.history
  }
  teller.sideBySide(function* ({ server: run }) {
    yield { type: 'slots counted', used: pick(0, 3, 5) }
    const state = pick('read', 'read', 'read', 'read', 'unreadable', 'refused')
    if (state === 'read') yield { type: 'server read', server: server(run.server.id) }
    if (state === 'unreadable') yield { type: 'server unreadable' }
    if (state === 'refused') yield { type: 'failed', problem: refusal(run, pick) }
  })
  if (teller.run.servers.some(({ task }) => task.state === 'rejected')) {
    for (const [index, { task }] of teller.run.servers.entries())
      if (task.state === 'pending') teller.one(index, { type: 'skipped', why: 'group failed' })
    return teller.history
  }
  if (mode === 'dry run') {
    for (const index of teller.run.servers.keys())
      teller.one(index, { type: 'planned', steps: ['Would do it.'] })
    return teller.history
  }
  const armed = armedBy(pick)
  teller.all({ type: 'armed', armed })
  const how = {
    stop: mode === 'wait' && pick(true, false),
    awaited: mode === 'wait',
    health: pick(true, false),
  }
  teller.sideBySide(view => createOne(view, pick, how))
  loseState(teller, armed)
  return teller.history
}

function armedBy(pick: Pick): Armed {
  return {
    restoreOn: pick([], ['failure'] as const),
    deleteOn: [],
    keepLast: pick(undefined, 3),
    isTooLate: false,
    isKept: pick(false, true),
  }
}

/** Now and then the runner's file is full in the end. */
function loseState(teller: Teller, { restoreOn }: Armed): void {
  if (!teller.pick(true, ...RARELY)) return
  const why = 'ENOSPC: no space left on device'
  teller.all({ type: 'state lost', why })
  if (restoreOn.length > 0 && isGreen(teller.run))
    teller.all({ type: 'failed', problem: rollbackMessages.disarmed(why) })
}

function restore(pick: Pick): History {
  const mode = pick<OperationRun['mode']>('wait', 'wait', 'no wait', 'dry run')
  const teller = new Teller({ operation: 'restore', mode }, pick)
  if (pick(true, ...RARELY)) {
    const absent = rollbackMessages.notFound([snapshotId('777')], pick(undefined, [], [snapshot('601')]))
    teller.all({ type: 'failed', problem: absent })
    if (pick(true, false)) return teller.history
  }
  found(teller, 'restore', pick(1, 3))
  if (mode === 'dry run') {
    for (const [index, run] of teller.run.servers.entries()) {
      teller.one(index, { type: 'status seen', status: 'active' })
      if (pick(true, false)) teller.one(index, { type: 'planned', steps: ['Would do it.'] })
      else teller.one(index, { type: 'failed', problem: refusal(run, pick) })
    }
    return teller.history
  }
  const waitFor = mode === 'no wait' ? 'acceptance' : pick('completion', 'completion', 'grace period')
  const how = { waitFor, safety: pick(true, false), health: pick(true, false) } as const
  teller.sideBySide(view => restoreOne(view, pick, how))
  return teller.history
}

function remove(pick: Pick): History {
  const mode = pick<OperationRun['mode']>('wait', 'wait', 'no wait', 'dry run')
  const teller = new Teller({ operation: 'delete', mode }, pick)
  const absent = pick([], [snapshotId('777')])
  const deleted = mode === 'dry run' ? [] : pick([], [snapshotId('778')])
  if (absent.length > 0) teller.all({ type: 'absent', ids: absent, deleted: [] })
  if (deleted.length > 0) teller.all({ type: 'absent', ids: absent, deleted })
  else if (mode !== 'dry run' && pick(true, ...RARELY))
    teller.all({
      type: 'failed',
      problem: problem({ reason: 'server-error', done: pick('unknown', 'nothing') }),
    })
  const isEmpty = absent.length > 0 || deleted.length > 0 || teller.run.problem !== undefined
  found(teller, 'delete', isEmpty ? pick(0, 1, 3) : pick(1, 3))
  if (mode !== 'dry run') teller.sideBySide(view => deleteOne(view, pick))
  else
    for (const [index, run] of teller.run.servers.entries())
      teller.one(
        index,
        pick(true, false)
          ? { type: 'planned', steps: ['Would do it.'] }
          : { type: 'failed', problem: refusal(run, pick) },
      )
  return teller.history
}

function wait(pick: Pick): History {
  const teller = new Teller({ operation: 'wait' }, pick)
  const isAbsent = pick(true, ...RARELY)
  if (isAbsent)
    teller.all({ type: 'failed', problem: operationMessages.nothingToWaitFor([snapshotId('777')]) })
  found(teller, 'wait', pick(1, 3))
  const isArming = pick(true, false)
  const isForeign = isArming && pick(true, ...RARELY)
  if (isForeign) teller.all({ type: 'failed', problem: operationMessages.notOfThisRun([snapshot('701')]) })
  // What is not there, or not this run's, is not armed, and nothing else is done.
  if (isForeign || (isArming && isAbsent)) return teller.history
  const armed = isArming ? armedBy(pick) : undefined
  if (armed !== undefined) teller.all({ type: 'armed', armed })
  const health = pick(true, false)
  teller.sideBySide(view => waitOne(view, pick, health))
  if (armed !== undefined) loseState(teller, armed)
  return teller.history
}

function list(pick: Pick): History {
  const teller = new Teller({ operation: 'list' }, pick)
  const snapshots = [snapshot('701'), snapshot('702', '12', { status: 'failed', createdAt: null })]
  if (pick(true, false))
    teller.all({
      type: 'listed',
      snapshots: pick([], snapshots),
      asked: [serverId('11')],
      unclear: { ownerless: pick([], [snapshotId('703')]), unreadable: pick(0, 2) },
    })
  else
    teller.all({
      type: 'failed',
      problem: refusal(newServerRun('wait', { id: serverId('11'), name: '' }), pick),
    })
  return teller.history
}

function endOfJob(pick: Pick): History {
  const jobStatus = pick<OperationRun['jobStatus']>('success', 'failure', 'cancelled', 'unknown')
  const teller = new Teller({ operation: 'post', jobStatus }, pick)
  const rollback =
    jobStatus === 'unknown'
      ? pick('not due', 'job status unknown')
      : jobStatus === 'success'
        ? 'not due'
        : pick('not due', 'due', 'due', 'snapshot step not green')
  teller.all({ type: 'rollback', rollback })
  // What the main stage left is in the records with which the post stage begins.
  const power = pick<Power>(
    { state: 'untouched' },
    { state: 'started' },
    { state: 'stopped' },
    { state: 'stop requested', since: 0 },
  )
  found(teller, rollback === 'due' ? 'restore' : 'clean up', pick(1, 3), power)
  teller.sideBySide(view => startStopped(view, pick))
  if (jobStatus === 'unknown') return teller.history
  const waitFor = jobStatus === 'cancelled' ? 'grace period' : 'completion'
  const how = { waitFor, safety: false, health: pick(true, false) } as const
  if (rollback === 'due') teller.sideBySide(view => restoreOne(view, pick, how))
  else if (pick(true, false)) teller.sideBySide(view => cleanUp(view, pick, 'delete-on'))
  if (!pick(true, false)) return teller.history
  if (jobStatus !== 'success') {
    teller.all({ type: 'retention', retention: 'job not successful' })
    return teller.history
  }
  teller.all({ type: 'retention', retention: 'asked' })
  if (pick(true, false)) teller.all({ type: 'retention', retention: 'list unreadable' })
  else teller.sideBySide(view => cleanUp(view, pick, 'keep-last'))
  return teller.history
}

/** The histories of each operation. */
export const STORIES: Readonly<Record<OperationRun['operation'], fc.Arbitrary<History>>> = {
  create: histories(create),
  restore: histories(restore),
  delete: histories(remove),
  list: histories(list),
  wait: histories(wait),
  post: histories(endOfJob),
}
