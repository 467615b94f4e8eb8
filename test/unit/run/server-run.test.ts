import { describe, expect, it } from 'vitest'
import {
  type Health,
  hasFailed,
  isAccepted,
  isGood,
  isSkippedWithGroup,
  mayBeDown,
  newServerRun,
  type Power,
  problemsOf,
  type ServerRun,
  snapshotOf,
  type Task,
} from '../../../src/run/server-run.ts'
import { NOW, problem, serverId, serverRun, snapshot } from './fixtures.ts'

const TARGET = snapshot('701')
const RUNNING: Task = { state: 'running', work: 'restore', snapshot: TARGET, since: NOW }
const PROBLEM = problem()

/** A task, whether the API has accepted it, and whether it is good. */
const TASKS: readonly (readonly [Task, accepted: boolean, good: boolean])[] = [
  [{ state: 'pending' }, false, false],
  [{ state: 'planned', steps: [] }, false, true],
  [{ state: 'skipped', why: 'cancelled' }, false, false],
  [{ state: 'rejected', problem: PROBLEM }, false, false],
  [{ state: 'requested', request: 'restore', before: { state: 'pending' } }, false, false],
  [{ state: 'ambiguous', problem: PROBLEM }, false, false],
  [RUNNING, true, false],
  [{ ...RUNNING, state: 'left running', why: 'not awaited', at: NOW }, true, true],
  [{ ...RUNNING, state: 'left running', why: 'job cancelled', at: NOW }, true, false],
  [{ ...RUNNING, state: 'succeeded', how: 'seen', at: NOW }, true, true],
  [{ ...RUNNING, state: 'succeeded', how: 'already gone', at: NOW }, false, true],
  [{ state: 'failed', work: 'restore', snapshot: TARGET, problem: PROBLEM }, true, false],
]

describe.each(TASKS)('a task that is %o', (task, accepted, good) => {
  const run = serverRun({ goal: 'restore', task })

  it(`is ${accepted ? '' : 'not '}accepted and ${good ? '' : 'not '}good`, () => {
    expect(isAccepted(run)).toBe(accepted)
    expect(isGood(run)).toBe(good)
  })

  it('is about the snapshot that it was given', () => {
    expect(snapshotOf(run)).toBe(run.task === task && 'snapshot' in task ? task.snapshot : run.target)
  })

  it('is good where only cleaning up was asked', () => {
    expect(isGood({ ...run, goal: 'clean up' })).toBe(true)
  })
})

it('is about no snapshot where that is gone', () => {
  const gone: Task = { state: 'failed', work: 'snapshot', snapshot: undefined, problem: PROBLEM }
  expect(snapshotOf(serverRun({ goal: 'restore', task: gone }))).toBeUndefined()
})

describe('a server', () => {
  const good: Partial<ServerRun> = { task: { ...RUNNING, state: 'succeeded', how: 'seen', at: NOW } }

  it.each<[Power, boolean]>([
    [{ state: 'untouched' }, false],
    [{ state: 'stop requested', since: NOW }, true],
    [{ state: 'stopped' }, true],
    [{ state: 'start requested', since: NOW }, true],
    [{ state: 'start failed', problem: PROBLEM }, true],
    [{ state: 'started' }, false],
    [{ state: 'left stopped' }, false],
  ])('whose power is %o may be down because of this action: %s', (power, down) => {
    expect(mayBeDown(serverRun({ power }))).toBe(down)
    expect(isGood(serverRun({ ...good, power }))).toBe(!down)
    expect(isGood(serverRun({ goal: 'clean up', power }))).toBe(!down)
  })

  it.each<[Health, boolean]>([
    [{ state: 'not checked' }, true],
    [{ state: 'checking', since: NOW }, false],
    [{ state: 'passed' }, true],
    [{ state: 'failed', problem: PROBLEM }, false],
    [{ state: 'cut off' }, false],
  ])('whose health is %o is good: %s', (health, isHealthy) => {
    expect(isGood(serverRun({ ...good, health }))).toBe(isHealthy)
  })
})

describe('a server has failed', () => {
  it.each<[Task, boolean]>([
    [{ state: 'pending' }, false],
    [{ state: 'planned', steps: [] }, false],
    [{ state: 'requested', request: 'restore', before: { state: 'pending' } }, false],
    [RUNNING, false],
    [{ ...RUNNING, state: 'left running', why: 'not awaited', at: NOW }, false],
    [{ ...RUNNING, state: 'left running', why: 'job cancelled', at: NOW }, true],
    [{ state: 'skipped', why: 'out of time' }, true],
    [{ state: 'rejected', problem: PROBLEM }, true],
    [{ state: 'ambiguous', problem: PROBLEM }, true],
    [{ state: 'failed', work: 'restore', snapshot: TARGET, problem: PROBLEM }, true],
  ])('with a task that is %o: %s', (task, failed) => {
    expect(hasFailed(serverRun({ task }))).toBe(failed)
  })

  it('where it does not start or is not healthy, and not while that is seen to', () => {
    expect(hasFailed(serverRun({ power: { state: 'start failed', problem: PROBLEM } }))).toBe(true)
    expect(hasFailed(serverRun({ power: { state: 'stopped' } }))).toBe(false)
    expect(hasFailed(serverRun({ health: { state: 'failed', problem: PROBLEM } }))).toBe(true)
    expect(hasFailed(serverRun({ health: { state: 'checking', since: NOW } }))).toBe(false)
  })
})

it('is skipped with its group only where that is why', () => {
  expect(isSkippedWithGroup(serverRun({ task: { state: 'skipped', why: 'group failed' } }))).toBe(true)
  expect(isSkippedWithGroup(serverRun({ task: { state: 'skipped', why: 'out of time' } }))).toBe(false)
  expect(isSkippedWithGroup(serverRun())).toBe(false)
})

it('has its problems, the task’s own first', () => {
  const [task, power, health] = ['1', '2', '3'].map(what => problem({ what }))
  const all = { task: { state: 'rejected', problem: task }, power: { state: 'start failed', problem: power } }
  expect(
    problemsOf({ ...serverRun(), ...all, health: { state: 'failed', problem: health } } as ServerRun),
  ).toEqual([task, power, health])
  expect(problemsOf(serverRun())).toEqual([])
})

it('begins with nothing done', () => {
  const facts = { id: serverId('12'), name: 'db' }
  expect(newServerRun('delete', facts, TARGET)).toMatchObject({
    goal: 'delete',
    server: { ...facts, status: undefined, readAt: undefined },
    target: TARGET,
    task: { state: 'pending' },
    power: { state: 'untouched' },
    health: { state: 'not checked' },
    deletions: [],
    phases: [],
  })
  expect(newServerRun('create', facts).target).toBeUndefined()
})
