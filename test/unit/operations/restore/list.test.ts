import { describe, expect, it } from 'vitest'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage } from '../support/stage.ts'

const LIST = { operation: 'list' }
const SHELF = {
  servers: [WEB, { id: '777', name: 'db-01' }],
  snapshots: [
    byHand({ id: '801', hours: 50 }),
    byWorkflow({ id: '802', hours: 3, purpose: 'safety' as const }),
    { ...byHand({ id: '901', server: '777', hours: 5, status: 'in_progress' }), sizeMb: null },
  ],
  settings: { timeline: { snapshotMs: 24 * 60 * 60_000 } },
}

describe('a list', () => {
  it('of everything is newest first, with age, size and owner', async () => {
    const seen = await createStage(SHELF).main(LIST)
    expect(seen.green).toBe(true)
    expect(seen.calls).toEqual(['GET /snapshots/?page_size=100'])
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Snapshot  Status       Server                 Size     Age      Created               Made by                                                         Name",
        "802       completed    web-server-01 (12345)  5.0 GiB  3 hours  2026-03-01 23:40 UTC  safety: octo/shop/.github/workflows/deploy.yml, run 9000000000  deploy-802",
        "901       in_progress  db-01 (777)            –        5 hours  2026-03-01 21:40 UTC  a person                                                        by-hand-901",
        "801       completed    web-server-01 (12345)  5.0 GiB  2 days   2026-02-28 00:40 UTC  a person                                                        by-hand-801",
        "3 snapshots on 2 servers.",
      ]
    `)
    expect(seen.outputs).toMatchInlineSnapshot(`
      {
        "count": "3",
        "duration-seconds": "0",
        "snapshots": "[{"id":"802","name":"deploy-802","status":"completed","size_mb":5120,"created_at":"2026-03-01T23:40:00Z","description":"made by a run [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9000000000 attempt=1 purpose=safety key=k0000000]","server":{"id":"12345","name":"web-server-01"},"made_by":{"workflow":"octo/shop/.github/workflows/deploy.yml","run_id":"9000000000","attempt":1,"purpose":"safety"}},{"id":"901","name":"by-hand-901","status":"in_progress","size_mb":null,"created_at":"2026-03-01T21:40:00Z","description":"made by hand","server":{"id":"777","name":"db-01"},"made_by":null},{"id":"801","name":"by-hand-801","status":"completed","size_mb":5120,"created_at":"2026-02-28T00:40:00Z","description":"made by hand","server":{"id":"12345","name":"web-server-01"},"made_by":null}]",
      }
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ 3 snapshots on 2 servers.</h3>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Created</th><th>Made by</th><th>Name</th></tr>
      <tr><td>802</td><td>completed</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>3 hours</td><td>2026-03-01 23:40 UTC</td><td>safety: octo/shop/.github/workflows/deploy.yml, run 9000000000</td><td>deploy-802</td></tr>
      <tr><td>901</td><td>in_progress</td><td>db-01 (777)</td><td>–</td><td>5 hours</td><td>2026-03-01 21:40 UTC</td><td>a person</td><td>by-hand-901</td></tr>
      <tr><td>801</td><td>completed</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>2 days</td><td>2026-02-28 00:40 UTC</td><td>a person</td><td>by-hand-801</td></tr>
      </table>

      "
    `)
  })

  it('of one server asks for that server', async () => {
    const seen = await createStage(SHELF).main({ ...LIST, 'server-id': '777' })
    expect(seen.calls).toEqual(['GET /snapshots/?server_id=777'])
    expect(seen.outputs['count']).toBe('1')
    expect(seen.verdict).toBe('1 snapshot on 1 server.')
  })

  it('of one server holds nothing else though the filter is ignored', async () => {
    const stage = createStage({ ...SHELF, settings: { filterIgnored: true } })
    const seen = await stage.main({ ...LIST, 'server-id': '777' })
    expect(seen.outputs['count']).toBe('1')
  })

  it('of nothing says so', async () => {
    const seen = await createStage({ servers: [WEB] }).main(LIST)
    expect(seen.outputs).toMatchObject({ count: '0', snapshots: '[]' })
    expect(seen.log).toEqual(['There are no snapshots that this token can see.'])
    expect(seen.summary).toBe('<h3>✅ There are no snapshots that this token can see.</h3>\n\n')
  })

  it('of many prints a hundred, and has all in its output', async () => {
    const servers = fleet(25)
    const snapshots = servers.flatMap(({ id }) =>
      [1, 2, 3, 4].map(nth => byHand({ id: `${id}0${nth}`, server: id, hours: nth })),
    )
    const exactly = await createStage({ servers, snapshots }).main(LIST)
    expect(exactly.log).toHaveLength(1 + 100 + 1)
    expect(exactly.verdict).toBe('100 snapshots on 25 servers.')
    const [first] = servers
    const more = [...snapshots, byHand({ id: '9999', server: first?.id ?? '', hours: 99 })]
    const seen = await createStage({ servers, snapshots: more }).main(LIST)
    expect(seen.log).toHaveLength(1 + 100 + 2)
    expect(seen.log.slice(-2)).toMatchInlineSnapshot(`
      [
        "… and 1 more, all of them in the output "snapshots".",
        "101 snapshots on 25 servers.",
      ]
    `)
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toHaveLength(101)
  })

  it('of several pages reads them all', async () => {
    const servers = fleet(30)
    const snapshots = servers.flatMap(({ id }) =>
      [1, 2, 3, 4, 5].map(nth => byHand({ id: `${id}0${nth}`, server: id, hours: nth })),
    )
    const stage = createStage({ servers, snapshots, settings: { snapshotPaging: true } })
    const seen = await stage.main(LIST)
    expect(seen.outputs['count']).toBe('150')
    expect(seen.calls).toHaveLength(2)
  })

  it('that fails is red, and has no count', async () => {
    const seen = await createStage(SHELF).main({ ...LIST, 'api-token': 'vps_wrong' })
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /snapshots/?page_size=100 was answered with 401: Invalid token. The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.",
          "title": "List failed",
        },
      ]
    `)
    expect(seen.outputs).toEqual({ 'duration-seconds': '0' })
  })

  it('is given five minutes', async () => {
    const faults = [{ when: 'before', fault: { kind: 'status', status: 503 } }] as const
    const seen = await createStage({ ...SHELF, faults }).main(LIST)
    expect(seen.green).toBe(false)
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`288`)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"GET /snapshots/?page_size=100 was answered with 503 (sent 24 times)."`,
    )
  })
})
