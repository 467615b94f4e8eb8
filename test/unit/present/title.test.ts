import { expect, it } from 'vitest'
import { titleOf } from '../../../src/present/title.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { Task, Work } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

const RUNNING = { work: 'snapshot', snapshot: snapshot('801'), since: NOW, at: NOW } as const
const left = serverRun({ task: { ...RUNNING, state: 'left running', why: 'cancelled' } })
function leftTo(work: Work): Task {
  return { ...RUNNING, work, state: 'left running', why: 'cancelled' }
}

const done: Task = { ...RUNNING, state: 'succeeded', how: 'seen' }
const down = { state: 'start failed', problem: problem() } as const
const failed = serverRun({ task: { state: 'rejected', problem: problem() } })
const broken = serverRun({ task: { ...RUNNING, work: 'restore', state: 'failed', problem: problem() } })
const CANCEL = { by: 'cancel', signal: 'SIGINT' } as const

/** A title names the operation, and tells what goes on from what has failed: a tired reader would do it again. */
it.each<[string, Partial<OperationRun>]>([
  ['Snapshot failed', { servers: [failed] }],
  ['Restore failed', { operation: 'restore', servers: [failed, left] }],
  ['Delete failed', { operation: 'delete', problem: problem(), servers: [left] }],
  ['List cancelled', { operation: 'list', cutOff: CANCEL }],
  ['Restore cancelled', { operation: 'restore', problem: problem(), cutOff: CANCEL }],
  // Nobody waits for a wait.
  ['Snapshot still in progress', { operation: 'wait', servers: [left, serverRun({ task: done })] }],
  ['Restore still in progress', { operation: 'wait', servers: [left, { ...left, task: leftTo('restore') }] }],
  ['Deletion still in progress', { operation: 'delete', servers: [{ ...left, task: leftTo('deletion') }] }],
  ['Rollback still in progress', { operation: 'post', rollback: 'due', servers: [left] }],
  ['Snapshot still in progress', { servers: [left], cutOff: CANCEL }],
  ['Snapshot failed', { servers: [{ ...left, power: down }] }],
  [
    'Snapshot cancelled',
    { servers: [serverRun({ task: { state: 'skipped', why: 'cancelled' } })], cutOff: CANCEL },
  ],
  ['Snapshot completed with problems', { servers: [serverRun({ task: done, power: down })] }],
  ['Snapshot completed with problems', { servers: [serverRun({ task: done })], cutOff: CANCEL }],
  ['Not rolled back', { operation: 'post', rollback: 'due', servers: [failed] }],
  ['Not rolled back', { operation: 'post', rollback: 'due', problem: problem() }],
  ['Rollback failed', { operation: 'post', rollback: 'due', servers: [failed, broken] }],
  ['Rollback cancelled', { operation: 'post', rollback: 'due', servers: [failed], cutOff: CANCEL }],
  ['Server not started', { operation: 'post', rollback: 'not due', servers: [{ ...failed, power: down }] }],
  ['End of the job failed', { operation: 'post', rollback: 'not due', problem: problem() }],
  [
    'End of the job ended by an internal error',
    { operation: 'post', servers: [], cutOff: { by: 'internal error', message: 'x' } },
  ],
  [
    'Snapshot ended by an internal error',
    { servers: [failed], cutOff: { by: 'internal error', message: 'x' } },
  ],
])('%s', (title, change) => {
  expect(titleOf(operationRun(change))).toBe(title)
})
