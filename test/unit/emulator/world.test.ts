import { describe, expect, it } from 'vitest'
import type { Act } from '../../emulator/world-types.ts'
import { listOf, reference, stage } from './support.ts'

const MINUTE = 60_000
const CREATE = { server_id: 12345, name: 'x' }

describe('the life of a snapshot', () => {
  it.each([
    [{}, 'in_progress', 'completed', 5120, 'snapshot-completed'],
    [{ snapshotOutcome: 'failed', failedWord: 'kaputt' }, 'in_progress', 'kaputt', null, 'snapshot-failed'],
    [{ snapshotOutcome: 'failed', failedWord: 'aborted' }, 'in_progress', 'aborted', null, 'snapshot-failed'],
    [
      { progressWord: 'pending', completedWord: 'available' },
      ...(['pending', 'available', 5120, 'snapshot-completed'] as const),
    ],
    [{ completedWord: 'vollendet' }, 'in_progress', 'vollendet', 5120, 'snapshot-completed'],
    [{ snapshotOutcome: 'never' }, 'in_progress', 'in_progress', null, 'snapshot-created'],
  ] as const)(
    'with %j: after five minutes it is no longer %s but %s',
    (timeline, first, then, size, event) => {
      const { ask, pass, world } = reference(timeline)
      ask('POST', '/snapshots/', CREATE)
      pass(5 * MINUTE - 1)
      expect(listOf(ask)[0]).toMatchObject({ id: 802, status: first, size_mb: null })
      expect(ask('POST', '/snapshots/802/restore/').status).toBe(400)
      pass(1)
      expect(listOf(ask)[0]).toMatchObject({ id: 802, status: then, size_mb: size })
      expect(world.events.at(-1)).toMatchObject({ kind: event, snapshot: '802' })
      expect(ask('POST', '/snapshots/802/restore/').status).toBe(event === 'snapshot-completed' ? 200 : 400)
    },
  )

  it('holds the disk of the instant at which it began', () => {
    const { ask, pass, world } = reference()
    const disk = () => world.report().servers[0]?.disk
    world.deploy('12345', 'version 1')
    ask('POST', '/snapshots/', CREATE)
    pass(MINUTE)
    world.deploy('12345', 'version 2')
    pass(4 * MINUTE)
    ask('POST', '/snapshots/802/restore/')
    expect(disk()).toBe('(being overwritten)')
    pass(8 * MINUTE)
    expect(disk()).toBe('version 1')
  })

  it('can appear late in the list, and be unknown to restores and deletes for a while', () => {
    const { ask, pass } = reference({ listLagMs: 5000, unknownMs: 7000 })
    ask('POST', '/snapshots/', CREATE)
    pass(4999)
    expect(listOf(ask).map(({ id }) => id)).toEqual([801, 798])
    pass(1)
    expect(listOf(ask).map(({ id }) => id)).toEqual([802, 801, 798])
    pass(1999)
    expect(ask('DELETE', '/snapshots/802/').status).toBe(404)
    pass(1)
    expect(ask('DELETE', '/snapshots/802/').status).toBe(204)
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

describe('what others do', () => {
  const ACTS: readonly (readonly [Act, object])[] = [
    [
      { act: 'create', server: '12345', name: 'by-hand' },
      { ok: true, value: '802' },
    ],
    [
      { act: 'delete', snapshot: '798' },
      { ok: true, value: '798' },
    ],
    [
      { act: 'restore', snapshot: '801' },
      { ok: true, value: '801' },
    ],
    [
      { act: 'restore', snapshot: '801' },
      { ok: false, refusal: 'server-busy' },
    ],
    [
      { act: 'power', server: '12345', action: 'stop' },
      { ok: false, refusal: 'server-busy' },
    ],
    [
      { act: 'delete', snapshot: '798' },
      { ok: false, refusal: 'unknown' },
    ],
    [
      { act: 'deploy', server: '1', disk: '' },
      { ok: false, refusal: 'unknown' },
    ],
  ]

  it('is told from what the token did', () => {
    const { world } = reference()
    expect(ACTS.map(([act]) => world.act(act))).toEqual(ACTS.map(([, outcome]) => outcome))
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

  it('can force any status on a server and on a snapshot, and change how long things take', () => {
    const { ask, pass, status, world } = reference()
    ask('POST', '/snapshots/801/restore/')
    world.act({ act: 'status', server: '12345', status: 'error' })
    pass(10 * MINUTE)
    expect(status()).toBe('error')
    world.act({ act: 'status', server: '12345', status: 'active' })
    expect(world.server('12345')?.running).toBe(true)
    world.act({ act: 'snapshot-status', snapshot: '801', status: 'verifying' })
    expect(listOf(ask)[0]?.status).toBe('verifying')
    world.configureServer('12345', { snapshotMs: 1000 })
    ask('POST', '/snapshots/', CREATE)
    pass(1000)
    expect(listOf(ask)[0]?.status).toBe('completed')
    expect(() => world.configureServer('7', {})).toThrow('the emulated world has no server 7')
  })

  it.each([
    ['POST', '/snapshots/', CREATE, 201],
    ['POST', '/snapshots/801/restore/', undefined, 200],
    ['DELETE', '/snapshots/801/', undefined, 204],
    ['POST', '/servers/12345/power/', { action: 'stop' }, 200],
  ])('can make a server refuse every change for a time: %s %s', (method, path, body, status) => {
    const { ask, pass, world } = reference()
    world.act({ act: 'refuse', server: '12345', forMs: 5000, status: 423, detail: 'Locked by a backup.' })
    expect(ask(method, path, body)).toMatchObject({ status: 423, body: '{"detail":"Locked by a backup."}' })
    expect(ask('GET', '/servers/12345/').status).toBe(200)
    pass(4999)
    expect(ask(method, path, body).status).toBe(423)
    pass(1)
    expect(ask(method, path, body).status).toBe(status)
  })
})
