/** A rollback that is due is sent, whatever the API answers, unless it never accepts it before the time is over. */
import { describe, expect, it } from 'vitest'
import { whyRollback } from '../../../../src/present/messages/job-end.ts'
import { NOT_ROLLED_BACK } from '../../../../src/present/messages/titles.ts'
import { restoreUnclear, statusOfRefused } from '../../../../src/requests/server-messages.ts'
import type { ApiFailure } from '../../../../src/vps/failure.ts'
import type { Fault, FaultRule, RequestKind } from '../../../emulator/faults.ts'
import { snapshotId } from '../../run/fixtures.ts'
import { warnings } from '../support/facts.ts'
import { diskOf, MINUTE, offers, told } from '../support/restoring.ts'
import { recordOf, WEB } from '../support/scenery.ts'
import {
  createStage,
  type Inputs,
  type Stage,
  type StageSettings,
  type Transcript,
} from '../support/stage.ts'

const ARMED = { operation: 'create', 'server-id': '12345', 'restore-on': 'failure, cancelled' }
const GOOD = 'version 1'
const RESTORE = 'POST /snapshots/802/restore/'

/** A server with a snapshot, and a deploy that has gone wrong since. */
async function deployedBadly(settings: StageSettings = {}, inputs: Inputs = {}): Promise<Stage> {
  const stage = createStage({ servers: [{ ...WEB, disk: GOOD }], ...settings })
  expect((await stage.main({ ...ARMED, ...inputs })).green).toBe(true)
  stage.world.deploy(WEB.id, 'version 2')
  return stage
}

function answering(kind: RequestKind, fault: Fault, match: FaultRule['match'] = {}): FaultRule {
  return { match: { kind, ...match }, when: 'before', fault }
}

function refusal(status: number): Fault {
  return { kind: 'refusal', status }
}

/** Refused, and to be asked again in so many seconds. */
function later(status: number, seconds: number): Fault {
  const headers = { 'retry-after': String(seconds) }
  // A 503 of the API itself is a lost answer; one of a limiter is a page.
  const body = status === 503 ? '<html><title>Busy</title></html>' : '{"detail":"busy"}'
  return { kind: 'status', status, body, headers }
}

const UNANSWERED: ApiFailure = { kind: 'timeout', method: 'POST', path: '/', detail: '', repeated: 1 }
const UNREAD = statusOfRefused(recordOf(WEB))
const UNKNOWN = restoreUnclear(recordOf(WEB), snapshotId('802'), UNANSWERED, '').what

function begun({ world }: Stage): number {
  return world.events.filter(({ kind }) => kind === 'restore-begun').length
}

/** When the restore was asked for, in whole seconds. */
function asked({ requests }: Transcript): readonly number[] {
  return requests
    .filter(({ method, path }) => `${method} ${path}` === RESTORE)
    .map(({ after }) => Math.round(after / 1_000))
}

function text(seen: Transcript): string {
  return seen.annotations.at(-1)?.text ?? ''
}

const LOST: readonly (readonly [string, Fault])[] = [
  ['a reset', { kind: 'reset' }],
  ['half an answer', { kind: 'truncated' }],
  ['a page with 200', { kind: 'html' }],
  ['502', { kind: 'status', status: 502 }],
  ['500', refusal(500)],
  ['no answer', { kind: 'hang' }],
]

describe('in a cancelled job, a restore', () => {
  it.each([401, 403, 404, 503])(
    'that meets three pages with %i is sent again after short looks',
    async status => {
      const stage = await deployedBadly()
      stage.faults.add(answering('restore', { kind: 'challenge', status }, { to: 3 }))
      const seen = await stage.post('cancelled')
      expect(begun(stage)).toBe(1)
      expect(seen.took).toBeLessThan(MINUTE)
    },
  )

  it('that meets pages for 100 seconds is sent shortly before the end', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', { kind: 'challenge', status: 403 }, { forMs: 100_000 }))
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('that meets a page, and whose server cannot be read any more, is sent again', async () => {
    const stage = await deployedBadly()
    stage.faults.add(
      answering('restore', { kind: 'challenge', status: 403 }, { nth: 1 }),
      answering('read-server', refusal(503), { from: 2 }),
    )
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    expect(asked(seen)).toHaveLength(2)
  })

  it.each(LOST)('that was lost in %s, and did nothing, is sent once more in time', async (_, fault) => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', fault, { nth: 1 }))
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    const [first = 0, second = 0] = asked(seen)
    expect(second - first).toBeGreaterThanOrEqual(20)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it.each(LOST)('that was lost in %s, and was obeyed, is not sent again', async (_, fault) => {
    const stage = await deployedBadly({ settings: { timeline: { readLagMs: 15_000 } } })
    stage.faults.add({ match: { kind: 'restore', nth: 1 }, when: 'after', fault })
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    expect(asked(seen)).toHaveLength(1)
    expect(text(seen)).toMatch(/ 802 \([^:]* 02:\d\d UTC\)/)
  })

  it.each(LOST)('that was lost twice, the second time in %s, is not sent a third time', async (_, fault) => {
    const stage = await deployedBadly()
    stage.faults.add(
      answering('restore', { kind: 'reset' }, { nth: 1 }),
      answering('restore', fault, { from: 1 }),
    )
    const seen = await stage.post('cancelled')
    expect(asked(seen)).toHaveLength(2)
    expect(text(seen)).toContain(UNKNOWN)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it.each([400, 409, 423, 425])(
    'that is refused with %i for 100 seconds is tried once more at the end',
    async status => {
      const stage = await deployedBadly()
      stage.faults.add(answering('restore', refusal(status), { forMs: 100_000 }))
      const seen = await stage.post('cancelled')
      expect(begun(stage)).toBe(1)
      expect(asked(seen).at(-1)).toBe(110)
      expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
    },
  )

  it('that is refused to the end says for how long, and what to do', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', refusal(409)))
    const seen = await stage.post('cancelled')
    expect(text(seen)).toMatch(/^web-server-01 .*rolled.* 1m 50s \(409\)\./)
    expect(text(seen)).toMatch(/operation: restore.*snapshot-id: 802/)
    expect(seen.annotations.at(-1)?.title).toBe(NOT_ROLLED_BACK)
  })
})

describe('a server that cannot be read', () => {
  const FAULTS: readonly (readonly [string, Fault])[] = [
    ['hangs', { kind: 'hang' }],
    ['503', refusal(503)],
    ['refuses connections', { kind: 'refused' }],
    ['403', refusal(403)],
    ['429 for two hours', later(429, 7_200)],
  ]

  it.each(FAULTS)('(%s) does not keep the restore of a cancelled job from being sent', async (_, fault) => {
    const stage = await deployedBadly()
    stage.faults.add(answering('read-server', fault))
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    expect(asked(seen)[0]).toBeLessThanOrEqual(62)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
    expect(warnings(seen)).toEqual([expect.stringContaining(UNREAD)])
  })

  it.each(FAULTS)('(%s) does not keep that of a failed job from being sent', async (_, fault) => {
    const stage = await deployedBadly()
    stage.faults.add(answering('read-server', fault, { forMs: 40 * MINUTE }))
    const seen = await stage.post('failure')
    expect(begun(stage)).toBe(1)
    expect(asked(seen)[0]).toBeLessThanOrEqual(30 * 60)
    // What is refused for longer, or limited for two hours, is accepted and not followed to its end.
    if (seen.green) expect(diskOf(stage.world)).toBe(GOOD)
    else expect(offers(seen)).toEqual(['wait 802'])
  })

  it('is warned of once, however often the restore is refused', async () => {
    const stage = await deployedBadly()
    stage.faults.add(
      answering('read-server', { kind: 'hang' }),
      answering('restore', refusal(409), { forMs: 30_000 }),
    )
    const seen = await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
    expect(seen.annotations.filter(({ level }) => level === 'warning')).toHaveLength(1)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it('is not given a status where the API refuses to the end', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('read-server', { kind: 'hang' }), answering('restore', refusal(409)))
    const seen = await stage.post('cancelled')
    expect(text(seen)).toMatch(/^web-server-01 .* \d+\w \(409\)\./)
    expect(text(seen)).toContain(UNREAD)
    expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  })

  it.each(['failure', 'cancelled'])(
    'gets no second request where the first was lost (%s)',
    async jobStatus => {
      const stage = await deployedBadly()
      stage.faults.add(answering('read-server', refusal(503)), {
        match: { kind: 'restore', nth: 1 },
        when: 'after',
        fault: { kind: 'reset' },
      })
      const seen = await stage.post(jobStatus)
      expect(asked(seen)).toHaveLength(1)
      expect(text(seen)).toContain(UNKNOWN)
    },
  )

  it('gets no second request where the first was lost and it is stopped: it may have begun', async () => {
    const stage = await deployedBadly()
    stage.world.act({ act: 'status', server: WEB.id, status: 'stopped' })
    stage.faults.add(
      answering('read-server', refusal(503), { forMs: 70_000 }),
      answering('restore', { kind: 'reset' }, { nth: 1 }),
    )
    const seen = await stage.post('cancelled')
    expect(asked(seen)).toHaveLength(1)
    expect(text(seen)).toContain(UNKNOWN)
  })

  it('gets a second request where the first was lost and it runs on', async () => {
    const stage = await deployedBadly()
    stage.faults.add(
      answering('read-server', refusal(503), { forMs: 65_000 }),
      answering('restore', { kind: 'reset' }, { nth: 1 }),
    )
    await stage.post('cancelled')
    expect(begun(stage)).toBe(1)
  })
})

describe('a `Retry-After` of two hours', () => {
  const cases = ['failure', 'cancelled'].flatMap(job =>
    [400, 409, 423, 425, 429, 503].map(status => [status, job] as const),
  )

  it.each(cases)('with %i does not end a rollback (%s)', async (status, jobStatus) => {
    const stage = await deployedBadly()
    // What a limiter says is asked again once before the end of a cancelled job, the others more often.
    const to = status === 429 || status === 503 ? 1 : 2
    stage.faults.add(answering('restore', later(status, 7_200), { to }))
    const seen = await stage.post(jobStatus)
    expect(begun(stage)).toBe(1)
    expect(seen.green).toBe(jobStatus === 'failure')
    expect(told(seen)).toMatch(/\b2h\b/)
  })

  it('is not answered by a storm of requests', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', later(429, 7_200)))
    const seen = await stage.post('failure')
    expect(asked(seen).length).toBeLessThan(15)
    expect(asked(seen).at(-1)).toBe(59 * 60 + 50)
  })

  it('ends a restore that is no rollback', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', later(409, 7_200)))
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': '802' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', reason: 'server-busy' } })
    expect(asked(seen)).toHaveLength(1)
  })
})

describe('an API that refuses for an hour', () => {
  it.each(['active', 'archiving', 'error', 'restarting'])('a server that is %s', async status => {
    const stage = await deployedBadly()
    stage.world.act({ act: 'status', server: WEB.id, status })
    stage.faults.add(answering('restore', refusal(409)))
    const seen = await stage.post('failure')
    const [headline = ''] = text(seen).split(` ${whyRollback('failure')}`)
    expect(headline).toMatch(/^web-server-01 .* \d+m.* \(409\)\.$/)
    expect(headline.length).toBeLessThanOrEqual(100)
    expect(text(seen)).toContain(`"${status}"`)
    expect(warnings(seen)).toEqual([])
    // Said once, and then once a minute that it goes on.
    const refused = seen.log.filter(line => line.includes('(409, POST '))
    expect(refused).toHaveLength(1)
    const beats = seen.log.filter(line => / \d+\w \(409\)\. .* \d+/.test(line))
    expect(beats.length).toBeGreaterThan(20)
    expect(beats.length).toBeLessThanOrEqual(60)
    expect(seen.log.filter(line => line.includes(`"${status}"`)).length).toBeLessThanOrEqual(2)
  })

  it('says the same of an `operation: restore`', async () => {
    const stage = await deployedBadly()
    stage.faults.add(answering('restore', refusal(423)))
    const seen = await stage.main({ operation: 'restore', 'snapshot-id': '802' })
    expect(seen).toMatchObject({ green: false, outputs: { status: 'failed', reason: 'server-busy' } })
    expect(text(seen)).toMatch(/^web-server-01 .*restored.* 59m 50s \(423\)\./)
  })
})

describe('a snapshot whose status nobody documented', () => {
  it('is warned of once, and holds no rollback, though the API refuses it', async () => {
    const stage = await deployedBadly()
    stage.world.act({ act: 'snapshot-status', snapshot: '802', status: 'replicating' })
    const seen = await stage.post('failure')
    expect(asked(seen)[0]).toBeLessThan(5)
    expect(asked(seen).length).toBeGreaterThan(50)
    expect(seen.annotations.filter(({ text: warning }) => warning.includes('replicating'))).toHaveLength(1)
  })
})
