import type { Snapshot } from '../../../src/domain/entities.ts'
import { parseServerId, parseSnapshotId, type ServerId, type SnapshotId } from '../../../src/domain/ids.ts'
import { apply } from '../../../src/run/apply.ts'
import type { ServerEvent } from '../../../src/run/events.ts'
import { newOperationRun, type OperationRun } from '../../../src/run/operation-run.ts'
import type { Problem } from '../../../src/run/problem.ts'
import { type Goal, newServerRun, type ServerRun } from '../../../src/run/server-run.ts'

export const NOW = Date.parse('2026-03-02T02:40:00Z')

export function serverId(text: string): ServerId {
  const id = parseServerId(text)
  if (id === undefined) throw new Error(`no server id: ${text}`)
  return id
}

export function snapshotId(text: string): SnapshotId {
  const id = parseSnapshotId(text)
  if (id === undefined) throw new Error(`no snapshot id: ${text}`)
  return id
}

/** A completed snapshot of server 11, unless told otherwise. */
export function snapshot(id: string, server = '11'): Snapshot {
  return {
    id: snapshotId(id),
    name: `name-${id}`,
    status: 'completed',
    sizeMb: 5120,
    createdAt: '2026-03-02T02:00:00Z',
    description: '',
    server: { id: serverId(server), name: `web-${server}` },
  }
}

/** A problem of which nothing but these facts matters. */
export function problem(facts: Partial<Problem> = {}): Problem {
  return { reason: 'refused', done: 'nothing', what: 'It did not work.', state: '', next: [], ...facts }
}

/** The record of one server after some events, all of them now. */
export function record(goal: Goal, events: readonly ServerEvent[] = [], server = '11'): ServerRun {
  const target = goal === 'create' ? undefined : snapshot(`8${server}`, server)
  const begin = newServerRun(goal, { id: serverId(server), name: `web-${server}` }, target)
  return events.reduce((run, event) => apply(run, event, NOW), begin)
}

/** The record of an operation with some servers. */
export function operation(
  name: OperationRun['operation'],
  servers: readonly ServerRun[],
  more: Partial<OperationRun> = {},
): OperationRun {
  return {
    ...newOperationRun({ operation: name, mode: 'wait', jobStatus: 'success' }, NOW),
    servers,
    ...more,
  }
}

/** Accepted, and under way. */
export function accepted(
  work: 'snapshot' | 'restore' | 'possible restore' | 'deletion',
  id = '811',
): ServerEvent {
  return { type: 'accepted', work, snapshot: snapshot(id, id.slice(1)) }
}

export const SUCCEEDED: ServerEvent = { type: 'succeeded' }
export const CANCELLED: ServerEvent = { type: 'cancelled' }
export const TIMED_OUT: ServerEvent = { type: 'left running', why: 'timed out', lastFailure: undefined }
export const NOT_AWAITED: ServerEvent = { type: 'left running', why: 'not awaited' }

export function failed(facts: Partial<Problem> = {}): ServerEvent {
  return { type: 'failed', problem: problem(facts) }
}
