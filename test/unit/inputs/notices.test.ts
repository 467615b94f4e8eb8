import { describe, expect, it } from 'vitest'
import { type Inputs, parseInputs } from '../../../src/inputs.ts'
import { CREATE, RESTORE, type Texts, TOKEN } from './reading.ts'

const DEFAULTS: Texts = {
  wait: 'true',
  'poll-interval': 'auto',
  'max-parallel': '10',
  'stop-server': 'false',
  'when-full': 'fail',
  'snapshot-before-restore': 'false',
  'start-after-restore': 'true',
  'health-check-timeout': '5m',
  'dry-run': 'false',
  summary: 'true',
  'api-url': 'https://admin.vps.org/api/v1',
  'job-status': 'success',
}

function noticesOf(texts: Texts): Inputs['notices'] {
  const all: Texts = { 'api-token': TOKEN, ...DEFAULTS, ...texts }
  const parsed = parseInputs(name => all[name] ?? '')
  return parsed.ok ? parsed.inputs.notices : ['not ok']
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
  'restore-on': 'failure',
  'delete-on': 'success',
  'max-age': '1h',
  'stop-server': 'true',
  'snapshot-before-restore': 'true',
  'start-after-restore': 'false',
  'health-check': 'tcp://web:22',
  'health-check-timeout': '1m',
  'dry-run': 'true',
}

describe('the notice about inputs that the operation does not use', () => {
  it.each([CREATE, RESTORE, { operation: 'list' }, { operation: 'delete', 'snapshot-id': '1' }])(
    'does not come of defaults: %j',
    (texts: Texts) => {
      expect(noticesOf(texts)).toEqual([])
    },
  )

  it('is one for max-age with create', () => {
    expect(noticesOf({ ...CREATE, 'max-age': '1h' })).toEqual([
      'Not used by `operation: create`: `max-age` (for restore).',
    ])
  })

  it('names them all', () => {
    expect(noticesOf({ ...EVERYTHING, operation: 'list' })).toEqual([
      'Not used by `operation: list`: `snapshot-id` (for restore, delete, wait), `description` (for create), ' +
        '`wait` (for create, restore, delete), `timeout` (for create, restore, delete, wait), ' +
        '`poll-interval` (for create, restore, delete, wait), `stop-server` (for create), `keep-last` (for create), ' +
        '`when-full` (for create), `restore-on` (for create), `delete-on` (for create), `max-age` (for restore), ' +
        '`snapshot-before-restore` (for restore), `start-after-restore` (for create, restore, wait), ' +
        '`health-check` (for create, restore, wait), `health-check-timeout` (for create, restore, wait), ' +
        '`dry-run` (for create, restore, delete, wait).',
    ])
  })

  it('does not count another spelling of the default', () => {
    expect(noticesOf({ operation: 'list', wait: 'TRUE', 'health-check-timeout': '300' })).toEqual([])
  })

  it('counts what a create uses only together with others', () => {
    const later = { 'start-after-restore': 'false', 'health-check': 'tcp://web:22' }
    expect(noticesOf({ ...CREATE, ...later })).toEqual([
      'Not used by `operation: create`: `start-after-restore` (only with `restore-on`), `health-check` (only with `restore-on` or `stop-server`).',
    ])
    expect(noticesOf({ ...CREATE, ...later, 'restore-on': 'failure' })).toEqual([])
    expect(noticesOf({ ...CREATE, ...later, 'stop-server': 'true' })).toEqual([
      'Not used by `operation: create`: `start-after-restore` (only with `restore-on`).',
    ])
  })

  it('counts a health check time-out without a health check', () => {
    const alone = { ...RESTORE, 'health-check-timeout': '1m' }
    expect(noticesOf(alone)).toEqual([
      'Not used by `operation: restore`: `health-check-timeout` (only with `health-check`).',
    ])
    expect(noticesOf({ ...alone, 'health-check': 'tcp://web:22' })).toEqual([])
  })

  it('is not there for a restore whose health is checked and which starts nothing', () => {
    expect(noticesOf({ ...RESTORE, 'start-after-restore': 'false', 'health-check': 'tcp://web:22' })).toEqual(
      [],
    )
  })
})
