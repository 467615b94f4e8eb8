/** A server that is restoring although no request of ours was accepted: ours that was doubled, or somebody else's. */

import { describe, expect, it } from 'vitest'
import { notOverwritten, perhapsForeign, RESTORE_NOT_SENT } from '../../../../src/requests/server-messages.ts'
import type { FaultRule } from '../../../emulator/faults.ts'
import { snapshotId } from '../../run/fixtures.ts'
import {
  BEFORE,
  changes,
  deeds,
  deployed,
  diskOf,
  green,
  MINUTE,
  red,
  restoring,
  told,
} from '../support/restoring.ts'
import { byWorkflow, recordOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage, type Transcript } from '../support/stage.ts'

const ARMED = { operation: 'create', 'server-id': '12345', 'restore-on': 'failure, cancelled' }
const FOREIGN = red('unknown', 'already-restoring')

/** The first copy of the request is obeyed, and the answer is that to the second one. */
function doubled(status: number): FaultRule {
  return { match: { kind: 'restore', nth: 1 }, when: 'after', fault: { kind: 'refusal', status } }
}

/** Somebody else begins, at 200 ms, to restore another snapshot, which a replica that lags does not show. */
function overtaken(): Stage {
  return createStage({
    servers: [WEB],
    snapshots: [byWorkflow({ id: '801', hours: 3 }), byWorkflow({ id: '700', hours: 30 })],
    settings: { replicaLagMs: 5_000 },
    happenings: [{ afterMs: 200, act: { act: 'restore', snapshot: '700' } }],
  })
}

function begun({ world }: Stage): readonly (string | undefined)[] {
  return world.events.flatMap(({ kind, snapshot }) => (kind === 'restore-begun' ? [snapshot] : []))
}

/** What each of the two truths must say. */
function expectHonest(seen: Transcript): void {
  const text = seen.annotations.at(-1)?.text ?? ''
  expect(text).toContain(perhapsForeign(recordOf(WEB), snapshotId('801')).what)
  expect(text).toMatch(/operation: wait.*snapshot-id: 80[12]`/)
  for (const claim of [RESTORE_NOT_SENT, notOverwritten(recordOf(WEB)), 'Re-run'])
    expect(told(seen)).not.toContain(claim)
}

describe('a restore that is refused while the server begins to restore', () => {
  it.each([400, 409, 423])('because a box doubled the request (%i) is followed, and red', async status => {
    const stage = deployed({}, { faults: [doubled(status)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(FOREIGN)
    expectHonest(seen)
    expect(changes(seen)).toHaveLength(1)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(seen.outputs['server-status']).toBe('active')
    expect(seen.log.filter(line => line.includes('first seen'))).not.toEqual([])
  })

  it('because somebody else was faster is red, and nothing is sent into it', async () => {
    const stage = overtaken()
    const seen = await stage.main(restoring())
    expect(begun(stage)).toEqual(['700'])
    expect(seen).toMatchObject(FOREIGN)
    expectHonest(seen)
    expect(changes(seen)).toHaveLength(1)
  })

  it.each([
    ['wait: false', { wait: 'false' }],
    ['a cancelled job', { 'job-status': 'cancelled' }],
  ])('is red with %s, too, and says what is to be looked at', async (_, inputs) => {
    const seen = await deployed({}, { faults: [doubled(409)] }).main(restoring(inputs))
    expect(seen).toMatchObject(FOREIGN)
    expectHonest(seen)
    expect(seen.took).toBeLessThan(MINUTE)
  })

  it('leaves no server down that it stopped', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' }, { faults: [doubled(409)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(FOREIGN)
    expect(changes(seen).at(-1)).toContain('POST /servers/12345/power/')
    expect(stage.world.report().servers[0]?.running).toBe(true)
  })

  it('says so when it fails', async () => {
    const stage = deployed({ restoreEndsAs: 'error' }, { faults: [doubled(409)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
  })

  it.each(['failure', 'cancelled'])('of a rollback is red (%s)', async jobStatus => {
    const stage = createStage({ servers: [WEB] })
    await stage.main(ARMED)
    stage.faults.add(doubled(409))
    const seen = await stage.post(jobStatus)
    expect(seen.green).toBe(false)
    expectHonest(seen)
    expect(begun(stage)).toEqual(['802'])
    expect(changes(seen)).toHaveLength(1)
  })
})

describe('a restore whose refused request is followed by somebody else’s restore', () => {
  it('says the same where the read before the next request is the first to show it', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          { match: { kind: 'restore', to: 4 }, when: 'before', fault: { kind: 'refusal', status: 409 } },
        ],
        happenings: [{ afterMs: 5_000, act: { act: 'restore', snapshot: '801' } }],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(FOREIGN)
    expectHonest(seen)
    expect(deeds(stage.world)).toEqual([])
  })

  it('is ours where an earlier request was never answered', async () => {
    const stage = deployed(
      { readLagMs: 90_000 },
      { faults: [{ match: { kind: 'restore', nth: 1 }, when: 'after', fault: { kind: 'reset' } }] },
    )
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })
})
