import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../../src/domain/entities.ts'
import {
  observeSnapshot,
  snapshotProgress,
  startSnapshotWatch,
} from '../../../src/policy/snapshot-progress.ts'
import { snapshotOf } from './fixtures.ts'

const WINDOW = { durationMs: 60_000, reads: 3 }
const RUNNING = snapshotOf({ id: '802', status: 'in_progress' })
const COMPLETED = snapshotOf({ id: '802', status: 'Completed' })
const FAILED = snapshotOf({ id: '802', status: 'errored' })
const UNRECOGNIZED = snapshotOf({ id: '802', status: 'verifying' })

type Answer = readonly [snapshot: Snapshot | undefined, second: number]

function watchOf(answers: readonly Answer[], seen?: Snapshot) {
  return answers.reduce(
    (watch, [snapshot, second]) => observeSnapshot(watch, snapshot, second * 1_000),
    startSnapshotWatch(WINDOW, seen),
  )
}

const progressOf = (answers: readonly Answer[], seen?: Snapshot) => snapshotProgress(watchOf(answers, seen))
const missingAt = (...moments: readonly number[]) => moments.map((second): Answer => [undefined, second])

describe('an awaited snapshot', () => {
  it('has had its status since it was first seen in it', () => {
    expect(watchOf([[RUNNING, 2]]).since).toBe(2_000)
    expect(watchOf([[RUNNING, 2], ...missingAt(3), [RUNNING, 4]]).since).toBe(2_000)
    expect(
      watchOf([
        [RUNNING, 2],
        [UNRECOGNIZED, 5],
        [UNRECOGNIZED, 9],
      ]).since,
    ).toBe(5_000)
    const early = startSnapshotWatch(WINDOW, RUNNING, 700)
    expect(observeSnapshot(early, RUNNING, 900).since).toBe(700)
    expect(observeSnapshot(early, UNRECOGNIZED, 900).since).toBe(900)
  })

  it('is pending before a list has shown it, however long that takes', () => {
    expect(progressOf([])).toEqual({ state: 'pending' })
    expect(progressOf(missingAt(1, 60, 120, 180, 240, 300, 9_000))).toEqual({ state: 'pending' })
  })

  it('is pending while it is in progress or of a status that nobody documented', () => {
    expect(progressOf([[RUNNING, 1]])).toEqual({ state: 'pending', snapshot: RUNNING })
    expect(
      progressOf([
        [RUNNING, 1],
        [UNRECOGNIZED, 2],
      ]),
    ).toEqual({ state: 'pending', snapshot: UNRECOGNIZED })
  })

  it('is completed or failed as soon as a list says so', () => {
    expect(
      progressOf([
        [RUNNING, 1],
        [COMPLETED, 2],
      ]),
    ).toEqual({ state: 'completed', snapshot: COMPLETED })
    expect(progressOf([[FAILED, 1]])).toEqual({ state: 'failed', snapshot: FAILED })
  })

  it('stays what it was when it ended', () => {
    expect(
      progressOf([
        [COMPLETED, 1],
        [RUNNING, 2],
      ]),
    ).toEqual({ state: 'completed', snapshot: COMPLETED })
    expect(progressOf([[COMPLETED, 1], ...missingAt(2, 60, 120, 180, 240, 300)])).toEqual({
      state: 'completed',
      snapshot: COMPLETED,
    })
    expect(
      progressOf([
        [FAILED, 1],
        [COMPLETED, 2],
      ]),
    ).toEqual({ state: 'failed', snapshot: FAILED })
  })

  it('may have been seen before the watch began', () => {
    expect(progressOf([], RUNNING)).toEqual({ state: 'pending', snapshot: RUNNING })
    expect(progressOf([], COMPLETED)).toEqual({ state: 'completed', snapshot: COMPLETED })
    expect(progressOf(missingAt(1, 30, 60, 90, 110, 121), RUNNING)).toEqual({
      state: 'gone',
      snapshot: RUNNING,
    })
  })
})

describe('a snapshot that was seen and is missing', () => {
  it('is gone after two settle windows without it', () => {
    expect(progressOf([[RUNNING, 1], ...missingAt(10, 40, 70, 100, 129)])).toEqual({
      state: 'pending',
      snapshot: RUNNING,
    })
    expect(progressOf([[RUNNING, 1], ...missingAt(10, 30, 50, 70, 100, 129.999)]).state).toBe('pending')
    expect(progressOf([[RUNNING, 1], ...missingAt(10, 30, 50, 70, 100, 130)])).toEqual({
      state: 'gone',
      snapshot: RUNNING,
    })
  })

  it('is not gone by fewer reads than two settle windows have', () => {
    expect(progressOf([[RUNNING, 1], ...missingAt(10, 300, 600, 900, 1_200)]).state).toBe('pending')
    expect(progressOf([[RUNNING, 1], ...missingAt(10, 300, 600, 900, 1_200, 1_500)]).state).toBe('gone')
  })

  it('is not gone when one answer in between has it', () => {
    const answers: readonly Answer[] = [[RUNNING, 1], ...missingAt(10, 30, 50, 70, 100), [UNRECOGNIZED, 120]]
    expect(progressOf([...answers, ...missingAt(130, 150, 170, 190, 220, 249)])).toEqual({
      state: 'pending',
      snapshot: UNRECOGNIZED,
    })
    expect(progressOf([...answers, ...missingAt(130, 150, 170, 190, 220, 250)]).state).toBe('gone')
    expect(progressOf([...answers, ...missingAt(130), [COMPLETED, 140]]).state).toBe('completed')
  })

  it('stays gone', () => {
    const gone: readonly Answer[] = [[RUNNING, 1], ...missingAt(10, 30, 50, 70, 100, 130)]
    expect(progressOf([...gone, [COMPLETED, 140]])).toEqual({ state: 'gone', snapshot: RUNNING })
  })
})

it('leaves earlier records as they were', () => {
  const watch = watchOf([
    [RUNNING, 1],
    [undefined, 2],
  ])
  const copy = structuredClone(watch)
  observeSnapshot(watch, COMPLETED, 3_000)
  observeSnapshot(watch, undefined, 3_000)
  expect(watch).toEqual(copy)
})
