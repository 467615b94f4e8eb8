import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import { changes, deeds, deployed, diskOf, green, MINUTE, NOW, red, restoring } from '../support/restoring.ts'
import { WEB } from '../support/scenery.ts'
import type { StageSettings, Transcript } from '../support/stage.ts'

const RESTORE = { method: 'POST', path: '/snapshots/*/restore/' }
const READ = { method: 'GET', path: '/servers/*/' }
const STOP = { act: 'power', server: WEB.id, action: 'stop' } as const
const RESTORED = { act: 'restore', snapshot: '801' } as const
const POSTED = '0s POST /snapshots/801/restore/'

/** The request of a restore that meets a fault: the first one unless told otherwise. */
function lost(fault: Fault, when: 'before' | 'after', nth = 1): FaultRule {
  return { match: { ...RESTORE, nth }, when, fault }
}

/** The reads of the server that are answered with a status; the first one is that before the request. */
function readFault(status: number, from: number, to?: number): FaultRule {
  const match = { ...READ, from, ...(to === undefined ? {} : { to }) }
  return { match, when: 'before', fault: { kind: 'refusal', status } }
}

function posts({ requests }: Transcript) {
  return requests.filter(({ method }) => method === 'POST')
}

/** How long after the first request the second was sent, in milliseconds. */
function gapOf(seen: Transcript): number {
  const [first, second] = posts(seen)
  return (second?.after ?? 0) - (first?.after ?? 0)
}

/** When the first request is sent, in milliseconds. */
const [FIRST = Number.NaN] = posts(await deployed().main(restoring())).map(({ after }) => after)

describe('a restore whose request certainly did nothing', () => {
  it.each([
    ['no connection', { kind: 'refused' }],
    ['status 429', { kind: 'refusal', status: 429 }],
    ['status 409', { kind: 'refusal', status: 409 }],
    ['a redirect', { kind: 'redirect', location: 'https://elsewhere.example/' }],
  ] as const)('because of %s is sent again without further ado', async (_, fault) => {
    const stage = deployed({}, { faults: [lost(fault, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(posts(seen)).toHaveLength(2)
    expect(gapOf(seen)).toBeLessThan(10_000)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it.each([
    ['a certificate that is not accepted', { kind: 'certificate' }, 'unreachable'],
    ['status 403', { kind: 'refusal', status: 403 }, 'forbidden'],
  ] as const)('because of %s fails, and the server is as it was', async (_, fault, reason) => {
    const stage = deployed({}, { faults: [lost(fault, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(red('failed', reason))
    expect(changes(seen)).toEqual([POSTED])
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it.each([
    [401, 'unauthorized'],
    [404, 'not-found'],
  ] as const)(
    'because of a status %i that the read before contradicts fails once that lasts',
    async (status, reason) => {
      const fault = { kind: 'refusal', status } as const
      const once = deployed({}, { faults: [lost(fault, 'before')] })
      expect(await once.main(restoring())).toMatchObject(green('restored'))
      expect(deeds(once.world)).toEqual(['restore-begun 801'])
      const lasting = deployed({}, { faults: [{ match: { ...RESTORE, from: 1 }, when: 'before', fault }] })
      expect(await lasting.main(restoring())).toMatchObject(red('failed', reason))
      expect(diskOf(lasting.world)).toBe(NOW)
    },
  )

  it('because the token may not restore says which permissions it has', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission !== 'snapshots:write')
    const seen = await deployed({}, { settings: { permissions } }).main(restoring())
    expect(seen).toMatchObject(red('failed', 'forbidden'))
    expect(seen.annotations[0]?.text).toContain(permissions.join(', '))
  })
})

describe('a restore that is refused with 400', () => {
  it('is tried again when the server has settled', async () => {
    const act = { act: 'power', server: WEB.id, action: 'restart' } as const
    const seen = await deployed({}, { happenings: [{ afterMs: FIRST, act }] }).main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([POSTED, expect.stringMatching(/^5\ds POST .snapshots.801.restore/)])
  })

  it('and whose server could not be read before may be somebody else’s where it is restoring', async () => {
    const settings: StageSettings = {
      faults: [readFault(403, 1, 1)],
      happenings: [{ afterMs: 0, act: RESTORED }],
    }
    const stage = deployed({}, settings)
    const seen = await stage.main(restoring({ wait: 'false' }))
    expect(seen).toMatchObject(red('unknown', 'already-restoring'))
    expect(changes(seen)).toEqual([POSTED])
    expect(seen.outputs['server-status']).toBe('restoring')
    expect(deeds(stage.world)).toEqual([])
  })

  it('again and again is given up at the deadline', async () => {
    const stage = deployed({ stoppingMs: 60 * MINUTE }, { happenings: [{ afterMs: FIRST, act: STOP }] })
    const seen = await stage.main(restoring({ timeout: '3m' }))
    expect(seen).toMatchObject({ ...red('failed', 'server-busy'), took: 3 * MINUTE })
    expect(changes(seen)).toEqual([POSTED])
  })

  it.each([
    ['while the server stands still names its status', [], 'server-busy', ['valid state', 'active']],
    ['is told by the read that keeps failing then', [readFault(401, 2)], 'unauthorized', ['401']],
  ] as const)('%s', async (_, faults, reason, parts) => {
    const stage = deployed({}, { settings: { restorableStatuses: [] }, faults })
    const seen = await stage.main(restoring({ timeout: '3m' }))
    expect(seen).toMatchObject(red('failed', reason))
    expect(seen.outputs['server-status']).toBe('active')
    expect(posts(seen).every(({ status }) => status === 400)).toBe(true)
    for (const part of parts) expect(seen.annotations[0]?.text).toContain(part)
    expect(diskOf(stage.world)).toBe(NOW)
  })
})

describe('a restore that something in between answers with a page of its own', () => {
  const PAGE = { kind: 'challenge', status: 403 } as const

  it('and has let through all the same is found by the restoring server, and sent once', async () => {
    const stage = deployed({}, { faults: [lost(PAGE, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([POSTED])
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('and has let through is found by the automatic stop, too', async () => {
    const stage = deployed({ restoreStoppedMs: 3 * MINUTE }, { faults: [lost(PAGE, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([POSTED])
  })

  it('is sent again once the server has stood still for a settle window', async () => {
    const stage = deployed({}, { faults: [lost(PAGE, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(posts(seen)).toHaveLength(2)
    expect(gapOf(seen)).toBeGreaterThanOrEqual(MINUTE)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it.each([
    ['may not be read any more', 401],
    ['cannot be read until the time is over', 503],
  ])('is unknown, and not sent again, where the server %s', async (_, status) => {
    const stage = deployed({}, { faults: [lost(PAGE, 'before'), readFault(status, 2)] })
    const seen = await stage.main(restoring({ timeout: '10m' }))
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(changes(seen)).toEqual([POSTED])
    expect(diskOf(stage.world)).toBe(NOW)
  })
})
