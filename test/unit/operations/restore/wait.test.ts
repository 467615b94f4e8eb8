import { describe, expect, it } from 'vitest'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import { byHand, byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK, type StageSettings } from '../support/stage.ts'
import { BEFORE, changes, deployed, diskOf, MINUTE, runs } from './scene.ts'

const WAIT = { operation: 'wait', 'snapshot-id': '801' }

/** A stage on which snapshot 801 began so many minutes ago and is in progress. */
function inProgress(minutes: number, settings: StageSettings['settings'] = {}, more: StageSettings = {}) {
  return createStage({
    servers: [WEB],
    snapshots: [{ ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(minutes / 60) }],
    settings,
    ...more,
  })
}

describe('waiting for a snapshot in progress', () => {
  it('ends when it is completed', async () => {
    const seen = await inProgress(1).main(WAIT)
    expect(seen.green).toBe(true)
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Snapshot 801 of web-server-01 is in_progress.",
        "Snapshot 801 is in progress since 2m 15s; 3 to 10 minutes are usual.",
        "Snapshot 801 is in progress since 3m 28s; 3 to 10 minutes are usual.",
        "Snapshot 801 is in progress since 4m 33s; 3 to 10 minutes are usual.",
        "Snapshot 801 of web-server-01 is completed.",
        "Snapshot 801 of web-server-01 is completed (5.0 GiB, 5 minutes old).",
      ]
    `)
    expect(seen.outputs).toMatchObject({ status: 'completed', 'snapshot-id': '801', 'size-mb': '5120' })
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ Snapshot 801 of web-server-01 is completed (5.0 GiB, 5 minutes old).</h3>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>801</td><td>completed</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>5 minutes</td><td>4m 10s</td><td>deploy-801</td></tr>
      </table>

      \`\`\`mermaid
      %%{init: {"gantt": {"leftPadding": 111}}}%%
      gantt
      title Times in UTC
      dateFormat YYYY-MM-DD HH:mm:ss
      axisFormat %H:%M
      tickInterval 1minute
      section web-server-01
      snapshot :2026-03-02 02:40:00, 2026-03-02 02:44:09
      \`\`\`

      "
    `)
    expect(changes(seen)).toEqual([])
  })

  it('enters the schedule where its age puts it', async () => {
    const seen = await inProgress(4, { timeline: { snapshotMs: 10 * MINUTE } }).main(WAIT)
    // At four minutes a create is polled every 13 seconds, ever more often; a new one would be polled at 8 seconds.
    expect(seen.requests.slice(1, 4).map(({ after }) => Math.round(after / 1_000))).toMatchInlineSnapshot(`
      [
        13,
        26,
        38,
      ]
    `)
  })

  it('enters it at its start when its date is in the future', async () => {
    const seen = await inProgress(-10, { timeline: { snapshotMs: 5 * MINUTE } }).main({
      ...WAIT,
      timeout: '1m',
    })
    expect(seen.requests.slice(1, 4).map(({ after }) => Math.round(after / 1_000))).toMatchInlineSnapshot(`
      [
        8,
        12,
        18,
      ]
    `)
  })

  it('enters it at its start when it has no date', async () => {
    const body = {
      count: 1,
      results: [
        {
          id: 801,
          name: 'x',
          status: 'in_progress',
          size_mb: null,
          created_at: null,
          server: { id: 12345, name: 'web-server-01' },
        },
      ],
    }
    const seen = await inProgress(
      0,
      {},
      {
        faults: [
          {
            match: { path: '/snapshots/', nth: 1 },
            when: 'after',
            fault: { kind: 'body', body: JSON.stringify(body) },
          },
        ],
      },
    ).main(WAIT)
    expect(seen.green).toBe(true)
    expect(seen.requests.slice(1, 3).map(({ after }) => Math.round(after / 1_000))).toMatchInlineSnapshot(`
      [
        8,
        12,
      ]
    `)
  })

  it('is red when it fails', async () => {
    const seen = await inProgress(1, { timeline: { snapshotOutcome: 'failed' } }).main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshot 801 of web-server-01 failed: the API says "failed". Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.",
          "title": "Wait failed",
        },
      ]
    `)
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([{ id: '801', status: 'failed' }])
  })

  it('is red when it failed before', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '801', status: 'error' })] })
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "Snapshot 801 of web-server-01 is error.",
        "Next: Delete it, since it holds a slot (operation: delete), and run the job again; if it fails again, ask VPS.org support.",
        "Snapshot 801 of web-server-01 failed: the API says "error".",
      ]
    `)
    expect(seen.took).toBeLessThan(70_000)
  })

  it('is red when it is gone', async () => {
    const stage = inProgress(
      1,
      {},
      { happenings: [{ afterMs: 5_000, act: { act: 'delete', snapshot: '801' } }] },
    )
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshot 801 of web-server-01 is gone: the list showed it and no longer does, so somebody or something deleted it. Look who deletes snapshots of this server, then run the job again.",
          "title": "Wait failed",
        },
      ]
    `)
    expect(seen.took).toBeGreaterThan(2 * MINUTE)
  })

  it('is timed out at its deadline, and says how to take it up again', async () => {
    const seen = await inProgress(1, { timeline: { snapshotOutcome: 'never' } }).main({
      ...WAIT,
      timeout: '4m',
    })
    expect(seen).toMatchObject({ green: false, took: 4 * MINUTE, outputs: { status: 'timed_out' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshot 801 of web-server-01 was not completed within 4m; it goes on at VPS.org. Take it up again with operation: wait, snapshot-id: 801.",
          "title": "Wait accepted, its end not seen",
        },
      ]
    `)
    expect(seen.summary).toContain('snapshot :crit, 2026-03-02 02:40:00, 2026-03-02 02:44:00')
  })

  it('runs the health check when it is completed, without reading the server', async () => {
    const seen = await inProgress(4).main({ ...WAIT, 'health-check': 'https://shop.example/up' })
    expect(seen.green).toBe(true)
    expect(seen.probings).toHaveLength(1)
    expect(seen.calls.filter(call => call.startsWith('GET /servers'))).toEqual([])
  })

  it('does not run the health check when it failed', async () => {
    const stage = inProgress(4, { timeline: { snapshotOutcome: 'failed' } })
    const seen = await stage.main({ ...WAIT, 'health-check': 'https://shop.example/up' })
    expect(seen.probings).toEqual([])
  })

  it('is red when the health check does not pass', async () => {
    const stage = inProgress(4, {}, { probe: () => 'refused' })
    const seen = await stage.main({ ...WAIT, 'health-check': 'tcp://10.0.0.5:22' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"web-server-01 did not pass its health check within 5m: tcp://10.0.0.5:22: refused."`,
    )
  })
})

describe('what a wait waits for', () => {
  it('is in the outputs before the waiting begins', async () => {
    const seen = await inProgress(1).main(WAIT, { cancel: { nth: 2 } })
    expect(seen.outputWrites.slice(0, 3)).toEqual([
      ['snapshot-id', '801'],
      ['snapshot-name', 'deploy-801'],
      ['server-id', '12345'],
    ])
    expect(seen.outputWrites.filter(([name]) => name === 'snapshot-id')).toHaveLength(2)
  })
})

describe('waiting for a completed snapshot', () => {
  it('follows a short restore to its end, without a settle window after it', async () => {
    const stage = deployed(
      { restoreMs: 10_000 },
      { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] },
    )
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    expect(seen.took).toBeLessThan(20_000)
  })

  it('makes sure that its server is not being restored', async () => {
    const seen = await deployed().main(WAIT)
    expect(seen.green).toBe(true)
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "web-server-01 is active; making sure that no restore is about to show.",
        "Snapshot 801 of web-server-01 is completed (5.0 GiB, 19 minutes old). No restore of its server is under way: it is active.",
      ]
    `)
    expect(seen.outputs).toMatchObject({ status: 'completed', 'server-status': 'active' })
    expect(seen.annotations).toEqual([])
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`68`)
  })

  it('follows a restore that is under way to its end', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main(WAIT)
    expect(seen.green).toBe(true)
    expect(seen.outputs).toMatchObject({ status: 'restored', 'server-status': 'active' })
    expect(seen.log.filter(line => !/usual/.test(line))).toMatchInlineSnapshot(`
      [
        "web-server-01 is being restored; following it to its end.",
        "web-server-01 is active.",
        "The restore of web-server-01 has ended; the server is active.",
        "The restore of web-server-01 has ended (followed for snapshot 801): running.",
      ]
    `)
    expect(changes(seen)).toEqual([])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each([
    ['active for 50 seconds', { restoreStaleMs: 50_000 }],
    ['stopped for 50 seconds', { restoreStoppedMs: 50_000 }],
    ['active, then stopped, for most of a minute each', { restoreStaleMs: 50_000, restoreStoppedMs: 50_000 }],
    ['what was 50 seconds ago', { readLagMs: 50_000 }],
  ])('is never green while a restore is under way whose reads show %s', async (_, timeline) => {
    const stage = deployed(timeline, {
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }],
    })
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is not green while the server is in passing, since a restore begins with a stop', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'stopping' }] })
    const seen = await stage.main({ ...WAIT, timeout: '5m' })
    expect(seen).toMatchObject({ green: false, took: 5 * MINUTE, outputs: { status: 'timed_out' } })
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "web-server-01 is stopping; making sure that no restore is about to show.",
        "Next: Take it up again with operation: wait, snapshot-id: 801.",
        "Snapshot 801 is completed, but whether web-server-01 is being restored could not be seen. Its last status was stopping.",
      ]
    `)
  })

  it('says that the server could not be read at all', async () => {
    const stage = deployed(
      {},
      {
        faults: [{ match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 500 } }],
      },
    )
    const seen = await stage.main({ ...WAIT, timeout: '1m' })
    expect(seen.outputs['status']).toBe('timed_out')
    expect(seen.outputs['server-status']).toBeUndefined()
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 is completed, but whether web-server-01 is being restored could not be seen. Its last status was unreadable."`,
    )
  })

  it('warns of a server that is suspended', async () => {
    const seen = await deployed({}, { servers: [{ ...WEB, status: 'suspended' }] }).main(WAIT)
    expect(seen).toMatchObject({
      green: true,
      outputs: { status: 'completed', 'server-status': 'suspended' },
    })
    expect(seen.annotations.map(({ level, text }) => [level, text])).toEqual([
      ['warning', 'web-server-01 is suspended.'],
    ])
  })

  it('is red when the server is in error, since its restore may have failed', async () => {
    const seen = await deployed({}, { servers: [{ ...WEB, status: 'error' }] }).main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', 'server-status': 'error' } })
    expect(seen.verdict).toBe(
      'Snapshot 801 is completed, but the status of web-server-01 is error: if it was being restored, the restore has failed.',
    )
  })

  it('starts a server that the restore left stopped, and checks its health', async () => {
    const stage = deployed(
      { restoreEndsAs: 'stopped' },
      { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] },
    )
    const seen = await stage.main({ ...WAIT, 'health-check': 'https://shop.example/up' })
    expect(seen.green).toBe(true)
    expect(changes(seen).map(change => change.slice(change.indexOf('POST')))).toEqual([
      'POST /servers/12345/power/ {"action":"start"}',
    ])
    expect(seen.probings).toHaveLength(1)
    expect(runs(stage.world)).toBe(true)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The restore of web-server-01 has ended (followed for snapshot 801): running, health check passed."`,
    )
  })

  it('leaves it stopped with start-after-restore: false', async () => {
    const stage = deployed(
      { restoreEndsAs: 'stopped' },
      { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] },
    )
    const seen = await stage.main({ ...WAIT, 'start-after-restore': 'false' })
    expect(seen.green).toBe(true)
    expect(changes(seen)).toEqual([])
    expect(runs(stage.world)).toBe(false)
  })

  it('is red when the restore ends badly', async () => {
    const stage = deployed(
      { restoreEndsAs: 'error' },
      { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] },
    )
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', 'server-status': 'error' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The restore of web-server-01 from snapshot 801 ended badly: the server's status is error. Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.",
          "title": "Wait failed",
        },
      ]
    `)
  })

  it('is timed out when the restore does not end in time', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main({ ...WAIT, timeout: '3m' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'timed_out' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The restore of web-server-01 from snapshot 801 was accepted and not seen to end within 3m; it goes on at VPS.org. The server's last status was restoring."`,
    )
  })

  it('warns of a server found stopped, and checks its health all the same', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'stopped' }] })
    const seen = await stage.main({ ...WAIT, 'health-check': 'https://shop.example/up' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'completed', 'server-status': 'stopped' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "web-server-01 is stopped.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
    expect(seen.probings).toHaveLength(1)
    expect(changes(seen)).toEqual([])
  })

  it('is red when its health check does not pass', async () => {
    const stage = deployed({}, { probe: () => 'HTTP 500' })
    const seen = await stage.main({ ...WAIT, 'health-check': 'https://shop.example/up' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"web-server-01 did not pass its health check within 5m: https://shop.example/up: HTTP 500."`,
    )
  })

  it('is red where the token may not read the server', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
    const seen = await deployed({}, { settings: { permissions } }).main(WAIT)
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /servers/12345/ was answered with 403: This token lacks the permission "servers:read". Snapshot 801 is completed, but whether web-server-01 is being restored could not be seen. Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has snapshots:read, snapshots:write.",
          "title": "Wait failed",
        },
      ]
    `)
  })

  it('is timed out when the server is not read for long enough', async () => {
    const seen = await deployed().main({ ...WAIT, timeout: '30s' })
    expect(seen).toMatchObject({ green: false, took: 30_000, outputs: { status: 'timed_out' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Snapshot 801 is completed, but whether web-server-01 is being restored could not be seen. Its last status was active. Take it up again with operation: wait, snapshot-id: 801.",
          "title": "Wait accepted, its end not seen",
        },
      ]
    `)
  })

  it('takes the status of a server that changes anew', async () => {
    const stage = deployed(
      {},
      { happenings: [{ afterMs: 40_000, act: { act: 'power', server: WEB.id, action: 'stop' } }] },
    )
    const seen = await stage.main(WAIT)
    expect(seen.green).toBe(true)
    expect(seen.took).toBeGreaterThan(2 * MINUTE)
    expect(seen.annotations).toHaveLength(1)
  })

  it('takes another spelling of a status for the same', async () => {
    const stage = deployed({}, { settings: { statusWords: { active: 'Running' } } })
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject({ green: true, outputs: { 'server-status': 'Running' } })
  })

  it('calls a server without a name by its id', async () => {
    const stage = createStage({
      servers: [{ id: '12345', name: '' }],
      snapshots: [byWorkflow({ id: '801' })],
    })
    const seen = await stage.main(WAIT)
    expect(seen.log[0]).toMatchInlineSnapshot(
      `"server 12345 is active; making sure that no restore is about to show."`,
    )
    expect(seen.outputs['server-name']).toBe('')
  })

  it('in time-lapse takes twelve intervals', async () => {
    const seen = await deployed().main({ ...WAIT, ...LOOPBACK, 'poll-interval': '100ms' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'completed' } })
    expect(seen.took).toMatchInlineSnapshot(`1400`)
  })
})

describe('waiting for several', () => {
  it('follows each as what it is, with one list for those in progress', async () => {
    const servers = fleet(4)
    const stage = createStage({
      servers,
      snapshots: [
        { ...byWorkflow({ id: '801', server: '11', status: 'in_progress' }), createdAt: hoursAgo(0) },
        { ...byWorkflow({ id: '802', server: '12', status: 'in_progress' }), createdAt: hoursAgo(0) },
        byWorkflow({ id: '803', server: '13' }),
        byWorkflow({ id: '804', server: '14' }),
      ],
      happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '804' } }],
    })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '801,802,803,804' })
    expect(seen.green).toBe(true)
    expect(seen.outputs['status']).toBe('completed')
    expect(
      JSON.parse(seen.outputs['snapshots'] ?? '').map(({ status }: { status: string }) => status),
    ).toEqual(['completed', 'completed', 'completed', 'restored'])
    expect(seen.verdict).toMatchInlineSnapshot(`"4 of 4 are as they should be."`)
    expect(seen.calls.filter(call => call.startsWith('GET /snapshots')).length).toMatchInlineSnapshot(`19`)
  })

  it('is red when one is not as it should be, and says which', async () => {
    const stage = createStage({
      servers: fleet(2),
      snapshots: [
        byWorkflow({ id: '801', server: '11' }),
        byWorkflow({ id: '802', server: '12', status: 'failed' }),
      ],
    })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': '801,802' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"1 of 2 are as they should be. server 12: Snapshot 802 of web-12 failed: the API says "failed"."`,
    )
  })

  it('reads no more servers at once than max-parallel', async () => {
    const servers = fleet(3)
    const stage = createStage({
      servers,
      snapshots: servers.map(({ id }) => byWorkflow({ id: `8${id}`, server: id })),
    })
    const seen = await stage.main({
      ...{ operation: 'wait', 'snapshot-id': '811,812,813', 'max-parallel': '1' },
    })
    expect(seen.green).toBe(true)
    expect(Math.round(seen.took / 1_000)).toBeGreaterThan(3 * 60)
  })
})

describe('choosing what to wait for', () => {
  it('takes latest as the newest of any status', async () => {
    const stage = createStage({
      servers: [WEB],
      snapshots: [
        byWorkflow({ id: '800' }),
        { ...byWorkflow({ id: '801', status: 'in_progress' }), createdAt: hoursAgo(0.01) },
        byHand({ id: '802', hours: 0 }),
      ],
    })
    const seen = await stage.main({ operation: 'wait', 'snapshot-id': 'latest', 'server-id': WEB.id })
    expect(seen).toMatchObject({ green: true, outputs: { 'snapshot-id': '801', status: 'completed' } })
  })

  it('finds nothing to wait for where there is none', async () => {
    const seen = await createStage({ servers: [WEB] }).main({
      ...{ operation: 'wait', 'snapshot-id': 'latest', 'server-id': WEB.id },
    })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Server 12345 has no snapshot that this repository made before a deploy and that could be taken as the latest. It has no snapshots. Nothing was changed."`,
    )
  })

  it('says which snapshots no list holds, and waits for the others', async () => {
    const seen = await deployed().main({ operation: 'wait', 'snapshot-id': '998,801,999' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', 'snapshot-id': '801' } })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "No list holds 998, 999: there is nothing to wait for. List what there is with operation: list.",
          "title": "Wait failed",
        },
      ]
    `)
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([{ id: '801', status: 'completed' }])
  })
})
