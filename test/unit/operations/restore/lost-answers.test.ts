import { describe, expect, it } from 'vitest'
import type { Fault, FaultRule } from '../../../emulator/faults.ts'
import { ALL_PERMISSIONS } from '../../../emulator/settings.ts'
import {
  BEFORE,
  changes,
  deeds,
  deployed,
  diskOf,
  green,
  MINUTE,
  red,
  restoring,
} from '../support/restoring.ts'
import { WEB } from '../support/scenery.ts'
import type { StageSettings, Transcript } from '../support/stage.ts'

const RESTORE = { method: 'POST', path: '/snapshots/*/restore/' }
const READ = { method: 'GET', path: '/servers/*/' }
const STOP = { act: 'power', server: WEB.id, action: 'stop' } as const
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

const RESET: Fault = { kind: 'reset' }
/** The stage of a request that was lost and did nothing: when it is sent, and sent again; the reads until then. */
const PLAIN = await deployed({}, { faults: [lost(RESET, 'before')] }).main(restoring())
const [, SECOND = Number.NaN] = posts(PLAIN).map(({ after }) => after)
const READS = PLAIN.requests.filter(
  ({ method, path, after }) => method === 'GET' && path === '/servers/12345/' && after < SECOND,
).length
const LOST_ANSWERS: readonly (readonly [string, Fault])[] = [
  ['a reset connection', RESET],
  ['a closed connection', { kind: 'close' }],
  ['half an answer', { kind: 'truncated' }],
  ['no answer at all', { kind: 'hang' }],
  ['an empty answer', { kind: 'empty' }],
  ['a page of HTML', { kind: 'html' }],
  ['an endless answer', { kind: 'oversized', bytes: 20_000_000 }],
  ...[408, 500, 502, 503, 504].map(status => [`status ${status}`, { kind: 'status', status }] as const),
  ['status 503 of the API', { kind: 'refusal', status: 503 }],
]

describe('a restore whose answer is lost', () => {
  it.each(LOST_ANSWERS)('in %s is found by the restoring server, and sent once', async (_, fault) => {
    const stage = deployed({}, { faults: [lost(fault, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toEqual([POSTED])
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it.each(LOST_ANSWERS)(
    'in %s, and that did nothing, is sent once more after a settle window',
    async (_, fault) => {
      const stage = deployed({}, { faults: [lost(fault, 'before')] })
      const seen = await stage.main(restoring())
      expect(seen).toMatchObject(green('restored'))
      expect(posts(seen)).toHaveLength(2)
      expect(gapOf(seen)).toBeGreaterThanOrEqual(MINUTE)
      expect(deeds(stage.world)).toEqual(['restore-begun 801'])
      expect(diskOf(stage.world)).toBe(BEFORE)
    },
  )

  it('has been seen restoring then, so that the next settled status is its end', async () => {
    const seen = await deployed({ restoreMs: 70_000 }, { faults: [lost(RESET, 'after')] }).main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(seen.took).toBeLessThan(85_000)
  })

  it('may show an automatic stop before it shows restoring', async () => {
    const timeline = { restoreStaleMs: 40_000, restoreStoppedMs: 50_000 }
    const stage = deployed(timeline, { faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toHaveLength(1)
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('twice, the second time acted upon, is followed to its end', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'before', 1), lost(RESET, 'after', 2)] })
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('is not taken for accepted because of reads that fail', async () => {
    const faults = [lost(RESET, 'before'), readFault(500, 2, 4)]
    const seen = await deployed({}, { faults }).main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(posts(seen)).toHaveLength(2)
    expect(posts(seen)[1]?.after).toBeGreaterThan(SECOND + 5_000)
  })

  it('and whose restore begins just before it is sent again is taken for accepted', async () => {
    // The first request arrives when its sender has long given up: after the last look, before the next reading.
    const hung = await deployed({}, { faults: [lost({ kind: 'hang' }, 'before')] }).main(restoring())
    const ms = gapOf(hung) - 150
    const stage = deployed({}, { faults: [lost({ kind: 'delay', ms }, 'before')] })
    const seen = await stage.main(restoring())
    expect(seen).toMatchObject(green('restored'))
    expect(changes(seen)).toHaveLength(1)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })

  it('and that is refused when it is sent again is accepted if the server is restoring by then', async () => {
    const stage = deployed({ readLagMs: SECOND - 300 }, { faults: [lost(RESET, 'after')] })
    const seen = await stage.main(restoring())
    expect(posts(seen).map(({ status }) => status)).toEqual([null, 400])
    expect(seen).toMatchObject(green('restored'))
    // It was seen restoring: no settle window is needed at its end.
    expect(seen.took).toBeLessThan(10 * MINUTE + 10_000)
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
    expect(diskOf(stage.world)).toBe(BEFORE)
  })

  it('and that is refused when it is sent again, while the server is in transition, is tried when it has settled', async () => {
    const happenings = [{ afterMs: SECOND - 20, act: STOP }]
    const seen = await deployed({}, { faults: [lost(RESET, 'before')], happenings }).main(restoring())
    expect(posts(seen).map(({ status }) => status)).toEqual([null, 400, 200])
    expect(seen).toMatchObject(green('restored'))
  })

  it('is found by the restoring server when an outage is shorter than a restore', async () => {
    const stage = deployed({}, { faults: [lost(RESET, 'after'), readFault(503, 2, 9)] })
    expect(await stage.main(restoring())).toMatchObject(green('restored'))
    expect(deeds(stage.world)).toEqual(['restore-begun 801'])
  })
})

describe('a restore of which nobody can tell whether it was begun', () => {
  const SNAPSHOTS_ONLY = ALL_PERMISSIONS.filter(permission => permission.startsWith('snapshots'))
  const LOST = lost(RESET, 'before')
  const ACTED = lost(RESET, 'after')

  // Long enough for a whole restore.
  const OUTAGE: FaultRule = {
    match: { ...READ, from: 2, forMs: 11 * MINUTE },
    when: 'before',
    fault: { kind: 'refusal', status: 503 },
  }

  interface Case {
    readonly settings: StageSettings
    readonly timeline?: Parameters<typeof deployed>[0]
    readonly inputs?: Readonly<Record<string, string>>
    readonly posts: number
    readonly took?: number
  }
  const CASES: readonly (readonly [string, Case])[] = [
    [
      'it was sent twice, and never a third time',
      { settings: { faults: [LOST, lost(RESET, 'before', 2)] }, posts: 2 },
    ],
    ['the server may no longer be read', { settings: { faults: [ACTED, readFault(401, 2)] }, posts: 1 }],
    [
      'the time is over before the server was read for long enough',
      { settings: { faults: [LOST] }, inputs: { timeout: '40s' }, posts: 1, took: 40_000 },
    ],
    [
      'there was no answer by the deadline',
      {
        settings: { faults: [lost({ kind: 'hang' }, 'after')] },
        inputs: { timeout: '20s' },
        posts: 1,
        took: 20_000,
      },
    ],
    [
      'the token may not read the server',
      {
        settings: { settings: { permissions: SNAPSHOTS_ONLY }, faults: [ACTED] },
        inputs: { wait: 'false' },
        posts: 1,
      },
    ],
    [
      'the second request is refused while the server stands still',
      {
        settings: { faults: [ACTED] },
        timeline: { readLagMs: 5 * MINUTE },
        inputs: { timeout: '2m' },
        posts: 3,
      },
    ],
    [
      'the second request is refused for another reason',
      { settings: { faults: [LOST, lost({ kind: 'refusal', status: 404 }, 'before', 2)] }, posts: 2 },
    ],
    [
      'the server does not settle before the second request',
      {
        settings: { faults: [LOST], happenings: [{ afterMs: SECOND - 120, act: STOP }] },
        timeline: { stoppingMs: 60 * MINUTE },
        inputs: { timeout: '3m' },
        posts: 1,
      },
    ],
    [
      'the server may no longer be read before the second request',
      { settings: { faults: [LOST, readFault(401, READS)] }, posts: 1 },
    ],
    [
      'the server could not be read for as long as a restore takes',
      { settings: { faults: [ACTED, OUTAGE] }, posts: 1 },
    ],
  ]

  it.each(CASES)('is unknown, since %s', async (_, { settings, timeline, inputs, posts: sent, took }) => {
    const stage = deployed(timeline, settings)
    const seen = await stage.main(restoring(inputs))
    expect(seen).toMatchObject(red('unknown', 'lost-answer'))
    expect(posts(seen).length).toBeGreaterThanOrEqual(sent)
    // Only what was refused is sent more than twice.
    expect(posts(seen).filter(({ status }) => status === null).length).toBeLessThanOrEqual(2)
    expect(seen.took).toBe(took ?? seen.took)
    const acted = settings.faults?.some(({ when }) => when === 'after') === true
    expect(deeds(stage.world)).toEqual(acted ? ['restore-begun 801'] : [])
  })
})
