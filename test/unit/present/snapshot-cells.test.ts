import { describe, expect, it } from 'vitest'
import { IN_FUTURE, THIS_RUN_UNMARKED } from '../../../src/present/messages/titles.ts'
import { ageText, makerCell, runUrl, sizeText, takenText } from '../../../src/present/snapshot-cells.ts'
import { cellText } from '../../../src/report/text-table.ts'
import { madeBy, NOW, ORIGIN, snapshot } from '../run/fixtures.ts'

const UNDATED = snapshot('701', '11', { createdAt: null, sizeMb: null })

describe('a cell', () => {
  it('has a size, or a dash while it is not known', () => {
    expect(sizeText(snapshot('701'))).toBe('5.0 GiB')
    expect(sizeText(UNDATED)).toBe('–')
  })

  it('has an age, or says that it is not known', () => {
    expect(ageText(snapshot('701'), NOW)).toBe('1 hour')
    expect(ageText(UNDATED, NOW)).toBe('unknown')
    expect(ageText(snapshot('701'), NOW - 2 * 3_600_000)).toBe(IN_FUTURE)
    // Clocks differ a little.
    expect(ageText(snapshot('701'), NOW - 3_600_000 - 60_000)).toBe('0 seconds')
  })

  it('has a time in UTC with the age, and the date where that was another day', () => {
    expect(takenText(snapshot('701'), NOW)).toBe('01:40 UTC (1 hour ago)')
    expect(takenText(snapshot('701'), NOW + 24 * 3_600_000)).toBe('2026-03-02 01:40 UTC (25 hours ago)')
    expect(takenText(UNDATED, NOW)).toBe('unknown')
    expect(takenText(snapshot('701'), NOW - 3_600_000 / 4 - 3_600_000)).toBe(`01:40 UTC (${IN_FUTURE})`)
  })
})

describe('who made a snapshot', () => {
  const maker = (change: Parameters<typeof madeBy>[0]) =>
    makerCell(snapshot('701', '11', madeBy(change)), ORIGIN)

  it('is a person where there is no marker', () => {
    expect(makerCell(snapshot('701'), ORIGIN)).toBe('manual')
    expect(makerCell(snapshot('701'), ORIGIN, true)).toBe(THIS_RUN_UNMARKED)
  })

  it.each([
    [{ runId: ORIGIN.runId }, 'this run'],
    [{}, 'this workflow, run 9000000000'],
    [{ workflow: 'octo/shop/.github/workflows/other.yml' }, '.github/workflows/other.yml, run 9000000000'],
    [{ workflow: 'Octo/Shop/.github/workflows/other.yml' }, '.github/workflows/other.yml, run 9000000000'],
    [{ workflow: 'else/repo/ci.yml' }, 'else/repo/ci.yml, run 9000000000'],
    [{ purpose: 'safety' as const }, 'safety snapshot, this workflow, run 9000000000'],
    [{ purpose: 'schedule' as const }, 'scheduled, this workflow, run 9000000000'],
    [{ purpose: 'keep' as const }, 'kept, this workflow, run 9000000000'],
  ])('is the run of its marker: %o', (change, text) => {
    expect(cellText(maker(change))).toBe(text)
  })

  it('links to that run, at the GitHub where this run is', () => {
    expect(maker({})).toHaveProperty('href', 'https://github.example/octo/shop/actions/runs/9000000000')
    expect(maker({ workflow: 'else/repo/ci.yml' })).toHaveProperty(
      'href',
      'https://github.example/else/repo/actions/runs/9000000000',
    )
    expect(runUrl(ORIGIN, { repository: 'a/b', run: '1' })).toBe('https://github.example/a/b/actions/runs/1')
  })
})
