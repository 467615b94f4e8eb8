/** What stands between a rollback that is due and the API that would accept it. */
import { describe, expect, it } from 'vitest'
import type { FaultRule, RequestKind } from '../../../emulator/faults.ts'
import { diskOf, MINUTE } from '../support/restoring.ts'
import { fleet, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage } from '../support/stage.ts'

const ARMED = { operation: 'create', 'server-id': '12345', 'restore-on': 'failure, cancelled' }
const GOOD = 'version 1'

/** A server with a snapshot, and a deploy that has gone wrong since. */
async function deployedBadly(): Promise<Stage> {
  const stage = createStage({ servers: [{ ...WEB, disk: GOOD }] })
  expect((await stage.main(ARMED)).green).toBe(true)
  stage.world.deploy(WEB.id, 'version 2')
  return stage
}

function refusal(kind: RequestKind, status: number, nth: number): FaultRule {
  return { match: { kind, nth }, when: 'before', fault: { kind: 'refusal', status } }
}

describe('a limiter that allows no list for an hour', () => {
  it('does not keep the restore from being sent', async () => {
    const stage = await deployedBadly()
    const headers = { 'retry-after': '3600' }
    stage.faults.add({
      match: { kind: 'list-snapshots' },
      when: 'before',
      fault: { kind: 'status', status: 429, body: '{"detail":"Throttled."}', headers },
    })
    expect((await stage.post('failure')).green).toBe(true)
    expect(diskOf(stage.world)).toBe(GOOD)
  })
})

describe('a single no to a rollback', () => {
  const kinds: readonly RequestKind[] = ['read-server', 'restore']
  const cases = kinds.flatMap(kind => [401, 403, 404].map(status => [kind, status] as const))

  it.each(cases)('to %s with %i does not lose it', async (kind, status) => {
    const stage = await deployedBadly()
    stage.faults.add(refusal(kind, status, 1))
    expect((await stage.post('failure')).green).toBe(true)
    expect(diskOf(stage.world)).toBe(GOOD)
  })

  it.each(cases)('to %s with %i does not lose it in a cancelled job', async (kind, status) => {
    const stage = await deployedBadly()
    stage.faults.add(refusal(kind, status, 1))
    const seen = await stage.post('cancelled')
    expect(stage.world.events.filter(({ kind: event }) => event === 'restore-begun')).toHaveLength(1)
    expect(seen.took).toBeLessThan(2 * MINUTE)
  })

  it.each([401, 403, 404])('that holds (%i) ends it, after a settle window', async status => {
    const stage = await deployedBadly()
    stage.faults.add({ match: { kind: 'restore' }, when: 'before', fault: { kind: 'refusal', status } })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(seen.took).toBeLessThan(2 * MINUTE)
    expect(diskOf(stage.world)).toBe('version 2')
  })
})

describe('a server that cannot be read after a refusal of the moment', () => {
  it.each([
    [403, 1],
    [500, 6 * MINUTE],
  ])('(%i, for %i ms) does not lose the rollback', async (status, forMs) => {
    const stage = await deployedBadly()
    stage.faults.add(refusal('restore', 409, 1), {
      match: { kind: 'read-server', from: 2, forMs },
      when: 'before',
      fault: { kind: 'refusal', status },
    })
    expect((await stage.post('failure')).green).toBe(true)
    expect(diskOf(stage.world)).toBe(GOOD)
  })
})

describe('one server of a group that stays in transition', () => {
  it.each(['failure', 'cancelled'])('does not keep the others from being restored (%s)', async jobStatus => {
    const servers = fleet(3)
    const stage = createStage({ servers })
    const inputs = { ...ARMED, 'server-id': idsOf(servers), 'max-parallel': '1' }
    expect((await stage.main(inputs)).green).toBe(true)
    stage.world.act({ act: 'status', server: '11', status: 'restarting' })
    const seen = await stage.post(jobStatus)
    expect(seen.green).toBe(false)
    const begun = stage.world.events.filter(({ kind }) => kind === 'restore-begun')
    expect(begun.map(({ server }) => server)).toEqual(['12', '13'])
    // Its own is asked for, too, though it is refused as long as it does not settle.
    expect(seen.calls).toContain('POST /snapshots/802/restore/')
  })
})

describe('a server that says "starting" for ever', () => {
  it.each(['failure', 'cancelled'])('is restored where the API accepts it (%s)', async jobStatus => {
    const restorableStatuses = ['active', 'stopped', 'starting']
    const stage = createStage({ servers: [{ ...WEB, disk: GOOD }], settings: { restorableStatuses } })
    await stage.main(ARMED)
    stage.world.deploy(WEB.id, 'version 2')
    stage.world.act({ act: 'status', server: WEB.id, status: 'starting' })
    await stage.post(jobStatus)
    expect(stage.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })
})
