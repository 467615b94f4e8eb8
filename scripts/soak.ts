/**
 * Thousands of runs of the action with random faults, on a virtual clock:
 *
 *     npm run soak -- --runs 5000 [--seed 1]   runs, the seeds counted up from the first
 *     npm run soak -- --seed 77 --runs 1       the run of one seed once more, with its log
 *     npm run soak -- --year [--seed 1]        1,000 deploys by three workflows and a person, in a year
 */
import { parseArgs } from 'node:util'
import { type Played, playSeed } from '../test/soak/play.ts'
import { transitionsOf } from '../test/soak/records.ts'
import { playYear } from '../test/soak/year.ts'
import { toldTransitions } from '../test/unit/run/transitions.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    year: { type: 'boolean', default: false },
  },
})

const SHOWN = 20
// Histories of each operation: by them, the unit tests hold the rules of what is said.
const TOLD = 4_000

async function soak(first: number, runs: number): Promise<number> {
  const began = performance.now()
  let failed = 0
  const greens = { main: 0, post: 0 }
  const statuses = new Map<string, number>()
  const seen = new Map<string, number>()
  let requests = 0
  for (let seed = first; seed < first + runs; seed += 1) {
    const played = await playSeed(seed)
    const { story } = played
    greens.main += story?.main.green === true ? 1 : 0
    greens.post += story?.post?.green === true ? 1 : 0
    requests += (story?.main.requests.length ?? 0) + (story?.post?.requests.length ?? 0)
    for (const change of story === undefined ? [] : transitionsOf(story))
      seen.set(change, seen.get(change) ?? seed)
    const status = story?.main.outputs['status'] ?? 'none'
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (played.breaches.length > 0) failed += 1
    if (played.breaches.length > 0 && failed <= SHOWN) tell(played)
    if (runs === 1) tellAll(played)
  }
  const seconds = (performance.now() - began) / 1_000
  console.log(
    `${runs} runs from seed ${first} with ${requests} requests in ${seconds.toFixed(1)} s: ${runs - failed} held, ${failed} did not.`,
  )
  console.log(`Green: ${greens.main} main steps, ${greens.post} post steps.`)
  console.log(`Statuses: ${[...statuses].map(([status, count]) => `${status} ${count}`).join(', ')}.`)
  const told = toldTransitions(TOLD)
  const untold = [...seen].filter(([change]) => !told.has(change))
  console.log(
    `${seen.size} kinds of change of a record, ${untold.length} of them in no history of the unit tests.`,
  )
  for (const [change, first] of untold) console.log(`  ${change} (seed ${first})`)
  return failed + untold.length
}

function tell({ seed, breaches, scenario }: Played): void {
  console.log(
    `Seed ${seed} (${scenario.wish.operation}), again with: npm run soak -- --seed ${seed} --runs 1`,
  )
  for (const breach of breaches) console.log(`  ${breach}`)
}

function tellAll({ story, scenario }: Played): void {
  console.log(JSON.stringify(scenario, null, 2).replace(/A{1000,}/g, 'A…'))
  for (const stage of [story?.main, story?.post]) {
    if (stage === undefined) continue
    console.log(`--- ${stage === story?.main ? 'main' : 'post'}: ${stage.green ? 'green' : 'red'}`)
    for (const { at, method, path, status, fault, acted } of stage.requests)
      console.log(
        `${new Date(at).toISOString().slice(11, 23)} ${method} ${path} -> ${status ?? 'nothing'}${fault === null ? '' : ` [${fault}${acted ? ', acted' : ''}]`}`,
      )
    console.log(stage.log.join('\n'))
    console.log(stage.outputs)
  }
  for (const event of story?.finally.events ?? [])
    console.log(
      new Date(event.at).toISOString().slice(11, 23),
      event.kind,
      event.server,
      event.by,
      event.snapshot ?? '',
      event.detail ?? '',
    )
}

const DEPLOYS = 1_000

async function simulateYears(seed: number): Promise<number> {
  let breaches = 0
  for (const whenFull of ['delete-oldest', 'fail'] as const) {
    const year = await playYear(seed, DEPLOYS, whenFull)
    console.log(
      `A year with when-full: ${whenFull} (seed ${seed}): ${year.deploys} deploys, ${year.taken} snapshots taken, ${year.deleted} deleted by retention, ${year.full} times no slot and none that may go; ${year.broken} broken deploys, up to ${year.longestSeries} in a row; ${year.breaches.length} breaches.`,
    )
    for (const breach of year.breaches) console.log(`  ${breach}`)
    breaches += year.breaches.length
  }
  return breaches
}

const seed = Number(values.seed)
const failed = values.year ? await simulateYears(seed) : await soak(seed, Number(values.runs))
process.exitCode = failed === 0 ? 0 : 1
