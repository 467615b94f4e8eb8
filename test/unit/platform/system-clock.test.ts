import { afterEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../../src/platform/system-clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the machine’s clock', () => {
  it('follows the monotonic timer, in whole milliseconds', () => {
    vi.spyOn(performance, 'now').mockReturnValue(1_234.9)
    expect(systemClock.now()).toBe(Math.trunc(performance.timeOrigin + 1_234.9))
    expect(Number.isInteger(systemClock.now())).toBe(true)
  })

  it('sleeps, with and without a signal', async () => {
    await expect(systemClock.sleep(1)).resolves.toBeUndefined()
    await expect(systemClock.sleep(1, new AbortController().signal)).resolves.toBeUndefined()
  })

  it('does not fall asleep when the signal is aborted already', async () => {
    const reason = new Error('the end')
    await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it('wakes with the signal’s own reason', async () => {
    const controller = new AbortController()
    const reason = new Error('the end')
    const sleeping = systemClock.sleep(60_000, controller.signal)
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
  })
})
