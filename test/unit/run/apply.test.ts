import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apply } from '../../../src/run/apply.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import type { Deletion, ServerRun, Task } from '../../../src/run/server-run.ts'
import { NOW, problem, server, serverRun, snapshot } from './fixtures.ts'
import { afterStep } from './histories.ts'
import { STORIES } from './stories.ts'

const PROBLEM = problem()
const UNKNOWN = problem({ done: 'unknown', reason: 'lost-answer' })
const OLD = snapshot('701')
const NEW = snapshot('801', '11', { status: 'in_progress' })
const DONE = snapshot('801')
const RUNNING: Task = { state: 'running', work: 'snapshot', snapshot: NEW, since: NOW - 60_000 }
const LEFT: Task = { ...RUNNING, state: 'left running', why: 'not awaited', at: NOW }
const SUCCEEDED: Task = { ...RUNNING, state: 'succeeded', snapshot: DONE, at: NOW, how: 'seen' }
const REQUESTED: Task = { state: 'requested', request: 'create', before: { state: 'pending' } }

function now(change: Partial<ServerRun>, event: ServerEvent): ServerRun {
  return apply(serverRun(change), event, NOW)
}

describe('the task', () => {
  it.each<[string, Task, ServerEvent, Task]>([
    [
      'is planned',
      { state: 'pending' },
      { type: 'planned', steps: ['a'] },
      { state: 'planned', steps: ['a'] },
    ],
    [
      'is skipped, and why',
      { state: 'pending' },
      { type: 'skipped', why: 'out of time' },
      { state: 'skipped', why: 'out of time' },
    ],
    [
      'is requested while an answer is outstanding',
      { state: 'pending' },
      { type: 'request sent', request: 'create' },
      REQUESTED,
    ],
    ['is what it was where the API refuses', REQUESTED, { type: 'request refused' }, { state: 'pending' }],
    [
      'keeps what held before the first of several requests',
      REQUESTED,
      { type: 'request sent', request: 'make room', toDelete: NEW },
      { state: 'requested', request: 'make room', before: { state: 'pending' }, toDelete: NEW },
    ],
    [
      'runs once it is accepted',
      REQUESTED,
      { type: 'accepted', work: 'snapshot', snapshot: NEW },
      { state: 'running', work: 'snapshot', snapshot: NEW, since: NOW },
    ],
    ['succeeds', RUNNING, { type: 'succeeded', snapshot: DONE }, SUCCEEDED],
    [
      'succeeds with the snapshot as last seen where none is new',
      RUNNING,
      { type: 'succeeded', how: 'never seen' },
      { ...RUNNING, state: 'succeeded', at: NOW, how: 'never seen' },
    ],
    [
      'succeeds without us where somebody else had deleted it',
      REQUESTED,
      { type: 'succeeded', snapshot: OLD, how: 'already gone' },
      { state: 'succeeded', work: 'deletion', snapshot: OLD, since: NOW, at: NOW, how: 'already gone' },
    ],
    ['does not succeed with nothing', { state: 'pending' }, { type: 'succeeded' }, { state: 'pending' }],
    ['is left running, and why', RUNNING, { type: 'left running', why: 'not awaited' }, LEFT],
    [
      'is not left running before it runs',
      REQUESTED,
      { type: 'left running', why: 'not awaited' },
      REQUESTED,
    ],
    [
      'is rejected where nothing was accepted',
      REQUESTED,
      { type: 'failed', problem: PROBLEM },
      { state: 'rejected', problem: PROBLEM },
    ],
    [
      'is ambiguous where it is unknown whether the API acted',
      REQUESTED,
      { type: 'failed', problem: UNKNOWN },
      { state: 'ambiguous', problem: UNKNOWN },
    ],
    [
      'fails after it was accepted, with the snapshot as it was',
      RUNNING,
      { type: 'failed', problem: PROBLEM },
      { state: 'failed', work: 'snapshot', snapshot: NEW, problem: PROBLEM },
    ],
    [
      'fails with the snapshot as it is now',
      RUNNING,
      { type: 'failed', problem: PROBLEM, snapshot: DONE },
      { state: 'failed', work: 'snapshot', snapshot: DONE, problem: PROBLEM },
    ],
    [
      'fails without a snapshot that no longer exists',
      RUNNING,
      { type: 'failed', problem: PROBLEM, snapshot: 'gone' },
      { state: 'failed', work: 'snapshot', snapshot: undefined, problem: PROBLEM },
    ],
    [
      'is rejected where the server could not be stopped for it',
      { state: 'pending' },
      { type: 'stop failed', problem: PROBLEM },
      { state: 'rejected', problem: PROBLEM },
    ],
    [
      'is what it was once its safety snapshot is accepted',
      { ...REQUESTED, request: 'safety snapshot' },
      { type: 'safety snapshot accepted', snapshot: NEW },
      { state: 'pending' },
    ],
    [
      'is what it was once a slot is free',
      REQUESTED,
      { type: 'deletion ended', deletion: { snapshot: OLD, by: 'when-full', end: 'deleted' } },
      { state: 'pending' },
    ],
    [
      'is skipped by a cancel before it began',
      { state: 'pending' },
      { type: 'cancelled' },
      { state: 'skipped', why: 'cancelled' },
    ],
    [
      'is skipped by a crash before it began',
      { state: 'pending' },
      { type: 'abandoned' },
      { state: 'skipped', why: 'internal error' },
    ],
    ['is left running by a cancel', RUNNING, { type: 'cancelled' }, { ...LEFT, why: 'cancelled' }],
    ['is left running by a crash', RUNNING, { type: 'abandoned' }, { ...LEFT, why: 'internal error' }],
  ])('%s', (_, task, event, expected) => {
    expect(now({ task }, event).task).toEqual(expected)
  })

  it.each<Task>([
    REQUESTED,
    { state: 'planned', steps: [] },
    { state: 'skipped', why: 'group failed' },
    { state: 'rejected', problem: PROBLEM },
    { state: 'ambiguous', problem: UNKNOWN },
    LEFT,
    SUCCEEDED,
    { state: 'failed', work: 'restore', snapshot: OLD, problem: PROBLEM },
  ])('stays $state when it is cut off: that is the truth', task => {
    expect(now({ task }, { type: 'cancelled' }).task).toBe(task)
    expect(now({ task }, { type: 'cancelled' }).deletions).toEqual([])
    expect(now({ task }, { type: 'abandoned' }).task).toBe(task)
  })
})

it.each(['cancelled', 'abandoned'] as const)(
  'a snapshot that was to make room may be gone when it is %s',
  type => {
    const task: Task = {
      state: 'requested',
      request: 'make room',
      before: { state: 'pending' },
      toDelete: NEW,
    }
    const before = { snapshot: DONE, by: 'when-full', end: 'gone' } as const
    expect(now({ task, deletions: [before] }, { type })).toMatchObject({
      task,
      deletions: [before, { snapshot: NEW, by: 'when-full', end: 'unknown' }],
    })
  },
)

describe('the server', () => {
  const facts = serverRun().server

  it.each<[string, ServerEvent, Partial<typeof facts>]>([
    [
      'is as it was read',
      { type: 'server read', server: server('11', { name: 'new', status: 'off' }) },
      { name: 'new', status: 'off', statusSince: NOW, readAt: NOW },
    ],
    [
      'keeps its name where the API gives none',
      { type: 'server read', server: server('11', { name: '' }) },
      { name: 'web-server-11', status: 'active', statusSince: NOW, readAt: NOW },
    ],
    [
      'has the status that was seen',
      { type: 'status seen', status: 'off' },
      { status: 'off', statusSince: NOW, readAt: NOW },
    ],
    ['was looked at though it cannot be read', { type: 'server unreadable' }, { readAt: NOW }],
  ])('%s', (_, event, change) => {
    expect(now({}, event).server).toEqual({ ...facts, ...change })
  })

  it('has had its status since it was first seen so', () => {
    const since = { ...facts, status: 'off', statusSince: 7, readAt: 8 }
    expect(now({ server: since }, { type: 'status seen', status: 'off' }).server.statusSince).toBe(7)
    const read = { type: 'server read', server: server('11', { status: 'off' }) } as const
    expect(now({ server: since }, read).server.statusSince).toBe(7)
    expect(now({ server: since }, { type: 'status seen', status: 'active' }).server.statusSince).toBe(NOW)
    expect(now({ server: since }, { type: 'server unreadable' }).server.statusSince).toBe(7)
  })

  it('gets its name from the answer to a create, and from no other answer', () => {
    const accepted = (name: string) =>
      ({ type: 'accepted', work: 'snapshot', snapshot: { ...NEW, server: { ...NEW.server, name } } }) as const
    expect(now({}, accepted('db')).server.name).toBe('db')
    expect(now({}, accepted('')).server.name).toBe('web-server-11')
    expect(now({ goal: 'wait' }, accepted('db')).server.name).toBe('web-server-11')
  })
})

describe('the slots', () => {
  it('are as counted, and one more with an accepted create', () => {
    const accepted = { type: 'accepted', work: 'snapshot', snapshot: NEW } as const
    expect(now({}, { type: 'slots counted', used: 4 }).slots).toBe(4)
    expect(now({ slots: 3 }, accepted).slots).toBe(4)
    expect(now({}, accepted).slots).toBeUndefined()
    expect(now({ slots: 3 }, { type: 'began' }).slots).toBe(3)
  })

  it('are not one more with what an earlier step made, or with a restore', () => {
    const accepted = { type: 'accepted', work: 'snapshot', snapshot: NEW } as const
    expect(now({ slots: 3, goal: 'wait' }, accepted).slots).toBe(3)
    expect(now({ slots: 3 }, { ...accepted, work: 'restore' }).slots).toBe(3)
    expect(now({ slots: 3, task: RUNNING }, { type: 'succeeded' }).slots).toBe(3)
  })
})

it('keeps what was deleted besides, in order, and what stays', () => {
  const deletion = (id: string): Deletion => ({ snapshot: snapshot(id), by: 'keep-last', end: 'deleted' })
  const one = now({}, { type: 'deletion ended', deletion: deletion('601') })
  const two = apply(one, { type: 'deletion ended', deletion: deletion('602') }, NOW)
  expect(two.deletions).toEqual([deletion('601'), deletion('602')])
  const kept = [{ snapshot: OLD, reason: { kind: 'manual' } }] as const
  expect(now({}, { type: 'kept', kept }).kept).toBe(kept)
})

describe.each(Object.entries(STORIES))('every history of %s', (_, stories) => {
  it('changes no record, but makes a new one', () => {
    fc.assert(
      fc.property(stories, ({ begin, steps }) => {
        let run = begin
        for (const step of steps) {
          const before = structuredClone(run)
          const next = afterStep(run, step)
          expect(run).toEqual(before)
          run = next
        }
      }),
      { numRuns: 30 },
    )
  })

  it('keeps a server’s id, and never forgets what was accepted or done', () => {
    fc.assert(
      fc.property(stories, ({ begin, steps }) => {
        let run = begin
        for (const step of steps) {
          const next = afterStep(run, step)
          for (const [index, server] of run.servers.entries()) {
            const now = next.servers[index]
            expect(now?.server.id).toBe(server.server.id)
            expect(now?.deletions.slice(0, server.deletions.length)).toEqual(server.deletions)
            expect(now?.phases.slice(0, server.phases.length)).toEqual(server.phases)
            if (server.safety !== undefined) expect(now?.safety?.snapshot).toBe(server.safety.snapshot)
            if (server.began !== undefined) expect(now?.began).toBe(server.began)
          }
          run = next
        }
      }),
      { numRuns: 30 },
    )
  })
})
