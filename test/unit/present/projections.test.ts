/** The rules of what is said, held against everything that can happen in each operation. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { endings } from '../run/endings.ts'
import { STORIES } from '../run/stories.ts'
import { RULES } from './rules.ts'

describe.each(Object.entries(STORIES))('every ending of %s', (_, stories) => {
  it.each(Object.entries(RULES))('%s', (_name, rule) => {
    fc.assert(
      fc.property(stories, history => {
        for (const ending of endings(history)) rule(ending)
      }),
      { numRuns: 20 },
    )
  })
})
