import { isNumericId, parseSnapshotId, type ServerId, type SnapshotId } from '../domain/ids.ts'
import { type Fields, fieldProblem, fieldsOf, idOf, textOf } from './fields.ts'
import * as messages from './messages.ts'
import { mismatch, namedServer, type Reader, type Reading, unreadable } from './schemas.ts'
import type { ServerAliases } from './server-aliases.ts'

export interface RestoreRequest {
  readonly snapshot: SnapshotId
  /** The server that is overwritten, where it is known: an answer that names another one is an error. */
  readonly server: ServerId | undefined
}

// The reference has `success` alone; the others are what such APIs say of a job that they have taken on.
const ACCEPTED =
  /^(?:success|successful|succeeded|ok|accepted|restoring|initiated|started|starting|queued|scheduled|pending|processing|in_progress|running|2[0-9]{2})$/i

/**
 * Reads the answer to a restore. It is an acceptance if it says so, or says it in words, or shows the snapshot or the
 * server being restored. An object that says nothing of the kind could come from anybody: taken for an acceptance, a
 * server that merely stays as it is would pass for restored.
 */
export function acceptanceReader(
  request: RestoreRequest,
  aliases: ServerAliases,
): Reader<{ readonly message: string }> {
  return body => {
    const fields = fieldsOf(body)
    if (fields === undefined) return unreadable(fieldProblem(messages.RESPONSE, body, 'an object'))
    return otherSnapshot(fields, request) ?? otherServer(fields, request, aliases) ?? accept(fields, request)
  }
}

function accept(fields: Fields, { snapshot }: RestoreRequest): Reading<{ readonly message: string }> {
  const message = textOf(fields['message']).trim()
  const status = textOf(fields['status']).trim()
  const isAccepted =
    ACCEPTED.test(status) ||
    fields['success'] === true ||
    (status === '' && message !== '') ||
    [idOf(fields['id'], parseSnapshotId), ...snapshotIds(fields)].includes(snapshot) ||
    textOf(fieldsOf(fields['server'])?.['status']).toLowerCase() === 'restoring'
  return isAccepted ? { ok: true, value: { message } } : unreadable(messages.NOT_ABOUT_RESTORE)
}

function otherSnapshot(fields: Fields, { snapshot }: RestoreRequest): Reading<never> | undefined {
  const ids = snapshotIds(fields)
  const other = ids.find(id => isNumericId(id) === isNumericId(snapshot))
  if (other === undefined || ids.includes(snapshot)) return undefined
  return mismatch(messages.otherSnapshot(other))
}

function otherServer(
  fields: Fields,
  { server }: RestoreRequest,
  aliases: ServerAliases,
): Reading<never> | undefined {
  const { ids } = namedServer(fields)
  if (server === undefined || aliases.compare(server, ids) !== 'different') return undefined
  return mismatch(messages.otherServer(ids, server))
}

function snapshotIds(fields: Fields): readonly SnapshotId[] {
  const { snapshot } = fields
  const nested = fieldsOf(snapshot)
  const given = [nested?.['id'], nested?.['uuid'], snapshot, fields['snapshot_id']]
  return given.flatMap(value => idOf(value, parseSnapshotId) ?? [])
}
