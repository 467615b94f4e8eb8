import { describe, expect, it } from 'vitest'
import { toldTransitions } from '../unit/run/transitions.ts'
import { createDice } from './dice.ts'
import { playSeed } from './play.ts'
import { transitionsOf } from './records.ts'
import { throwScenario } from './scenario.ts'
import { playYear } from './year.ts'

// A stretch in which each kind of end comes; `npm run soak` plays thousands.
const RUNS = 120
const FIRST = 100

describe('runs with random faults, cancels and other people', () => {
  it('leave a world that somebody could have wanted, say the truth about it, tell no secret, and end in time', async () => {
    const failed: string[] = []
    const statuses = new Set<string | undefined>()
    const seen = new Set<string>()
    for (let seed = FIRST; seed < FIRST + RUNS; seed += 1) {
      const { breaches, story } = await playSeed(seed)
      statuses.add(story?.main.outputs['status'])
      for (const change of story === undefined ? [] : transitionsOf(story)) seen.add(change)
      for (const breach of breaches) failed.push(`npm run soak -- --seed ${seed} --runs 1: ${breach}`)
    }
    console.log(`${RUNS} runs from seed ${FIRST}: ${RUNS - failed.length} held, ${failed.length} did not.`)
    expect(failed).toEqual([])
    // What is asserted of histories that were written by hand must hold for everything that operations do.
    const told = toldTransitions(4_000)
    expect([...seen].filter(change => !told.has(change))).toEqual([])
    // Runs that all come to the same end would prove little.
    expect([...statuses]).toEqual(
      expect.arrayContaining([
        'completed',
        'restored',
        'deleted',
        'failed',
        'timed_out',
        'cancelled',
        'unknown',
      ]),
    )
  })

  it('are the same for the same seed', async () => {
    expect(throwScenario(createDice(7))).toEqual(throwScenario(createDice(7)))
    const [one, other] = [await playSeed(7), await playSeed(7)]
    expect(other.story?.main.log).toEqual(one.story?.main.log)
    expect(other.story?.finally).toEqual(one.story?.finally)
  })
})

describe('a year of deploys by three workflows and a person to one server', () => {
  it('deletes nothing outside of the rule, and finds a slot wherever the rule allows one to be freed', async () => {
    const year = await playYear(1, 200, 'delete-oldest')
    expect(year.breaches).toEqual([])
    expect(year.deleted).toBeGreaterThan(100)
  })

  it('keeps the last good state through any series of broken deploys', async () => {
    const year = await playYear(1, 200, 'fail')
    expect(year.breaches).toEqual([])
    expect(year.longestSeries).toBeGreaterThan(3)
  })
})
