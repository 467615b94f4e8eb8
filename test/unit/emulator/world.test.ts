import { describe, expect, it } from 'vitest'
import { World } from '../../emulator/world.ts'
import { reference, stage } from './support.ts'

const MINUTE = 60_000
const CREATE = { server_id: 12345, name: 'x' }

function listOf(ask: ReturnType<typeof stage>['ask'], query = ''): { id: unknown; status: string }[] {
  return JSON.parse(ask('GET', `/snapshots/${query}`).body).results
}

describe('the life of a snapshot', () => {
  it('is in progress for five minutes and then completed, with a size', () => {
    const { ask, pass, world } = reference()
    ask('POST', '/snapshots/', CREATE)
    pass(5 * MINUTE - 1)
    expect(listOf(ask)[0]).toMatchObject({ id: 802, status: 'in_progress', size_mb: null })
    pass(1)
    expect(listOf(ask)[0]).toMatchObject({ id: 802, status: 'completed', size_mb: 5120 })
    expect(world.events.map(({ kind, by }) => [kind, by])).toEqual([
      ['snapshot-created', 'api'],
      ['snapshot-completed', 'other'],
    ])
  })

  it('can fail, by any word', () => {
    const { ask, pass, world } = reference({ snapshotOutcome: 'failed', failedWord: 'kaputt' })
    ask('POST', '/snapshots/', CREATE)
    pass(5 * MINUTE)
    expect(listOf(ask)[0]).toMatchObject({ status: 'kaputt', size_mb: null })
    expect(world.events.at(-1)).toMatchObject({ kind: 'snapshot-failed', snapshot: '802' })
    expect(ask('POST', '/snapshots/802/restore/').status).toBe(400)
  })

  it('can go on for ever', () => {
    const { ask, pass } = reference({ snapshotOutcome: 'never' })
    ask('POST', '/snapshots/', CREATE)
    pass(100 * 24 * 60 * MINUTE)
    expect(listOf(ask)[0]).toMatchObject({ status: 'in_progress' })
  })

  it('holds the disk of the instant at which it began', () => {
    const { ask, pass, world } = reference()
    world.deploy('12345', 'version 1')
    ask('POST', '/snapshots/', CREATE)
    pass(MINUTE)
    world.deploy('12345', 'version 2')
    pass(4 * MINUTE)
    ask('POST', '/snapshots/802/restore/')
    expect(world.report().servers[0]?.disk).toBe('(being overwritten)')
    pass(8 * MINUTE)
    expect(world.report().servers[0]?.disk).toBe('version 1')
  })

  it('can appear late in the list', () => {
    const { ask, pass } = reference({ listLagMs: 5000 })
    ask('POST', '/snapshots/', CREATE)
    pass(4999)
    expect(listOf(ask).map(({ id }) => id)).toEqual([801, 798])
    pass(1)
    expect(listOf(ask).map(({ id }) => id)).toEqual([802, 801, 798])
  })

  it('can be listed for a while after its deletion, and free its slot later still', () => {
    const { ask, pass, world } = reference({ deletionLagMs: 5000, slotLagMs: 9000 }, { snapshotLimit: 2 })
    expect(ask('DELETE', '/snapshots/801/').status).toBe(204)
    expect(ask('DELETE', '/snapshots/801/').status).toBe(404)
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(404)
    pass(4999)
    expect(listOf(ask).map(({ id }) => id)).toEqual([801, 798])
    pass(1)
    expect(listOf(ask).map(({ id }) => id)).toEqual([798])
    pass(3999)
    expect(ask('POST', '/snapshots/', CREATE)).toMatchObject({ status: 400 })
    pass(1)
    expect(ask('POST', '/snapshots/', CREATE)).toMatchObject({ status: 201 })
    expect(world.report().snapshots.map(({ id }) => id)).toEqual(['798', '802'])
  })

  it('dated ahead by an API whose clock is', () => {
    const { ask } = reference({}, { dateSkewMs: 3_600_000 })
    expect(JSON.parse(ask('POST', '/snapshots/', CREATE).body).created_at).toBe('2025-01-16T17:15:00Z')
  })

  it.each([
    ['kept', 'text [marker]'],
    ['dropped', ''],
    ['null', null],
    ['unbracketed', 'text'],
  ] as const)('a description is %s', (descriptions, expected) => {
    const { ask } = reference({}, { descriptions })
    const answer = ask('POST', '/snapshots/', { ...CREATE, description: 'text [marker]' })
    expect(JSON.parse(answer.body).description).toBe(expected)
  })

  it('keeps what it was told beforehand', () => {
    const { ask, pass } = stage({
      servers: [{ id: '1', name: 'one' }],
      snapshots: [
        { id: '5', server: '1', name: 'a', status: 'in_progress', createdAt: '2025-01-16T16:12:00Z' },
        { id: '6', server: '1', name: 'b', status: 'archiving', createdAt: '2025-01-16T16:11:00Z' },
        { id: '7', server: '1', name: 'c', description: null },
      ],
    })
    pass(2 * MINUTE)
    expect(listOf(ask)).toMatchObject([
      { id: 7, status: 'completed', description: null },
      { id: 5, status: 'completed', description: '' },
      { id: 6, status: 'archiving', size_mb: null },
    ])
  })
})

describe('the course of a restore', () => {
  it('is followed by reads at once, and ends running', () => {
    const { ask, pass, status, world } = reference()
    ask('POST', '/snapshots/801/restore/')
    expect([status(), world.server('12345')?.running]).toEqual(['restoring', false])
    pass(8 * MINUTE - 1)
    expect(status()).toBe('restoring')
    pass(1)
    expect([status(), world.server('12345')?.running]).toEqual(['active', true])
    expect(world.events.map(({ kind }) => kind)).toEqual([
      ...['restore-begun', 'stopped', 'restore-ended', 'running'],
    ])
  })

  it('has awkward moments: stale, then stopped, then restoring, then left stopped', () => {
    const { ask, pass, status, world } = reference({
      ...{ restoreStaleMs: 3000, restoreStoppedMs: 7000, restoreEndsAs: 'stopped' },
    })
    ask('POST', '/snapshots/801/restore/')
    const seen = [status()]
    for (const ms of [2999, 1, 6999, 1, 8 * MINUTE - 10_001, 1]) {
      pass(ms)
      seen.push(status())
    }
    expect(seen).toEqual(['active', 'active', 'stopped', 'stopped', 'restoring', 'restoring', 'stopped'])
    expect(world.server('12345')?.running).toBe(false)
  })

  it('need never be seen', () => {
    const { ask, pass, status, world } = reference({ restoreShows: null, restoreStoppedMs: 1000 })
    ask('POST', '/snapshots/801/restore/')
    pass(MINUTE)
    expect([status(), world.report().servers[0]?.activity]).toEqual(['active', 'restoring'])
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(400)
    pass(7 * MINUTE)
    expect(world.report().servers[0]).toMatchObject({ activity: null, disk: 'content of 2025-01-15' })
  })

  it('can fail', () => {
    const { ask, pass, status, world } = reference({ restoreEndsAs: 'error' })
    ask('POST', '/snapshots/801/restore/')
    pass(8 * MINUTE)
    expect([status(), world.report().servers[0]?.disk]).toEqual(['error', '(left by a failed restore)'])
    expect(world.events.at(-1)?.kind).toBe('restore-failed')
    expect(ask('POST', '/snapshots/798/restore/').status).toBe(200)
  })

  it('is not accepted from a status that is none to restore from', () => {
    const { ask, world } = reference()
    world.act({ act: 'status', server: '12345', status: 'suspended' })
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(400)
  })

  it('lets a snapshot be taken of the half-written disk, unless it is told not to', () => {
    const lenient = reference()
    lenient.ask('POST', '/snapshots/801/restore/')
    expect(lenient.ask('POST', '/snapshots/', CREATE).status).toBe(201)
    expect(lenient.world.snapshot('802')?.disk).toBe('(being overwritten)')
    const strict = reference({}, { createWhileRestoring: 'refused' })
    strict.ask('POST', '/snapshots/801/restore/')
    expect(strict.ask('POST', '/snapshots/', CREATE)).toMatchObject({
      ...{ status: 400, body: '{"detail":"Server is not in a valid state for this action."}' },
    })
  })

  it('can be refused while a snapshot is under way', () => {
    const { ask, pass } = reference({}, { restoreWhileSnapshotting: 'refused' })
    ask('POST', '/snapshots/', CREATE)
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(400)
    pass(5 * MINUTE)
    expect(ask('POST', '/snapshots/801/restore/').status).toBe(200)
  })
})

describe('power', () => {
  const power = (ask: ReturnType<typeof stage>['ask'], action: string) =>
    ask('POST', '/servers/12345/power/', { action })

  it('stops and starts by way of what it passes through', () => {
    const { ask, pass, status } = reference()
    expect(power(ask, 'stop').status).toBe(200)
    expect(status()).toBe('stopping')
    expect(power(ask, 'start').status).toBe(400)
    pass(20_000)
    expect(status()).toBe('stopped')
    power(ask, 'start')
    expect(status()).toBe('starting')
    pass(30_000)
    expect(status()).toBe('active')
  })

  it('can go straight, after a stale while', () => {
    const { ask, pass, status, world } = reference({ showsTransitions: false, powerStaleMs: 1000 })
    power(ask, 'stop')
    pass(20_999)
    expect([status(), world.server('12345')?.running]).toEqual(['active', true])
    pass(1)
    expect([status(), world.server('12345')?.running]).toEqual(['stopped', false])
  })

  it('restarts; a hard stop ends whatever it interrupts', () => {
    const { ask, pass, status, world } = reference()
    power(ask, 'restart')
    pass(20_000)
    expect(status()).toBe('starting')
    expect(power(ask, 'hard_stop').status).toBe(200)
    expect(status()).toBe('stopped')
    pass(MINUTE)
    expect(status()).toBe('stopped')
    expect(world.events.filter(({ kind }) => kind === 'power').map(({ detail }) => detail)).toEqual([
      ...['restart', 'hard_stop'],
    ])
  })

  it('a stop that meets a stopped server, and a start that meets a running one, change nothing', () => {
    const { ask, status } = reference()
    expect([power(ask, 'start').status, status()]).toEqual([200, 'active'])
  })

  it('can fail to start', () => {
    const { ask, pass, status } = reference({ startEndsAs: 'error', stoppingMs: 0 })
    power(ask, 'stop')
    power(ask, 'start')
    pass(30_000)
    expect(status()).toBe('error')
  })

  it('is refused while a restore is under way, and for what is no action', () => {
    const { ask } = reference()
    expect(power(ask, 'explode')).toMatchObject({
      ...{ status: 400, body: '{"action":["\\"explode\\" is not a valid choice."]}' },
    })
    ask('POST', '/snapshots/801/restore/')
    expect(power(ask, 'hard_stop').status).toBe(400)
  })

  it('answers without a body where it is told to', () => {
    expect(power(reference({}, { powerAnswerStatus: 204 }).ask, 'stop')).toEqual({
      ...{ status: 204, headers: {}, body: '' },
    })
  })

  it('is read late where reads lag, while the truth is on time', () => {
    const { ask, pass, status, world } = reference({ readLagMs: 10_000, stoppingMs: 0 })
    pass(MINUTE)
    power(ask, 'stop')
    pass(9999)
    expect([status(), world.server('12345')?.running]).toEqual(['active', false])
    pass(1)
    expect(status()).toBe('stopped')
  })
})

describe('what others do', () => {
  it('is told from what the token did', () => {
    const { world } = reference()
    expect(world.act({ act: 'create', server: '12345', name: 'by-hand' })).toEqual({ ok: true, value: '802' })
    expect(world.act({ act: 'delete', snapshot: '798' }).ok).toBe(true)
    expect(world.act({ act: 'restore', snapshot: '801' }).ok).toBe(true)
    expect(world.act({ act: 'power', server: '12345', action: 'stop' })).toEqual({
      ...{ ok: false, refusal: 'server-busy' },
    })
    expect(world.act({ act: 'delete', snapshot: '798' })).toEqual({ ok: false, refusal: 'unknown' })
    expect(world.act({ act: 'deploy', server: '1', disk: '' })).toEqual({ ok: false, refusal: 'unknown' })
    expect(new Set(world.events.map(({ by }) => by))).toEqual(new Set(['other']))
  })

  it('can be set for an instant to come, and happens at it', () => {
    const { world, pass } = reference()
    const at = world.now() + 1000
    world.actAt(at, { act: 'delete', snapshot: '801' })
    world.actAt(at + 1, { act: 'deploy', server: '12345', disk: 'later' })
    pass(MINUTE)
    expect(world.events.map(event => [event.at - at, event.kind])).toEqual([
      [0, 'deleted'],
      [1, 'disk'],
    ])
  })

  it('can force any status on a server, and on a snapshot', () => {
    const { ask, pass, status, world } = reference()
    ask('POST', '/snapshots/801/restore/')
    world.act({ act: 'status', server: '12345', status: 'error' })
    pass(10 * MINUTE)
    expect(status()).toBe('error')
    world.act({ act: 'status', server: '12345', status: 'active' })
    expect(world.server('12345')?.running).toBe(true)
    world.act({ act: 'snapshot-status', snapshot: '801', status: 'verifying' })
    expect(listOf(ask)[0]?.status).toBe('verifying')
  })
})

describe('ids, names and permissions', () => {
  const LARGE = '90071992547409931234'
  const UUID = '6f1c2a34-5b6d-4e7f-8a90-b1c2d3e4f506'

  it('keeps every digit of a large id', () => {
    const { ask } = stage({ servers: [{ id: LARGE, name: 'one' }], nextSnapshotId: '90071992547409939999' })
    const made = ask('POST', '/snapshots/', `{"server_id": ${LARGE}, "name": "x"}`)
    expect(made.body).toContain('"id":90071992547409939999,')
    expect(made.body).toContain(`"server":{"id":${LARGE},`)
    expect(ask('POST', '/snapshots/', '{"server_id": 90071992547409931235, "name": "x"}').status).toBe(404)
    expect(ask('GET', `/servers/${LARGE}/`).body).toContain(`"id":${LARGE},`)
    expect(listOf(ask, `?server_id=${LARGE}`)).toHaveLength(1)
  })

  it('speaks in UUIDs, in any letter case', () => {
    const { ask } = stage({ servers: [{ id: UUID, name: 'one' }], settings: { snapshotIds: 'uuid' } })
    const made = JSON.parse(ask('POST', '/snapshots/', { server_id: UUID, name: 'x' }).body)
    expect(made).toMatchObject({ id: '00000000-0000-4000-8000-000000000001', server: { id: UUID } })
    expect(listOf(ask, `?server_id=${UUID.toUpperCase()}`)).toHaveLength(1)
    expect(ask('DELETE', `/snapshots/${made.id}/`).status).toBe(204)
  })

  it('may know servers by another id than snapshots do', () => {
    const servers = [{ id: '12345', uuid: UUID, name: 'one' }]
    const { ask } = stage({
      servers,
      settings: { serversAddressedBy: 'uuid', serverIdField: 'both', serverNameField: 'hostname' },
    })
    expect(ask('GET', '/servers/12345/').status).toBe(404)
    expect(JSON.parse(ask('GET', `/servers/${UUID}/`).body)).toMatchObject({
      ...{ id: 12345, uuid: UUID, hostname: 'one', status: 'active', password: 'root-password-of-one' },
    })
    expect(JSON.parse(ask('GET', '/servers/').body).results).toMatchObject([{ id: 12345, uuid: UUID }])
  })

  it('may not know a server at all, and use other words for statuses', () => {
    const { ask } = stage({
      servers: [
        { id: '1', name: 'one', hidden: true },
        { id: '2', name: 'two', status: 'stopped' },
      ],
      settings: { serverIdField: 'uuid', serversAddressedBy: 'either', statusWords: { stopped: 'Off' } },
    })
    expect(ask('GET', '/servers/1/').status).toBe(404)
    const [only, ...others] = JSON.parse(ask('GET', '/servers/').body).results
    expect([only.uuid, only.id, only.status, others]).toEqual(['2', undefined, 'Off', []])
    expect(only.password).toBeUndefined()
  })

  it('names the permission that a token lacks, and tells those that it has', () => {
    const { ask } = reference({}, { permissions: ['snapshots:read'] })
    expect(ask('GET', '/servers/12345/')).toMatchObject({
      status: 403,
      body: '{"detail":"This token lacks the permission \\"servers:read\\"."}',
    })
    expect(ask('GET', '/snapshots/').status).toBe(200)
    expect(ask('POST', '/snapshots/', CREATE).status).toBe(403)
    expect(JSON.parse(ask('GET', '/account/me/').body).token.permissions).toEqual(['snapshots:read'])
  })

  it('says the limit in the field it is told to', () => {
    const { ask } = reference({}, { snapshotLimit: 2, limitErrorField: 'non_field_errors' })
    expect(JSON.parse(ask('POST', '/snapshots/', CREATE).body)).toEqual({
      non_field_errors: ['Snapshot limit reached. You can have a maximum of 2 snapshots per server.'],
    })
  })
})

describe('lists', () => {
  function fleet(): World {
    const ids = Array.from({ length: 1000 }, (_unused, index) => String(index + 1))
    const snapshots = ids.flatMap(server =>
      ['1', '2', '3', '4', '5'].map(digit => ({ id: `${server}${digit}`, server, name: 'x' })),
    )
    const servers = ids.map(id => ({ id, name: `server-${id}` }))
    return new World(() => 0, { servers, snapshots, settings: { snapshotPaging: true } })
  }

  it('has pages of a hundred at most, with absolute links, for a thousand servers', () => {
    const world = fleet()
    const headers = { authorization: `Bearer ${world.settings.token}` }
    let link: string | null = 'http://localhost:9/api/v1/snapshots/?page_size=1000'
    const seen = new Set<number>()
    let pages = 0
    while (link !== null) {
      const answer = JSON.parse(world.handle({ method: 'GET', url: new URL(link), headers, body: '' }).body)
      expect(answer.count).toBe(5000)
      for (const { id } of answer.results) seen.add(id)
      pages += 1
      link = answer.next
    }
    expect([pages, seen.size]).toEqual([50, 5000])
  })

  it('links back and forth, and has no page beyond the last', () => {
    const { ask } = reference({}, { snapshotPaging: true })
    const page = (query: string) => JSON.parse(ask('GET', `/snapshots/?${query}`).body)
    const base = 'http://127.0.0.1:9/api/v1/snapshots/'
    expect(page('page_size=1')).toMatchObject({ next: `${base}?page_size=1&page=2`, previous: null })
    expect(page('page=2&page_size=1')).toMatchObject({ next: null, previous: `${base}?page=1&page_size=1` })
    expect(page('')).toMatchObject({ count: 2, next: null, previous: null })
    for (const wrong of ['page=2', 'page=0', 'page=x'])
      expect(ask('GET', `/snapshots/?${wrong}`)).toMatchObject({
        status: 404,
        body: '{"detail":"Invalid page."}',
      })
  })

  it('filters by server, unless the filter is ignored', () => {
    const { ask, world } = reference()
    world.addServer({ id: '2', name: 'two' })
    world.act({ act: 'create', server: '2', name: 'x' })
    expect(listOf(ask, '?server_id=2').map(({ id }) => id)).toEqual([802])
    expect(listOf(ask, '?server_id=3')).toEqual([])
    expect(ask('GET', '/snapshots/?server_id=two').status).toBe(400)
    world.configure({ filterIgnored: true })
    expect(listOf(ask, '?server_id=2')).toHaveLength(3)
  })

  it('can be changed in how long things take, for one server', () => {
    const { ask, pass, world } = reference()
    world.configureServer('12345', { snapshotMs: 1000 })
    ask('POST', '/snapshots/', CREATE)
    pass(1000)
    expect(listOf(ask)[0]?.status).toBe('completed')
    expect(() => world.configureServer('7', {})).toThrow('the emulated world has no server 7')
  })
})
