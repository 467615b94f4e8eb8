import {
  array,
  type GenericSchema,
  getDotPath,
  integer,
  lazy,
  minValue,
  nullable,
  nullish,
  number,
  object,
  optional,
  pipe,
  rawTransform,
  safeParse,
  string,
  transform,
  unknown,
} from 'valibot'
import type { Snapshot } from '../domain/entities.ts'
import { parseServerId, parseSnapshotId, type ServerId } from '../domain/ids.ts'

/** What was read out of an answer; or which field was wrong and what was expected there, without any value. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

/** Reads one kind of answer out of parsed JSON. Fields that are not needed are ignored and go nowhere. */
export type Reader<T> = (body: unknown) => Reading<T>

/** One page of a list. `next` is undefined where the API says nothing of further pages, null where there is none. */
export interface Page<T> {
  readonly count: number | undefined
  readonly items: readonly T[]
  readonly next: string | null | undefined
}

/** A server as the API describes it: under which ids it goes, and no more of the rest than is needed. */
export interface ServerRecord {
  /** `id` and `uuid`, as far as they are there and are ids. */
  readonly ids: readonly ServerId[]
  readonly name: string
  readonly status: string
}

const TEXT = 'text'
const OBJECT = 'an object'
const LIST = 'a list'
const COUNT = 'a count'

const textOrEmpty = nullish(string(TEXT), '')

function idSchema<T>(parse: (text: string) => T | undefined) {
  return pipe(
    unknown(),
    rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const given = Number.isSafeInteger(dataset.value) ? String(dataset.value) : dataset.value
      const id = typeof given === 'string' ? parse(given) : undefined
      if (id !== undefined) return id
      addIssue({ message: 'an id (digits or a UUID)' })
      return NEVER
    }),
  )
}

const serverId = idSchema(parseServerId)
const namedServer = object({ id: serverId, name: textOrEmpty }, OBJECT)
const bareServer = pipe(
  serverId,
  transform(id => ({ id, name: '' })),
)

const snapshot = pipe(
  object(
    {
      id: idSchema(parseSnapshotId),
      name: string(TEXT),
      status: string(TEXT),
      size_mb: nullish(number('a number'), null),
      created_at: nullish(string(TEXT), null),
      description: textOrEmpty,
      server: lazy(given => (typeof given === 'object' ? namedServer : bareServer)),
    },
    OBJECT,
  ),
  transform(
    ({ size_mb, created_at, ...same }): Snapshot => ({ ...same, sizeMb: size_mb, createdAt: created_at }),
  ),
)

const server = pipe(
  object(
    {
      status: string(TEXT),
      id: optional(unknown()),
      uuid: optional(unknown()),
      name: textOrEmpty,
      hostname: textOrEmpty,
    },
    OBJECT,
  ),
  transform(
    (given): ServerRecord => ({
      ids: [given.id, given.uuid].flatMap(idIn),
      name: given.name || given.hostname,
      status: given.status,
    }),
  ),
)

function idIn(given: unknown): readonly ServerId[] {
  const read = safeParse(serverId, given)
  return read.success ? [read.output] : []
}

const accepted = object({ status: nullish(unknown()), message: textOrEmpty }, OBJECT)
const account = object(
  { token: object({ permissions: array(string(TEXT), 'a list of permissions') }, OBJECT) },
  OBJECT,
)

function pageOf<T>(item: GenericSchema<unknown, T>): Reader<Page<T>> {
  const page = object(
    {
      count: nullish(pipe(number(COUNT), integer(COUNT), minValue(0, COUNT))),
      results: array(item, LIST),
      next: optional(nullable(string('a link'))),
    },
    OBJECT,
  )
  const read = readerOf(page)
  return body => {
    const reading = read(Array.isArray(body) ? { results: body, next: null } : body)
    if (!reading.ok) return reading
    const { count, results, next } = reading.value
    return { ok: true, value: { count: count ?? undefined, items: results, next } }
  }
}

function readerOf<T>(schema: GenericSchema<unknown, T>): Reader<T> {
  return body => {
    // To the schema library a list is an object like any other.
    if (Array.isArray(body))
      return { ok: false, problem: 'the answer is a list where an object was expected' }
    const read = safeParse(schema, body, { abortEarly: true })
    if (read.success) return { ok: true, value: read.output }
    const [issue] = read.issues
    const place = getDotPath(issue)
    const missing = issue.input === undefined
    // A missing key is reported by the object around it, which does not know what was expected in it.
    const problem = missing ? 'is missing' : `is ${kindOf(issue.input)} where ${issue.message} was expected`
    return { ok: false, problem: `${place ?? 'the answer'} ${problem}` }
  }
}

function kindOf(given: unknown): string {
  if (given === null) return 'null'
  if (Array.isArray(given)) return 'a list'
  const kinds: Readonly<Record<string, string>> = { object: 'an object', string: 'text' }
  return kinds[typeof given] ?? `a ${typeof given}`
}

/** A snapshot: the answer to a create. */
export const readSnapshot: Reader<Snapshot> = readerOf(snapshot)

/** A page of snapshots. */
export const readSnapshotPage: Reader<Page<Snapshot>> = pageOf(snapshot)

/** A server. Its root password, which the answer can hold, is not taken. */
export const readServerRecord: Reader<ServerRecord> = readerOf(server)

/** A page of servers. */
export const readServerPage: Reader<Page<ServerRecord>> = pageOf(server)

/** The permissions of the token in the answer of `account/me`. */
export const readPermissions: Reader<{ readonly permissions: readonly string[] }> = body => {
  const reading = readerOf(account)(body)
  return reading.ok ? { ok: true, value: { permissions: reading.value.token.permissions } } : reading
}

/**
 * The answer to a restore. A `status` that is there must say `success`; what else it says is no acceptance. An object
 * without a status and without a word could come from anybody: taken for an acceptance, a server that merely stays as
 * it is would pass for restored.
 */
export const readAcceptance: Reader<{ readonly message: string }> = body => {
  const reading = readerOf(accepted)(body)
  if (!reading.ok) return reading
  const { status, message } = reading.value
  const isSilent = status === undefined || status === null
  if (isSilent && message === '') return { ok: false, problem: 'it says nothing of a restore' }
  if (isSilent || String(status).toLowerCase() === 'success') return { ok: true, value: { message } }
  return { ok: false, problem: 'status is not "success"' }
}
