/** What used to be said twice, or of something else: facts, not wordings. */
import { describe, expect, it } from 'vitest'
import { skipped } from '../../../src/present/messages/server-trouble.ts'
import { renderSteps } from '../../../src/present/next-steps.ts'
import { notOverwritten } from '../../../src/requests/server-messages.ts'
import { serverId, snapshotId } from '../run/fixtures.ts'
import { ended, snapshotWords } from './support/facts.ts'
import { byHand, fleet, idsOf, recordOf, refuse, WEB } from './support/scenery.ts'
import { createStage, type Inputs, type StageSettings } from './support/stage.ts'

const FLEET = fleet(4)
const SHELF = FLEET.map(({ id }, index) => byHand({ id: String(801 + index), server: id }))
const IDS = { 'snapshot-id': '801,802,803,804', 'max-parallel': '1' }
const RESTORE: Inputs = { operation: 'restore', ...IDS }

function timeline(change: NonNullable<NonNullable<StageSettings['settings']>['timeline']>): StageSettings {
  return { settings: { timeline: change } }
}

function times(text: string, part: string): number {
  return text.split(part).length - 1
}

describe('a group that is cut off half-way', () => {
  it('is run again after what goes on has ended, where it is a create', async () => {
    const stage = createStage({ servers: FLEET, latencyMs: 4_000 })
    const inputs = { operation: 'create', 'server-id': idsOf(FLEET), 'max-parallel': '1' }
    const seen = await stage.main(inputs, { cancel: { request: 'POST /snapshots/', nth: 2 } })
    const follow = { kind: 'follow', snapshot: snapshotId('802'), isRestore: false } as const
    const list = { kind: 'list', server: serverId('12') } as const
    expect(seen.verdict).toBe(`Next: ${renderSteps([{ kind: 're-run' }, follow, list])}`)
  })

  it('restores the rest where the time is over, and nothing once more', async () => {
    const { main } = createStage({ servers: FLEET, snapshots: SHELF, ...timeline({ restoreMs: 100_000 }) })
    const seen = await main({ ...RESTORE, timeout: '150s' })
    expect(ended(seen)).toBe('red failed timeout')
    expect(seen.verdict).toMatch(
      /operation: wait.*`snapshot-id: 802`.*operation: restore.*`snapshot-id: 803,804`/,
    )
    expect(seen.verdict).not.toMatch(/re-run/)
    // It is the restore that was not begun, not the server that was not started.
    expect(seen.summary).toContain(skipped(recordOf({ id: '13', name: 'web-13' }, '803'), 'out of time').what)
  })

  it('knows what has been deleted already, and says it once', async () => {
    const { main } = createStage({
      ...{ servers: FLEET, snapshots: SHELF, latencyMs: 1_000 },
      ...timeline({ deletionLagMs: 6_000 }),
    })
    const inputs = { operation: 'delete', ...IDS }
    const seen = await main(inputs, { cancel: { afterMs: 15_600 } })
    expect(snapshotWords(seen)).toEqual(['801 deleted', '802 deleted', '803 cancelled', '804 cancelled'])
    expect(times(seen.annotations[0]?.text ?? '', '801')).toBe(1)
  })
})

describe('a wait that is cut off', () => {
  it('is to be taken up for those whose turn had not come, of which no snapshot was to be taken', async () => {
    const { main } = createStage({ servers: FLEET, snapshots: SHELF })
    const seen = await main({ operation: 'wait', ...IDS }, { cancel: { afterMs: 5_000 } })
    expect(seen.verdict).toContain('`snapshot-id: 801,802,803,804`')
    expect(seen.summary).not.toMatch(/requested/)
  })
})

describe('one fact', () => {
  it('is the panel, where a server does not stop', async () => {
    const { main } = createStage({ servers: [WEB], ...timeline({ stoppingMs: 10_000_000 }) })
    const seen = await main({
      operation: 'create',
      'server-id': WEB.id,
      'stop-server': 'true',
      timeout: '5m',
    })
    expect(ended(seen)).toBe('red failed stop-failed')
    expect(times(seen.verdict, 'panel')).toBe(1)
  })

  it('is what all servers need whose health check failed', async () => {
    const { main } = createStage({
      ...{ servers: FLEET, snapshots: SHELF, probe: () => 'answered with 502' },
      ...timeline({ restoreMs: 60_000 }),
    })
    const seen = await main({ ...RESTORE, 'max-parallel': '4', 'health-check': 'https://shop.example/' })
    expect(ended(seen)).toBe('red restored health-check')
    expect(times(seen.verdict, 'application')).toBe(1)
    for (const { name = '' } of FLEET) expect(seen.verdict).toContain(name)
  })

  it('is that a restore was refused to the end', async () => {
    const { main } = createStage({
      ...{ servers: [WEB], snapshots: [byHand({ id: '801' })] },
      faults: [refuse({ method: 'POST' }, 409, 'Locked by a job.')],
    })
    const seen = await main({ operation: 'restore', 'snapshot-id': '801', timeout: '3m' })
    expect(ended(seen)).toBe('red failed server-busy')
    const text = seen.annotations[0]?.text ?? ''
    for (const fact of ['2m 50s (409)', 'Locked by a job', '"active"'])
      expect(times(text, fact), fact).toBe(1)
    expect(text).not.toMatch(/for now/)
    expect(text).not.toContain(notOverwritten(recordOf(WEB)))
  })
})

describe('a restore whose end is not seen', () => {
  it.each([
    ['restoring', /<h3>[^<]*restoring/],
    [null, /<h3>[^<]*unknown/],
  ])('is told by what was seen last: %s', async (restoreShows, headline) => {
    const { main } = createStage({
      ...{ servers: [WEB], snapshots: [byHand({ id: '801' })] },
      ...timeline({ restoreShows, restoreMs: 10_000_000 }),
    })
    const seen = await main({ operation: 'restore', 'snapshot-id': '801', timeout: '90s' })
    expect(ended(seen)).toBe('red timed_out timeout')
    expect(seen.summary).toMatch(headline)
  })
})

describe('a snapshot that does not exist', () => {
  it('is not to be replaced by one that exists where there is none', async () => {
    const seen = await createStage({ servers: [WEB] }).main({ operation: 'restore', 'snapshot-id': '801' })
    expect(seen.verdict).toMatch(/operation: list/)
    expect(seen.verdict).not.toMatch(/that exists/)
  })
})
