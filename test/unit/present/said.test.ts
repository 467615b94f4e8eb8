/** Every sentence that is said of the endings of each operation, as a file to be read in one sitting. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finalOutputs } from '../../../src/present/outputs.ts'
import { commandsFor } from '../../../src/present/steps-to-copy.ts'
import { summaryOf } from '../../../src/present/summary.ts'
import { candidatesTable, resultTable } from '../../../src/present/tables.ts'
import { titleOf } from '../../../src/present/title.ts'
import { verdictOf } from '../../../src/present/verdict.ts'
import type { Cell } from '../../../src/report/text-table.ts'
import { type Ending, endings } from '../run/endings.ts'
import { ORIGIN } from '../run/fixtures.ts'
import { STORIES } from '../run/stories.ts'

// Enough that each sentence is among them; a fixed seed, so that the file stays as it is.
const SAMPLE = { numRuns: 60, seed: 2026 }

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : `${cell.text} <${cell.href}>`
}

function rows(table: ReturnType<typeof candidatesTable>): readonly string[] {
  return table === undefined
    ? []
    : [table.columns, ...table.rows.map(row => row.map(textOf))].map(row => row.join(' | '))
}

/** Line by line, from the headline to what can be pasted. */
function said({ run, now }: Ending): readonly string[] {
  const verdict = verdictOf(run, now)
  const { tone, headline, state, next } = verdict
  const { status, reason } = finalOutputs(run, now)
  const { details, facts } = summaryOf(run, verdict, ORIGIN, now)
  return [
    `${tone} · ${titleOf(run)} · ${status} ${reason}`,
    headline,
    ...(state === '' ? [] : [state]),
    ...(next === undefined ? [] : [`Next: ${next}`]),
    ...commandsFor(run, ORIGIN),
    ...details.map(([name, cell]) => `${name}: ${textOf(cell)}`),
    ...facts.map(fact => `- ${fact}`),
    ...rows(candidatesTable(run, ORIGIN, now)),
    ...rows(run.servers.length > 1 ? resultTable(run, ORIGIN, now) : undefined),
  ]
}

// Which server and which snapshot it is makes no other sentence.
function alike(line: string): string {
  return line.replaceAll(/\d+/g, '0').replaceAll(/\b0(?:, ?0)+\b/g, '0, 0')
}

it.each(Object.entries(STORIES))(
  'every ending of %s is told as the file shows',
  async (operation, stories) => {
    const lines = fc
      .sample(stories, SAMPLE)
      .flatMap(history => [...endings(history)].flatMap(said))
      .flatMap(line => line.split(/(?<=[.;]) /))
      .map(alike)
    const text = [...new Set(lines)].toSorted().join('\n')
    await expect(`${text}\n`).toMatchFileSnapshot(`__snapshots__/said-${operation}.txt`)
  },
)
