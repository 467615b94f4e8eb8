import { expect, test } from 'vitest'
import type { NotificationEvent } from '../../../src/notify/notification.ts'
import { type StageEnd, shouldNotify } from '../../../src/notify/should-notify.ts'

const ALL: ReadonlySet<NotificationEvent> = new Set(['rollback', 'failure', 'success'])
const GREEN_CREATE: StageEnd = {
  stage: 'main',
  operation: 'create',
  isGreen: true,
  restoreDue: false,
  dryRun: false,
}

test.each<[string, Partial<StageEnd>, NotificationEvent | undefined]>([
  ['a green create is a success', {}, 'success'],
  ['a green delete is a success', { operation: 'delete' }, 'success'],
  ['a green wait is a success', { operation: 'wait' }, 'success'],
  ['a green list tells nothing', { operation: 'list' }, undefined],
  ['a dry run tells nothing', { dryRun: true }, undefined],
  ['a dry run of a restore tells nothing', { operation: 'restore', dryRun: true }, undefined],
  ['a red list is a failure', { operation: 'list', isGreen: false }, 'failure'],
  ['a restore is a rollback', { operation: 'restore', restoreDue: true }, 'rollback'],
  [
    'a failed restore is a rollback, too',
    { operation: 'restore', restoreDue: true, isGreen: false },
    'rollback',
  ],
  ['a restore refused before it was due is a failure', { operation: 'restore', isGreen: false }, 'failure'],
  ['a rollback by restore-on is one', { stage: 'post', restoreDue: true }, 'rollback'],
  ['a post stage that did nothing tells nothing', { stage: 'post' }, undefined],
  ['a red post stage is a failure', { stage: 'post', isGreen: false }, 'failure'],
])('%s', (_, changes, event) => {
  expect(shouldNotify({ ...GREEN_CREATE, ...changes }, ALL)).toBe(event)
})

test('only what notify-on names is told', () => {
  expect(shouldNotify(GREEN_CREATE, new Set(['rollback', 'failure']))).toBeUndefined()
  expect(
    shouldNotify({ ...GREEN_CREATE, restoreDue: true, stage: 'post' }, new Set(['failure'])),
  ).toBeUndefined()
})

test('who asked for failures alone hears of a rollback that failed', () => {
  const end: StageEnd = { ...GREEN_CREATE, stage: 'post', restoreDue: true, isGreen: false }
  expect(shouldNotify(end, new Set(['failure', 'success']))).toBe('failure')
})
