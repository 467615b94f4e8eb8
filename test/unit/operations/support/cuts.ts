import { expect } from 'vitest'
import { deeds } from './restoring.ts'
import type { Cancel, Inputs, Stage, Transcript } from './stage.ts'

/** From a cancel to the end of the stage, in milliseconds. */
export const GRACE_MS = 1_000

/** One stage that is cancelled as its nth request is sent. */
export interface Cut {
  readonly nth: number
  readonly seen: Transcript
  /** What our requests did to the world, also those that were still on their way. */
  readonly done: readonly string[]
}

/** A stage that can be cancelled. */
export interface Cuttable {
  readonly stage: Stage
  readonly run: (cancel: Cancel) => Promise<Transcript>
}

/** The main stage with these inputs. */
export function mainOf(stage: Stage, inputs: Inputs): Cuttable {
  return { stage, run: cancel => stage.main(inputs, { cancel }) }
}

/** Cancels a stage at each of its requests in turn, until it ends before the cancel. */
export async function sweep(begin: () => Cuttable | Promise<Cuttable>): Promise<readonly Cut[]> {
  const cuts: Cut[] = []
  for (let nth = 1; ; nth += 1) {
    const { stage, run } = await begin()
    const before = deeds(stage.world).length
    const seen = await run({ nth })
    if (seen.requests.length < nth) return cuts
    const asked = seen.requests[nth - 1]?.after ?? 0
    expect(seen.took - asked).toBeLessThanOrEqual(GRACE_MS)
    expect(seen.requests).toHaveLength(nth)
    await stage.clock.advance(5_000)
    cuts.push({ nth, seen, done: deeds(stage.world).slice(before) })
  }
}

/** How the cuts ended, each end once, in their order: `red cancelled`. */
export function endsOf(cuts: readonly Cut[]): readonly string[] {
  const ends = cuts.map(({ seen }) =>
    `${seen.green ? 'green' : 'red'} ${seen.outputs['status'] ?? ''}`.trim(),
  )
  return ends.filter((end, index) => end !== ends[index - 1])
}

/** Whatever the cut, nothing that it says may be untrue, and the cancel is told. */
export function expectTruth(cuts: readonly Cut[]): void {
  expect(cuts.length).toBeGreaterThan(0)
  for (const { seen, done } of cuts) {
    const { status, reason } = seen.outputs
    if (status === 'failed') expect(done.filter(deed => /^(restore|deleted)/.test(deed))).toEqual([])
    if (done.includes('restore-begun 801')) expect(['cancelled', 'unknown', 'restored']).toContain(status)
    if (done.includes('deleted 801')) expect(['cancelled', 'unknown', 'deleted']).toContain(status)
    if (status === 'restored') expect(done).toContain('restore-begun 801')
    expect(reason).toBe(status === 'unknown' ? 'lost-answer' : 'cancelled')
    for (const text of [seen.annotations.at(-1)?.text, seen.summary])
      expect(text).toMatch(/cancelled|cut off/i)
    expect(seen.outputs['duration-seconds']).toMatch(/^[0-9]+$/)
  }
}
