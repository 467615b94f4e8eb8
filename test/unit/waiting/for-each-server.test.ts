import { describe, expect, it } from 'vitest'
import { forEachServer, sideBySide } from '../../../src/waiting/for-each-server.ts'
import { createContext } from '../operations/support/context.ts'

describe('work side by side', () => {
  it('gives the results in their order, so many at a time', async () => {
    const { ctx, clock } = createContext()
    let now = 0
    let most = 0
    const work = async (ms: number) => {
      now += 1
      most = Math.max(most, now)
      await clock.sleep(ms)
      now -= 1
      return ms
    }
    const delays = [30, 10, 20, 40]
    expect(await clock.run(forEachServer({ ...ctx, maxParallel: 2 }, delays, work))).toEqual(delays)
    expect(most).toBe(2)
  })

  it('waits for the others before it throws the first error', async () => {
    const { clock } = createContext()
    const done: string[] = []
    const all = sideBySide(['first in order', 'earlier', 'slow'], 1, async text => {
      await clock.sleep({ 'first in order': 50, earlier: 10 }[text] ?? 90)
      if (text !== 'slow') throw new Error(text)
      done.push(text)
    })
    await expect(clock.run(all)).rejects.toThrow('first in order')
    expect(done).toEqual(['slow'])
  })
})
