import { describe, expect, it } from 'vitest'
import { reRun } from '../../../src/present/messages/way-out.ts'
import { nextStepsOf, renderNextSteps, renderSteps } from '../../../src/present/next-steps.ts'
import { advice, type NextStep } from '../../../src/run/next-step.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverId, serverRun, snapshot, snapshotId } from '../run/fixtures.ts'

const ID = snapshotId('701')
const RUNNING = { snapshot: snapshot('701'), since: NOW } as const
const DONE: Task = { ...RUNNING, work: 'restore', state: 'succeeded', at: NOW, how: 'seen' }
const LIST: NextStep = { kind: 'list', server: serverId('11') }
const START: NextStep = { kind: 'start server', server: 'web-server-11' }
const CANCEL = { by: 'cancel', signal: 'SIGINT' } as const
const CRASH = { by: 'internal error', message: 'x' } as const

function follow(id: string, isRestore = false): NextStep {
  return { kind: 'follow', snapshot: snapshotId(id), isRestore }
}

function left(
  work: 'snapshot' | 'restore' | 'deletion',
  why: 'cancelled' | 'internal error' | 'not awaited',
): Task {
  return { ...RUNNING, work, state: 'left running', at: NOW, why }
}

function rejected(...next: readonly NextStep[]): Task {
  return { state: 'rejected', problem: problem({ next }) }
}

function stepsOf(server: Partial<ServerRun>, change: Partial<OperationRun> = {}): readonly NextStep[] {
  return nextStepsOf(
    operationRun({ operation: 'restore', servers: [serverRun({ goal: 'restore', ...server })], ...change }),
  )
}

describe('the next steps for one server', () => {
  it.each<[string, Partial<ServerRun>, readonly NextStep[]]>([
    ['follow a snapshot that goes on', { task: left('snapshot', 'cancelled') }, [follow('701')]],
    ['follow a restore that goes on', { task: left('restore', 'internal error') }, [follow('701', true)]],
    ['look whether a deletion has ended', { task: left('deletion', 'cancelled') }, [LIST]],
    [
      'follow a restore for which nobody wanted to wait',
      { task: left('restore', 'not awaited') },
      [follow('701', true)],
    ],
    [
      'are none for a deletion for which nobody wanted to wait',
      { task: left('deletion', 'not awaited') },
      [],
    ],
    [
      'look at an application of which nothing tells whether it was restored',
      { task: { ...DONE, how: 'never seen' } },
      [{ kind: 'check application', server: 'web-server-11', isRestored: false }],
    ],
    [
      'are none where its health check has told',
      { task: { ...DONE, how: 'never seen' }, health: { state: 'passed' } },
      [],
    ],
    ['start a server that is left down', { task: DONE, power: { state: 'stopped' } }, [START]],
    [
      'are those of the refusal where the API said no more',
      {
        task: {
          ...RUNNING,
          ...{ work: 'restore', state: 'left running', at: NOW, why: 'unobservable' },
          problem: problem({ next: [follow('701', true)] }),
        },
      },
      [follow('701', true)],
    ],
    [
      'look what became of a request without an answer',
      { task: { state: 'requested', request: 'restore', before: { state: 'pending' } } },
      [LIST],
    ],
    [
      'do what a cancel kept from being begun',
      { task: { state: 'skipped', why: 'cancelled' } },
      [{ kind: 'restore', snapshot: ID }],
    ],
    [
      'restore what there was no time for, not once more what has been restored',
      { task: { state: 'skipped', why: 'out of time' } },
      [{ kind: 'restore', snapshot: ID }],
    ],
    [
      'do what a crash kept from being begun',
      { task: { state: 'skipped', why: 'internal error' }, goal: 'delete' },
      [{ kind: 'delete', snapshot: ID }],
    ],
    [
      'run again where a snapshot was not begun',
      { task: { state: 'skipped', why: 'cancelled' }, goal: 'create' },
      [{ kind: 're-run' }],
    ],
    [
      'run again where the group failed',
      { task: { state: 'skipped', why: 'group failed' }, goal: 'create' },
      [{ kind: 're-run' }],
    ],
    [
      'are none for what is only cleaned up',
      { task: { state: 'skipped', why: 'cancelled' }, goal: 'clean up' },
      [],
    ],
    [
      'are those of its problems, the task’s first',
      {
        task: rejected(advice('A.')),
        power: { state: 'start failed', problem: problem({ next: [START] }) },
        health: { state: 'failed', problem: problem({ next: [advice('B.')] }) },
      },
      [advice('A.'), START, advice('B.')],
    ],
    [
      'are none where all is done',
      { task: { ...RUNNING, work: 'restore', state: 'succeeded', at: NOW, how: 'seen' } },
      [],
    ],
  ])('%s', (_, server, steps) => {
    expect(stepsOf(server)).toEqual(steps)
  })

  it('look at a server whose health check was cut off, and do not restore it again', () => {
    const steps = stepsOf({ task: DONE, health: { state: 'cut off' } }, { cutOff: CANCEL })
    expect(steps).toEqual([{ kind: 'check application', server: 'web-server-11', isRestored: false }])
  })

  it('are none for a server that a create left down: the end of the job starts it', () => {
    expect(stepsOf({ task: DONE, power: { state: 'stopped' } }, { operation: 'create' })).toEqual([])
  })

  it('restore by hand what the end of the job could not: nobody runs that again', () => {
    const post = { operation: 'post', rollback: 'due' } as const
    const restore: NextStep = { kind: 'restore', snapshot: ID }
    expect(stepsOf({ task: rejected(advice('A.')) }, post)).toEqual([restore, advice('A.')])
    expect(stepsOf({ task: rejected(follow('701', true)) }, post)).toEqual([follow('701', true)])
    expect(stepsOf({ task: rejected(restore) }, post)).toEqual([restore])
    expect(stepsOf({ task: rejected(), target: undefined }, post)).toEqual([])
    // What does not exist cannot be restored.
    const gone: Task = { state: 'rejected', problem: problem({ reason: 'not-found' }) }
    expect(stepsOf({ task: gone }, post)).toEqual([])
    expect(stepsOf({ task: rejected(), goal: 'clean up' }, post)).toEqual([])
  })
})

describe('the next steps of the whole', () => {
  it('begin with those of its own problem', () => {
    expect(stepsOf({ task: rejected(advice('B.')) }, { problem: problem({ next: [advice('A.')] }) })).toEqual(
      [advice('A.'), advice('B.')],
    )
  })

  it('are those of what failed, and none of what was skipped for it', () => {
    const skipped = serverRun({ goal: 'restore', task: { state: 'skipped', why: 'group failed' } })
    const bad = serverRun({ goal: 'restore', task: rejected(advice('A.')) })
    const of = (...servers: readonly ServerRun[]) =>
      nextStepsOf(operationRun({ operation: 'restore', servers }))
    expect(of(bad, skipped)).toEqual([advice('A.')])
    expect(of(skipped)).toEqual([{ kind: 'restore', snapshot: ID }])
  })

  it.each<[ServerRun['goal'], NextStep[], NextStep]>([
    ['create', [{ kind: 're-run' }], { kind: 're-run' }],
    ['restore', [{ kind: 'restore', snapshot: ID }], { kind: 're-run' }],
    ['delete', [{ kind: 'delete', snapshot: ID }], { kind: 're-run' }],
    ['wait', [follow('701')], { kind: 're-run' }],
  ])('are to do what was not begun of a %s, as far as it is known', (goal, steps, otherwise) => {
    const task = { state: 'skipped', why: 'out of time' } as const
    expect(stepsOf({ goal, task, target: goal === 'create' ? undefined : snapshot('701') })).toEqual(steps)
    expect(stepsOf({ goal, task, target: undefined })).toEqual([otherwise])
    expect(stepsOf({ goal: 'clean up', task, target: snapshot('701') })).toEqual([])
  })

  it('are to report a mistake of this action, and to follow what goes on', () => {
    const [report, ...others] = stepsOf({ task: left('restore', 'internal error') }, { cutOff: CRASH })
    expect(report?.kind).toBe('advice')
    expect(others).toEqual([follow('701', true)])
  })

  it('are to run it again where a cancel left nothing to do', () => {
    expect(nextStepsOf(operationRun({ cutOff: CANCEL }))).toEqual([{ kind: 're-run' }])
    expect(nextStepsOf(operationRun({ cutOff: CANCEL, operation: 'post' }))).toEqual([])
    expect(nextStepsOf(operationRun())).toEqual([])
  })

  it('are to restore by hand if need be, where the runner did not say how the job ended', () => {
    const post = { operation: 'post', rollback: 'job status unknown' } as const
    const unknown = (change: Partial<ServerRun>) => stepsOf({ goal: 'clean up', ...change }, post)
    const [condition, restore, ...others] = unknown({})
    expect([condition?.kind, restore, others]).toEqual(['advice', { kind: 'restore', snapshot: ID }, []])
    expect(unknown({ target: undefined })).toEqual([])
    expect(unknown({ target: snapshot('701', '11', { status: 'in_progress' }) })).toEqual([])
    expect(renderSteps(unknown({ power: { state: 'stopped' } }))).toMatch(/Start web-server-11.*restore/)
  })

  it('are to do for real what a dry run has planned', () => {
    const planned = serverRun({ task: { state: 'planned', steps: [] } })
    expect(nextStepsOf(operationRun({ mode: 'dry run', servers: [planned] }))).toHaveLength(1)
    expect(renderNextSteps(operationRun({ mode: 'dry run', servers: [planned] }))).not.toContain('701')
    const two = [serverRun({ ...planned, target: snapshot('701') }), planned]
    // Of exactly the snapshots that were shown: `latest` may be another one by then.
    for (const operation of ['restore', 'delete'] as const)
      expect(renderNextSteps(operationRun({ mode: 'dry run', operation, servers: two }))).toContain(': 701`')
    const servers = [planned, serverRun({ task: rejected(advice('A.')) })]
    expect(nextStepsOf(operationRun({ mode: 'dry run', servers }))).toEqual([advice('A.')])
  })
})

describe('as sentences, the next steps', () => {
  it('are none where there are none', () => {
    expect(renderSteps([])).toBeUndefined()
  })

  it('become one for all that differ only in what they are about, in the order in which they came', () => {
    for (const kind of ['restore', 'delete'] as const) {
      const text = renderSteps(['803', '801', '803'].map(id => ({ kind, snapshot: snapshotId(id) })))
      expect(text).toContain('`snapshot-id: 803,801`')
      expect(text).toContain(`operation: ${kind}`)
    }
    const servers = renderSteps(['12', '11'].map(id => ({ kind: 'list', server: serverId(id) })))
    expect(servers).toContain('`server-id: 12,11`')
    expect(renderSteps([follow('801'), follow('802')])).toContain('`snapshot-id: 801,802`')
  })

  it('keep what follows a restore apart from what follows a snapshot', () => {
    const text = renderSteps([follow('801'), follow('802', true)])
    expect(text).toContain('`snapshot-id: 801`')
    expect(text).toContain('`snapshot-id: 802`')
  })

  it('are each said once, and different ones apart', () => {
    const steps = [advice('B.'), advice('A.'), advice('B.')]
    expect(renderSteps(steps)).toBe('B. A.')
    const start = renderSteps([START, START])
    expect(start).toBe(renderSteps([START]))
    expect(renderSteps([{ kind: 're-run' }, { kind: 're-run' }])).toBe(renderSteps([{ kind: 're-run' }]))
  })

  it('run it again only after what is to be done first', () => {
    expect(renderSteps([{ kind: 're-run' }, advice('A.')])).toMatch(/^A, then re-run/)
    expect(renderSteps([{ kind: 're-run' }, follow('801')])).toMatch(/`snapshot-id: 801`, then re-run/)
  })

  it('do not run it again in the sentence that says what the action does', () => {
    expect(renderSteps([{ kind: 're-run' }, START], true)).toBe(
      reRun([renderSteps([START], true) ?? ''], true),
    )
  })

  it('are one for all servers that are to be looked at, started, or tried', () => {
    for (const kind of ['check server', 'start server'] as const)
      expect(renderSteps(['web-1', 'web-2'].map(server => ({ kind, server })))).toContain('web-1, web-2 in')
    const tried = (isRestored: boolean) =>
      renderSteps(['web-1', 'web-2'].map(server => ({ kind: 'check application', server, isRestored })))
    expect(tried(false)).toMatch(/^[^.]*web-1, web-2\.$/)
    expect(tried(true)).toMatch(/^[^.]*web-1, web-2\. [^.]*older one\.$/)
  })

  it('do not send to the panel twice for one server', () => {
    const check = (server: string): NextStep => ({ kind: 'check server', server })
    expect(renderSteps([check('web-server-11'), START])).toBe(renderSteps([START]))
    expect(renderSteps([check('web-2'), START])).toContain('Check web-2')
  })

  it.each<NextStep>([{ kind: 'restore', snapshot: ID }, START, { kind: 're-run' }, follow('701')])(
    'are to try again only where there is no other way out: %o',
    step => {
      const again: NextStep = { kind: 'try again', text: 'Try again later.' }
      expect(renderSteps([again, step])).toBe(renderSteps([step]))
      expect(renderSteps([again, advice('A.')])).toBe('A. Try again later.')
    },
  )

  it('begin with a server that is down', () => {
    const steps: readonly NextStep[] = [follow('701', true), advice('A.'), START]
    expect(renderSteps(steps)).toMatch(new RegExp(`^${renderSteps([START])}`))
  })

  it('are three at most', () => {
    expect(renderSteps(['A.', 'B.', 'C.', 'D.'].map(advice))).toBe('A. B. C.')
  })

  it('name thirty snapshots, and how many there are besides', () => {
    const ids = Array.from({ length: 31 }, (_, index) => `${801 + index}`)
    expect(renderSteps(ids.map(id => follow(id)))).toContain(`${ids.slice(0, 30).join(',')} and 1 more`)
    expect(renderSteps(ids.slice(1).map(id => follow(id)))).toContain(`${ids.slice(1).join(',')}\``)
  })

  it('list everything where no server is known', () => {
    expect(renderSteps([{ kind: 'list', server: undefined }])).not.toContain('server-id')
  })

  it('tell of the start at the end of the job only where there is one', () => {
    const servers = [serverRun({ task: rejected(START) })]
    const start = (operation: OperationRun['operation']) =>
      renderNextSteps(operationRun({ operation, servers }))
    expect(start('create')).toBe(renderSteps([START], true))
    expect(start('wait')).toBe(renderSteps([START]))
    expect(start('create')).not.toBe(start('wait'))
  })
})
