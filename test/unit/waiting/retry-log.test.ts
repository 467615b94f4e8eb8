import { describe, expect, it } from 'vitest'
import { createReport } from '../../../src/report/report.ts'
import type { ApiFailure } from '../../../src/vps/failure.ts'
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
    for (const fact of ['GET /snapshots/', 'connection refused', '1.5 s']) expect(line).toContain(fact)
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
