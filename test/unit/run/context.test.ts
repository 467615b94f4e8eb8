import { expect, it } from 'vitest'
import { apiNow } from '../../../src/run/context.ts'
import { createContext } from '../operations/support/context.ts'

it('tells the time by the API’s clock once that is known', () => {
  const { ctx } = createContext()
  const at = (offset: number | undefined) =>
    apiNow({ clock: ctx.clock, api: { ...ctx.api, clockOffsetMs: () => offset } })
  expect(at(undefined)).toBe(ctx.clock.now())
  expect(at(-5_000)).toBe(ctx.clock.now() - 5_000)
})
