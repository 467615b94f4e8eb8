/**
 * Who owns a snapshot and what may be deleted, written a second time from the rule itself: the tests hold what was
 * deleted against this, not against the code that chose it.
 */
const MARKER =
  /\[vps-snapshot-action workflow=(\S+) run=(\d+) attempt=(\d+) purpose=(deploy|schedule|safety) key=([a-z0-9]{8})\]\s*$/

export interface Owner {
  readonly workflow: string
  readonly run: string
  readonly attempt: string
  readonly purpose: string
  readonly key: string
}

/** Who a description says made the snapshot; undefined: a person. */
export function ownerOf(description: string | null): Owner | undefined {
  const [, workflow = '', run = '', attempt = '', purpose = '', key = ''] =
    MARKER.exec(description ?? '') ?? []
  return run === '' ? undefined : { workflow, run, attempt, purpose, key }
}

/** What the rule looks at. */
export interface Candidate {
  readonly status: string
  readonly description: string | null
  readonly createdAt: number
}

const HOUR = 3_600_000

/** Whether retention may delete a snapshot at the moment `now`, on behalf of this run of this workflow. */
export function mayBeRetired(
  snapshot: Candidate,
  by: { readonly workflow: string; readonly runId: string; readonly now: number },
): boolean {
  const owner = ownerOf(snapshot.description)
  if (owner === undefined || owner.purpose === 'safety') return false
  if (owner.workflow !== by.workflow || owner.run === by.runId) return false
  if (!/^(completed|failed|error|errored|cancell?ed)$/i.test(snapshot.status)) return false
  return by.now - snapshot.createdAt > HOUR
}
