import { describe, expect, it } from 'vitest'
import { hasSomethingToShow, summaryOf } from '../../../src/present/summary.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import { renderSummary, type SummaryModel } from '../../../src/report/summary-markup.ts'
import { cellText } from '../../../src/report/text-table.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { Phase, ServerRun, Task } from '../../../src/run/server-run.ts'
import { madeBy, NOW, ORIGIN, operationRun, problem, serverRun, snapshot } from '../run/fixtures.ts'

const DONE: Task = {
  ...{ state: 'succeeded', work: 'snapshot', since: NOW, at: NOW, how: 'seen' },
  snapshot: snapshot('801', '11', madeBy({ runId: ORIGIN.runId })),
}

function summary(change: Partial<OperationRun>, origin = ORIGIN): SummaryModel {
  const run = operationRun(change)
  return summaryOf(run, verdictOf(run, NOW), origin, NOW)
}

function details(
  server: Partial<ServerRun>,
  change: Partial<OperationRun> = {},
): Readonly<Record<string, string>> {
  const { details } = summary({ servers: [serverRun(server)], ...change })
  return Object.fromEntries(details.map(([label, value]) => [label, cellText(value)]))
}

function phase(kind: Phase['kind'], from: number, to: number, failed = false): Phase {
  return { kind, from: NOW + from * 1_000, to: NOW + to * 1_000, failed }
}

describe('one server', () => {
  it('is a list of two columns: the server, its snapshot, and what that took', () => {
    const server = { task: DONE, slots: 3, began: NOW, ended: NOW + 90_000 }
    expect(details(server)).toEqual({
      Server: 'web-server-11 (11)',
      Snapshot: '801 before-801',
      Taken: '01:40 UTC (1 hour ago)',
      'Made by': 'this run',
      Size: '5.0 GiB',
      Slots: '3 of 5 in use',
      Took: '1m 30s',
      Commit: '0123456',
    })
    expect(summary({ servers: [serverRun(server)] }).table).toBeUndefined()
  })

  it('that is overwritten says what is known of where its snapshot comes from', () => {
    const from = (description: string) => {
      const restored = { ...DONE, work: 'restore', snapshot: snapshot('801', '11', { description }) } as const
      return details({ goal: 'restore', task: restored }, { operation: 'restore' })['Description']
    }
    expect(from('workflow Deploy, commit 0123456')).toBe('workflow Deploy, commit 0123456')
    expect(from(madeBy().description)).toBe('made by a run')
    expect(from(madeBy().description.replace('made by a run', ''))).toBeUndefined()
  })

  it('that the end of a job put back names the commit that was undone', () => {
    const restored = { goal: 'restore', task: { ...DONE, work: 'restore' } } as const
    expect(details(restored, { operation: 'post', rollback: 'due' })['Undone commit']).toBe('0123456')
  })

  it('that was not put back names the commit that is still to be undone', () => {
    const refused = { goal: 'restore', task: { state: 'rejected', problem: problem() } } as const
    const told = details(refused, { operation: 'post', rollback: 'due' })
    expect(told['Commit to undo']).toBe('0123456')
    expect(told).not.toHaveProperty('Undone commit')
  })

  it('has no snapshot, slots or times where there are none', () => {
    expect(details({ task: { state: 'rejected', problem: problem() } })).toEqual({
      Server: 'web-server-11 (11)',
      Commit: '0123456',
    })
    expect(details({ task: { ...DONE, snapshot: snapshot('801', '11', { name: '' }) } })['Snapshot']).toBe(
      '801',
    )
  })

  it('took no time that has no end', () => {
    expect(details({ task: DONE, began: NOW })).not.toHaveProperty('Took')
    expect(details({ task: DONE, ended: NOW })).not.toHaveProperty('Took')
  })

  it('of which nothing is known is not described: a list says nothing of a server that does not exist', () => {
    const nameless = { ...serverRun().server, name: '' }
    expect(details({ server: nameless, slots: 0 })).toEqual({ Commit: '0123456' })
    expect(details({ server: nameless, task: DONE, slots: 1 })).not.toHaveProperty('Slots')
    const read = { ...nameless, status: 'active' }
    expect(details({ server: read, slots: 0 })).toMatchObject({ Server: '11', Slots: '0 of 5 in use' })
  })

  it('claims no slots in use where they were only counted for a plan', () => {
    expect(details({ task: { state: 'planned', steps: [] }, slots: 3 })).not.toHaveProperty('Slots')
  })

  it('claims no slots for a snapshot that is gone', () => {
    const failed = { state: 'failed', work: 'snapshot', problem: problem() } as const
    expect(details({ task: { ...failed, snapshot: undefined }, slots: 3 })).not.toHaveProperty('Slots')
    expect(details({ task: { ...failed, snapshot: snapshot('801') }, slots: 3 })).toHaveProperty('Slots')
  })

  it('has its safety snapshot', () => {
    const safety = { snapshot: snapshot('901'), state: 'completed', since: NOW } as const
    expect(details({ goal: 'restore', safety })['Safety snapshot']).toBe('901 before-901')
  })

  it.each<[string | undefined, readonly Phase[]]>([
    ['1m 50s', [phase('stop', 0, 10), phase('snapshot', 10, 100), phase('start', 100, 110)]],
    ['2m', [phase('stop', 0, 10), phase('start', 20, 30, true), phase('start', 110, 120)]],
    [undefined, [phase('stop', 0, 10), phase('start', 20, 30, true)]],
    [undefined, [phase('start', 20, 30)]],
    [undefined, []],
  ])('was down for %s', (down, phases) => {
    expect(details({ task: DONE, phases })['Downtime']).toBe(down)
  })

  it('links to nothing but the GitHub of this run', () => {
    const task: Task = { ...DONE, snapshot: snapshot('801', '11', madeBy({ workflow: 'else/repo/ci.yml' })) }
    const candidates = [snapshot('601', '11', madeBy())]
    const model = summary({ servers: [serverRun({ task })], problem: problem({ candidates }) })
    const links = renderSummary(model).match(/href="[^"]*"/g) ?? []
    expect(links).toHaveLength(3)
    for (const link of links) expect(link).toMatch(/^href="https:\/\/github\.example\/[^"]+"$/)
  })
})

describe('what belongs to the whole', () => {
  it('is the commit of a create, where it is one', () => {
    const { details } = summary({ servers: [serverRun({ task: DONE })] })
    expect(details.at(-1)?.[1]).toMatchObject({
      href: `https://github.example/octo/shop/commit/${ORIGIN.sha}`,
    })
    const none = summary({ servers: [serverRun({ task: DONE })] }, { ...ORIGIN, sha: 'none' })
    expect(none.details.map(([label]) => label)).not.toContain('Commit')
  })

  it('is who started a restore by hand', () => {
    const restore = { operation: 'restore', servers: [serverRun({ goal: 'restore' })] } as const
    const started = (origin: Partial<typeof ORIGIN>) =>
      summary(restore, { ...ORIGIN, ...origin }).details.some(([, value]) => value === 'octocat')
    expect(started({ event: 'workflow_dispatch' })).toBe(true)
    expect(started({})).toBe(false)
    expect(summary(restore, { ...ORIGIN, event: 'workflow_dispatch', actor: '' }).details).toHaveLength(5)
    const wait = { ...restore, operation: 'wait' } as const
    expect(summary(wait, { ...ORIGIN, event: 'workflow_dispatch' }).details).toHaveLength(5)
  })
})

describe('several servers', () => {
  it('are a table, and a list is one', () => {
    const two = summary({ servers: [serverRun({ task: DONE }), serverRun()] })
    expect(two.details).toEqual([])
    expect(two.table?.rows).toHaveLength(2)
    const list = summary({ operation: 'list', listed: [snapshot('701')] })
    expect(list.details).toEqual([])
    expect(list.table?.rows).toHaveLength(1)
    expect(summary({}).table).toBeUndefined()
  })
})

it('has the candidates where something was refused that has any', () => {
  const task: Task = { state: 'rejected', problem: problem({ candidates: [snapshot('601')] }) }
  expect(summary({ servers: [serverRun({ task })] }).candidates?.rows).toHaveLength(1)
  expect(summary({ servers: [serverRun()] }).candidates).toBeUndefined()
})

describe('the chart', () => {
  const timeline = (...phases: readonly Phase[]) =>
    summary({ servers: [serverRun({ task: DONE, phases })] }).timeline

  it('is there only where it shows two phases or more', () => {
    const [stop, snap] = [phase('stop', 0, 10), phase('snapshot', 10, 100, true)]
    expect(timeline(stop, snap)).toEqual([
      { name: 'stop', server: 'web-server-11', from: stop.from, to: stop.to, failed: false },
      { name: 'snapshot', server: 'web-server-11', from: snap.from, to: snap.to, failed: true },
    ])
    expect(timeline(stop)).toEqual([])
    expect(timeline()).toEqual([])
    const same = serverRun({ phases: [snap] })
    expect(summary({ servers: [same, same] }).timeline).toEqual([])
  })
})

describe('the facts', () => {
  const deletion = (id: string, end: 'deleted' | 'gone') =>
    ({ snapshot: snapshot(id), by: 'keep-last', end }) as const
  const kept = (id: string) => ({ snapshot: snapshot(id), reason: { kind: 'manual' } }) as const

  it('are what a dry run would do, and what was deleted: why others stay is in the state', () => {
    const servers = [
      serverRun({ deletions: [deletion('601', 'deleted'), deletion('602', 'gone')], kept: [kept('603')] }),
      serverRun({ task: { state: 'planned', steps: ['Would do it.'] } }),
    ]
    const { facts } = summary({ servers })
    expect(facts).toEqual(['Would do it.', expect.stringMatching(/keep-last.*web-server-11.*601 before-601/)])
    expect(summary({ servers: [serverRun()] }).facts).toEqual([])
  })

  it('are a hundred at most', () => {
    const deletions = Array.from({ length: 101 }, () => deletion('601', 'deleted'))
    expect(summary({ servers: [serverRun({ deletions })] }).facts).toHaveLength(100)
  })
})

describe('the summary of the end of a job', () => {
  const post = (change: Partial<OperationRun>, server: Partial<ServerRun> = {}) =>
    operationRun({ operation: 'post', servers: [serverRun({ goal: 'clean up', ...server })], ...change })

  it('describes servers only where they were to be restored', () => {
    const phases = [phase('stop', 0, 10), phase('start', 10, 20)]
    const servers = [serverRun({ goal: 'restore', phases })]
    expect(summary({ operation: 'post', servers })).toMatchObject({ details: [], timeline: [] })
    const rollback = summary({ operation: 'post', rollback: 'due', servers })
    expect(rollback.details).not.toEqual([])
    expect(rollback.timeline).toHaveLength(2)
  })

  it('is written only where something was done or refused', () => {
    const gone = { snapshot: snapshot('601'), by: 'delete-on', end: 'gone' } as const
    expect(hasSomethingToShow(post({}))).toBe(false)
    expect(hasSomethingToShow(post({}, { deletions: [gone] }))).toBe(false)
    expect(hasSomethingToShow(post({}, { deletions: [gone, { ...gone, end: 'stays' }] }))).toBe(true)
    expect(hasSomethingToShow(post({}, { began: NOW }))).toBe(true)
    for (const rollback of ['due', 'snapshot step not green', 'job status unknown'] as const)
      expect(hasSomethingToShow(post({ rollback }))).toBe(true)
  })
})
