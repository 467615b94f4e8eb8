import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverPhase, snapshotActivity, snapshotPhase } from '../../../src/policy/statuses.ts'
import { ago, MINUTE, NOW, snapshotOf } from './fixtures.ts'

const SNAPSHOT_WORDS = {
  in_progress: ['in_progress', 'in-progress', 'In Progress'],
  completed: ['completed', 'complete', 'available', 'ready', 'done', 'success', 'finished'],
  failed: ['failed', 'failure', 'aborted', 'cancelled', 'canceled', 'error', 'errored', 'error: no space'],
  unrecognized: ['pending', 'deleting', '', 'constructor', '__proto__', 'completed?', 'terror'],
} as const

const SERVER_WORDS = {
  active: ['active', 'running'],
  stopped: ['stopped', 'off'],
  restoring: ['restoring'],
  transitioning: [
    'starting',
    'stopping',
    'restarting',
    'rebooting',
    'booting',
    'shutting-down',
    'powering_on',
  ],
  error: ['error', 'failed', 'errored', 'ERROR_TIMEOUT'],
  unrecognized: ['suspended', 'restored', '', 'constructor', 'not running'],
} as const

const upper = (word: string) => ` ${word.toUpperCase()} `

describe('snapshotPhase', () => {
  it.each(Object.entries(SNAPSHOT_WORDS))('is %s for its words, in any letter case', (phase, words) => {
    expect(words.map(snapshotPhase)).toEqual(words.map(() => phase))
    expect(words.map(upper).map(snapshotPhase)).toEqual(words.map(() => phase))
  })
})

describe('serverPhase', () => {
  it.each(Object.entries(SERVER_WORDS))('is %s for its words, in any letter case', (phase, words) => {
    expect(words.map(serverPhase)).toEqual(words.map(() => phase))
    expect(words.map(upper).map(serverPhase)).toEqual(words.map(() => phase))
  })
})

it('takes what nobody documented as unrecognized', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^x[a-z_]*$/), status => {
      expect([snapshotPhase(status), serverPhase(status)]).toEqual(['unrecognized', 'unrecognized'])
    }),
  )
})

describe('snapshotActivity', () => {
  const of = (status: string, createdAt: string | null) =>
    snapshotActivity(snapshotOf({ id: '1', status, createdAt }), NOW)

  it.each(['completed', 'Failed'])('is finished when it is %s, whatever its date', status => {
    for (const createdAt of [null, ago(MINUTE), ago(9_999 * MINUTE)])
      expect(of(status, createdAt)).toBe('finished')
  })

  it.each(['in_progress', 'verifying', ''])('goes by the age where the status is %j', status => {
    expect(of(status, ago(30 * MINUTE - 1))).toBe('in_progress')
    expect(of(status, ago(-15 * 60 * MINUTE))).toBe('in_progress')
    expect(of(status, ago(30 * MINUTE))).toBe('stuck')
    expect(of(status, '2199-01-01T00:00:00Z')).toBe('stuck')
    expect(of(status, null)).toBe('undated')
  })

  it('is stuck without a zone only where it is in every zone', () => {
    expect(of('in_progress', ago(MINUTE).slice(0, -1))).toBe('undated')
    expect(of('in_progress', ago(13 * 60 * MINUTE).slice(0, -1))).toBe('stuck')
  })
})
