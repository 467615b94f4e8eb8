import { describe, expect, it } from 'vitest'
import { creates, ended, levels, savedServer, snapshotItems } from '../operations/support/facts.ts'
import { refuse, WEB } from '../operations/support/scenery.ts'
import { createStage, type StageSettings, type Transcript } from '../operations/support/stage.ts'

const CREATE = { operation: 'create', 'server-id': '12345' }
const LIST = { method: 'GET', path: '/snapshots/' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

/** When the list was read after the request for the snapshot, in milliseconds from its answer. */
function polls(transcript: Transcript): readonly number[] {
  const answered = (creates(transcript)[0]?.after ?? 0) + 100
  return transcript.requests.map(({ after }) => after - answered).filter(after => after > 0)
}

describe('a snapshot that does not complete', () => {
  it('fails, arms nothing, and is named', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('red failed snapshot-failed')
    expect(levels(transcript)).toEqual(['error'])
    expect(transcript.annotations[0]?.text).toContain('802')
    expect(snapshotItems(transcript)).toMatchObject([
      { id: '802', status: 'failed', error: expect.any(String) },
    ])
    expect(transcript.state['green']).toBeUndefined()
    expect(savedServer(transcript)?.snapshot?.completed).toBe(false)
  })

  it('is gone when it was listed and is then missing for two settle windows', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 600_000 } },
      happenings: [{ afterMs: 30_000, act: { act: 'delete', snapshot: '802' } }],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('red failed snapshot-failed')
    // It was written when it was accepted; the end names what exists.
    expect(transcript.outputs['snapshot-id']).toBe('')
    expect(snapshotItems(transcript)).toEqual([])
    expect(transcript.annotations[0]?.text).toContain('802')
    expect(transcript.took).toBeGreaterThan(30_000 + 120_000)
    expect(transcript.took).toBeLessThan(600_000)
  })

  it('times out at the deadline, and names the snapshot in the way out', async () => {
    const { main } = stage({ settings: { timeline: { snapshotOutcome: 'never' } } })
    const transcript = await main({ ...CREATE, timeout: '90s' })
    expect(ended(transcript)).toBe('red timed_out timeout')
    expect(transcript.verdict).toContain('snapshot-id: 802')
    expect(transcript.took).toBe(90_000)
  })

  it('times out with the last failure, where the API had stopped answering', async () => {
    const { main } = stage({ faults: [refuse({ ...LIST, from: 3 }, 503)] })
    const transcript = await main({ ...CREATE, timeout: '40s' })
    expect(ended(transcript)).toBe('red timed_out timeout')
    expect(transcript.annotations.at(-1)?.text).toContain('503')
  })

  it('times out at once where the API asks for more time than is left', async () => {
    const headers = { 'retry-after': '3600' }
    const limited = { kind: 'status', status: 429, headers } as const
    const { main } = stage({ faults: [{ match: { ...LIST, from: 3 }, when: 'before', fault: limited }] })
    const transcript = await main({ ...CREATE, timeout: '10m' })
    expect(ended(transcript)).toMatch(/^red timed_out /)
    expect(transcript.annotations.at(-1)?.text).toContain('429')
    expect(transcript.took).toBeLessThan(60_000)
  })

  it('counts as running with an undocumented status, which is said once', async () => {
    const { main } = stage({
      settings: { timeline: { snapshotMs: 1_000, snapshotOutcome: 'failed', failedWord: 'archiving' } },
      happenings: [
        { afterMs: 50_000, act: { act: 'snapshot-status', snapshot: '802', status: 'completed' } },
      ],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    expect(transcript.took).toBeGreaterThan(50_000)
    expect(transcript.log.filter(line => line.includes('archiving'))).toHaveLength(1)
  })
})

describe('the wait for a snapshot', () => {
  it('says a heartbeat about once a minute, with the time passed', async () => {
    const transcript = await stage({ settings: { timeline: { snapshotMs: 5 * 60_000 } } }).main(CREATE)
    const heartbeats = transcript.log.filter(line => /802 .* \dm \d+s;/.test(line))
    expect(heartbeats).toHaveLength(4)
  })

  it('jitters the gaps by the random source', async () => {
    const first = async (random: () => number) => polls(await stage({ random }).main(CREATE))[0]
    const [early, late] = [await first(() => 0), await first(() => 0.999_999)]
    expect((early ?? 0) / (late ?? 0)).toBeCloseTo(0.9 / 1.1, 1)
  })

  it('keeps to a given interval exactly', async () => {
    const found = polls(await stage().main({ ...CREATE, 'poll-interval': '7s' }))
    expect(found.length).toBeGreaterThan(5)
    const [first = 0, ...others] = found
    // The first look comes early.
    expect(first).toBeLessThanOrEqual(7_000)
    expect(others).toEqual(others.map((_, index) => first + (index + 1) * 7_100))
  })

  it('tolerates transient failures of every kind', async () => {
    const nth = (n: number) => ({ match: { ...LIST, nth: n }, when: 'before' as const })
    const limited = { kind: 'status', status: 429, headers: { 'retry-after': '20' } } as const
    const { main } = stage({
      settings: { timeline: { snapshotMs: 90_000 } },
      faults: [
        { ...nth(2), fault: { kind: 'html' } },
        { ...nth(3), fault: { kind: 'reset' } },
        { ...nth(4), fault: limited },
        { ...nth(6), fault: { kind: 'refused' } },
      ],
    })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe('green completed')
    const lists = transcript.requests.slice(3)
    expect(lists.slice(0, 5).map(({ status }) => status)).toEqual([200, null, 429, 200, null])
    // What the limiter asks for is kept.
    expect((lists[3]?.after ?? 0) - (lists[2]?.after ?? 0)).toBeGreaterThanOrEqual(20_000)
  })

  it.each([
    [401, 'unauthorized'],
    [404, 'not-found'],
  ])('ends when polls are answered with %i: the snapshot goes on', async (status, reason) => {
    const { main } = stage({ faults: [refuse({ ...LIST, from: 2 }, status, 'no')] })
    const transcript = await main(CREATE)
    expect(ended(transcript)).toBe(`red in_progress ${reason}`)
    expect(transcript.verdict).toContain('snapshot-id: 802')
    expect(transcript.took).toBeLessThan(300_000)
  })

  it('takes a last look shortly before the deadline', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 36_000 } } })
    expect(ended(await main({ ...CREATE, timeout: '45s' }))).toBe('green completed')
  })
})
