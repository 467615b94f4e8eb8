import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  hasRestoreBegun,
  observeServer,
  type RestoreProgress,
  type RestoreWatch,
  restoreProgress,
  startRestoreWatch,
} from '../../../src/policy/restore-end.ts'
import { serverPhase } from '../../../src/policy/statuses.ts'

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
    config: { acceleratedClock: false },
  })
  return reads.reduce(
    (watch, [status, after]) => observeServer(watch, status, ACCEPTED + after * 1_000),
    start,
  )
}

const progressOf = (reads: readonly Read[], before?: Before): RestoreProgress =>
  restoreProgress(watchOf(reads, before))

const stateOf = (reads: readonly Read[], before?: Before): string => {
  const progress = progressOf(reads, before)
  return progress.state === 'ended' ? progress.phase : progress.state
}

const pending = (seenRestoring: boolean, isConfirming: boolean) => ({
  state: 'pending',
  seenRestoring,
  isConfirming,
})
const RESTORING: Read = ['restoring', 68]

describe('a restore that is seen', () => {
  const observed = 'restoring seen'

  it.each([
    ['active', 'active'],
    ['RUNNING', 'active'],
    ['stopped', 'stopped'],
    ['off', 'stopped'],
  ])('has ended once two reads in a row say %s, two seconds apart', (status, phase) => {
    expect(progressOf([RESTORING])).toEqual(pending(true, false))
    expect(progressOf([RESTORING, [status, 72]])).toEqual(pending(true, true))
    expect(progressOf([RESTORING, [status, 72], [status, 74]])).toEqual({ state: 'ended', phase, observed })
  })

  it('has not ended by reads that confirm what was before, within a minute of the acceptance', () => {
    const early: readonly Read[] = [
      ['restoring', 8],
      ['active', 12],
      ['active', 14],
      ['active', 59],
    ]
    expect(progressOf(early)).toEqual(pending(true, true))
    expect(stateOf([...early, ['active', 60]])).toBe('active')
    expect(stateOf([...early, ['restoring', 60], ['active', 62]])).toBe('pending')
    expect(stateOf(early, { statusBefore: 'stopped' })).toBe('active')
  })

  it('has not ended by two reads at the same time, which one replica may answer', () => {
    expect(progressOf([RESTORING, ['active', 72], ['active', 72.2]])).toEqual(pending(true, true))
    expect(stateOf([RESTORING, ['active', 72], ['active', 72.2], ['active', 74]])).toBe('active')
  })

  it.each(['restoring', 'starting', 'suspended', 'stopped', 'error'])(
    'has not ended by a stale read with %s after it',
    status => {
      expect(stateOf([RESTORING, ['active', 72], [status, 74]])).toBe('pending')
      expect(stateOf([RESTORING, ['active', 72], [status, 74], ['active', 76]])).toBe('pending')
      expect(stateOf([RESTORING, ['active', 72], [status, 74], ['active', 76], ['active', 78]])).toBe(
        'active',
      )
    },
  )

  it('has not ended while the server says what nobody documented', () => {
    const reads: readonly Read[] = [RESTORING, ['suspended', 18], ['suspended', 400], ['suspended', 4_000]]
    expect(progressOf(reads)).toEqual(pending(true, false))
  })

  it('is not taken in by stale reads before restoring', () => {
    const stale: readonly Read[] = [
      ['active', 1],
      ['active', 4],
      ['stopped', 6],
    ]
    expect(progressOf(stale)).toEqual(pending(false, false))
    expect(stateOf([...stale, RESTORING, ['restoring', 600]])).toBe('pending')
    expect(stateOf([...stale, RESTORING, ['active', 610], ['active', 612]])).toBe('active')
  })

  it('may have been seen restoring before the watch began', () => {
    expect(progressOf([], { seenRestoring: true })).toEqual(pending(true, false))
    expect(stateOf([['stopped', 1]], { seenRestoring: true })).toBe('pending')
    expect(
      progressOf(
        [
          ['stopped', 1],
          ['off', 3],
        ],
        { seenRestoring: true },
      ),
    ).toEqual({ state: 'ended', phase: 'stopped', observed })
  })

  it.each(['active', 'error', undefined])(
    'has failed when the server is in error, and was %s before',
    before => {
      const reads: readonly Read[] = [RESTORING, ['error', 72]]
      expect(stateOf(reads, { statusBefore: before })).toBe('pending')
      expect(progressOf([...reads, ['Failed', 74]], { statusBefore: before })).toEqual({
        state: 'failed',
        status: 'Failed',
        observed,
      })
    },
  )
})

describe('a restore that is never seen', () => {
  const observed = 'never seen'

  it('has ended after the same status throughout a settle window that begins two windows after the acceptance', () => {
    const reads: readonly Read[] = [
      ['active', 120],
      ['active', 150],
    ]
    expect(progressOf(reads)).toEqual(pending(false, false))
    expect(stateOf([...reads, ['active', 179.999]])).toBe('pending')
    expect(progressOf([...reads, ['running', 180]])).toEqual({ state: 'ended', phase: 'active', observed })
  })

  it('has not ended by the automatic stop that may come long before restoring shows', () => {
    const reads: readonly Read[] = [
      ['stopped', 130],
      ['stopped', 200],
      ['stopped', 299.999],
      ['stopped', 330],
    ]
    expect(stateOf([...reads, ['stopped', 359]])).toBe('pending')
    expect(stateOf([...reads, ['stopped', 360], ['stopped', 389]])).toBe('pending')
    expect(progressOf([...reads, ['stopped', 360], ['stopped', 390]])).toEqual({
      state: 'ended',
      phase: 'stopped',
      observed,
    })
  })

  it('has not ended by two reads, however far apart', () => {
    expect(
      stateOf([
        ['active', 120],
        ['active', 1_200],
      ]),
    ).toBe('pending')
  })

  it('does not count reads from before', () => {
    const early: readonly Read[] = [
      ['active', 10],
      ['active', 60],
      ['active', 119.999],
      ['active', 150],
      ['active', 180],
    ]
    expect(stateOf([...early, ['active', 209.999]])).toBe('pending')
    expect(stateOf([...early, ['active', 210]])).toBe('active')
  })

  it.each(['stopped', 'starting', 'suspended', 'error'])(
    'begins its window anew after a read of %s',
    other => {
      const reads: readonly Read[] = [
        ['active', 120],
        ['active', 150],
        [other, 170],
        ['active', 190],
        ['active', 220],
      ]
      const before = { statusBefore: 'error' }
      expect(stateOf([...reads, ['active', 249.999]], before)).toBe('pending')
      expect(stateOf([...reads, ['active', 250]], before)).toBe('active')
    },
  )

  it.each(['starting', 'suspended', 'imaging'])('never ends by %s', status => {
    expect(
      stateOf([
        [status, 120],
        [status, 200],
        [status, 400],
        [status, 9_000],
      ]),
    ).toBe('pending')
  })

  it('ends as one that is seen even after a window had begun', () => {
    const reads: readonly Read[] = [
      ['active', 120],
      ['active', 150],
      ['restoring', 160],
      ['stopped', 161],
    ]
    expect(progressOf(reads)).toEqual(pending(true, true))
    expect(stateOf([...reads, ['stopped', 163]])).toBe('stopped')
  })
})

describe('a server in error without the restore having been seen', () => {
  it.each(['active', 'suspended'])(
    'is a failure once it is confirmed, when it was %s before',
    statusBefore => {
      const reads: readonly Read[] = [
        ['active', 1],
        ['error', 4],
      ]
      expect(progressOf(reads, { statusBefore })).toEqual(pending(false, true))
      expect(stateOf([...reads, ['active', 6], ['error', 8]], { statusBefore })).toBe('pending')
      expect(progressOf([...reads, ['FAILED', 6]], { statusBefore })).toEqual({
        state: 'failed',
        status: 'FAILED',
        observed: 'never seen',
      })
    },
  )

  it.each([['error'], ['Failed'], [undefined]])('may be a stale read when it was %s before', statusBefore => {
    const before = { statusBefore }
    const early: readonly Read[] = [
      ['error', 1],
      ['failed', 4],
      ['error', 119],
    ]
    expect(progressOf(early, before)).toEqual(pending(false, false))
    expect(stateOf([...early, ['error', 120], ['error', 150], ['error', 179]], before)).toBe('pending')
    expect(stateOf([...early, ['error', 120], ['error', 150], ['Error', 180]], before)).toBe('failed')
    expect(stateOf([...early, ['active', 120], ['active', 150], ['active', 180]], before)).toBe('active')
  })
})

describe('the watch', () => {
  it('counts in intervals by an accelerated clock', () => {
    const config = { acceleratedClock: true, fixedIntervalMs: 100 }
    const start = startRestoreWatch(0, { statusBefore: 'active', seenRestoring: true, config })
    const once = observeServer(start, 'active', 1_500)
    expect(restoreProgress(observeServer(once, 'active', 1_550)).state).toBe('pending')
    expect(restoreProgress(observeServer(once, 'active', 1_600)).state).toBe('ended')
  })

  it('does not change its mind', () => {
    const later: readonly Read[] = [
      ['error', 300],
      ['error', 302],
      ['restoring', 303],
      ['stopped', 304],
      ['stopped', 306],
    ]
    expect(stateOf([RESTORING, ['active', 72], ['active', 74], ...later])).toBe('active')
    expect(stateOf([['error', 4], ['error', 6], ...later, ['active', 310], ['active', 312]])).toBe('failed')
  })

  it('leaves earlier records as they were', () => {
    const before = watchOf([['active', 120]])
    const copy = structuredClone(before)
    observeServer(before, 'active', ACCEPTED + 150_000)
    observeServer(before, 'restoring', ACCEPTED + 150_000)
    expect(before).toEqual(copy)
  })

  const statuses = [
    'active',
    'running',
    'stopped',
    'off',
    'restoring',
    'starting',
    'suspended',
    'error',
    'failed',
  ]
  const histories = fc.array(
    fc.tuple(fc.constantFrom(...statuses), fc.double({ min: 0.1, max: 60, noNaN: true })),
    { maxLength: 30 },
  )
  const befores = fc.constantFrom('active', 'stopped', 'error', 'suspended', undefined)

  it('ends only by one of the two rules, and says by which', () => {
    fc.assert(
      fc.property(histories, befores, (steps, statusBefore) => {
        let at = 0
        const reads = steps.map(([status, gap]): Read => {
          at += gap
          return [status, at]
        })
        const ends = reads.findIndex(
          (_, index) => stateOf(reads.slice(0, index + 1), { statusBefore }) !== 'pending',
        )
        fc.pre(ends >= 0)
        const seen = reads.slice(0, ends + 1).map(([status, when]) => ({ phase: serverPhase(status), when }))
        const last = seen.at(-1)
        const row = seen.slice(seen.findLastIndex(({ phase }) => phase !== last?.phase) + 1)
        const spanOf = (some: typeof row) => (some.at(-1)?.when ?? 0) - (some[0]?.when ?? 0)
        const trusted = row.filter(({ when }) => when >= (last?.phase === 'stopped' ? 300 : 120))
        const isSettled = trusted.length >= 3 && spanOf(trusted) >= 60 - 1e-9
        const wasSeen = seen.some(({ phase }) => phase === 'restoring')
        const isNewError = last?.phase === 'error' && statusBefore !== undefined && statusBefore !== 'error'
        const isConfirmed = (wasSeen || isNewError) && row.length >= 2 && spanOf(row) >= 1.5 - 1e-9
        expect(['active', 'stopped', 'error']).toContain(last?.phase)
        expect(isConfirmed || isSettled).toBe(true)
        expect(progressOf(reads, { statusBefore })).toMatchObject({
          observed: wasSeen ? 'restoring seen' : 'never seen',
        })
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('hasRestoreBegun', () => {
  it('is told by restoring, whatever was before', () => {
    for (const before of ['active', 'stopped', 'error', undefined])
      expect(hasRestoreBegun(before, 'Restoring')).toBe(true)
  })

  it('is told by a stop only where the server ran before', () => {
    expect(hasRestoreBegun('running', 'stopped')).toBe(true)
    for (const before of ['stopped', 'stopping', 'suspended', undefined])
      expect(hasRestoreBegun(before, 'off')).toBe(false)
  })

  it('is not told by anything else', () => {
    for (const status of ['active', 'starting', 'stopping', 'suspended', 'error'])
      expect(hasRestoreBegun('active', status)).toBe(false)
  })
})
