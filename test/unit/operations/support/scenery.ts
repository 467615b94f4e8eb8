import type { WorkflowRun } from '../../../../src/domain/workflow-run.ts'
import { formatMarker, markerFor, type Purpose } from '../../../../src/policy/marker.ts'
import { newServerRun, type ServerRun } from '../../../../src/run/server-run.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import type { ServerSpec, SnapshotSpec } from '../../../emulator/settings.ts'
import { snapshot as listed, serverId } from '../../run/fixtures.ts'
import { ORIGIN, START } from './stage.ts'

/** The one server of most tests. */
export const WEB: ServerSpec = { id: '12345', name: 'web-server-01' }

/** Servers 11, 12, … named web-11, web-12, … */
export function fleet(count: number, more: Partial<ServerSpec> = {}): ServerSpec[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(11 + index)
    return { id, name: `web-${id}`, ...more }
  })
}

/** The ids of some servers as an input. */
export function idsOf(servers: readonly { readonly id: string }[]): string {
  return servers.map(({ id }) => id).join(',')
}

const HOUR = 60 * 60_000

/** A date so many hours before the stage's beginning, as the API writes it. */
export function hoursAgo(hours: number): string {
  return `${new Date(START - hours * HOUR).toISOString().slice(0, 19)}Z`
}

interface Made {
  readonly id: string
  readonly server?: string
  readonly hours?: number
  readonly status?: string
  readonly name?: string
}

/** A snapshot that a person made. */
export function byHand({ id, server = WEB.id, hours = 24, status = 'completed', name }: Made): SnapshotSpec {
  const described = { name: name ?? `by-hand-${id}`, description: 'made by hand' }
  return { id, server, status, createdAt: hoursAgo(hours), ...described }
}

/** A snapshot that a run of a workflow made: this one's, in an earlier run, unless told otherwise. */
export function byWorkflow(
  made: Made & {
    readonly run?: string
    readonly attempt?: number
    readonly purpose?: Purpose
    readonly workflow?: string
  },
): SnapshotSpec {
  const { run = '9000000000', attempt = 1, purpose = 'deploy', workflow = ORIGIN.workflow } = made
  const origin: WorkflowRun = { ...ORIGIN, runId: run, attempt, workflow }
  const marker = formatMarker(markerFor(origin, purpose, 'k0000000'))
  return { ...byHand({ name: `deploy-${made.id}`, ...made }), description: `made by a run ${marker}` }
}

/** The record of a server that nothing was read of yet, as the functions of messages modules take it. */
export function recordOf({ id, name = '' }: ServerSpec, snapshot = '802'): ServerRun {
  return newServerRun('restore', { id: serverId(id), name }, listed(snapshot, id))
}

/** The API itself answers with this status and these words, and does nothing. */
export function refuse(match: NonNullable<FaultRule['match']>, status: number, detail = 'No.'): FaultRule {
  return { match, when: 'before', fault: { kind: 'status', status, body: JSON.stringify({ detail }) } }
}

/** The nth request for a snapshot goes wrong so: after the world has acted upon it, or before. */
export function failCreate(fault: FaultRule['fault'], when: FaultRule['when'], nth = 1): FaultRule {
  return { match: { method: 'POST', path: '/snapshots/', nth }, when, fault }
}

/** The nth such request is to be sent again after so many seconds. */
export function later(seconds: number, method: string, path: string, nth = 1): FaultRule {
  const headers = { 'retry-after': String(seconds) }
  return { match: { method, path, nth }, when: 'before', fault: { kind: 'status', status: 429, headers } }
}
