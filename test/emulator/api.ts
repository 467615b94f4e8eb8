import { idText, idValue, isRecord, type Json, parseJson, toJson } from './json.ts'
import type { World } from './world.ts'
import type { PowerAction, Refusal, ServerState, SnapshotState } from './world-types.ts'

export interface WorldRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface WorldAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const BASE_PATH = '/api/v1'
export const CREATE_MESSAGE =
  'Snapshot is being created. This may take 3-10 minutes depending on server size.'
export const RESTORE_MESSAGE = 'Server is being restored from snapshot. This may take 5-15 minutes.'

const REFUSALS: Readonly<Record<Refusal, string>> = {
  limit: 'Snapshot limit reached. You can have a maximum of 5 snapshots per server.',
  'server-busy': 'Server is not in a valid state for this action.',
  'server-invalid': 'Server is not in a valid state for restoration.',
  'snapshot-unfinished': 'Snapshot is not completed.',
  unknown: 'Not found.',
}

const POWER_ACTIONS: readonly PowerAction[] = ['start', 'stop', 'restart', 'hard_stop']

interface Call {
  readonly world: World
  readonly request: WorldRequest
  /** The id in the path, if its route has one. */
  readonly id: string
}

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly permission: string | undefined
  readonly answer: (call: Call) => WorldAnswer
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/snapshots\/$/, permission: 'snapshots:read', answer: listSnapshots },
  { method: 'POST', path: /^\/snapshots\/$/, permission: 'snapshots:write', answer: createSnapshot },
  {
    method: 'POST',
    path: /^\/snapshots\/([^/]+)\/restore\/$/,
    permission: 'snapshots:write',
    answer: restoreSnapshot,
  },
  {
    method: 'DELETE',
    path: /^\/snapshots\/([^/]+)\/$/,
    permission: 'snapshots:write',
    answer: deleteSnapshot,
  },
  { method: 'GET', path: /^\/servers\/$/, permission: 'servers:read', answer: listServers },
  { method: 'GET', path: /^\/servers\/([^/]+)\/$/, permission: 'servers:read', answer: readServer },
  { method: 'POST', path: /^\/servers\/([^/]+)\/power\/$/, permission: 'servers:write', answer: powerServer },
  { method: 'GET', path: /^\/account\/me\/$/, permission: undefined, answer: readAccount },
]

function answerWith(status: number, body: Json): WorldAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: toJson(body) }
}

function refuse(status: number, detail: string): WorldAnswer {
  return answerWith(status, { detail })
}

/** Answers a request as the API does: who asks, whether they may, what they want, and whether it can be done. */
export function answerRequest(world: World, request: WorldRequest): WorldAnswer {
  const { pathname } = request.url
  const path = pathname.startsWith(`${BASE_PATH}/`) ? pathname.slice(BASE_PATH.length) : ''
  const routes = ROUTES.filter(route => route.path.test(path))
  if (routes.length === 0) return refuse(404, 'Not found.')
  const unauthorised = authenticate(world, request.headers['authorization'])
  if (unauthorised !== undefined) return unauthorised
  const route = routes.find(({ method }) => method === request.method)
  if (route === undefined) return refuse(405, `Method "${request.method}" not allowed.`)
  const { permission } = route
  if (permission !== undefined && !world.settings.permissions.includes(permission))
    return refuse(403, `This token lacks the permission "${permission}".`)
  return route.answer({ world, request, id: route.path.exec(path)?.[1]?.toLowerCase() ?? '' })
}

function authenticate(world: World, authorization: string | undefined): WorldAnswer | undefined {
  if (authorization === undefined) return refuse(401, 'Authentication credentials were not provided.')
  return authorization === `Bearer ${world.settings.token}` ? undefined : refuse(401, 'Invalid token.')
}

function listSnapshots({ world, request }: Call): WorldAnswer {
  const filter = request.url.searchParams.get('server_id')
  const { snapshotPaging, filterIgnored } = world.settings
  if (filter === null || filterIgnored)
    return pageOf(world, request.url, world.listed(), snapshotValue(world), snapshotPaging)
  if (!/^([0-9]+|[0-9a-f-]{36})$/i.test(filter)) return answerWith(400, { server_id: ['Enter a number.'] })
  const server = world.server(filter.toLowerCase())
  const listed = server === undefined ? [] : world.listed(server)
  return pageOf(world, request.url, listed, snapshotValue(world), snapshotPaging)
}

function createSnapshot({ world, request }: Call): WorldAnswer {
  const given = readBody(request.body)
  if (!given.ok) return given.answer
  const problems = problemsOf(world, given.fields)
  if (Object.keys(problems).length > 0) return answerWith(400, problems)
  const server = world.server(idText(given.fields['server_id']) ?? '')
  if (server === undefined) return refuse(404, 'Server not found.')
  const made = world.create(
    server,
    { name: String(given.fields['name']), description: keptDescription(world, given.fields['description']) },
    'api',
  )
  if (made.ok) return answerWith(201, { ...snapshotValue(world)(made.value), message: CREATE_MESSAGE })
  if (made.refusal !== 'limit') return refuse(400, REFUSALS[made.refusal])
  return answerWith(400, limitBody(world))
}

function limitBody(world: World): { readonly [key: string]: Json } {
  const { limitErrorField, snapshotLimit } = world.settings
  const words = REFUSALS.limit.replace('5', String(snapshotLimit))
  return { [limitErrorField]: limitErrorField === 'non_field_errors' ? [words] : words }
}

function restoreSnapshot({ world, id }: Call): WorldAnswer {
  const snapshot = world.snapshot(id)
  if (snapshot === undefined) return refuse(404, 'Not found.')
  const begun = world.restore(snapshot, 'api')
  if (!begun.ok) return refuse(400, restoreRefusal(begun.refusal))
  const { name, server } = snapshot
  return answerWith(200, {
    status: 'success',
    message: RESTORE_MESSAGE,
    snapshot: { id: idValue(id), name, created_at: dateText(world, snapshot) },
    server: { id: idValue(server.id), name: server.name, status: 'restoring' },
  })
}

function restoreRefusal(refusal: Refusal): string {
  return REFUSALS[refusal === 'server-busy' ? 'server-invalid' : refusal]
}

function deleteSnapshot({ world, id }: Call): WorldAnswer {
  const snapshot = world.snapshot(id)
  if (snapshot === undefined) return refuse(404, 'Not found.')
  world.delete(snapshot, 'api')
  return { status: 204, headers: {}, body: '' }
}

function listServers({ world, request }: Call): WorldAnswer {
  const shown = (server: ServerState) => serverValue(world, server)
  return pageOf(world, request.url, world.shownServers(), shown, world.settings.serverPaging)
}

function readServer({ world, id }: Call): WorldAnswer {
  const server = world.addressedServer(id)
  if (server === undefined) return refuse(404, 'Not found.')
  return answerWith(200, { ...serverValue(world, server), password: server.password })
}

function powerServer({ world, request, id }: Call): WorldAnswer {
  const server = world.addressedServer(id)
  if (server === undefined) return refuse(404, 'Not found.')
  const given = readBody(request.body)
  if (!given.ok) return given.answer
  const action = POWER_ACTIONS.find(known => known === given.fields['action'])
  if (action === undefined)
    return answerWith(400, { action: [`${toJson(given.fields['action'] ?? null)} is not a valid choice.`] })
  const begun = world.power(server, action, 'api')
  if (!begun.ok) return refuse(400, REFUSALS[begun.refusal])
  const { powerAnswerStatus } = world.settings
  if (powerAnswerStatus === 204) return { status: 204, headers: {}, body: '' }
  return answerWith(powerAnswerStatus, { status: 'success', message: `Server ${action} initiated.` })
}

function readAccount({ world }: Call): WorldAnswer {
  return answerWith(200, {
    account: { email: 'owner@example.com', name: 'Owner' },
    token: { name: 'deploys', permissions: world.settings.permissions },
  })
}

type Body =
  | { readonly ok: true; readonly fields: { readonly [key: string]: Json } }
  | { readonly ok: false; readonly answer: WorldAnswer }

function readBody(body: string): Body {
  try {
    const value = body === '' ? {} : parseJson(body)
    if (isRecord(value)) return { ok: true, fields: value }
    const detail = ['Invalid data. Expected a dictionary.']
    return { ok: false, answer: answerWith(400, { non_field_errors: detail }) }
  } catch {
    return { ok: false, answer: refuse(400, 'JSON parse error.') }
  }
}

function problemsOf(
  world: World,
  fields: { readonly [key: string]: Json },
): { readonly [key: string]: readonly string[] } {
  const problems: Record<string, readonly string[]> = {}
  const add = (field: string, problem: string | undefined) => {
    if (problem !== undefined) problems[field] = [problem]
  }
  add('server_id', serverIdProblem(fields['server_id']))
  add('name', nameProblem(fields['name'], world.settings.nameLimit))
  add('description', descriptionProblem(fields['description'], world.settings.descriptionLimit))
  return problems
}

function serverIdProblem(value: Json | undefined): string | undefined {
  if (value === undefined) return 'This field is required.'
  return idText(value) === undefined ? 'A valid integer is required.' : undefined
}

function nameProblem(value: Json | undefined, limit: number): string | undefined {
  if (value === undefined) return 'This field is required.'
  if (typeof value !== 'string') return 'Not a valid string.'
  if (value === '') return 'This field may not be blank.'
  if (!/^[A-Za-z0-9_-]+$/.test(value))
    return 'Name may contain only letters, numbers, hyphens and underscores.'
  return tooLong(value, limit)
}

function descriptionProblem(value: Json | undefined, limit: number): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? tooLong(value, limit) : 'Not a valid string.'
}

function tooLong(value: string, limit: number): string | undefined {
  return [...value].length > limit ? `Ensure this field has no more than ${limit} characters.` : undefined
}

function keptDescription(world: World, given: Json | undefined): string | null {
  const description = typeof given === 'string' ? given : ''
  switch (world.settings.descriptions) {
    case 'kept':
      return description
    case 'dropped':
      return ''
    case 'null':
      return null
    case 'unbracketed':
      return description.replace(/\[[^\]]*\]/g, '').trim()
  }
}

function dateText(world: World, snapshot: SnapshotState): string {
  return `${new Date(snapshot.createdAt + world.settings.dateSkewMs).toISOString().slice(0, 19)}Z`
}

function snapshotValue(world: World): (snapshot: SnapshotState) => { readonly [key: string]: Json } {
  return snapshot => ({
    id: idValue(snapshot.id),
    server: { id: idValue(snapshot.server.id), name: snapshot.server.name },
    name: snapshot.name,
    status: snapshot.status,
    size_mb: snapshot.sizeMb,
    created_at: dateText(world, snapshot),
    description: snapshot.description,
  })
}

function serverValue(world: World, server: ServerState): { readonly [key: string]: Json } {
  const { serverIdField, serverNameField } = world.settings
  return {
    ...(serverIdField === 'uuid' ? {} : { id: idValue(server.id) }),
    ...(serverIdField === 'id' ? {} : { uuid: server.uuid ?? server.id }),
    ...(serverNameField === 'hostname' ? {} : { name: server.name }),
    ...(serverNameField === 'name' ? {} : { hostname: server.name }),
    status: world.shownStatus(server),
    ip_address: '192.0.2.10',
    ipv4_addresses: ['192.0.2.10'],
    plan: { name: 'standard-2', cpu: 2, memory_mb: 4096, disk_gb: 80 },
    created_at: '2024-11-02T09:15:00Z',
  }
}

function pageOf<T>(
  world: World,
  url: URL,
  items: readonly T[],
  show: (item: T) => Json,
  isPaged: boolean,
): WorldAnswer {
  if (!isPaged) return answerWith(200, { count: items.length, results: items.map(show) })
  const { pageSize, maxPageSize } = world.settings
  const size = Math.min(Number(url.searchParams.get('page_size')) || pageSize, maxPageSize)
  const page = Number(url.searchParams.get('page') ?? '1')
  const pages = Math.max(1, Math.ceil(items.length / size))
  if (!Number.isInteger(page) || page < 1 || page > pages) return refuse(404, 'Invalid page.')
  return answerWith(200, {
    count: items.length,
    next: page < pages ? pageLink(url, page + 1) : null,
    previous: page > 1 ? pageLink(url, page - 1) : null,
    results: items.slice((page - 1) * size, page * size).map(show),
  })
}

function pageLink(url: URL, page: number): string {
  const link = new URL(url)
  link.searchParams.set('page', String(page))
  return link.href
}
