import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import type { ServerSpec } from '../../../emulator/settings.ts'
import {
  deeds,
  green,
  jsonStatuses,
  MINUTE,
  NOW,
  offers,
  red,
  restoring,
  secondsOf,
  told,
} from '../support/restoring.ts'
import { byWorkflow, fleet } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

/** Servers 11, 12, … with a snapshot each: 811, 812, … */
function shelves(count: number, more: StageSettings = {}) {
  const servers: readonly ServerSpec[] = more.servers ?? fleet(count, { disk: NOW })
  const snapshots = servers.map(({ id }) => byWorkflow({ id: `8${id}`, server: id }))
  const stage = createStage({ snapshots, ...more, servers: [...servers] })
  return { stage, inputs: restoring({ 'snapshot-id': snapshots.map(({ id }) => id).join(',') }) }
}

/** The request for the restore of server 12 meets this. */
function onTwelve(fault: FaultRule['fault']): FaultRule {
  return { match: { method: 'POST', path: '/snapshots/812/restore/' }, when: 'before', fault }
}

const REFUSED = onTwelve({ kind: 'refusal', status: 404 })

describe('a restore of several servers', () => {
  it('brings all back side by side', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main(inputs)
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs).toMatchObject({
      ...{ 'server-status': 'active,active,active', 'snapshot-id': '811,812,813' },
      ...{ 'server-id': '11,12,13', 'server-name': 'web-11,web-12,web-13' },
    })
    expect(seen.took).toBeLessThan(9 * MINUTE)
    // One heartbeat a minute for all of them.
    const beats = seen.log.filter(line => line.startsWith('3 servers')).length
    expect(beats).toBeGreaterThan(4)
    expect(beats).toBeLessThan(9)
  })

  it('works on no more servers at once than max-parallel', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main({ ...inputs, 'max-parallel': '1' })
    expect(seen).toMatchObject(green('restored'))
    expect(deeds(stage.world)).toEqual(['restore-begun 811', 'restore-begun 812', 'restore-begun 813'])
    const [first = 0, second = 0, third = 0] = secondsOf(seen, 'POST')
    expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(480)
  })

  it('does not begin with one whose turn comes after the deadline', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main({ ...inputs, 'max-parallel': '1', timeout: '10m' })
    expect(seen).toMatchObject({ ...red('failed', 'timeout'), took: 10 * MINUTE })
    expect(jsonStatuses(seen)).toEqual(['restored', 'timed_out', 'failed'])
    expect(deeds(stage.world)).toEqual(['restore-begun 811', 'restore-begun 812'])
    expect(offers(seen)).toContain('wait 812')
    for (const name of ['812', 'web-13']) expect(seen.annotations[0]?.text).toContain(name)
  })

  it('tries each, and says which did not come back', async () => {
    const servers = fleet(3).map(server => ({
      ...server,
      timeline: { restoreEndsAs: server.id === '12' ? 'error' : 'active' },
    }))
    const { stage, inputs } = shelves(3, { servers })
    const seen = await stage.main(inputs)
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    expect(seen.outputs['server-status']).toBe('active,error,active')
    expect(jsonStatuses(seen)).toEqual(['restored', 'failed', 'restored'])
    expect(seen.annotations[0]?.text).toContain('web-12')
    expect(seen.annotations[0]?.text).not.toContain('web-11')
  })

  it('names the first few that failed, counts the others, and prints them all', async () => {
    const { stage, inputs } = shelves(5, { settings: { timeline: { restoreEndsAs: 'error' } } })
    const seen = await stage.main(inputs)
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    const text = seen.annotations[0]?.text ?? ''
    const [failures = '', wayOut] = text.split('Check web-')
    const all = ['811', '812', '813', '814', '815']
    expect(all.filter(id => failures.includes(id))).toEqual(['811', '812', '813'])
    expect(wayOut).toContain(all.join(','))
    for (const part of ['2 more', 'web-14', 'web-15']) expect(text).toContain(part)
    for (const id of ['814', '815']) expect(told(seen)).toContain(id)
  })

  it.each([
    ['unknown', 'lost-answer', onTwelve({ kind: 'reset' })],
    ['failed', 'not-found', REFUSED],
  ] as const)('has the worst status of all, and its reason: %s', async (status, reason, fault) => {
    const { stage, inputs } = shelves(3, { faults: [fault] })
    stage.world.configureServer('13', { restoreMs: 24 * 60 * MINUTE })
    const seen = await stage.main({ ...inputs, timeout: '20m' })
    expect(seen).toMatchObject(red(status, reason))
    expect(jsonStatuses(seen)).toEqual(['restored', status, 'timed_out'])
  })

  it('with wait: false says how to follow them, also where another was refused', async () => {
    const all = shelves(2)
    const seen = await all.stage.main({ ...all.inputs, wait: 'false' })
    expect(seen).toMatchObject(green('restoring'))
    const some = shelves(3, { faults: [REFUSED] })
    const mixed = await some.stage.main({ ...some.inputs, wait: 'false' })
    expect(mixed).toMatchObject(red('failed', 'not-found'))
    expect(jsonStatuses(mixed)).toEqual(['restoring', 'failed', 'restoring'])
  })

  it('in a cancelled job sends every request before it waits', async () => {
    const { stage, inputs } = shelves(12, { settings: { timeline: { restoreStaleMs: 5 * MINUTE } } })
    const seen = await stage.main({ ...inputs, 'job-status': 'cancelled', 'max-parallel': '2' })
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
    expect(deeds(stage.world)).toHaveLength(12)
    expect(seen.took).toBeLessThan(40_000)
    expect(offers(seen)).toEqual(['wait 811,812,813,814,815,816,817,818,819,820,821,822'])
  })

  it('in a cancelled job looks for deploys by others five seconds at most, whatever their number', async () => {
    // Two reads find the snapshots.
    const match = { method: 'GET', path: '/snapshots/', from: 3 } as const
    const hangs: readonly FaultRule[] = [{ match, when: 'before', fault: { kind: 'hang' } }]
    const { stage, inputs } = shelves(9, { faults: hangs })
    const seen = await stage.main({ ...inputs, 'job-status': 'cancelled' })
    expect(deeds(stage.world)).toHaveLength(9)
    expect(Math.max(...secondsOf(seen, 'POST'))).toBeLessThan(10)
  })

  it('in a cancelled job with wait: false does so too, and is green', async () => {
    const { stage, inputs } = shelves(7, { settings: { timeline: { restoreStaleMs: 400_000 } } })
    const seen = await stage.main({
      ...inputs,
      'job-status': 'cancelled',
      wait: 'false',
      'max-parallel': '1',
    })
    expect(seen).toMatchObject(green('restoring'))
    expect(deeds(stage.world)).toHaveLength(7)
    expect(seen.took).toBeLessThan(4 * MINUTE)
  })

  it('names no time since when changes are lost where the API gives no dates', async () => {
    const { stage, inputs } = shelves(2)
    const results = fleet(2).map(({ id, name }) => ({
      ...{
        id: Number(`8${id}`),
        name: 'x',
        status: 'completed',
        size_mb: 1,
        created_at: null,
        description: '',
      },
      server: { id: Number(id), name },
    }))
    const fault = { kind: 'body', body: JSON.stringify({ count: 2, results }) } as const
    stage.faults.add({ match: { method: 'GET', path: '/snapshots/' }, when: 'before', fault })
    const seen = await stage.main(inputs)
    expect(seen).toMatchObject(green('restored'))
    expect(seen.annotations[0]?.text).not.toMatch(/UTC|NaN|Infinity/)
  })
})
