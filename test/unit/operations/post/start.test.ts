/** A server that the step stopped is started at the end of the job, whatever the API answers. */

import { describe, expect, it } from 'vitest'
import { startingUnread } from '../../../../src/requests/server-messages.ts'
import type { Fault, FaultRule, RequestKind } from '../../../emulator/faults.ts'
import { MINUTE, runs, secondsOf } from '../support/restoring.ts'
import { recordOf, WEB } from '../support/scenery.ts'
import { createStage, type Stage, type Transcript } from '../support/stage.ts'

const POWER = '/servers/12345/power/'

/** The step stopped the server, and its start was refused for good. */
async function leftStopped(): Promise<Stage> {
  const stage = createStage({ servers: [WEB], settings: { timeline: { startingMs: 5_000 } } })
  const match = { kind: 'power' as const, from: 2 }
  stage.faults.add({ match, when: 'before', fault: { kind: 'refusal', status: 402 } })
  const seen = await stage.main({ operation: 'create', 'server-id': WEB.id, 'stop-server': 'true' })
  expect(seen.green).toBe(false)
  expect(runs(stage.world)).toBe(false)
  stage.faults.clear()
  return stage
}

function answering(kind: RequestKind, fault: Fault, match: FaultRule['match'] = {}): FaultRule {
  return { match: { kind, ...match }, when: 'before', fault }
}

async function ended(
  jobStatus: string,
  ...faults: readonly FaultRule[]
): Promise<{ readonly seen: Transcript; readonly stage: Stage }> {
  const stage = await leftStopped()
  stage.faults.add(...faults)
  const seen = await stage.post(jobStatus)
  expect(seen.took).toBeLessThanOrEqual(2 * MINUTE)
  return { seen, stage }
}

const JOBS = ['success', 'failure', 'cancelled']

describe.each(JOBS)('a start at the end of a job (%s)', jobStatus => {
  it.each<readonly [string, Fault]>([
    ['a page', { kind: 'challenge', status: 403 }],
    ['a reset', { kind: 'reset' }],
    ['502', { kind: 'status', status: 502 }],
    ['409', { kind: 'refusal', status: 409 }],
  ])('that meets %s three times is sent again', async (_, fault) => {
    const { seen, stage } = await ended(jobStatus, answering('power', fault, { to: 3 }))
    expect(seen.green).toBe(true)
    expect(runs(stage.world)).toBe(true)
    expect(secondsOf(seen, 'POST', POWER)).toHaveLength(4)
  })

  it('that is refused for 100 seconds is tried once more at the end, and is not said to have failed', async () => {
    const fault = answering('power', { kind: 'refusal', status: 423 }, { forMs: 100_000 })
    const { seen, stage } = await ended(jobStatus, fault)
    expect(secondsOf(seen, 'POST', POWER).at(-1)).toBe(110)
    expect(seen.green).toBe(true)
    expect(runs(stage.world)).toBe(true)
    // The server's name and the refusal are said once, and then that it goes on.
    expect(seen.log.filter(line => line === 'Starting web-server-01.')).toHaveLength(1)
  })

  it.each([409, 429])('that is to come again in two hours (%i) is tried in its own time', async status => {
    const headers = { 'retry-after': '7200' }
    const fault: Fault = { kind: 'status', status, body: '{"detail":"busy"}', headers }
    const { stage } = await ended(jobStatus, answering('power', fault, { nth: 1 }))
    expect(runs(stage.world)).toBe(true)
  })

  it.each<readonly [string, Fault]>([
    ['hangs', { kind: 'hang' }],
    ['answers 503', { kind: 'refusal', status: 503 }],
    ['answers 401', { kind: 'refusal', status: 401 }],
  ])('is sent though the read of the server %s, and nobody says that it runs', async (_, fault) => {
    const { seen, stage } = await ended(jobStatus, answering('read-server', fault))
    expect(runs(stage.world)).toBe(true)
    expect(seen.green).toBe(false)
    expect(seen.log.join('\n')).toContain(startingUnread(recordOf(WEB)))
    expect(seen.annotations.at(-1)?.text).toMatch(/web-server-01.*\bdown\b/)
  })

  it('is sent again though nobody can read whether the first was obeyed', async () => {
    const { seen, stage } = await ended(
      jobStatus,
      answering('power', { kind: 'reset' }, { to: 2 }),
      answering('read-server', { kind: 'refusal', status: 503 }, { forMs: 100_000 }),
    )
    expect(runs(stage.world)).toBe(true)
    expect(secondsOf(seen, 'POST', POWER)).toHaveLength(3)
  })

  it('waits for a stop that is still landing', async () => {
    const stage = createStage({ servers: [WEB], settings: { timeline: { stoppingMs: 80_000 } } })
    await stage.main(
      { operation: 'create', 'server-id': WEB.id, 'stop-server': 'true' },
      { cancel: { afterMs: 1_000 } },
    )
    const seen = await stage.post(jobStatus)
    const [first = 0] = secondsOf(seen, 'POST', POWER)
    expect(first).toBeGreaterThan(70)
    expect(runs(stage.world)).toBe(true)
  })
})
