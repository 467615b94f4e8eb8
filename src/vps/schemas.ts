import { type ListedSnapshot, UNREADABLE_STATUS } from '../domain/entities.ts'
import { parseServerId, parseSnapshotId, type ServerId } from '../domain/ids.ts'
import { amountOf, dateOf, type Fields, fieldProblem, fieldsOf, idOf, textOf } from './fields.ts'
import * as messages from './messages.ts'

// Read by hand and not by a schema library: of a dozen fields only three may fail an answer, everything else is readable
// or absent, which in a schema is a hand-written transformation for each field.

/** What was read out of an answer; or what was wrong with it. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      /** Which field, and what was expected there, without its value; or what else the answer is about. */
      readonly problem: string
      /** Where it can be read, and is about something else than was asked for. */
      readonly kind?: 'mismatch'
    }

/** Reads one kind of answer out of parsed JSON. Fields that are not needed are ignored and go nowhere. */
export type Reader<T> = (body: unknown) => Reading<T>

/** One page of a list. `next` is undefined where the API says nothing of further pages, null where there is none. */
export interface Page<T> {
  readonly count: number | undefined
  readonly items: readonly T[]
  readonly next: string | null | undefined
}

/** One entry of the list of snapshots. However odd it is, it takes a slot. */
export interface SnapshotItem {
  /** Undefined where its id cannot be read. */
  readonly snapshot: ListedSnapshot | undefined
  /** All ids by which it names its server; empty where none can be read. */
  readonly serverIds: readonly ServerId[]
  /** Why it must be neither chosen nor deleted, where that is so. */
  readonly problem: string | undefined
}

/** A snapshot on its own, and all ids by which it names its server. */
export type SnapshotRecord = Pick<SnapshotItem, 'serverIds'> & { readonly snapshot: ListedSnapshot }

/** A server as the API describes it: under which ids it goes, and no more of the rest than is needed. */
export interface ServerRecord {
  /** `id` and `uuid`, as far as they are there and are ids. */
  readonly ids: readonly ServerId[]
  /** `name` and `hostname`, as far as they are there. */
  readonly names: readonly string[]
  readonly status: string
}

/** A server in a list; its status may be missing there. */
export type ServerItem = Omit<ServerRecord, 'status'> & { readonly status: string | undefined }

/** An entry of the list of snapshots. Fails for nothing. */
function snapshotItem(body: unknown): SnapshotItem {
  const fields = fieldsOf(body)
  if (fields === undefined) {
    return { snapshot: undefined, serverIds: [], problem: fieldProblem(messages.ITEM, body, 'an object') }
  }
  const { ids: serverIds, names } = namedServer(fields)
  const id = idOf(fields['id'], parseSnapshotId)
  if (id === undefined) return { snapshot: undefined, serverIds, problem: idProblem(fields['id']) }
  const status = statusOf(fields)
  const known = {
    id,
    name: textOf(fields['name']),
    status: status ?? UNREADABLE_STATUS,
    sizeMb: amountOf(fields['size_mb']),
    createdAt: dateOf(fields['created_at']),
    description: textOf(fields['description']),
  }
  const [serverId] = serverIds
  const name = names[0] ?? ''
  const snapshot: ListedSnapshot =
    serverId === undefined
      ? { ...known, server: { id: undefined, name } }
      : { ...known, server: { id: serverId, name } }
  const problem = status === undefined ? fieldProblem('status', fields['status'], 'text') : undefined
  return { snapshot, serverIds, problem }
}

/** The server that an answer names: an object with ids and names, a bare id, or a bare name. */
export function namedServer(fields: Fields): Pick<ServerRecord, 'ids' | 'names'> {
  const server = fields['server']
  const ids = serverIdsOf([server, fields['server_id']])
  const nested = fieldsOf(server)
  if (nested === undefined) return { ids, names: ids.length === 0 ? namesOf([server]) : [] }
  const own = serverItem(nested)
  return { ids: own.ids.length === 0 ? ids : own.ids, names: own.names }
}

function serverItem(body: unknown): ServerItem {
  const fields = fieldsOf(body) ?? {}
  return {
    ids: serverIdsOf([fields['id'], fields['uuid']]),
    names: namesOf([fields['name'], fields['hostname']]),
    status: statusOf(fields),
  }
}

function serverIdsOf(values: readonly unknown[]): readonly ServerId[] {
  return [...new Set(values.flatMap(value => idOf(value, parseServerId) ?? []))]
}

function namesOf(values: readonly unknown[]): readonly string[] {
  return values.map(textOf).filter(text => text !== '')
}

function statusOf(fields: Fields): string | undefined {
  const status = fields['status']
  return typeof status === 'string' && status.trim() !== '' ? status.trim() : undefined
}

function idProblem(value: unknown): string {
  return fieldProblem('id', value, messages.ID_EXPECTED)
}

function pageOf<T>(item: (value: unknown) => T): Reader<Page<T>> {
  return body => {
    if (Array.isArray(body)) {
      return { ok: true, value: { count: undefined, items: body.map(item), next: null } }
    }
    const fields = fieldsOf(body)
    if (fields === undefined) return unreadable(fieldProblem(messages.RESPONSE, body, 'a list'))
    const { results, next } = fields
    if (!Array.isArray(results)) return unreadable(fieldProblem('results', results, 'a list'))
    if (next !== undefined && next !== null && next !== false && typeof next !== 'string') {
      // To take it for the end would be to take a part for the whole.
      return unreadable(fieldProblem('next', next, 'a link'))
    }
    const count = amountOf(fields['count'])
    return {
      ok: true,
      value: {
        count: count !== null && Number.isSafeInteger(count) ? count : undefined,
        items: results.map(item),
        next: next === false ? null : next,
      },
    }
  }
}

/** An answer in which something is missing or wrong. */
export function unreadable(problem: string): Reading<never> {
  return { ok: false, problem }
}

/** An answer that is about something else than what was asked for. */
export function mismatch(problem: string): Reading<never> {
  return { ok: false, kind: 'mismatch', problem }
}

/** A snapshot: the answer to a create. Only its id has to be there. */
export const readSnapshot: Reader<SnapshotRecord> = body => {
  const fields = fieldsOf(body)
  if (fields === undefined) return unreadable(fieldProblem(messages.RESPONSE, body, 'an object'))
  const { snapshot, serverIds } = snapshotItem(fields)
  return snapshot === undefined
    ? unreadable(idProblem(fields['id']))
    : { ok: true, value: { snapshot, serverIds } }
}

/** A page of snapshots. No item makes it unreadable. */
export const readSnapshotPage: Reader<Page<SnapshotItem>> = pageOf(snapshotItem)

/** A server. Its root password, which the answer can hold, is not taken. */
export const readServerRecord: Reader<ServerRecord> = body => {
  const fields = fieldsOf(body)
  if (fields === undefined) return unreadable(fieldProblem(messages.RESPONSE, body, 'an object'))
  const { status, ...known } = serverItem(fields)
  if (status === undefined) return unreadable(fieldProblem('status', fields['status'], 'text'))
  return { ok: true, value: { ...known, status } }
}

/** A page of servers. No item makes it unreadable. */
export const readServerPage: Reader<Page<ServerItem>> = pageOf(serverItem)

/** The permissions of the token in the answer of `account/me`. */
export const readPermissions: Reader<{ readonly permissions: readonly string[] }> = body => {
  const fields = fieldsOf(body)
  if (fields === undefined) return unreadable(fieldProblem(messages.RESPONSE, body, 'an object'))
  const token = fieldsOf(fields['token'])
  if (token === undefined) return unreadable(fieldProblem('token', fields['token'], 'an object'))
  const { permissions } = token
  if (!Array.isArray(permissions)) {
    return unreadable(fieldProblem('token.permissions', permissions, messages.PERMISSIONS_EXPECTED))
  }
  return { ok: true, value: { permissions: namesOf(permissions) } }
}
