import { describe, expect, it } from 'vitest'
import { createReport } from '../../../src/report/report.ts'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import { retrying, stillRefusing } from '../../../src/waiting/messages.ts'
import { createRetryLog } from '../../../src/waiting/retry-log.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createRecorder } from '../operations/support/recorder.ts'
import { START } from '../operations/support/stage.ts'

const REFUSED: ApiFailure = {
  ...{ kind: 'unreachable', method: 'GET', path: '/snapshots/', detail: 'connection refused' },
  repeated: 1,
}

/** How many lines are logged of failures that come so many milliseconds after the beginning. */
async function logged(notes: readonly (readonly [afterMs: number, failure: ApiFailure])[]) {
  const clock = new VirtualClock(START)
  const runner = createRecorder()
  const say = createRetryLog(createReport(runner, { summary: false, outputs: false }), clock)
  for (const [afterMs, failure] of notes) clock.at(START + afterMs, () => say({ failure, delayMs: 1_500 }))
  await clock.run(clock.sleep(600_000))
  return runner.log
}

describe('the log of repetitions', () => {
  it('tells the first failure: what was asked, why it failed, and when it is asked again', async () => {
    const [line, ...others] = await logged([[0, REFUSED]])
    expect(others).toEqual([])
    for (const fact of ['GET /snapshots/', 'connection refused', ' 1.5s.']) expect(line).toContain(fact)
  })

  it.each([
    [340, '0.3s'],
    [30_000, '30s'],
    [59_999, '60s'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
  ])('tells a pause of %i ms as a person would', (delayMs, text) => {
    expect(retrying(REFUSED, delayMs)).toMatch(new RegExp(` in ${text}\\.$`))
  })

  it('tells the same failure once a minute', async () => {
    const notes = [0, 1_000, 30_000, 59_999, 60_000, 61_000, 120_000].map(at => [at, REFUSED] as const)
    expect(await logged(notes)).toHaveLength(3)
  })

  it('tells the same failure of another request no more often', async () => {
    const other: ApiFailure = { ...REFUSED, path: '/servers/1/', repeated: 3 }
    expect(
      await logged([
        [0, REFUSED],
        [10, other],
      ]),
    ).toHaveLength(1)
  })

  it.each<Partial<ApiFailure>>([{ kind: 'timeout' }, { detail: 'host not found' }, { status: 503 }])(
    'tells another failure at once: %j',
    async other => {
      const notes = [REFUSED, { ...REFUSED, ...other }, REFUSED].map(
        (failure, at) => [at * 10, failure] as const,
      )
      expect(await logged(notes)).toHaveLength(3)
    },
  )
})

describe('the log of a refusal that lasts', () => {
  it('says at first what was refused, and then for how long it has been', async () => {
    const busy: ApiFailure = { ...REFUSED, kind: 'refused', status: 409, httpStatus: 409, detail: 'busy' }
    const clock = new VirtualClock(START)
    const runner = createRecorder()
    const say = createRetryLog(createReport(runner, { summary: false, outputs: false }), clock)
    for (const lastedMs of [0, 30_000, 70_000])
      clock.at(START + lastedMs, () => say({ failure: busy, delayMs: 30_000, lastedMs }))
    await clock.run(clock.sleep(600_000))
    expect(runner.log).toEqual([retrying(busy, 30_000), stillRefusing(busy, 30_000, 70_000)])
    expect(runner.log).toEqual([expect.stringMatching(/busy.* 30s/), expect.stringMatching(/1m 10s.* 30s/)])
  })

  it('says that less time is left than the API asks for', async () => {
    const clock = new VirtualClock(START)
    const runner = createRecorder()
    const say = createRetryLog(createReport(runner, { summary: false, outputs: false }), clock)
    say({ failure: { ...REFUSED, retryAfterMs: 7_200_000 }, delayMs: 30_000 })
    expect(runner.log[0]).toMatch(/ 30s, .* 2h\b/)
  })
})
