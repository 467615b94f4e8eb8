import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { afterCreate, endOf, ROLLBACK } from '../support/end-of-job.ts'
import { BEFORE, diskOf, MINUTE, secondsOf, told } from '../support/restoring.ts'
import { fleet } from '../support/scenery.ts'
import type { Stage, StageSettings } from '../support/stage.ts'

/** So many servers of which each restore takes ten minutes: one after the other they would not fit into the hour. */
function slow(count: number, more: StageSettings = {}): StageSettings {
  const settings = { ...more.settings, timeline: { restoreMs: 10 * MINUTE } }
  return { servers: fleet(count, { disk: BEFORE }), nextSnapshotId: '801', ...more, settings }
}

function begun({ world }: Stage): readonly (string | undefined)[] {
  return world.events.filter(({ kind }) => kind === 'restore-begun').map(({ server }) => server)
}

function allBack({ world }: Stage, count: number): boolean {
  return fleet(count).every(({ id }) => diskOf(world, id) === BEFORE)
}

describe('the rollback of a fleet', () => {
  it.each([
    [8, '1'],
    [20, '10'],
    [20, '1'],
    [60, '3'],
  ])('of %i servers with max-parallel %s asks for every restore at once', async (count, places) => {
    const { stage, seen } = await endOf('failure', { ...ROLLBACK, 'max-parallel': places }, slow(count))
    expect(seen.green).toBe(true)
    expect(allBack(stage, count)).toBe(true)
    expect(Math.max(...secondsOf(seen, 'POST'))).toBeLessThanOrEqual(count)
    expect(seen.took).toBeLessThan(12 * MINUTE)
  })

  it.each<readonly [string, FaultRule['fault']]>([
    ['a second without a burst', { kind: 'limiter', perSecond: 1, burst: 1 }],
    ['two seconds, told by pages', { kind: 'limiter', perSecond: 0.5, burst: 1, status: 503, body: 'html' }],
    ['a second with Retry-After', { kind: 'limiter', perSecond: 1, burst: 2, tells: 'retry-after' }],
  ])('brings all twenty back behind a limiter of one request in %s', async (_, fault) => {
    const { stage } = await afterCreate({ ...ROLLBACK, 'max-parallel': '1' }, slow(20))
    stage.faults.add({ when: 'before', fault })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(allBack(stage, 20)).toBe(true)
    expect(secondsOf(seen, 'POST').length).toBeGreaterThanOrEqual(20)
    expect(Math.max(...secondsOf(seen, 'POST'))).toBeLessThan(10 * 60)
  })

  it.each(['1', '2', '10'])(
    'is not held up by servers that never settle, with max-parallel %s',
    async places => {
      const { stage } = await afterCreate({ ...ROLLBACK, 'max-parallel': places }, slow(8))
      for (const server of ['11', '12', '13'])
        stage.world.act({ act: 'status', server, status: 'restarting' })
      const seen = await stage.post('failure')
      expect(seen.green).toBe(false)
      expect(begun(stage).toSorted()).toEqual(['14', '15', '16', '17', '18'])
      // Those are asked for when half of the time is over: the API may accept it.
      for (const id of ['801', '802', '803']) expect(seen.calls).toContain(`POST /snapshots/${id}/restore/`)
      for (const name of ['web-11', 'web-12', 'web-13']) expect(told(seen)).toContain(name)
    },
  )

  it('is not held up by one that is refused for as long as there is time', async () => {
    const { stage } = await afterCreate({ ...ROLLBACK, 'max-parallel': '1' }, slow(8))
    const fault = { kind: 'refusal', status: 409, detail: 'Server is busy.' } as const
    stage.faults.add({ match: { path: '/snapshots/801/restore/' }, when: 'before', fault })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(begun(stage)).toHaveLength(7)
    expect(secondsOf(seen, 'POST').filter(at => at > 30 * 60).length).toBeGreaterThan(10)
  })

  it('after a cancel looks at each for the same short time, whatever the first shows', async () => {
    const { stage } = await afterCreate({ ...ROLLBACK, 'max-parallel': '1' }, slow(3))
    stage.world.configureServer('11', { restoreStaleMs: 5 * MINUTE })
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toHaveLength(3)
    const looked = (id: string) => seen.requests.filter(({ path }) => path === `/servers/${id}/`).length
    expect(looked('12')).toBeGreaterThan(1)
    expect(looked('13')).toBeGreaterThan(1)
    expect(seen.took).toBeLessThan(40_000)
  })
})
