/**
 * The whole fault matrix against the built action: `npm run test:faults`. `--only <text>` plays the cells whose names
 * hold the text, `--list` only names them and what is left out, with the reasons.
 */
import { parseArgs } from 'node:util'
import { allCells } from './cells.ts'
import { describeFailures, playAll } from './play-all.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, list: { type: 'boolean', default: false } },
})
const { cells, omitted } = allCells()
const chosen = cells.filter(({ name }) => name.includes(values.only))
if (values.list) {
  for (const { name } of chosen) console.log(name)
  for (const { name, reason } of omitted) console.log(`(${name}: ${reason})`)
} else {
  const began = performance.now()
  const { ran, failed, strays } = await playAll(chosen, { shares: false })
  const seconds = ((performance.now() - began) / 1_000).toFixed(0)
  if (failed.length > 0) console.log(describeFailures(failed))
  for (const stray of strays) console.log(`A redirect was followed: ${stray}`)
  const reasons = Map.groupBy(omitted, ({ reason }) => reason)
  for (const [reason, items] of reasons) console.log(`${items.length} cells left out: ${reason}.`)
  console.log(
    `${ran} cells of the fault matrix in ${seconds} s: ${ran - failed.length} held, ${failed.length} did not.`,
  )
  process.exitCode = failed.length + strays.length === 0 ? 0 : 1
}
