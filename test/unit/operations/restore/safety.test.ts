import { describe, expect, it } from 'vitest'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'
import { BEFORE, changes, deeds, deployed, diskOf, MINUTE, NOW, restoring } from './scene.ts'

const SAFE = { 'snapshot-before-restore': 'true' }

describe('snapshot-before-restore', () => {
  it('first takes a snapshot of what is about to be overwritten', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring(SAFE))
    expect(seen.green).toBe(true)
    expect(seen.outputs).toMatchObject({
      status: 'restored',
      'safety-snapshot-id': '802',
      'snapshot-id': '801',
    })
    expect(deeds(stage.world)).toEqual(['snapshot-created 802', 'restore-begun 801'])
    expect(seen.log.filter(line => !/usual/.test(line))).toMatchInlineSnapshot(`
      [
        "Safety snapshot 802 of web-server-01 is accepted.",
        "Safety snapshot 802 of web-server-01 is completed.",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
        "web-server-01 is active.",
        "The restore of web-server-01 has ended; the server is active.",
        "web-server-01 is back at snapshot 801 (31 minutes old), running. What was written since 02:22 UTC is lost. What it held before is in snapshot 802; delete that one when you no longer need it.",
      ]
    `)
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(stage.world.report().snapshots.find(({ id }) => id === '802')).toMatchObject({
      disk: NOW,
      status: 'completed',
    })
    expect(seen.summary).toContain('<li>Safety snapshot: 802 before-restore-shop-9876543210-1</li>')
    expect(seen.summary).toContain('safety snapshot :2026-03-02 02:40:00, 2026-03-02 02:45')
  })

  it('gives it a name of its own and a marker that says what it is for', async () => {
    const seen = await deployed().main(restoring(SAFE))
    const created = seen.requests.find(({ method, path }) => method === 'POST' && path === '/snapshots/')
    expect(JSON.parse(created?.body ?? '')).toMatchInlineSnapshot(`
      {
        "description": "What web-server-01 held before snapshot 801 was restored [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=safety key=ssssssss]",
        "name": "before-restore-shop-9876543210-1",
        "server_id": 12345,
      }
    `)
  })

  it('writes its id as soon as it is accepted', async () => {
    const seen = await deployed().main(restoring(SAFE))
    expect(seen.outputWrites.slice(6, 8)).toEqual([
      ['safety-snapshot-id', '802'],
      ['status', 'restoring'],
    ])
  })

  it('is not taken of a server that somebody began to restore before its request got through', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { method: 'POST', path: '/snapshots/', to: 6 },
            when: 'before',
            fault: { kind: 'refused' },
          },
        ],
        happenings: [{ afterMs: 12_000, act: { act: 'restore', snapshot: '801' } }],
      },
    )
    const seen = await stage.main(restoring(SAFE))
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatch(
      /before its restore could not be made, and nothing was overwritten: web-server-01 is being restored already/,
    )
    // What the action did; the restore is somebody else's.
    expect(deeds(stage.world)).toEqual([])
    expect(changes(seen).filter(change => !change.includes(' POST /snapshots/ '))).toEqual([])
  })

  it('is taken after a pause in which nothing happened to the server', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { method: 'POST', path: '/snapshots/', to: 2 },
            when: 'before',
            fault: { kind: 'status', status: 429 },
          },
        ],
      },
    )
    const seen = await stage.main(restoring(SAFE))
    expect(seen).toMatchObject({ green: true, outputs: { 'safety-snapshot-id': '802' } })
  })

  it('makes one for each server, in their order', async () => {
    const stage = createStage({
      servers: fleet(2),
      snapshots: [byWorkflow({ id: '801', server: '11' }), byWorkflow({ id: '802', server: '12' })],
      nextSnapshotId: '803',
    })
    const seen = await stage.main(restoring({ 'snapshot-id': '802,801', ...SAFE }))
    expect(seen.green).toBe(true)
    const made = new Map(stage.world.report().snapshots.map(({ id, server }) => [id, server]))
    expect(seen.outputs['safety-snapshot-id']?.split(',').map(id => made.get(id))).toEqual(['12', '11'])
    expect(seen.outputs['server-id']).toBe('12,11')
  })

  it('is one more reason to wait until the server has settled', async () => {
    const stage = deployed(
      { stoppingMs: 30_000 },
      { happenings: [{ afterMs: 50, act: { act: 'power', server: WEB.id, action: 'stop' } }] },
    )
    const seen = await stage.main(restoring(SAFE))
    expect(seen.green).toBe(true)
    expect(changes(seen).slice(0, 1)).toMatchInlineSnapshot(`
      [
        "39s POST /snapshots/ {"server_id":12345,"name":"before-restore-shop-9876543210-1","description":"What web-server-01 held before snapshot 801 was restored [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9876543210 attempt=1 purpose=safety key=ssssssss]"}",
      ]
    `)
  })
})

describe('a safety snapshot that cannot be made', () => {
  async function overwritesNothing(stage: ReturnType<typeof deployed>, more: Record<string, string> = {}) {
    const seen = await stage.main(restoring({ ...SAFE, ...more }))
    expect(seen.green).toBe(false)
    expect(deeds(stage.world)).not.toContain('restore-begun 801')
    expect(seen.calls).not.toContain('POST /snapshots/801/restore/')
    return seen
  }

  it('because it fails overwrites nothing, and the message says how to go on without it', async () => {
    const stage = deployed({ snapshotOutcome: 'failed' })
    const seen = await overwritesNothing(stage)
    expect(seen.outputs).toMatchObject({ status: 'failed', 'safety-snapshot-id': '802' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The snapshot of web-server-01 before its restore could not be made, and nothing was overwritten: Snapshot 802 of web-server-01 failed: the API says "failed". Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support. To restore without it, run the step with snapshot-before-restore: false.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(seen.summary).toContain('safety snapshot :crit, ')
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('because no slot is free overwrites nothing', async () => {
    const stage = deployed(
      {},
      {
        snapshots: ['801', '802', '803', '804', '805'].map(id => byHand({ id })),
      },
    )
    const seen = await overwritesNothing(stage)
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.outputs['safety-snapshot-id']).toBeUndefined()
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The snapshot of web-server-01 before its restore could not be made, and nothing was overwritten: web-server-01 has no free slot (5 of 5 in use): 805 by-hand-805 (completed, 24 hours old, a person's); 804 by-hand-804 (completed, 24 hours old, a person's); 803 by-hand-803 (completed, 24 hours old, a person's); 802 by-hand-802 (completed, 24 hours old, a person's); 801 by-hand-801 (completed, 24 hours old, a person's). None of them is one that this workflow may delete (its own, from another run, finished, over an hour old): delete one by hand (operation: delete, snapshot-id) and run the job again. To restore without it, run the step with snapshot-before-restore: false.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('because it does not end in time overwrites nothing', async () => {
    const seen = await overwritesNothing(deployed({ snapshotOutcome: 'never' }), { timeout: '10m' })
    // The restore was not accepted: nothing of it goes on.
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The snapshot of web-server-01 before its restore could not be made, and nothing was overwritten: Snapshot 802 of web-server-01 was not completed within 10m; it goes on at VPS.org."`,
    )
  })

  it('because its answer is lost for good overwrites nothing, and is unknown', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          { match: { method: 'POST', path: '/snapshots/' }, when: 'before', fault: { kind: 'reset' } },
        ],
      },
    )
    const seen = await overwritesNothing(stage)
    expect(seen.outputs['status']).toBe('unknown')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The snapshot of web-server-01 before its restore could not be made, and nothing was overwritten: POST /snapshots/ was cut off before its answer was complete: connection reset. The request was sent twice and no snapshot that carries its key has appeared."`,
    )
  })

  it('because the server is being restored already overwrites nothing', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main(restoring(SAFE))
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "web-server-01 is being restored already, by somebody else or an earlier step. Nothing was sent. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('because the server does not settle overwrites nothing', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'restarting' }] })
    const seen = await overwritesNothing(stage, { timeout: '2m' })
    expect(seen.took).toBe(2 * MINUTE)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The server did not settle within 2m: it was still restarting. Nothing was overwritten. Look at the server in the VPS.org panel, then run the restore again.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('because the server cannot be read overwrites nothing', async () => {
    const seen = await overwritesNothing(deployed({}, { servers: [{ ...WEB, hidden: true }] }))
    expect(seen.verdict).toMatchInlineSnapshot(
      `"GET /servers/12345/ was answered with 404: Not found. Nothing was overwritten."`,
    )
  })

  it('because the list cannot be read overwrites nothing', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { method: 'GET', path: '/snapshots/', from: 3 },
            when: 'before',
            fault: { kind: 'status', status: 401 },
          },
        ],
      },
    )
    const seen = await overwritesNothing(stage)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The snapshot of web-server-01 before its restore could not be made, and nothing was overwritten: GET /snapshots/?server_id=12345 was answered with 401."`,
    )
    expect(changes(seen)).toEqual([])
  })
})
