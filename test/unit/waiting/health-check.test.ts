import { describe, expect, it } from 'vitest'
import { ended } from '../operations/support/facts.ts'
import { WEB } from '../operations/support/scenery.ts'
import { createStage, type StageSettings } from '../operations/support/stage.ts'

const STOP = { operation: 'create', 'server-id': '12345', 'stop-server': 'true' }

function stage(more: StageSettings = {}) {
  return createStage({ servers: [WEB], settings: { timeline: { snapshotMs: 60_000 } }, ...more })
}

describe('the health check of a stopped server', () => {
  const CHECKED = {
    ...STOP,
    'health-check': 'https://shop.test/up?token=hidden tcp://shop.test:22 tcp://[::1]:80',
    'health-check-timeout': '20s',
  }

  /** When each attempt was made, from the first one on, in milliseconds. */
  function attempts(probings: readonly { readonly after: number }[]): readonly number[] {
    return probings.map(({ after }) => after - (probings[0]?.after ?? 0))
  }

  it('is made once it runs again, all targets at a time, none with its query in the log', async () => {
    const transcript = await stage().main(CHECKED)
    expect(ended(transcript)).toBe('green completed')
    expect(attempts(transcript.probings)).toEqual([0, 0, 0])
    expect(transcript.probings.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 10_000, 10_000])
    const started = transcript.requests.filter(({ path }) => path.endsWith('/power/')).at(-1)
    expect(transcript.probings[0]?.after).toBeGreaterThan(started?.after ?? 0)
    expect(transcript.printed.join()).not.toContain('hidden')
    expect(transcript.summary).toMatch(/^health check :\d/m)
  })

  it.each([
    ['every three seconds', {}, 3_000],
    ['at the given interval', { 'poll-interval': '2s' }, 2_000],
  ])('is repeated %s until it passes', async (_, inputs, gap) => {
    let left = 4
    const { main } = stage({
      probe: ({ target }) => {
        if (target.kind === 'http') left -= 1
        return target.kind === 'http' && left > 0 ? 'answered with 502' : undefined
      },
    })
    const transcript = await main({ ...CHECKED, ...inputs })
    expect(ended(transcript)).toBe('green completed')
    const http = transcript.probings.filter(({ target }) => target.kind === 'http')
    expect(attempts(http)).toEqual([0, 1, 2, 3].map(index => index * gap))
    // Those that have answered are not asked again.
    expect(transcript.probings.length - http.length).toBe(2)
    expect(transcript.debugLines).toContain('https://shop.test/up: answered with 502')
  })

  it('fails with each target that does not answer, and why', async () => {
    const { main } = stage({ probe: ({ target }) => (target.kind === 'tcp' ? 'ECONNREFUSED' : undefined) })
    const transcript = await main(CHECKED)
    expect(ended(transcript)).toBe('red completed health-check')
    for (const fact of ['shop.test:22', '[::1]:80', 'ECONNREFUSED'])
      expect(transcript.annotations[0]?.text).toContain(fact)
    expect(transcript.annotations[0]?.text).not.toContain('shop.test/up')
    expect(transcript.state['green']).toBeUndefined()
    expect(transcript.summary).toMatch(/^health check :crit/m)
    const ssh = transcript.probings.filter(({ target }) => target.kind === 'tcp' && target.port === 22)
    expect(attempts(ssh)).toEqual([0, 3_000, 6_000, 9_000, 12_000, 15_000, 18_000, 19_000])
    // No attempt goes past the end.
    const began = ssh[0]?.after ?? 0
    for (const { after, timeoutMs } of ssh) expect(timeoutMs).toBe(Math.min(10_000, began + 20_000 - after))
  })

  it('is not made when the snapshot failed', async () => {
    const { main } = stage({ settings: { timeline: { snapshotMs: 60_000, snapshotOutcome: 'failed' } } })
    expect((await main(CHECKED)).probings).toEqual([])
  })
})
