import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  observeServer,
  type RestoreProgress,
  type RestoreWatch,
  restoreProgress,
  startRestoreWatch,
} from '../../../src/policy/restore-end.ts'

const WINDOW = { durationMs: 60_000, reads: 3 }
const ACCEPTED = 1_000_000

type Read = readonly [status: string, secondsAfterAcceptance: number]

interface Before {
  readonly statusBefore?: string | undefined
  readonly seenRestoring?: boolean
}

function watchOf(reads: readonly Read[], before: Before = {}): RestoreWatch {
  const start = startRestoreWatch(ACCEPTED, {
    statusBefore: 'statusBefore' in before ? before.statusBefore : 'active',
    seenRestoring: before.seenRestoring ?? false,
    window: WINDOW,
  })
  return reads.reduce(
    (watch, [status, after]) => observeServer(watch, status, ACCEPTED + after * 1_000),
    start,
  )
}

const progressOf = (reads: readonly Read[], before?: Before): RestoreProgress =>
  restoreProgress(watchOf(reads, before))

const PENDING = { state: 'pending', seenRestoring: false }
const RESTORING = { state: 'pending', seenRestoring: true }
const ACTIVE = { state: 'ended', phase: 'active' }
const STOPPED = { state: 'ended', phase: 'stopped' }

describe('a restore that is seen', () => {
  it('has ended when restoring is left for active or stopped', () => {
    expect(progressOf([['restoring', 8]])).toEqual(RESTORING)
    expect(
      progressOf([
        ['restoring', 8],
        ['active', 12],
      ]),
    ).toEqual(ACTIVE)
    expect(
      progressOf([
        ['Restoring', 8],
        ['RUNNING', 12],
      ]),
    ).toEqual(ACTIVE)
    expect(
      progressOf([
        ['restoring', 8],
        ['stopped', 12],
      ]),
    ).toEqual(STOPPED)
    expect(
      progressOf([
        ['restoring', 8],
        ['off', 12],
      ]),
    ).toEqual(STOPPED)
  })

  it('has not ended while the server is in passing or says what nobody documented', () => {
    expect(
      progressOf([
        ['restoring', 8],
        ['starting', 12],
        ['suspended', 18],
        ['verifying', 400],
      ]),
    ).toEqual(RESTORING)
    expect(
      progressOf([
        ['restoring', 8],
        ['starting', 12],
        ['active', 18],
      ]),
    ).toEqual(ACTIVE)
  })

  it('is not taken in by stale reads before restoring', () => {
    const stale: readonly Read[] = [
      ['active', 1],
      ['active', 4],
      ['stopped', 8],
    ]
    expect(progressOf(stale)).toEqual(PENDING)
    expect(progressOf([...stale, ['restoring', 12], ['restoring', 600]])).toEqual(RESTORING)
    expect(progressOf([...stale, ['restoring', 12], ['restoring', 600], ['active', 610]])).toEqual(ACTIVE)
  })

  it('may have been seen restoring before the watch began', () => {
    expect(progressOf([], { seenRestoring: true })).toEqual(RESTORING)
    expect(progressOf([['stopped', 1]], { seenRestoring: true })).toEqual(STOPPED)
  })

  it('has failed when the server is broken, also when it was before', () => {
    expect(
      progressOf([
        ['restoring', 8],
        ['error', 12],
      ]),
    ).toEqual({ state: 'failed', status: 'error' })
    expect(
      progressOf(
        [
          ['restoring', 8],
          ['Failed', 12],
        ],
        { statusBefore: 'error' },
      ),
    ).toEqual({
      state: 'failed',
      status: 'Failed',
    })
    expect(progressOf([['error', 1]], { seenRestoring: true, statusBefore: undefined })).toEqual({
      state: 'failed',
      status: 'error',
    })
  })
})

describe('a restore that is never seen', () => {
  it('has ended after the same status throughout a settle window that begins two windows after the acceptance', () => {
    expect(
      progressOf([
        ['active', 120],
        ['active', 150],
      ]),
    ).toEqual(PENDING)
    expect(
      progressOf([
        ['active', 120],
        ['active', 150],
        ['active', 179.999],
      ]),
    ).toEqual(PENDING)
    expect(
      progressOf([
        ['active', 120],
        ['active', 150],
        ['active', 180],
      ]),
    ).toEqual(ACTIVE)
    expect(
      progressOf([
        ['stopped', 200],
        ['off', 230],
        ['Stopped', 260],
      ]),
    ).toEqual(STOPPED)
  })

  it('has not ended by two reads, however far apart', () => {
    expect(
      progressOf([
        ['active', 120],
        ['active', 1_200],
      ]),
    ).toEqual(PENDING)
  })

  it('does not count reads from before', () => {
    const early: readonly Read[] = [
      ['active', 10],
      ['active', 60],
      ['active', 119.999],
    ]
    expect(progressOf(early)).toEqual(PENDING)
    expect(progressOf([...early, ['active', 150], ['active', 180]])).toEqual(PENDING)
    expect(progressOf([...early, ['active', 150], ['active', 180], ['active', 209.999]])).toEqual(PENDING)
    expect(progressOf([...early, ['active', 150], ['active', 180], ['active', 210]])).toEqual(ACTIVE)
  })

  it.each(['stopped', 'starting', 'suspended', 'error', 'restoring'])(
    'begins its window anew after a read of %s',
    other => {
      const statusBefore = 'error'
      const reads: readonly Read[] = [
        ['active', 120],
        ['active', 150],
        [other, 170],
        ['active', 190],
        ['active', 220],
      ]
      const again = watchOf(reads, { statusBefore })
      if (other === 'restoring') expect(restoreProgress(again)).toEqual(ACTIVE)
      else {
        expect(restoreProgress(again)).toEqual(PENDING)
        expect(restoreProgress(observeServer(again, 'active', ACCEPTED + 249_999))).toEqual(PENDING)
        expect(restoreProgress(observeServer(again, 'active', ACCEPTED + 250_000))).toEqual(ACTIVE)
      }
    },
  )

  it('never ends by a status of passing or one that nobody documented', () => {
    for (const status of ['starting', 'suspended', 'imaging']) {
      expect(
        progressOf([
          [status, 120],
          [status, 200],
          [status, 400],
          [status, 9_000],
        ]),
      ).toEqual(PENDING)
    }
  })

  it('ends by restoring even after a window had begun', () => {
    expect(
      progressOf([
        ['active', 120],
        ['active', 150],
        ['restoring', 160],
      ]),
    ).toEqual(RESTORING)
    expect(
      progressOf([
        ['active', 120],
        ['active', 150],
        ['restoring', 160],
        ['stopped', 161],
      ]),
    ).toEqual(STOPPED)
  })
})

describe('a server that is broken without the restore having been seen', () => {
  it('is a failure at once when it was not broken before', () => {
    expect(progressOf([['error', 1]])).toEqual({ state: 'failed', status: 'error' })
    expect(
      progressOf(
        [
          ['active', 1],
          ['FAILED', 4],
        ],
        { statusBefore: 'suspended' },
      ),
    ).toEqual({
      state: 'failed',
      status: 'FAILED',
    })
  })

  it.each([['error'], ['Failed'], [undefined]])('may be a stale read when it was %s before', statusBefore => {
    const before = { statusBefore }
    expect(
      progressOf(
        [
          ['error', 1],
          ['failed', 4],
          ['error', 119],
        ],
        before,
      ),
    ).toEqual(PENDING)
    expect(
      progressOf(
        [
          ['error', 1],
          ['active', 4],
          ['error', 8],
        ],
        before,
      ),
    ).toEqual(PENDING)
    expect(
      progressOf(
        [
          ['error', 1],
          ['restoring', 4],
          ['active', 8],
        ],
        before,
      ),
    ).toEqual(ACTIVE)
    expect(
      progressOf(
        [
          ['error', 120],
          ['error', 150],
          ['error', 179],
        ],
        before,
      ),
    ).toEqual(PENDING)
    expect(
      progressOf(
        [
          ['error', 120],
          ['error', 150],
          ['Error', 180],
        ],
        before,
      ),
    ).toEqual({ state: 'failed', status: 'Error' })
    expect(
      progressOf(
        [
          ['active', 120],
          ['active', 150],
          ['active', 180],
        ],
        before,
      ),
    ).toEqual(ACTIVE)
  })
})

describe('the watch', () => {
  it.each([
    [
      [
        ['restoring', 1],
        ['active', 2],
      ],
      ACTIVE,
    ],
    [[['error', 1]], { state: 'failed', status: 'error' }],
    [
      [
        ['stopped', 120],
        ['stopped', 150],
        ['stopped', 180],
      ],
      STOPPED,
    ],
  ] as const)('does not change its mind after %j', (reads, end) => {
    expect(
      progressOf([...reads, ['error', 300], ['restoring', 301], ['stopped', 302], ['active', 303]]),
    ).toEqual(end)
  })

  it('leaves earlier records as they were', () => {
    const before = watchOf([['active', 120]])
    const copy = structuredClone(before)
    observeServer(before, 'active', ACCEPTED + 150_000)
    observeServer(before, 'restoring', ACCEPTED + 150_000)
    expect(before).toEqual(copy)
  })

  const history = fc.array(
    fc.tuple(
      fc.constantFrom(
        'active',
        'running',
        'stopped',
        'off',
        'restoring',
        'starting',
        'suspended',
        'error',
        'failed',
      ),
      fc.integer({ min: 1, max: 60 }),
    ),
    { maxLength: 30 },
  )

  it('ends only by one of the two rules', () => {
    const meaning: Readonly<Record<string, string>> = { running: 'active', off: 'stopped', failed: 'error' }
    const statuses = fc.constantFrom('active', 'stopped', 'error', 'suspended', undefined)
    fc.assert(
      fc.property(history, statuses, (steps, statusBefore) => {
        let at = 0
        const reads = steps.map(([status, gap]): Read => {
          at += gap
          return [status, at]
        })
        const endsAt = reads.findIndex(
          (_, index) => progressOf(reads.slice(0, index + 1), { statusBefore }).state !== 'pending',
        )
        fc.pre(endsAt >= 0)
        const seen = reads
          .slice(0, endsAt + 1)
          .map(([status, when]) => ({ status: meaning[status] ?? status, when }))
        const last = seen.at(-1) ?? { status: '', when: 0 }
        // Reads in a row that say the same as the last one, two settle windows after the acceptance or later.
        const other = seen.findLastIndex(({ status }) => status !== last.status)
        const row = seen.slice(other + 1).filter(({ when }) => when >= 120)
        const settled = row.length >= 3 && last.when - (row[0]?.when ?? Number.NaN) >= 60
        const newlyBroken = last.status === 'error' && statusBefore !== 'error' && statusBefore !== undefined
        expect(['active', 'stopped', 'error']).toContain(last.status)
        expect(seen.some(({ status }) => status === 'restoring') || newlyBroken || settled).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
