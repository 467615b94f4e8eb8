import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { parseInputs } from '../../../src/inputs.ts'
import { type ArmingInputs, armedBy, needsPostStep, planOf, planSchema } from '../../../src/run/saved-plan.ts'

function inputs(texts: Readonly<Record<string, string>>): ArmingInputs {
  const base = { operation: 'create', 'api-token': 'vps_token', 'server-id': '11', 'job-status': 'success' }
  const parsed = parseInputs(new Map(Object.entries({ ...base, ...texts })))
  if (!parsed.ok) throw new Error(parsed.problems.join(' '))
  if (parsed.inputs.operation !== 'create' && parsed.inputs.operation !== 'wait')
    throw new Error(parsed.inputs.operation)
  return parsed.inputs
}

const WAIT = { operation: 'wait', 'snapshot-id': '801' }

describe('a plan', () => {
  it('has all that the post stage needs of the inputs', () => {
    const plan = planOf(
      inputs({
        ...{ 'restore-on': 'failure', 'keep-last': '3', 'when-full': 'delete-oldest', 'max-parallel': '2' },
        ...{ 'notify-url': 'https://hook.example/x', 'notify-on': 'failure', 'github-token': 'ghs_1234' },
        ...{
          'poll-interval': '2s',
          'health-check': 'https://shop.example/?a=1,tcp://db:22',
          summary: 'false',
        },
      }),
    )
    expect(plan).toMatchObject({
      ...{ operation: 'create', apiToken: 'vps_token', summary: false, maxParallel: 2 },
      ...{ notifyUrl: new URL('https://hook.example/x'), notifyOn: ['failure'], githubToken: 'ghs_1234' },
      ...{ fixedIntervalMs: 2_000, restoreOn: ['failure'], deleteOn: [], keepLast: 3 },
      ...{ whenFull: 'delete-oldest', startAfterRestore: true },
      health: {
        targets: [
          { kind: 'http', url: new URL('https://shop.example/?a=1') },
          { kind: 'tcp', host: 'db', port: 22 },
        ],
      },
    })
    // It is saved as JSON: nothing in it may be lost by that.
    expect(v.parse(planSchema, { ...JSON.parse(JSON.stringify(plan)), servers: 1 })).toEqual({
      ...plan,
      servers: 1,
    })
  })

  it('lacks what was not given', () => {
    const names = Object.keys(JSON.parse(JSON.stringify(planOf(inputs({})))))
    for (const name of ['notifyUrl', 'githubToken', 'fixedIntervalMs', 'keepLast'])
      expect(names).not.toContain(name)
  })

  it('of a wait frees no slots', () => {
    expect(planOf(inputs({ ...WAIT, 'restore-on': 'failure' }))).toMatchObject({
      operation: 'wait',
      whenFull: 'fail',
    })
  })
})

describe('a post step', () => {
  it.each([
    [{ 'restore-on': 'failure' }, true],
    [{ 'delete-on': 'success' }, true],
    [{ 'keep-last': '3' }, true],
    [{ 'stop-server': 'true' }, true],
    [{}, false],
    [WAIT, false],
    [{ ...WAIT, 'restore-on': 'failure' }, true],
  ])('after %o is needed: %s', (texts, needed) => {
    expect(needsPostStep(inputs(texts))).toBe(needed)
  })
})

describe('a rollback', () => {
  const texts = { 'restore-on': 'failure,cancelled', 'delete-on': 'success' }

  it('is armed as asked', () => {
    expect(armedBy(inputs(texts))).toEqual({
      ...{ restoreOn: ['failure', 'cancelled'], deleteOn: ['success'], keepLast: undefined },
      ...{ isTooLate: false, isKept: false },
    })
    expect(armedBy(inputs({ keep: 'true' })).isKept).toBe(true)
    expect(armedBy(inputs({ ...WAIT, ...texts })).isKept).toBe(false)
  })

  it.each(['failure', 'cancelled'])(
    'is not armed in a job that is a %s already: no deploy follows',
    status => {
      const armed = armedBy(inputs({ ...texts, 'job-status': status }))
      expect(armed).toMatchObject({ restoreOn: [], deleteOn: ['success'], isTooLate: true })
      expect(planOf(inputs({ ...texts, 'job-status': status })).restoreOn).toEqual([])
      expect(armedBy(inputs({ 'job-status': status })).isTooLate).toBe(false)
    },
  )
})
