import type { Snapshot } from '../domain/entities.ts'
import { parseMarker } from '../policy/marker.ts'
import type { Outputs } from '../report/outputs.ts'
import { type Entry, type Status, saidStatus, worstStatus } from './entry.ts'
import type { Ledger } from './ledger.ts'

/** The outputs that have a value for each snapshot that exists, as lists in the order of the entries. */
export function snapshotFields(ledger: Ledger): Outputs {
  const existing = ledger.entries.flatMap(entry =>
    entry.snapshot === undefined ? [] : [{ entry, snapshot: entry.snapshot }],
  )
  const list = (value: (item: (typeof existing)[number]) => string): string => existing.map(value).join(',')
  return {
    'snapshot-id': list(({ snapshot }) => snapshot.id),
    'snapshot-name': list(({ snapshot }) => snapshot.name),
    'server-id': list(({ entry }) => entry.server),
    'server-name': list(({ entry }) => entry.serverName),
    'created-at': list(({ snapshot }) => snapshot.createdAt ?? ''),
    'size-mb': existing.every(({ snapshot }) => snapshot.sizeMb === null)
      ? ''
      : list(({ snapshot }) => `${snapshot.sizeMb ?? ''}`),
  }
}

/** The status of the operation as a whole: of several servers the worst. */
export function overallStatus(ledger: Ledger): Status {
  // What could not even be asked for is a failure, and so is what is complete but not as it should be.
  const statuses = ledger.entries.flatMap(({ status, problem, accepted }) => [
    saidStatus(status, accepted),
    saidStatus(problem?.status, accepted),
  ])
  const anyAccepted = ledger.entries.some(entry => entry.accepted)
  statuses.push(saidStatus(ledger.problem?.status, anyAccepted))
  // What was gone before it was to be deleted is as it should be.
  if (ledger.absent.length > 0) statuses.push('deleted')
  return worstStatus(statuses)
}

/** The JSON of the `snapshots` output: ids as strings, whose each one is, and why where it went wrong. */
export function snapshotsJson(ledger: Ledger): string {
  if (ledger.listed !== undefined) return JSON.stringify(ledger.listed.map(snapshot => jsonOf(snapshot)))
  const items = ledger.entries.flatMap(entry =>
    entry.snapshot === undefined ? [] : [jsonOf(entry.snapshot, entry)],
  )
  return JSON.stringify(items)
}

/** A refused operation says nothing about the snapshot: one that was not restored or deleted is as good as before. */
export function snapshotStatus(snapshot: Snapshot, entry: Entry): string {
  const said = saidStatus(entry.status, entry.accepted)
  return said === undefined || (said === 'failed' && !entry.accepted) ? snapshot.status : said
}

function jsonOf(snapshot: Snapshot, entry?: Entry): Record<string, unknown> {
  const marker = parseMarker(snapshot.description)
  return {
    id: snapshot.id,
    name: snapshot.name,
    status: entry === undefined ? snapshot.status : snapshotStatus(snapshot, entry),
    size_mb: snapshot.sizeMb,
    created_at: snapshot.createdAt,
    description: snapshot.description,
    server: { id: snapshot.server.id, name: snapshot.server.name },
    made_by:
      marker === undefined
        ? null
        : { workflow: marker.workflow, run_id: marker.run, attempt: marker.attempt, purpose: marker.purpose },
    ...(entry?.problem === undefined ? {} : { error: entry.problem.message }),
  }
}
