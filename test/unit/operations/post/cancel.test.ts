import { describe, expect, it } from 'vitest'
import { type Cut, sweep } from '../support/cuts.ts'
import { deeds, MINUTE, offers } from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

/** Cuts off the post stage after a main stage that took snapshot 802. */
function sweepPost(jobStatus: string, inputs: Readonly<Record<string, string>>): Promise<readonly Cut[]> {
  return sweep(async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [
        byWorkflow({ id: '701', hours: 50 }),
        byWorkflow({ id: '702', hours: 40 }),
        byHand({ id: '800' }),
      ],
    })
    await stage.main({ operation: 'create', 'server-id': WEB.id, ...inputs })
    return { stage, run: cancel => stage.post(jobStatus, { cancel }) }
  })
}

/** Whether a stage says that it was cancelled. */
function tellsOfCancel({ seen }: Cut): boolean {
  return /cancelled|cut off/i.test(seen.verdict + (seen.annotations.at(-1)?.text ?? '') + seen.summary)
}

describe('a cancelled post stage', () => {
  it('tells the truth of a restore wherever it is cut off', async () => {
    const cuts = await sweepPost('failure', { 'restore-on': 'failure' })
    expect(cuts.length).toBeGreaterThan(3)
    for (const cut of cuts) {
      expect(cut.seen.green).toBe(false)
      expect(tellsOfCancel(cut)).toBe(true)
      // To follow it where it was begun, else to do it by hand; never to run the job again.
      const isBegun = cut.done.includes('restore-begun 802')
      expect(offers(cut.seen)).toEqual(isBegun ? ['wait 802'] : ['restore 802'])
      expect(cut.seen.annotations.at(-1)?.text).not.toMatch(/re-run/i)
    }
  })

  it.each([
    [{ 'delete-on': 'success' }, ['802']],
    [{ 'keep-last': '1' }, ['701', '702']],
  ])('tells the truth of what %o deletes, and is not red for it', async (inputs, ids) => {
    const cuts = await sweepPost('success', inputs)
    expect(cuts.length).toBeGreaterThan(1)
    for (const cut of cuts) {
      expect(cut.seen.green).toBe(true)
      const deleted = ids.filter(id => cut.done.includes(`deleted ${id}`))
      // What is named was deleted; what is not named may have been, as is said.
      for (const id of ids.filter(each => !deleted.includes(each))) expect(cut.seen.verdict).not.toContain(id)
      expect(deleted.every(id => cut.seen.verdict.includes(id)) || tellsOfCancel(cut)).toBe(true)
    }
  })

  it('names the servers that were not asked yet, and how to restore them', async () => {
    const timeline = { snapshotMs: MINUTE, restoreMs: 20 * MINUTE }
    const stage = createStage({ servers: fleet(3), settings: { timeline } })
    await stage.main({ operation: 'create', 'server-id': '11,12,13', 'restore-on': 'failure' })
    stage.world.configureServer('11', { restoreMs: 5 * MINUTE })
    stage.world.act({ act: 'status', server: '13', status: 'restarting' })
    const seen = await stage.post('failure', { cancel: { afterMs: 10 * MINUTE } })
    expect(seen.green).toBe(false)
    expect(deeds(stage.world).filter(deed => deed.startsWith('restore'))).toHaveLength(2)
    expect(offers(seen)).toEqual(['wait 803', 'restore 804'])
    for (const id of ['803', '804']) expect(seen.annotations.at(-1)?.text).toContain(id)
  })
})
