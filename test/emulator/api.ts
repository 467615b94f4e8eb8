import { answerWith, BASE_PATH, refuse, type WorldAnswer, type WorldRequest } from './answers.ts'
import { keptDescription, problemsOf, readBody } from './create-request.ts'
import { idText, idValue, type Json, toJson } from './json.ts'
import { answerList } from './paging.ts'
import { createdAt, serverValue, snapshotServer, snapshotValue } from './values.ts'
import type { World } from './world.ts'
import type { PowerAction, Refusal, ServerState, SnapshotState } from './world-types.ts'

export { BASE_PATH, type WorldAnswer, type WorldRequest } from './answers.ts'
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
  const { snapshotPaging, bareLists, filterIgnored, strayItems } = world.settings
  const given = request.url.searchParams.get('server_id')
  const filter = filterIgnored ? null : given
  if (filter !== null && !/^([0-9]+|[0-9a-f-]{36})$/i.test(filter))
    return answerWith(400, { server_id: ['Enter a number.'] })
  const at = world.readInstant()
  const server = filter === null ? undefined : takenServer(world, filter.toLowerCase())
  const listed = filter !== null && server === undefined ? [] : world.listed(server, at)
  return answerList<SnapshotState | { readonly stray: Json }>({
    url: request.url,
    items: [...strayItems.map(stray => ({ stray })), ...listed],
    show: item => ('stray' in item ? item.stray : snapshotValue(world, item, at)),
    isPaged: snapshotPaging,
    isBare: bareLists.includes('snapshots'),
    settings: world.settings,
  })
}

/** Finds a server by an id of the kind that the snapshots endpoints take. */
function takenServer(world: World, id: string): ServerState | undefined {
  const { serverIdsTaken } = world.settings
  return world.server(id) ?? (serverIdsTaken === 'id' ? undefined : world.serverByUuid(id))
}

function createSnapshot({ world, request }: Call): WorldAnswer {
  const given = readBody(request.body)
  if (!given.ok) return given.answer
  const problems = problemsOf(given.fields)
  if (Object.keys(problems).length > 0) return answerWith(400, problems)
  const server = takenServer(world, idText(given.fields['server_id']) ?? '')
  if (server === undefined) return refuse(404, 'Server not found.')
  const description = keptDescription(given.fields['description'], world.settings)
  const create = { name: String(given.fields['name']), description }
  const made = momentaryRefusal(world, server) ?? world.create(server, create, 'api')
  if ('body' in made) return made
  if (made.ok) return answerWith(201, { ...snapshotValue(world, made.value), message: CREATE_MESSAGE })
  if (made.refusal !== 'limit') return refuse(400, REFUSALS[made.refusal])
  return answerWith(400, limitBody(world))
}

function limitBody(world: World): { readonly [key: string]: Json } {
  const { limitErrorField, snapshotLimit } = world.settings
  const words = REFUSALS.limit.replace('5', String(snapshotLimit))
  return { [limitErrorField]: limitErrorField === 'non_field_errors' ? [words] : words }
}

function momentaryRefusal(world: World, server: ServerState): WorldAnswer | undefined {
  const refusing = world.refusing(server)
  return refusing === undefined ? undefined : refuse(refusing.status, refusing.detail)
}

function restoreSnapshot({ world, id }: Call): WorldAnswer {
  const snapshot = world.knownSnapshot(id)
  if (snapshot === undefined) return refuse(404, 'Not found.')
  const begun = momentaryRefusal(world, snapshot.server) ?? world.restore(snapshot, 'api')
  if ('body' in begun) return begun
  if (!begun.ok) return refuse(400, restoreRefusal(begun.refusal))
  const { restoreAnswer } = world.settings
  return answerWith(200, {
    status: restoreAnswer.status,
    message: RESTORE_MESSAGE,
    snapshot: { id: idValue(id), name: snapshot.name, created_at: createdAt(world, snapshot) },
    server: { ...snapshotServer(snapshot), status: restoreAnswer.server },
  })
}

function restoreRefusal(refusal: Refusal): string {
  return REFUSALS[refusal === 'server-busy' ? 'server-invalid' : refusal]
}

function deleteSnapshot({ world, id }: Call): WorldAnswer {
  const snapshot = world.knownSnapshot(id)
  if (snapshot === undefined) return refuse(404, 'Not found.')
  const refused = momentaryRefusal(world, snapshot.server)
  if (refused !== undefined) return refused
  world.delete(snapshot, 'api')
  return { status: 204, headers: {}, body: '' }
}

function listServers({ world, request }: Call): WorldAnswer {
  const { serverPaging, bareLists } = world.settings
  const at = world.readInstant()
  return answerList({
    url: request.url,
    items: world.shownServers(),
    show: server => serverValue(world, server, at),
    isPaged: serverPaging,
    isBare: bareLists.includes('servers'),
    settings: world.settings,
  })
}

function readServer({ world, id }: Call): WorldAnswer {
  const server = world.addressedServer(id)
  if (server === undefined) return refuse(404, 'Not found.')
  return answerWith(200, { ...serverValue(world, server, world.readInstant()), password: server.password })
}

function powerServer({ world, request, id }: Call): WorldAnswer {
  const server = world.addressedServer(id)
  if (server === undefined) return refuse(404, 'Not found.')
  const given = readBody(request.body)
  if (!given.ok) return given.answer
  const action = POWER_ACTIONS.find(known => known === given.fields['action'])
  if (action === undefined)
    return answerWith(400, { action: [`${toJson(given.fields['action'] ?? null)} is not a valid choice.`] })
  const begun = momentaryRefusal(world, server) ?? world.power(server, action, 'api')
  if ('body' in begun) return begun
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
