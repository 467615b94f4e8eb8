import { describe, expect, it } from 'vitest'
import type { ServerSpec } from '../../../emulator/settings.ts'
import { byWorkflow, fleet, hoursAgo, idsOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage, type StageSettings, TOKEN, type Transcript } from '../support/stage.ts'
import { BEFORE, changes, deeds, diskOf, MINUTE, NOW, runs } from './scene.ts'

type Inputs = Readonly<Record<string, string>>

interface Scene {
  readonly stage: Stage
  readonly main: Transcript
}

/** A main stage that took its snapshots, and a deploy to each server after it. */
async function afterCreate(inputs: Inputs, settings: StageSettings = {}): Promise<Scene> {
  const servers = settings.servers ?? [{ ...WEB, disk: BEFORE }]
  const stage = createStage({ nextSnapshotId: '801', ...settings, servers })
  const main = await stage.main({ operation: 'create', 'server-id': idsOf(servers), ...inputs })
  for (const { id } of servers) stage.world.deploy(id, NOW)
  return { stage, main }
}

/** What the post stage did to the world, beside the snapshot of the main stage. */
function postDeeds(stage: Stage): readonly string[] {
  return deeds(stage.world).filter(deed => !deed.startsWith('snapshot-created'))
}

const ROLLBACK = { 'restore-on': 'failure,cancelled' }

describe('the post stage', () => {
  it('does nothing where the main stage left nothing to do', async () => {
    const stage = createStage({ servers: [WEB] })
    await stage.main({ operation: 'list' })
    const seen = await stage.post('failure')
    expect(seen).toMatchObject({ green: true, log: [], calls: [], summary: '', masks: [] })
    expect(seen.debugLines).toEqual(['The main stage left nothing to do.'])
  })

  it('masks the token first, and writes no outputs', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    const seen = await stage.post('failure')
    expect(seen.masks).toEqual([TOKEN])
    expect(seen.outputWrites).toEqual([])
  })

  it('does nothing when nothing is asked for', async () => {
    const { stage } = await afterCreate({})
    const seen = await stage.post('failure')
    expect(seen).toMatchObject({ green: true, calls: [], summary: '', annotations: [] })
    expect(seen.log).toEqual(['Nothing was to be done at the end of the job.'])
  })

  it('speaks to the same address, with the same pace and places as the main stage', async () => {
    const servers = fleet(2, { disk: BEFORE })
    const { stage } = await afterCreate(
      { ...ROLLBACK, 'poll-interval': '2s', 'max-parallel': '1' },
      { servers, settings: { timeline: { restoreMs: 20_000 } } },
    )
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    const reads = seen.requests.filter(({ path }) => path === '/servers/11/').map(({ after }) => after)
    expect(reads.slice(1, 4)).toMatchInlineSnapshot(`
      [
        2300,
        4400,
        6500,
      ]
    `)
    const of12 = seen.calls.findIndex(call => call.includes('/servers/12/'))
    expect(seen.calls.slice(of12).some(call => call.includes('/servers/11/'))).toBe(false)
  })

  it('keeps to the time-lapse of the main stage', async () => {
    const { stage } = await afterCreate(
      { ...ROLLBACK, 'api-url': 'http://127.0.0.1:9/api/v1', 'poll-interval': '100ms' },
      { settings: { timeline: { restoreMs: 1_000, restoreShows: null, snapshotMs: 1_000 } } },
    )
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(seen.took).toBeLessThan(10_000)
  })

  it('writes no summary where the main stage was told not to', async () => {
    const { stage } = await afterCreate({ ...ROLLBACK, summary: 'false' })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(seen.summary).toBe('')
  })
})

describe('restore-on', () => {
  const ENDS = ['success', 'failure', 'cancelled', '', 'skipped'] as const
  const SETTINGS = ['', 'failure', 'cancelled', 'failure,cancelled'] as const
  const CASES = ENDS.flatMap(end => SETTINGS.map(setting => [end, setting] as const))

  it.each(CASES)('at the job status "%s" with restore-on "%s" does what it says', async (end, setting) => {
    const { stage } = await afterCreate(setting === '' ? {} : { 'restore-on': setting })
    const seen = await stage.post(end)
    const restores = end !== '' && setting.split(',').includes(end)
    expect(postDeeds(stage)).toEqual(restores ? ['restore-begun 801'] : [])
    const unsaid = setting !== '' && (end === '' || end === 'skipped')
    expect(seen.annotations.filter(({ level }) => level === 'warning')).toHaveLength(unsaid ? 1 : 0)
  })

  it('brings the server back, and says so', async () => {
    const { stage, main } = await afterCreate(ROLLBACK)
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(seen.printed.filter(line => !/usual/.test(line))).toMatchInlineSnapshot(`
      [
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
        "web-server-01 is active.",
        "The restore of web-server-01 has ended; the server is active.",
        "endgroup",
        "notice: Deploy failed; web-server-01 is back at snapshot 801 (13 minutes old), running. What was written since 02:40 UTC is lost.",
        "Deploy failed; web-server-01 is back at snapshot 801 (13 minutes old), running. What was written since 02:40 UTC is lost.",
      ]
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ Deploy failed; web-server-01 is back at snapshot 801 (13 minutes old), running. What was written since 02:40 UTC is lost.</h3>

      <table>
      <tr><th>Snapshot</th><th>Status</th><th>Server</th><th>Size</th><th>Age</th><th>Took</th><th>Name</th></tr>
      <tr><td>801</td><td>restored</td><td>web-server-01 (12345)</td><td>5.0 GiB</td><td>13 minutes</td><td>8m 3s</td><td>shop-9876543210-1</td></tr>
      </table>

      \`\`\`mermaid
      %%{init: {"gantt": {"leftPadding": 111}}}%%
      gantt
      title Times in UTC
      dateFormat YYYY-MM-DD HH:mm:ss
      axisFormat %H:%M
      tickInterval 2minute
      section web-server-01
      restore :2026-03-02 02:45:10, 2026-03-02 02:53:12
      \`\`\`

      "
    `)
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(main.outputs['status']).toBe('completed')
  })

  it('takes the job status in any letter case, with blanks around it', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    await stage.post(' Failure ')
    expect(postDeeds(stage)).toEqual(['restore-begun 801'])
  })

  it('warns when the runner does not say how the job ended, and restores nothing', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    const seen = await stage.post('')
    expect(seen.green).toBe(true)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "The runner did not say how the job ended (job-status is empty or not a known word): nothing is restored and nothing is deleted. If the deploy failed, restore it by hand: operation: restore, snapshot-id: 801.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
    expect(seen.calls).toEqual([])
  })

  it.each([{ 'delete-on': 'success' }, { 'keep-last': '2' }])('warns of %o just so', async inputs => {
    const { stage } = await afterCreate(inputs)
    const seen = await stage.post('nonsense')
    expect(seen.annotations).toHaveLength(1)
    expect(seen.calls).toEqual([])
  })

  it('after a cancel sends the request, waits until restoring is seen, and ends red', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreStaleMs: 10_000 } } })
    const seen = await stage.post('cancelled')
    expect(seen.green).toBe(false)
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "group: Restore",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "Job cancelled. web-server-01 is being restored since 02:45 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
        "web-server-01 is restoring.",
        "endgroup",
        "error: Job cancelled. web-server-01 is being restored since 02:45 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
        "Job cancelled. web-server-01 is being restored since 02:45 UTC: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
      ]
    `)
    expect(seen.took).toBeLessThan(20_000)
    expect(seen.summary).toContain('❌ Job cancelled. web-server-01 is being restored since 02:45 UTC')
    await stage.clock.advance(10 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('after a cancel waits half a minute at most', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreStaleMs: 5 * MINUTE } } })
    const seen = await stage.post('cancelled')
    expect(Math.round(seen.took / 1_000)).toBe(30)
  })

  it('after a cancel gives up on a server in passing after two minutes', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { stoppingMs: 60 * MINUTE } } })
    stage.world.act({ act: 'power', server: WEB.id, action: 'stop' })
    const seen = await stage.post('cancelled')
    expect(seen).toMatchObject({ green: false, took: 2 * MINUTE })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Job cancelled. The server did not settle within 2m: it was still stopping. Nothing was overwritten. Look at the server in the VPS.org panel, then run the restore again.",
          "title": "Rollback failed",
        },
      ]
    `)
  })

  it('after a cancel keeps to a timeout that is shorter', async () => {
    const { stage } = await afterCreate(
      { ...ROLLBACK, timeout: '1m' },
      { settings: { timeline: { stoppingMs: 60 * MINUTE, snapshotMs: 1_000 } } },
    )
    stage.world.act({ act: 'power', server: WEB.id, action: 'stop' })
    expect((await stage.post('cancelled')).took).toBe(MINUTE)
  })

  it('otherwise has the given timeout', async () => {
    const { stage } = await afterCreate({ ...ROLLBACK, timeout: '7m' })
    const seen = await stage.post('failure')
    expect(seen).toMatchObject({ green: false, took: 7 * MINUTE })
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Deploy failed. The restore of web-server-01 from snapshot 801 was accepted and not seen to end within 7m; it goes on at VPS.org. The server's last status was restoring. Do not restore again. Take it up again with operation: wait, snapshot-id: 801.",
          "title": "Rollback accepted, its end not seen",
        },
      ]
    `)
  })

  it('or an hour', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreMs: 59 * MINUTE } } })
    expect((await stage.post('failure')).green).toBe(true)
    const late = await afterCreate(ROLLBACK, { settings: { timeline: { restoreMs: 61 * MINUTE } } })
    expect(await late.stage.post('failure')).toMatchObject({ green: false, took: 60 * MINUTE })
  })

  it.each([
    ['failed', { snapshotOutcome: 'failed' as const }, {}],
    ['timed out', { snapshotOutcome: 'never' as const }, { timeout: '5m' }],
  ])('restores nothing when the snapshot %s', async (_, timeline, inputs) => {
    const { stage, main } = await afterCreate({ ...ROLLBACK, ...inputs }, { settings: { timeline } })
    expect(main.green).toBe(false)
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(seen.calls).toEqual([])
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "Nothing is restored: the snapshot step did not end green, so nothing can have been deployed after it.",
      ]
    `)
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('restores nothing when the main stage was cancelled', async () => {
    const servers = [{ ...WEB, disk: BEFORE }]
    const stage = createStage({ servers })
    await stage.main(
      { operation: 'create', 'server-id': WEB.id, ...ROLLBACK },
      { cancel: { afterMs: 60_000 } },
    )
    await stage.clock.advance(10 * MINUTE)
    expect((await stage.post('cancelled')).calls).toEqual([])
  })

  it('restores nothing when the main stage was killed before it ended green', async () => {
    const { stage, main } = await afterCreate(ROLLBACK)
    const { green: _, ...state } = main.state
    const seen = await stage.post('failure', { state })
    expect(seen.calls).toEqual([])
    expect(seen.log[0]).toMatch(/^Nothing is restored/)
  })

  it('restores nothing when the state of one server is lost', async () => {
    const { stage, main } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    const { 'entry-0': _, ...state } = main.state
    const seen = await stage.post('failure', { state })
    expect(seen.calls).toEqual([])
  })

  it('restores nothing when one snapshot of the group was not completed', async () => {
    const { stage, main } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    const entry = main.state['entry-1']?.replace('"completed":true', '"completed":false') ?? ''
    const seen = await stage.post('failure', { state: { ...main.state, 'entry-1': entry } })
    expect(seen.calls).toEqual([])
  })

  it('restores nothing when one server of the group has no snapshot', async () => {
    const { stage, main } = await afterCreate(ROLLBACK, { servers: fleet(2) })
    const { snapshot: _, ...entry } = JSON.parse(main.state['entry-1'] ?? '')
    const seen = await stage.post('failure', { state: { ...main.state, 'entry-1': JSON.stringify(entry) } })
    expect(seen.calls).toEqual([])
  })

  it('starts a server that the restore left stopped, and checks its health', async () => {
    const { stage } = await afterCreate(
      {
        ...ROLLBACK,
        'health-check': 'https://shop.example/up, tcp://10.0.0.5:22',
        'health-check-timeout': '20s',
      },
      { settings: { timeline: { restoreEndsAs: 'stopped' } }, probe: () => 'refused' },
    )
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(postDeeds(stage)).toEqual(['restore-begun 801', 'power 12345 start'])
    expect(runs(stage.world)).toBe(true)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Deploy failed. The restore of web-server-01 has ended, but web-server-01 did not pass its health check within 20s: https://shop.example/up: refused; tcp://10.0.0.5:22: refused."`,
    )
  })

  it('leaves it stopped with start-after-restore: false', async () => {
    const { stage } = await afterCreate(
      { ...ROLLBACK, 'start-after-restore': 'false' },
      { settings: { timeline: { restoreEndsAs: 'stopped' } } },
    )
    const seen = await stage.post('failure')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(['restore-begun 801'])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Deploy failed; web-server-01 is back at snapshot 801 (13 minutes old), stopped. What was written since 02:40 UTC is lost."`,
    )
  })

  it('that does not work fails the job', async () => {
    const { stage } = await afterCreate(ROLLBACK, { settings: { timeline: { restoreEndsAs: 'error' } } })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Deploy failed. The restore of web-server-01 from snapshot 801 ended badly: the server's status is error. Look at the server in the VPS.org panel, and ask VPS.org support; restoring again may help.",
          "title": "Rollback failed",
        },
      ]
    `)
  })

  it('leaves alone a server that somebody else is restoring', async () => {
    const { stage } = await afterCreate(ROLLBACK)
    stage.world.act({ act: 'restore', snapshot: '801' })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(changes(seen)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Deploy failed. web-server-01 is being restored already, by somebody else or an earlier step. Nothing was sent. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
          "title": "Rollback failed",
        },
      ]
    `)
  })

  it('brings a whole group back, and says which did not come back', async () => {
    const servers: ServerSpec[] = fleet(3, { disk: BEFORE })
    const { stage } = await afterCreate(ROLLBACK, { servers })
    stage.world.configureServer('12', { restoreEndsAs: 'error' })
    const seen = await stage.post('failure')
    expect(seen.green).toBe(false)
    expect(postDeeds(stage).toSorted()).toEqual([
      'restore-begun 801',
      'restore-begun 802',
      'restore-begun 803',
    ])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Deploy failed. 2 of 3 servers are back at their snapshots. What was written since 02:40 UTC is lost. server 12: The restore of web-12 from snapshot 802 ended badly: the server's status is error."`,
    )
    expect([diskOf(stage.world, '11'), diskOf(stage.world, '13')]).toEqual([BEFORE, BEFORE])
  })

  it('prints every failure of a group, also those that the verdict only counts', async () => {
    const servers: ServerSpec[] = fleet(5, { disk: BEFORE, timeline: { restoreEndsAs: 'error' } })
    const { stage } = await afterCreate(ROLLBACK, { servers })
    const seen = await stage.post('failure')
    const ended = seen.log.filter(line => /^server 1[45]: The restore of web-1[45] .* ended badly/.test(line))
    expect(ended).toHaveLength(2)
    expect(seen.verdict).toMatch(/And 2 more: 14, 15\.$/)
  })

  it('after a cancel sends the requests of the whole group', async () => {
    const { stage } = await afterCreate(ROLLBACK, { servers: fleet(3, { disk: BEFORE }) })
    const seen = await stage.post('cancelled')
    expect(seen.green).toBe(false)
    expect(postDeeds(stage)).toHaveLength(3)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "Job cancelled. All 3 servers are being restored: accepted, not confirmed. Do not restore again; follow it with operation: wait, snapshot-id: 801,802,803.",
          "title": "Rollback accepted, its end not seen",
        },
      ]
    `)
  })
})

describe('delete-on', () => {
  const ENDS = ['success', 'failure', 'cancelled', ''] as const
  const CASES = ENDS.flatMap(end =>
    ['success', 'failure', 'cancelled'].map(setting => [end, setting] as const),
  )

  it.each(CASES)('at the job status "%s" with delete-on "%s" does what it says', async (end, setting) => {
    const { stage } = await afterCreate({ 'delete-on': setting })
    const seen = await stage.post(end)
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(end === setting ? ['deleted 801'] : [])
  })

  it('says what it deleted', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' }, { servers: fleet(2) })
    const seen = await stage.post('success')
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Snapshot 801 shop-9876543210-1 of server 11 (5 minutes old) is deleted by delete-on: success.",
        "Snapshot 802 shop-9876543210-1 of server 12 (5 minutes old) is deleted by delete-on: success.",
        "Deleted by delete-on: snapshots 801, 802.",
      ]
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ Deleted by delete-on: snapshots 801, 802.</h3>

      <ul><li>Deleted: 801 shop-9876543210-1 (server 11)</li><li>Deleted: 802 shop-9876543210-1 (server 12)</li></ul>

      "
    `)
    expect(stage.world.report().snapshots).toEqual([])
  })

  it('deletes a snapshot that was not completed as well', async () => {
    const { stage } = await afterCreate(
      { 'delete-on': 'failure' },
      { settings: { timeline: { snapshotOutcome: 'failed' } } },
    )
    await stage.post('failure')
    expect(postDeeds(stage)).toEqual(['deleted 801'])
  })

  it('deletes nothing where no snapshot was made', async () => {
    const { stage, main } = await afterCreate({ 'delete-on': 'failure' })
    const { snapshot: _, ...entry } = JSON.parse(main.state['entry-0'] ?? '')
    const seen = await stage.post('failure', { state: { ...main.state, 'entry-0': JSON.stringify(entry) } })
    expect(seen).toMatchObject({ green: true, calls: [] })
    expect(seen.log).toEqual(['Nothing was to be done at the end of the job.'])
  })

  it('that does not work is a warning, and does not make a good deploy red', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    stage.faults.add({ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 403 } })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 801 shop-9876543210-1 of server 12345 was to be deleted by delete-on: success and could not be. DELETE /snapshots/801/ was answered with 403. Delete it by hand if its slot is needed.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
    expect(seen.verdict).toBe('delete-on could not delete snapshot 801.')
  })

  it('skips a snapshot whose server is being restored, with a warning', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    stage.world.act({ act: 'restore', snapshot: '801' })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 801 shop-9876543210-1 of server 12345 was to be deleted by delete-on: success: Snapshot 801 was not deleted: its server web-server-01 (12345) is being restored.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })

  it('gives up after five minutes', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'success' })
    stage.faults.add({ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 503 } })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(Math.round(seen.took / 1_000)).toMatchInlineSnapshot(`290`)
  })

  it('gives up after two minutes in a cancelled job', async () => {
    const { stage } = await afterCreate({ 'delete-on': 'cancelled' })
    stage.faults.add({ match: { method: 'DELETE' }, when: 'before', fault: { kind: 'status', status: 503 } })
    const seen = await stage.post('cancelled')
    expect(seen.green).toBe(true)
    expect(seen.took).toBeGreaterThan(MINUTE)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('restores on one end and deletes on another', async () => {
    const inputs = { 'restore-on': 'failure', 'delete-on': 'success' }
    const failed = await afterCreate(inputs)
    await failed.stage.post('failure')
    expect(postDeeds(failed.stage)).toEqual(['restore-begun 801'])
    const good = await afterCreate(inputs)
    await good.stage.post('success')
    expect(postDeeds(good.stage)).toEqual(['deleted 801'])
  })
})

describe('keep-last', () => {
  const OLDER = ['701', '702', '703'].map((id, index) => byWorkflow({ id, hours: 24 * (3 - index) }))

  it('deletes the older own ones beyond the newest, when the job has succeeded', async () => {
    const { stage } = await afterCreate({ 'keep-last': '2' }, { snapshots: OLDER })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(['deleted 701', 'deleted 702'])
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Snapshot 701 deploy-701 of server 12345 (3 days old) is deleted by keep-last.",
        "Snapshot 702 deploy-702 of server 12345 (2 days old) is deleted by keep-last.",
        "keep-last deleted snapshots 701, 702; 2 snapshots stay.",
      ]
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ keep-last deleted snapshots 701, 702; 2 snapshots stay.</h3>

      <ul><li>Deleted: 701 deploy-701 (server 12345)</li><li>Deleted: 702 deploy-702 (server 12345)</li><li>Stays: 801 shop-9876543210-1 (server 12345)</li><li>Stays: 703 deploy-703 (server 12345)</li></ul>

      "
    `)
  })

  it.each(['failure', 'cancelled', ''])('deletes nothing at the job status "%s"', async end => {
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    const seen = await stage.post(end)
    expect(seen).toMatchObject({ green: true, calls: [] })
  })

  it('deletes nothing when there are no more than that', async () => {
    const { stage } = await afterCreate({ 'keep-last': '4' }, { snapshots: OLDER })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(seen.verdict).toMatchInlineSnapshot(`"keep-last had nothing to delete; 4 snapshots stay."`)
  })

  it('counts one snapshot as one', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' })
    expect((await stage.post('success')).verdict).toBe('keep-last had nothing to delete; 1 snapshot stays.')
  })

  it('keeps to each server of its own', async () => {
    const snapshots = [
      byWorkflow({ id: '701', server: '11', hours: 24 }),
      byWorkflow({ id: '702', server: '12', hours: 48 }),
      byWorkflow({ id: '703', server: '12', hours: 24 }),
    ]
    const { stage } = await afterCreate({ 'keep-last': '2' }, { servers: fleet(2), snapshots })
    const seen = await stage.post('success')
    expect(postDeeds(stage)).toEqual(['deleted 702'])
    expect(seen.calls[0]).toBe('GET /snapshots/?page_size=100')
    expect(seen.verdict).toMatchInlineSnapshot(`"keep-last deleted snapshot 702; 4 snapshots stay."`)
  })

  it('deletes nothing when this run’s snapshot was not completed', async () => {
    const { stage } = await afterCreate(
      { 'keep-last': '1' },
      { snapshots: OLDER, settings: { timeline: { snapshotOutcome: 'failed' } } },
    )
    const seen = await stage.post('success')
    expect(seen).toMatchObject({ green: true, calls: [] })
  })

  it('spares a snapshot that is younger than an hour', async () => {
    const young = { ...byWorkflow({ id: '701' }), createdAt: hoursAgo(0.5) }
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: [young] })
    await stage.post('success')
    expect(postDeeds(stage)).toEqual([])
  })

  it('warns when the snapshots cannot be listed', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    stage.faults.add({
      match: { path: '/snapshots/' },
      when: 'before',
      fault: { kind: 'status', status: 401 },
    })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "keep-last deleted nothing, since the snapshots could not be listed. GET /snapshots/?server_id=12345 was answered with 401.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"keep-last deleted nothing, since the snapshots could not be listed."`,
    )
  })

  it('warns of one that cannot be deleted, and deletes the others', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1' }, { snapshots: OLDER })
    stage.faults.add({
      match: { path: '/snapshots/702/' },
      when: 'before',
      fault: { kind: 'status', status: 409 },
    })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual(['deleted 701', 'deleted 703'])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 702 deploy-702 of server 12345 was to be deleted by keep-last and could not be. DELETE /snapshots/702/ was answered with 409. Delete it by hand if its slot is needed.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"keep-last deleted snapshots 701, 703 and could not delete snapshot 702; 2 snapshots stay."`,
    )
  })

  it('warns of one whose server is being restored', async () => {
    const { stage } = await afterCreate({ 'keep-last': '3' }, { snapshots: OLDER })
    stage.world.act({ act: 'restore', snapshot: '702' })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(postDeeds(stage)).toEqual([])
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Snapshot 701 deploy-701 of server 12345 was to be deleted by keep-last: Snapshot 701 was not deleted: its server web-server-01 (12345) is being restored.",
          "title": "VPS.org snapshot",
        },
      ]
    `)
  })

  it('goes with delete-on', async () => {
    const { stage } = await afterCreate({ 'keep-last': '1', 'delete-on': 'success' }, { snapshots: OLDER })
    const seen = await stage.post('success')
    expect(seen.green).toBe(true)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"Deleted by delete-on: snapshot 801. keep-last deleted snapshots 701, 702; 1 snapshot stays."`,
    )
  })
})

describe('a server that the main stage stopped', () => {
  const STOPPED = { 'stop-server': 'true' }

  /** A main stage that was killed at a moment: what it had saved by then is all there is. */
  async function killed(
    moment: 'stop intended' | 'stopped',
    inputs: Inputs = {},
    settings: StageSettings = {},
  ) {
    const servers = [{ ...WEB, disk: BEFORE }]
    const stage = createStage({ nextSnapshotId: '801', servers, ...settings })
    const main = await stage.main(
      { operation: 'create', 'server-id': WEB.id, ...STOPPED, ...inputs },
      { cancel: { request: 'POST /snapshots/', nth: 1 } },
    )
    const last = main.stateWrites.findLastIndex(([, value]) => value.includes(`"power":"${moment}"`))
    const state = Object.fromEntries(main.stateWrites.slice(0, last + 1))
    return { stage, state }
  }

  it('is started, whatever the job’s end was', async () => {
    for (const end of ['success', 'failure', 'cancelled', '']) {
      const { stage, state } = await killed('stopped')
      const seen = await stage.post(end, { state })
      expect(seen.green).toBe(true)
      expect(runs(stage.world)).toBe(true)
      expect(seen.verdict).toBe('web-server-01, which was stopped for its snapshot, is running.')
    }
  })

  it('says what it does', async () => {
    const { stage, state } = await killed('stopped')
    const seen = await stage.post('success', { state })
    expect(seen.printed).toMatchInlineSnapshot(`
      [
        "Starting web-server-01.",
        "web-server-01 is active.",
        "web-server-01, which was stopped for its snapshot, is running.",
      ]
    `)
    expect(seen.summary).toMatchInlineSnapshot(`
      "<h3>✅ web-server-01, which was stopped for its snapshot, is running.</h3>

      "
    `)
  })

  it('is watched for its stop first when that was not seen to land', async () => {
    const { stage, state } = await killed('stop intended')
    const seen = await stage.post('failure', { state })
    expect(seen.green).toBe(true)
    expect(runs(stage.world)).toBe(true)
  })

  it('is not started again when it runs', async () => {
    const { stage, main } = await afterCreate(STOPPED)
    expect(main.green).toBe(true)
    const seen = await stage.post('success')
    expect(seen).toMatchObject({ green: true, calls: [] })
  })

  it('and that does not start makes the job red', async () => {
    const { stage, state } = await killed(
      'stopped',
      {},
      { settings: { timeline: { startEndsAs: 'stopped' } } },
    )
    const seen = await stage.post('success', { state })
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "web-server-01 was stopped for its snapshot and could not be started again: web-server-01 was asked to start and did not become active in time; its last status was stopped. Look at the server in the VPS.org panel and start it if it is stopped.",
          "title": "End of the job",
        },
      ]
    `)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('is said to be perhaps stopped when the post stage is cancelled', async () => {
    const { stage, state } = await killed('stopped')
    const seen = await stage.post('cancelled', { state, cancel: { afterMs: 5_000 } })
    expect(seen.green).toBe(false)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "warning",
          "text": "Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done.",
          "title": "VPS.org snapshot",
        },
        {
          "level": "error",
          "text": "web-server-01 was stopped for its snapshot, and it was not seen running again. Cancelled (SIGINT) before all was done at the end of the job; what is not named here may or may not be done. Look at the server in the VPS.org panel and start it if it is stopped.",
          "title": "End of the job",
        },
      ]
    `)
  })

  it('is started before anything is restored', async () => {
    const { stage, main } = await afterCreate({ ...STOPPED, ...ROLLBACK })
    const entry = main.state['entry-0']?.replace('"power":"started"', '"power":"stopped"') ?? ''
    stage.world.act({ act: 'power', server: WEB.id, action: 'stop' })
    await stage.clock.advance(MINUTE)
    const seen = await stage.post('failure', { state: { ...main.state, 'entry-0': entry } })
    expect(seen.green).toBe(true)
    expect(changes(seen).map(change => change.split(' ').slice(1, 3).join(' '))).toEqual([
      'POST /servers/12345/power/',
      'POST /snapshots/801/restore/',
    ])
    expect(seen.verdict).toMatchInlineSnapshot(
      `"web-server-01, which was stopped for its snapshot, is running. Deploy failed; web-server-01 is back at snapshot 801 (15 minutes old), running. What was written since 02:40 UTC is lost."`,
    )
  })
})
