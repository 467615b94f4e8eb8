/**
 * The action's two stages in this process: on a virtual clock, against an emulated world at the end of a virtual wire,
 * with a runner that keeps all it is told. Nothing sleeps, and every run of a test is the same.
 */
import { Cancelled, type Random } from '../../../../src/domain/clock.ts'
import type { WorkflowRun } from '../../../../src/domain/workflow-run.ts'
import type { HttpTransport } from '../../../../src/http/http-transport.ts'
import type { HealthTarget } from '../../../../src/inputs.ts'
import { mainStage, postStage, type StageDeps } from '../../../../src/stages.ts'
import { BASE_PATH } from '../../../emulator/api.ts'
import { type FaultRule, Faults } from '../../../emulator/faults.ts'
import type { LoggedRequest } from '../../../emulator/request-log.ts'
import { DEFAULT_SETTINGS, type WorldSetup } from '../../../emulator/settings.ts'
import { VirtualClock } from '../../../emulator/virtual-clock.ts'
import { createVirtualWire, type VirtualWire } from '../../../emulator/virtual-wire.ts'
import { World } from '../../../emulator/world.ts'
import type { Act } from '../../../emulator/world-types.ts'
import { type Annotation, createRecorder } from './recorder.ts'

export const START = Date.parse('2026-03-02T02:40:00Z')
export const TOKEN = DEFAULT_SETTINGS.token

/** The run that every stage is, unless the test says otherwise. */
export const ORIGIN: WorkflowRun = {
  repository: 'octo/shop',
  workflow: 'octo/shop/.github/workflows/deploy.yml',
  workflowName: 'Deploy',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  isNestedInForeignRunner: false,
  serverUrl: 'https://github.com',
  action: 'octo/vps-snapshot-action@v1',
}

/** The name that this run gives its snapshots. */
export const DEFAULT_NAME = 'shop-9876543210-1'

/** A loopback address: with `poll-interval` given, everything runs in time-lapse. */
export const LOOPBACK: Inputs = { 'api-url': 'http://127.0.0.1:9/api/v1' }

export type Inputs = Readonly<Record<string, string>>

/** One attempt to see whether a health target answers. */
export interface Probing {
  readonly target: HealthTarget
  /** Milliseconds since the stage's clock began. */
  readonly after: number
  readonly timeoutMs: number
}

export interface StageSettings extends WorldSetup {
  readonly faults?: readonly FaultRule[]
  /** What somebody else does, so many milliseconds after the clock began. */
  readonly happenings?: readonly { readonly afterMs: number; readonly act: Act }[]
  readonly origin?: Partial<WorkflowRun>
  /** From a request to its answer, in milliseconds; the world acts half-way. 100 by default. */
  readonly latencyMs?: number
  /** Why a health target does not answer; undefined when it does. Every one answers by default. */
  readonly probe?: (probing: Probing) => string | undefined
  /** 0.5 always by default: then jitter changes nothing. */
  readonly random?: Random
  /** The job summary cannot be written. */
  readonly failSummary?: boolean
  /** No output can be written. */
  readonly failOutputs?: boolean
  /** Which values cannot be saved for the post stage. */
  readonly failState?: (name: string) => boolean
  /** The step's environment; empty by default. */
  readonly env?: Readonly<Record<string, string>>
  /** What leads to a webhook and to GitHub; the world's wire by default. */
  readonly notifyTransport?: HttpTransport
  /** The runner asks for the end while the summary is written. */
  readonly cancelOnSummary?: boolean
  /** The runner asks for the end while somebody else is told. */
  readonly cancelOnTell?: boolean
}

/** When the runner asks for the end of a stage. */
export type Cancel = { readonly signal?: 'SIGINT' | 'SIGTERM' } & (
  | { /** Milliseconds after the stage began. */ readonly afterMs: number }
  | {
      /** As the request is sent, e.g. `POST /snapshots/` (any by default); the `nth` of those, 1 by default. */
      readonly request?: string
      readonly nth: number
    }
)

/** One request of a stage. */
export interface Call {
  /** Milliseconds since the stage began. */
  readonly after: number
  readonly method: string
  /** Below the API's base, with the query. */
  readonly path: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number | null
  /** Whether the world acted upon it. */
  readonly acted: boolean
}

/** All that a stage did. */
export interface Transcript {
  /** Whether the stage is green. */
  readonly green: boolean
  readonly log: readonly string[]
  /** The last line of the log, but for the commands to paste. */
  readonly verdict: string
  /** Log, groups and annotations in order; see `Recorder`. */
  readonly printed: readonly string[]
  readonly debugLines: readonly string[]
  readonly annotations: readonly Annotation[]
  /** The last value of each output. */
  readonly outputs: Readonly<Record<string, string>>
  readonly outputWrites: readonly (readonly [name: string, value: string])[]
  /** The last value of each piece of state. */
  readonly state: Readonly<Record<string, string>>
  readonly stateWrites: readonly (readonly [name: string, value: string])[]
  readonly masks: readonly string[]
  readonly summary: string
  /** The requests of this stage. */
  readonly requests: readonly Call[]
  /** The same as `GET /snapshots/`, without their times. */
  readonly calls: readonly string[]
  readonly probings: readonly Probing[]
  /** Milliseconds of virtual time. */
  readonly took: number
}

export interface Stage {
  readonly world: World
  readonly clock: VirtualClock
  readonly faults: Faults
  /** Runs the main stage with these inputs. What it saves is kept for the post stage. */
  main(inputs: Inputs, options?: { readonly cancel?: Cancel }): Promise<Transcript>
  /**
   * Runs the post stage on what the main stage saved.
   * @param jobStatus undefined: the runner says nothing of it
   * @param state replaces what was saved
   */
  post(
    jobStatus: string | undefined,
    options?: {
      readonly cancel?: Cancel
      readonly state?: Readonly<Record<string, string>>
      /** Those that the post stage sees besides job-status; none by default. */
      readonly inputs?: Inputs
    },
  ): Promise<Transcript>
}

/** Sets a stage up: a world, a clock at `START`, and a wire between them. */
export function createStage(settings: StageSettings = {}): Stage {
  const { faults: rules = [], happenings = [], latencyMs = 100 } = settings
  const clock = new VirtualClock(START)
  const world = new World(() => clock.now(), { nextSnapshotId: '802', ...settings })
  const faults = new Faults()
  faults.add(...rules)
  for (const { afterMs, act } of happenings) world.actAt(START + afterMs, act)
  const wire = createVirtualWire({ world, clock, faults, latencyMs })
  let saved: Readonly<Record<string, string>> = {}
  const scene = { settings, clock, wire }
  return {
    ...{ world, clock, faults },
    main: async (inputs, { cancel } = {}) => {
      const given: Inputs = { 'api-token': TOKEN, 'api-url': 'https://api.test/api/v1', ...inputs }
      const transcript = await play(scene, { stage: mainStage, inputs: given, state: {}, cancel })
      saved = transcript.state
      return transcript
    },
    post: (jobStatus, { cancel, state = saved, inputs = {} } = {}) => {
      const given = Object.keys(inputs).length === 0 ? {} : { 'api-token': TOKEN, ...inputs }
      const ended: Inputs = jobStatus === undefined ? {} : { 'job-status': jobStatus }
      return play(scene, { stage: postStage, inputs: { ...given, ...ended }, state, cancel })
    },
  }
}

interface Scene {
  readonly settings: StageSettings
  readonly clock: VirtualClock
  readonly wire: VirtualWire
}

interface Play {
  readonly stage: (around: StageDeps) => Promise<boolean>
  readonly inputs: Inputs
  readonly state: Readonly<Record<string, string>>
  readonly cancel: Cancel | undefined
}

async function play(scene: Scene, { stage, inputs, state, cancel }: Play): Promise<Transcript> {
  const { settings, clock, wire } = scene
  const controller = new AbortController()
  const abort = (): void => controller.abort(new Cancelled(cancel?.signal ?? 'SIGINT'))
  const runner = createRecorder({
    ...settings,
    onSummary: () => {
      if (settings.cancelOnSummary === true) abort()
    },
  })
  const began = clock.now()
  const before = wire.log.all.length
  const probings: Probing[] = []
  if (cancel !== undefined && 'afterMs' in cancel) clock.at(began + cancel.afterMs, abort)
  const green = await clock.run(
    stage({
      ...{ runner, clock, signal: controller.signal },
      transport: cancel !== undefined && 'nth' in cancel ? cancelling(wire, cancel, abort) : wire,
      notifyTransport:
        settings.cancelOnTell === true ? cancellingAny(wire, abort) : (settings.notifyTransport ?? wire),
      env: { ...settings.env },
      random: settings.random ?? (() => 0.5),
      origin: { ...ORIGIN, ...settings.origin },
      inputs: new Map(Object.entries(inputs)),
      readState: name => state[name] ?? '',
      probe: (target, { timeoutMs, signal }) => {
        signal.throwIfAborted()
        const probing = { target, timeoutMs, after: clock.now() - began }
        probings.push(probing)
        return Promise.resolve(settings.probe?.(probing))
      },
    }),
  )
  const requests = wire.log.all.slice(before).map(request => callOf(request, began))
  return {
    green,
    ...{
      log: runner.log,
      verdict: runner.log.findLast(line => !line.startsWith('By hand: ')) ?? '',
      printed: runner.printed,
    },
    ...{ debugLines: runner.debugLines, annotations: runner.annotations, masks: runner.masks },
    outputs: Object.fromEntries(runner.outputWrites),
    outputWrites: runner.outputWrites,
    state: Object.fromEntries(runner.stateWrites),
    stateWrites: runner.stateWrites,
    summary: runner.summary,
    requests,
    calls: requests.map(({ method, path }) => `${method} ${path}`),
    probings,
    took: clock.now() - began,
  }
}

/** A wire that asks for the end just after it has sent the nth of some requests. */
function cancelling(
  wire: HttpTransport,
  cancel: { readonly request?: string; readonly nth: number },
  abort: () => void,
): HttpTransport {
  let seen = 0
  return {
    send: (request, options) => {
      const answer = wire.send(request, options)
      const text = `${request.method} ${below(request.url.pathname + request.url.search)}`
      if (cancel.request === undefined || cancel.request === text) seen += 1
      else return answer
      if (seen === cancel.nth) abort()
      return answer
    },
  }
}

function cancellingAny(wire: HttpTransport, abort: () => void): HttpTransport {
  return {
    send: (request, options) => {
      const answer = wire.send(request, options)
      abort()
      return answer
    },
  }
}

function callOf({ at, method, path, body, headers, status, acted }: LoggedRequest, began: number): Call {
  return { after: at - began, method, path: below(path), body, headers, status, acted }
}

function below(path: string): string {
  return path.startsWith(BASE_PATH) ? path.slice(BASE_PATH.length) : path
}
