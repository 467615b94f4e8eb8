import { describe, expect, it } from 'vitest'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import { WEB } from '../support/scenery.ts'
import { LOOPBACK } from '../support/stage.ts'
import { BEFORE, changes, deployed, diskOf, MINUTE, NOW, restoring, runs } from './scene.ts'

const SNAPSHOTS_ONLY = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
const POSTED = '0s POST /snapshots/801/restore/'
const START_BODY = '{"action":"start"}'

describe('a restore that goes well', () => {
  it('overwrites the server, follows it until it runs, and says what was lost', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
        "web-server-01 is restoring, 1m 1s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 2m 16s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 3m 23s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 5m 4s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 6m 11s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 7m 15s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is active.",
        "The restore of web-server-01 has ended; the server is active.",
        "endgroup",
        "notice: web-server-01 is back at snapshot 801 (26 minutes old), running. What was written since 02:22 UTC is lost.",
        "web-server-01 is back at snapshot 801 (26 minutes old), running. What was written since 02:22 UTC is lost.",
      ]
    `)
    expect(seen.outputs).toMatchInlineSnapshot(`
      {
        "created-at": "2026-03-02T02:22:00Z",
        "duration-seconds": "483",
        "server-id": "12345",
        "server-name": "web-server-01",
        "server-status": "active",
        "size-mb": "5120",
        "snapshot-id": "801",
        "snapshot-name": "deploy-801",
        "snapshots": "[{"id":"801","name":"deploy-801","status":"restored","size_mb":5120,"created_at":"2026-03-02T02:22:00Z","description":"made by a run [vps-snapshot-action workflow=octo/shop/.github/workflows/deploy.yml run=9000000000 attempt=1 purpose=deploy key=k0000000]","server":{"id":"12345","name":"web-server-01"},"made_by":{"workflow":"octo/shop/.github/workflows/deploy.yml","run_id":"9000000000","attempt":1,"purpose":"deploy"}}]",
        "status": "restored",
      }
    `)
    expect(seen.annotations).toEqual([{ level: 'notice', title: 'VPS.org snapshot', text: seen.verdict }])
    expect(changes(seen)).toEqual([POSTED])
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(runs(stage.world)).toBe(true)
  })

  it('finds the snapshot and reads the server before it sends its one request', async () => {
    const seen = await deployed().main(restoring({ 'server-id': '12345' }))
    expect(seen.calls.slice(0, 5)).toEqual([
      'GET /snapshots/?server_id=12345',
      'GET /snapshots/?server_id=12345',
      'GET /servers/12345/',
      'POST /snapshots/801/restore/',
      'GET /servers/12345/',
    ])
  })

  it('reads the server by the schedule of restores, never more often', async () => {
    const seen = await deployed({ restoreMs: 11 * MINUTE }).main(restoring())
    const posted = seen.requests.findIndex(({ method }) => method === 'POST')
    const accepted = (seen.requests[posted]?.after ?? 0) + 100
    const polls = seen.requests.slice(posted + 1).map(({ after }) => Math.round((after - accepted) / 1_000))
    expect(polls).toMatchInlineSnapshot(`
      [
        8,
        12,
        18,
        27,
        40,
        61,
        91,
        136,
        203,
        304,
        318,
        331,
        345,
        358,
        371,
        384,
        397,
        410,
        422,
        434,
        447,
        459,
        471,
        482,
        494,
        505,
        516,
        527,
        538,
        549,
        560,
        570,
        580,
        591,
        600,
        610,
        620,
        629,
        639,
        648,
        657,
        666,
      ]
    `)
  })

  it('writes the outputs of what it chose before it changes anything, and its status on acceptance', async () => {
    const seen = await deployed().main(restoring())
    expect(seen.outputWrites.slice(0, 7)).toEqual([
      ['snapshot-id', '801'],
      ['snapshot-name', 'deploy-801'],
      ['server-id', '12345'],
      ['server-name', 'web-server-01'],
      ['created-at', '2026-03-02T02:22:00Z'],
      ['size-mb', '5120'],
      ['status', 'restoring'],
    ])
  })

  it('has a summary with the verdict, the table and a timeline of its phases', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const seen = await stage.main(restoring({ 'health-check': 'https://shop.example/up' }))
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ web-server-01 is back at snapshot 801 (27 minutes old), running, health check passed. What was written since 02:22 UTC is lost.</h3>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>801</td><td>restored</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>27 minutes</td><td>8m 40s</td><td>deploy-801</td></tr>
      </table>

      \`\`\`mermaid
      %%{init: {"gantt": {"leftPadding": 111}}}%%
      gantt
      title Times in UTC
      dateFormat YYYY-MM-DD HH:mm:ss
      axisFormat %H:%M
      tickInterval 2minute
      section web-server-01
      restore :2026-03-02 02:40:00, 2026-03-02 02:48:02
      start :2026-03-02 02:48:02, 2026-03-02 02:48:40
      health check :2026-03-02 02:48:40, 2026-03-02 02:48:41
      \`\`\`

      "
    `)
  })

  it('does all of it in time-lapse too', async () => {
    const stage = deployed({ restoreMs: 2_000, restoreShows: null })
    const seen = await stage.main(restoring({ ...LOOPBACK, 'poll-interval': '100ms' }))
    expect(seen.green).toBe(true)
    // Twice twelve intervals prove nothing, twelve more must agree; each poll takes an interval and its answer.
    expect(seen.took).toMatchInlineSnapshot(`4000`)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })
})

describe('the end of a restore', () => {
  it('is not a server that still reads active, nor one that reads stopped before the restore shows', async () => {
    const stage = deployed({
      restoreStaleMs: 2 * MINUTE,
      restoreStoppedMs: 3 * MINUTE,
      restoreMs: 12 * MINUTE,
    })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.log.filter(line => /^web-server-01 is (?:active|stopped|restoring)\.$/.test(line))).toEqual([
      'web-server-01 is stopped.',
      'web-server-01 is restoring.',
      'web-server-01 is active.',
    ])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is a status that stays the same for a window after two windows, where restoring is never shown', async () => {
    const stage = deployed({ restoreShows: null, restoreMs: 2 * MINUTE })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`304`)
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is active, 1m 1s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is active, 2m 16s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is active, 3m 23s after the restore was accepted; 5 to 15 minutes are usual.",
        "The restore of web-server-01 has ended; the server is active.",
        "web-server-01 is back at snapshot 801 (23 minutes old), running. What was written since 02:22 UTC is lost.",
      ]
    `)
  })

  it('is seen though reads lag behind by a minute', async () => {
    const stage = deployed({ readLagMs: MINUTE })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.took).toBeGreaterThan(9 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is a failure when the server is left in error', async () => {
    const stage = deployed({ restoreEndsAs: 'error' })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.log.slice(-3)).toMatchInlineSnapshot(`
      [
        "web-server-01 is error.",
        "Next: Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.",
        "The restore of web-server-01 from snapshot 801 ended badly: the server's status is error.",
      ]
    `)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 from snapshot 801 ended badly: the server's status is error. Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(seen.summary).toContain('restore :crit, 2026-03-02 02:40')
  })

  it('is a failure at once when a server that was well reads error without restoring', async () => {
    const stage = deployed({ restoreShows: 'error' })
    const seen = await stage.main(restoring())
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.took).toBeLessThan(10_000)
  })

  it('is not the error that the server had before', async () => {
    const stage = deployed(
      { restoreStaleMs: 2 * MINUTE },
      { servers: [{ ...WEB, status: 'error', disk: NOW }] },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "web-server-01 (12345) has the status "error"; looking whether it stays so.",
        "web-server-01 (12345) keeps the status "error"; going on all the same.",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is error, 1m 1s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring.",
        "web-server-01 is restoring, 2m 16s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 3m 23s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 5m 4s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 6m 11s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is restoring, 7m 15s after the restore was accepted; 5 to 15 minutes are usual.",
        "web-server-01 is active.",
        "The restore of web-server-01 has ended; the server is active.",
        "web-server-01 is back at snapshot 801 (27 minutes old), running. What was written since 02:22 UTC is lost.",
      ]
    `)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is awaited through misses, which are said once and again when they end', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { method: 'GET', path: '/servers/*/', from: 2, to: 4 },
            when: 'before',
            fault: { kind: 'status', status: 502 },
          },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log.filter(line => /no answer|answers again/.test(line))).toMatchInlineSnapshot(`
      [
        "GET /servers/12345/ was answered with 502. This is no answer; the wait goes on.",
        "The API answers again, after 3 misses.",
      ]
    `)
  })

  it('is awaited through a single miss', async () => {
    const fault = { kind: 'reset' } as const
    const stage = deployed(
      {},
      { faults: [{ match: { path: '/servers/*/', nth: 3 }, when: 'before', fault }] },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log).toContain('The API answers again, after 1 miss.')
  })

  it('that is not seen by the deadline is timed out, and must not be restored again', async () => {
    const seen = await deployed().main(restoring({ timeout: '5m' }))
    expect(seen).toMatchObject({ green: false, took: 5 * MINUTE })
    expect(seen.outputs['status']).toBe('timed_out')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 from snapshot 801 was accepted and not seen to end within 5m; it goes on at VPS.org. The server's last status was restoring. Do not restore again. Take it up again with operation: wait, snapshot-id: 801.",
          "title": "Restore accepted, its end not seen",
        },
      ]
    `)
  })

  it('says at its deadline why the last question had no answer', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          { match: { path: '/servers/*/', from: 2 }, when: 'before', fault: { kind: 'status', status: 503 } },
        ],
      },
    )
    const seen = await stage.main(restoring({ timeout: '5m' }))
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The restore of web-server-01 from snapshot 801 was accepted and not seen to end within 5m; it goes on at VPS.org. The server's last status was active. GET /servers/12345/ was answered with 503."`,
    )
  })

  it('that may no longer be looked at fails, and says that the restore goes on', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          {
            match: { path: '/servers/*/', from: 3 },
            when: 'before',
            fault: { kind: 'status', status: 401, body: '{"detail": "Invalid token."}' },
          },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /servers/12345/ was answered with 401: Invalid token. The restore of web-server-01 from snapshot 801 was accepted and goes on at VPS.org; its end could not be seen. Take it up again with operation: wait, snapshot-id: 801. The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(seen.took).toBeLessThan(20_000)
  })
})

describe('a server that is stopped when its restore has ended', () => {
  it('is started and waited for', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual([POSTED, `483s POST /servers/12345/power/ ${START_BODY}`])
    expect(seen.log.slice(-5)).toMatchInlineSnapshot(`
      [
        "web-server-01 is stopped.",
        "The restore of web-server-01 has ended; the server is stopped.",
        "Starting web-server-01.",
        "web-server-01 is active.",
        "web-server-01 is back at snapshot 801 (27 minutes old), running. What was written since 02:22 UTC is lost.",
      ]
    `)
    expect(runs(stage.world)).toBe(true)
    expect(seen.outputs['server-status']).toBe('active')
  })

  it('is left alone with start-after-restore: false, without a health check', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const seen = await stage.main(
      restoring({ 'start-after-restore': 'false', 'health-check': 'https://shop.example/up' }),
    )
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.probings).toEqual([])
    expect(seen.log.slice(-3)).toMatchInlineSnapshot(`
      [
        "The restore of web-server-01 has ended; the server is stopped.",
        "web-server-01 is left stopped, as start-after-restore: false (or the dry run) asks.",
        "web-server-01 is back at snapshot 801 (26 minutes old), stopped. What was written since 02:22 UTC is lost.",
      ]
    `)
    expect(runs(stage.world)).toBe(false)
    expect(seen.outputs['server-status']).toBe('stopped')
  })

  it('is a failure when it does not start, though the restore has ended', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startEndsAs: 'stopped' })
    const seen = await stage.main(restoring({ 'health-check': 'https://shop.example/up' }))
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('timed_out')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 has ended, but the server did not start: web-server-01 was asked to start and did not become active in time; its last status was stopped. Look at the server in the VPS.org panel and start it there if it is not active.",
          "title": "Restore done, but not all is well",
        },
      ]
    `)
    expect(seen.probings).toEqual([])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('has two minutes to start, though the restore ended just before its deadline', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startingMs: 100_000 })
    const seen = await stage.main(restoring({ timeout: '500s' }))
    expect(seen.green).toBe(true)
    expect(seen.took).toBeGreaterThan(580_000)
    expect(runs(stage.world)).toBe(true)
  })

  it('is not given longer than two minutes then', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startingMs: 10 * MINUTE })
    const seen = await stage.main(restoring({ timeout: '500s' }))
    expect(seen.green).toBe(false)
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`603`)
  })
})

describe('the health check after a restore', () => {
  const HEALTH = { 'health-check': 'https://shop.example/up tcp://10.0.0.5:22' }

  it('waits until every target answers', async () => {
    const stage = deployed(
      {},
      { probe: ({ target, after }) => (target.kind === 'tcp' && after < 500_000 ? 'refused' : undefined) },
    )
    const seen = await stage.main(restoring(HEALTH))
    expect(seen.green).toBe(true)
    expect(seen.log.slice(-4)).toMatchInlineSnapshot(`
      [
        "The restore of web-server-01 has ended; the server is active.",
        "Checking the health of web-server-01: https://shop.example/up, tcp://10.0.0.5:22.",
        "The health check of web-server-01 passed.",
        "web-server-01 is back at snapshot 801 (26 minutes old), running, health check passed. What was written since 02:22 UTC is lost.",
      ]
    `)
    expect(seen.took).toBeGreaterThan(500_000)
  })

  it('that never passes makes the step red, though the server is back', async () => {
    const stage = deployed({}, { probe: () => 'HTTP 502' })
    const seen = await stage.main(restoring(HEALTH))
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 has ended, but web-server-01 did not pass its health check within 5m: https://shop.example/up: HTTP 502; tcp://10.0.0.5:22: HTTP 502. Look at the server: it runs, but what was to answer does not.",
          "title": "Restore done, but not all is well",
        },
      ]
    `)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })
})

describe('a restore with wait: false', () => {
  it('ends as soon as restoring is seen', async () => {
    const stage = deployed({ restoreStaleMs: 20_000 })
    const seen = await stage.main(restoring({ wait: 'false' }))
    expect(seen.green).toBe(true)
    expect(seen.outputs).toMatchObject({ status: 'restoring', 'server-status': 'restoring' })
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
        "endgroup",
        "web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
      ]
    `)
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`28`)
  })

  it('waits a settle window at most, and says that restoring was not seen', async () => {
    const seen = await deployed({ restoreStaleMs: 5 * MINUTE }).main(restoring({ wait: 'false' }))
    expect(seen.green).toBe(true)
    expect(seen.outputs['status']).toBe('restoring')
    expect(seen.log.slice(-3)).toMatchInlineSnapshot(`
      [
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 has not been seen restoring yet.",
        "web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
      ]
    `)
    expect(Math.round(seen.took / 1_000)).toBe(60)
  })

  it('never waits beyond its deadline', async () => {
    const seen = await deployed({ restoreStaleMs: 5 * MINUTE }).main(
      restoring({ wait: 'false', timeout: '30s' }),
    )
    expect(seen.took).toBe(30_000)
  })

  it('goes on without reading the server where the token may not, and says so', async () => {
    const stage = deployed({}, { settings: { permissions: SNAPSHOTS_ONLY } })
    const seen = await stage.main(restoring({ wait: 'false' }))
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "warning: The token may not read server 12345: what state it is in before the restore, and when the restore ends, cannot be seen.",
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 has not been seen restoring yet.",
        "endgroup",
        "web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
      ]
    `)
    expect(seen.outputs['status']).toBe('restoring')
    expect(seen.outputs['server-status']).toBeUndefined()
  })
})

describe('a restore step in a cancelled job', () => {
  it('sends its request, waits until restoring is seen, and ends red', async () => {
    const stage = deployed({ restoreStaleMs: 10_000 })
    const seen = await stage.main(restoring({ 'job-status': 'cancelled' }))
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('cancelled')
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
        "web-server-01 is restoring.",
        "endgroup",
        "error: web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
        "web-server-01 is being restored since 02:40 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
      ]
    `)
    expect(changes(seen)).toEqual([POSTED])
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`13`)
    await stage.clock.advance(10 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('waits half a minute at most', async () => {
    const seen = await deployed({ restoreStaleMs: 5 * MINUTE }).main(restoring({ 'job-status': 'cancelled' }))
    expect(seen.green).toBe(false)
    expect(Math.round(seen.took / 1_000)).toBe(30)
    expect(seen.log).toContain('web-server-01 has not been seen restoring yet.')
  })

  it('with wait: false is green as in any other job', async () => {
    const seen = await deployed().main(restoring({ 'job-status': 'cancelled', wait: 'false' }))
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restoring' } })
  })
})

describe('a server that cannot be read', () => {
  it('is not overwritten when the token may not read it, and wait: false is named as the way to go on', async () => {
    const stage = deployed({}, { settings: { permissions: SNAPSHOTS_ONLY } })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('failed')
    expect(changes(seen)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /servers/12345/ was answered with 403: This token lacks the permission "servers:read". Nothing was overwritten: without reading server 12345 the end of its restore cannot be seen. With wait: false the restore is sent all the same. Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has snapshots:read, snapshots:write.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('is not overwritten in a cancelled job either', async () => {
    const stage = deployed({}, { settings: { permissions: SNAPSHOTS_ONLY } })
    const seen = await stage.main(restoring({ 'job-status': 'cancelled' }))
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
  })

  it('is not overwritten with wait: false when the reason is another one than the permission', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, hidden: true }] })
    const seen = await stage.main(restoring({ wait: 'false' }))
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /servers/12345/ was answered with 404: Not found. Nothing was overwritten. Check the id: what it names was deleted, or it belongs to another account than the token.",
          "title": "Restore failed",
        },
      ]
    `)
  })
})

describe('what is read before a restore', () => {
  it('is waited for while the server is in passing', async () => {
    const stage = deployed({ startingMs: 40_000 }, { servers: [{ ...WEB, status: 'stopped', disk: NOW }] })
    stage.world.act({ act: 'power', server: WEB.id, action: 'start' })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toMatchInlineSnapshot(`
      [
        "49s POST /snapshots/801/restore/",
      ]
    `)
    expect(seen.log[0]).toMatchInlineSnapshot(
      `"web-server-01 (12345) is starting; waiting until it settles."`,
    )
  })

  it('is not waited for beyond the deadline, and nothing is overwritten', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'restarting', disk: NOW }] })
    const seen = await stage.main(restoring({ timeout: '2m' }))
    expect(seen).toMatchObject({ green: false, took: 2 * MINUTE })
    // Nothing was accepted, so that nothing goes on.
    expect(seen.outputs['status']).toBe('failed')
    expect(changes(seen)).toEqual([])
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

  it('that says restoring is somebody else’s restore, and the step fails', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', 'server-status': 'restoring' })
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

  it('that is an unlisted status which stays holds nothing up', async () => {
    const stage = deployed(
      {},
      {
        servers: [{ ...WEB, status: 'suspended', disk: NOW }],
        settings: { restorableStatuses: ['suspended'] },
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log.slice(0, 4)).toMatchInlineSnapshot(`
      [
        "web-server-01 (12345) has the status "suspended"; looking whether it stays so.",
        "web-server-01 (12345) keeps the status "suspended"; going on all the same.",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
      ]
    `)
  })
})
