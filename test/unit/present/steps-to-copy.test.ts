import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandsFor, stepsToCopy } from '../../../src/present/steps-to-copy.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { Problem } from '../../../src/run/problem.ts'
import type { ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, ORIGIN, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

interface Copied {
  readonly operation: string
  readonly 'server-id': string | number
  readonly 'snapshot-id': string | number
}

/** Each step as `operation server-id snapshot-id`, out of its YAML. */
function copied(change: Partial<OperationRun>): readonly string[] {
  return stepsToCopy(operationRun(change), ORIGIN).map(({ yaml }) => {
    const [step]: readonly { readonly with: Copied }[] = parse(yaml)
    return `${step?.with.operation} ${step?.with['server-id']} ${step?.with['snapshot-id']}`
  })
}

function running(id: string, status = 'completed', server = '11') {
  return { work: 'snapshot', snapshot: snapshot(id, server, { status }), since: NOW, at: NOW } as const
}

function failed(change: Partial<Problem>): Task {
  return { state: 'rejected', problem: problem(change) }
}

function restoring(task: Task, change: Partial<ServerRun> = {}): ServerRun {
  return serverRun({ goal: 'restore', task, ...change })
}

const DONE: Task = { ...running('801'), state: 'succeeded', how: 'seen' }
const LEFT: Task = { ...running('801', 'in_progress'), state: 'left running', why: 'cancelled' }

describe('after a create', () => {
  it('is the step that restores what it made, or the one that resumes its wait', () => {
    expect(copied({ servers: [serverRun({ task: DONE })] })).toEqual(['restore 11 801'])
    // What is still in progress is waited for first.
    expect(copied({ servers: [serverRun({ task: LEFT })] })).toEqual(['wait 11 801'])
  })

  it('is one step for all servers', () => {
    const other = serverRun({
      task: { ...running('802', 'completed', '12'), state: 'succeeded', how: 'seen' },
    })
    const servers = [
      serverRun({ task: DONE }),
      { ...other, server: { ...other.server, id: snapshot('1', '12').server.id } },
    ]
    expect(copied({ servers })).toEqual(['restore 11,12 801,802'])
  })

  it('is none that restores what failed, or what does not exist', () => {
    const bad: Task = {
      state: 'failed',
      work: 'snapshot',
      snapshot: snapshot('801', '11', { status: 'error' }),
      problem: problem(),
    }
    expect(copied({ servers: [serverRun({ task: bad })] })).toEqual([])
    expect(copied({ servers: [serverRun()] })).toEqual([])
  })

  it('is the step that frees a slot where the server is full', () => {
    const { id } = snapshot('601')
    const task = failed({ reason: 'no-free-slot', next: [{ kind: 'delete', snapshot: id }] })
    expect(copied({ servers: [serverRun({ task })] })).toEqual(['delete 11 601'])
    expect(copied({ servers: [], problem: problem({ next: [{ kind: 'delete', snapshot: id }] }) })).toEqual(
      [],
    )
  })
})

it('is for the server that a step is about: as a guard another would refuse it', () => {
  const { id } = snapshot('601')
  const full = serverRun({ task: failed({ next: [{ kind: 'delete', snapshot: id }] }) })
  const second = { ...full, server: { ...full.server, id: snapshot('1', '12').server.id } }
  expect(copied({ servers: [serverRun({ task: LEFT }), second] })).toEqual(['wait 11 801', 'delete 12 601'])
  const other = { ...serverRun({ task: LEFT }), server: second.server }
  expect(copied({ operation: 'wait', servers: [full, other] })).toContain('wait 12 801')
  // The whole may name one that no server does.
  const whole = problem({ next: [{ kind: 'delete', snapshot: id }] })
  expect(copied({ servers: [serverRun({ task: LEFT })], problem: whole })).toContain('delete 11 601')
})

describe.each(['restore', 'post'] as const)('after a %s', operation => {
  const change = { operation, rollback: 'due' } as const

  it('is none where it worked', () => {
    expect(copied({ ...change, servers: [restoring({ ...DONE, work: 'restore' })] })).toEqual([])
  })

  it('frees the slot that a safety snapshot needs, and does not restore without it', () => {
    const next = [{ kind: 'delete', snapshot: snapshot('601').id }] as const
    expect(copied({ ...change, servers: [restoring(failed({ next }))] })).toEqual(['delete 11 601'])
  })

  it('is the step that restores what could not be restored', () => {
    const bad: Task = { state: 'failed', work: 'restore', snapshot: snapshot('701'), problem: problem() }
    for (const task of [failed({}), bad, { state: 'skipped', why: 'out of time' } as const])
      expect(copied({ ...change, servers: [restoring(task)] })).toEqual(['restore 11 701'])
  })

  it.each(['too-old', 'not-completed'] as const)('is another snapshot where that one is %s', reason => {
    const candidates = [snapshot('603'), snapshot('602')]
    expect(copied({ ...change, servers: [restoring(failed({ reason, candidates }))] })).toEqual([
      'restore 11 603',
    ])
    expect(copied({ ...change, servers: [restoring(failed({ reason }))] })).toEqual([])
    // One that failed half-way may have left nothing to start from: another is better where there is one.
    const bad = { state: 'failed', work: 'restore', snapshot: snapshot('701') } as const
    const task: Task = { ...bad, problem: problem({ candidates }) }
    expect(copied({ ...change, servers: [restoring(task)] })).toEqual(['restore 11 603'])
    const other = failed({ reason: 'refused', candidates })
    expect(copied({ ...change, servers: [restoring(other)] })).toEqual(['restore 11 701'])
  })

  it('is none where the server is restoring, or may be', () => {
    const ambiguous: Task = { state: 'ambiguous', problem: problem({ done: 'unknown' }) }
    const busy = failed({
      reason: 'already-restoring',
      next: [{ kind: 'follow', snapshot: snapshot('701').id, isRestore: true }],
    })
    expect(copied({ ...change, servers: [restoring(ambiguous)] })).toEqual([])
    const safety = failed({ next: [{ kind: 'follow', snapshot: snapshot('901').id, isRestore: false }] })
    expect(copied({ ...change, servers: [restoring(safety)] })).toContain('restore 11 701')
    expect(copied({ ...change, servers: [restoring(busy)] })).toEqual(['wait 11 701'])
  })
})

it('is nothing that restores after a wait, a delete or a list', () => {
  for (const operation of ['wait', 'delete', 'list'] as const)
    expect(copied({ operation, servers: [restoring(failed({}))] })).toEqual([])
})

describe('the lines to run next', () => {
  const operationsIn = (change: Partial<OperationRun>) =>
    commandsFor(operationRun(change), ORIGIN).map(line => /operation=(\w+)/.exec(line)?.[1])
  const failedCheck: Partial<ServerRun> = { health: { state: 'failed', problem: problem() } }

  it('are none where all is well', () => {
    expect(operationsIn({ servers: [serverRun({ task: DONE })] })).toEqual([])
  })

  it('overwrite a server only where that is what to do next', () => {
    expect(operationsIn({ servers: [serverRun({ task: DONE, ...failedCheck })] })).toEqual([])
    const next = [{ kind: 'restore', snapshot: snapshot('801').id }, { kind: 're-run' }] as const
    const advised: Partial<ServerRun> = { health: { state: 'failed', problem: problem({ next }) } }
    expect(operationsIn({ servers: [serverRun({ task: DONE, ...advised })] })).toEqual(['restore'])
    for (const operation of ['restore', 'post'] as const)
      expect(operationsIn({ operation, rollback: 'due', servers: [restoring(failed({}))] })).toEqual([
        'restore',
      ])
  })

  it('restore where only a person knows whether a rollback is due', () => {
    const change = { operation: 'post', rollback: 'job status unknown' } as const
    expect(operationsIn({ ...change, servers: [serverRun({ goal: 'restore' })] })).toEqual(['restore'])
  })
})

it('can be pasted, and has the line that starts the form by hand', () => {
  const [step, ...others] = stepsToCopy(operationRun({ servers: [serverRun({ task: DONE })] }), ORIGIN)
  expect(others).toEqual([])
  expect(parse(step?.yaml ?? '')).toEqual([
    {
      uses: 'octo/vps-snapshot-action@v1',
      with: {
        ...{ operation: 'restore', 'api-token': '${{ secrets.VPS_API_TOKEN }}' },
        ...{ 'server-id': 11, 'snapshot-id': 801 },
      },
    },
  ])
  expect(step?.command).toBe(
    'gh workflow run vps-snapshots.yml -f operation=restore -f server-id=11 -f snapshot-id=801 -f dry-run=false',
  )
})

it('warns of what overwrites a server, and of nothing else', () => {
  const servers = [serverRun({ task: DONE }), serverRun({ task: LEFT })]
  // What a restore has to wait for comes before it.
  const [wait, restore] = stepsToCopy(operationRun({ servers }), ORIGIN)
  expect(restore?.yaml).toMatch(/^# /)
  expect(wait?.yaml).toMatch(/^- uses: /)
  expect(restore?.title).not.toBe(wait?.title)
})
