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
  NOW,
  offers,
  red,
  restoring,
  told,
} from '../support/restoring.ts'
import { WEB } from '../support/scenery.ts'

const SNAPSHOTS_ONLY = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
const POSTED = '0s POST /snapshots/801/restore/'

describe('a restore with wait: false', () => {
  const NO_WAIT = { wait: 'false' }

  it.each([
    ['ends as soon as restoring is seen', 20_000, {}, 20, 30],
    ['waits a settle window at most', 5 * MINUTE, {}, 60, 61],
    ['never waits beyond its deadline', 5 * MINUTE, { timeout: '30s' }, 25, 30],
  ])('%s', async (_, restoreStaleMs, more, least, most) => {
    const seen = await deployed({ restoreStaleMs }).main(restoring({ ...NO_WAIT, ...more }))
    expect(seen).toMatchObject(green('restoring'))
    expect(seen.took).toBeGreaterThanOrEqual(least * 1_000)
    expect(seen.took).toBeLessThanOrEqual(most * 1_000)
    expect(told(seen)).toContain('801')
  })

  it('goes on without reading the server where the token may not, with a warning', async () => {
    const seen = await deployed({}, { settings: { permissions: SNAPSHOTS_ONLY } }).main(restoring(NO_WAIT))
    expect(seen).toMatchObject(green('restoring'))
    expect(changes(seen)).toEqual([POSTED])
    expect(levels(seen)).toEqual(['warning'])
    expect(seen.outputs['server-status']).toBeUndefined()
  })

  it('does not overwrite a server that cannot be read for another reason than the permission', async () => {
    const seen = await deployed({}, { servers: [{ ...WEB, hidden: true }] }).main(restoring(NO_WAIT))
    expect(seen).toMatchObject(red('failed', 'not-found'))
    expect(changes(seen)).toEqual([])
  })
})

describe('a restore step in a cancelled job', () => {
  const CANCELLED = { 'job-status': 'cancelled' }
  const STOP = { act: 'power', server: WEB.id, action: 'stop' } as const
  const TAKES_ALL = { restorableStatuses: ['active', 'stopped', 'starting', 'restarting'] }

  it('sends its request, waits until restoring is seen, and ends red', async () => {
    const stage = deployed({ restoreStaleMs: 10_000 })
    const seen = await stage.main(restoring(CANCELLED))
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
    expect(told(seen)).toContain('801')
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.took).toBeGreaterThan(10_000)
    expect(seen.took).toBeLessThan(20_000)
    await stage.clock.advance(10 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('waits half a minute at most', async () => {
    const seen = await deployed({ restoreStaleMs: 5 * MINUTE }).main(restoring(CANCELLED))
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
    expect(seen.took).toBeGreaterThanOrEqual(30_000)
    expect(seen.took).toBeLessThan(33_000)
  })

  it('writes its outputs before it waits for restoring', async () => {
    const seen = await deployed({ restoreStaleMs: 20_000 }).main(restoring(CANCELLED))
    const statuses = seen.outputWrites.filter(([name]) => name === 'status').map(([, value]) => value)
    expect(statuses).toEqual(['restoring', 'cancelled', 'cancelled'])
    expect(seen.requests.at(-1)?.path).toBe('/servers/12345/')
  })

  it('with wait: false is green as in any other job', async () => {
    const seen = await deployed().main(restoring({ ...CANCELLED, wait: 'false' }))
    expect(seen).toMatchObject(green('restoring'))
  })

  it('warns that a safety snapshot may take longer than is left', async () => {
    const seen = await deployed().main(restoring({ ...CANCELLED, 'safety-snapshot': 'true' }))
    expect(levels(seen)[0]).toBe('warning')
  })

  it.each([
    ['four minutes, since the runner kills after five', {}, 4],
    ['a timeout that is shorter', { timeout: '1m' }, 1],
  ])('waits half of %s for a server in transition, then leaves it to the API', async (_, more, minutes) => {
    const stage = deployed({ stoppingMs: 60 * MINUTE }, { happenings: [{ afterMs: 1, act: STOP }] })
    const seen = await stage.main(restoring({ ...CANCELLED, ...more }))
    expect(seen).toMatchObject(red('failed', 'server-busy'))
    expect(seen.took).toBeLessThanOrEqual(minutes * MINUTE)
    expect(changes(seen)[0]).toBe(`${minutes * 30}s ${POSTED.slice(POSTED.indexOf('POST'))}`)
  })

  it('is sent though a snapshot that somebody else takes is in progress', async () => {
    const stage = deployed({ snapshotMs: 20 * MINUTE })
    stage.world.act({ act: 'create', server: WEB.id, name: 'nightly' })
    const seen = await stage.main(restoring(CANCELLED))
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.took).toBeLessThan(MINUTE)
  })

  it.each(['restarting', 'starting'])('is sent to a server that says "%s" for ever', async status => {
    const stage = deployed({}, { servers: [{ ...WEB, status, disk: NOW }], settings: TAKES_ALL })
    const seen = await stage.main(restoring(CANCELLED))
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
    expect(seen.took).toBeLessThan(4 * MINUTE)
    await stage.clock.advance(10 * MINUTE)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each([401, 403, 404])('is not given up for a single %i to its request', async status => {
    const fault = { kind: 'refusal', status } as const
    const stage = deployed({}, { faults: [{ match: { kind: 'restore', nth: 1 }, when: 'before', fault }] })
    const seen = await stage.main(restoring(CANCELLED))
    expect(seen).toMatchObject(red('cancelled', 'cancelled'))
  })

  it('overwrites nothing that a safety snapshot was to save while the server is not settled', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'starting', disk: NOW }], settings: TAKES_ALL })
    const seen = await stage.main(restoring({ ...CANCELLED, 'safety-snapshot': 'true' }))
    expect(seen).toMatchObject(red('failed', 'server-busy'))
    expect(changes(seen)).toEqual([])
  })
})

describe('what is read before a restore', () => {
  it('is waited for while the server is in transition', async () => {
    const stage = deployed({ startingMs: 40_000 }, { servers: [{ ...WEB, status: 'stopped', disk: NOW }] })
    stage.world.act({ act: 'power', server: WEB.id, action: 'start' })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([expect.stringMatching(/^4\ds POST .snapshots.801.restore/)])
  })

  it('is not waited for beyond the deadline: nothing was accepted, so nothing goes on', async () => {
    const stage = deployed({}, { servers: [{ ...WEB, status: 'restarting', disk: NOW }] })
    const seen = await stage.main(restoring({ timeout: '2m' }))
    expect(seen).toMatchObject({ ...red('failed', 'server-busy'), took: 2 * MINUTE })
    expect(changes(seen)).toEqual([])
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('that says restoring is somebody else’s restore, and nothing is sent', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 0, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(red('failed', 'already-restoring'))
    expect(seen.outputs['server-status']).toBe('restoring')
    expect(changes(seen)).toEqual([])
    expect(offers(seen)).toEqual(['wait 801'])
  })

  it('that is an unlisted status which stays holds nothing up', async () => {
    const stage = deployed(
      {},
      {
        servers: [{ ...WEB, status: 'suspended', disk: NOW }],
        settings: { restorableStatuses: ['suspended'] },
      },
    )
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
  })

  it.each([{}, { 'job-status': 'cancelled' }])(
    'must be readable: without the permission nothing is overwritten (%o)',
    async inputs => {
      const stage = deployed({}, { settings: { permissions: SNAPSHOTS_ONLY } })
      const seen = await stage.main(restoring(inputs))
      expect(seen).toMatchObject(red('failed', 'forbidden'))
      expect(changes(seen)).toEqual([])
      // The way out without the permission, and what the token has.
      for (const part of ['wait: false', ...SNAPSHOTS_ONLY]) expect(seen.annotations[0]?.text).toContain(part)
      expect(diskOf(stage.world)).toBe(NOW)
    },
  )
})
