/** What used to be told in several ways, and the cut-offs in which it is easiest to contradict oneself. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import { deeds, MINUTE, offers, restoring } from './support/restoring.ts'
import { byHand, fleet, hoursAgo, idsOf } from './support/scenery.ts'
import { createStage, START, type Stage, type StageSettings } from './support/stage.ts'
import { each, expectOneStory } from './support/story.ts'

const CANCELLED = /cancelled|cut off/i
const HEALTH = { 'health-check': 'https://shop.example/up', 'health-check-timeout': '20m' }
const STOP = { 'stop-server': 'true' }
const QUICK = { settings: { timeline: { snapshotMs: MINUTE } } }
const UNHEALTHY: StageSettings = { ...QUICK, probe: () => 'refused' }

/** The create of one of the servers meets this: of all alike, that of the second. */
function secondRefused(status: number): FaultRule {
  return {
    match: { method: 'POST', path: '/snapshots/', nth: 2 },
    when: 'before',
    fault: { kind: 'refusal', status },
  }
}

/** So many servers, with a snapshot each to restore or to wait for. */
function shelves(count: number, settings: StageSettings = {}) {
  const servers = settings.servers ?? fleet(count)
  const snapshots = servers.map(({ id }) => byHand({ id: `8${id}`, server: id }))
  const stage = createStage({ snapshots, ...settings, servers })
  return { stage, servers, ids: snapshots.map(({ id }) => id).join() }
}

function creating(count: number) {
  const servers = fleet(count)
  return { servers, inputs: { operation: 'create', 'server-id': idsOf(servers), 'restore-on': 'failure' } }
}

describe.each([1, 3])('one story of %i servers', count => {
  it('when a restore never began, since the server did not settle', async () => {
    const { stage, servers, ids } = shelves(count, { servers: fleet(count, { status: 'restarting' }) })
    const seen = await stage.main(restoring({ 'snapshot-id': ids, timeout: '2m' }))
    expectOneStory(seen, {
      ...{
        status: 'failed',
        reason: 'server-busy',
        servers: each(servers, 'failed'),
        says: ['web-11', 'restarting'],
      },
      saysNot: CANCELLED,
    })
    expect(deeds(stage.world)).toEqual([])
  })

  it('when a cancel cuts off a failing health check of a create with stop-server', async () => {
    const { servers, inputs } = creating(count)
    const stage = createStage({ servers, ...UNHEALTHY })
    const seen = await stage.main({ ...inputs, ...STOP, ...HEALTH }, { cancel: { afterMs: 5 * MINUTE } })
    expectOneStory(seen, {
      ...{ status: 'completed', reason: 'cancelled', servers: each(servers, 'completed'), power: 'started' },
      ...{ says: [CANCELLED, 'health check', '802'], saysNot: /fail|0 of/i },
    })
    expect(seen.annotations[0]?.title).not.toMatch(/fail/i)
  })

  it('when a cancel cuts off the health check of a restore', async () => {
    const { stage, servers, ids } = shelves(count, { probe: () => 'refused' })
    const inputs = restoring({ 'snapshot-id': ids, ...HEALTH })
    const seen = await stage.main(inputs, { cancel: { afterMs: 10 * MINUTE } })
    expectOneStory(seen, {
      ...{ status: 'restored', reason: 'cancelled', servers: each(servers, 'restored') },
      ...{ says: [CANCELLED, 'health check'], saysNot: /fail|re-run|0 of/i },
    })
  })

  it('when a cancel cuts off the health check of a wait', async () => {
    const snapshots = fleet(count).map(({ id }) => ({
      ...byHand({ id: `8${id}`, server: id, status: 'in_progress' }),
      createdAt: hoursAgo(0),
    }))
    const { stage, servers, ids } = shelves(count, { ...UNHEALTHY, snapshots })
    const inputs = { operation: 'wait', 'snapshot-id': ids, ...HEALTH }
    const seen = await stage.main(inputs, { cancel: { afterMs: 3 * MINUTE } })
    expectOneStory(seen, {
      ...{ status: 'completed', reason: 'cancelled', servers: each(servers, 'completed') },
      ...{ says: [CANCELLED, 'health check'], saysNot: /fail/i },
    })
  })

  it('when the action makes a mistake after an accepted create', async () => {
    const { servers, inputs } = creating(count)
    const random = () => {
      if (stage.clock.now() > START + 20_000) throw new Error('kaputt')
      return 0.5
    }
    const stage: Stage = createStage({ servers, random })
    const seen = await stage.main(inputs)
    expectOneStory(seen, {
      ...{ status: 'in_progress', reason: 'internal-error', servers: each(servers, 'in_progress') },
      ...{ says: ['kaputt', '802'], saysNot: CANCELLED, power: 'untouched' },
    })
    expect(offers(seen)).toContain(`wait ${seen.outputs['snapshot-id']}`)
  })

  it('when it is killed between the acceptance and the first poll, at the end of the job', async () => {
    const { servers, inputs } = creating(count)
    const stage = createStage({ servers, ...QUICK })
    const main = await stage.main({ ...inputs, ...STOP }, { cancel: { afterMs: 2 * MINUTE } })
    // All that had been written when the last create was accepted.
    const last = main.stateWrites.findLastIndex(([, value]) => value.includes('"completed":false'))
    const state = Object.fromEntries(main.stateWrites.slice(0, last + 1))
    const seen = await stage.post('failure', { state })
    // Nothing can have been deployed after it; what was stopped runs again.
    expect(deeds(stage.world).filter(deed => deed.startsWith('restore'))).toEqual([])
    expect(stage.world.report().servers.every(({ running }) => running)).toBe(true)
    expect(seen).toMatchObject({ green: true, outputs: {} })
    for (const { name } of servers)
      for (const place of [seen.log.join('\n'), seen.summary]) expect(place).toContain(name)
    expect(seen.summary).not.toMatch(/❌|restored to|still restoring/i)
  })
})

describe('one story of a group', () => {
  const { servers, inputs } = creating(3)

  it('when one is refused beforehand: the others were not begun', async () => {
    const hidden = servers.map(server => ({ ...server, hidden: server.id === '12' }))
    const seen = await createStage({ servers: hidden }).main(inputs)
    expectOneStory(seen, {
      ...{ status: 'failed', reason: 'not-found', servers: each(servers, 'failed'), says: ['404'] },
      saysNot: /completed: [1-9]|in progress/,
    })
    expect(seen.calls.every(call => call.startsWith('GET'))).toBe(true)
  })

  it('when a cancel comes before the turn of some', async () => {
    const stage = createStage({ servers, ...QUICK })
    const cancel = { afterMs: 35_000 }
    const seen = await stage.main({ ...inputs, ...STOP, 'max-parallel': '1' }, { cancel })
    expectOneStory(seen, {
      ...{ status: 'failed', reason: 'cancelled', says: [CANCELLED, '802', 'web-12', 'web-13'] },
      servers: { '11': 'cancelled', '12': 'failed', '13': 'failed' },
    })
  })

  it('when the time is over before the turn of some', async () => {
    const group = shelves(3)
    const seen = await group.stage.main(
      restoring({ 'snapshot-id': group.ids, timeout: '10m', 'max-parallel': '1' }),
    )
    expectOneStory(seen, {
      ...{ status: 'failed', reason: 'timeout', says: ['812', 'web-13'], saysNot: CANCELLED },
      servers: { '11': 'restored', '12': 'timed_out', '13': 'failed' },
    })
  })

  it.each([2, 3])(
    'of %i when one is refused, and a cancel cuts off the health checks of the others',
    async count => {
      const group = creating(count)
      const stage = createStage({ servers: group.servers, ...UNHEALTHY, faults: [secondRefused(401)] })
      const seen = await stage.main(
        { ...group.inputs, ...STOP, ...HEALTH },
        { cancel: { afterMs: 5 * MINUTE } },
      )
      expectOneStory(seen, {
        ...{ status: 'failed', reason: 'unauthorized', power: 'started' },
        servers: { ...each(group.servers, 'completed'), '12': 'failed' },
        says: [CANCELLED, 'health check', '401', '802'],
      })
    },
  )

  it('when a cancel comes while one of three is refused', async () => {
    const stage = createStage({ servers, ...QUICK, faults: [secondRefused(403)], latencyMs: 900 })
    const seen = await stage.main(inputs, { cancel: { request: 'POST /snapshots/', nth: 3 } })
    expectOneStory(seen, {
      ...{ status: 'failed', reason: 'forbidden', says: [CANCELLED, '403', '802', '803'] },
      servers: { '11': 'cancelled', '12': 'failed', '13': 'cancelled' },
    })
    // All three requests were out; what the world did with them is what is told.
    expect(deeds(stage.world)).toEqual(['snapshot-created 802', 'snapshot-created 803'])
  })
})
