import { describe, expect, it } from 'vitest'
import { CREATE, parse, problemsOf, RESTORE, type Texts, TOKEN, WAIT, wordings } from './reading.ts'

const UNAWAITED: Texts = { ...CREATE, wait: 'false' }
const BOTH_ENDS: Texts = {
  'restore-on': 'cancelled, failure',
  'delete-on': 'success failure cancelled',
}
const ID_AND_NAME: Texts = { 'snapshot-id': '801', 'snapshot-name': 'a', 'server-id': '5' }

// Each is one problem, which names these.
const CONTRADICTIONS: readonly (readonly [texts: Texts, ...facts: readonly string[]])[] = [
  [{ ...UNAWAITED, 'keep-last': '2' }, '`wait: false`', '`keep-last`', '`operation: wait`'],
  [{ ...UNAWAITED, 'restore-on': 'failure' }, '`wait: false`', '`restore-on`', '`operation: wait`'],
  [{ ...UNAWAITED, 'delete-on': 'success' }, '`wait: false`', '`delete-on`', '`operation: wait`'],
  [{ ...UNAWAITED, 'health-check': 'tcp://web:22' }, '`wait: false`', '`health-check`', 'snapshot'],
  [
    { ...RESTORE, wait: 'false', 'health-check': 'tcp://web:22' },
    '`wait: false`',
    '`health-check`',
    'restore',
  ],
  [
    { ...UNAWAITED, 'keep-last': '2', 'delete-on': 'failure', 'restore-on': 'cancelled' },
    '`restore-on`, `delete-on` and `keep-last`',
  ],
  [{ ...UNAWAITED, 'stop-server': 'true' }, '`wait: false`', '`stop-server`'],
  [{ ...CREATE, ...BOTH_ENDS }, '`cancelled` and `failure`', '`restore-on`', '`delete-on`'],
  [{ ...WAIT, 'restore-on': 'failure', 'delete-on': 'failure' }, '`failure`', '`restore-on`', '`delete-on`'],
  [{ ...CREATE, keep: 'true', 'delete-on': 'failure' }, '`keep: true`', '`delete-on`'],
  [{ ...CREATE, 'keep-last': '5' }, '`keep-last: 5`', '1 to 4', '`when-full: delete-oldest`'],
  [{ ...CREATE, 'keep-last': '1000' }, '`keep-last: 1000`'],
  ...['restore', 'delete', 'wait', 'list'].map(
    operation => [{ operation, ...ID_AND_NAME }, '`snapshot-id`', '`snapshot-name`'] as const,
  ),
]

it('every contradiction is told as the file shows', async () => {
  const cases = CONTRADICTIONS.map(([texts]) => texts)
  await expect(wordings(cases, problemsOf)).toMatchFileSnapshot('__snapshots__/contradictions.txt')
})

describe('what cannot be combined', () => {
  it.each(CONTRADICTIONS.map(([texts, ...facts]) => ({ texts, facts })))(
    'is one problem, which names it: %j',
    ({ texts, facts }) => {
      const [problem, ...others] = problemsOf(texts)
      expect(others).toEqual([])
      for (const fact of facts) expect(problem).toContain(fact)
    },
  )

  it('counts for an operation that is not known, too', () => {
    expect(problemsOf({ operation: 'x', wait: 'false', 'restore-on': 'failure' })).toHaveLength(2)
  })
})

describe('what can be combined', () => {
  const form = { wait: 'false', 'restore-on': 'failure', 'delete-on': 'failure', 'keep-last': '9' }

  it.each<Texts>([
    { ...CREATE, wait: 'true', 'keep-last': '2' },
    { ...CREATE, wait: 'true', 'health-check': 'tcp://web:22' },
    { ...WAIT, wait: 'false', 'keep-last': '2' },
    { ...WAIT, wait: 'false', 'restore-on': 'failure' },
    { ...WAIT, wait: 'false', 'delete-on': 'success' },
    { ...WAIT, wait: 'false', 'health-check': 'tcp://web:22' },
    { ...UNAWAITED, 'stop-server': 'false' },
    { ...CREATE, 'stop-server': 'true' },
    // One form passes the same inputs to every operation.
    { ...RESTORE, ...form, keep: 'true', 'stop-server': 'true' },
    { operation: 'delete', 'snapshot-id': '1', ...form, 'health-check': 'tcp://a:1' },
    { ...CREATE, 'restore-on': 'failure', 'delete-on': 'cancelled success' },
    { ...CREATE, keep: 'false', 'delete-on': 'failure' },
    { ...WAIT, keep: 'true', 'delete-on': 'failure' },
    { ...CREATE, 'keep-last': '4' },
    { ...CREATE, 'keep-last': '5', 'when-full': 'delete-oldest' },
    // A create uses only the name.
    { ...CREATE, 'snapshot-id': '801', 'snapshot-name': 'a' },
  ])('is no problem: %j', texts => {
    expect(parse({ 'api-token': TOKEN, ...texts })).toMatchObject({ ok: true })
  })
})
