import type { Snapshot } from '../../../src/domain/entities.ts'
import { parseServerId, parseSnapshotId, type ServerId, type SnapshotId } from '../../../src/domain/ids.ts'
import type { WorkflowRun } from '../../../src/domain/workflow-run.ts'
import type { Marker } from '../../../src/policy/marker.ts'

export const NOW = Date.parse('2025-01-16T16:15:00Z')
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export function snapshotId(text: string): SnapshotId {
  const id = parseSnapshotId(text)
  if (id === undefined) throw new Error(`no snapshot id: ${text}`)
  return id
}

function serverId(text: string): ServerId {
  const id = parseServerId(text)
  if (id === undefined) throw new Error(`no server id: ${text}`)
  return id
}

export const RUN: WorkflowRun = {
  repository: 'octo/shop',
  workflow: 'octo/shop/.github/workflows/deploy.yml',
  workflowName: 'Deploy',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  job: 'release',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  isNestedInForeignRunner: false,
  serverUrl: 'https://github.com',
  action: 'owner/vps-snapshot-action@v1',
}

/** A marker of another, earlier run of the same workflow. */
export const MARKER: Marker = {
  workflow: RUN.workflow,
  repository: 'octo/shop',
  run: '9876540000',
  attempt: 1,
  purpose: 'deploy',
  key: 'k3v9x2p7',
}

export const MARKER_TEXT =
  '[vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876540000 attempt=1 purpose=deploy key=k3v9x2p7]'

export interface SnapshotSketch {
  readonly id: string
  readonly name?: string
  readonly status?: string
  readonly createdAt?: string | null
  readonly description?: string
}

export function snapshotOf(sketch: SnapshotSketch): Snapshot {
  return {
    id: snapshotId(sketch.id),
    name: sketch.name ?? `snapshot-${sketch.id}`,
    status: sketch.status ?? 'completed',
    sizeMb: 5120,
    createdAt: sketch.createdAt === undefined ? ago(24 * HOUR) : sketch.createdAt,
    description: sketch.description ?? MARKER_TEXT,
    server: { id: serverId('12345'), name: 'web-server-01' },
  }
}

/** The time stamp of a moment that long before NOW. */
export function ago(ms: number): string {
  return new Date(NOW - ms).toISOString()
}
