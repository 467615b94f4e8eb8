import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../emulator/limiter.ts'

const arrivals = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 40 })
const limits = fc.record({
  perSecond: fc.constantFrom(0.2, 1, 3, 10, 30),
  burst: fc.integer({ min: 0, max: 5 }),
})

/** The instants, from a sum of gaps, at which the bucket let a request through. */
function passing(bucket: TokenBucket, gaps: readonly number[]): readonly number[] {
  let at = 0
  return gaps.flatMap(gap => {
    at += gap
    return bucket.take(at) === undefined ? [at] : []
  })
}

describe('a token bucket', () => {
  it('lets through no more than its burst, one, and what was earned since, in any stretch of time', () => {
    fc.assert(
      fc.property(limits, arrivals, (options, gaps) => {
        const passed = passing(new TokenBucket(options), gaps)
        for (const [first, from] of passed.entries()) {
          for (const [more, to] of passed.slice(first).entries()) {
            const allowed = 1 + options.burst + ((to - from) / 1000) * options.perSecond
            expect(more + 1).toBeLessThanOrEqual(allowed + 1e-6)
          }
        }
      }),
    )
  })

  it('lets through whoever has waited as long as it said', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 20 }), (options, tooMany) => {
        const bucket = new TokenBucket({ ...options, tells: 'retry-after' })
        const answers = Array.from({ length: 1 + options.burst + tooMany }, () => bucket.take(0))
        const refused = answers.filter(answer => answer !== undefined)
        expect(refused).toHaveLength(tooMany)
        const seconds = Number(refused[0]?.headers['retry-after'])
        expect(seconds).toBe(Math.ceil(1 / options.perSecond))
        expect(bucket.take(seconds * 1000)).toBeUndefined()
      }),
    )
  })
})
