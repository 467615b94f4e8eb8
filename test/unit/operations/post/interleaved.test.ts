/** A rollback that would undo the deploy of another run as well. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import { answered } from '../../notify/support.ts'
import { afterCreate, ROLLBACK } from '../support/end-of-job.ts'
import { changes, diskOf, levels, NOW, offers, secondsOf } from '../support/restoring.ts'
import { byWorkflow, fleet, WEB } from '../support/scenery.ts'
import type { Stage, StageSettings } from '../support/stage.ts'

const HOOK = {
  'notify-url': 'https://hooks.test/x',
  'notify-on': 'rollback, failure',
  'github-token': 'ghs_x',
}

/** What another run has taken, and completed, of a server since. */
async function deployedOver(stage: Stage, server: string, run = '9999999999'): Promise<void> {
  const { description } = byWorkflow({ id: '1', server, run })
  stage.world.act({ act: 'create', server, name: `shop-${run}-1`, description: String(description) })
  await stage.clock.advance(20 * 60_000)
  stage.world.deploy(server, 'version 3')
}

async function interleaved(servers: readonly string[], settings: StageSettings, inputs = {}): Promise<Stage> {
  const { stage } = await afterCreate({ ...ROLLBACK, ...inputs }, settings)
  for (const server of servers) await deployedOver(stage, server)
  return stage
}

describe.each(['failure', 'cancelled'])('another run that has deployed since (%s)', jobStatus => {
  it('keeps the server from being overwritten', async () => {
    const stage = await interleaved([WEB.id], {})
    const seen = await stage.post(jobStatus)
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(levels(seen)).toEqual(['error'])
    for (const run of ['9999999999', '9876543210']) expect(seen.annotations[0]?.text).toContain(run)
    expect(offers(seen)).toEqual(['restore 801'])
    expect(diskOf(stage.world)).toBe('version 3')
  })

  it.each([[['12']], [['11', '13']], [['11', '12', '13']]])('to %j of three restores none', async others => {
    const stage = await interleaved(others, { servers: fleet(3) })
    const seen = await stage.post(jobStatus)
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    for (const [index, id] of ['11', '12', '13'].entries()) {
      expect(diskOf(stage.world, id)).toBe(others.includes(id) ? 'version 3' : NOW)
      expect(seen.annotations[0]?.text).toMatch(new RegExp(`web-${id} [^.]* run 9999999999 `))
      expect(seen.verdict).toContain(String(801 + index))
    }
  })

  it('is told as a failure: such a rollback does not count as due', async () => {
    const events: string[] = []
    const notifyTransport: StageSettings['notifyTransport'] = {
      send: ({ url, body }) => {
        events.push(url.host === 'hooks.test' ? JSON.parse(body ?? '').event : url.host)
        return Promise.resolve(answered(200, {}))
      },
    }
    const settings = { notifyTransport, env: { GITHUB_REF: 'refs/heads/main' } }
    const stage = await interleaved([WEB.id], settings, HOOK)
    await stage.post(jobStatus)
    expect(events).toEqual(['failure'])
  })
})

beforeAll(() => import('../../../../src/notify/webhook.ts'))

describe('the look for it in a cancelled job', () => {
  const hang: FaultRule = { match: { kind: 'list-snapshots' }, when: 'before', fault: { kind: 'hang' } }
  const refusal: FaultRule = { ...hang, fault: { kind: 'refusal', status: 500 } }

  it.each([hang, refusal])('holds the restore up for five seconds at most: %j', async fault => {
    const { stage } = await afterCreate(ROLLBACK)
    stage.faults.add(fault)
    const seen = await stage.post('cancelled')
    expect(levels(seen)).toEqual(['warning', 'error'])
    expect(secondsOf(seen, 'POST')[0]).toBeLessThanOrEqual(6)
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('does not mind what is unfinished, or was taken before', async () => {
    const { stage } = await afterCreate(ROLLBACK, { snapshots: [byWorkflow({ id: '700', hours: 1 })] })
    stage.world.act({
      act: 'create',
      server: WEB.id,
      name: 'other',
      description: String(byWorkflow({ id: '1' }).description),
    })
    const seen = await stage.post('cancelled')
    expect(changes(seen)).toEqual(['0s POST /snapshots/801/restore/'])
  })
})
