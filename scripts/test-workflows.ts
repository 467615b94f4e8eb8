/**
 * Runs the examples, recipes of the documents and some more workflows in `act`, without a container, against the emulated API.
 *
 *   npm run test:workflows                      all of them
 *   npm run test:workflows -- fleet.yml latest  those whose line holds one of these texts
 *   npm run test:workflows -- --logs <folder>   keeps what act printed
 *   npm run test:workflows -- --update          takes what is told now for what must be told (test/workflows/told.json)
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { findAct, Missing } from '../test/workflows/act-tool.ts'
import { play, type Tools } from '../test/workflows/play.ts'
import {
  type AllTold,
  differences,
  NOBODY,
  type Outcome,
  type Scenario,
  titleOf,
} from '../test/workflows/scenario.ts'
import { BY_HAND } from '../test/workflows/scenarios/by-hand.ts'
import { DEPLOYS } from '../test/workflows/scenarios/deploys.ts'
import { FLEETS } from '../test/workflows/scenarios/fleets.ts'
import { RECIPES } from '../test/workflows/scenarios/recipes.ts'
import { SNAPSHOTS } from '../test/workflows/scenarios/snapshots.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SCENARIOS = [...DEPLOYS, ...FLEETS, ...SNAPSHOTS, ...BY_HAND, ...RECIPES]

/** What others must have been told, scenario by scenario. */
const TOLD = join(ROOT, 'test/workflows/told.json')

interface Options {
  readonly logs: string | undefined
  /** Undefined: `told.json` is written, and not held against what is told. */
  readonly allTold: AllTold | undefined
}

interface Played {
  readonly passed: boolean
  readonly scenario: Scenario
  readonly outcome: Outcome
}

/** Plays one scenario and prints its line. */
async function tryOut(scenario: Scenario, tools: Tools, { logs, allTold }: Options): Promise<Played> {
  const begun = performance.now()
  const outcome = await play(scenario, tools)
  const wrong = differences(scenario, outcome, allTold ?? { [titleOf(scenario)]: outcome.told })
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
  const { minutesToDeploy } = outcome
  const counted = minutesToDeploy === undefined ? '' : `, ${minutesToDeploy} emulated minutes to the deploy`
  console.log(`${wrong.length === 0 ? 'passed' : 'FAILED'}  ${titleOf(scenario)} (${seconds} s${counted})`)
  for (const line of wrong) console.log(`        ${line}`)
  if (wrong.length > 0) console.log(outcome.log.replace(/^/gm, '        | '))
  if (logs !== undefined) writeFileSync(join(logs, fileName(scenario)), outcome.log)
  return { passed: wrong.length === 0, scenario, outcome }
}

function readTold(): AllTold {
  return JSON.parse(readFileSync(TOLD, 'utf8'))
}

/** Of what was not played now, what was told before stays. */
function writeTold(played: readonly Played[]): void {
  const before = readTold()
  const now = new Map(played.map(({ scenario, outcome }) => [scenario, outcome.told]))
  const told = SCENARIOS.map(scenario => [titleOf(scenario), now.get(scenario) ?? before[titleOf(scenario)]])
  const some = told.filter(([, each]) => each !== undefined && !isDeepStrictEqual(each, NOBODY))
  writeFileSync(TOLD, `${JSON.stringify(Object.fromEntries(some), null, 2)}\n`)
}

function fileName({ workflow, when }: Scenario): string {
  return `${`${workflow} ${when}`.replace(/[^A-Za-z0-9]+/g, '-')}.log`
}

/** An example that no scenario runs is one that nobody has tried. */
function examplesNotRun(): readonly string[] {
  const run = new Set(SCENARIOS.map(({ workflow }) => workflow))
  const examples = readdirSync(join(ROOT, 'examples')).map(name => `examples/${name}`)
  return examples.filter(example => !run.has(example))
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    ...{ allowPositionals: true, options: { logs: { type: 'string' }, update: { type: 'boolean' } } },
  })
  const logs = values.logs === undefined ? undefined : resolve(values.logs)
  if (logs !== undefined) mkdirSync(logs, { recursive: true })
  const isWanted = (scenario: Scenario) =>
    positionals.length === 0 || positionals.some(text => titleOf(scenario).includes(text))
  const tools = { act: findAct(console.log), root: ROOT }
  // Each has its own folder, home and emulated API.
  const limit = pLimit(availableParallelism())
  const wanted = SCENARIOS.filter(isWanted)
  const options = { logs, allTold: values.update === true ? undefined : readTold() }
  const played = await Promise.all(wanted.map(each => limit(() => tryOut(each, tools, options))))
  if (values.update === true) writeTold(played)
  const results = played.map(({ passed }) => passed)
  for (const example of examplesNotRun()) {
    console.log(`FAILED  ${example}: no scenario runs it`)
    results.push(false)
  }
  const passed = results.filter(Boolean).length
  console.log(`${passed} passed, ${results.length - passed} failed`)
  return passed === results.length && passed > 0
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  if (!(error instanceof Missing)) throw error
  console.error(error.message)
  process.exitCode = 1
}
