import { expect, it } from 'vitest'
import { ENDS, NAMES, NOT_ROLLED_BACK, NOT_STARTED } from '../../../src/present/messages/titles.ts'
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

function titled(name: keyof typeof NAMES, end: keyof typeof ENDS): string {
  return `${NAMES[name]} ${ENDS[end]}`
}

/** A title names the operation, and tells what goes on from what has failed: a tired reader would do it again. */
it.each<[string, Partial<OperationRun>]>([
  [titled('create', 'failed'), { servers: [failed] }],
  [titled('restore', 'failed'), { operation: 'restore', servers: [failed, left] }],
  [titled('delete', 'failed'), { operation: 'delete', problem: problem(), servers: [left] }],
  [titled('list', 'cancelled'), { operation: 'list', cutOff: CANCEL }],
  [titled('restore', 'cancelled'), { operation: 'restore', problem: problem(), cutOff: CANCEL }],
  // Nobody waits for a wait.
  [titled('create', 'goesOn'), { operation: 'wait', servers: [left, serverRun({ task: done })] }],
  [titled('restore', 'goesOn'), { operation: 'wait', servers: [left, { ...left, task: leftTo('restore') }] }],
  [titled('deletion', 'goesOn'), { operation: 'delete', servers: [{ ...left, task: leftTo('deletion') }] }],
  [titled('post', 'goesOn'), { operation: 'post', rollback: 'due', servers: [left] }],
  [titled('create', 'goesOn'), { servers: [left], cutOff: CANCEL }],
  [titled('create', 'failed'), { servers: [{ ...left, power: down }] }],
  [
    titled('create', 'cancelled'),
    { servers: [serverRun({ task: { state: 'skipped', why: 'cancelled' } })], cutOff: CANCEL },
  ],
  [titled('create', 'troubled'), { servers: [serverRun({ task: done, power: down })] }],
  [titled('create', 'troubled'), { servers: [serverRun({ task: done })], cutOff: CANCEL }],
  [NOT_ROLLED_BACK, { operation: 'post', rollback: 'due', servers: [failed] }],
  [NOT_ROLLED_BACK, { operation: 'post', rollback: 'due', problem: problem() }],
  [titled('post', 'failed'), { operation: 'post', rollback: 'due', servers: [failed, broken] }],
  [titled('post', 'cancelled'), { operation: 'post', rollback: 'due', servers: [failed], cutOff: CANCEL }],
  [NOT_STARTED, { operation: 'post', rollback: 'not due', servers: [{ ...failed, power: down }] }],
  [titled('endOfJob', 'failed'), { operation: 'post', rollback: 'not due', problem: problem() }],
  [
    titled('endOfJob', 'internalError'),
    { operation: 'post', servers: [], cutOff: { by: 'internal error', message: 'x' } },
  ],
  [titled('create', 'internalError'), { servers: [failed], cutOff: { by: 'internal error', message: 'x' } }],
])('%s', (title, change) => {
  expect(titleOf(operationRun(change))).toBe(title)
})
