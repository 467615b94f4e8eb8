import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../../src/domain/entities.ts'
import { parseServerId, parseSnapshotId } from '../../../../src/domain/ids.ts'
import {
  addPhase,
  failEntry,
  newEntry,
  saidStatus,
  serverLabel,
  snapshotIdOf,
  worstStatus,
} from '../../../../src/operations/entry.ts'
import { newLedger, problemsOf } from '../../../../src/operations/ledger.ts'
import { overallStatus, snapshotFields, snapshotsJson } from '../../../../src/operations/outputs.ts'
import { allOrFirstError, forEachServer } from '../../../../src/operations/parallel.ts'
import { bothProblems, explain, failure, type Problem } from '../../../../src/operations/problem.ts'
import { readSavedState } from '../../../../src/operations/saved-state.ts'
import type { ApiFailure } from '../../../../src/vps/failure.ts'
import { createContext } from '../support/context.ts'
import { byWorkflow } from '../support/scenery.ts'

function serverOf(text: string) {
  const id = parseServerId(text)
  if (id === undefined) throw new Error('no id')
  return id
}

function snapshotOf(text: string, more: Partial<Snapshot> = {}): Snapshot {
  const id = parseSnapshotId(text)
  if (id === undefined) throw new Error('no id')
  const server = { id: serverOf('11'), name: 'web-11' }
  const rest = {
    name: 'x',
    status: 'completed',
    sizeMb: 512,
    createdAt: '2026-03-01T00:00:00Z',
    description: '',
  }
  return { id, server, ...rest, ...more }
}

const PROBLEM: Problem = { status: 'failed', message: 'It broke.', next: 'Mend it.' }

describe('the record of a server', () => {
  it('begins with nothing known', () => {
    expect(newEntry(serverOf('11'))).toEqual({
      server: '11',
      serverName: '',
      snapshot: undefined,
      status: undefined,
      accepted: false,
      stopAsked: false,
      serverStatus: undefined,
      readAt: undefined,
      problem: undefined,
      began: undefined,
      ended: undefined,
      phases: [],
    })
  })

  it('takes the server’s name from the snapshot', () => {
    const entry = newEntry(serverOf('11'), snapshotOf('700'))
    expect(serverLabel(entry)).toBe('web-11')
    expect(snapshotIdOf(entry)).toBe('700')
    const nameless = newEntry(serverOf('11'))
    expect(serverLabel(nameless)).toBe('server 11')
    expect(snapshotIdOf(nameless)).toBe('')
  })

  it('keeps its phases, well by default', () => {
    const entry = newEntry(serverOf('11'))
    addPhase(entry, 'stop', 1, 2)
    addPhase(entry, 'snapshot', 2, 3, true)
    expect(entry.phases).toEqual([
      { name: 'stop', server: 'server 11', from: 1, to: 2, failed: false },
      { name: 'snapshot', server: 'server 11', from: 2, to: 3, failed: true },
    ])
  })

  it('fails with the status of its problem', () => {
    const entry = newEntry(serverOf('11'))
    failEntry(entry, { ...PROBLEM, status: 'unknown' })
    expect(entry.status).toBe('unknown')
    expect(entry.problem?.message).toBe('It broke.')
  })
})

describe('the worst of several statuses', () => {
  it('is the first of them in this order', () => {
    const order = [
      ...(['unknown', 'failed', 'timed_out', 'cancelled', 'in_progress'] as const),
      ...(['restoring', 'planned', 'completed', 'restored', 'deleted'] as const),
    ]
    for (const [index, status] of order.entries())
      expect(worstStatus([undefined, ...order.slice(index).reverse()])).toBe(status)
  })

  it('is failed where nothing was asked of the API', () => {
    expect(worstStatus([])).toBe('failed')
    expect(worstStatus([undefined])).toBe('failed')
  })

  it('is never timed_out or cancelled of what the API had not accepted', () => {
    expect(saidStatus('timed_out', false)).toBe('failed')
    expect(saidStatus('cancelled', false)).toBe('failed')
    expect(saidStatus('timed_out', true)).toBe('timed_out')
    expect(saidStatus('cancelled', true)).toBe('cancelled')
    expect(saidStatus('unknown', false)).toBe('unknown')
    expect(saidStatus(undefined, false)).toBeUndefined()
  })
})

describe('the outputs of a ledger', () => {
  it('are lists of what exists', () => {
    const ledger = newLedger(0)
    const [first, none, last] = [
      newEntry(serverOf('11'), snapshotOf('700')),
      newEntry(serverOf('12')),
      newEntry(serverOf('11'), snapshotOf('701', { createdAt: null, sizeMb: null, name: 'y' })),
    ]
    if (first === undefined || none === undefined || last === undefined) return
    ledger.entries = [first, none, last]
    expect(snapshotFields(ledger)).toEqual({
      'snapshot-id': '700,701',
      'snapshot-name': 'x,y',
      'server-id': '11,11',
      'server-name': 'web-11,web-11',
      'created-at': '2026-03-01T00:00:00Z,',
      'size-mb': '512,',
    })
    ledger.entries = [last, none, last]
    expect(snapshotFields(ledger)['size-mb']).toBe('')
  })

  it('tell of each snapshot whose it is, and what went wrong', () => {
    const { description = null } = byWorkflow({ id: '1', attempt: 2, purpose: 'safety' })
    const ledger = newLedger(0)
    const made = newEntry(serverOf('11'), snapshotOf('700', { description: description ?? '' }))
    made.status = 'completed'
    const failed = newEntry(serverOf('11'), snapshotOf('701', { sizeMb: null }))
    failed.accepted = true
    failEntry(failed, PROBLEM)
    const refused = newEntry(serverOf('11'), snapshotOf('703'))
    failEntry(refused, PROBLEM)
    const waiting = newEntry(serverOf('11'), snapshotOf('702', { status: 'archiving' }))
    ledger.entries = [made, newEntry(serverOf('12')), failed, waiting, refused]
    const items: readonly Record<string, unknown>[] = JSON.parse(snapshotsJson(ledger))
    expect(items.at(-1)).toMatchObject({ id: '703', status: 'completed', error: 'It broke.' })
    expect(items.slice(0, -1)).toEqual([
      {
        created_at: '2026-03-01T00:00:00Z',
        description:
          'made by a run [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9000000000 attempt=2 purpose=safety key=k0000000]',
        id: '700',
        made_by: {
          attempt: 2,
          purpose: 'safety',
          run_id: '9000000000',
          workflow: 'octo/shop/.github/workflows/deploy.yml',
        },
        name: 'x',
        server: {
          id: '11',
          name: 'web-11',
        },
        size_mb: 512,
        status: 'completed',
      },
      {
        created_at: '2026-03-01T00:00:00Z',
        description: '',
        error: 'It broke.',
        id: '701',
        made_by: null,
        name: 'x',
        server: {
          id: '11',
          name: 'web-11',
        },
        size_mb: null,
        status: 'failed',
      },
      {
        created_at: '2026-03-01T00:00:00Z',
        description: '',
        id: '702',
        made_by: null,
        name: 'x',
        server: {
          id: '11',
          name: 'web-11',
        },
        size_mb: 512,
        status: 'archiving',
      },
    ])
    expect(items.map(item => Object.keys(item).includes('error'))).toEqual([false, true, false, true])
    ledger.listed = [snapshotOf('800', { status: 'archiving' })]
    expect(JSON.parse(snapshotsJson(ledger))).toEqual([
      {
        created_at: '2026-03-01T00:00:00Z',
        description: '',
        id: '800',
        made_by: null,
        name: 'x',
        server: {
          id: '11',
          name: 'web-11',
        },
        size_mb: 512,
        status: 'archiving',
      },
    ])
  })

  it('say the worst of all, problems of the whole among them', () => {
    const ledger = newLedger(0)
    const entry = newEntry(serverOf('11'))
    entry.status = 'completed'
    ledger.entries = [entry]
    expect(overallStatus(ledger)).toBe('completed')
    entry.problem = PROBLEM
    expect(overallStatus(ledger)).toBe('failed')
    expect(problemsOf(ledger)).toEqual([PROBLEM])
    const general: Problem = { status: 'unknown', message: 'Who knows.', next: 'Look.' }
    ledger.problem = general
    expect(problemsOf(ledger)).toEqual([general, PROBLEM])
    expect(overallStatus(ledger)).toBe('unknown')
    expect(overallStatus(newLedger(0))).toBe('failed')
  })

  it('say deleted of what was gone already', () => {
    const ledger = newLedger(0)
    ledger.absent = [snapshotOf('700').id]
    expect(overallStatus(ledger)).toBe('deleted')
  })
})

describe('several problems', () => {
  it('are one, whose next step is that of the second first', () => {
    const second: Problem = { status: 'timed_out', message: 'It is down.', next: 'Start it.' }
    expect(bothProblems(undefined, second)).toBe(second)
    expect(bothProblems(PROBLEM, second)).toEqual({
      status: 'failed',
      message: 'It broke. It is down.',
      next: 'Start it. Mend it.',
    })
    expect(bothProblems(PROBLEM, { ...second, next: 'Mend it.' }).next).toBe('Mend it.')
  })

  it('have failed unless said otherwise', () => {
    expect(failure('It broke.', 'Mend it.')).toEqual({ ok: false, problem: PROBLEM })
    expect(failure('It broke.', 'Mend it.', 'unknown')).toEqual({
      ok: false,
      problem: { ...PROBLEM, status: 'unknown' },
    })
  })

  it('of a request that was never sent for want of time are a time-out', async () => {
    const { ctx } = createContext()
    const path = '/snapshots/'
    const expired: ApiFailure = { kind: 'expired', method: 'GET', path, detail: '', repeated: 0 }
    expect(await explain(ctx, expired)).toEqual({
      status: 'timed_out',
      message: 'GET /snapshots/ was not sent, the deadline was reached.',
      next: 'Look at the present state, and give it more time.',
    })
    expect((await explain(ctx, expired, 'So it is.', 'unknown')).status).toBe('unknown')
    const refused: ApiFailure = { ...expired, kind: 'refused', status: 400, detail: 'No.', repeated: 1 }
    expect(await explain(ctx, refused, 'So it is.')).toEqual({
      status: 'failed',
      message: 'GET /snapshots/ was answered with 400: No. So it is.',
      next: 'Correct what the API names.',
    })
  })
})

describe('work side by side', () => {
  it('gives the results in their order, so many at a time', async () => {
    const { ctx, clock } = createContext()
    let now = 0
    let most = 0
    const work = async (ms: number) => {
      now += 1
      most = Math.max(most, now)
      await clock.sleep(ms)
      now -= 1
      return ms
    }
    const delays = [30, 10, 20, 40]
    expect(await clock.run(forEachServer({ ...ctx, maxParallel: 2 }, delays, work))).toEqual(delays)
    expect(most).toBe(2)
  })

  it('waits for the others before it throws the first error', async () => {
    const { clock } = createContext()
    const done: string[] = []
    const failing = async (ms: number, text: string) => {
      await clock.sleep(ms)
      throw new Error(text)
    }
    const slow = clock.sleep(90).then(() => done.push('slow'))
    const all = allOrFirstError<unknown>([failing(50, 'first in order'), failing(10, 'earlier'), slow])
    await expect(clock.run(all)).rejects.toThrow('first in order')
    expect(done).toEqual(['slow'])
  })
})

describe('the saved state', () => {
  const plan = {
    ...{ apiToken: 't', apiUrl: 'https://api.test/', summary: true, maxParallel: 1, timeLapse: false },
    ...{ restoreOn: ['failure'], deleteOn: [], restoreTimeoutMs: 1, startAfterRestore: true, servers: 2 },
    health: { timeoutMs: 1, targets: [] },
  }
  const entry = { server: '11', serverName: 'web-11', power: 'started' }
  const snapshot = { id: '700', name: 'x', createdAt: null, sizeMb: 5120, completed: true }

  function read(saved: Readonly<Record<string, unknown>>) {
    return readSavedState(name => (name in saved ? JSON.stringify(saved[name]) : ''))
  }

  it('is nothing where no plan was saved', () => {
    expect(read({ 'entry-0': entry, green: true })).toBeUndefined()
  })

  it('is read as far as it goes', () => {
    expect(read({ plan })).toEqual({ plan, entries: [], green: false })
    expect(read({ plan, 'entry-1': { ...entry, snapshot }, 'entry-2': entry, green: true })).toEqual({
      plan,
      entries: [{ ...entry, snapshot }],
      green: true,
    })
    expect(read({ plan, green: 'yes' })?.green).toBe(false)
  })

  it.each([
    ['a server that is no id', { ...entry, server: '../11' }],
    ['a snapshot that is no id', { ...entry, snapshot: { ...snapshot, id: '../700' } }],
    ['an unknown power', { ...entry, power: 'on' }],
  ])('is refused with %s', (_what, saved) => {
    expect(() => read({ plan, 'entry-0': saved })).toThrow()
  })

  it('holds the health targets', () => {
    const targets = [
      { kind: 'http', url: 'https://shop.test/' },
      { kind: 'tcp', host: 'shop.test', port: 22 },
    ]
    expect(read({ plan: { ...plan, health: { timeoutMs: 1, targets } } })?.plan.health.targets).toEqual(
      targets,
    )
  })

  it.each([
    { kind: 'ftp', url: 'ftp://shop.test/' },
    { kind: 'http', host: 'shop.test', port: 22 },
    { kind: 'tcp', host: 'shop.test' },
    { kind: 'tcp', port: 22 },
  ])('is refused with the health target %j', target => {
    expect(() => read({ plan: { ...plan, health: { timeoutMs: 1, targets: [target] } } })).toThrow()
  })

  it.each(['apiToken', 'apiUrl', 'restoreOn', 'servers', 'health'])('is refused without %s', name => {
    expect(() => read({ plan: { ...plan, [name]: undefined } })).toThrow()
  })
})
