import { describe, expect, it } from 'vitest'
import { ROWS } from '../../../src/inputs/rows.ts'
import { type Inputs, parseInputs } from '../../../src/inputs.ts'
import { CREATE, RESTORE, type Texts, TOKEN, WAIT } from './reading.ts'

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

describe('the notice about inputs that the operation does not use', () => {
  it.each([CREATE, RESTORE, WAIT, { operation: 'list' }, { operation: 'delete', 'snapshot-id': '1' }])(
    'does not come of defaults: %j',
    (texts: Texts) => {
      expect(noticesOf(texts)).toEqual([])
    },
  )

  it('is one for max-snapshot-age with create', () => {
    expect(noticesOf({ ...CREATE, 'max-snapshot-age': '1h' })).toEqual([
      'Ignored by `operation: create`: `max-snapshot-age` (only for restore).',
    ])
  })

  it('says that a bare number was read as seconds, where the operation uses it', () => {
    const bare = { timeout: '30', 'poll-interval': '1' }
    expect(noticesOf({ ...CREATE, ...bare })).toEqual([
      '`timeout: 30` means 30 seconds. Write `30s` if that is right, or `30m` for minutes.',
      '`poll-interval: 1` means 1 second. Write `1s` if that is right, or `1m` for minutes.',
    ])
    expect(noticesOf({ ...CREATE, timeout: '30s', 'max-parallel': '3' })).toEqual([])
    expect(noticesOf({ operation: 'list', timeout: '30' })).toHaveLength(1)
  })

  it('names them all', () => {
    expect(noticesOf({ ...EVERYTHING, operation: 'list' })).toEqual([
      'Ignored by `operation: list`: `snapshot-id` (only for restore, delete, wait), ' +
        '`dry-run` (only for create, restore, delete, wait), `restore-on` (only for create, wait), ' +
        '`health-check` (only for create, restore, wait), `health-check-timeout` (only for create, restore, wait), ' +
        '`start-after-restore` (only for create, restore, wait), `safety-snapshot` (only for restore), ' +
        '`max-snapshot-age` (only for restore), `github-token` (only for create, restore, wait), ' +
        '`keep-last` (only for create, wait), `delete-on` (only for create, wait), `when-full` (only for create), ' +
        '`keep` (only for create), `description` (only for create), `stop-server` (only for create), ' +
        '`wait` (only for create, restore, delete), `timeout` (only for create, restore, delete, wait), ' +
        '`poll-interval` (only for create, restore, delete, wait).',
    ])
  })

  it('does not count another spelling of the default', () => {
    const same = { wait: 'TRUE', 'health-check-timeout': '300', 'notify-on': 'rollback failure' }
    expect(noticesOf({ operation: 'list', ...same })).toEqual([])
  })

  it('counts what a create uses only together with others', () => {
    const later = { 'start-after-restore': 'false', 'health-check': 'tcp://web:22', 'github-token': 'ghs_1' }
    expect(noticesOf({ ...CREATE, ...later })).toEqual([
      'Ignored by `operation: create`: `health-check` (only with `restore-on` or `stop-server`), ' +
        '`start-after-restore` (only with `restore-on`), `github-token` (only with `restore-on`).',
    ])
    expect(noticesOf({ ...CREATE, ...later, 'restore-on': 'failure' })).toEqual([])
    expect(noticesOf({ ...CREATE, ...later, 'stop-server': 'true' })).toEqual([
      'Ignored by `operation: create`: `start-after-restore` (only with `restore-on`), `github-token` (only with `restore-on`).',
    ])
  })

  it('counts what a wait uses only together with others', () => {
    const later = { 'start-after-restore': 'false', 'health-check': 'tcp://web:22', 'github-token': 'ghs_1' }
    expect(noticesOf({ ...WAIT, ...later })).toEqual([
      'Ignored by `operation: wait`: `github-token` (only with `restore-on`).',
    ])
    expect(noticesOf({ ...WAIT, ...later, 'restore-on': 'failure' })).toEqual([])
  })

  it('counts a health check time-out without a health check', () => {
    const alone = { ...RESTORE, 'health-check-timeout': '1m' }
    expect(noticesOf(alone)).toEqual([
      'Ignored by `operation: restore`: `health-check-timeout` (only with `health-check`).',
    ])
    expect(noticesOf({ ...alone, 'health-check': 'tcp://web:22' })).toEqual([])
  })

  it.each(['list', 'create'])('counts notify-on without notify-url for %s', operation => {
    const alone = { ...CREATE, operation, 'notify-on': 'success' }
    expect(noticesOf(alone)).toEqual([
      `Ignored by \`operation: ${operation}\`: \`notify-on\` (only with \`notify-url\`).`,
    ])
    expect(noticesOf({ ...alone, 'notify-url': 'https://example.org/hook' })).toEqual([])
  })

  it('is not there for a restore whose health is checked and which starts nothing', () => {
    expect(noticesOf({ ...RESTORE, 'start-after-restore': 'false', 'health-check': 'tcp://web:22' })).toEqual(
      [],
    )
  })
})
