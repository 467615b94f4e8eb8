import { parseArgs } from 'node:util'
import { fleets } from './fleets.ts'
import { formatGoals, type Goal } from './goals.ts'
import { startup } from './startup.ts'
import { waiting } from './waiting.ts'

const PARTS: Readonly<Record<string, () => Promise<readonly Goal[]>>> = { startup, waiting, fleets }

const USAGE = `npm run bench [-- ${Object.keys(PARTS).join('|')}]`

/** Runs the parts that are named (all of them when none is), prints every goal, and says whether all are met. */
async function main(names: readonly string[]): Promise<boolean> {
  const unknown = names.filter(name => !(name in PARTS))
  if (unknown.length > 0) {
    console.error(`${unknown.join(', ')}: not a part. ${USAGE}`)
    return false
  }
  const goals: Goal[] = []
  for (const [name, measure] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue
    console.log(`\n== ${name}`)
    const found = await measure()
    console.log(`\n${formatGoals(found)}`)
    goals.push(...found)
  }
  const missed = goals.filter(goal => !goal.met)
  console.log(`\n${goals.length - missed.length} of ${goals.length} goals are met.`)
  for (const { what, figure, goal } of missed) console.log(`MISSED: ${what}: ${figure}, must be ${goal}.`)
  return missed.length === 0
}

const { positionals } = parseArgs({ allowPositionals: true })
process.exitCode = (await main(positionals)) ? 0 : 1
