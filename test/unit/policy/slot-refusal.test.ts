import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SLOTS } from '../../../src/domain/limits.ts'
import { slotsCanBeTheReason } from '../../../src/policy/slot-refusal.ts'

const lengths = [0, SLOTS - 1, SLOTS, SLOTS + 3]
const answers = (detail: string, fields: readonly string[] = []) =>
  lengths.map(length => slotsCanBeTheReason({ detail, fields }, length))

describe('a refused create', () => {
  it.each([
    'Snapshot limit reached.',
    'Limit of 5 snapshots exceeded',
    'Maximum number of snapshots reached for this server',
    'You can have at most 5 snapshots per server.',
    'Too many snapshots',
    'SNAPSHOT_LIMIT_REACHED',
    'max-snapshots',
    'Quota exceeded',
    'Snapshot limit reached; no more can be made at this time',
    'No free slot',
    'Invalid parameters or snapshot limit reached',
  ])('can be about slots by its own words, whatever the list shows: %s', detail => {
    expect(answers(detail)).toEqual([true, true, true, true])
  })

  it.each(['', ' ', 'Bad Request', 'Bad request.', 'conflict', 'Forbidden', 'Validation error!'])(
    'can be about slots where it says nothing of its own (%j) and the list is full',
    detail => {
      expect(answers(detail)).toEqual([false, false, true, true])
    },
  )

  it.each([
    'Server is being resized.',
    'The server must be stopped first.',
    'You do not have permission to perform this action.',
    'Rate limit exceeded',
    'Request limit reached',
    'Maximum length of a description is 255',
    'A name has at most 64 characters',
    'Limit of concurrent snapshots reached',
    'Another snapshot is in progress; limit 1 at a time',
    'Daily API call limit reached.',
    'Operation exceeded the time limit.',
    'Disk size exceeds the maximum of 80 GB.',
    'The bandwidth limit of your plan is reached.',
    'Maximum number of retries reached',
    'Quota exceeded: 100 per hour, try again in 40 minutes',
    'Unlimited plans only',
    'Slotted',
  ])('is about something else by its own words: %s', detail => {
    expect(answers(detail)).toEqual([false, false, false, false])
  })

  it('is about something else where it names a field', () => {
    expect(answers('name: maximum length is 32', ['name'])).toEqual([false, false, false, false])
    expect(answers('', ['description'])).toEqual([false, false, false, false])
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(fc.string(), { minLength: 1 }),
        fc.nat(9),
        (detail, fields, length) => {
          expect(slotsCanBeTheReason({ detail, fields }, length)).toBe(false)
        },
      ),
    )
  })
})
