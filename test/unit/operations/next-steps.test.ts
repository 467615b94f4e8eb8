import { describe, expect, it } from 'vitest'
import type { Problem } from '../../../src/operations/problem.ts'
import { nextSteps } from '../../../src/operations/verdict.ts'

function problems(...steps: readonly string[]): readonly Problem[] {
  return steps.map(next => ({ status: 'timed_out', message: 'It did not end.', next }))
}

describe('nextSteps', () => {
  it('makes one step of those that differ only in the snapshot', () => {
    const steps = problems(
      'Take it up with operation: wait, snapshot-id: 801.',
      'Take it up with operation: wait, snapshot-id: 00000000-0000-4000-8000-000000000802.',
    )
    expect(nextSteps(steps, '')).toBe(
      'Take it up with operation: wait, snapshot-id: 801,00000000-0000-4000-8000-000000000802.',
    )
  })

  it('makes one step of those that differ only in the server, in the order in which they came', () => {
    const steps = problems(
      'See operation: list, server-id: 2; then go on.',
      'See operation: list, server-id: 1; then go on.',
    )
    expect(nextSteps(steps, '')).toBe('See operation: list, server-id: 2,1; then go on.')
  })

  it('says the same step once, and keeps different ones apart', () => {
    expect(nextSteps(problems('Run it again.', 'Look at it.', 'Run it again.'), '')).toBe(
      'Run it again. Look at it.',
    )
  })

  it('says three steps at most', () => {
    expect(nextSteps(problems('A.', 'B.', 'C.', 'D.'), '')).toBe('A. B. C.')
  })

  it('names thirty snapshots, and how many there are besides', () => {
    const ids = Array.from({ length: 31 }, (_, index) => `${801 + index}`)
    const steps = problems(...ids.map(id => `Wait for snapshot-id: ${id}.`))
    expect(nextSteps(steps, '')).toBe(`Wait for snapshot-id: ${ids.slice(0, 30).join(',')} and 1 more.`)
    expect(nextSteps(steps.slice(1), '')).toBe(`Wait for snapshot-id: ${ids.slice(1).join(',')}.`)
  })

  it('leaves out what the verdict says itself', () => {
    expect(nextSteps(problems('Run it again.'), 'It failed. Run it again.')).toBeUndefined()
  })
})
