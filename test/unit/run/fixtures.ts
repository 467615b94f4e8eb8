import type { Server, Snapshot } from '../../../src/domain/entities.ts'
import { parseServerId, parseSnapshotId, type ServerId, type SnapshotId } from '../../../src/domain/ids.ts'
import type { WorkflowRun } from '../../../src/domain/workflow-run.ts'
import { describe, markerFor, type Purpose } from '../../../src/policy/marker.ts'
import { newOperationRun, type OperationRun } from '../../../src/run/operation-run.ts'
import type { Problem } from '../../../src/run/problem.ts'
import type { SavedPlanBase } from '../../../src/run/saved-plan.ts'
import { newServerRun, type ServerRun } from '../../../src/run/server-run.ts'

/** The moment at which every record of these tests begins. */
export const NOW = Date.parse('2026-03-02T02:40:00Z')

export const ORIGIN: WorkflowRun = {
  repository: 'octo/shop',
  workflow: 'octo/shop/.github/workflows/deploy.yml',
  workflowName: 'Deploy',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  isNestedInForeignRunner: false,
  serverUrl: 'https://github.example',
  action: 'octo/vps-snapshot-action@v1',
}

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

/** A snapshot of `server` that is an hour old. */
export function snapshot(id: string, server = '11', change: Partial<Snapshot> = {}): Snapshot {
  return {
    id: snapshotId(id),
    name: `before-${id}`,
    status: 'completed',
    sizeMb: 5_120,
    createdAt: '2026-03-02T01:40:00Z',
    description: '',
    server: { id: serverId(server), name: `web-server-${server}` },
    ...change,
  }
}

/** The description of a snapshot that a run of a workflow made: this one's, in an earlier run, unless told otherwise. */
export function madeBy(
  change: Partial<WorkflowRun> & { readonly purpose?: Purpose } = {},
): Pick<Snapshot, 'description'> {
  const { purpose = 'deploy', ...origin } = change
  const marker = markerFor({ ...ORIGIN, runId: '9000000000', ...origin }, purpose, 'k0000000')
  return { description: describe('made by a run', marker) }
}

export function server(id = '11', change: Partial<Server> = {}): Server {
  return {
    id: serverId(id),
    otherIds: [],
    name: `web-server-${id}`,
    status: 'active',
    foundByName: false,
    ...change,
  }
}

/** One that names no server. */
export function problem(change: Partial<Problem> = {}): Problem {
  return {
    ...{
      reason: 'refused',
      done: 'nothing',
      what: 'It failed.',
      state: 'Not done.',
      next: [],
      isUnnamed: true,
    },
    ...change,
  }
}

/** A record of server 11, as it is when it begins, with some of it changed. */
export function serverRun(change: Partial<ServerRun> = {}): ServerRun {
  const { goal = 'create' } = change
  const target = goal === 'create' ? undefined : snapshot('701')
  return { ...newServerRun(goal, { id: serverId('11'), name: 'web-server-11' }, target), ...change }
}

/** The record of an operation, as it is when it begins, with some of it changed. */
export function operationRun(change: Partial<OperationRun> = {}): OperationRun {
  const { operation = 'create', mode = 'wait', jobStatus = 'success' } = change
  return { ...newOperationRun({ operation, mode, jobStatus }, NOW), ...change }
}

/** What the post stage needs of a request. */
export const PLAN: SavedPlanBase = {
  ...{
    operation: 'create',
    apiToken: 'vps_token',
    apiUrl: new URL('https://api.example/api/v1'),
    notifyOn: [],
  },
  ...{ summary: true, maxParallel: 10, acceleratedClock: false, restoreOn: ['failure'], deleteOn: [] },
  ...{ whenFull: 'fail', restoreTimeoutMs: 3_600_000, startAfterRestore: true },
  health: { timeoutMs: 300_000, targets: [] },
}
