import { describe, expect, it } from 'vitest'
import { answer, bench } from './fake-transport.ts'

const OPTIONS = { deadline: 10_000_000_000_000, once: true }
const NOW = 1_000_000
const date = (ms: number) => ({ date: new Date(ms).toUTCString() })

async function offsetAfter(...headers: readonly Record<string, string>[]) {
  const made = bench(headers.map(each => answer(200, { token: { permissions: [] } }, each)))
  for (const _ of headers) await made.client.account(OPTIONS)
  return made.client.clockOffsetMs()
}

describe('clockOffsetMs', () => {
  it('is not known before an answer has told', async () => {
    expect(bench([]).client.clockOffsetMs()).toBeUndefined()
    expect(await offsetAfter({})).toBeUndefined()
  })

  it('is how far the API is ahead, or behind', async () => {
    expect(await offsetAfter(date(NOW + 3_600_000))).toBe(3_600_000)
    expect(await offsetAfter(date(NOW - 60_000))).toBe(-60_000)
  })

  it('is the newest that is known', async () => {
    expect(await offsetAfter(date(NOW + 5_000), date(NOW + 9_000), {})).toBe(9_000)
  })

  it.each([
    { date: '2026-01-01T00:00:00Z' },
    { date: 'Sun, 99 Nov 1994 08:49:37 GMT' },
    { date: 'now' },
    { ...date(NOW), age: '0' },
  ])('is not taken from %j', async headers => {
    expect(await offsetAfter(headers)).toBeUndefined()
  })

  it('is not taken from what something in between answers, and leaves others their answers', async () => {
    const seen: number[] = []
    const replies = [300, 199, 503].map(status => answer(status, '', date(NOW)))
    const made = bench(replies, { onAnswer: ({ status }) => seen.push(status) })
    for (const _ of replies) await made.client.account(OPTIONS)
    expect([made.client.clockOffsetMs(), seen]).toEqual([undefined, [300, 199, 503]])
  })
})
