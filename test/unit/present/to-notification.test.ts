import { describe, expect, it } from 'vitest'
import { notificationOf } from '../../../src/present/to-notification.ts'
import type { OperationRun } from '../../../src/run/operation-run.ts'
import type { Task } from '../../../src/run/server-run.ts'
import { NOW, ORIGIN, operationRun, problem, serverId, serverRun, snapshot } from '../run/fixtures.ts'

const RUNNING = { work: 'restore', snapshot: snapshot('701'), since: NOW, at: NOW } as const
const RESTORED: Task = { ...RUNNING, state: 'succeeded', how: 'seen' }
const REJECTED: Task = { state: 'rejected', problem: problem({ reason: 'too-old' }) }

function told(change: Partial<OperationRun>, origin: Partial<typeof ORIGIN> = {}) {
  const facts = {
    event: 'rollback',
    operation: 'create',
    origin: { ...ORIGIN, ...origin },
    now: NOW,
    apiNow: NOW,
  } as const
  return notificationOf(operationRun({ operation: 'restore', ...change }), facts)
}

describe('a notification', () => {
  it('says where it comes from, and when that was', () => {
    expect(told({ began: NOW - 60_000 })).toMatchObject({
      ...{ event: 'rollback', operation: 'create', repository: 'octo/shop', workflow: 'Deploy' },
      ...{ job: 'deploy', actor: 'octocat' },
      run_url: 'https://github.example/octo/shop/actions/runs/9876543210',
      ...{ started_at: '2026-03-02T02:39:00Z', finished_at: '2026-03-02T02:40:00Z' },
    })
  })

  it('has each server with its snapshot, and since when its changes are lost', () => {
    const servers = [
      serverRun({ goal: 'restore', task: RESTORED }),
      serverRun({ goal: 'create', task: REJECTED }),
    ]
    expect(told({ servers }).servers).toEqual([
      {
        ...{ id: '11', name: 'web-server-11', status: 'restored', reason: '' },
        snapshot: { id: '701', name: 'before-701', created_at: '2026-03-02T01:40:00Z', size_mb: 5_120 },
        lost_since: '2026-03-02T01:40:00Z',
      },
      {
        ...{ id: '11', name: 'web-server-11', status: 'failed', reason: 'too-old' },
        ...{ snapshot: null, lost_since: null },
      },
    ])
  })

  it.each<[string, Task]>([
    ['a snapshot', { ...RESTORED, work: 'snapshot' }],
    ['a restore that failed', { ...RUNNING, state: 'failed', problem: problem() }],
    ['a snapshot without a date', { ...RESTORED, snapshot: snapshot('701', '11', { createdAt: null }) }],
  ])('claims no loss of %s', (_, task) => {
    expect(told({ servers: [serverRun({ goal: 'restore', task })] }).servers[0]?.lost_since).toBeNull()
  })

  it.each<[string, Task]>([
    ['goes on', { ...RUNNING, state: 'running' }],
    ['nobody watches any more', { ...RUNNING, state: 'left running', why: 'not awaited' }],
  ])('claims the loss of a restore that %s', (_, task) => {
    const [server] = told({ servers: [serverRun({ goal: 'restore', task })] }).servers
    expect(server?.lost_since).toBe('2026-03-02T01:40:00Z')
  })

  it('offers the command of the first step to copy, where something is wrong', () => {
    const bad = told({ servers: [serverRun({ goal: 'restore', task: REJECTED })] })
    expect(bad.command).toBeUndefined()
    const failed = told({
      servers: [serverRun({ goal: 'restore', task: { state: 'rejected', problem: problem() } })],
    })
    expect(failed.command).toContain('-f operation=restore -f server-id=11 -f snapshot-id=701')
    const made = serverRun({ task: { ...RESTORED, work: 'snapshot' } })
    expect(told({ operation: 'create', servers: [made] }).command).toBeUndefined()
  })

  it('tells what went wrong for each of several servers', () => {
    const other = serverRun({ goal: 'restore', task: REJECTED })
    const bad = { ...other, server: { ...other.server, id: serverId('12'), name: 'db' } }
    const servers = [serverRun({ goal: 'restore', task: RESTORED }), bad]
    expect(told({ servers }).lines).toHaveLength(2)
    expect(told({ servers }).lines[1]).toBe('It failed. Not done.')
    expect(told({ servers: [bad] }).lines).toEqual(['Not done.'])
    // A server whose turn never came has nothing to tell.
    expect(told({ servers: [serverRun({ task: RESTORED }), serverRun()] }).lines).toHaveLength(1)
    expect(told({ operation: 'list', listed: [] }).lines).toEqual([])
  })

  it('says who started a restore by hand', () => {
    const hand = { event: 'workflow_dispatch' }
    const names = (change: Partial<OperationRun>, origin: Partial<typeof ORIGIN>) =>
      told(change, origin).lines.join(' ').includes('octocat')
    expect(names({}, hand)).toBe(true)
    expect(names({}, {})).toBe(false)
    expect(names({ operation: 'wait' }, hand)).toBe(false)
    expect(told({ operation: 'restore', servers: [] }, { ...hand, actor: '' }).lines.join(' ')).not.toContain(
      'by',
    )
  })
})
