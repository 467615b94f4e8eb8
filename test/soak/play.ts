// Loaded only when somebody is to be told: on a clock that is virtual, that would be for ever.
import '../../src/notify/webhook.ts'
import { mainStage, postStage } from '../../src/stages.ts'
import { Faults } from '../emulator/faults.ts'
import { VirtualClock } from '../emulator/virtual-clock.ts'
import { createVirtualWire } from '../emulator/virtual-wire.ts'
import { World } from '../emulator/world.ts'
import { createDice, type Dice } from './dice.ts'
import { arms } from './happenings.ts'
import { BODY_LIMIT } from './hardships.ts'
import { type Scenario, START, throwScenario } from './scenario.ts'
import { beginStage, ORIGIN_OF_RUN } from './stage.ts'
import type { Story } from './story.ts'
import { breachesOf } from './truth.ts'

export const TOKEN = 'vps_s3cr3t-T0ken/of+the=soak'
const ORIGIN = 'https://admin.vps.org'
const HOUR = 3_600_000
// What others began before the step has shown itself by then.
const BEFOREHAND = 60_000

/** What a run of the soak came to. */
export interface Played {
  readonly seed: number
  readonly scenario: Scenario
  readonly story: Story | undefined
  readonly breaches: readonly string[]
}

/** Plays the run of a seed; always the same one. */
export async function playSeed(seed: number): Promise<Played> {
  const scenario = throwScenario(createDice(seed))
  try {
    const story = await play(scenario, createDice(seed + 0.5e9))
    return { seed, scenario, story, breaches: breachesOf(story) }
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { seed, scenario, story: undefined, breaches: [`the action threw: ${text}`] }
  }
}

async function play(scenario: Scenario, dice: Dice): Promise<Story> {
  const clock = new VirtualClock(START - BEFOREHAND)
  const { servers, snapshots, settings } = scenario
  const world = new World(() => clock.now(), {
    settings: { ...settings, token: TOKEN },
    servers: [...servers],
    snapshots: [...snapshots],
    nextSnapshotId: '9000',
  })
  for (const { afterMs, act } of scenario.acts)
    if (afterMs < 0) world.act(act)
    else world.actAt(START + afterMs, act)
  await clock.advance(BEFOREHAND)
  const faults = new Faults(dice.random)
  faults.add(...scenario.faults)
  const wire = createVirtualWire({
    ...{ world, clock, faults, bodyLimit: BODY_LIMIT },
    latencyMs: () => scenario.latencyMs * dice.random(),
  })
  const stage = { clock, world, wire, dice, origin: ORIGIN_OF_RUN }
  const inputs = { ...scenario.inputs, 'api-token': TOKEN }
  const hasEnded = scenario.hadFailed || !arms(scenario.wish)
  const early = { ...inputs, 'job-status': hasEnded ? scenario.jobStatus : 'success' }
  const before = world.report()
  const main = await clock.run(
    beginStage({ ...stage, inputs: early }, mainStage, {}, scenario.cancelMainAfterMs),
  )
  await clock.advance(dice.int(1_000, 120_000))
  const isDeployed = main.green && arms(scenario.wish)
  if (isDeployed && scenario.jobStatus !== '') deploy(world)
  const late = { ...inputs, 'job-status': scenario.jobStatus }
  const post = await clock.run(
    beginStage({ ...stage, inputs: late }, postStage, main.state, scenario.cancelPostAfterMs),
  )
  await clock.advance(3 * HOUR)
  return {
    ...{ wish: scenario.wish, token: TOKEN, origin: ORIGIN, before, main, post },
    jobStatus: scenario.jobStatus,
    hadFailed: scenario.hadFailed && scenario.jobStatus !== 'success',
    stateIsLost: false,
    namesFields: scenario.faults.some(({ fault }) => fault.kind === 'refusal' && fault.fields !== undefined),
    finally: world.report(),
    keepsDescriptions: settings.descriptions === 'kept' && (settings.descriptionSuffix ?? '') === '',
    hardships: 'many',
  }
}

function deploy(world: World): void {
  for (const { id, activity } of world.report().servers)
    if (activity !== 'restoring') world.deploy(id, `deployed to ${id}`)
}
