/** A time-out names the last status, and since when it was seen. The clock begins at 02:40. */
import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../emulator/faults.ts'
import type { TimelineChange } from '../../emulator/settings.ts'
import { ROLLBACK } from './support/end-of-job.ts'
import { deployed, MINUTE, restoring } from './support/restoring.ts'
import { byWorkflow, fleet, idsOf, WEB } from './support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from './support/stage.ts'

const CREATE = { operation: 'create', 'server-id': WEB.id, timeout: '5m' }

function stage(timeline: TimelineChange, more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline }, ...more })
}

function saidBy({ annotations }: Transcript): string {
  return annotations.map(({ text }) => text).join('\n')
}

describe('a snapshot that does not complete in time', () => {
  it.each(['in_progress', 'pending', 'verifying'])('has its last status and since when: %s', async word => {
    const seen = await stage({ snapshotOutcome: 'never', progressWord: word }).main(CREATE)
    expect(seen.green).toBe(false)
    expect(saidBy(seen)).toContain(
      `did not complete within 5m. Its last status was ${word}, since 02:40 UTC. It continues at VPS.org.`,
    )
  })

  it('has the time at which its status changed, not that at which it was seen last', async () => {
    const changed = { act: 'snapshot-status', snapshot: '802', status: 'finalizing' } as const
    const seen = await stage(
      { snapshotOutcome: 'never' },
      { happenings: [{ afterMs: 3 * MINUTE, act: changed }] },
    ).main(CREATE)
    expect(saidBy(seen)).toContain('Its last status was finalizing, since 02:43 UTC.')
  })

  it('says that no list has shown it', async () => {
    const seen = await stage({ listLagMs: 30 * MINUTE }).main(CREATE)
    expect(saidBy(seen)).toContain('No list has shown it yet. It continues at VPS.org.')
  })

  it('is told so of each of a group, in its table', async () => {
    const servers = fleet(2)
    const seen = await stage({ snapshotOutcome: 'never', progressWord: 'queued' }, { servers }).main({
      ...CREATE,
      'server-id': idsOf(servers),
    })
    expect(seen.summary.split('Its last status was queued, since 02:40 UTC.')).toHaveLength(3)
  })

  it('is told so of one that an earlier step began', async () => {
    const snapshots = [byWorkflow({ id: '801', status: 'queued', hours: 0 })]
    const seen = await stage({}, { snapshots }).main({
      operation: 'wait',
      'snapshot-id': '801',
      timeout: '5m',
    })
    expect(saidBy(seen)).toContain('Its last status was queued, since 02:40 UTC.')
  })

  it('is told so of a safety snapshot', async () => {
    const seen = await deployed({ snapshotOutcome: 'never', progressWord: 'queued' }).main(
      restoring({ 'safety-snapshot': 'true', timeout: '5m' }),
    )
    expect(seen.outputs['status']).toBe('failed')
    expect(saidBy(seen)).toContain('Its last status was queued, since 02:40 UTC.')
  })

  it('is told so of a newer one for which latest waits', async () => {
    const snapshots = [
      byWorkflow({ id: '801' }),
      byWorkflow({ id: '802', status: 'in_progress', hours: 0, run: '9000000001' }),
    ]
    const inputs = { 'snapshot-id': 'latest', 'server-id': WEB.id, timeout: '2m' }
    const seen = await stage({}, { snapshots }).main({ operation: 'restore', ...inputs })
    expect(saidBy(seen)).toContain('802, did not complete in time (last status: in_progress).')
  })
})

describe('a server', () => {
  it('that does not settle has its last status and since when', async () => {
    const restarting = { act: 'status', server: WEB.id, status: 'restarting' } as const
    const seen = await stage(
      {},
      {
        servers: [{ ...WEB, status: 'starting' }],
        happenings: [{ afterMs: 2 * MINUTE, act: restarting }],
      },
    ).main(CREATE)
    expect(saidBy(seen)).toContain(
      'was not ready within 5m. Its last status was restarting, since 02:42 UTC.',
    )
  })

  it('that cannot be read has none', async () => {
    const unread: FaultRule = {
      match: { kind: 'read-server' },
      when: 'before',
      fault: { kind: 'status', status: 503 },
    }
    const seen = await stage({}, { faults: [unread] }).main(CREATE)
    expect(saidBy(seen)).toContain('Its status could not be read.')
  })

  it('that does not stop in time has them', async () => {
    const seen = await stage({ stopLandsMs: 60 * MINUTE }).main({ ...CREATE, 'stop-server': 'true' })
    expect(saidBy(seen)).toMatch(/Its last status was \w+, since 02:4\d UTC\./)
  })

  it('that does not end its restore in time has them, in both stages', async () => {
    const main = await deployed({ restoreMs: 60 * MINUTE }).main(restoring({ timeout: '5m' }))
    expect(saidBy(main)).toContain('(last status: restoring, since 02:40 UTC). Do not restore again.')
    const armed = stage({ restoreMs: 120 * MINUTE })
    await armed.main({ ...CREATE, ...ROLLBACK, timeout: '10m' })
    expect(saidBy(await armed.post('failure'))).toMatch(/\(last status: restoring, since 02:4\d UTC\)/)
  })
})
