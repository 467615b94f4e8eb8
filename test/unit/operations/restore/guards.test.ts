import { describe, expect, it } from 'vitest'
import type { WorldSetup } from '../../../emulator/settings.ts'
import { byHand, byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'
import { changes, deployed, diskOf, MINUTE, NOW, restoring } from './scene.ts'

const DB = { id: '777', name: 'db-01' }

/** One server with a snapshot of each kind, and another server with one. */
const SHELF: WorldSetup = {
  servers: [WEB, DB],
  snapshots: [
    byWorkflow({ id: '801', hours: 72 }),
    byHand({ id: '802', hours: 30 }),
    byWorkflow({ id: '803', hours: 5, status: 'failed' }),
    byWorkflow({ id: '804', hours: 4, purpose: 'safety' }),
    byWorkflow({ id: '805', hours: 3, workflow: 'octo/shop/.github/workflows/nightly.yml' }),
    byHand({ id: '901', server: DB.id, hours: 2 }),
  ],
}

/** A restore of what the shelf holds that must change nothing. */
async function refused(inputs: Readonly<Record<string, string>>, setup: WorldSetup = SHELF) {
  const seen = await createStage(setup).main({ operation: 'restore', ...inputs })
  expect(seen.green).toBe(false)
  expect(seen.outputs['status']).toBe('failed')
  expect(changes(seen)).toEqual([])
  return seen
}

describe('the guard server-id', () => {
  it('refuses a snapshot of another server, and says whose it is', async () => {
    const seen = await refused({ 'snapshot-id': '901', 'server-id': '12345' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The guard server-id allows 12345, but snapshot 901 belongs to db-01 (777). Nothing was changed. The allowed servers have: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 (completed, 30 hours old, a person's); 801 deploy-801 (completed, 3 days old, this workflow's). Give the snapshot of the server that you mean, or that server in server-id.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('refuses all when one of several is of another server', async () => {
    const seen = await refused({ 'snapshot-id': '801,901', 'server-id': '12345' })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The guard server-id allows 12345, but snapshot 901 belongs to db-01 (777). Nothing was changed. The allowed servers have: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 (completed, 30 hours old, a person's); 801 deploy-801 (completed, 3 days old, this workflow's)."`,
    )
  })

  it('names every snapshot that is of another server', async () => {
    const setup = { ...SHELF, servers: [WEB, DB, ...fleet(2)] }
    const seen = await refused({ 'snapshot-id': '801,901', 'server-id': '11,12' }, setup)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The guard server-id allows 11, 12, but snapshot 801 belongs to web-server-01 (12345); snapshot 901 belongs to db-01 (777). Nothing was changed. The allowed servers have no completed snapshot."`,
    )
  })

  it('lets pass what belongs to one of its servers', async () => {
    const seen = await createStage(SHELF).main(
      restoring({ 'snapshot-id': '901', 'server-id': `${WEB.id},${DB.id}` }),
    )
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual(['0s POST /snapshots/901/restore/'])
  })
})

describe('what the guard allows', () => {
  it('is said to have no completed snapshot where it has none', async () => {
    const seen = await refused(
      { 'snapshot-id': '901', 'server-id': '11' },
      { ...SHELF, servers: [WEB, DB, ...fleet(1)] },
    )
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The guard server-id allows 11, but snapshot 901 belongs to db-01 (777). Nothing was changed. The allowed servers have no completed snapshot."`,
    )
  })

  it('is said to be unreadable where it cannot be read again', async () => {
    const faults = [
      {
        match: { method: 'GET', path: '/snapshots/', from: 3 },
        when: 'before',
        fault: { kind: 'status', status: 500 },
      },
    ] as const
    const seen = await refused({ 'snapshot-id': '901', 'server-id': '12345' }, {
      ...SHELF,
      faults,
    } as WorldSetup)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The guard server-id allows 12345, but snapshot 901 belongs to db-01 (777). Nothing was changed. What the allowed servers have could not be read."`,
    )
  })
})

describe('a snapshot that does not fit', () => {
  it('because it failed is refused, with what could be restored instead', async () => {
    const seen = await refused({ 'snapshot-id': '803' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshot 803 of web-server-01 was not restored: its status is failed, not completed. What could be restored instead: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 (completed, 30 hours old, a person's); 801 deploy-801 (completed, 3 days old, this workflow's). Give the snapshot-id of one that fits.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('because it is in progress is refused', async () => {
    const setup = { servers: [WEB], snapshots: [byHand({ id: '801', hours: 0, status: 'in_progress' })] }
    const seen = await refused({ 'snapshot-id': '801' }, setup)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 of web-server-01 was not restored: its status is in_progress, not completed. There is none that could be restored instead."`,
    )
  })

  it('because it is older than max-age is refused, and only younger ones are named', async () => {
    const seen = await refused({ 'snapshot-id': '801', 'max-age': '1d' })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 of web-server-01 was not restored: it is 3d old, and max-age allows 24h. What could be restored instead: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop)."`,
    )
  })

  it('because its age is not known is refused where max-age is given', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { path: '/snapshots/', method: 'GET' },
            when: 'after',
            fault: {
              kind: 'body',
              body: JSON.stringify({
                count: 1,
                results: [
                  {
                    id: 801,
                    name: 'old',
                    status: 'completed',
                    size_mb: 1,
                    created_at: 'yesterday',
                    server: { id: 12345, name: 'web-server-01' },
                  },
                ],
              }),
            },
          },
        ],
      },
    )
    const seen = await stage.main(restoring({ 'max-age': '1d' }))
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 of web-server-01 was not restored: its age is not known, and max-age was given. There is none that could be restored instead."`,
    )
  })

  it('is refused without alternatives when the list cannot be read again', async () => {
    const faults = [
      {
        match: { method: 'GET', path: '/snapshots/', nth: 2 },
        when: 'before',
        fault: { kind: 'status', status: 500 },
      },
    ] as const
    const seen = await refused({ 'snapshot-id': '803' }, { ...SHELF, faults } as WorldSetup)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 803 of web-server-01 was not restored: its status is failed, not completed. What could be restored instead could not be read."`,
    )
  })

  it('is no reason to leave the other servers alone', async () => {
    const stage = createStage(SHELF)
    const seen = await stage.main(restoring({ 'snapshot-id': '803,901' }))
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({
      status: 'failed',
      'snapshot-id': '803,901',
      'server-id': '12345,777',
    })
    expect(changes(seen)).toEqual(['0s POST /snapshots/901/restore/'])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"1 of 2 servers are back at their snapshots. What was written since 00:40 UTC is lost. server 12345: Snapshot 803 of web-server-01 was not restored: its status is failed, not completed. What could be restored instead: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 (completed, 30 hours old, a person's); 801 deploy-801 (completed, 3 days old, this workflow's)."`,
    )
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([
      { id: '803', status: 'failed', error: expect.stringContaining('its status is failed') },
      { id: '901', status: 'restored' },
    ])
  })
})

describe('max-age', () => {
  it('allows a snapshot of exactly that age', async () => {
    // The list is answered when 100 ms have passed.
    const stage = deployed({})
    const seen = await stage.main(restoring({ 'max-age': `${18 * MINUTE + 100}ms` }))
    expect(seen.green).toBe(true)
  })

  it('refuses one that is a millisecond older', async () => {
    const stage = deployed({})
    const seen = await stage.main(restoring({ 'max-age': `${18 * MINUTE + 99}ms` }))
    expect(seen.green).toBe(false)
    expect(diskOf(stage.world)).toBe(NOW)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 of web-server-01 was not restored: it is just over 18m old, and max-age allows 18m. There is none that could be restored instead."`,
    )
  })
})

describe('two snapshots of one server', () => {
  it('are refused, since one would overwrite the other', async () => {
    const seen = await refused({ 'snapshot-id': '801,802' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshots 801 and 802 are both of server 12345; one of them would overwrite the other. Nothing was changed. Give one snapshot for each server.",
          "title": "Restore failed",
        },
      ]
    `)
  })
})

describe('a snapshot that no list holds', () => {
  it('is looked for for a settle window, then missing', async () => {
    const seen = await refused({ 'snapshot-id': '999' })
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`68`)
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "No list holds 999 yet; looking again for 1m.",
        "What there is:",
        "Snapshot  Status     Server                 Size     Age       Whose                                Name",
        "901       completed  db-01 (777)            5.0 GiB  2 hours   a person's                           by-hand-901",
        "805       completed  web-server-01 (12345)  5.0 GiB  3 hours   another workflow of this repository  deploy-805",
        "804       completed  web-server-01 (12345)  5.0 GiB  4 hours   a safety snapshot of octo/shop       deploy-804",
        "802       completed  web-server-01 (12345)  5.0 GiB  30 hours  a person's                           by-hand-802",
        "801       completed  web-server-01 (12345)  5.0 GiB  3 days    this workflow's                      deploy-801",
        "Next: List what there is with operation: list, and give the snapshot-id of the one you mean.",
        "Snapshot 999: no list holds it, so nothing was overwritten for it. What could be restored instead: 901 by-hand-901 of db-01 (777) (completed, 2 hours old, a person's); 805 deploy-805 of web-server-01 (12345) (completed, 3 hours old, another workflow of this repository); 804 deploy-804 of web-server-01 (12345) (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 of web-server-01 (12345) (completed, 30 hours old, a person's); 801 deploy-801 of web-server-01 (12345) (completed, 3 days old, this workflow's).",
      ]
    `)
    expect(seen.outputs['snapshot-id']).toBe('')
  })

  it('is missing with what the guard’s servers hold instead', async () => {
    const seen = await refused({ 'snapshot-id': '999', 'server-id': '12345' })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 999: no list holds it, so nothing was overwritten for it. What could be restored instead: 805 deploy-805 (completed, 3 hours old, another workflow of this repository); 804 deploy-804 (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 (completed, 30 hours old, a person's); 801 deploy-801 (completed, 3 days old, this workflow's)."`,
    )
  })

  it('is missing with the newest ten of a large account, and of which server each is', async () => {
    const servers = fleet(4)
    const snapshots = servers.flatMap(({ id }) =>
      [1, 2, 3].map(nth => byWorkflow({ id: `${id}0${nth}`, server: id, hours: 20 * nth + Number(id) })),
    )
    const unfit = byWorkflow({ id: '9', server: '11', hours: 1, status: 'failed' })
    const seen = await refused({ 'snapshot-id': '999' }, { servers, snapshots: [...snapshots, unfit] })
    expect(seen.verdict).toMatch(
      /^Snapshot 999: no list holds it, so nothing was overwritten for it\. What could be restored instead: 1101 deploy-1101 of web-11 \(11\) \(completed, 31 hours old, this workflow's\); 1201 .*; and 2 more\.$/,
    )
    expect(seen.verdict.match(/ of web-/g)).toHaveLength(10)
    expect(seen.log.filter(line => line.includes('deploy-') && line !== seen.verdict)).toHaveLength(10)
  })

  it('is missing with the server of each, where the guard names several or the account has one', async () => {
    const one = { servers: [WEB], snapshots: [byWorkflow({ id: '801', hours: 3 })] }
    const unguarded = await refused({ 'snapshot-id': '999' }, one)
    expect(unguarded.verdict).toContain('801 deploy-801 of web-server-01 (12345) (completed')
    const guarded = await refused({ 'snapshot-id': '999', 'server-id': '12345,777' })
    expect(guarded.verdict).toContain('901 by-hand-901 of db-01 (777) (completed')
  })

  it('is missing without alternatives when the guard’s servers can no longer be read', async () => {
    const faults = [
      {
        match: { method: 'GET', path: '/snapshots/', from: 19 },
        when: 'before',
        fault: { kind: 'status', status: 500 },
      },
    ] as const
    const seen = await refused({ 'snapshot-id': '999', 'server-id': '12345' }, {
      ...SHELF,
      faults,
    } as WorldSetup)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 999: no list holds it, so nothing was overwritten for it. What could be restored instead could not be read."`,
    )
  })

  it('is no reason to leave the other servers alone', async () => {
    const seen = await createStage(SHELF).main(restoring({ 'snapshot-id': '999,901,998' }))
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', 'snapshot-id': '901' })
    expect(changes(seen)).toMatchInlineSnapshot(`
      [
        "68s POST /snapshots/901/restore/",
      ]
    `)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"db-01 is back at snapshot 901 (2 hours old), running. What was written since 00:40 UTC is lost. Snapshots 999, 998: no list holds them, so nothing was overwritten for them. What could be restored instead: 901 by-hand-901 of db-01 (777) (completed, 2 hours old, a person's); 805 deploy-805 of web-server-01 (12345) (completed, 3 hours old, another workflow of this repository); 804 deploy-804 of web-server-01 (12345) (completed, 4 hours old, a safety snapshot of octo/shop); 802 by-hand-802 of web-server-01 (12345) (completed, 30 hours old, a person's); 801 deploy-801 of web-server-01 (12345) (completed, 3 days old, this workflow's)."`,
    )
  })

  it('and appears in time is restored', async () => {
    const stage = createStage({
      servers: [WEB],
      settings: { timeline: { snapshotMs: 1_000, listLagMs: 30_000 } },
      nextSnapshotId: '801',
      happenings: [{ afterMs: 0, act: { act: 'create', server: WEB.id, name: 'just-made' } }],
    })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log[0]).toMatchInlineSnapshot(`"No list holds 801 yet; looking again for 1m."`)
    expect(changes(seen)).toMatchInlineSnapshot(`
      [
        "41s POST /snapshots/801/restore/",
      ]
    `)
  })

  it('cannot be looked up before the deadline when the list does not answer', async () => {
    const faults = [{ match: {}, when: 'before', fault: { kind: 'hang' } }] as const
    const seen = await refused({ 'snapshot-id': '999', timeout: '45s' }, { ...SHELF, faults } as WorldSetup)
    expect(seen.took).toBe(45_000)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The snapshots could not be looked up before the time was over. Nothing was changed. Run the step again.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('cannot be looked up with a wrong token', async () => {
    const seen = await refused({ 'snapshot-id': '999', 'api-token': 'vps_wrong' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /snapshots/?page_size=100 was answered with 401: Invalid token. Nothing was changed. The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('cannot be looked up with a wrong token on the guard’s servers either', async () => {
    const seen = await refused({ 'snapshot-id': '999', 'server-id': '12345', 'api-token': 'vps_wrong' })
    expect(seen.calls).toEqual(['GET /snapshots/?server_id=12345'])
  })
})

describe('a look-up with a guard', () => {
  it('asks for the guard’s servers alone when they hold all', async () => {
    const seen = await createStage(SHELF).main(restoring({ 'server-id': '12345', 'dry-run': 'true' }))
    expect(seen.calls).toEqual(['GET /snapshots/?server_id=12345', 'GET /servers/12345/'])
  })

  it('asks for the whole list when they do not', async () => {
    const seen = await refused({ 'snapshot-id': '901', 'server-id': '12345' })
    expect(seen.calls).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?page_size=100',
      // What could be meant instead.
      'GET /snapshots/?server_id=12345',
    ])
  })

  it('is right though the filter is ignored', async () => {
    const stage = createStage({ ...SHELF, settings: { filterIgnored: true } })
    const seen = await stage.main(restoring({ 'snapshot-id': '901', 'server-id': '12345' }))
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
  })
})

describe('snapshot-id: latest', () => {
  const LATEST = { 'snapshot-id': 'latest', 'server-id': '12345' }

  it('is the newest completed snapshot that a workflow of this repository made before a deploy', async () => {
    const stage = createStage(SHELF)
    const seen = await stage.main(restoring(LATEST))
    expect(seen.green).toBe(true)
    expect(seen.log[0]).toMatchInlineSnapshot(
      `"The latest of web-server-01 (12345) is 805 deploy-805, 3 hours old."`,
    )
    expect(seen.annotations.filter(({ level }) => level !== 'notice')).toEqual([])
    expect(changes(seen)).toEqual(['0s POST /snapshots/805/restore/'])
  })

  it('is never a person’s, a safety, a scheduled, a failed or another repository’s snapshot', async () => {
    const seen = await refused(LATEST, {
      servers: [WEB],
      snapshots: [
        byHand({ id: '802', hours: 30 }),
        byWorkflow({ id: '803', status: 'failed' }),
        byWorkflow({ id: '804', purpose: 'safety' }),
        byWorkflow({ id: '805', purpose: 'schedule' }),
        byWorkflow({ id: '806', workflow: 'octo/other/.github/workflows/deploy.yml' }),
      ],
    })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Server 12345 has no snapshot that this repository made before a deploy and that could be taken as the latest. It has: 806 deploy-806 (completed, 24 hours old, of octo/other); 805 deploy-805 (completed, 24 hours old, this workflow's); 804 deploy-804 (completed, 24 hours old, a safety snapshot of octo/shop); 803 deploy-803 (failed, 24 hours old, this workflow's); 802 by-hand-802 (completed, 30 hours old, a person's). Nothing was changed. Give the snapshot-id of the one you mean.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('of a server without snapshots is an error that says so', async () => {
    const seen = await refused(LATEST, { servers: [WEB] })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Server 12345 has no snapshot that this repository made before a deploy and that could be taken as the latest. It has no snapshots. Nothing was changed."`,
    )
  })

  it('warns when its choice was made by a re-run', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '801', attempt: 2 })] })
    const seen = await stage.main(restoring(LATEST))
    expect(seen.green).toBe(true)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 801, the latest of server 12345, was made by a re-run: it may hold what the run's first attempt left behind.",
          "title": "VPS.org snapshot",
        },
        {
          "level": "notice",
          "text": "web-server-01 is back at snapshot 801 (24 hours old), running. What was written since 2026-03-01 02:40 UTC is lost.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })

  it('of several servers is one of each, in their order', async () => {
    const stage = createStage({
      servers: fleet(2),
      snapshots: [byWorkflow({ id: '801', server: '11' }), byWorkflow({ id: '802', server: '12' })],
    })
    const seen = await stage.main(restoring({ 'snapshot-id': 'latest', 'server-id': '12,11' }))
    expect(seen.green).toBe(true)
    expect(seen.outputs).toMatchObject({ 'snapshot-id': '802,801', 'server-id': '12,11' })
    expect(seen.verdict).toBe(
      '2 of 2 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost.',
    )
  })

  it('without a match on one of several servers changes nothing on any', async () => {
    const seen = await refused(
      { 'snapshot-id': 'latest', 'server-id': '11,12' },
      { servers: fleet(2), snapshots: [byWorkflow({ id: '801', server: '11' })] },
    )
    expect(seen.outputs['snapshot-id']).toBe('')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Server 12 has no snapshot that this repository made before a deploy and that could be taken as the latest. It has no snapshots. Nothing was changed."`,
    )
  })

  it('cannot be chosen when the list cannot be read', async () => {
    const seen = await refused({ ...LATEST, 'api-token': 'vps_wrong' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /snapshots/?server_id=12345 was answered with 401: Invalid token. Nothing was changed. The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.",
          "title": "Restore failed",
        },
      ]
    `)
  })
})

describe('snapshot-name', () => {
  const NAMED = { 'snapshot-name': 'golden', 'server-id': '12345' }

  it('is the snapshot of exactly that name, whoever made it, without a warning of re-runs', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [
        byWorkflow({ id: '801', name: 'golden', attempt: 3 }),
        byHand({ id: '802', name: 'golden-2' }),
      ],
    })
    const seen = await stage.main({ operation: 'restore', ...NAMED })
    expect(seen.green).toBe(true)
    expect(seen.log[0]).toMatchInlineSnapshot(
      `"The snapshot of that name of web-server-01 (12345) is 801 golden, 24 hours old."`,
    )
    expect(seen.annotations.filter(({ level }) => level !== 'notice')).toEqual([])
    expect(changes(seen)).toEqual(['0s POST /snapshots/801/restore/'])
  })

  it('of two snapshots of one server is an error that shows both ids', async () => {
    const seen = await refused(NAMED, {
      servers: [WEB],
      snapshots: [
        byHand({ id: '801', name: 'golden', hours: 3 }),
        byHand({ id: '802', name: 'golden', hours: 2 }),
      ],
    })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Server 12345 has more than one snapshot named golden: 802 and 801. Nothing was changed. Give the snapshot-id of the one you mean.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('that no snapshot has is an error that shows what there is', async () => {
    const seen = await refused(NAMED, { servers: [WEB], snapshots: [byHand({ id: '801' })] })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Server 12345 has no snapshot named golden. It has: 801 by-hand-801 (completed, 24 hours old, a person's). Nothing was changed. Give the snapshot-id of the one you mean.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('on a server without snapshots is an error that says so', async () => {
    const seen = await refused(NAMED, { servers: [WEB] })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Server 12345 has no snapshot named golden. It has no snapshots. Nothing was changed."`,
    )
  })
})

describe('a dry run of a restore', () => {
  const DRY = { 'dry-run': 'true' }

  it('prints what would be overwritten, by what, how old it is, and changes nothing', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring(DRY))
    expect(seen).toMatchObject({ green: true, outputs: { status: 'planned', 'server-status': 'active' } })
    expect(changes(seen)).toEqual([])
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Would overwrite web-server-01 (12345, active) with snapshot 801 deploy-801 (18 minutes old).",
        "Dry run: would overwrite web-server-01 with snapshot 801 (18 minutes old). Nothing was changed.",
      ]
    `)
  })

  it('says that a safety snapshot would be taken first', async () => {
    const seen = await deployed().main(restoring({ ...DRY, 'snapshot-before-restore': 'true' }))
    expect(seen.log[0]).toBe('Would first take a snapshot of web-server-01 as it is now.')
  })

  it('refuses what a restore would refuse', async () => {
    const seen = await refused({ 'snapshot-id': '803', ...DRY })
    expect(seen.log.at(-1)).toMatch(
      /^server 12345: Snapshot 803 of web-server-01 was not restored: its status is failed/,
    )
    expect(seen.outputs['status']).toBe('failed')
  })

  it('fails when the server cannot be read', async () => {
    const seen = await refused(
      { 'snapshot-id': '801', ...DRY },
      { ...SHELF, servers: [{ ...WEB, hidden: true }, DB] },
    )
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "server 12345: GET /servers/12345/ was answered with 404: Not found. Nothing was changed: this was a dry run. Check the id: what it names was deleted, or it belongs to another account than the token.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('of many servers names the first few', async () => {
    const servers = fleet(7)
    const stage = createStage({
      servers,
      snapshots: servers.map(({ id }) => ({
        ...byWorkflow({ id: `8${id}`, server: id }),
        createdAt: hoursAgo(1),
      })),
    })
    const seen = await stage.main(
      restoring({ ...DRY, 'snapshot-id': servers.map(({ id }) => `8${id}`).join(',') }),
    )
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Dry run: would overwrite web-11 with snapshot 811 (1 hour old), web-12 with snapshot 812 (1 hour old), web-13 with snapshot 813 (1 hour old), web-14 with snapshot 814 (1 hour old), web-15 with snapshot 815 (1 hour old) and 2 more. Nothing was changed."`,
    )
  })
})
