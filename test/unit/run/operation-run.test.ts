import { describe, expect, it } from 'vitest'
import {
  allProblems,
  applyToAll,
  applyToServer,
  type OperationEvent,
  type OperationRun,
} from '../../../src/run/operation-run.ts'
import { NOW, operationRun, problem, serverId, serverRun, snapshot, snapshotId } from './fixtures.ts'

const PAIR = [serverRun(), serverRun({ goal: 'restore' })]
const CANCEL = { by: 'cancel', signal: 'SIGTERM' } as const
const CRASH = { by: 'internal error', message: 'x is not a function' } as const

it('begins with nothing known', () => {
  expect(operationRun({ operation: 'wait', mode: 'no wait', jobStatus: 'failure' })).toEqual({
    ...{ operation: 'wait', mode: 'no wait', jobStatus: 'failure', began: NOW, stopsServers: false },
    ...{
      servers: [],
      absent: [],
      asked: [],
      unclear: { ownerless: [], unreadable: 0 },
      deletedUnlisted: [],
      rollback: 'not due',
      retention: 'not asked',
    },
    ...{ listed: undefined, problem: undefined, armed: undefined, stateLost: undefined, cutOff: undefined },
  })
})

describe('what happens to the whole', () => {
  it.each<[OperationEvent, Partial<OperationRun>]>([
    [{ type: 'servers found', servers: PAIR }, { servers: PAIR }],
    [
      { type: 'absent', ids: [snapshotId('777')], deleted: [snapshotId('778')] },
      { absent: [snapshotId('777')], deletedUnlisted: [snapshotId('778')] },
    ],
    [
      {
        type: 'listed',
        snapshots: [snapshot('701')],
        asked: [serverId('11')],
        unclear: { ownerless: [snapshotId('702')], unreadable: 1 },
      },
      {
        listed: [snapshot('701')],
        asked: [serverId('11')],
        unclear: { ownerless: [snapshotId('702')], unreadable: 1 },
      },
    ],
    [{ type: 'failed', problem: problem() }, { problem: problem() }],
    [{ type: 'state lost', why: 'ENOSPC' }, { stateLost: 'ENOSPC' }],
    [{ type: 'rollback', rollback: 'due' }, { rollback: 'due' }],
    [{ type: 'retention', retention: 'list unreadable' }, { retention: 'list unreadable' }],
    [{ type: 'cut off', cutOff: CANCEL }, { cutOff: CANCEL }],
  ])('%o', (event, change) => {
    const begin = operationRun()
    expect(applyToAll(begin, event, NOW)).toEqual({ ...begin, ...change })
  })

  it('is armed as asked', () => {
    const armed = {
      restoreOn: ['failure'],
      deleteOn: [],
      keepLast: 3,
      isTooLate: false,
      isKept: false,
    } as const
    expect(applyToAll(operationRun(), { type: 'armed', armed }, NOW).armed).toBe(armed)
  })

  it('keeps the first reason for which the state was lost', () => {
    const lost = applyToAll(operationRun(), { type: 'state lost', why: 'first' }, NOW)
    expect(applyToAll(lost, { type: 'state lost', why: 'second' }, NOW).stateLost).toBe('first')
  })

  it.each([
    [CANCEL, 'cancelled'],
    [CRASH, 'internal error'],
  ])('is a cut-off of every server: %o', (cutOff, why) => {
    const { servers } = applyToAll(operationRun({ servers: PAIR }), { type: 'cut off', cutOff }, NOW)
    expect(servers.map(({ task }) => task)).toEqual(PAIR.map(() => ({ state: 'skipped', why })))
  })
})

it('changes one server, and leaves the others as they are', () => {
  const begin = operationRun({ servers: PAIR })
  const { servers } = applyToServer(begin, 1, { type: 'began' }, NOW)
  expect(servers).toEqual([PAIR[0], { ...PAIR[1], began: NOW }])
  expect(servers[0]).toBe(PAIR[0])
})

it('has the problem of the whole before those of its servers', () => {
  const [own, other] = ['own', 'other'].map(what => problem({ what }))
  const servers = [
    serverRun(),
    serverRun({ task: { state: 'rejected', problem: problem({ what: 'other' }) } }),
  ]
  expect(allProblems(operationRun({ servers }))).toEqual([other])
  expect(allProblems(operationRun({ servers, problem: problem({ what: 'own' }) }))).toEqual([own, other])
})
