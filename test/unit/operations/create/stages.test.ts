import { describe, expect, it } from 'vitest'
import { WEB } from '../support/scenery.ts'
import { createStage, LOOPBACK, type StageSettings, TOKEN } from '../support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('the main stage', () => {
  it('refuses wrong inputs with every problem at once, before any request', async () => {
    const transcript = await stage().main({ operation: 'Create', 'api-token': '', 'server-id': '12a' })
    expect(transcript.green).toBe(false)
    expect(transcript.calls).toEqual([])
    expect(transcript.masks).toEqual([])
    expect(transcript.outputs).toEqual({ status: 'failed' })
    expect(transcript.summary).toBe('')
    expect(transcript.state).toEqual({ 'main-stage': 'begun' })
    expect(transcript.log).toHaveLength(4)
    expect(transcript.verdict).toBe('3 inputs are not as they must be, and nothing was sent.')
    const problems = transcript.log.slice(0, 3).map(line => line.replace(/^- /, ''))
    const text = `${transcript.verdict} ${problems.join(' ')}`
    expect(transcript.annotations).toEqual([{ level: 'error', title: 'Inputs', text }])
  })

  it('says one problem in the verdict alone, with the token masked', async () => {
    const transcript = await stage().main({ operation: 'create' })
    expect(transcript.masks).toEqual([TOKEN])
    expect(transcript.log).toEqual([
      'One input is not as it must be, and nothing was sent: `server-id`: nothing was given. `create` takes the ids of the servers to take a snapshot of.',
    ])
  })

  it('says in one notice which inputs the operation does not use', async () => {
    const { annotations, green } = await stage().main({ ...CREATE, 'max-age': '1d', wait: 'false' })
    expect(green).toBe(true)
    expect(annotations.map(({ level, title }) => `${level} ${title}`)).toEqual(['notice VPS.org snapshot'])
    expect(annotations[0]?.text).toContain('`max-age`')
  })

  it('says each repetition of a request, and each exchange to those who debug', async () => {
    const { main } = stage({
      random: () => 0.26,
      faults: [{ match: { nth: 1 }, when: 'before', fault: { kind: 'status', status: 503 } }],
    })
    const { log, debugLines } = await main({ ...CREATE, wait: 'false' })
    expect(log[0]).toBe('GET /snapshots/?server_id=12345 was answered with 503. Trying again in 0.3 s.')
    expect(debugLines).toContain('GET /snapshots/?server_id=12345: 503 after 100 ms')
    expect(debugLines.some(line => line.startsWith('marker: [vps-snapshot-action workflow=octo/shop/'))).toBe(
      true,
    )
  })

  it('goes on without a summary that cannot be written', async () => {
    const { main } = stage({ failSummary: true })
    const { green, annotations } = await main({ ...CREATE, wait: 'false' })
    expect(green).toBe(true)
    expect(annotations).toEqual([
      {
        level: 'warning',
        title: 'VPS.org snapshot',
        text: 'The job summary could not be written: no space left on device',
      },
    ])
  })
})

describe('the post stage', () => {
  it('has nothing to do where the main stage saved nothing', async () => {
    const transcript = await stage().post('failure', { state: { 'main-stage': 'begun' } })
    expect(transcript.green).toBe(true)
    expect(transcript.log).toEqual([])
    expect(transcript.debugLines).toEqual(['The main stage left nothing to do.'])
    expect(transcript.masks).toEqual([])
    expect(transcript.calls).toEqual([])
  })

  it('masks the saved token and writes no outputs', async () => {
    const { main, post } = stage()
    await main(CREATE)
    const transcript = await post('success')
    expect(transcript.green).toBe(true)
    expect(transcript.masks).toEqual([TOKEN])
    expect(transcript.outputs).toEqual({})
    expect(transcript.stateWrites).toEqual([])
    expect(transcript.verdict).toBe('Nothing was to be done at the end of the job.')
  })

  it.each([
    ['success', 'success'],
    ['failure', 'failure'],
    ['cancelled', 'cancelled'],
    [' Failure ', 'failure'],
    ['', 'unknown'],
    ['skipped', 'unknown'],
  ])('takes the job status "%s" for %s', async (text, meaning) => {
    const { main, post } = stage()
    await main({ ...CREATE, 'delete-on': 'success, failure, cancelled' })
    const { log, annotations, calls } = await post(text)
    const deleted = calls.some(call => call === 'DELETE /snapshots/802/')
    expect(deleted).toBe(meaning !== 'unknown')
    expect(annotations).toHaveLength(meaning === 'unknown' ? 1 : 0)
    if (deleted) expect(log.some(line => line.includes(`delete-on: ${meaning}`))).toBe(true)
  })

  it('keeps the pace, the parallelism and the summary of the main stage', async () => {
    const { main, post } = stage({ settings: { timeline: { snapshotMs: 5_000, restoreMs: 5_000 } } })
    await main({ ...CREATE, ...LOOPBACK, 'poll-interval': '1s', 'restore-on': 'failure', summary: 'false' })
    const { green, requests, summary, outputs } = await post('failure')
    expect(green).toBe(true)
    expect(outputs).toEqual({})
    expect(summary).toBe('')
    const reads = requests.filter(({ path }) => path === '/servers/12345/').map(({ after }) => after)
    expect(reads.slice(2).map((after, index) => after - (reads[index + 1] ?? 0))).toContain(1_100)
    expect(requests.every(({ after }) => after < 10_000)).toBe(true)
  })
})
