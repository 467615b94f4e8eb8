import { field, itemsOf, type RawApi, type Seen } from './api.ts'
import { type Finding, finding, notChecked, shapeOf } from './findings.ts'

// A number beyond any counter: no account has it.
const NO_SUCH_SERVER = '999999999999'

/** Checks that change nothing. `server` narrows those that need one. */
export async function readOnlyChecks(api: RawApi, server: string): Promise<readonly Finding[]> {
  const list = await api.call('GET', '/snapshots/?page_size=100')
  const filtered = await api.call('GET', `/snapshots/?server_id=${server}`)
  const one = await api.call('GET', `/servers/${server}/`)
  const all = await api.call('GET', '/servers/?page_size=100')
  return [
    await checkToken(api),
    ...checkSnapshotList(list),
    checkFilter(list, filtered, server),
    await checkPaging(api, 'snapshots', list),
    await checkPaging(api, 'servers', all),
    ...checkServer(one),
    await checkMissingServer(api),
    await checkAccount(api),
    checkRateLimit([list, filtered, one, all]),
  ]
}

async function checkToken(api: RawApi): Promise<Finding> {
  const seen = await api.call('GET', '/snapshots/', { token: 'vps_no_such_token' })
  return finding(
    'A wrong token is answered with 401 and {"detail": …}',
    seen.status === 401 && typeof field(seen.json, 'detail') === 'string',
    `${seen.status}, ${shapeOf(seen.json)}`,
  )
}

function checkSnapshotList(list: Seen): readonly Finding[] {
  const items = itemsOf(list)
  const [first] = items
  const shape = finding(
    'The snapshot list is {count, results}',
    list.status === 200 &&
      typeof field(list.json, 'count') === 'number' &&
      Array.isArray(field(list.json, 'results')),
    `${list.status}, ${shapeOf(list.json, 1)}`,
  )
  if (first === undefined)
    return [
      shape,
      notChecked(
        'A snapshot has id, server {id, name}, name, status, size_mb, created_at, description',
        'there are no snapshots',
      ),
    ]
  const wanted = ['id', 'server', 'name', 'status', 'size_mb', 'created_at', 'description']
  const complete = wanted.every(key => field(first, key) !== undefined)
  const statuses = [...new Set(items.map(item => String(field(item, 'status'))))]
  return [
    shape,
    finding(
      'A snapshot has id, server {id, name}, name, status, size_mb, created_at, description',
      complete,
      shapeOf(first),
    ),
    finding(
      'Snapshot ids are integers or UUIDs',
      /^(integer|UUID)$/.test(shapeOf(field(first, 'id'))),
      shapeOf(field(first, 'id')),
    ),
    finding(
      'created_at is ISO 8601 with a zone',
      items.every(item => /T.*(Z|[+-]\d\d:\d\d)$/.test(String(field(item, 'created_at')))),
      `${items.length} looked at`,
    ),
    finding(
      'Snapshot statuses are in_progress or completed',
      statuses.every(status => /^(in_progress|completed)$/.test(status)),
      statuses.join(', '),
    ),
  ]
}

function checkFilter(list: Seen, filtered: Seen, server: string): Finding {
  const foreign = itemsOf(filtered).filter(item => String(field(item, 'server', 'id')) !== server)
  const others = itemsOf(list).some(item => String(field(item, 'server', 'id')) !== server)
  const evidence = `${itemsOf(filtered).length} snapshots with the filter, ${foreign.length} of them of other servers`
  if (!others)
    return notChecked('?server_id= filters the snapshot list', `no other server has snapshots; ${evidence}`)
  return finding('?server_id= filters the snapshot list', foreign.length === 0, evidence)
}

/** Paged or whole, both can be read; what cannot is a part without a link to the rest. */
async function checkPaging(api: RawApi, what: 'snapshots' | 'servers', whole: Seen): Promise<Finding> {
  const assumption = `The list of ${what} is whole, or paged with "next" as an absolute URL`
  const all = itemsOf(whole).length
  if (all < 2) return notChecked(assumption, 'fewer than two items')
  const page = await api.call('GET', `/${what}/?page_size=1`)
  const next = field(page.json, 'next')
  const linked = typeof next === 'string' && next.startsWith('http')
  const holds = itemsOf(page).length === 1 ? linked : itemsOf(page).length === all
  return finding(
    assumption,
    holds,
    `${itemsOf(page).length} of ${all} items for page_size=1, next: ${shapeOf(next)}`,
  )
}

function checkServer(one: Seen): readonly Finding[] {
  const status = field(one.json, 'status') ?? field(one.json, 'server', 'status')
  const names = ['id', 'uuid', 'name', 'hostname'].filter(key => field(one.json, key) !== undefined)
  return [
    finding(
      'A server can be read by the id that its snapshots show',
      one.status === 200,
      `${one.status}; fields among id, uuid, name, hostname: ${names.join(', ') || 'none'}`,
    ),
    finding(
      'Its status is active, stopped, suspended or restoring',
      /^(active|running|stopped|off|suspended|restoring)$/i.test(String(status)),
      String(status),
    ),
  ]
}

async function checkMissingServer(api: RawApi): Promise<Finding> {
  const seen = await api.call('GET', `/servers/${NO_SUCH_SERVER}/`)
  return finding(
    'A server that does not exist is answered with 404',
    seen.status === 404,
    `${seen.status}, ${shapeOf(seen.json)}`,
  )
}

async function checkAccount(api: RawApi): Promise<Finding> {
  const seen = await api.call('GET', '/account/me/')
  const permissions = field(seen.json, 'token', 'permissions')
  return finding(
    "account/me tells the token's permissions",
    Array.isArray(permissions),
    Array.isArray(permissions) ? permissions.map(String).join(', ') : `${seen.status}, ${shapeOf(seen.json)}`,
  )
}

function checkRateLimit(seen: readonly Seen[]): Finding {
  const names = new Set(
    seen.flatMap(answer => Object.keys(answer.headers)).filter(name => /rate|limit|retry/i.test(name)),
  )
  return finding('Answers carry no rate-limit headers', names.size === 0, [...names].join(', ') || 'none')
}
