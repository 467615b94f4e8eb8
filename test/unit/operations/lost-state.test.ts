/** What the end of a job says where nothing is left of what its main stage had saved. */

import { describe, expect, it } from 'vitest'
import type { JobStatus } from '../../../src/inputs.ts'
import { judgeLostState } from '../../../src/operations/lost-state.ts'
import { STATE_LOST_UNCLEAR } from '../../../src/operations/rollback-messages.ts'
import { CREATE, parse, RESTORE, type Texts, WAIT } from '../inputs/reading.ts'

const ENDS: readonly JobStatus[] = ['success', 'failure', 'cancelled', 'unknown']
const TOKEN = { 'api-token': 'vps_secretsecret' }
const CLEAN_UPS: readonly Texts[] = [
  {},
  { 'delete-on': 'success' },
  { 'delete-on': 'failure, cancelled' },
  { 'keep-last': '3' },
]

function judge(texts: Texts, jobStatus: JobStatus) {
  return judgeLostState(parse({ ...TOKEN, ...texts }), jobStatus)
}

/** Red, a warning, or nothing to say. */
function told(texts: Texts, jobStatus: JobStatus): 'red' | 'warning' | 'nothing' {
  const { problem, warning } = judge(texts, jobStatus)
  expect(problem === undefined || warning === undefined).toBe(true)
  if (problem !== undefined) expect(problem).toMatchObject({ reason: 'lost-state', done: 'nothing' })
  return problem !== undefined ? 'red' : warning !== undefined ? 'warning' : 'nothing'
}

describe('where the saved state is lost', () => {
  it.each(ENDS)('and the inputs with it, a job that ends as %s gets a warning', jobStatus => {
    const { problem, warning } = judgeLostState(parse({}), jobStatus)
    expect(problem).toBeUndefined()
    expect(warning).toBe(STATE_LOST_UNCLEAR)
  })

  it.each(ENDS)('an operation that leaves nothing to the end of the job is silent (%s)', jobStatus => {
    const deletion = { operation: 'delete', 'snapshot-id': '801' }
    for (const texts of [RESTORE, deletion, { operation: 'list' }])
      expect(told(texts, jobStatus)).toBe('nothing')
  })

  describe.each([
    ['create', CREATE],
    ['wait', WAIT],
  ])('of a %s', (_, operation) => {
    it.each([
      ['failure', 'failure', 'red'],
      ['failure', 'cancelled', 'nothing'],
      ['failure', 'success', 'nothing'],
      ['failure, cancelled', 'failure', 'red'],
      ['failure, cancelled', 'cancelled', 'red'],
      // Nobody knows whether the rollback was due: that it may have been is no less bad.
      ['failure', 'unknown', 'red'],
    ] as const)('with restore-on: %s, a job that ends as %s is %s', (restoreOn, jobStatus, expected) => {
      expect(told({ ...operation, 'restore-on': restoreOn }, jobStatus)).toBe(expected)
    })

    it.each([
      [0, []],
      [1, ['success']],
      [2, ['failure', 'cancelled']],
      [3, ['success']],
    ] as const)('with clean-up no. %i, only %j would have deleted something: a warning', (index, due) => {
      const ends: readonly JobStatus[] = due
      for (const jobStatus of ENDS)
        expect(told({ ...operation, ...CLEAN_UPS[index] }, jobStatus)).toBe(
          ends.includes(jobStatus) ? 'warning' : 'nothing',
        )
    })

    it('a clean-up that is lost as well does not hide the rollback', () => {
      const inputs = { ...operation, 'restore-on': 'failure', 'keep-last': '3', 'delete-on': 'success' }
      expect(told(inputs, 'failure')).toBe('red')
      expect(told(inputs, 'success')).toBe('warning')
    })
  })

  it.each(ENDS)('a server that was to be stopped may still be down, however the job ends (%s)', jobStatus => {
    const { problem } = judge({ ...CREATE, 'stop-server': 'true' }, jobStatus)
    expect(problem?.next.map(({ kind }) => kind)).toEqual(['start server'])
  })

  it('a rollback and a start that are both due are both told', () => {
    const inputs = { ...CREATE, 'stop-server': 'true', 'restore-on': 'failure' }
    expect(judge(inputs, 'failure').problem?.next.map(({ kind }) => kind)).toEqual([
      'list',
      'advice',
      'start server',
    ])
  })

  it('the way to the snapshot names the servers that the inputs name', () => {
    const way = (texts: Texts) => judge({ ...texts, 'restore-on': 'failure' }, 'failure').problem?.next[0]
    expect(way(CREATE)).toEqual({ kind: 'list', server: '12345' })
    expect(way({ ...WAIT, 'server-id': '777' })).toEqual({ kind: 'list', server: '777' })
    expect(way(WAIT)).toEqual({ kind: 'list', server: undefined })
  })
})
