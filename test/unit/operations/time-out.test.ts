/** A time-out names the last status, and since when it was seen. The clock begins at 02:40. */
import { describe, expect, it } from 'vitest'
import { lastSeenText } from '../../../src/run/labels.ts'
import { unready } from '../../../src/waiting/messages.ts'
import type { FaultRule } from '../../emulator/faults.ts'
import type { TimelineChange } from '../../emulator/settings.ts'
import { ROLLBACK } from './support/end-of-job.ts'
import { deployed, MINUTE, offers, restoring } from './support/restoring.ts'
import { byWorkflow, fleet, idsOf, recordOf, WEB } from './support/scenery.ts'
import { createStage, START, type StageSettings, type Transcript } from './support/stage.ts'

const UNSEEN = { server: undefined, lastFailure: undefined }
const CREATE = { operation: 'create', 'server-id': WEB.id, timeout: '5m' }

function stage(timeline: TimelineChange, more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline }, ...more })
}

function seenAs(status: string, minutes: number): string {
  return lastSeenText({ status, since: START + minutes * MINUTE })
}

function saidBy({ annotations }: Transcript): string {
  return annotations.map(({ text }) => text).join('\n')
}

describe('a snapshot that does not complete in time', () => {
  it.each(['in_progress', 'pending', 'verifying'])('has its last status and since when: %s', async word => {
    const seen = await stage({ snapshotOutcome: 'never', progressWord: word }).main(CREATE)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'timed_out', reason: 'timeout' })
    expect(saidBy(seen)).toMatch(/ 802 .* 5m\./)
    expect(saidBy(seen)).toContain(seenAs(word, 0))
  })

  it('has the time at which its status changed, not that at which it was seen last', async () => {
    const changed = { act: 'snapshot-status', snapshot: '802', status: 'finalizing' } as const
    const seen = await stage(
      { snapshotOutcome: 'never' },
      { happenings: [{ afterMs: 3 * MINUTE, act: changed }] },
    ).main(CREATE)
    expect(saidBy(seen)).toContain(seenAs('finalizing', 3))
  })

  it('says that no list has shown it', async () => {
    const seen = await stage({ listLagMs: 30 * MINUTE }).main(CREATE)
    expect(saidBy(seen)).toContain(lastSeenText(undefined))
  })

  it('is told so of each of a group, in its table', async () => {
    const servers = fleet(2)
    const seen = await stage({ snapshotOutcome: 'never', progressWord: 'queued' }, { servers }).main({
      ...CREATE,
      'server-id': idsOf(servers),
    })
    expect(seen.summary.split(seenAs('queued', 0))).toHaveLength(3)
  })

  it('is told so of one that an earlier step began', async () => {
    const snapshots = [byWorkflow({ id: '801', status: 'queued', hours: 0 })]
    const seen = await stage({}, { snapshots }).main({
      operation: 'wait',
      'snapshot-id': '801',
      timeout: '5m',
    })
    expect(saidBy(seen)).toContain(seenAs('queued', 0))
  })

  it('is told so of a safety snapshot', async () => {
    const seen = await deployed({ snapshotOutcome: 'never', progressWord: 'queued' }).main(
      restoring({ 'safety-snapshot': 'true', timeout: '5m' }),
    )
    expect(seen.outputs['status']).toBe('failed')
    expect(saidBy(seen)).toContain(seenAs('queued', 0))
  })

  it('is told so of a newer one for which latest waits', async () => {
    const snapshots = [
      byWorkflow({ id: '801' }),
      byWorkflow({ id: '802', status: 'in_progress', hours: 0, run: '9000000001' }),
    ]
    const inputs = { 'snapshot-id': 'latest', 'server-id': WEB.id, timeout: '2m' }
    const seen = await stage({}, { snapshots }).main({ operation: 'restore', ...inputs })
    expect(seen.outputs['reason']).toBe('not-completed')
    expect(saidBy(seen)).toMatch(/802[^.]* in_progress\)/)
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
    expect(seen.outputs['reason']).toBe('server-busy')
    expect(saidBy(seen)).toMatch(/^web-server-01 .* 5m\./)
    expect(saidBy(seen)).toContain(seenAs('restarting', 2))
  })

  it('that cannot be read has none', async () => {
    const unread: FaultRule = {
      match: { kind: 'read-server' },
      when: 'before',
      fault: { kind: 'status', status: 503 },
    }
    const seen = await stage({}, { faults: [unread] }).main(CREATE)
    expect(saidBy(seen)).toContain(unready(recordOf(WEB), 0, UNSEEN).state)
  })

  it('that does not stop in time has them', async () => {
    const seen = await stage({ stopLandsMs: 60 * MINUTE }).main({ ...CREATE, 'stop-server': 'true' })
    expect(seen.outputs['reason']).toBe('stop-failed')
    expect(saidBy(seen)).toMatch(/ \w+, since 02:4\d UTC\./)
  })

  it('that does not end its restore in time has them, in both stages', async () => {
    const main = await deployed({ restoreMs: 60 * MINUTE }).main(restoring({ timeout: '5m' }))
    expect(saidBy(main)).toContain(': restoring, since 02:40 UTC)')
    expect(offers(main)).toEqual(['wait 801'])
    const armed = stage({ restoreMs: 120 * MINUTE })
    await armed.main({ ...CREATE, ...ROLLBACK, timeout: '10m' })
    expect(saidBy(await armed.post('failure'))).toMatch(/: restoring, since 02:4\d UTC\)/)
  })
})
