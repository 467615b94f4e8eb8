/** The words of `reason`: each is documented, and each is given. */
import { expect, it } from 'vitest'
import { REASONS } from '../../../src/run/reasons.ts'
import { filesOf, readText, tableRows } from '../../documents/markdown.ts'

it('are those of docs/outputs.md in its order, each with what it means and what to do', () => {
  const rows = tableRows(readText('docs/outputs.md'), 'reason')
  expect(rows.map(([name]) => name)).toEqual(REASONS)
  for (const [name, cells] of rows) {
    expect(cells, name).toHaveLength(2)
    for (const cell of cells) expect(cell, name).toMatch(/^[A-Z`].*\.$/)
  }
})

// The layers below the record know no reasons, and have some of the words for other things.
const BELOW = /^src\/(?:domain|http|inputs|notify|policy|report|vps)\//

const SOURCE = filesOf('src/**/*.ts')
  .filter(path => !BELOW.test(path))
  .map(readText)
  .join('\n')

// One that nothing gives would be a promise that a workflow waits for in vain.
it.each(REASONS)('%s is given somewhere', reason => {
  // As a value: handed on, returned, or the value of a field; not compared with, nor a key, nor a word of other data.
  const given = new RegExp(
    `(?:\\(\\s*|(?<!\\b(?:kind|state|by|why)): |\\? |return |\\?\\? )'${reason}'(?=[,)\\s])`,
  )
  expect(SOURCE).toMatch(given)
})
