import { describe, expect, it } from 'vitest'
import { isGreen, overallStatus, statusOf, worstServer } from '../../../src/present/status.ts'
import type { Health, Power, ServerRun, Task, Work } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverRun, snapshot, snapshotId } from '../run/fixtures.ts'

const PROBLEM = problem()

function running(work: Work): Extract<Task, { state: 'running' }> {
  return { state: 'running', work, snapshot: snapshot('701'), since: NOW }
}

function left(work: Work, why: 'not awaited' | 'cancelled' | 'internal error' | 'job cancelled'): Task {
  return { ...running(work), state: 'left running', at: NOW, why }
}

const timedOut: Task = {
  ...running('restore'),
  ...{ state: 'left running', at: NOW, why: 'timed out', lastFailure: undefined },
}
const unobservable: Task = {
  ...running('restore'),
  ...{ state: 'left running', at: NOW, why: 'unobservable', problem: PROBLEM },
}

function succeeded(work: Work): Task {
  return { ...running(work), state: 'succeeded', at: NOW, how: 'seen' }
}

const FAILED: Task = { state: 'failed', work: 'restore', snapshot: undefined, problem: PROBLEM }

describe('the status of one server', () => {
  it.each<[Task, string]>([
    [{ state: 'pending' }, 'failed'],
    [{ state: 'skipped', why: 'group failed' }, 'failed'],
    [{ state: 'rejected', problem: PROBLEM }, 'failed'],
    [FAILED, 'failed'],
    [{ state: 'planned', steps: [] }, 'planned'],
    [{ state: 'requested', request: 'create', before: { state: 'pending' } }, 'unknown'],
    [{ state: 'ambiguous', problem: PROBLEM }, 'unknown'],
    [running('snapshot'), 'in_progress'],
    [running('restore'), 'restoring'],
    [running('possible restore'), 'in_progress'],
    [running('deletion'), 'unknown'],
    [left('snapshot', 'not awaited'), 'in_progress'],
    [left('restore', 'internal error'), 'restoring'],
    [unobservable, 'restoring'],
    [timedOut, 'timed_out'],
    [left('restore', 'cancelled'), 'cancelled'],
    [left('restore', 'job cancelled'), 'cancelled'],
    [succeeded('snapshot'), 'completed'],
    [succeeded('restore'), 'restored'],
    [succeeded('possible restore'), 'completed'],
    [succeeded('deletion'), 'deleted'],
  ])('%o: %s', (task, status) => {
    expect(statusOf(serverRun({ task }))).toBe(status)
  })
})

// Worst first, of red servers; then what a green one can be.
const RED: readonly (readonly [string, Partial<ServerRun>])[] = [
  ['unknown', { task: { state: 'ambiguous', problem: PROBLEM } }],
  ['failed', { task: FAILED }],
  ['timed_out', { task: timedOut }],
  ['cancelled', { task: left('restore', 'cancelled') }],
  ['restoring', { task: unobservable }],
  ['in_progress', { task: left('snapshot', 'internal error') }],
]
const GREEN: readonly (readonly [string, Partial<ServerRun>])[] = [
  ['restoring', { task: left('restore', 'not awaited') }],
  ['in_progress', { task: left('snapshot', 'not awaited') }],
  ['planned', { task: { state: 'planned', steps: [] } }],
  ['completed', { task: succeeded('snapshot') }],
  ['restored', { task: succeeded('restore') }],
  ['deleted', { task: succeeded('deletion') }],
]

describe('the status of all', () => {
  const all = [...RED, ...GREEN]

  it.each(all.map(([status], index) => [status, index] as const))('is the worst: %s', (status, index) => {
    const servers = all.slice(index).map(([, change]) => serverRun(change))
    expect(overallStatus(operationRun({ servers: servers.toReversed() }))).toBe(status)
  })

  it('is failed where there is nothing, and by the problem of the whole', () => {
    expect(overallStatus(operationRun())).toBe('failed')
    expect(overallStatus(operationRun({ problem: problem() }))).toBe('failed')
    expect(overallStatus(operationRun({ problem: problem({ done: 'unknown' }) }))).toBe('unknown')
  })

  it('is what was done where only the runner’s files fail', () => {
    const lost = problem({ reason: 'runner-files' })
    const servers = [serverRun({ task: succeeded('snapshot') })]
    expect(overallStatus(operationRun({ servers, problem: lost }))).toBe('completed')
    expect(overallStatus(operationRun({ servers, problem: problem() }))).toBe('failed')
    expect(overallStatus(operationRun({ servers: [serverRun()], problem: lost }))).toBe('failed')
  })

  it('is deleted where that was done before, or without a list', () => {
    expect(overallStatus(operationRun({ absent: [snapshotId('777')] }))).toBe('deleted')
    expect(overallStatus(operationRun({ deletedUnlisted: [snapshotId('777')] }))).toBe('deleted')
  })

  it('is what was done where a server is worse off than its task', () => {
    const servers = [serverRun({ task: succeeded('snapshot'), power: { state: 'stopped' } })]
    expect(overallStatus(operationRun({ servers }))).toBe('completed')
  })
})

describe('the worst server', () => {
  it('is the one that stands worst, the first of equals', () => {
    const servers = RED.map(([, change]) => serverRun(change)).toReversed()
    expect(worstServer(operationRun({ servers }))).toBe(servers.at(-1))
    const equal = [serverRun({ task: FAILED }), serverRun({ task: FAILED })]
    expect(worstServer(operationRun({ servers: equal }))).toBe(equal[0])
  })

  it('is one that has done its task, and is down, only where no other is worse', () => {
    const down = serverRun({ task: succeeded('snapshot'), power: { state: 'stopped' } })
    const slow = serverRun({ task: left('snapshot', 'internal error') })
    expect(worstServer(operationRun({ servers: [down, slow] }))).toBe(slow)
    expect(worstServer(operationRun({ servers: [down] }))).toBe(down)
  })

  it('is not one that was skipped because of another, which knows why', () => {
    const skipped = serverRun({ task: { state: 'skipped', why: 'group failed' } })
    const failed = serverRun({ task: FAILED })
    const late = serverRun({ task: { state: 'skipped', why: 'out of time' } })
    expect(worstServer(operationRun({ servers: [skipped, failed] }))).toBe(failed)
    expect(worstServer(operationRun({ servers: [skipped, late] }))).toBe(late)
    expect(worstServer(operationRun({ servers: [skipped, serverRun({ task: timedOut })] }))?.task).toBe(
      timedOut,
    )
    const down = serverRun({ task: succeeded('snapshot'), power: { state: 'stopped' } })
    expect(worstServer(operationRun({ servers: [skipped, down] }))).toBe(down)
    expect(worstServer(operationRun({ servers: [skipped] }))).toBe(skipped)
  })

  it('is none where all is good', () => {
    const servers = GREEN.map(([, change]) => serverRun(change))
    expect(worstServer(operationRun({ servers }))).toBeUndefined()
  })
})

describe('a stage', () => {
  const good = serverRun({ task: succeeded('snapshot') })
  const cancel = { by: 'cancel', signal: 'SIGINT' } as const
  const crash = { by: 'internal error', message: 'x' } as const

  it('is green where every server is good', () => {
    expect(isGreen(operationRun({ servers: [good] }))).toBe(true)
    expect(isGreen(operationRun({ servers: [good, serverRun()] }))).toBe(false)
    expect(isGreen(operationRun({ servers: [good], problem: PROBLEM }))).toBe(false)
    expect(isGreen(operationRun({ servers: [good], cutOff: cancel }))).toBe(false)
    expect(isGreen(operationRun({ servers: [good], cutOff: crash }))).toBe(false)
  })

  it('that cleans up after a job is green though it is cancelled, unless a server may be down', () => {
    const cleanUp = (change: Partial<ServerRun>) =>
      operationRun({
        operation: 'post',
        servers: [serverRun({ goal: 'clean up', ...change })],
        cutOff: cancel,
      })
    const down: Power = { state: 'start requested', since: NOW }
    const cutOff: Health = { state: 'cut off' }
    expect(isGreen(cleanUp({}))).toBe(true)
    expect(isGreen(cleanUp({ power: down }))).toBe(false)
    expect(isGreen({ ...cleanUp({}), cutOff: crash })).toBe(false)
    expect(isGreen(cleanUp({ goal: 'restore' }))).toBe(false)
    expect(isGreen(cleanUp({ goal: 'restore', task: succeeded('restore') }))).toBe(true)
    expect(isGreen(cleanUp({ goal: 'restore', task: succeeded('restore'), power: down }))).toBe(false)
    expect(isGreen(cleanUp({ goal: 'restore', task: succeeded('restore'), health: cutOff }))).toBe(false)
  })
})
