import { describe, expect, it } from 'vitest'
import { changedOutputs, earlyOutputs, finalOutputs } from '../../../src/present/outputs.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import { newServerRun, type ServerRun, type Task } from '../../../src/run/server-run.ts'
import { madeBy, NOW, ORIGIN, operationRun, problem, serverId, serverRun, snapshot } from '../run/fixtures.ts'

const MARKED = madeBy({ attempt: 2, purpose: 'safety' })
const REFUSED: Task = { state: 'rejected', problem: problem() }

function done(change: Parameters<typeof snapshot>[2] = {}, id = '700', server = '11'): Partial<ServerRun> {
  const made = snapshot(id, server, change)
  return { task: { state: 'succeeded', work: 'snapshot', snapshot: made, since: NOW, at: NOW, how: 'seen' } }
}

function outputsOf(change: Partial<OperationRun>) {
  return finalOutputs(operationRun(change), NOW + 61_400)
}

function itemsOf(change: Partial<OperationRun>) {
  const items: readonly Readonly<Record<string, unknown>>[] = JSON.parse(outputsOf(change).snapshots ?? '')
  return items
}

describe('the outputs', () => {
  it('are lists of what exists, which pair up', () => {
    const none = serverRun({ task: REFUSED, server: { ...serverRun().server, status: 'stopped' } })
    const undated = serverRun(done({ createdAt: null, sizeMb: null, name: 'y' }, '701'))
    expect(outputsOf({ servers: [serverRun(done({ name: 'x' })), none, undated] })).toMatchObject({
      'snapshot-id': '700,701',
      'snapshot-name': 'x,y',
      'server-id': '11,11',
      'server-name': 'web-server-11,web-server-11',
      'created-at': '2026-03-02T01:40:00Z,',
      'size-mb': '5120,',
      'duration-seconds': '61',
    })
    expect(outputsOf({ servers: [undated, none] })['size-mb']).toBe('')
    expect(outputsOf({ servers: [undated, none] })['server-status']).toBeUndefined()
    // A list that is over tells of no snapshot that there is none by an empty output.
    expect(outputsOf({ servers: [none] })).toMatchObject({ 'snapshot-id': '', 'size-mb': '' })
    expect(outputsOf({ operation: 'list', listed: [] })['snapshot-id']).toBeUndefined()
    const two = ['stopped', 'active'].map(status => ({ ...undated, server: { ...undated.server, status } }))
    expect(outputsOf({ operation: 'restore', servers: [...two, none] })['server-status']).toBe(
      'stopped,active',
    )
    const [known] = two
    expect(
      outputsOf({ operation: 'restore', servers: known === undefined ? [] : [known, undated] }),
    ).toMatchObject({
      'server-status': 'stopped,',
    })
    // Where nothing exists, there is nothing to pair up with.
    const stops = { stopsServers: true, servers: [none] }
    expect(outputsOf(stops)['server-status']).toBe('stopped')
  })

  it('have a server’s status after a restore, a wait and stop-server, not after a plain create', () => {
    const servers = [serverRun({ ...done(), server: { ...serverRun().server, status: 'active' } })]
    const of = (change: Partial<OperationRun>) => outputsOf({ servers, ...change })['server-status']
    expect(of({ operation: 'create' })).toBeUndefined()
    expect(of({ operation: 'create', stopsServers: true })).toBe('active')
    expect(of({ operation: 'wait' })).toBe('active')
    expect(of({ operation: 'restore' })).toBe('active')
  })

  it('pair up though a name holds a comma, which stays in a name that is alone', () => {
    const comma = serverRun(done({ name: 'before, or after' }))
    expect(outputsOf({ servers: [comma] })['snapshot-name']).toBe('before, or after')
    const names = outputsOf({ servers: [comma, serverRun(done({ name: 'x' }, '701'))] })['snapshot-name']
    expect(names).toBe('before  or after,x')
  })

  it('have a reason exactly where they are not as asked', () => {
    expect(outputsOf({ servers: [serverRun(done())] })).toMatchObject({ status: 'completed', reason: '' })
    expect(outputsOf({ servers: [serverRun({ task: REFUSED })] })).toMatchObject({
      ...{ status: 'failed', reason: 'refused' },
    })
  })

  it('tell of each snapshot whose it is, how it stands, and what went wrong', () => {
    const failed: Task = { state: 'failed', work: 'snapshot', snapshot: snapshot('701'), problem: problem() }
    const target = snapshot('703')
    const servers = [
      serverRun(done({ ...MARKED, name: 'x' })),
      serverRun({ task: REFUSED }),
      serverRun({ task: failed }),
      { ...newServerRun('restore', target.server, target), task: REFUSED },
    ]
    const items = itemsOf({ servers })
    expect(items.map(({ id, status, error }) => `${id} ${status} ${error !== undefined}`)).toEqual([
      '700 completed false',
      '701 failed true',
      '703 failed true',
    ])
    expect(items[0]).toEqual({
      id: '700',
      name: 'x',
      status: 'completed',
      size_mb: 5_120,
      created_at: '2026-03-02T01:40:00Z',
      description: MARKED.description,
      server: { id: '11', name: 'web-server-11' },
      made_by: { workflow: ORIGIN.workflow, run_id: '9000000000', attempt: 2, purpose: 'safety' },
    })
    expect(items[1]?.['made_by']).toBeNull()
  })

  it('of a list are what the API says, and how many', () => {
    const listed = [snapshot('800', '11', { status: 'archiving' })]
    const outputs = outputsOf({ operation: 'list', listed })
    expect(outputs).toMatchObject({ count: '1', reason: '' })
    expect(outputs.status).toBeUndefined()
    expect(itemsOf({ operation: 'list', listed })).toMatchObject([{ id: '800', status: 'archiving' }])
    const unread = outputsOf({ operation: 'list', problem: problem() })
    expect([unread.snapshots, unread.count, unread.reason]).toEqual([undefined, undefined, 'refused'])
  })

  it('of a delete count what it deleted itself', () => {
    const deleted = (how: 'seen' | 'already gone', id: string): ServerRun => ({
      ...newServerRun('delete', { id: serverId('11'), name: '' }, snapshot(id)),
      task: { state: 'succeeded', work: 'deletion', snapshot: snapshot(id), since: NOW, at: NOW, how },
    })
    const servers = [deleted('seen', '700'), deleted('already gone', '701')]
    expect(outputsOf({ operation: 'delete', servers })).toMatchObject({ count: '1', status: 'deleted' })
    const deletedUnlisted = [snapshot('777').id]
    expect(outputsOf({ operation: 'delete', servers, deletedUnlisted }).count).toBe('2')
    expect(outputsOf({ servers }).count).toBeUndefined()
  })

  it('name what was made and deleted besides', () => {
    const safety = { snapshot: snapshot('900'), state: 'running', since: NOW } as const
    const deletions = (['deleted', 'gone', 'stays', 'unknown'] as const).map((end, index) => ({
      ...{ snapshot: snapshot(`${600 + index}`), by: 'when-full' as const, end },
    }))
    const run = { servers: [serverRun({ safety, deletions })] }
    const side = { 'safety-snapshot-id': '900', 'deleted-snapshot-ids': '600' }
    expect(outputsOf(run)).toMatchObject(side)
    expect(earlyOutputs(operationRun(run))).toEqual(side)
  })
})

describe('the outputs before the end', () => {
  const running = (work: 'snapshot' | 'restore' | 'deletion'): Task => ({
    ...{ state: 'running', work, snapshot: snapshot('700'), since: NOW },
  })

  it('are nothing while there is nothing', () => {
    expect(earlyOutputs(operationRun({ servers: [serverRun()] }))).toEqual({})
  })

  it('say what goes on until the end, and a restore before a snapshot', () => {
    const left = { work: 'snapshot', snapshot: snapshot('700'), since: NOW, at: NOW } as const
    const statusOf = (...tasks: readonly Task[]) =>
      earlyOutputs(operationRun({ servers: tasks.map(task => serverRun({ task })) })).status
    expect(statusOf({ ...left, state: 'left running', why: 'not awaited' })).toBe('in_progress')
    expect(statusOf({ ...left, state: 'succeeded', how: 'seen' })).toBe('in_progress')
    expect(statusOf(running('snapshot'), running('restore'))).toBe('restoring')
    expect(statusOf({ ...left, state: 'failed', problem: problem() })).toBeUndefined()
  })

  it.each([
    ['snapshot', 'in_progress'],
    ['restore', 'restoring'],
    ['deletion', undefined],
  ] as const)('name what a %s is about, and that it goes on', (work, status) => {
    const outputs = earlyOutputs(operationRun({ servers: [serverRun({ task: running(work) })] }))
    expect(outputs['snapshot-id']).toBe('700')
    expect(outputs.status).toBe(status)
  })

  it('are published anew where an id or what goes on changes, and only there', () => {
    const of = (change: Partial<ServerRun>) => operationRun({ servers: [serverRun(change)] })
    const [none, made] = [of({}), of({ task: running('snapshot') })]
    const named = of({ task: running('snapshot'), server: { ...serverRun().server, name: 'new' } })
    expect(changedOutputs(none, made)).toMatchObject({ 'snapshot-id': '700', status: 'in_progress' })
    expect(changedOutputs(made, named)).toBeUndefined()
    // What is gone is not taken back before the end.
    expect(changedOutputs(made, none)?.['snapshot-id']).toBeUndefined()
  })
})
