import { describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../emulator/faults.ts'
import {
  BEFORE,
  changes,
  deeds,
  deployed,
  diskOf,
  green,
  levels,
  MINUTE,
  NOW,
  offers,
  red,
  restoring,
  runs,
  secondsOf,
  told,
} from '../support/restoring.ts'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK } from '../support/stage.ts'

const POSTED = '0s POST /snapshots/801/restore/'
const HEALTH = { 'health-check': 'https://shop.example/up tcp://10.0.0.5:22' }

/** The reads of the server get this answer, from the `from`th to the `to`th. */
function readFault(status: number, from: number, to?: number): FaultRule {
  const match = { method: 'GET', path: '/servers/*/', from, ...(to === undefined ? {} : { to }) }
  return { match, when: 'before', fault: { kind: 'refusal', status } }
}

describe('a restore that goes well', () => {
  it('overwrites the server, follows it until it runs, and says so', async () => {
    const stage = deployed()
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs).toMatchObject({
      ...{ 'snapshot-id': '801', 'snapshot-name': 'deploy-801', 'created-at': '2026-03-02T02:22:00Z' },
      ...{ 'server-id': '12345', 'server-name': 'web-server-01', 'server-status': 'active' },
      ...{ 'size-mb': '5120', 'duration-seconds': `${Math.round(seen.took / 1_000)}` },
    })
    expect(JSON.parse(seen.outputs['snapshots'] ?? '')).toMatchObject([
      { id: '801', status: 'restored', server: { id: '12345' }, made_by: { run_id: '9000000000' } },
    ])
    expect(changes(seen)).toEqual([POSTED])
    // That a server was overwritten is worth a notice.
    expect(levels(seen)).toEqual(['notice'])
    expect(diskOf(stage.world)).toBe(BEFORE)
    expect(runs(stage.world)).toBe(true)
  })

  it('finds the snapshot and reads the server before it sends its one request', async () => {
    const seen = await deployed().main(restoring({ 'server-id': '12345' }))
    const list = 'GET /snapshots/?server_id=12345&page_size=100'
    const post = 'POST /snapshots/801/restore/'
    const posted = seen.calls.indexOf(post)
    expect(new Set(seen.calls.slice(0, posted - 1))).toEqual(new Set([list]))
    expect(seen.calls.slice(posted - 1, posted + 2)).toEqual([
      ...['GET /servers/12345/', post, 'GET /servers/12345/'],
    ])
  })

  it('reads the server by the schedule of restores, never more often', async () => {
    const seen = await deployed({ restoreMs: 11 * MINUTE }).main(restoring())
    const polls = secondsOf(seen, 'GET', '/servers/12345/')
    const gaps = polls.slice(1).map((at, index) => at - (polls[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(15)
  })

  it('publishes what it chose before it changes anything, and its status on acceptance', async () => {
    const seen = await deployed().main(restoring())
    const names = seen.outputWrites.map(([name]) => name)
    expect(names.slice(0, 2)).toEqual(['snapshot-id', 'snapshot-name'])
    const statuses = seen.outputWrites.filter(([name]) => name === 'status').map(([, value]) => value)
    expect(statuses[0]).toBe('restoring')
    expect(names.indexOf('snapshot-id')).toBeLessThan(names.indexOf('status'))
  })

  it('has a summary with a timeline of its phases', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const { summary } = await stage.main(restoring(HEALTH))
    for (const phase of ['restore', 'start', 'health check']) expect(summary).toContain(`${phase} :2026-`)
  })

  it('does all of it in time-lapse too', async () => {
    const stage = deployed({ restoreMs: 2_000, restoreShows: null })
    const seen = await stage.main(restoring({ ...LOOPBACK, 'poll-interval': '100ms' }))
    expect(seen).toMatchObject(green('restored'))
    // Twice twelve intervals prove nothing, twelve more must agree; each poll takes an interval and its answer.
    expect(seen.took).toBeGreaterThanOrEqual(36 * 100)
    expect(seen.took).toBeLessThan(5_000)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('of a server without a name calls it by its id, and of an unknown age gives no date', async () => {
    const results = [
      {
        ...{ id: 801, name: 'old', status: 'completed', size_mb: null, created_at: null },
        server: { id: 12345, name: '' },
      },
    ]
    const body = JSON.stringify({ count: 1, results })
    const faults = [{ match: { path: '/snapshots/' }, when: 'after', fault: { kind: 'body', body } }] as const
    const stage = createStage({
      servers: [{ id: '12345', name: '' }],
      snapshots: [byWorkflow({ id: '801' })],
      faults,
    })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs).toMatchObject({ 'created-at': '', 'size-mb': '', 'server-name': '' })
    expect(told(seen)).toContain('Server 12345')
    expect(told(seen)).not.toMatch(/NaN|undefined|null/)
  })
})

describe('the end of a restore', () => {
  it('is not a server that still reads active, nor one that reads stopped before the restore shows', async () => {
    const stage = deployed({
      ...{ restoreStaleMs: 2 * MINUTE, restoreStoppedMs: 3 * MINUTE, restoreMs: 12 * MINUTE },
    })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeGreaterThan(12 * MINUTE)
    expect(changes(seen)).toEqual([POSTED])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is a status that stays the same for a window after two windows, where restoring is never shown', async () => {
    const seen = await deployed({ restoreShows: null, restoreMs: 2 * MINUTE }).main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeGreaterThan(3 * MINUTE)
    expect(seen.took).toBeLessThan(4 * MINUTE)
  })

  it('is seen though reads lag behind by a minute', async () => {
    const stage = deployed({ readLagMs: MINUTE })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeGreaterThan(9 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('is a failure when the server is left in error', async () => {
    const seen = await deployed({ restoreEndsAs: 'error' }).main(restoring({ 'safety-snapshot': 'true' }))
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    expect(seen.outputs['server-status']).toBe('error')
    expect(levels(seen)).toEqual(['error'])
    expect(seen.summary).toContain('restore :crit, 2026-')
  })

  it('is a failure at once when a server that was well reads error without restoring', async () => {
    const seen = await deployed({ restoreShows: 'error' }).main(restoring())
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    expect(seen.took).toBeLessThan(10_000)
  })

  it('is not the error that the server had before', async () => {
    const servers = [{ ...WEB, status: 'error', disk: NOW }]
    const stage = deployed({ restoreStaleMs: 2 * MINUTE }, { servers })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each([
    ['several transient failures', readFault(502, 2, 4)],
    ['a single one', { ...readFault(502, 3, 3), fault: { kind: 'reset' } } as const],
  ])('is awaited through %s', async (_, fault) => {
    const seen = await deployed({}, { faults: [fault] }).main(restoring())
    expect(seen).toMatchObject(green('restored'))
  })

  it('that is not seen by the deadline is timed out, and must not be restored again', async () => {
    const seen = await deployed().main(restoring({ timeout: '5m' }))
    expect(seen).toMatchObject({ ...red('timed_out', 'timeout'), took: 5 * MINUTE })
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('says at its deadline why the last question had no answer', async () => {
    const seen = await deployed({}, { faults: [readFault(503, 2)] }).main(restoring({ timeout: '5m' }))
    expect(seen).toMatchObject(red('timed_out', 'timeout'))
    expect(seen.annotations[0]?.text).toContain('503')
  })

  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
  ])('that may no longer be looked at (%i) goes on, and is red once that lasts', async (status, reason) => {
    const seen = await deployed({}, { faults: [readFault(status, 3)] }).main(restoring())
    expect(seen).toMatchObject(red('restoring', reason))
    expect(offers(seen)).toEqual(['wait 801'])
    expect(seen.took).toBeLessThan(2 * MINUTE)
  })

  it('of two restores at once is that of one, and the other leaves the server alone', async () => {
    const act = { act: 'restore', snapshot: '801' } as const
    const stage = deployed({}, { happenings: [{ afterMs: 60_000, act }] })
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
    expect(stage.world.events.filter(({ kind }) => kind === 'restore-begun')).toHaveLength(1)
  })
})

describe('a server that is stopped when its restore has ended', () => {
  it('is started and waited for', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(deeds(stage.world)).toEqual(['restore-begun 801', 'power 12345 start'])
    expect(runs(stage.world)).toBe(true)
    expect(seen.outputs['server-status']).toBe('active')
  })

  it('is left alone with start-after-restore: false, without a health check', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped' })
    const seen = await stage.main(restoring({ ...HEALTH, 'start-after-restore': 'false' }))
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.probings).toEqual([])
    expect(runs(stage.world)).toBe(false)
    expect(seen.outputs['server-status']).toBe('stopped')
  })

  it('is red when it does not start, though it is restored', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startEndsAs: 'stopped' })
    const seen = await stage.main(restoring(HEALTH))
    expect(seen).toMatchObject(red('restored', 'start-failed'))
    expect(levels(seen)).toEqual(['error'])
    expect(seen.probings).toEqual([])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('has two minutes to start, though the restore ended just before its deadline', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startingMs: 100_000 })
    const seen = await stage.main(restoring({ timeout: '500s' }))
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeGreaterThan(580_000)
    expect(runs(stage.world)).toBe(true)
  })

  it('is not given longer than two minutes then', async () => {
    const stage = deployed({ restoreEndsAs: 'stopped', startingMs: 10 * MINUTE })
    const seen = await stage.main(restoring({ timeout: '500s' }))
    expect(seen).toMatchObject(red('restored', 'start-failed'))
    expect(seen.took).toBeGreaterThan(600_000)
    expect(seen.took).toBeLessThan(610_000)
  })
})

describe('the health check after a restore', () => {
  it('waits until every target answers', async () => {
    const probe = ({ target, after }: { target: { kind: string }; after: number }) =>
      target.kind === 'tcp' && after < 500_000 ? 'refused' : undefined
    const seen = await deployed({}, { probe }).main(restoring(HEALTH))
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeGreaterThan(500_000)
  })

  it('that never passes makes the step red, though the server is restored', async () => {
    const stage = deployed({}, { probe: () => 'HTTP 502' })
    const seen = await stage.main(restoring(HEALTH))
    expect(seen).toMatchObject(red('restored', 'health-check'))
    for (const part of ['https://shop.example/up', 'tcp://10.0.0.5:22', 'HTTP 502'])
      expect(seen.annotations[0]?.text).toContain(part)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('ends with the operation’s timeout, but for half a minute', async () => {
    const seen = await deployed({}, { probe: () => 'no' }).main(
      restoring({ ...HEALTH, timeout: '9m', 'health-check-timeout': '20m' }),
    )
    expect(seen).toMatchObject(red('restored', 'health-check'))
    expect(seen.took).toBeLessThan(9.6 * MINUTE)
  })
})
