import { describe, expect, it } from 'vitest'
import { ALL_PERMISSIONS, type SettingsChange } from '../../../emulator/settings.ts'
import { byHand, byWorkflow, fleet, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings } from '../support/stage.ts'
import { changes, MINUTE } from './scene.ts'

const DELETE = { operation: 'delete', 'snapshot-id': '801' }
const GONE = 'DELETE /snapshots/801/'

/** One server with two snapshots of which 801 is to be deleted. */
function shelf(timeline: SettingsChange['timeline'] = {}, more: StageSettings = {}) {
  return createStage({
    servers: [WEB],
    snapshots: [byHand({ id: '801' }), byWorkflow({ id: '802' })],
    ...more,
    settings: { ...more.settings, timeline: timeline ?? {} },
  })
}

function left(stage: ReturnType<typeof shelf>): readonly string[] {
  return stage.world.report().snapshots.map(({ id }) => id)
}

describe('a delete', () => {
  it('reads the server, deletes, and sees that the list no longer holds it', async () => {
    const stage = shelf({ deletionLagMs: 3_000 })
    const seen = await stage.main(DELETE)
    expect(seen.green).toBe(true)
    expect(seen.calls).toEqual([
      'GET /snapshots/?page_size=100',
      'GET /servers/12345/',
      'DELETE /snapshots/801/',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
    ])
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "The deletion of snapshot 801 by-hand-801 of web-server-01 is accepted.",
        "Snapshot deleted: 801 of web-server-01.",
      ]
    `)
    expect(seen.outputs).toMatchInlineSnapshot(`
      {
        "count": "1",
        "created-at": "2026-03-01T02:40:00Z",
        "duration-seconds": "5",
        "server-id": "12345",
        "server-name": "web-server-01",
        "size-mb": "5120",
        "snapshot-id": "801",
        "snapshot-name": "by-hand-801",
        "snapshots": "[{"id":"801","name":"by-hand-801","status":"deleted","size_mb":5120,"created_at":"2026-03-01T02:40:00Z","description":"made by hand","server":{"id":"12345","name":"web-server-01"},"made_by":null}]",
        "status": "deleted",
      }
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ Snapshot deleted: 801 of web-server-01.</h3>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>801</td><td>deleted</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>24 hours</td><td>0s</td><td>by-hand-801</td></tr>
      </table>

      "
    `)
    expect(left(stage)).toEqual(['802'])
  })

  it('with wait: false ends when the API has accepted', async () => {
    const stage = shelf({ deletionLagMs: 3_000 })
    const seen = await stage.main({ ...DELETE, wait: 'false' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted', count: '1' } })
    expect(seen.calls.at(-1)).toBe(GONE)
  })

  it('as a dry run prints what would be deleted', async () => {
    const stage = shelf()
    const seen = await stage.main({ ...DELETE, 'dry-run': 'true' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'planned', count: '0' } })
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "Would delete snapshot 801 by-hand-801 of web-server-01 (24 hours old).",
        "Dry run: would delete 801 of web-server-01. Nothing was changed.",
      ]
    `)
    expect(changes(seen)).toEqual([])
  })

  it('as a dry run refuses a snapshot whose server is being restored', async () => {
    const stage = shelf({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '802' } }] })
    const seen = await stage.main({ ...DELETE, 'dry-run': 'true' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', count: '0' } })
    expect(changes(seen)).toEqual([])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Dry run: would delete nothing. Nothing was changed. server 12345: Snapshot 801 was not deleted: its server web-server-01 (12345) is being restored."`,
    )
  })

  it('as a dry run of nothing says so', async () => {
    const seen = await shelf().main({ ...DELETE, 'snapshot-id': '999', 'dry-run': 'true' })
    expect(seen.green).toBe(true)
    expect(seen.verdict).toMatchInlineSnapshot(`"Dry run: would delete nothing. Nothing was changed."`)
  })

  it('by name deletes the snapshot of that name', async () => {
    const stage = shelf()
    const seen = await stage.main({
      ...{ operation: 'delete', 'snapshot-name': 'by-hand-801', 'server-id': WEB.id },
    })
    expect(seen.green).toBe(true)
    expect(left(stage)).toEqual(['802'])
  })

  it('refuses a snapshot of another server than the guard’s', async () => {
    const seen = await shelf().main({ ...DELETE, 'server-id': '777' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', count: '0' } })
    expect(changes(seen)).toEqual([])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The guard server-id allows 777, but snapshot 801 belongs to web-server-01 (12345). Nothing was changed. The allowed servers have no completed snapshot."`,
    )
    expect(seen.annotations[0]?.title).toBe('Delete failed')
  })
})

describe('a snapshot that is gone already', () => {
  it('is a success with a warning, after three looks', async () => {
    const seen = await shelf().main({ ...DELETE, 'snapshot-id': '999' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted', count: '0', 'snapshot-id': '' } })
    expect(seen.calls).toEqual(Array(3).fill('GET /snapshots/?page_size=100'))
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "No list holds 999 yet; looking again.",
        "warning: Snapshot 999 was not found, so there is nothing to delete: it was deleted before, or the id is wrong.",
        "Gone already: 999.",
      ]
    `)
  })

  it('leaves the others to be deleted', async () => {
    const stage = shelf()
    const seen = await stage.main({ ...DELETE, 'snapshot-id': '999,801' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted', count: '1' } })
    expect(seen.verdict).toMatchInlineSnapshot(`"Snapshot deleted: 801 of web-server-01. Gone already: 999."`)
  })

  it('by the time its deletion is asked for is a success with a warning', async () => {
    const stage = shelf(
      {},
      { faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 404 } }] },
    )
    const seen = await stage.main({ ...DELETE, wait: 'false' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted', count: '0' } })
    expect(seen.verdict).toBe('Gone already: 801.')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 801 was gone already when its deletion was asked for.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })

  it('when the deletion is asked for again was deleted by the first request', async () => {
    const stage = shelf(
      {},
      { faults: [{ match: { method: 'DELETE', nth: 1 }, when: 'after', fault: { kind: 'reset' } }] },
    )
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted' } })
    expect(seen.annotations).toEqual([])
    expect(changes(seen)).toHaveLength(2)
  })
})

describe('a delete on a server', () => {
  it('that is being restored is refused', async () => {
    const stage = shelf({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '802' } }] })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', count: '0' } })
    expect(changes(seen)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "server 12345: Snapshot 801 was not deleted: its server web-server-01 (12345) is being restored. Wait for the restore to end (operation: wait, snapshot-id: 801), then delete again.",
          "title": "Delete failed",
        },
      ]
    `)
    expect(left(stage)).toEqual(['801', '802'])
  })

  it('that cannot be read goes on with a warning', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
    const seen = await shelf({}, { settings: { permissions } }).main(DELETE)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'deleted' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Server 12345 could not be read before snapshot 801 was deleted: whether it is being restored is not known.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })
})

describe('a delete that fails', () => {
  it('because it is refused says that the snapshot is still there', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission !== 'snapshots:write')
    const stage = shelf({}, { settings: { permissions } })
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', count: '0' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"server 12345: DELETE /snapshots/801/ was answered with 403: This token lacks the permission "snapshots:write". Snapshot 801 was not deleted."`,
    )
    expect(left(stage)).toEqual(['801', '802'])
  })

  it('because its answers are lost until the deadline is unknown', async () => {
    const stage = shelf(
      {},
      { faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'reset' } }] },
    )
    const seen = await stage.main({ ...DELETE, timeout: '1m' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown', count: '0' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"server 12345: DELETE /snapshots/801/ was cut off before its answer was complete: connection reset. Whether snapshot 801 is deleted is not known."`,
    )
  })

  it('because it is refused after an answer was lost is unknown', async () => {
    const stage = shelf(
      {},
      {
        faults: [
          { match: { method: 'DELETE', nth: 1 }, when: 'before', fault: { kind: 'reset' } },
          { match: { method: 'DELETE', nth: 2 }, when: 'before', fault: { kind: 'status', status: 403 } },
        ],
      },
    )
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"server 12345: DELETE /snapshots/801/ was answered with 403. Whether snapshot 801 is deleted is not known."`,
    )
  })

  it('because one answer is lost and there is no time to ask again is unknown', async () => {
    const stage = shelf(
      {},
      { faults: [{ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'hang' } }] },
    )
    const seen = await stage.main({ ...DELETE, timeout: '30s' })
    expect(seen).toMatchObject({ green: false, took: 30_000, outputs: { status: 'unknown' } })
  })

  it('because the list holds it until the deadline is timed out', async () => {
    const seen = await shelf({ deletionLagMs: 60 * MINUTE }).main({ ...DELETE, timeout: '2m' })
    expect(seen).toMatchObject({
      green: false,
      took: 2 * MINUTE,
      outputs: { status: 'timed_out', count: '0' },
    })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "server 12345: The deletion of snapshot 801 was accepted, but 2m later it was not seen to be gone. Look at it again with operation: list, server-id: 12345.",
          "title": "Delete accepted, its end not seen",
        },
      ]
    `)
  })

  it('because the list may no longer be read says that the deletion was accepted', async () => {
    const stage = shelf(
      {},
      {
        faults: [
          {
            match: { method: 'GET', path: '/snapshots/', from: 2 },
            when: 'before',
            fault: { kind: 'status', status: 401 },
          },
        ],
      },
    )
    const seen = await stage.main(DELETE)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "server 12345: The deletion of snapshot 801 was accepted; whether it is gone could not be seen. GET /snapshots/?server_id=12345 was answered with 401. Look at it again with operation: list, server-id: 12345.",
          "title": "Delete failed",
        },
      ]
    `)
  })
})

describe('a delete of several', () => {
  const SERVERS = fleet(3)
  const BOTH = { operation: 'delete', 'snapshot-id': '811,812,813' }
  const SHELVES = {
    servers: SERVERS,
    snapshots: SERVERS.map(({ id }) => byHand({ id: `8${id}`, server: id })),
  }

  it('deletes all, and watches them with one list a poll', async () => {
    const stage = createStage({ ...SHELVES, settings: { timeline: { deletionLagMs: 5_000 } } })
    const seen = await stage.main(BOTH)
    expect(seen).toMatchObject({
      green: true,
      outputs: { status: 'deleted', count: '3', 'server-id': '11,12,13' },
    })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"3 snapshots deleted: 811 of web-11, 812 of web-12, 813 of web-13."`,
    )
    expect(
      seen.calls.filter(call => call.includes('/snapshots/?')).every(call => call.endsWith('page_size=100')),
    ).toBe(true)
  })

  it('asks only for what is left', async () => {
    const servers = SERVERS.map(server => ({
      ...server,
      timeline: { deletionLagMs: server.id === '11' ? 5_000 : 0 },
    }))
    const seen = await createStage({ ...SHELVES, servers }).main(BOTH)
    expect(seen.green).toBe(true)
    expect(seen.calls.slice(-3)).toEqual(Array(3).fill('GET /snapshots/?server_id=11'))
  })

  it('is red when one fails, and says which', async () => {
    const stage = createStage({
      ...SHELVES,
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '812' } }],
    })
    const seen = await stage.main(BOTH)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', count: '2' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"2 snapshots deleted: 811 of web-11, 813 of web-13. server 12: Snapshot 812 was not deleted: its server web-12 (12) is being restored."`,
    )
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>❌ 2 snapshots deleted: 811 of web-11, 813 of web-13. server 12: Snapshot 812 was not deleted: its server web-12 (12) is being restored.</h3>

      <p><strong>Next:</strong> Wait for the restore to end (operation: wait, snapshot-id: 812), then delete again.</p>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>811</td><td>deleted</td><td>web-11 (11)</td><td>5.0 GiB</td><td>24 hours</td><td>0s</td><td>by-hand-811</td></tr>
      <tr><td>812</td><td>refused</td><td>web-12 (12)</td><td>5.0 GiB</td><td>24 hours</td><td>0s</td><td>by-hand-812</td></tr>
      <tr><td>813</td><td>deleted</td><td>web-13 (13)</td><td>5.0 GiB</td><td>24 hours</td><td>0s</td><td>by-hand-813</td></tr>
      </table>

      <ul><li>web-12: Snapshot 812 was not deleted: its server web-12 (12) is being restored.</li></ul>

      "
    `)
  })

  it('does not look at the list when none was deleted', async () => {
    const stage = createStage({
      ...SHELVES,
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '812' } }],
    })
    const seen = await stage.main({ ...BOTH, 'snapshot-id': '812' })
    expect(seen.calls).toEqual(['GET /snapshots/?page_size=100', 'GET /servers/12/'])
  })

  it('works on no more servers at once than max-parallel', async () => {
    const seen = await createStage(SHELVES).main({ ...BOTH, 'max-parallel': '1', wait: 'false' })
    expect(seen.calls.slice(1)).toEqual([
      'GET /servers/11/',
      'DELETE /snapshots/811/',
      'GET /servers/12/',
      'DELETE /snapshots/812/',
      'GET /servers/13/',
      'DELETE /snapshots/813/',
    ])
  })
})
