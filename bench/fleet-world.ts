import type { WorldSetup } from '../test/emulator/settings.ts'
import { pollUntil } from './polling.ts'

export const SERVERS = 1_000
export const PAGE_SIZE = 100
const SLOTS = 5
const MINUTE = 60_000
const FIRST_SERVER = 50_001

/** The ids of the first `count` servers of the account. */
export function serverIds(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(FIRST_SERVER + index))
}

/** How long the snapshot of each server takes: spread evenly over 3 to 10 minutes, in no order. */
export function snapshotDurations(count: number): readonly number[] {
  // A step that has no divisor in common with any count that is measured visits every place once.
  return Array.from(
    { length: count },
    (_, index) => 3 * MINUTE + (7 * MINUTE * ((index * 617) % count)) / count,
  )
}

/**
 * An account with 1,000 servers and 5,000 snapshots, once the fleet has its new ones: those servers have a slot free,
 * all others are full.
 */
export function accountOf(fleet: number): WorldSetup {
  const ids = serverIds(SERVERS)
  const durations = snapshotDurations(fleet)
  const servers = ids.map((id, index) => {
    const snapshotMs = durations[index]
    return { id, name: `web-${id}`, ...(snapshotMs === undefined ? {} : { timeline: { snapshotMs } }) }
  })
  const snapshots = ids.flatMap((server, index) =>
    Array.from({ length: index < fleet ? SLOTS - 1 : SLOTS }, (_, slot) => ({
      ...{ id: String(100_000 + index * SLOTS + slot), server, name: `nightly-${slot + 1}`, sizeMb: 5_120 },
      createdAt: `2025-01-0${slot + 1}T02:00:00Z`,
      description: 'Nightly snapshot of the whole disk, taken before the packages are brought up to date',
    })),
  )
  const settings = { snapshotPaging: true, pageSize: 20, maxPageSize: PAGE_SIZE }
  return { servers, snapshots, settings }
}

/** What as many processes as servers would do, each with a fixed poll of 15 s for its own snapshot. */
export function oneProcessEach(count: number): { readonly requests: number; readonly delayMs: number } {
  const waits = snapshotDurations(count).map(durationMs => ({
    durationMs,
    ...pollUntil(() => 15_000, durationMs),
  }))
  const noticed = Math.max(...waits.map(wait => wait.durationMs + wait.delayMs))
  const ended = Math.max(...waits.map(wait => wait.durationMs))
  // Each asks for the snapshot, after it has read the server.
  return { requests: waits.reduce((sum, wait) => sum + wait.requests + 2, 0), delayMs: noticed - ended }
}
