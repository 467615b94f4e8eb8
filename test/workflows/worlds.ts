import type { SnapshotSpec, TimelineChange, WorldSetup } from '../emulator/settings.ts'
import type { EventKind } from '../emulator/world-types.ts'
import type { ServerExpectation } from './scenario.ts'

const HOUR_MS = 60 * 60_000

export const SERVER = '12345'
/** What is on a server's disk before anything is deployed. */
export const BEFORE = 'version 1'

/** One server, and what is so about it. */
export function oneServer(
  timeline: TimelineChange = {},
  snapshots: readonly SnapshotSpec[] = [],
): WorldSetup {
  const server = { id: SERVER, name: 'web-server-01', disk: BEFORE, timeline }
  return { servers: [server], snapshots: [...snapshots], nextSnapshotId: '901' }
}

/** Servers 12345, 12346 and so on; the timeline is that of the last one. */
export function fleet(size: number, timeline: TimelineChange = {}): WorldSetup {
  const servers = Array.from({ length: size }, (_, index) => ({
    id: String(Number(SERVER) + index),
    name: `web-server-0${index + 1}`,
    disk: BEFORE,
    timeline: index === size - 1 ? timeline : {},
  }))
  return { servers, nextSnapshotId: '901' }
}

/** A snapshot of the server that some workflow of this repository made before a deploy. */
export function madeBy(
  workflow: string,
  snapshot: { id: string; disk: string; hoursAgo: number },
): SnapshotSpec {
  const marker = `workflow=owner/shop/.github/workflows/${workflow} run=${snapshot.id} attempt=1 purpose=deploy`
  return { ...byPerson(snapshot), description: `Before [vps-snapshot-action ${marker} key=abcdefgh]` }
}

/** A snapshot of the server that a person made. */
export function byPerson(snapshot: { id: string; disk: string; hoursAgo: number }): SnapshotSpec {
  const { id, disk, hoursAgo } = snapshot
  const createdAt = new Date(Date.now() - hoursAgo * HOUR_MS).toISOString()
  return { id, server: SERVER, name: `snapshot-${id}`, status: 'completed', createdAt, disk }
}

export const SNAPSHOT: readonly EventKind[] = ['snapshot-created', 'snapshot-completed']
export const FAILED_SNAPSHOT: readonly EventKind[] = ['snapshot-created', 'snapshot-failed']
export const RESTORE: readonly EventKind[] = ['restore-begun', 'stopped', 'restore-ended', 'running']

/** A server that runs when all is over. */
export function runs(
  disk: string,
  events: readonly EventKind[],
  snapshots: readonly string[],
): ServerExpectation {
  return { disk, isRunning: true, events, snapshots }
}
