import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import { cleanUpCutOff } from '../../../src/present/messages/job-end.ts'
import { armed } from '../../../src/present/messages/results.ts'
import { SNAPSHOTS_CONTINUE } from '../../../src/present/messages/server-trouble.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import type { Tone } from '../../../src/report/summary-markup.ts'
import { NOTHING_CHANGED } from '../../../src/run/labels.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { ServerRun, Task } from '../../../src/run/server-run.ts'
import {
  madeBy,
  NOW,
  operationRun,
  problem,
  serverId,
  serverRun,
  snapshot,
  snapshotId,
} from '../run/fixtures.ts'

const CANCEL = { by: 'cancel', signal: 'SIGTERM' } as const
const CRASH = { by: 'internal error', message: 'x is not a function' } as const
const RUNNING = { work: 'snapshot', snapshot: snapshot('801'), since: NOW - 60_000 } as const
const LEFT = { ...RUNNING, state: 'left running', at: NOW } as const
const DONE: Task = { ...RUNNING, state: 'succeeded', at: NOW, how: 'seen' }
const RESTORED: Task = { ...DONE, work: 'restore', snapshot: snapshot('701') }
const REJECTED: Task = { state: 'rejected', problem: problem() }
const ARMED = { restoreOn: [], deleteOn: [], keepLast: undefined, isTooLate: false, isKept: false } as const

function textOf(change: Partial<OperationRun>): string {
  const { headline, state } = verdictOf(operationRun(change), NOW)
  return `${headline} ${state}`.trim()
}

function on(id: string, change: Partial<ServerRun>): ServerRun {
  const run = serverRun(change)
  return { ...run, server: { ...run.server, id: serverId(id), name: `web-${id}` } }
}

describe('the tone', () => {
  const skipped = { operation: 'post', rollback: 'snapshot step not green' } as const
  const cleaned = serverRun({ goal: 'clean up', target: snapshot('701') })
  const deletion = { snapshot: snapshot('601'), by: 'keep-last', end: 'stays' } as const

  it.each<[Tone, Partial<OperationRun>]>([
    ['done', { servers: [serverRun({ task: DONE })] }],
    ['done', { operation: 'list', listed: [] }],
    ['planned', { mode: 'dry run', servers: [serverRun({ task: { state: 'planned', steps: [] } })] }],
    ['failed', { mode: 'dry run', servers: [serverRun({ task: REJECTED })] }],
    ['failed', { servers: [serverRun({ task: REJECTED })] }],
    ['failed', { servers: [serverRun({ task: { ...LEFT, why: 'cancelled' } })] }],
    ['partly', { servers: [serverRun({ task: DONE, power: { state: 'stopped' } })] }],
    ['partly', { servers: [serverRun({ task: DONE }), serverRun({ task: REJECTED })] }],
    // As its title says: what the wait was for is there.
    [
      'partly',
      {
        operation: 'wait',
        servers: [serverRun({ task: { ...DONE, work: 'possible restore' }, health: { state: 'cut off' } })],
      },
    ],
    ['nothing', { ...skipped, servers: [cleaned] }],
    ['nothing', { operation: 'post', servers: [] }],
    ['nothing', { ...skipped, servers: [{ ...cleaned, began: NOW, power: { state: 'started' } }] }],
    ['done', { operation: 'post', servers: [{ ...cleaned, began: NOW, power: { state: 'started' } }] }],
    ['partly', { operation: 'post', servers: [{ ...cleaned, deletions: [deletion] }] }],
    ['done', { operation: 'post', servers: [{ ...cleaned, deletions: [{ ...deletion, end: 'gone' }] }] }],
    [
      'done',
      { operation: 'post', rollback: 'due', servers: [serverRun({ goal: 'restore', task: RESTORED })] },
    ],
    [
      'failed',
      { operation: 'post', rollback: 'due', servers: [serverRun({ goal: 'restore', task: REJECTED })] },
    ],
    // A delete that finds nothing has done nothing.
    ['nothing', { operation: 'delete', absent: [snapshotId('777')] }],
    ['done', { operation: 'delete', deletedUnlisted: [snapshotId('778')] }],
    [
      'done',
      { operation: 'delete', servers: [serverRun({ goal: 'delete', task: { ...DONE, work: 'deletion' } })] },
    ],
  ])('is %s: %o', (tone, change) => {
    expect(verdictOf(operationRun(change), NOW).tone).toBe(tone)
  })
})

describe('a cancel', () => {
  it('before anything was changed is the whole account', () => {
    const servers = [serverRun({ task: { state: 'skipped', why: 'cancelled' } })]
    const before = textOf({ cutOff: CANCEL })
    expect(before).toContain('SIGTERM')
    expect(textOf({ cutOff: CANCEL, servers })).toBe(before)
    expect(textOf({ cutOff: CANCEL, servers: [serverRun()] })).toBe(before)
  })

  it.each<[string, Partial<ServerRun>]>([
    ['a stop', { power: { state: 'stop requested', since: NOW } }],
    ['a safety snapshot', { safety: { snapshot: snapshot('901'), state: 'running', since: NOW } }],
    ['a deletion', { deletions: [{ snapshot: snapshot('601'), by: 'when-full', end: 'deleted' }] }],
    ['an acceptance', { task: { ...LEFT, why: 'cancelled' } }],
  ])('after %s is not told as if nothing had been changed', (_, change) => {
    const task: Task = { state: 'skipped', why: 'cancelled' }
    const text = textOf({ cutOff: CANCEL, servers: [serverRun({ task, ...change })] })
    expect(text).not.toBe(textOf({ cutOff: CANCEL }))
    expect(text).toMatch(/^Cancelled|web-server-11/)
  })

  it('after an unlisted deletion names what was deleted', () => {
    const change = { operation: 'delete', deletedUnlisted: [snapshotId('778')], cutOff: CANCEL } as const
    expect(textOf(change)).toContain('778')
  })

  it('is said once where the only server’s account begins with it', () => {
    for (const task of [
      { ...LEFT, why: 'cancelled' } as const,
      { state: 'skipped', why: 'cancelled' } as const,
    ]) {
      const server = serverRun({ task, power: { state: 'started' } })
      expect(textOf({ cutOff: CANCEL, servers: [server] }).match(/ancelled/g)).toHaveLength(1)
    }
  })

  it.each<[string, Partial<OperationRun>]>([
    ['a problem of the whole', { problem: problem() }],
    [
      'another reason',
      { servers: [serverRun({ task: { ...LEFT, why: 'timed out', lastFailure: undefined } })] },
    ],
    [
      'an outstanding answer',
      {
        servers: [
          serverRun({ task: { state: 'requested', request: 'create', before: { state: 'pending' } } }),
        ],
      },
    ],
    [
      'several servers',
      { servers: [serverRun({ task: { ...LEFT, why: 'cancelled' } }), serverRun({ task: DONE })] },
    ],
    ['nothing left to do', { servers: [serverRun({ task: DONE })] }],
    [
      'the end of a job',
      {
        operation: 'post',
        servers: [serverRun({ goal: 'clean up', task: { state: 'skipped', why: 'cancelled' } })],
      },
    ],
  ])('is said besides %s', (_, change) => {
    expect(textOf({ cutOff: CANCEL, ...change })).toContain('SIGTERM')
  })

  it('of several names what was done by then', () => {
    const deletions = (['deleted', 'stays'] as const).map((end, index) => ({
      snapshot: snapshot(`60${index}`),
      by: 'when-full' as const,
      end,
    }))
    const kept = [{ snapshot: snapshot('609'), by: 'keep-last', end: 'deleted' } as const]
    const servers = [
      serverRun({ task: DONE, deletions: kept }),
      serverRun({
        goal: 'restore',
        task: { state: 'skipped', why: 'cancelled' },
        safety: { snapshot: snapshot('901'), state: 'running', since: NOW },
      }),
      serverRun({
        task: { ...LEFT, why: 'cancelled', snapshot: snapshot('777') },
        safety: { snapshot: snapshot('902'), state: 'completed', since: NOW },
      }),
      serverRun({ task: { ...DONE, how: 'already gone', snapshot: snapshot('888') }, deletions }),
    ]
    const text = textOf({ cutOff: CANCEL, servers })
    for (const id of ['801', '901', '902', '600']) expect(text).toContain(id)
    for (const id of ['601', '609', '888']) expect(text).not.toContain(id)
    // What was accepted and goes on is not among what is done.
    const [, done = ''] = text.split(/Completed[^:]*:/)
    expect(done.match(/\b\d{3}\b/g)).toEqual(['801', '902', '600'])
  })

  it('of several tells of what goes on, and of what was not begun, once for all', () => {
    const left: Task = { ...LEFT, why: 'cancelled' }
    const skipped: Task = { state: 'skipped', why: 'cancelled' }
    const servers = [left, left, skipped, skipped].map((task, at) => on(`${11 + at}`, { task }))
    const { state } = verdictOf(operationRun({ cutOff: CANCEL, servers }), NOW)
    expect(state.split(SNAPSHOTS_CONTINUE)).toHaveLength(2)
    expect(state.match(/web-\d+/g)).toEqual(['web-13', 'web-14'])
  })

  it.each<Partial<ServerRun>>([
    { power: { state: 'stopped' } },
    { power: { state: 'start requested', since: NOW } },
    { health: { state: 'cut off' } },
  ])('after the snapshot of a single server leads with the cancel: %o', change => {
    const servers = [serverRun({ task: DONE, ...change })]
    const { headline, state } = verdictOf(operationRun({ cutOff: CANCEL, servers }), NOW)
    expect(headline).toMatch(/^Cancelled .*801/)
    expect(state).not.toMatch(/ancel|Completed before/)
    expect(state).toContain('web-server-11')
  })

  it('after a restore leads with it, too', () => {
    const task: Task = { ...DONE, work: 'restore' }
    const servers = [serverRun({ goal: 'restore', task, health: { state: 'cut off' } })]
    for (const run of [
      operationRun({ operation: 'restore', cutOff: CANCEL, servers }),
      operationRun({ operation: 'post', rollback: 'due', jobStatus: 'failure', cutOff: CANCEL, servers }),
    ])
      expect(verdictOf(run, NOW).headline).toMatch(/^Cancelled .*restored/)
  })

  it('at the end of the job is the headline, unless a server may be down', () => {
    const deletion = { snapshot: snapshot('601'), by: 'keep-last', end: 'deleted' } as const
    const told = (change: Partial<ServerRun>) =>
      verdictOf(
        operationRun({
          ...{ operation: 'post', cutOff: CANCEL, retention: 'asked', jobStatus: 'success' },
          servers: [serverRun({ goal: 'clean up', ...change })],
        }),
        NOW,
      )
    expect(told({}).headline).toContain('cancelled')
    expect(told({}).state).toBe(cleanUpCutOff(false))
    expect(told({ deletions: [deletion] }).state).toMatch(/601.* other /)
    expect(told({ power: { state: 'stopped' } }).headline).toContain('web-server-11')
    expect(told({ power: { state: 'stopped' } }).state).toContain('cancelled')
  })

  it('of several calls none completed that goes on, names the first ten, and counts the others', () => {
    const done = Array.from({ length: 11 }, (_, index) =>
      serverRun({ task: { ...DONE, snapshot: snapshot(String(811 + index)) } }),
    )
    const servers = [...done, serverRun({ task: { ...LEFT, snapshot: snapshot('822'), why: 'cancelled' } })]
    const text = textOf({ cutOff: CANCEL, servers })
    for (const part of ['811 (', '820 (', '1 more']) expect(text).toContain(part)
    for (const part of ['821 (', '822 (']) expect(text).not.toContain(part)
  })
})

it('begins with a mistake of this action, and has the rest after it', () => {
  const servers = [serverRun({ task: { ...LEFT, why: 'internal error' } })]
  const { headline, state, isGreen } = verdictOf(operationRun({ cutOff: CRASH, servers }), NOW)
  expect(headline).toContain(CRASH.message)
  expect(state).toContain('801')
  expect(state).not.toContain('ancel')
  expect(isGreen).toBe(false)
})

it('has a headline of one line, and says what does not fit after it', () => {
  const what = `Server 11 ${'very '.repeat(40)}long.`
  const { headline, state } = verdictOf(operationRun({ problem: problem({ what }) }), NOW)
  expect(headline).toHaveLength(160)
  expect(headline).toMatch(/^Server 11 very .*…$/)
  expect(state).toBe(`${what} Not done.`)
})

describe('a create', () => {
  it('names the snapshot, the time that it took, and its slot', () => {
    const server = serverRun({ task: DONE, began: NOW - 90_000, slots: 3 })
    const text = textOf({ servers: [server], armed: ARMED })
    for (const fact of ['801', 'web-server-11', 'in 1m (', '5.0 GiB', '3 of 5']) expect(text).toContain(fact)
    expect(textOf({ servers: [serverRun({ task: DONE })] })).toContain('1m (')
    expect(textOf({ servers: [serverRun({ task: DONE })] })).not.toContain('of 5')
  })

  it('says what is armed for the end of the job', () => {
    const armed = (change: Partial<NonNullable<OperationRun['armed']>>, count = 1) => {
      const servers = Array.from({ length: count }, () => serverRun({ task: DONE }))
      return verdictOf(operationRun({ servers, armed: { ...ARMED, ...change } }), NOW).state
    }
    const rollback = armed({ restoreOn: ['failure', 'cancelled'], deleteOn: ['success'], keepLast: 3 })
    expect(rollback).toMatch(/fails.*cancelled.*web-server-11.*succeeds.*succeeds.*3/)
    expect(rollback).not.toContain('restore-on')
    expect(armed({})).toContain('`restore-on`')
    expect(armed({ isTooLate: true })).not.toContain('`restore-on`')
    expect(armed({ isTooLate: true })).not.toBe('')
    expect(armed({ isKept: true })).toContain(armed({}))
    expect(armed({ isKept: true })).not.toBe(armed({}))
    expect(armed({ restoreOn: ['failure'] }, 3)).toContain('3 servers')
    expect(armed({ restoreOn: ['failure'] }, 2)).not.toContain('web-server-11')
    expect(armed({ keepLast: 1 })).not.toBe(armed({ keepLast: 2 }))
    expect(textOf({ servers: [serverRun({ task: DONE })] })).not.toContain('restore-on')
  })

  it('promises no retention for a snapshot without a marker', () => {
    const marked = snapshot('801', '11', madeBy())
    const told = (...snapshots: readonly Snapshot[]) => {
      const servers = snapshots.map(each => serverRun({ task: { ...DONE, snapshot: each } }))
      return verdictOf(operationRun({ servers, armed: { ...ARMED, keepLast: 2 } }), NOW).state
    }
    expect(told(marked)).not.toContain('marker')
    // One that is not known has none that anybody could see.
    const unknown = operationRun({ servers: [serverRun()] })
    expect(armed(unknown, { ...ARMED, keepLast: 2 })).toContain('marker')
    expect(told(snapshot('801'))).toMatch(/marker/)
    expect(told(snapshot('801'))).not.toMatch(/\d of /)
    expect(told(marked, snapshot('801'))).toMatch(/\b1 of .* marker/)
    expect(told(snapshot('801'), snapshot('801'))).toMatch(/\b2 of .* marker/)
    const failed = operationRun({ servers: [serverRun({ task: DONE })], armed: ARMED, jobStatus: 'failure' })
    expect(verdictOf(failed, NOW).state).not.toContain('marker')
  })

  it('promises nothing for the end of a job that cannot come, or that the runner does not tell', () => {
    const armed = (
      jobStatus: OperationRun['jobStatus'],
      change: Partial<NonNullable<OperationRun['armed']>>,
    ) => {
      const servers = [serverRun({ task: DONE }), serverRun({ task: DONE })]
      return verdictOf(operationRun({ jobStatus, servers, armed: { ...ARMED, ...change } }), NOW).state
    }
    // A job that has failed does not succeed any more.
    expect(armed('failure', { keepLast: 3 })).toBe(armed('failure', {}))
    expect(armed('failure', { deleteOn: ['success'] })).toBe(armed('failure', {}))
    expect(armed('failure', { deleteOn: ['success', 'failure'] })).toBe(
      armed('failure', { deleteOn: ['failure'] }),
    )
    const promised = armed('success', { restoreOn: ['failure'] })
    expect(armed('unknown', { restoreOn: ['failure'] })).toMatch(/^.*`job-status`/)
    expect(armed('unknown', { restoreOn: ['failure'] }).startsWith(promised)).toBe(true)
    expect(armed('unknown', {})).toBe(armed('success', {}))
    expect(armed('success', { isKept: true })).not.toBe(armed('success', {}))
  })

  it('that is not awaited names the snapshot, and says which step arms', () => {
    const left = serverRun({ task: { ...LEFT, why: 'not awaited' } })
    for (const servers of [[left], [left, left]]) {
      const { state, isGreen } = verdictOf(operationRun({ mode: 'no wait', servers }), NOW)
      expect(isGreen).toBe(true)
      expect(state).toContain('operation: wait')
    }
    expect(textOf({ mode: 'no wait', servers: [left] })).toContain('801')
  })

  it('as a dry run names its servers, and that nothing was changed', () => {
    const planned = (id: string) => on(id, { task: { state: 'planned', steps: [] } })
    for (const servers of [[planned('11')], [planned('11'), planned('12')]])
      for (const { server } of servers) expect(textOf({ mode: 'dry run', servers })).toContain(server.name)
  })

  it('of a group counts, and names what failed, but not what was skipped for it', () => {
    const failed = on('12', { task: REJECTED })
    const servers = [
      on('11', { task: DONE }),
      failed,
      on('13', { task: { state: 'skipped', why: 'group failed' } }),
    ]
    const text = textOf({ servers })
    expect(text).toContain('1 of 3')
    expect(text).toContain('web-12')
    expect(text).not.toContain('web-13')
    const ended = [250_000, 100_000].map(ms => serverRun({ task: DONE, ended: NOW + ms }))
    expect(textOf({ servers: ended })).toMatch(/^2 of 2 .* 4m 10s\./)
  })

  it.each<[string, Partial<ServerRun>]>([
    ['a snapshot was accepted', { task: { ...LEFT, why: 'cancelled' } }],
    ['that is not known', { task: { state: 'ambiguous', problem: problem({ done: 'unknown' }) } }],
    [
      'an answer is outstanding',
      { task: { state: 'requested', request: 'create', before: { state: 'pending' } } },
    ],
    ['a server was stopped', { task: REJECTED, power: { state: 'started' } }],
    [
      'a snapshot was deleted for it',
      { task: REJECTED, deletions: [{ snapshot: snapshot('601'), by: 'when-full', end: 'gone' }] },
    ],
  ])('of a group does not claim that nothing was changed where %s', (_, change) => {
    const untouched = { task: { state: 'skipped', why: 'group failed' } } as const
    const end = (servers: readonly ServerRun[]) =>
      verdictOf(operationRun({ servers }), NOW).state.split('. ').at(-1)
    const nothing = end([on('11', { task: REJECTED }), on('12', untouched)])
    expect(end([on('11', change), on('12', untouched)])).not.toBe(nothing)
  })

  it('of a group says that nothing was changed once', () => {
    const state = (task: Task) =>
      verdictOf(operationRun({ servers: [on('11', { task }), on('12', { task })] }), NOW).state
    expect(state(REJECTED).match(/Not done/g)).toHaveLength(2)
    expect(state(REJECTED).split(NOTHING_CHANGED)).toEqual([expect.stringContaining('Not done'), ''])
    expect(state({ state: 'skipped', why: 'out of time' }).endsWith(NOTHING_CHANGED)).toBe(true)
  })

  it('has its own problem, or nothing at all', () => {
    expect(textOf({ problem: problem(), servers: [serverRun()] })).toBe('It failed. Not done.')
    expect(textOf({})).toBe('')
  })
})
