import { describe, expect, it } from 'vitest'
import { ROWS } from '../../../src/inputs/rows.ts'
import { type Inputs, parseInputs } from '../../../src/inputs.ts'
import { CREATE, RESTORE, type Texts, TOKEN, WAIT, wordings } from './reading.ts'

const DEFAULTS = ROWS.map(row => [row.name, row.default ?? ''] as const)

function noticesOf(texts: Texts): Inputs['notices'] {
  const given = new Map<string, string>([...DEFAULTS, ['job-status', 'success'], ['api-token', TOKEN]])
  for (const [name, text] of Object.entries(texts)) given.set(name, text)
  const parsed = parseInputs(given)
  return parsed.ok ? parsed.inputs.notices : ['not ok', ...parsed.problems]
}

const EVERYTHING: Texts = {
  'snapshot-id': '801',
  'server-id': '12345',
  description: 'x',
  wait: 'false',
  timeout: '1m',
  'poll-interval': '5s',
  'max-parallel': '2',
  'when-full': 'delete-oldest',
  'keep-last': '2',
  keep: 'true',
  'restore-on': 'failure',
  'delete-on': 'success',
  'max-snapshot-age': '1h',
  'stop-server': 'true',
  'safety-snapshot': 'true',
  'start-after-restore': 'false',
  'health-check': 'tcp://web:22',
  'health-check-timeout': '1m',
  'notify-url': 'https://example.org/hook',
  'notify-on': 'success',
  'github-token': 'ghs_token',
  'dry-run': 'true',
}

const LATER: Texts = {
  'start-after-restore': 'false',
  'health-check': 'tcp://web:22',
  'github-token': 'ghs_1',
}
const UNTIMED: Texts = { ...RESTORE, 'health-check-timeout': '1m' }

// Each is one notice, which names these inputs, the operation aside, in this order.
const IGNORED: readonly (readonly [texts: Texts, ...named: readonly string[]])[] = [
  [{ ...CREATE, 'max-snapshot-age': '1h' }, 'max-snapshot-age'],
  [
    { ...EVERYTHING, operation: 'list' },
    ...[
      'snapshot-id',
      'dry-run',
      'restore-on',
      'health-check',
      'health-check-timeout',
      'start-after-restore',
    ],
    ...['safety-snapshot', 'max-snapshot-age', 'github-token', 'keep-last', 'delete-on', 'when-full', 'keep'],
    ...['description', 'stop-server', 'wait', 'timeout', 'poll-interval'],
  ],
  // What is used only together with others.
  [
    { ...CREATE, ...LATER },
    ...['health-check', 'restore-on', 'stop-server', 'start-after-restore', 'restore-on'],
    ...['github-token', 'restore-on'],
  ],
  [
    { ...CREATE, ...LATER, 'stop-server': 'true' },
    ...['start-after-restore', 'restore-on', 'github-token', 'restore-on'],
  ],
  [{ ...WAIT, ...LATER }, 'github-token', 'restore-on'],
  [UNTIMED, 'health-check-timeout', 'health-check'],
  [{ ...CREATE, 'notify-on': 'success' }, 'notify-on', 'notify-url'],
  [{ operation: 'list', 'notify-on': 'success' }, 'notify-on', 'notify-url'],
]

const BARE: Texts = { ...CREATE, timeout: '30', 'poll-interval': '1' }

it('every notice is told as the file shows', async () => {
  const cases = [...IGNORED.map(([texts]) => texts), BARE]
  await expect(wordings(cases, noticesOf)).toMatchFileSnapshot('__snapshots__/notices.txt')
})

describe('the notice about inputs that the operation does not use', () => {
  it.each(IGNORED.map(([texts, ...named]) => ({ texts, named })))(
    'is one that names them all: %j',
    ({ texts, named }) => {
      const [notice = '', ...others] = noticesOf(texts)
      expect(others).toEqual([])
      const names = [...notice.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)
      expect(names).toEqual(named)
      expect(notice).toContain(`\`operation: ${texts['operation']}\``)
    },
  )

  it.each<Texts>([
    // Defaults, and another spelling of one.
    CREATE,
    RESTORE,
    WAIT,
    { operation: 'list' },
    { operation: 'delete', 'snapshot-id': '1' },
    { operation: 'list', wait: 'TRUE', 'health-check-timeout': '300', 'notify-on': 'rollback failure' },
    { ...CREATE, ...LATER, 'restore-on': 'failure' },
    { ...WAIT, ...LATER, 'restore-on': 'failure' },
    { ...UNTIMED, 'health-check': 'tcp://web:22' },
    { ...CREATE, 'notify-on': 'success', 'notify-url': 'https://example.org/hook' },
    { ...RESTORE, 'start-after-restore': 'false', 'health-check': 'tcp://web:22' },
    { ...CREATE, timeout: '30s', 'max-parallel': '3' },
  ])('is not there for %j', texts => {
    expect(noticesOf(texts)).toEqual([])
  })
})

describe('the notice that a bare number was read as seconds', () => {
  it('names what to write, where the operation uses it', () => {
    const [timeout, interval, ...others] = noticesOf(BARE)
    for (const fact of ['`timeout: 30`', '`30s`', '`30m`']) expect(timeout).toContain(fact)
    for (const fact of ['`poll-interval: 1`', '`1s`', '`1m`']) expect(interval).toContain(fact)
    expect(others).toEqual([])
    expect(noticesOf({ operation: 'list', timeout: '30' })).toHaveLength(1)
  })
})
