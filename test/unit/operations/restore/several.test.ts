import { describe, expect, it } from 'vitest'
import type { ServerSpec } from '../../../emulator/settings.ts'
import { byWorkflow, fleet, hoursAgo, WEB } from '../support/scenery.ts'
import { createStage, type StageSettings, TOKEN } from '../support/stage.ts'
import { changes, deeds, deployed, MINUTE, NOW, restoring } from './scene.ts'

/** Servers 11, 12, … with a snapshot each: 811, 812, … */
function shelves(count: number, more: StageSettings = {}) {
  const servers: readonly ServerSpec[] = more.servers ?? fleet(count, { disk: NOW })
  const snapshots = servers.map(({ id }) => byWorkflow({ id: `8${id}`, server: id }))
  const stage = createStage({ snapshots, ...more, servers: [...servers] })
  return { stage, inputs: restoring({ 'snapshot-id': snapshots.map(({ id }) => id).join(',') }) }
}

describe('a restore of several servers', () => {
  it('brings all back side by side', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main(inputs)
    expect(seen.green).toBe(true)
    expect(seen.outputs).toMatchObject({
      ...{ status: 'restored', 'server-status': 'active,active,active', 'snapshot-id': '811,812,813' },
      ...{ 'server-id': '11,12,13', 'server-name': 'web-11,web-12,web-13' },
    })
    expect(seen.took).toBeLessThan(9 * MINUTE)
    expect(seen.verdict).toBe(
      '3 of 3 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost.',
    )
  })

  it('tells the time once for all of them', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main(inputs)
    const heartbeats = seen.log.filter(line => line.includes('5 to 15 minutes are usual'))
    expect(heartbeats).toMatchInlineSnapshot(`
      [
        "3 servers are being restored, web-11 for 1m 1s; 5 to 15 minutes are usual.",
        "3 servers are being restored, web-11 for 2m 16s; 5 to 15 minutes are usual.",
        "3 servers are being restored, web-11 for 3m 23s; 5 to 15 minutes are usual.",
        "3 servers are being restored, web-11 for 5m 4s; 5 to 15 minutes are usual.",
        "3 servers are being restored, web-11 for 6m 11s; 5 to 15 minutes are usual.",
        "3 servers are being restored, web-11 for 7m 15s; 5 to 15 minutes are usual.",
      ]
    `)
  })

  it('works on no more servers at once than max-parallel', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main({ ...inputs, 'max-parallel': '1' })
    expect(seen.green).toBe(true)
    expect(changes(seen)).toMatchInlineSnapshot(`
      [
        "0s POST /snapshots/811/restore/",
        "483s POST /snapshots/812/restore/",
        "966s POST /snapshots/813/restore/",
      ]
    `)
  })

  it('does not begin with one whose turn comes after the deadline', async () => {
    const { stage, inputs } = shelves(3)
    const seen = await stage.main({ ...inputs, 'max-parallel': '1', timeout: '10m' })
    expect(seen).toMatchObject({ green: false, took: 10 * MINUTE, outputs: { status: 'failed' } })
    expect(deeds(stage.world)).toEqual(['restore-begun 811', 'restore-begun 812'])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "1 of 3 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost. server 12: The restore of web-12 from snapshot 812 was accepted and not seen to end within 1m 57s; it goes on at VPS.org. The server's last status was restoring. server 13: web-13 was not begun: the time was over before its turn came. Nothing was changed on it. Do not restore again. Take it up again with operation: wait, snapshot-id: 812. Give more time (timeout) or work on more servers at once (max-parallel), and run it again for the servers that are left.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('tries each, and says which did not come back', async () => {
    const servers = fleet(3).map(server => ({
      ...server,
      timeline: { restoreEndsAs: server.id === '12' ? 'error' : 'active' },
    }))
    const { stage, inputs } = shelves(3, { servers })
    const seen = await stage.main(inputs)
    expect(seen.green).toBe(false)
    expect(seen.outputs).toMatchObject({ status: 'failed', 'server-status': 'active,error,active' })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "2 of 3 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost. server 12: The restore of web-12 from snapshot 812 ended badly: the server's status is error. Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>❌ 2 of 3 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost. server 12: The restore of web-12 from snapshot 812 ended badly: the server&#39;s status is error.</h3>

      <p><strong>Next:</strong> Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.</p>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>811</td><td>restored</td><td>web-11 (11)</td><td>5.0 GiB</td><td>24 hours</td><td>8m 3s</td><td>deploy-811</td></tr>
      <tr><td>812</td><td>failed</td><td>web-12 (12)</td><td>5.0 GiB</td><td>24 hours</td><td>8m 3s</td><td>deploy-812</td></tr>
      <tr><td>813</td><td>restored</td><td>web-13 (13)</td><td>5.0 GiB</td><td>24 hours</td><td>8m 3s</td><td>deploy-813</td></tr>
      </table>

      <ul><li>web-12: The restore of web-12 from snapshot 812 ended badly: the server&#39;s status is error.</li></ul>

      \`\`\`mermaid
      %%{init: {"gantt": {"leftPadding": 75}}}%%
      gantt
      title Times in UTC
      dateFormat YYYY-MM-DD HH:mm:ss
      axisFormat %H:%M
      tickInterval 2minute
      section web-11
      restore :2026-03-02 02:40:00, 2026-03-02 02:48:02
      section web-12
      restore :crit, 2026-03-02 02:40:00, 2026-03-02 02:48:02
      section web-13
      restore :2026-03-02 02:40:00, 2026-03-02 02:48:02
      \`\`\`

      "
    `)
    expect(
      JSON.parse(seen.outputs['snapshots'] ?? '').map(({ status }: { status: string }) => status),
    ).toEqual(['restored', 'failed', 'restored'])
  })

  it('names the first few that failed, and counts the others', async () => {
    const { stage, inputs } = shelves(5, { settings: { timeline: { restoreEndsAs: 'error' } } })
    const seen = await stage.main(inputs)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"0 of 5 servers are back at their snapshots. server 11: The restore of web-11 from snapshot 811 ended badly: the server's status is error. server 12: The restore of web-12 from snapshot 812 ended badly: the server's status is error. server 13: The restore of web-13 from snapshot 813 ended badly: the server's status is error. And 2 more: 14, 15."`,
    )
    expect(seen.log.at(-2)).toMatchInlineSnapshot(
      `"Next: Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help."`,
    )
  })

  it.each([
    [
      'unknown',
      'unknown',
      {
        match: { method: 'POST', path: '/snapshots/812/restore/' },
        when: 'before',
        fault: { kind: 'reset' },
      },
    ],
    [
      'failed',
      'failed',
      {
        match: { method: 'POST', path: '/snapshots/812/restore/' },
        when: 'before',
        fault: { kind: 'status', status: 404 },
      },
    ],
  ] as const)('has the worst status of all: %s', async (_, status, fault) => {
    const { stage, inputs } = shelves(3, { faults: [fault] })
    stage.world.configureServer('13', { restoreMs: 24 * 60 * MINUTE })
    const seen = await stage.main({ ...inputs, timeout: '20m' })
    expect(seen.outputs['status']).toBe(status)
    expect(seen.green).toBe(false)
  })

  it('is timed out when one has not ended in time', async () => {
    const { stage, inputs } = shelves(2)
    stage.world.configureServer('12', { restoreMs: 24 * 60 * MINUTE })
    const seen = await stage.main({ ...inputs, timeout: '20m' })
    expect(seen.outputs['status']).toBe('timed_out')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"1 of 2 servers are back at their snapshots. What was written since 2026-03-01 02:40 UTC is lost. server 12: The restore of web-12 from snapshot 812 was accepted and not seen to end within 20m; it goes on at VPS.org. The server's last status was restoring."`,
    )
  })

  it('with wait: false says how to follow them', async () => {
    const { stage, inputs } = shelves(2)
    const seen = await stage.main({ ...inputs, wait: 'false' })
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restoring' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"All 2 servers are being restored: accepted, not confirmed. Do not restore again; follow them with operation: wait."`,
    )
  })

  it('with wait: false says how to follow those that are under way when another was refused', async () => {
    const { stage, inputs } = shelves(3, {
      faults: [
        {
          match: { method: 'POST', path: '/snapshots/812/restore/' },
          when: 'before',
          fault: { kind: 'status', status: 404 },
        },
      ],
    })
    const seen = await stage.main({ ...inputs, wait: 'false' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"0 of 3 servers are back at their snapshots. 2 are being restored: accepted, not confirmed. Do not restore again; follow them with operation: wait. server 12: POST /snapshots/812/restore/ was answered with 404. web-12 was not overwritten."`,
    )
  })

  it('in a cancelled job sends every request before it waits', async () => {
    const { stage, inputs } = shelves(12, { settings: { timeline: { restoreStaleMs: 5 * MINUTE } } })
    const seen = await stage.main({ ...inputs, 'job-status': 'cancelled', 'max-parallel': '2' })
    expect(seen.green).toBe(false)
    expect(deeds(stage.world)).toHaveLength(12)
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`32`)
    expect(seen.outputs['status']).toBe('cancelled')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "All 12 servers are being restored: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 811,812,813,814,815,816,817,818,819,820,821,822.",
          "title": "Restore accepted, its end not seen",
        },
      ]
    `)
  })

  it('refuses one without overwriting it, and restores the others', async () => {
    const { stage, inputs } = shelves(2, {
      snapshots: [
        byWorkflow({ id: '811', server: '11', status: 'failed' }),
        byWorkflow({ id: '812', server: '12' }),
      ],
    })
    const seen = await stage.main({ ...inputs, 'snapshot-id': '811,812' })
    expect(seen.green).toBe(false)
    expect(deeds(stage.world)).toEqual(['restore-begun 812'])
    expect(seen.outputs['status']).toBe('failed')
  })

  it('in a dry run plans those that can be read, and says which cannot', async () => {
    const { stage, inputs } = shelves(2, {
      servers: fleet(2).map(server => ({ ...server, hidden: server.id === '12' })),
    })
    const seen = await stage.main({ ...inputs, 'dry-run': 'true' })
    expect(seen.green).toBe(false)
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Dry run: would overwrite web-11 with snapshot 811 (24 hours old). Nothing was changed. server 12: GET /servers/12/ was answered with 404: Not found. Nothing was changed: this was a dry run."`,
    )
  })
})

describe('two restores at once', () => {
  it('end with one that restores and one that leaves the server alone', async () => {
    const stage = deployed()
    const other = stage.world
    other.actAt(stage.clock.now() + 60_000, { act: 'restore', snapshot: '801' })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(stage.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })
})

describe('the words of a verdict', () => {
  it('has the date of what was made on another day', async () => {
    const stage = createStage({ servers: [WEB], snapshots: [byWorkflow({ id: '801', hours: 30 })] })
    const seen = await stage.main(restoring())
    expect(seen.verdict).toMatchInlineSnapshot(
      `"web-server-01 is back at snapshot 801 (30 hours old), running. What was written since 2026-02-28 20:40 UTC is lost."`,
    )
  })

  it('has no age of what has no date', async () => {
    const body = {
      count: 1,
      results: [
        {
          ...{ id: 801, name: 'old', status: 'completed', size_mb: null, created_at: null },
          server: { id: 12345, name: 'web-server-01' },
        },
      ],
    }
    const faults = [
      { match: { path: '/snapshots/' }, when: 'after', fault: { kind: 'body', body: JSON.stringify(body) } },
    ] as const
    const seen = await deployed({}, { faults }).main(restoring())
    expect(seen.verdict).toMatchInlineSnapshot(
      `"web-server-01 is back at snapshot 801 (of unknown age), running. What was written since then is lost."`,
    )
    expect(seen.outputs['created-at']).toBe('')
    const planned = await deployed({}, { faults }).main(restoring({ 'dry-run': 'true' }))
    expect(planned.log).toMatchInlineSnapshot(`
      [
        "Would overwrite web-server-01 (12345, active) with snapshot 801 old (age unknown).",
        "Dry run: would overwrite web-server-01 with snapshot 801 (of unknown age). Nothing was changed.",
      ]
    `)
    const waited = await deployed({}, { faults }).main({ operation: 'wait', 'snapshot-id': '801' })
    expect(waited.verdict).toMatchInlineSnapshot(
      `"Snapshot 801 of web-server-01 is completed (unknown size, of unknown age). No restore of its server is under way: it is active."`,
    )
  })

  it('calls a server without a name by its id', async () => {
    const stage = createStage({
      servers: [{ id: '12345', name: '' }],
      snapshots: [{ ...byWorkflow({ id: '801' }), createdAt: hoursAgo(1) }],
    })
    const seen = await stage.main(restoring())
    expect(seen.verdict).toMatchInlineSnapshot(
      `"server 12345 is back at snapshot 801 (1 hour old), running. What was written since 01:40 UTC is lost."`,
    )
  })
})

describe('the verdict of a group that nobody waits for', () => {
  it('counts what is under way beside what failed', async () => {
    const stage = createStage({
      servers: fleet(2),
      faults: [{ match: { method: 'POST', nth: 2 }, when: 'before', fault: { kind: 'status', status: 404 } }],
    })
    const seen = await stage.main({ operation: 'create', 'server-id': '11,12', wait: 'false' })
    expect(seen.green).toBe(false)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"0 of 2 snapshots completed, 1 accepted and in progress; server 12: POST /snapshots/ was answered with 404. No snapshot was taken. Nothing was restored."`,
    )
  })
})

describe('inputs that are not as they must be', () => {
  it('are all said, before anything is sent', async () => {
    const seen = await deployed().main({ operation: 'restore', 'snapshot-id': '../1', timeout: 'soon' })
    expect(seen).toMatchObject({ green: false, calls: [], outputs: { status: 'failed' }, summary: '' })
    expect(seen.masks).toEqual([TOKEN])
    expect(seen.annotations[0]?.title).toBe('Inputs')
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "- \`snapshot-id\`: "../1" is not an id. It takes \`latest\` or snapshot ids (digits or a UUID each), separated by commas, blanks or line breaks.",
        "- \`timeout\`: "soon" is not a duration. It takes a duration from 1ms to 5 days: \`90s\`, \`15m\`, \`1h30m\`, or a number of seconds.",
        "2 inputs are not as they must be, and nothing was sent.",
      ]
    `)
  })

  it('are said once when there is one', async () => {
    const seen = await deployed().main({ operation: 'restore', 'snapshot-id': '801', timeout: 'soon' })
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "One input is not as it must be, and nothing was sent: \`timeout\`: "soon" is not a duration. It takes a duration from 1ms to 5 days: \`90s\`, \`15m\`, \`1h30m\`, or a number of seconds.",
      ]
    `)
  })

  it('have no token to mask where none was given', async () => {
    const seen = await deployed().main({ operation: 'list', 'api-token': '' })
    expect(seen).toMatchObject({ green: false, masks: [] })
  })

  it('are noticed where the operation does not use them', async () => {
    const seen = await deployed().main({ operation: 'list', 'max-age': '1d' })
    expect(seen.green).toBe(true)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "notice",
          "text": "Not used by \`operation: list\`: \`max-age\` (for restore).",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })
})

describe('a request that is sent again', () => {
  it('is said, with its delay', async () => {
    const faults = [{ match: { nth: 1 }, when: 'before', fault: { kind: 'status', status: 503 } }] as const
    const seen = await deployed({}, { faults }).main({ operation: 'list' })
    expect(seen.log[0]).toMatchInlineSnapshot(
      `"GET /snapshots/?page_size=100 was answered with 503. Trying again in 0.5 s."`,
    )
    expect(seen.debugLines).toMatchInlineSnapshot(`
      [
        "GET /snapshots/?page_size=100: 503 after 100 ms",
        "GET /snapshots/?page_size=100: 200 after 100 ms",
      ]
    `)
  })
})

describe('an error that is a fault of the program', () => {
  const HEALTH = { 'health-check': 'https://shop.example/up' }
  const probe = () => {
    throw new Error('a fault of the program')
  }

  it('is not taken for a cancel in the main stage', async () => {
    await expect(deployed({}, { probe }).main(restoring(HEALTH))).rejects.toThrow('a fault of the program')
  })

  it('is not taken for a cancel in the post stage', async () => {
    const stage = createStage({ servers: [WEB], probe })
    await stage.main({ operation: 'create', 'server-id': WEB.id, 'restore-on': 'failure', ...HEALTH })
    await expect(stage.post('failure')).rejects.toThrow('a fault of the program')
  })
})
