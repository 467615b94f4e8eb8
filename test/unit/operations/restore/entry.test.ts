import { describe, expect, it } from 'vitest'
import { parseServerId } from '../../../../src/domain/ids.ts'
import {
  heldEntries,
  lastStatus,
  newEntry,
  snapshotIdOf,
  worstStatus,
} from '../../../../src/operations/entry.ts'

const server = parseServerId('12345')

describe('the record of a server of which nothing is known', () => {
  const entry = server === undefined ? expect.unreachable('no id') : newEntry(server)

  it('has no snapshot, no id for a text and no status', () => {
    expect(heldEntries([entry])).toEqual([])
    expect(snapshotIdOf(entry)).toBe('')
    expect(lastStatus(entry)).toBe('unreadable')
  })
})

describe('the worst of some statuses', () => {
  it('is failed where nothing was asked of the API at all', () => {
    expect(worstStatus([])).toBe('failed')
    expect(worstStatus([undefined])).toBe('failed')
  })

  it('goes from what cannot be told to what is done', () => {
    const order = [
      ...(['unknown', 'failed', 'timed_out', 'cancelled', 'in_progress'] as const),
      ...(['restoring', 'planned', 'completed', 'restored', 'deleted'] as const),
    ]
    for (const [index, status] of order.entries())
      expect(worstStatus(order.slice(index).toReversed())).toBe(status)
  })
})
