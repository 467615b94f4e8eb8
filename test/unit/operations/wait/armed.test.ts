/** A wait that arms a rollback: only what this very run made can be rolled back to. */
import { describe, expect, it } from 'vitest'
import { diskOf, green, MINUTE, NOW, red } from '../support/restoring.ts'
import { byHand, byWorkflow, fleet } from '../support/scenery.ts'
import { createStage, ORIGIN, type StageSettings } from '../support/stage.ts'

const ARMED = { operation: 'wait', 'restore-on': 'failure' }
const MINE = { run: ORIGIN.runId }

/** Two servers, of which the first has a snapshot of this run. */
function stageWith(...snapshots: NonNullable<StageSettings['snapshots']>) {
  const own = { ...byWorkflow({ id: '801', server: '11', hours: 0.1, ...MINE }), disk: 'version 1' }
  return createStage({ servers: fleet(2, { disk: NOW }), snapshots: [own, ...snapshots] })
}

describe('a wait that arms a rollback', () => {
  it('follows what this run made, in whichever attempt, and arms it', async () => {
    const other = byWorkflow({ id: '802', server: '12', hours: 0.1, ...MINE, attempt: 2 })
    const stage = stageWith(other)
    const seen = await stage.main({ ...ARMED, 'snapshot-id': '801,802' })
    expect(seen).toMatchObject(green('completed'))
    expect((await stage.post('failure')).green).toBe(true)
    expect(diskOf(stage.world, '11')).toBe('version 1')
  })

  it('believes one read of a server whose snapshot this attempt has just made', async () => {
    const seen = await stageWith().main({ ...ARMED, 'snapshot-id': '801' })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.took).toBeLessThan(1_000)
  })

  it('in transition waits until it is seen settled', async () => {
    const stage = stageWith()
    stage.world.act({ act: 'power', server: '11', action: 'stop' })
    const seen = await stage.main({ ...ARMED, 'snapshot-id': '801' })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.log.join('\n')).toContain('web-11 is stopping')
    expect(seen.took).toBeLessThan(MINUTE)
  })

  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'is not green while the rollback of an earlier attempt goes on, though replicas lag (seed %i)',
    async seed => {
      const own = { ...byWorkflow({ id: '801', server: '11', hours: 0.1, ...MINE }), disk: 'version 1' }
      const stage = createStage({
        servers: fleet(1, { disk: NOW }),
        snapshots: [own],
        origin: { attempt: 2 },
        settings: { replicaLagMs: 25_000, replicaReads: 'random', seed },
      })
      stage.world.act({ act: 'restore', snapshot: '801' })
      const seen = await stage.main({ ...ARMED, 'snapshot-id': '801' })
      expect(seen).toMatchObject(green('restored'))
      expect(diskOf(stage.world, '11')).toBe('version 1')
    },
  )

  it.each([
    ['one snapshot of another run', '801,701', ['701']],
    ['several snapshots of other runs', '701,801,702', ['701', '702']],
    ['nothing but the snapshots of others', '701,702', ['701', '702']],
  ] as const)('refuses %s before anything is armed', async (_, ids, foreign) => {
    const stage = stageWith(
      byWorkflow({ id: '701', server: '11' }),
      byHand({ id: '702', server: '12', hours: 1 }),
    )
    const seen = await stage.main({ ...ARMED, 'snapshot-id': ids })
    expect(seen.green).toBe(false)
    expect(seen.outputs['reason']).toBe('wrong-run')
    const text = seen.annotations.find(({ level }) => level === 'error')?.text
    for (const id of foreign) expect(text).toContain(id)
    expect(text).not.toContain('801')
    expect(seen.calls.filter(call => call.includes('/servers/'))).toEqual([])
    expect(Object.keys(seen.state)).toEqual(['main'])
    expect(await stage.post('failure')).toMatchObject({ green: true, calls: [] })
    expect(diskOf(stage.world, '11')).toBe(NOW)
  })

  it('arms nothing where one of its snapshots is in no list, and does not follow the others', async () => {
    const stage = stageWith()
    const seen = await stage.main({ ...ARMED, 'snapshot-id': '801,999' })
    expect(seen.green).toBe(false)
    expect(seen.outputs['reason']).toBe('not-found')
    expect(seen.calls.filter(call => call.includes('/servers/'))).toEqual([])
    expect(Object.keys(seen.state)).toEqual(['main'])
    expect(await stage.post('failure')).toMatchObject({ green: true, calls: [] })
  })

  it('follows the snapshots of others where nothing is left to the end of the job', async () => {
    const stage = stageWith(byHand({ id: '702', server: '12', hours: 1 }))
    expect(await stage.main({ operation: 'wait', 'snapshot-id': '702' })).toMatchObject(green('completed'))
  })

  it('goes no further where what it arms cannot be saved', async () => {
    const stage = createStage({
      servers: fleet(1),
      snapshots: [byWorkflow({ id: '801', server: '11', hours: 0.1, ...MINE })],
      failState: name => name === 'plan',
    })
    const seen = await stage.main({ ...ARMED, 'snapshot-id': '801' })
    expect(seen).toMatchObject(red('failed', 'runner-files'))
    expect(seen.calls.filter(call => call.includes('/servers/'))).toEqual([])
  })
})
