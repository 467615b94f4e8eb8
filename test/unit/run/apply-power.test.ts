import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/run/apply.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import type { Health, Power, ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, problem, serverRun, snapshot } from './fixtures.ts'

const PROBLEM = problem()
const OLD = snapshot('701')
const NEW = snapshot('801', '11', { status: 'in_progress' })
const RUNNING: Task = { state: 'running', work: 'snapshot', snapshot: NEW, since: NOW - 60_000 }

function now(change: Partial<ServerRun>, event: ServerEvent): ServerRun {
  return apply(serverRun(change), event, NOW)
}

describe('the power', () => {
  const stopping: Power = { state: 'stop requested', since: NOW - 20_000 }
  const starting: Power = { state: 'start requested', since: NOW - 20_000 }
  const bar = { from: NOW - 20_000, to: NOW, failed: false }

  it.each<[Power, ServerEvent, Power, ServerRun['phases']]>([
    [{ state: 'untouched' }, { type: 'stop requested' }, { state: 'stop requested', since: NOW }, []],
    [stopping, { type: 'stopped' }, { state: 'stopped' }, [{ ...bar, kind: 'stop' }]],
    // The stop may still land.
    [stopping, { type: 'stop failed', problem: PROBLEM }, stopping, [{ ...bar, kind: 'stop', failed: true }]],
    [{ state: 'stopped' }, { type: 'start requested' }, { state: 'start requested', since: NOW }, []],
    [starting, { type: 'started' }, { state: 'started' }, [{ ...bar, kind: 'start' }]],
    [
      starting,
      { type: 'start failed', problem: PROBLEM },
      { state: 'start failed', problem: PROBLEM },
      [{ ...bar, kind: 'start', failed: true }],
    ],
    // A start that was never asked for has no length.
    [{ state: 'stopped' }, { type: 'started' }, { state: 'started' }, []],
    [stopping, { type: 'start failed', problem: PROBLEM }, { state: 'start failed', problem: PROBLEM }, []],
    [{ state: 'untouched' }, { type: 'left stopped' }, { state: 'left stopped' }, []],
  ])('%o, then %o', (power, event, expected, phases) => {
    const run = now({ power }, event)
    expect(run.power).toEqual(expected)
    expect(run.phases).toEqual(phases)
  })

  it('moves the end of the work once the server is as wanted, not before', () => {
    const ended = NOW - 1_000
    expect(now({ power: { state: 'stopped' }, ended }, { type: 'start requested' }).ended).toBe(ended)
    expect(now({ power: starting, ended }, { type: 'started' }).ended).toBe(NOW)
    expect(now({ power: starting }, { type: 'started' }).ended).toBeUndefined()
  })
})

describe('the health', () => {
  const checking: Health = { state: 'checking', since: NOW - 5_000 }
  const bar = { kind: 'health check', from: NOW - 5_000, to: NOW } as const

  it.each<[Health, ServerEvent, Health, ServerRun['phases']]>([
    [{ state: 'not checked' }, { type: 'health check began' }, { state: 'checking', since: NOW }, []],
    [checking, { type: 'health check passed' }, { state: 'passed' }, [{ ...bar, failed: false }]],
    [
      checking,
      { type: 'health check failed', problem: PROBLEM },
      { state: 'failed', problem: PROBLEM },
      [{ ...bar, failed: true }],
    ],
    [
      { state: 'not checked' },
      { type: 'health check passed' },
      { state: 'passed' },
      [{ ...bar, from: NOW, failed: false }],
    ],
    [checking, { type: 'cancelled' }, { state: 'cut off' }, []],
    [checking, { type: 'abandoned' }, { state: 'cut off' }, []],
    [{ state: 'passed' }, { type: 'cancelled' }, { state: 'passed' }, []],
  ])('%o, then %o', (health, event, expected, phases) => {
    const run = now({ health }, event)
    expect(run.health).toEqual(expected)
    expect(run.phases).toEqual(phases)
  })

  it('ends the work with its check', () => {
    expect(now({ health: checking, ended: 1 }, { type: 'health check passed' }).ended).toBe(NOW)
  })
})

describe('the phases of the work', () => {
  const began = NOW - 90_000
  const bar = { kind: 'snapshot', from: NOW - 60_000, to: NOW, failed: false } as const

  it.each<[ServerEvent, ServerRun['phases']]>([
    [{ type: 'succeeded' }, [bar]],
    [{ type: 'failed', problem: PROBLEM }, [{ ...bar, failed: true }]],
    [{ type: 'left running', why: 'timed out', lastFailure: undefined }, [{ ...bar, failed: true }]],
    // What nobody waited for has no length.
    [{ type: 'left running', why: 'not awaited' }, []],
  ])('%o', (event, phases) => {
    const run = now({ task: RUNNING, began }, event)
    expect(run.phases).toEqual(phases)
    expect(run.ended).toBe(NOW)
  })

  it('are of snapshots and restores, not of what takes no time', () => {
    const task = (work: 'restore' | 'deletion' | 'possible restore'): Task => ({ ...RUNNING, work })
    expect(now({ task: task('restore') }, { type: 'succeeded' }).phases).toEqual([
      { ...bar, kind: 'restore' },
    ])
    expect(now({ task: task('deletion') }, { type: 'succeeded' }).phases).toEqual([])
    expect(now({ task: task('possible restore') }, { type: 'succeeded' }).phases).toEqual([])
    expect(now({}, { type: 'failed', problem: PROBLEM }).phases).toEqual([])
  })

  it('have an end only where they had a beginning, which is the first', () => {
    expect(now({}, { type: 'failed', problem: PROBLEM }).ended).toBeUndefined()
    expect(now({ task: RUNNING, began }, { type: 'accepted', work: 'restore', snapshot: OLD }).ended).toBe(
      undefined,
    )
    expect(now({}, { type: 'began' }).began).toBe(NOW)
    expect(now({ began }, { type: 'began' }).began).toBe(began)
  })

  it('have the safety snapshot’s, which failed unless it is completed', () => {
    const safety = { snapshot: NEW, state: 'running', since: NOW - 60_000 } as const
    const ended = (state: 'completed' | 'failed') => now({ safety }, { type: 'safety snapshot ended', state })
    expect(ended('completed').safety?.state).toBe('completed')
    expect(ended('completed').phases).toEqual([{ ...bar, kind: 'safety snapshot' }])
    expect(ended('failed').phases).toEqual([{ ...bar, kind: 'safety snapshot', failed: true }])
    const none = serverRun()
    expect(apply(none, { type: 'safety snapshot ended', state: 'failed' }, NOW)).toBe(none)
    expect(now({}, { type: 'safety snapshot accepted', snapshot: NEW }).safety).toEqual({
      ...safety,
      since: NOW,
    })
  })
})
