import { describe, expect, it } from 'vitest'
import { advice } from '../../../src/run/next-step.ts'
import { applyToAll } from '../../../src/run/operation-run.ts'
import { bothOf } from '../../../src/run/problem.ts'
import { NOW, operationRun, problem, snapshot } from './fixtures.ts'

const REFUSED = problem({ reason: 'forbidden', what: 'Denied.', state: 'Kept 1.', next: [advice('A.')] })
const LOST = problem({ done: 'unknown', what: 'No answer.', state: 'Perhaps 2.', next: [advice('B.')] })

describe('two problems of one operation', () => {
  it('are told as the earlier one, and the other after it', () => {
    const other = { ...REFUSED, what: 'Denied, too.', state: 'Kept 3.' }
    expect(bothOf(REFUSED, other)).toMatchObject({ what: 'Denied.', state: 'Kept 1. Denied, too. Kept 3.' })
    expect(bothOf(LOST, { ...LOST, what: 'None, too.' }).what).toBe('No answer.')
  })

  it('are told as the one of which nobody knows whether it acted, whichever came first', () => {
    for (const both of [bothOf(LOST, REFUSED), bothOf(REFUSED, LOST)])
      expect(both).toMatchObject({ done: 'unknown', what: 'No answer.', state: 'Perhaps 2. Denied. Kept 1.' })
  })

  it('have the next steps and the candidates of both, and say once what both say', () => {
    const candidates = [snapshot('601')]
    const both = bothOf({ ...REFUSED, candidates }, { ...LOST, state: 'Kept 1.', done: 'nothing' })
    expect(both.next).toEqual([advice('A.'), advice('B.')])
    expect(both.candidates).toEqual(candidates)
    expect(both.state).toBe('Kept 1. No answer.')
    expect(bothOf(REFUSED, { ...REFUSED, candidates }).candidates).toEqual(candidates)
    expect('candidates' in bothOf(REFUSED, LOST)).toBe(false)
    expect(bothOf({ ...REFUSED, state: '' }, { ...LOST, state: '', done: 'nothing' }).state).toBe(
      'No answer.',
    )
  })

  it('are both kept by the record', () => {
    const run = applyToAll(operationRun({ problem: LOST }), { type: 'failed', problem: REFUSED }, NOW)
    expect(run.problem).toEqual(bothOf(LOST, REFUSED))
  })
})
