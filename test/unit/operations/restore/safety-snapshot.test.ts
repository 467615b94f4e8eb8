import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import {
  BEFORE,
  changes,
  deeds,
  deployed,
  diskOf,
  green,
  MINUTE,
  NOW,
  red,
  restoring,
} from '../support/restoring.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'

const SAFE = { 'safety-snapshot': 'true' }
const CREATE = { method: 'POST', path: '/snapshots/' }
const RESTORED = { act: 'restore', snapshot: '801' } as const

function fault(match: NonNullable<FaultRule['match']>, status: number): FaultRule {
  return { match, when: 'before', fault: { kind: 'refusal', status } }
}

describe('safety-snapshot', () => {
  it('first takes a snapshot of what is about to be overwritten', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring(SAFE))
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs).toMatchObject({ 'safety-snapshot-id': '802', 'snapshot-id': '801' })
    expect(deeds(stage.world)).toEqual(['snapshot-created 802', 'restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(stage.world.report().snapshots.find(({ id }) => id === '802')).toMatchObject({
      ...{ disk: NOW, status: 'completed' },
    })
    // Where what was overwritten can be found.
    expect(seen.annotations[0]?.text).toContain('802')
    expect(seen.summary).toContain('802 before-restore-shop-9876543210-1')
    expect(seen.summary).toContain('safety snapshot :2026-03-02 02:40:00, 2026-03-02 02:45')
  })

  it('gives it a name of its own and a marker that says what it is for', async () => {
    const { requests } = await deployed().main(restoring(SAFE))
    const body = JSON.parse(requests.find(({ method }) => method === 'POST')?.body ?? '')
    expect(body).toMatchObject({ name: 'before-restore-shop-9876543210-1', server_id: 12345 })
    expect(body.description).toContain(' run=9876543210 attempt=1 purpose=safety key=')
  })

  it('publishes its id as soon as it is accepted', async () => {
    const { outputWrites } = await deployed().main(restoring(SAFE))
    const names = outputWrites.map(([name]) => name)
    expect(names.indexOf('safety-snapshot-id')).toBeGreaterThan(0)
    expect(names.indexOf('safety-snapshot-id')).toBeLessThan(names.indexOf('status'))
  })

  it('is not taken of a server that somebody began to restore before its request got through', async () => {
    const refusal = { match: { ...CREATE, to: 6 }, when: 'before', fault: { kind: 'refused' } } as const
    const stage = deployed({}, { faults: [refusal], happenings: [{ afterMs: 12_000, act: RESTORED }] })
    const seen = await stage.main(restoring(SAFE))
    expect(seen).toMatchObject(red('failed', 'already-restoring'))
    // What the action did; the restore is somebody else's.
    expect(deeds(stage.world)).toEqual([])
    expect(seen.calls).not.toContain('POST /snapshots/801/restore/')
  })

  it('is taken after a pause in which nothing happened to the server', async () => {
    const seen = await deployed({}, { faults: [fault({ ...CREATE, to: 2 }, 429)] }).main(restoring(SAFE))
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs['safety-snapshot-id']).toBe('802')
  })

  it('makes one for each server, in their order', async () => {
    const snapshots = [byWorkflow({ id: '801', server: '11' }), byWorkflow({ id: '802', server: '12' })]
    const stage = createStage({ servers: fleet(2), snapshots, nextSnapshotId: '803' })
    const seen = await stage.main(restoring({ 'snapshot-id': '802,801', ...SAFE }))
    expect(seen).toMatchObject(green('restored'))
    const made = new Map(stage.world.report().snapshots.map(({ id, server }) => [id, server]))
    expect(seen.outputs['safety-snapshot-id']?.split(',').map(id => made.get(id))).toEqual(['12', '11'])
    expect(seen.outputs['server-id']).toBe('12,11')
  })

  it('is one more reason to wait until the server has settled', async () => {
    const act = { act: 'power', server: WEB.id, action: 'stop' } as const
    const stage = deployed({ stoppingMs: 30_000 }, { happenings: [{ afterMs: 50, act }] })
    const seen = await stage.main(restoring(SAFE))
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)[0]).toMatch(/^3\ds POST \/snapshots\/ /)
  })
})

describe('a safety snapshot that cannot be made', () => {
  const FULL = ['801', '802', '803', '804', '805'].map(id => byHand({ id }))
  const LOST: FaultRule = { match: CREATE, when: 'before', fault: { kind: 'reset' } }

  interface Case {
    readonly status?: string
    readonly reason: string
    readonly timeline?: Parameters<typeof deployed>[0]
    readonly settings?: StageSettings
    readonly timeout?: string
    /** The id of what was accepted all the same. */
    readonly safety?: string
  }
  const CASES: readonly (readonly [string, Case])[] = [
    ['it fails', { reason: 'snapshot-failed', timeline: { snapshotOutcome: 'failed' }, safety: '802' }],
    ['no slot is free', { reason: 'no-free-slot', settings: { snapshots: FULL } }],
    // The restore was not accepted: nothing of it goes on.
    [
      'it does not end in time',
      { reason: 'timeout', timeline: { snapshotOutcome: 'never' }, timeout: '10m', safety: '802' },
    ],
    [
      'somebody deletes it before it is completed',
      {
        reason: 'snapshot-failed',
        settings: { happenings: [{ afterMs: 30_000, act: { act: 'delete', snapshot: '802' } }] },
        safety: '802',
      },
    ],
    [
      'the list does not answer any more',
      {
        reason: 'timeout',
        settings: { faults: [fault({ method: 'GET', path: '/snapshots/', from: 5 }, 503)] },
        timeout: '10m',
        safety: '802',
      },
    ],
    [
      'its end cannot be seen any more',
      {
        reason: 'unauthorized',
        settings: { faults: [fault({ method: 'GET', path: '/snapshots/', from: 5 }, 401)] },
        safety: '802',
      },
    ],
    [
      'its answer is lost for good',
      { status: 'unknown', reason: 'lost-answer', settings: { faults: [LOST] } },
    ],
    [
      'the server is being restored already',
      { reason: 'already-restoring', settings: { happenings: [{ afterMs: 0, act: RESTORED }] } },
    ],
    [
      'the server does not settle',
      {
        reason: 'server-busy',
        settings: { servers: [{ ...WEB, status: 'restarting', disk: NOW }] },
        timeout: '2m',
      },
    ],
    [
      'the server cannot be read',
      { reason: 'not-found', settings: { servers: [{ ...WEB, hidden: true, disk: NOW }] } },
    ],
    [
      'the list cannot be read',
      {
        reason: 'unauthorized',
        settings: { faults: [fault({ method: 'GET', path: '/snapshots/', from: 3 }, 401)] },
      },
    ],
  ]

  it.each(CASES)(
    'since %s, overwrites nothing',
    async (_, { status = 'failed', reason, safety, ...more }) => {
      const stage = deployed(more.timeline, more.settings)
      const inputs = more.timeout === undefined ? SAFE : { ...SAFE, timeout: more.timeout }
      const seen = await stage.main(restoring(inputs))
      expect(seen).toMatchObject(red(status, reason))
      expect(seen.outputs['safety-snapshot-id']).toBe(safety)
      expect(seen.calls).not.toContain('POST /snapshots/801/restore/')
      expect(deeds(stage.world)).toEqual(safety === undefined ? [] : [`snapshot-created ${safety}`])
      if (safety !== undefined) expect(seen.annotations[0]?.text).toContain(safety)
      if (more.timeout === '2m') expect(seen.took).toBe(2 * MINUTE)
    },
  )

  it('says which could be deleted where no slot is free, and names no input that a restore does not have', async () => {
    const snapshots = FULL.map(({ id }) => byWorkflow({ id, hours: 30 }))
    const seen = await deployed({}, { snapshots }).main(restoring(SAFE))
    expect(seen).toMatchObject(red('failed', 'no-free-slot'))
    expect(seen.annotations[0]?.text).not.toContain('when-full')
  })
})
