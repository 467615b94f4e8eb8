/**
 * Who owns a snapshot and what may be deleted, written a second time from the rule itself: the tests hold what was
 * deleted against this, not against the code that chose it.
 */
const MARKER =
  /\[vps-snapshot-action workflow=(\S+) run=(\d+) attempt=(\d+) purpose=(deploy|schedule|safety|keep) key=([a-z0-9]{8})\]\s*$/

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

const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Retiring {
  readonly workflow: string
  readonly runId: string
  readonly now: number
  /** All snapshots of the server, where a slot is wanted: then one of a burst may go, too. */
  readonly others?: readonly Candidate[]
}

/** Whether retention may delete a snapshot at the moment `now`, on behalf of this run of this workflow. */
export function mayBeRetired(snapshot: Candidate, by: Retiring): boolean {
  const owner = ownerOf(snapshot.description)
  if (owner === undefined || owner.purpose === 'safety' || owner.purpose === 'keep') return false
  if (owner.workflow !== by.workflow || owner.run === by.runId) return false
  if (!FINISHED.test(snapshot.status)) return false
  const ageMs = by.now - snapshot.createdAt
  return ageMs > HOUR || (ageMs > 10 * MINUTE && newerOwn(snapshot, by).length >= 3)
}

export const COMPLETED = /^(?:completed?|available|ready|done|success|finished)$/i
const FINISHED =
  /^(?:completed?|available|ready|done|success|finished|failed|failure|aborted|error(?:ed)?|cancell?ed)$/i

function newerOwn(snapshot: Candidate, { workflow, others = [] }: Retiring): readonly Candidate[] {
  return others.filter(other => {
    const owner = ownerOf(other.description)
    const isOwn = owner?.workflow === workflow && ['deploy', 'schedule'].includes(owner.purpose)
    return isOwn && COMPLETED.test(other.status) && other.createdAt > snapshot.createdAt
  })
}
