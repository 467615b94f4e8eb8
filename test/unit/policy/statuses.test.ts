import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverPhase, snapshotPhase } from '../../../src/policy/statuses.ts'

describe('snapshotPhase', () => {
  it.each([
    ['in_progress', 'in_progress'],
    ['IN_PROGRESS', 'in_progress'],
    ['completed', 'completed'],
    ['Completed', 'completed'],
    ['failed', 'failed'],
    ['FAILED', 'failed'],
    ['error', 'failed'],
    ['errored', 'failed'],
    ['cancelled', 'failed'],
    ['canceled', 'failed'],
    ['pending', 'unlisted'],
    ['deleting', 'unlisted'],
    ['', 'unlisted'],
    ['constructor', 'unlisted'],
    ['__proto__', 'unlisted'],
  ])('takes %j as %s', (status, phase) => {
    expect(snapshotPhase(status)).toBe(phase)
  })
})

describe('serverPhase', () => {
  it.each([
    ['active', 'active'],
    ['running', 'active'],
    ['RUNNING', 'active'],
    ['stopped', 'stopped'],
    ['Off', 'stopped'],
    ['restoring', 'restoring'],
    ['Restoring', 'restoring'],
    ['starting', 'passing'],
    ['stopping', 'passing'],
    ['restarting', 'passing'],
    ['rebooting', 'passing'],
    ['error', 'broken'],
    ['Failed', 'broken'],
    ['suspended', 'unlisted'],
    ['restored', 'unlisted'],
    ['', 'unlisted'],
    ['constructor', 'unlisted'],
  ])('takes %j as %s', (status, phase) => {
    expect(serverPhase(status)).toBe(phase)
  })
})

it('takes what nobody documented as unlisted', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^x[a-z_]*$/), status => {
      expect([snapshotPhase(status), serverPhase(status)]).toEqual(['unlisted', 'unlisted'])
    }),
  )
})
