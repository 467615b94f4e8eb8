import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import { WEB } from '../support/scenery.ts'
import { BEFORE, changes, deeds, deployed, diskOf, MINUTE, NOW, restoring } from './scene.ts'

const RESTORE = { method: 'POST', path: '/snapshots/*/restore/' }
const READ = { method: 'GET', path: '/servers/*/' }

/** The request of a restore that meets a fault: the first one unless told otherwise. */
function lost(fault: Fault, when: 'before' | 'after', nth = 1): FaultRule {
  return { match: { ...RESTORE, nth }, when, fault }
}

const RESET: Fault = { kind: 'reset' }
const LOST_ANSWERS: readonly (readonly [string, Fault])[] = [
  ['a reset connection', RESET],
  ['a closed connection', { kind: 'close' }],
  ['half an answer', { kind: 'truncated' }],
  ['no answer at all', { kind: 'hang' }],
  ['an empty answer', { kind: 'empty' }],
  ['a page of HTML', { kind: 'html' }],
  ['an endless answer', { kind: 'oversized', bytes: 20_000_000 }],
  ...[408, 425, 500, 502, 503, 504].map(status => [`status ${status}`, { kind: 'status', status }] as const),
]

describe('a restore whose answer is lost', () => {
  it.each(LOST_ANSWERS)('in %s is found by the restoring server, and sent once', async (_, fault) => {
    const stage = deployed({}, { faults: [lost(fault, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    expect(changes(seen)).toEqual(['0s POST /snapshots/801/restore/'])
    expect(seen.log).toContain('web-server-01 is restoring: the request was accepted.')
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each(LOST_ANSWERS)(
    'in %s, and that did nothing, is sent once more after a settle window',
    async (_, fault) => {
      const stage = deployed({}, { faults: [lost(fault, 'before')] })
      const seen = await stage.main(restoring())
      expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
      const posts = seen.requests.filter(({ method }) => method === 'POST')
      expect(posts).toHaveLength(2)
      expect((posts[1]?.after ?? 0) - (posts[0]?.after ?? 0)).toBeGreaterThanOrEqual(MINUTE)
      expect(deeds(stage.world)).toEqual(['restore-begun 801'])
      expect(diskOf(stage.world)).toBe(BEFORE)
    },
  )

  it('says what is done and why', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen.log.slice(0, 5)).toMatchInlineSnapshot(`
      [
        "POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether the restore was begun is not known; reading web-server-01 before anything is sent again.",
        "web-server-01 did not begin to restore; the request did nothing and is sent once more.",
        "The restore of web-server-01 from snapshot 801 is accepted; everything on the server is being overwritten.",
        "web-server-01 is restoring.",
        "web-server-01 is restoring, 1m 1s after the restore was accepted; 5 to 15 minutes are usual.",
      ]
    `)
  })

  it('has been seen restoring then, so that the next settled status is its end', async () => {
    const stage = deployed({ restoreMs: 10_000 }, { faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.took).toBeLessThan(20_000)
  })

  it('may show an automatic stop before it shows restoring', async () => {
    const stage = deployed(
      { restoreStaleMs: 40_000, restoreStoppedMs: 50_000 },
      { faults: [lost(RESET, 'after')] },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toHaveLength(1)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('twice is unknown, and never sent a third time', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'before', 1), lost(RESET, 'before', 2)] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(2)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether web-server-01 is being overwritten cannot be told: it was sent twice, and web-server-01 did not begin to restore within a settle window. Look at the server in the VPS.org panel. If it is restoring, follow it with operation: wait, snapshot-id: 801; if it is not, run the restore again.",
          "title": "Restore failed",
        },
      ]
    `)
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('twice, the second time acted upon, is followed to its end', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'before', 1), lost(RESET, 'after', 2)] })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('is not taken for accepted because of reads that fail', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          lost(RESET, 'before'),
          { match: { ...READ, from: 2, to: 4 }, when: 'before', fault: { kind: 'status', status: 500 } },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    const [first = 0, second = 0] = seen.requests
      .filter(({ method }) => method === 'POST')
      .map(({ after }) => after)
    expect(Math.round((second - first) / 1_000)).toMatchInlineSnapshot(`83`)
  })

  it('is unknown when the server may no longer be read', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          lost(RESET, 'after'),
          { match: { ...READ, from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether web-server-01 is being overwritten cannot be told: GET /servers/12345/ was answered with 401."`,
    )
  })

  it('is unknown when the time is over before the server was read for long enough', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'before')] })
    const seen = await stage.main(restoring({ timeout: '40s' }))
    expect(seen).toMatchObject({ green: false, took: 40_000, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether web-server-01 is being overwritten cannot be told: the time ran out before its server could be read for long enough. Look at the server in the VPS.org panel. If it is restoring, follow it with operation: wait, snapshot-id: 801; if it is not, run the restore again.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('by the deadline itself is unknown', async () => {
    const stage = deployed({}, { faults: [lost({ kind: 'hang' }, 'after')] })
    const seen = await stage.main(restoring({ timeout: '20s' }))
    expect(seen).toMatchObject({ green: false, took: 20_000, outputs: { status: 'unknown' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"POST /snapshots/801/restore/ had no answer before the deadline: no answer within 19700 ms. Whether web-server-01 is being overwritten cannot be told: the time ran out before its server could be read for long enough."`,
    )
  })

  it('is unknown at once where the token may not read the server', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
    const stage = deployed({}, { settings: { permissions }, faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring({ wait: 'false' }))
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.verdict).toMatchInlineSnapshot(
      `"POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether web-server-01 is being overwritten cannot be told: the token may not read the server."`,
    )
  })

  it('and whose restore begins just before it is sent again is taken for accepted', async () => {
    // The first request arrives when its sender has long given up: after the last look, before the next reading.
    const stage = deployed({}, { faults: [lost({ kind: 'delay', ms: 127_900 }, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toHaveLength(1)
    expect(seen.log).toContain(
      'web-server-01 did not begin to restore; the request did nothing and is sent once more.',
    )
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('and that is refused when it is sent again is accepted if the server is restoring by then', async () => {
    const stage = deployed({ readLagMs: 68_200 }, { faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen.requests.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([
      null,
      400,
    ])
    expect(seen).toMatchObject({ green: true, outputs: { status: 'restored' } })
    // It was seen restoring: no settle window is needed at its end.
    expect(seen.took).toBeLessThan(10 * MINUTE + 10_000)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('and that is refused when it is sent again, while the server stands still, is unknown', async () => {
    const stage = deployed({ readLagMs: 5 * MINUTE }, { faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown', 'server-status': 'active' } })
    expect(changes(seen)).toHaveLength(2)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "POST /snapshots/801/restore/ was answered with 400: Server is not in a valid state for restoration. An earlier request for the restore got no answer: whether web-server-01 will be overwritten is not known. The status of web-server-01 is active. Correct what the API names.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('and that is refused when it is sent again, while the server is in passing, is tried when it has settled', async () => {
    const stage = deployed(
      {},
      {
        faults: [lost(RESET, 'before')],
        happenings: [{ afterMs: 68_500, act: { act: 'power', server: WEB.id, action: 'stop' } }],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.requests.filter(({ method }) => method === 'POST').map(({ status }) => status)).toEqual([
      null,
      400,
      200,
    ])
    expect(seen.green).toBe(true)
    expect(seen.log).toMatchInlineSnapshot(`
      [
        "POST /snapshots/801/restore/ was cut off before its answer was complete: connection reset. Whether the restore was begun is not known; reading web-server-01 before anything is sent again.",
        "web-server-01 did not begin to restore; the request did nothing and is sent once more.",
        "The API refused the restore for now: web-server-01 is stopping. Trying again when it has settled.",
        "web-server-01 (12345) is stopping; waiting until it settles.",
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
        "web-server-01 is back at snapshot 801 (28 minutes old), running. What was written since 02:22 UTC is lost.",
      ]
    `)
  })

  it('and that is refused for another reason when it is sent again is unknown', async () => {
    const stage = deployed(
      {},
      { faults: [lost(RESET, 'before', 1), lost({ kind: 'status', status: 404 }, 'before', 2)] },
    )
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"POST /snapshots/801/restore/ was answered with 404. An earlier request for the restore got no answer: whether web-server-01 will be overwritten is not known."`,
    )
  })
})

describe('a restore whose request certainly did nothing', () => {
  it.each([
    ['no connection', { kind: 'refused' }],
    ['status 429', { kind: 'status', status: 429 }],
  ] as const)('because of %s is sent again without further ado', async (_, fault) => {
    const stage = deployed({}, { faults: [lost(fault, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(seen.log[0]).toMatch(/^POST \/snapshots\/801\/restore\/ was .* Trying again in 0\.5 s\.$/)
    expect(changes(seen)).toHaveLength(2)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it.each([
    ['a certificate that is not accepted', { kind: 'certificate' }],
    ['a redirect', { kind: 'redirect', location: 'https://elsewhere.example/' }],
    ['status 401', { kind: 'status', status: 401 }],
    ['status 404', { kind: 'status', status: 404 }],
    ['status 409', { kind: 'status', status: 409 }],
  ] as const)('because of %s fails, and the server is as it was', async (_, fault) => {
    const stage = deployed({}, { faults: [lost(fault, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.verdict).toMatch(
      /^POST \/snapshots\/801\/restore\/ was .* web-server-01 was not overwritten\.$/,
    )
    expect(diskOf(stage.world)).toBe(NOW)
  })

  it('because the token may not restore says which permissions it has', async () => {
    const permissions = ALL_PERMISSIONS.filter(permission => permission !== 'snapshots:write')
    const stage = deployed({}, { settings: { permissions } })
    const seen = await stage.main(restoring())
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "POST /snapshots/801/restore/ was answered with 403: This token lacks the permission "snapshots:write". web-server-01 was not overwritten. Give the API token the permission that the API names, in your VPS.org account (https://admin.vps.org). It has servers:read, servers:write, snapshots:read.",
          "title": "Restore failed",
        },
      ]
    `)
  })
})

describe('a restore that is refused with 400', () => {
  it('is somebody else’s when the server is restoring by then', async () => {
    const stage = deployed({}, { happenings: [{ afterMs: 300, act: { act: 'restore', snapshot: '801' } }] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', 'server-status': 'restoring' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "web-server-01 is being restored already, by somebody else or an earlier step. The request for this restore was refused. Do not restore again; follow it with operation: wait, snapshot-id: 801.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('is tried again when the server has settled', async () => {
    const stage = deployed(
      {},
      { happenings: [{ afterMs: 300, act: { act: 'power', server: WEB.id, action: 'restart' } }] },
    )
    const seen = await stage.main(restoring())
    expect(seen.green).toBe(true)
    expect(changes(seen)).toMatchInlineSnapshot(`
      [
        "0s POST /snapshots/801/restore/",
        "51s POST /snapshots/801/restore/",
      ]
    `)
    expect(seen.log.slice(0, 3)).toMatchInlineSnapshot(`
      [
        "The API refused the restore for now: web-server-01 is stopping. Trying again when it has settled.",
        "web-server-01 (12345) is stopping; waiting until it settles.",
        "web-server-01 (12345) is starting; waiting until it settles.",
      ]
    `)
  })

  it('again and again is given up at the deadline', async () => {
    const stage = deployed(
      { stoppingMs: 60 * MINUTE },
      { happenings: [{ afterMs: 300, act: { act: 'power', server: WEB.id, action: 'stop' } }] },
    )
    const seen = await stage.main(restoring({ timeout: '3m' }))
    expect(seen).toMatchObject({ green: false, took: 3 * MINUTE, outputs: { status: 'failed' } })
    expect(seen.verdict).toMatchInlineSnapshot(
      `"The server did not settle within 2m 58s: it was still stopping. Nothing was overwritten."`,
    )
    expect(changes(seen)).toHaveLength(1)
  })

  it('while the server stands still fails with the API’s words and the server’s status', async () => {
    const stage = deployed({}, { settings: { restorableStatuses: ['stopped'] } })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', 'server-status': 'active' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "POST /snapshots/801/restore/ was answered with 400: Server is not in a valid state for restoration. web-server-01 was not overwritten. The status of web-server-01 is active. Correct what the API names.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('fails with the API’s words alone when the server cannot be read then', async () => {
    const stage = deployed(
      {},
      {
        settings: { restorableStatuses: [] },
        faults: [{ match: { ...READ, from: 2 }, when: 'before', fault: { kind: 'status', status: 401 } }],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen.outputs['status']).toBe('failed')
    expect(seen.verdict).toMatchInlineSnapshot(
      `"POST /snapshots/801/restore/ was answered with 400: Server is not in a valid state for restoration. web-server-01 was not overwritten."`,
    )
  })
})

describe('a restore that was asked for once without an answer, and whose server changes before it is asked again', () => {
  const FIRST_LOST = lost(RESET, 'before')

  it('is unknown when the server does not settle in time', async () => {
    const stage = deployed(
      { stoppingMs: 60 * MINUTE },
      {
        faults: [FIRST_LOST],
        happenings: [{ afterMs: 68_300, act: { act: 'power', server: WEB.id, action: 'stop' } }],
      },
    )
    const seen = await stage.main(restoring({ timeout: '3m' }))
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "The server did not settle within 1m 52s: it was still stopping. An earlier request for the restore got no answer: whether web-server-01 will be overwritten is not known. Look at the server in the VPS.org panel, then run the restore again.",
          "title": "Restore failed",
        },
      ]
    `)
  })

  it('is unknown when the server may no longer be read', async () => {
    const stage = deployed(
      {},
      {
        faults: [
          FIRST_LOST,
          { match: { ...READ, from: 11 }, when: 'before', fault: { kind: 'status', status: 401 } },
        ],
      },
    )
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject({ green: false, outputs: { status: 'unknown' } })
    expect(changes(seen)).toHaveLength(1)
    expect(seen.annotations).toMatchInlineSnapshot(`
      [
        {
          "level": "error",
          "text": "GET /servers/12345/ was answered with 401. An earlier request for the restore got no answer: whether web-server-01 will be overwritten is not known. The API token is wrong, incomplete, expired or revoked. Make a new one under API tokens in your VPS.org account (https://admin.vps.org) and pass it whole.",
          "title": "Restore failed",
        },
      ]
    `)
  })
})
