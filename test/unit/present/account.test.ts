import { describe, expect, it } from 'vitest'
import {
  failuresText,
  furtherFailures,
  tallyOf,
  textOf,
  whatWentWrong,
} from '../../../src/present/account.ts'
import { joined } from '../../../src/present/messages/phrases.ts'
import type { Deletion, Health, Power, ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverId, serverRun, snapshot } from '../run/fixtures.ts'

const RUNNING = { work: 'restore', snapshot: snapshot('701'), since: NOW } as const
const LEFT = { ...RUNNING, state: 'left running', at: NOW } as const
const DONE: Task = { ...RUNNING, state: 'succeeded', at: NOW, how: 'seen' }
const START_FAILED: Power = { state: 'start failed', problem: problem({ what: 'No start.', state: 'Off.' }) }
const UNHEALTHY: Health = { state: 'failed', problem: problem({ what: 'no answer', state: 'Since 5m.' }) }

function account(change: Partial<ServerRun>): string | undefined {
  const told = whatWentWrong(serverRun({ goal: 'restore', ...change }))
  return told === undefined ? undefined : textOf(told)
}

describe('what went wrong', () => {
  it.each<Partial<ServerRun>>([
    { task: { state: 'pending' } },
    { task: { state: 'planned', steps: [] } },
    { task: { ...RUNNING, state: 'running' } },
    { task: DONE },
    { task: { ...LEFT, why: 'not awaited' } },
    { task: DONE, power: { state: 'started' }, health: { state: 'passed' } },
    { task: { state: 'skipped', why: 'cancelled' }, goal: 'clean up' },
  ])('is nothing: %o', change => {
    expect(account(change)).toBeUndefined()
  })

  it.each<[string, Partial<ServerRun>]>([
    ['rejected', { task: { state: 'rejected', problem: problem() } }],
    ['ambiguous', { task: { state: 'ambiguous', problem: problem() } }],
    ['failed', { task: { ...RUNNING, state: 'failed', problem: problem() } }],
    ['unobservable', { task: { ...LEFT, why: 'unobservable', problem: problem() } }],
  ])('is its problem, as it stands, where it is %s', (_, change) => {
    expect(whatWentWrong(serverRun({ goal: 'restore', ...change }))).toMatchObject({
      what: 'It failed.',
      state: 'Not done.',
    })
  })

  it('is not to be done again where a restore goes on and nothing else is said', () => {
    const silent = problem({ state: '' })
    const restore = account({ task: { ...LEFT, why: 'unobservable', problem: silent } })
    expect(restore).not.toBe('It failed.')
    expect(
      account({ task: { ...LEFT, work: 'possible restore', why: 'unobservable', problem: silent } }),
    ).toBe(restore)
    expect(account({ task: { ...LEFT, work: 'snapshot', why: 'unobservable', problem: silent } })).toBe(
      'It failed.',
    )
  })

  it.each<[string, Task, readonly string[]]>([
    ['a group that failed', { state: 'skipped', why: 'group failed' }, ['web-server-11']],
    ['no time', { state: 'skipped', why: 'out of time' }, ['web-server-11']],
    ['a cancel before it', { state: 'skipped', why: 'cancelled' }, ['Cancelled', 'web-server-11', '701']],
    [
      'an unanswered request',
      { state: 'requested', request: 'restore', before: { state: 'pending' } },
      ['web-server-11'],
    ],
    ['a time-out', { ...LEFT, at: NOW + 60_000, why: 'timed out', lastFailure: undefined }, ['701', '1m']],
    ['a failing API', { ...LEFT, why: 'timed out', lastFailure: 'The last words.' }, ['The last words.']],
    ['a cancelled job', { ...LEFT, why: 'job cancelled' }, ['web-server-11', '701', '02:40 UTC']],
  ])('names what it is about: %s', (_, task, facts) => {
    for (const fact of facts) expect(account({ task })).toContain(fact)
  })

  it.each(['snapshot', 'restore', 'possible restore', 'deletion'] as const)(
    'names the snapshot of a %s that goes on, and tells a cancel from a crash and a time-out',
    work => {
      const texts = (['cancelled', 'internal error'] as const).map(why =>
        account({ task: { ...LEFT, work, why } }),
      )
      const late = account({ task: { ...LEFT, work, why: 'timed out', lastFailure: undefined } })
      for (const text of [...texts, late]) expect(text).toContain('701')
      expect(texts[0]).toMatch(/^Cancelled/)
      expect(texts[1]).not.toContain('ancel')
      expect(new Set([...texts, late]).size).toBe(3)
    },
  )

  it('says since when a snapshot was waited for: since its server’s turn came', () => {
    const task: Task = {
      ...LEFT,
      work: 'snapshot',
      at: NOW + 60_000,
      why: 'timed out',
      lastFailure: undefined,
    }
    expect(account({ task, began: NOW - 60_000 })).toContain('2m')
    expect(account({ task })).toContain('1m')
  })

  it('of a skipped one says what is untouched, and what is not', () => {
    const safety = { snapshot: snapshot('901'), state: 'running', since: NOW } as const
    const skipped: Task = { state: 'skipped', why: 'cancelled' }
    expect(account({ task: skipped, safety })).toContain('901')
    const goals = (['create', 'restore', 'delete'] as const).map(goal =>
      account({ task: skipped, goal, target: snapshot('701') }),
    )
    expect(new Set(goals).size).toBe(3)
  })

  it('is all of it, the task’s first', () => {
    const text = account({
      task: { state: 'rejected', problem: problem() },
      power: START_FAILED,
      health: UNHEALTHY,
    })
    expect(text).toMatch(/^It failed\. Not done\. No start\. Off\. .*no answer.* Since 5m\.$/)
  })

  it('of a restore that left the server down begins with what was done', () => {
    const text = account({ task: DONE, power: START_FAILED })
    expect(text).toMatch(/^web-server-11 .*No start\. Off\.$/)
    expect(account({ task: { ...DONE, work: 'snapshot' }, power: START_FAILED })).toBe('No start. Off.')
  })

  it.each<[Power, Partial<ServerRun>]>([
    [{ state: 'start requested', since: NOW }, {}],
    [{ state: 'stopped' }, {}],
    [{ state: 'stop requested', since: NOW }, { goal: 'clean up' }],
    [{ state: 'stopped' }, { goal: 'create', task: { ...DONE, work: 'snapshot' } }],
  ])('is that a server may be down: %o %o', (power, change) => {
    expect(account({ task: DONE, power, ...change })).toContain('web-server-11')
  })

  it('tells the server that a restore left stopped from the one that was stopped for a snapshot', () => {
    const starting: Power = { state: 'start requested', since: NOW }
    const texts = [
      account({ task: DONE, power: starting }),
      account({ task: DONE, power: { state: 'stopped' } }),
      account({ task: DONE, power: { state: 'stopped' }, goal: 'create' }),
      account({ task: { ...DONE, work: 'snapshot' }, power: starting }),
      account({ task: { state: 'pending' }, power: starting }),
    ]
    expect(new Set(texts).size).toBe(3)
    expect(texts[3]).toBe(texts[1])
    expect(texts[4]).toBe(texts[1])
  })

  it('of a health check begins with what was done before it', () => {
    expect(account({ task: DONE, health: UNHEALTHY })).toMatch(/^web-server-11 .* no answer\. Since 5m\.$/)
    expect(account({ task: { ...DONE, work: 'snapshot' }, health: UNHEALTHY })).toMatch(/^Snapshot 701 /)
    expect(account({ task: DONE, health: { state: 'cut off' } })).toContain('web-server-11')
    expect(account({ task: DONE, health: { state: 'checking', since: NOW } })).toBeUndefined()
  })

  it('tells by the API’s clock when a restore was accepted', () => {
    const left: Task = { ...LEFT, why: 'job cancelled' }
    expect(account({ task: left })).toContain('02:40 UTC')
    expect(account({ task: { ...left, apiTime: NOW + 3_600_000 } })).toContain('03:40 UTC')
  })
})

describe('what was deleted to free a slot', () => {
  const deletion = (change: Partial<Deletion> = {}): readonly Deletion[] => [
    { snapshot: snapshot('601'), by: 'when-full', end: 'deleted', ...change },
  ]
  const rejected: Task = { state: 'rejected', problem: problem() }

  it('is said where no snapshot was taken, after all else', () => {
    const text = account({ task: rejected, deletions: deletion(), power: START_FAILED })
    expect(text).toMatch(/Off\. [^.]*601 "before-601"[^.]*\.$/)
  })

  it.each<[string, Partial<ServerRun>]>([
    ['where one was', { task: DONE, health: UNHEALTHY, deletions: deletion() }],
    ['of what was not deleted', { task: rejected, deletions: deletion({ end: 'gone' }) }],
    ['of what was deleted for something else', { task: rejected, deletions: deletion({ by: 'keep-last' }) }],
  ])('is not said %s', (_, change) => {
    expect(account(change)).not.toContain('601')
  })
})

describe('several servers', () => {
  const bad = (id: string, what = 'It failed.'): ServerRun => {
    const run = serverRun({ task: { state: 'rejected', problem: problem({ what, state: '' }) } })
    return { ...run, server: { ...run.server, id: serverId(id), name: `web-${id}` } }
  }
  const SEVERAL = ['11', '12', '13', '14', '15'].map(id => bad(id))

  it('are counted once each', () => {
    const tasks: readonly Partial<ServerRun>[] = [
      { task: DONE },
      { task: DONE, health: UNHEALTHY },
      { task: { ...LEFT, why: 'cancelled' } },
      { task: { ...LEFT, why: 'not awaited' } },
      { task: { state: 'ambiguous', problem: problem() } },
      { task: { state: 'requested', request: 'create', before: { state: 'pending' } } },
      { task: { state: 'rejected', problem: problem() } },
      { task: { ...RUNNING, state: 'failed', problem: problem() } },
      { task: { state: 'skipped', why: 'group failed' } },
    ]
    expect(tallyOf(tasks.map(serverRun))).toEqual({
      ...{ all: 9, done: 2, underWay: 2, unknown: 2, failed: 2, skipped: 1, troubled: 1 },
    })
  })

  it('are told one by one, each with its name, the first three; of the others the names', () => {
    const text = failuresText(SEVERAL)
    expect(text.match(/It failed\./g)).toHaveLength(3)
    for (const id of ['11', '12', '13', '14', '15']) expect(text.split(`web-${id}`)).toHaveLength(2)
    expect(failuresText(SEVERAL.slice(0, 3))).not.toContain('web-14')
    expect(failuresText([])).toBe('')
    expect(failuresText([serverRun({ task: DONE })])).toBe('')
  })

  it('are named once where their account names them', () => {
    const { isUnnamed: _, ...named } = problem({ what: 'web-11 is full.', state: '' })
    expect(failuresText([serverRun({ task: { state: 'rejected', problem: named } })])).toBe('web-11 is full.')
  })

  it('of more than thirty have a count for the rest', () => {
    const many = Array.from({ length: 34 }, (_, index) => bad(`${100 + index}`))
    expect(failuresText(many)).toContain('web-132 and 1 more')
    expect(failuresText(many.slice(1))).not.toContain(' more.')
  })

  const lines = (...more: readonly Partial<ServerRun>[]): readonly string[] => {
    const servers = [...SEVERAL.slice(0, 3), ...more.map(each => serverRun({ goal: 'restore', ...each }))]
    return furtherFailures(operationRun({ operation: 'restore', servers }))
  }

  it.each<Partial<ServerRun>>([
    { task: { ...LEFT, why: 'cancelled' } },
    { task: { ...LEFT, work: 'snapshot', why: 'cancelled' } },
    { task: { ...LEFT, work: 'deletion', why: 'cancelled' } },
    { task: { ...LEFT, why: 'timed out', lastFailure: undefined } },
    { task: { state: 'skipped', why: 'group failed' } },
    { task: { state: 'skipped', why: 'cancelled' } },
  ])('are not in the log where what is told of all says it: %o', each => {
    expect(lines(each)).toEqual([])
  })

  it.each<Partial<ServerRun>>([
    { task: { ...LEFT, why: 'cancelled' }, power: START_FAILED },
    { task: { ...LEFT, work: 'possible restore', why: 'cancelled' } },
    { task: { ...LEFT, why: 'timed out', lastFailure: 'No answer.' } },
    { task: { ...LEFT, why: 'unobservable', problem: problem() } },
    { task: { state: 'skipped', why: 'cancelled' }, power: { state: 'stopped' } },
    { task: { state: 'skipped', why: 'out of time' } },
  ])('are in the log where there is more to say: %o', each => {
    expect(lines(each)).toHaveLength(1)
  })

  it('are in the log where the verdict has only their names', () => {
    const servers = [serverRun({ task: DONE }), ...SEVERAL, serverRun()]
    expect(furtherFailures(operationRun({ servers }))).toEqual(['web-14: It failed.', 'web-15: It failed.'])
    expect(furtherFailures(operationRun({ servers: SEVERAL.slice(0, 3) }))).toEqual([])
  })
})

it('joins what is not empty', () => {
  expect(joined(['A.', '', 'B.'])).toBe('A. B.')
  expect(textOf({ what: 'A.', state: '' })).toBe('A.')
})
