import { describe, expect, it } from 'vitest'
import { createRetryLog } from '../../../src/operations/retry-log.ts'
import { createReport } from '../../../src/report/report.ts'
import type { ApiFailure } from '../../../src/vps/failure.ts'
import { VirtualClock } from '../../emulator/virtual-clock.ts'
import { createRecorder } from './support/recorder.ts'
import { START } from './support/stage.ts'

const REFUSED: ApiFailure = {
  ...{ kind: 'unreachable', method: 'GET', path: '/snapshots/', detail: 'connection refused' },
  repeated: 1,
}
const LINE =
  'GET /snapshots/ was not sent, since there was no connection to the API: connection refused. Trying again in 1.5 s.'

/** What is said of failures that come so many milliseconds after the beginning. */
async function said(notes: readonly (readonly [afterMs: number, failure: ApiFailure])[]) {
  const clock = new VirtualClock(START)
  const runner = createRecorder()
  const say = createRetryLog(createReport(runner, { summary: false, outputs: false }), clock)
  for (const [afterMs, failure] of notes) clock.at(START + afterMs, () => say({ failure, delayMs: 1_500 }))
  await clock.run(clock.sleep(600_000))
  return runner.log
}

describe('the log of repetitions', () => {
  it('says the first failure, with what is done about it', async () => {
    expect(await said([[0, REFUSED]])).toEqual([LINE])
  })

  it('says the same failure once a minute', async () => {
    const notes = [0, 1_000, 30_000, 59_999, 60_000, 61_000, 120_000].map(at => [at, REFUSED] as const)
    expect(await said(notes)).toEqual([LINE, LINE, LINE])
  })

  it('says the same failure of another request no more often', async () => {
    expect(
      await said([
        [0, REFUSED],
        [10, { ...REFUSED, path: '/servers/1/', repeated: 3 }],
      ]),
    ).toEqual([LINE])
  })

  it.each<Partial<ApiFailure>>([{ kind: 'timeout' }, { detail: 'host not found' }, { status: 503 }])(
    'says another failure at once: %j',
    async other => {
      expect(
        await said([
          [0, REFUSED],
          [10, { ...REFUSED, ...other }],
          [20, REFUSED],
        ]),
      ).toHaveLength(3)
    },
  )
})
