import { expect, it } from 'vitest'
import { Cancelled } from '../../../src/domain/clock.ts'

it.each(['SIGINT', 'SIGTERM'] as const)('a cancel is an error of its own name that says %s', signal => {
  const cancelled = new Cancelled(signal)
  expect([cancelled.name, cancelled.signal]).toEqual(['Cancelled', signal])
  expect(cancelled.message).toContain(signal)
})
