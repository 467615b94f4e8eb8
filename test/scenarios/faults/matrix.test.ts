import { describe, expect, it } from 'vitest'
import { allCells } from './cells.ts'
import { describeFailures, playAll } from './play-all.ts'

// Every so many: of each operation, request and kind of fault some. `npm run test:faults` plays all of them.
const EVERY = 25

describe('the fault matrix', () => {
  it('has more than 300 cells, and a reason for each that is left out', () => {
    const { cells, omitted } = allCells()
    expect(cells.length).toBeGreaterThan(300)
    expect(omitted.filter(({ reason }) => reason === '')).toEqual([])
  })

  it('holds, as far as a part of it tells', { timeout: 300_000 }, async () => {
    const cells = allCells().cells.filter((_, index) => index % EVERY === 0)
    const { ran, failed, strays } = await playAll(cells, { shares: true })
    console.log(`${ran} cells of the fault matrix: ${ran - failed.length} held, ${failed.length} did not.`)
    expect(describeFailures(failed)).toBe('')
    expect(strays).toEqual([])
  })
})
