/** What the world does between a request and its repetition. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import type { ServerSpec } from '../../emulator/settings.ts'
import { byHand, byWorkflow, WEB } from './support/scenery.ts'
import { createStage, type StageSettings } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const DELETE_OLDEST = { ...CREATE, 'when-full': 'delete-oldest' }
const STOPPED = { ...CREATE, 'stop-server': 'true' }
const OWN_FIVE = ['701', '702', '703', '704', '705'].map((id, index) =>
  byWorkflow({ id, hours: 200 - 10 * index }),
)

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], ...more })
}

/** The answer to the nth such request gets lost, though it was obeyed. */
function lost(nth = 1): FaultRule {
  return { match: { method: 'POST', path: '/snapshots/', nth }, when: 'after', fault: { kind: 'reset' } }
}

/** The nth such request is to be sent again after so many seconds. */
function later(seconds: number, method: string, path: string, nth = 1): FaultRule {
  const headers = { 'retry-after': String(seconds) }
  return { match: { method, path, nth }, when: 'before', fault: { kind: 'status', status: 429, headers } }
}

type Played = ReturnType<typeof stage>

function made({ world }: Played): readonly (string | undefined)[] {
  return world.events.filter(({ kind }) => kind === 'snapshot-created').map(({ snapshot }) => snapshot)
}

function deletedByUs({ world }: Played): readonly (string | undefined)[] {
  return world.events
    .filter(({ kind, by }) => kind === 'deleted' && by === 'api')
    .map(({ snapshot }) => snapshot)
}

describe('a create whose answer was lost', () => {
  it('adopts its snapshot that appears while the server is waited for', async () => {
    const played = stage({
      settings: { timeline: { listLagMs: 90_000 } },
      faults: [lost()],
      happenings: [{ afterMs: 55_000, act: { act: 'power', server: '12345', action: 'restart' } }],
    })
    const { green, outputs } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(outputs['snapshot-id']).toBe('802')
    expect(made(played)).toEqual(['802'])
  })

  it('is sent again when the server was waited for and nothing has appeared', async () => {
    const played = stage({
      faults: [{ ...lost(), when: 'before' }],
      happenings: [{ afterMs: 65_000, act: { act: 'power', server: '12345', action: 'restart' } }],
    })
    const { green, log } = await played.main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(log.join()).toContain('waiting until it settles')
    expect(made(played)).toEqual(['802'])
  })

  it('adopts its snapshot that appears during the pause before another request', async () => {
    const played = stage({
      settings: { timeline: { listLagMs: 150_000 } },
      faults: [lost(), later(300, 'POST', '/snapshots/', 2)],
    })
    const { green, outputs } = await played.main(CREATE)
    expect(green).toBe(true)
    expect(outputs['snapshot-id']).toBe('802')
    expect(made(played)).toEqual(['802'])
  })

  it('does not go on where the list cannot be read before the repetition', async () => {
    const played = stage({
      faults: [
        lost(),
        { match: { path: '/snapshots/', from: 12 }, when: 'before', fault: { kind: 'status', status: 401 } },
      ],
      settings: { timeline: { listLagMs: 90_000 } },
    })
    const { verdict, outputs } = await played.main(CREATE)
    expect(verdict).toBe(
      'An earlier request got no answer. Whether it acted cannot be told: GET /snapshots/?server_id=12345 was answered with 401.',
    )
    expect(outputs['status']).toBe('unknown')
    expect(made(played)).toEqual(['802'])
  })

  it('adopts its snapshot that an API lists under the server’s number', async () => {
    const uuid = '11111111-2222-4333-8444-555555555555'
    const empty = { kind: 'body', body: '{"count": 0, "results": []}' } as const
    const played = createStage({
      servers: [{ id: uuid, name: 'web' }] satisfies ServerSpec[],
      settings: { timeline: { listLagMs: 75_000 } },
      faults: [
        lost(),
        later(20, 'POST', '/snapshots/', 2),
        { match: { method: 'GET', path: '/snapshots/', from: 2, to: 10 }, when: 'before', fault: empty },
        { match: { method: 'GET', path: '/snapshots/', from: 12, to: 20 }, when: 'before', fault: empty },
      ],
    })
    const { green } = await played.main({ operation: 'create', 'server-id': uuid, wait: 'false' })
    expect(green).toBe(true)
    expect(made(played)).toEqual(['802'])
  })

  it('cancelled before the repetition does not say that nothing was changed', async () => {
    const played = stage({
      settings: { timeline: { listLagMs: 150_000 } },
      faults: [lost(), later(300, 'POST', '/snapshots/', 2)],
    })
    const { verdict, outputs } = await played.main(CREATE, { cancel: { afterMs: 140_000 } })
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toContain('whether VPS.org acted on it is not known')
  })

  it('and whose repetition is refused since it took the last slot itself is unknown', async () => {
    const played = stage({
      snapshots: OWN_FIVE.slice(0, 4).map(({ id }) => byHand({ id, hours: 100 })),
      settings: { timeline: { listLagMs: 150_000 } },
      faults: [lost()],
    })
    const { verdict, outputs } = await played.main(CREATE)
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toContain(
      'An earlier request got no answer, and no snapshot that carries its key has appeared.',
    )
  })
})

describe('a safety snapshot whose answer was lost', () => {
  it('is adopted when it appears while the server is waited for', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      settings: { timeline: { listLagMs: 80_000 } },
      faults: [lost()],
      happenings: [{ afterMs: 55_000, act: { act: 'power', server: '12345', action: 'restart' } }],
    })
    const { green, outputs } = await played.main({
      operation: 'restore',
      'snapshot-id': '701',
      'snapshot-before-restore': 'true',
    })
    expect(green).toBe(true)
    expect(outputs['safety-snapshot-id']).toBe('802')
    expect(made(played)).toEqual(['802'])
  })
})

describe('a deletion that has to be repeated', () => {
  it('is not sent again once its server is being restored', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [later(120, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 30_000, act: { act: 'restore', snapshot: '701' } }],
    })
    const { green, verdict } = await played.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(green).toBe(false)
    expect(verdict).toContain(
      'Snapshot 701 was not deleted: its server web-server-01 (12345) is being restored.',
    )
    expect(deletedByUs(played)).toEqual([])
  })

  it('is not known to have done nothing where its answer was lost before', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'reset' } }],
      happenings: [{ afterMs: 250, act: { act: 'restore', snapshot: '701' } }],
    })
    const { verdict, outputs } = await played.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toContain('Whether an earlier request deleted snapshot 701 is not known.')
  })

  it('by keep-last is not sent again, either', async () => {
    const played = stage({
      snapshots: OWN_FIVE.slice(0, 2),
      settings: { timeline: { snapshotMs: 60_000 } },
      faults: [later(120, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 100_000, act: { act: 'restore', snapshot: '701' } }],
    })
    await played.main({ ...CREATE, 'keep-last': '1' })
    const { green, annotations } = await played.post('success')
    expect(green).toBe(true)
    expect(annotations.map(({ text }) => text).join()).toContain('701 was not deleted: its server')
    expect(deletedByUs(played)).not.toContain('701')
  })

  it('is no longer wanted once a slot has come free', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [later(200, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 50_000, act: { act: 'delete', snapshot: '705' } }],
    })
    const { green, outputs, verdict } = await played.main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(deletedByUs(played)).toEqual([])
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
    expect(verdict).toContain('slot 5 of 5')
  })

  it('and was obeyed though its answer was lost has made room', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [{ match: { method: 'DELETE', nth: 1 }, when: 'after', fault: { kind: 'reset' } }],
    })
    const { green, outputs, calls } = await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(green).toBe(true)
    expect(deletedByUs(played)).toEqual(['701'])
    expect(outputs['deleted-snapshot-ids']).toBe('701')
    expect(calls.filter(call => call.startsWith('DELETE'))).toHaveLength(1)
  })

  it('of a victim that somebody else deletes meanwhile claims nothing', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [later(60, 'DELETE', '/snapshots/701/')],
      happenings: [{ afterMs: 20_000, act: { act: 'delete', snapshot: '701' } }],
    })
    const { green, outputs } = await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(green).toBe(true)
    expect(outputs['deleted-snapshot-ids']).toBeUndefined()
  })

  it('goes on where the list cannot be read meanwhile', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      faults: [
        later(5, 'DELETE', '/snapshots/701/'),
        {
          match: { method: 'GET', path: '/snapshots/', nth: 3 },
          when: 'before',
          fault: { kind: 'status', status: 401 },
        },
      ],
    })
    await played.main({ ...DELETE_OLDEST, wait: 'false' })
    expect(deletedByUs(played)).toEqual(['701'])
  })

  it('warns once that its server may not be read', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      settings: { permissions: ['snapshots:read', 'snapshots:write'] },
      faults: [later(5, 'DELETE', '/snapshots/701/')],
    })
    const { green, annotations } = await played.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(green).toBe(true)
    expect(annotations).toHaveLength(1)
  })

  it('of a victim that somebody else deleted gives their slot time to come free', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      settings: { timeline: { snapshotMs: 60_000, deletionLagMs: 20_000, slotLagMs: 20_000 } },
      happenings: [{ afterMs: 480, act: { act: 'delete', snapshot: '701' } }],
    })
    const { green, verdict } = await played.main(DELETE_OLDEST)
    expect(green).toBe(true)
    expect(deletedByUs(played)).toEqual([])
    expect(verdict).toContain('slot 5 of 5')
  })
})

describe('a stop that has to be repeated', () => {
  it.each<readonly [string, readonly FaultRule[]]>([
    ['after a pause', [later(120, 'POST', '/servers/*/power/')]],
    [
      'after a lost answer',
      [
        {
          match: { method: 'POST', path: '/servers/*/power/', nth: 1 },
          when: 'before',
          fault: { kind: 'reset' },
        },
      ],
    ],
  ])('%s is never sent into a restore', async (_how, faults) => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults,
      happenings: [{ afterMs: 10_000, act: { act: 'restore', snapshot: '701' } }],
    })
    const { requests } = await played.main(STOPPED)
    const ended = played.world.events.find(({ kind }) => kind === 'restore-ended')
    const stops = requests.filter(({ path, body }) => path.endsWith('/power/') && body.includes('stop'))
    const began = requests[0]?.after ?? 0
    expect(ended).toBeDefined()
    for (const { after } of stops.slice(1))
      expect(after + began).toBeGreaterThan((ended?.at ?? 0) - Date.parse('2026-03-02T02:40:00Z'))
    expect(played.world.report().servers[0]?.running).toBe(true)
  })

  it('after a pause in which nothing happened stops the server', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000 } },
      faults: [later(5, 'POST', '/servers/*/power/')],
    })
    const { green } = await played.main(STOPPED)
    expect(green).toBe(true)
    expect(played.world.report().servers[0]?.running).toBe(true)
  })
})

describe('a server that was stopped for its snapshot', () => {
  it.each([
    ['started', { act: 'power', server: '12345', action: 'start' }],
    ['restored', { act: 'restore', snapshot: '701' }],
  ] as const)('and %s by somebody before its snapshot was begun gets none', async (_what, act) => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [later(120, 'POST', '/snapshots/')],
      happenings: [{ afterMs: 60_000, act }],
    })
    const { green, verdict } = await played.main({ ...STOPPED, timeout: '1h' })
    expect(green).toBe(false)
    expect(verdict).toContain(
      'web-server-01 was stopped for its snapshot, and somebody started it before the snapshot was begun. No snapshot of it was taken.',
    )
    expect(made(played)).toEqual([])
    expect(played.world.report().servers[0]?.running).toBe(true)
  })
})

describe('a deletion for a slot whose fate is not known', () => {
  const unknown: FaultRule = {
    match: { method: 'DELETE', nth: 1 },
    when: 'after',
    fault: { kind: 'status', status: 503, headers: { 'retry-after': '2' } },
  }
  const timeline = { deletionLagMs: 2_500, slotLagMs: 2_400, snapshotMs: 60_000 }

  it('is said, and no other is deleted', async () => {
    const played = stage({
      snapshots: OWN_FIVE,
      settings: { timeline },
      faults: [unknown],
      happenings: [
        { afterMs: 10, act: { act: 'delete', snapshot: '705' } },
        { afterMs: 2_800, act: { act: 'create', server: '12345', name: 'a' } },
        { afterMs: 3_000, act: { act: 'create', server: '12345', name: 'b' } },
      ],
    })
    const { annotations } = await played.main(DELETE_OLDEST)
    expect(deletedByUs(played)).toEqual(['701'])
    expect(annotations.map(({ text }) => text).join()).toContain(
      'Snapshot 701 deploy-701 was to make room, and a slot came free; whether it was deleted for it is not known.',
    )
  })

  it('is no reason to say that nothing was changed', async () => {
    const played = createStage({
      servers: [
        { id: '11', name: 'web-11' },
        { id: '12', name: 'web-12' },
      ],
      snapshots: OWN_FIVE.map(snapshot => ({ ...snapshot, server: '11' })),
      faults: [
        { match: { method: 'DELETE' }, when: 'after', fault: { kind: 'oversized', bytes: 11_000_000 } },
      ],
    })
    const { verdict, outputs } = await played.main({
      ...DELETE_OLDEST,
      ...{ 'server-id': '11,12', 'max-parallel': '1' },
    })
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toMatch(/Nothing was restored\.$/)
  })

  it('is neither kept nor deleted in what keep-last says', async () => {
    const played = stage({
      snapshots: OWN_FIVE.slice(0, 2),
      settings: { timeline: { snapshotMs: 30_000 } },
      faults: [
        { match: { method: 'DELETE' }, when: 'after', fault: { kind: 'oversized', bytes: 11_000_000 } },
      ],
    })
    await played.main({ ...CREATE, 'keep-last': '1' })
    const { green, verdict, annotations } = await played.post('success')
    expect(green).toBe(true)
    expect(verdict).toBe('keep-last had nothing to delete; 1 snapshot stays.')
    expect(annotations[0]?.text).toContain(
      'was to be deleted by keep-last; whether it is deleted is not known.',
    )
  })

  it('is not held up by a server that cannot be read', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [{ match: { path: '/servers/12345/' }, when: 'before', fault: { kind: 'hang' } }],
    })
    const { green, took } = await played.main({ operation: 'delete', 'snapshot-id': '701' })
    expect(green).toBe(true)
    expect(took).toBeLessThan(60_000)
  })
})

describe('a stop that was refused', () => {
  it('does not take somebody else’s restart for its own', async () => {
    const played = stage({
      settings: { timeline: { snapshotMs: 60_000 } },
      happenings: [{ afterMs: 200, act: { act: 'power', server: '12345', action: 'restart' } }],
    })
    const { green, took, verdict } = await played.main(STOPPED)
    expect(green).toBe(false)
    expect(verdict).toContain('was answered with 400')
    expect(took).toBeLessThan(300_000)
    expect(played.world.report().servers[0]?.running).toBe(true)
  })
})

describe('an id', () => {
  it('of a create whose answer was lost is handed out as soon as a list shows the key', async () => {
    const played = stage({
      settings: { timeline: { listLagMs: 70_000 } },
      faults: [lost()],
      happenings: [{ afterMs: 55_000, act: { act: 'power', server: '12345', action: 'restart' } }],
    })
    const { outputs, took } = await played.main({ ...CREATE, wait: 'false' })
    expect(outputs['snapshot-id']).toBe('802')
    expect(took).toBeLessThan(200_000)
  })
})

describe('a restore whose answer was lost', () => {
  it('is not sent again after a pause in which it may have come and gone', async () => {
    const played = stage({
      snapshots: [byHand({ id: '701' })],
      faults: [
        { match: { method: 'POST', nth: 1 }, when: 'before', fault: { kind: 'delay', ms: 150_000 } },
        later(590, 'POST', '/snapshots/701/restore/', 2),
      ],
    })
    const { outputs, verdict } = await played.main({ operation: 'restore', 'snapshot-id': '701' })
    expect(outputs['status']).toBe('unknown')
    expect(verdict).toContain('a restore may have come and gone')
    expect(played.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })
})
