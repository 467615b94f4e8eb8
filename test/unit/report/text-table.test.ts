import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tableLines } from '../../../src/report/text-table.ts'
import { hostileText } from './hostile-text.ts'

describe('a table in the log', () => {
  it('has its columns aligned, and nothing behind the last word of a row', () => {
    const lines = tableLines({
      columns: ['Snapshot', 'Status', 'Name'],
      rows: [
        ['7', 'in_progress', 'a'],
        ['1234567890', '', 'before-upgrade'],
      ],
    })
    expect(lines).toEqual([
      'Snapshot    Status       Name',
      '7           in_progress  a',
      '1234567890  –            before-upgrade',
    ])
  })

  it('counts characters, not their code units', () => {
    expect(tableLines({ columns: ['A', 'B'], rows: [['🚀🚀', 'x']] })).toEqual(['A   B', '🚀🚀  x'])
  })

  it('cuts a cell that would push the others out of sight', () => {
    const [, row = ''] = tableLines({ columns: ['A', 'B'], rows: [['x'.repeat(81), 'y']] })
    expect(row).toBe(`${'x'.repeat(79)}…  y`)
  })

  it('bears rows that are shorter or longer than its head', () => {
    expect(tableLines({ columns: ['A', 'B'], rows: [['1'], ['1', '2', '3']] })).toEqual([
      'A  B',
      '1',
      '1  2  3',
    ])
  })

  it('holds nothing that the runner obeys, and one line a row, whatever comes in', () => {
    const cell = hostileText
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 4 }), rows => {
        const lines = tableLines({ columns: ['A', 'B', 'C'], rows })
        expect(lines).toHaveLength(rows.length + 1)
        for (const line of lines) {
          expect(line).not.toMatch(/^\s*::|##\[|[\p{Cc}\p{Cf}\u2028\u2029]/u)
          expect(line.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  it('begins each column at the same character in every row, whatever comes in', () => {
    const word = fc.stringMatching(/^[a-z🚀]{1,70}$/u)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 5 }), rows => {
        const starts = tableLines({ columns: ['A', 'B'], rows }).map(line => {
          const characters = Array.from(line)
          return characters.lastIndexOf(' ') + 1
        })
        expect(new Set(starts).size).toBe(1)
      }),
    )
  })
})
