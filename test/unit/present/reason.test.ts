import { describe, expect, it } from 'vitest'
import { overallReason, reasonOf } from '../../../src/present/reason.ts'
import type { Reason } from '../../../src/run/reasons.ts'
import type { ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

const RUNNING = { work: 'restore', snapshot: snapshot('701'), since: NOW } as const
const LEFT = { ...RUNNING, state: 'left running', at: NOW } as const
const DONE: Task = { ...RUNNING, state: 'succeeded', at: NOW, how: 'seen' }
const CANCEL = { by: 'cancel', signal: 'SIGINT' } as const

describe('the reason of one server', () => {
  it.each<[Reason | undefined, Partial<ServerRun>]>([
    [undefined, { task: { state: 'pending' } }],
    [undefined, { task: { state: 'planned', steps: [] } }],
    [undefined, { task: { ...RUNNING, state: 'running' } }],
    [undefined, { task: DONE }],
    [undefined, { task: { ...LEFT, why: 'not awaited' } }],
    ['group-failed', { task: { state: 'skipped', why: 'group failed' } }],
    ['timeout', { task: { state: 'skipped', why: 'out of time' } }],
    ['cancelled', { task: { state: 'skipped', why: 'cancelled' } }],
    ['internal-error', { task: { state: 'skipped', why: 'internal error' } }],
    [undefined, { task: { state: 'skipped', why: 'cancelled' }, goal: 'clean up' }],
    ['lost-answer', { task: { state: 'requested', request: 'create', before: { state: 'pending' } } }],
    ['too-old', { task: { state: 'rejected', problem: problem({ reason: 'too-old' }) } }],
    ['timeout', { task: { state: 'ambiguous', problem: problem({ reason: 'timeout' }) } }],
    [
      'restore-failed',
      { task: { ...RUNNING, state: 'failed', problem: problem({ reason: 'restore-failed' }) } },
    ],
    ['timeout', { task: { ...LEFT, why: 'timed out', lastFailure: undefined } }],
    ['cancelled', { task: { ...LEFT, why: 'cancelled' } }],
    ['cancelled', { task: { ...LEFT, why: 'job cancelled' } }],
    ['internal-error', { task: { ...LEFT, why: 'internal error' } }],
    ['forbidden', { task: { ...LEFT, why: 'unobservable', problem: problem({ reason: 'forbidden' }) } }],
    ['cancelled', { task: DONE, power: { state: 'stopped' } }],
    [
      'start-failed',
      { task: DONE, power: { state: 'start failed', problem: problem({ reason: 'start-failed' }) } },
    ],
    [undefined, { task: DONE, power: { state: 'left stopped' } }],
    [
      'health-check',
      { task: DONE, health: { state: 'failed', problem: problem({ reason: 'health-check' }) } },
    ],
    ['cancelled', { task: DONE, health: { state: 'cut off' } }],
    [undefined, { task: DONE, health: { state: 'checking', since: NOW } }],
    [undefined, { task: DONE, health: { state: 'passed' } }],
  ])('%s: %o', (reason, change) => {
    expect(reasonOf(serverRun(change), undefined)).toBe(reason)
  })

  it('is the mistake of this action where that cut off what came after the task', () => {
    const crash = { by: 'internal error', message: 'x' } as const
    for (const change of [{ health: { state: 'cut off' } }, { power: { state: 'stopped' } }] as const)
      expect(reasonOf(serverRun({ task: DONE, ...change }), crash)).toBe('internal-error')
  })

  it('is that of the task before that of the power, and that before that of the health', () => {
    const task: Task = { state: 'rejected', problem: problem({ reason: 'too-old' }) }
    const power = { state: 'start failed', problem: problem({ reason: 'start-failed' }) } as const
    const health = { state: 'failed', problem: problem({ reason: 'health-check' }) } as const
    expect(reasonOf(serverRun({ task, power, health }), undefined)).toBe('too-old')
    expect(reasonOf(serverRun({ task: DONE, power, health }), undefined)).toBe('start-failed')
  })
})

describe('the reason of all', () => {
  const rejected = (reason: Reason) =>
    serverRun({ task: { state: 'rejected', problem: problem({ reason }) } })

  it('is none where all is green, though the clean-up was cancelled', () => {
    expect(overallReason(operationRun({ servers: [serverRun({ task: DONE })] }))).toBeUndefined()
    const servers = [serverRun({ goal: 'clean up' })]
    expect(overallReason(operationRun({ operation: 'post', servers, cutOff: CANCEL }))).toBeUndefined()
  })

  it('is that of the whole, else that of the worst server, else that it was cancelled', () => {
    const servers = [serverRun({ task: DONE }), rejected('too-old'), rejected('not-completed')]
    expect(overallReason(operationRun({ servers, problem: problem({ reason: 'not-found' }) }))).toBe(
      'not-found',
    )
    expect(overallReason(operationRun({ servers, cutOff: CANCEL }))).toBe('too-old')
    expect(overallReason(operationRun({ servers: [serverRun({ task: DONE })], cutOff: CANCEL }))).toBe(
      'cancelled',
    )
  })

  it('is that this action made a mistake, whatever else is wrong', () => {
    const cutOff = { by: 'internal error', message: 'x' } as const
    const run = operationRun({ servers: [rejected('too-old')], problem: problem(), cutOff })
    expect(overallReason(run)).toBe('internal-error')
  })
})
