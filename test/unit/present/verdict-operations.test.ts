import { describe, expect, it } from 'vitest'
import { lostSince, restoreNotAwaited } from '../../../src/present/messages/results.ts'
import { RESTORES_CONTINUE } from '../../../src/present/messages/server-trouble.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, operationRun, problem, serverId, serverRun, snapshot, snapshotId } from '../run/fixtures.ts'

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

describe('a restore', () => {
  const restored = (change: Partial<ServerRun> = {}): ServerRun =>
    serverRun({ goal: 'restore', task: RESTORED, ...change })
  const active = { ...serverRun().server, status: 'active' }
  const of = (change: Partial<ServerRun>) => textOf({ operation: 'restore', servers: [restored(change)] })

  it('says what the server holds now, since when changes are lost, and what state it is in', () => {
    for (const fact of ['web-server-11', '701', '01:40 UTC', '1 hour ago', 'running'])
      expect(of({ server: active })).toContain(fact)
    expect(of({ server: { ...active, status: 'stopped' } })).toContain('stopped')
  })

  it('says that it is healthy, and that restoring was never seen, only where that is so', () => {
    const plain = of({ server: active })
    for (const change of [
      { health: { state: 'passed' } },
      { task: { ...RESTORED, how: 'never seen' } },
    ] as const)
      expect(of({ server: active, ...change }).length).toBeGreaterThan(plain.length)
  })

  it('names the safety snapshot that has what is no longer on the server', () => {
    expect(of({ safety: { snapshot: snapshot('901'), state: 'completed', since: NOW } })).toContain('901')
  })

  it('does without a date that the API does not give', () => {
    const undated = snapshot('701', '11', { createdAt: null })
    expect(of({ task: { ...RESTORED, snapshot: undated } })).not.toMatch(/UTC|NaN|ago/)
  })

  it('that is not awaited says since when, and not to do it again', () => {
    const text = of({ task: { ...LEFT, work: 'restore', why: 'not awaited' } })
    expect(text).toContain('02:39 UTC')
    expect(text).toContain(restoreNotAwaited(restored(), NOW, NOW).state)
  })

  it('that nobody waited for was accepted at a time by the API’s clock', () => {
    const left: Task = { ...LEFT, work: 'restore', why: 'not awaited', since: NOW }
    const told = (task: Task) =>
      textOf({ operation: 'restore', mode: 'no wait', servers: [restored({ task })] })
    expect(told(left)).toContain('02:40 UTC')
    expect(told({ ...left, apiTime: NOW + 3_600_000 })).toContain('03:40 UTC')
  })

  it('of several says since when changes are lost on any of them, and what goes on', () => {
    const later = { ...RESTORED, snapshot: snapshot('702', '12', { createdAt: '2026-03-02T01:50:00Z' }) }
    const servers = [
      restored({ task: later }),
      restored(),
      restored({ task: { ...LEFT, work: 'restore', why: 'timed out', lastFailure: undefined } }),
    ]
    const text = textOf({ operation: 'restore', servers })
    expect(text).toContain('2 of 3')
    expect(text).toContain('01:40 UTC')
    expect(text).toContain(RESTORES_CONTINUE)
    // Only where all have one do safety snapshots hold what is gone.
    const safety = { snapshot: snapshot('901'), state: 'completed', since: NOW } as const
    const bad = restored({ task: REJECTED })
    const told = (safe: readonly (typeof safety | undefined)[]) =>
      textOf({ operation: 'restore', servers: [...safe.map(each => restored({ safety: each })), bad] })
    const since = Date.parse('2026-03-02T01:40:00Z')
    expect(told([safety, safety])).toContain(lostSince(since, NOW, true))
    expect(told([safety, undefined])).toContain(lostSince(since, NOW, false))
    const undated = restored({ task: { ...RESTORED, snapshot: snapshot('701', '11', { createdAt: null }) } })
    expect(textOf({ operation: 'restore', servers: [undated, undated] })).not.toMatch(/UTC|Do not/)
  })

  it('of several names those that failed, and of those that go on only one that may be down', () => {
    const left: Task = { ...LEFT, work: 'restore', why: 'cancelled' }
    const servers = [
      on('11', { goal: 'restore', task: RESTORED }),
      on('12', { goal: 'restore', task: REJECTED }),
      on('13', { goal: 'restore', task: left }),
      on('14', { goal: 'restore', task: left, power: { state: 'start failed', problem: problem() } }),
    ]
    const text = textOf({ operation: 'restore', servers })
    for (const name of ['web-12', 'web-14']) expect(text).toContain(name)
    for (const name of ['web-11', 'web-13']) expect(text).not.toContain(name)
  })

  it('as a dry run names what would be overwritten, and nothing where that is nothing', () => {
    const planned = on('11', { goal: 'restore', task: { state: 'planned', steps: [] } })
    const bad = on('12', { goal: 'restore', task: REJECTED })
    const dry = (servers: readonly ServerRun[]) => textOf({ operation: 'restore', mode: 'dry run', servers })
    expect(dry([planned])).toMatch(/web-11.*701.*1 hour.*after \d\d:\d\d UTC/)
    expect(dry([{ ...planned, target: { ...snapshot('701'), createdAt: null } }])).not.toContain('after')
    expect(dry([planned, bad])).toMatch(/web-11.*web-12: It failed/)
    const later = snapshot('702', '12', { createdAt: '2026-03-02T01:50:00Z' })
    expect(dry([on('12', { ...planned, target: later }), planned])).toContain('after 01:40 UTC')
    expect(dry([planned, on('13', planned)])).toMatch(/2 servers.*web-11, web-13/)
    const four = ['11', '12', '13', '14'].map(id => on(id, planned))
    expect(dry(four)).toMatch(/4 servers.*web-13 and 1 more/)
    expect(dry(four.slice(1))).not.toContain('more')
    expect(dry([bad])).toBe('It failed. Not done.')
    expect(dry([bad, bad])).toMatch(/nothing\..*It failed/)
  })

  it('tells its own problem before what became of the others', () => {
    const change = { operation: 'restore', problem: problem({ what: 'No 777.' }) } as const
    expect(textOf({ ...change, servers: [restored()] })).toMatch(/^No 777\. Not done\. .*701/)
    expect(textOf({ ...change, servers: [] })).toBe('No 777. Not done.')
    const skipped = restored({ task: { state: 'skipped', why: 'out of time' } })
    expect(textOf({ ...change, servers: [skipped] })).toBe('No 777. Not done.')
  })
})

describe('a delete', () => {
  const deleted = (id: string, how: 'seen' | 'already gone' = 'seen'): ServerRun =>
    on(id, { goal: 'delete', task: { ...DONE, work: 'deletion', how, snapshot: snapshot(`7${id}`, id) } })
  const bad = on('19', { goal: 'delete', task: REJECTED })
  const of = (change: Partial<OperationRun>) => textOf({ operation: 'delete', ...change })

  it('names what it deleted, and apart from that what was gone already', () => {
    expect(of({ servers: [deleted('11')] })).toMatch(/711.*web-11/)
    expect(of({ servers: [deleted('11'), deleted('12')] })).toMatch(/2 .*711, 712/)
    const both = of({ servers: [deleted('11'), deleted('12', 'already gone')], absent: [snapshotId('777')] })
    expect(both).toMatch(/^[^.]*711[^.]*\. [^.]*712[^.]*\. [^.]*777[^.]*\.$/)
    expect(of({ servers: [deleted('12', 'already gone')] })).toMatch(/^[^.]*712\.$/)
    expect(of({ deletedUnlisted: [snapshotId('778')] })).toMatch(/^[^.]*778\.$/)
    expect(of({ deletedUnlisted: [snapshotId('778'), snapshotId('779')] })).toMatch(/2 .*778, 779/)
  })

  it('says everything that it did besides what failed', () => {
    const absent = [snapshotId('777')]
    expect(of({ servers: [bad], absent })).toMatch(/^It failed\. Not done\. .*777/)
    expect(of({ servers: [deleted('11'), bad], absent })).toMatch(/^1 of 2 .*711.*777.*web-19/)
    expect(of({ servers: [deleted('11'), bad], problem: problem({ what: 'No.' }) })).toMatch(
      /^No\. .*711.*web-19/,
    )
  })

  it('as a dry run names what would be deleted', () => {
    const planned = (id: string) =>
      on(id, { goal: 'delete', task: { state: 'planned', steps: [] }, target: snapshot(`7${id}`, id) })
    expect(of({ mode: 'dry run', servers: [planned('11')] })).toMatch(/711.*web-11/)
    expect(of({ mode: 'dry run', servers: [planned('11'), planned('12')] })).toMatch(/2 .*711, 712/)
    expect(of({ mode: 'dry run', servers: [bad] })).toMatch(/nothing.*It failed/)
  })
})

describe('a list', () => {
  const of = (change: Partial<OperationRun>) => textOf({ operation: 'list', ...change })

  it('counts snapshots and servers', () => {
    expect(of({ listed: [snapshot('701'), snapshot('702'), snapshot('703', '12')] })).toMatch(/3 \S+ on 2 /)
    expect(of({ listed: [snapshot('701')] })).toMatch(/1 \S+ on 1 /)
  })

  it('of nothing names the servers that were asked for', () => {
    expect(of({ listed: [], asked: [serverId('11')] })).toContain('11')
    expect(of({ listed: [], asked: [serverId('11'), serverId('12')] })).toContain('11, 12')
    expect(of({ listed: [] })).not.toBe('')
  })

  it('has its problem, or nothing', () => {
    expect(of({ problem: problem(), listed: [] })).toBe('It failed. Not done.')
    expect(of({})).toBe('')
  })
})

describe('a wait', () => {
  const waited = (change: Partial<ServerRun>): ServerRun => serverRun({ goal: 'wait', ...change })
  const of = (change: Partial<OperationRun>) => textOf({ operation: 'wait', ...change })
  const read = (status: string | undefined) => ({ ...serverRun().server, status })

  it('names the snapshot, its size and age, and the state of a server that was read', () => {
    const of1 = (status?: string) => of({ servers: [waited({ task: DONE, server: read(status) })] })
    for (const fact of ['801', 'web-server-11', '5.0 GiB', '1 hour']) expect(of1()).toContain(fact)
    expect(of1('active')).toContain('running')
    expect(of1('stopped')).toContain('stopped')
  })

  it('of a restore says that it has ended', () => {
    expect(of({ servers: [waited({ task: RESTORED, server: read('active') })] })).toMatch(
      /web-server-11.*running/,
    )
  })

  it('that is a dry run arms nothing, and says so', () => {
    const plain = of({ servers: [waited({ task: DONE })] })
    expect(of({ mode: 'dry run', servers: [waited({ task: DONE })] }).startsWith(plain)).toBe(true)
    expect(of({ mode: 'dry run', servers: [waited({ task: DONE })] })).not.toBe(plain)
  })

  it('says what it arms, where all is good', () => {
    const armed = { ...ARMED, keepLast: 3 }
    const good = waited({ task: DONE })
    const bad = waited({ task: REJECTED })
    expect(of({ servers: [good], armed })).toContain('restore-on')
    expect(of({ servers: [good, good], armed })).toMatch(/2 of 2.*restore-on/)
    expect(of({ servers: [bad], armed })).toBe('It failed. Not done.')
    expect(of({ servers: [good, bad], armed })).toMatch(/1 of 2.*It failed/)
    expect(of({ servers: [good, bad], armed })).not.toContain('restore-on')
  })

  it('tells its own problem besides those of its servers', () => {
    const servers = [waited({ task: REJECTED }), waited({ task: DONE })]
    expect(of({ servers, problem: problem({ what: 'No 777.' }) })).toMatch(/^No 777\. Not done\. .*It failed/)
    expect(of({})).toBe('')
  })
})
