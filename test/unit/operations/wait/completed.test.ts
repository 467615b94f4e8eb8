import { describe, expect, it } from 'vitest'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import {
  BEFORE,
  changes,
  deployed,
  diskOf,
  green,
  levels,
  MINUTE,
  offers,
  red,
  restoring,
  runs,
  told,
} from '../support/restoring.ts'
import { byWorkflow, WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK, type StageSettings } from '../support/stage.ts'

const WAIT = { operation: 'wait', 'snapshot-id': '801' }
const HEALTH = { 'health-check': 'https://shop.example/up' }
const RESTORED = [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] as const

/** A stage whose server is being restored from 801 when the wait begins. */
function underWay(timeline: Parameters<typeof deployed>[0] = {}, more: StageSettings = {}) {
  return deployed(timeline, { happenings: RESTORED, ...more })
}

describe('waiting for a completed snapshot', () => {
  it('makes sure that its server is not being restored', async () => {
    const seen = await deployed().main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.outputs['server-status']).toBe('active')
    expect(levels(seen)).toEqual([])
    expect(seen.took).toBeGreaterThan(3 * MINUTE)
    expect(seen.took).toBeLessThan(3.5 * MINUTE)
    expect(told(seen)).toContain('3m')
  })

  it('watches one that is stopped for longer, since every restore begins with a stop', async () => {
    const seen = await deployed({}, { servers: [{ ...WEB, status: 'stopped' }] }).main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.took).toBeGreaterThan(6 * MINUTE)
    expect(seen.took).toBeLessThan(6.5 * MINUTE)
  })

  it('in time-lapse takes some intervals', async () => {
    const seen = await deployed().main({ ...WAIT, ...LOOPBACK, 'poll-interval': '100ms' })
    expect(seen).toMatchObject(green('completed'))
    expect(seen.took).toBeGreaterThan(12 * 100)
    expect(seen.took).toBeLessThan(5_000)
  })

  it.each(['stopped', 'suspended'])(
    'warns of a server that is %s, and checks its health all the same',
    async status => {
      const seen = await deployed({}, { servers: [{ ...WEB, status }] }).main({ ...WAIT, ...HEALTH })
      expect(seen).toMatchObject(green('completed'))
      expect(seen.outputs['server-status']).toBe(status)
      expect(levels(seen)).toEqual(['warning'])
      expect(seen.probings).toHaveLength(1)
      expect(changes(seen)).toEqual([])
    },
  )

  it('is red when the health check does not pass', async () => {
    const seen = await deployed({}, { probe: () => 'HTTP 500' }).main({ ...WAIT, ...HEALTH })
    expect(seen).toMatchObject(red('completed', 'health-check'))
  })

  it('is red when the server is in error, since its restore may have failed', async () => {
    const seen = await deployed({}, { servers: [{ ...WEB, status: 'error' }] }).main(WAIT)
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    expect(seen.outputs['server-status']).toBe('error')
  })

  it('is in progress where the token may not read the server: nobody can tell', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
    const seen = await deployed({}, { settings: { permissions } }).main(WAIT)
    expect(seen).toMatchObject(red('in_progress', 'forbidden'))
  })

  it.each([
    ['is not read for long enough', {}, '30s', 'active'],
    // A restore begins with a stop.
    ['is in transition', { servers: [{ ...WEB, status: 'stopping' }] }, '5m', 'stopping'],
    [
      'could not be read at all',
      {
        faults: [
          { match: { path: '/servers/*/' }, when: 'before', fault: { kind: 'status', status: 500 } } as const,
        ],
      },
      '1m',
      undefined,
    ],
  ])('is timed out when the server %s', async (_, settings, timeout, status) => {
    const seen = await deployed({}, settings).main({ ...WAIT, timeout })
    expect(seen).toMatchObject(red('timed_out', 'timeout'))
    expect(seen.outputs['server-status']).toBe(status)
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('takes the status of a server that changes anew', async () => {
    const act = { act: 'power', server: WEB.id, action: 'stop' } as const
    const seen = await deployed({}, { happenings: [{ afterMs: 40_000, act }] }).main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.took).toBeGreaterThan(2 * MINUTE)
    expect(levels(seen)).toEqual(['warning'])
  })

  it('takes another spelling of a status for the same', async () => {
    const seen = await deployed({}, { settings: { statusWords: { active: 'Running' } } }).main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.outputs['server-status']).toBe('Running')
  })

  it('calls a server without a name by its id', async () => {
    const stage = createStage({
      servers: [{ id: '12345', name: '' }],
      snapshots: [byWorkflow({ id: '801' })],
    })
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject(green('completed'))
    expect(seen.log[0]).toContain('12345')
  })
})

describe('waiting while the server is being restored', () => {
  it('follows the restore to its end', async () => {
    const stage = underWay()
    const seen = await stage.main(WAIT)
    expect(seen).toMatchObject(green('restored'))
    expect(seen.outputs['server-status']).toBe('active')
    expect(changes(seen)).toEqual([])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('follows one of more than a minute without a settle window after it', async () => {
    const seen = await underWay({ restoreMs: 70_000 }).main(WAIT)
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeLessThan(85_000)
  })

  it.each([
    ['active for nearly three minutes', { restoreStaleMs: 175_000 }],
    ['stopped for five minutes', { restoreStoppedMs: 300_000, restoreMs: 15 * MINUTE }],
    ['active for two, then stopped for five', { restoreBeginsMs: 120_000, restoreStoppedMs: 290_000 }],
    ['active for 50 seconds', { restoreStaleMs: 50_000 }],
    ['stopped for 50 seconds', { restoreStoppedMs: 50_000 }],
    ['active, then stopped, for most of a minute each', { restoreStaleMs: 50_000, restoreStoppedMs: 50_000 }],
    ['what was 50 seconds ago', { readLagMs: 50_000 }],
  ])('is never green before its end though reads show %s', async (_, timeline) => {
    const stage = underWay(timeline)
    expect(await stage.main(WAIT)).toMatchObject(green('restored'))
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each([
    { restoreStoppedMs: 180_000 },
    { restoreStoppedMs: 200_000 },
    { restoreBeginsMs: 185_000 },
    { restoreBeginsMs: 130_000, restoreStoppedMs: 100_000 },
  ])(
    'is never green before the end of one that was begun with wait: false, and shows late: %o',
    async course => {
      const stage = deployed(course)
      expect(await stage.main(restoring({ wait: 'false' }))).toMatchObject(green('restoring'))
      expect(await stage.main(WAIT)).toMatchObject(green('restored'))
      expect(diskOf(stage.world)).toBe(BEFORE)
    },
  )

  it('starts a server that the restore left stopped, and checks its health', async () => {
    const stage = underWay({ restoreEndsAs: 'stopped' })
    const seen = await stage.main({ ...WAIT, ...HEALTH })
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen).map(change => change.slice(change.indexOf('POST')))).toEqual([
      'POST /servers/12345/power/ {"action":"start"}',
    ])
    expect(seen.probings).toHaveLength(1)
    expect(runs(stage.world)).toBe(true)
  })

  it('leaves it stopped with start-after-restore: false', async () => {
    const stage = underWay({ restoreEndsAs: 'stopped' })
    const seen = await stage.main({ ...WAIT, 'start-after-restore': 'false' })
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([])
    expect(runs(stage.world)).toBe(false)
  })

  it('starts nothing in a dry run', async () => {
    const seen = await underWay({ restoreEndsAs: 'stopped' }).main({ ...WAIT, 'dry-run': 'true' })
    expect(changes(seen)).toEqual([])
  })

  it('is red when the restore ends badly', async () => {
    const seen = await underWay({ restoreEndsAs: 'error' }).main(WAIT)
    expect(seen).toMatchObject(red('failed', 'restore-failed'))
    expect(seen.outputs['server-status']).toBe('error')
  })

  it('is timed out when the restore does not end in time', async () => {
    const seen = await underWay().main({ ...WAIT, timeout: '3m' })
    expect(seen).toMatchObject(red('timed_out', 'timeout'))
    expect(offers(seen)).toEqual(['wait 801'])
  })
})
