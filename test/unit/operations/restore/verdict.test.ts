import { describe, expect, it } from 'vitest'
import { parseServerId } from '../../../../src/domain/ids.ts'
import { newEntry } from '../../../../src/operations/entry.ts'
import { newLedger } from '../../../../src/operations/ledger.ts'
import { nextSteps, verdictOf } from '../../../../src/operations/verdict.ts'
import { createContext } from '../support/context.ts'
import { START } from '../support/stage.ts'

const { ctx } = createContext()

function problem(next: string) {
  return { status: 'failed', message: 'It did not work.', next } as const
}

describe('a verdict', () => {
  it.each(['create', 'list', 'wait'] as const)('of a %s that has nothing to tell has no words', operation => {
    expect(verdictOf(ctx, operation, newLedger(START))).toEqual({ good: true, text: '', next: undefined })
  })

  it('of a record that lacks its times, size and slot does without them', () => {
    const ledger = newLedger(START)
    const server = parseServerId('12345') ?? expect.unreachable('no id')
    ledger.entries = [newEntry(server)]
    expect(verdictOf(ctx, 'create', ledger).text).toMatchInlineSnapshot(
      `"Snapshot  of server 12345 completed in 0s (unknown size, slot ? of 5)."`,
    )
    expect(verdictOf(ctx, 'restore', ledger).text).toMatchInlineSnapshot(
      `"server 12345 is back at snapshot  (of unknown age), unreadable. What was written since then is lost."`,
    )
    expect(verdictOf(ctx, 'wait', ledger).text).toMatchInlineSnapshot(
      `"Snapshot  of server 12345 is completed (unknown size, of unknown age)."`,
    )
  })
})

describe('the next steps', () => {
  it('are none without a problem', () => {
    expect(nextSteps([], 'All is well.')).toBeUndefined()
  })

  it('are each said once, three at most', () => {
    const problems = ['One.', 'Two.', 'One.', 'Three.', 'Four.'].map(problem)
    expect(nextSteps(problems, 'It did not work.')).toBe('One. Two. Three.')
  })

  it('leave out what the verdict says itself', () => {
    expect(nextSteps([problem('Do not restore again.')], 'Accepted. Do not restore again.')).toBeUndefined()
  })
})
