import { Cancelled } from '../../src/domain/clock.ts'
// Loaded by the action when it is needed, for which no time passes on a virtual clock.
import '../../src/notify/webhook.ts'
import type { StageDeps } from '../../src/stages.ts'
import type { VirtualClock } from '../emulator/virtual-clock.ts'
import type { VirtualWire } from '../emulator/virtual-wire.ts'
import type { World } from '../emulator/world.ts'
import { createLogReader } from '../harness/log.ts'
import { readManifest } from '../harness/manifest.ts'
import type { Dice } from './dice.ts'
import { createRecorder } from './recorder.ts'
import { REPOSITORY, RUN_ID, WORKFLOW } from './scenario.ts'
import type { Recorded, StageStory, Told } from './story.ts'

/** What a stage runs in. */
export interface Place {
  readonly clock: VirtualClock
  readonly world: World
  readonly wire: VirtualWire
  readonly dice: Dice
  /** The step's `with:`; what is not given has the default of action.yml. */
  readonly inputs: Readonly<Record<string, string>>
  readonly origin: StageDeps['origin']
}

/**
 * Begins a stage of the action in this very process; the clock has to run for it to end.
 * @param state what the main stage saved
 * @param cancelAfterMs when the runner asks for the end
 */
export async function beginStage(
  place: Place,
  run: (around: StageDeps) => Promise<boolean>,
  state: Readonly<Record<string, string>>,
  cancelAfterMs?: number,
): Promise<StageStory> {
  const { clock, world, wire, dice, origin } = place
  const recorder = createRecorder()
  const cancel = new AbortController()
  const began = clock.now()
  const before = wire.log.all.length
  const signal: { at?: number } = {}
  const records: Recorded[] = []
  const told: Told[] = []
  const strike = (): void => {
    signal.at = clock.now()
    cancel.abort(new Cancelled('SIGINT'))
  }
  const forget = cancelAfterMs === undefined ? () => {} : clock.at(began + cancelAfterMs, strike)
  const inputs = new Map(Object.entries({ ...DEFAULTS, ...place.inputs }))
  const green = await run({
    ...{
      runner: recorder.runner,
      transport: wire,
      notifyTransport: {
        send: async ({ body = '{}' }) => {
          // Of this action's own making; its form is tested elsewhere.
          told.push(JSON.parse(body) as Told)
          return { ok: true, answer: { status: 200, headers: {}, body: '' } } as const
        },
      },
      env: {},
      clock,
      random: dice.random,
      signal: cancel.signal,
      origin,
    },
    probe: async () => (dice.chance(0.7) ? undefined : 'answered with 503'),
    inputs,
    readState: name => state[name] ?? '',
    observe: (_, after) => void records.push({ at: clock.now(), run: after }),
  })
  forget()
  const reader = createLogReader()
  reader.feed('stdout', recorder.text())
  reader.end()
  return {
    green,
    bytes: recorder.text(),
    commands: recorder.commands(),
    log: reader.lines,
    obeyed: reader.commands,
    outputs: Object.fromEntries(recorder.outputs),
    state: Object.fromEntries(recorder.state),
    summary: recorder.summary(),
    requests: wire.log.all.slice(before),
    worldAfter: world.report(),
    told,
    records,
    tookMs: clock.now() - began,
    ...(signal.at === undefined ? {} : { cancelledAt: signal.at }),
  }
}

const DEFAULTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(readManifest().inputs).map(([name, input]) => [name, input.default ?? '']),
)

export const ORIGIN_OF_RUN: StageDeps['origin'] = {
  repository: REPOSITORY,
  workflow: WORKFLOW,
  workflowName: 'Deploy',
  runId: RUN_ID,
  attempt: 1,
  event: 'push',
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  isNestedInForeignRunner: false,
  serverUrl: 'https://github.com',
  action: 'owner/vps-snapshot-action@v1',
}
