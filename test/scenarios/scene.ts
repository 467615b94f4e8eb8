import type { TestContext } from 'vitest'
import type { LoggedRequest } from '../emulator/request-log.ts'
import { type Emulator, startEmulator } from '../emulator/server.ts'
import type { WorldSetup } from '../emulator/settings.ts'
import {
  type FormatOptions,
  formatTranscript,
  type MainTranscript,
  type PostOptions,
  type RunOptions,
  runAction,
  runPost,
  type Transcript,
} from '../harness/index.ts'
import { contradictions } from '../soak/places.ts'

export const TOKEN = 'vps_scenario_token'
/** A Thursday, long before any run of the tests: nothing in the emulated past can be of today. */
export const START = '2026-01-15T02:41:00Z'
export const MINUTE = 60_000

export interface SceneOptions {
  readonly setup: WorldSetup
  /** The instant at which the emulated time begins. */
  readonly startAt?: string | undefined
  /** How far each answer moves the emulated time on, in milliseconds. One minute when not given. */
  readonly pace?: number
}

/** The emulated API, and the committed action as a process that talks to it. */
export interface Scene {
  readonly emulator: Emulator
  /** Runs the main stage of a step with these inputs. */
  run(inputs: Texts, options?: Omit<RunOptions, 'with'>): Promise<MainTranscript>
  /** Runs the post stage after a main stage, which may be one of another scene. */
  post(main: MainTranscript, options?: PostOptions): Promise<Transcript>
  close(): Promise<void>
}

type Texts = Readonly<Record<string, string>>

/**
 * Opens a scene in which time moves with the requests and not with the clock: each answer is a minute (or `pace`) later
 * than the one before it. So a transcript is the same on a slow machine and on a fast one, date for date.
 */
export async function openScene({ setup, startAt = START, pace = MINUTE }: SceneOptions): Promise<Scene> {
  const listeners = new Set<(request: LoggedRequest) => void>()
  let answered = 0
  const emulator = await startEmulator({
    setup: { ...setup, settings: { token: TOKEN, ...setup.settings } },
    startAt: Date.parse(startAt),
    speed: pace,
    realNow: () => answered,
    onRequest: request => {
      answered += 1
      for (const listener of listeners) listener(request)
    },
  })
  const watched = {
    requests: () => emulator.log.all,
    onRequest: (listener: (request: LoggedRequest) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const usual = (operation: string | undefined) => ({
    ...{ 'api-token': TOKEN, 'api-url': emulator.apiUrl },
    ...(operation === 'list' ? {} : { 'poll-interval': '100ms' }),
  })
  return {
    emulator,
    run: (inputs, options) =>
      runAction({ ...watched, shares: true, ...options, with: { ...usual(inputs['operation']), ...inputs } }),
    post: (main, options) => runPost(moved(main, emulator.apiUrl), { ...watched, ...options }),
    close: () => emulator.close(),
  }
}

/** A main stage as if it had been run against another emulator. */
function moved(main: MainTranscript, apiUrl: string): MainTranscript {
  const from = main.options.with?.['api-url'] ?? apiUrl
  const state = Object.entries(main.state).map(([name, value]) => [name, value.replaceAll(from, apiUrl)])
  const inputs = { ...main.options.with, 'api-url': apiUrl }
  return { ...main, state: Object.fromEntries(state), options: { ...main.options, with: inputs } }
}

/** A scene that is closed when its test has ended. */
export async function sceneFor(context: TestContext, options: SceneOptions): Promise<Scene> {
  const scene = await openScene(options)
  context.onTestFinished(() => scene.close())
  return scene
}

/** One server and nothing on it. */
export const ONE_SERVER: WorldSetup = {
  servers: [{ id: '12345', name: 'web-server-01', disk: 'version 1' }],
  nextSnapshotId: '802',
}

/** One server with a snapshot that a person made. */
export const ONE_SNAPSHOT: WorldSetup = {
  servers: [{ id: '12345', name: 'web-server-01', disk: 'version 2' }],
  snapshots: [
    {
      id: '801',
      server: '12345',
      name: 'before-upgrade',
      createdAt: '2026-01-14T18:30:00Z',
      description: 'Before the upgrade',
      disk: 'version 1',
    },
  ],
}

/**
 * The description of a snapshot that this action made.
 * @param changes other values than those of the run that the tests pretend to be
 */
export function ownDescription(
  changes: { readonly workflow?: string; readonly run?: string; readonly attempt?: number } & {
    readonly purpose?: 'deploy' | 'schedule' | 'safety'
  } = {},
): string {
  const { workflow = 'owner/shop/.github/workflows/deploy.yml', run = '9876543209' } = changes
  const { attempt = 1, purpose = 'deploy' } = changes
  return `Before a deploy [vps-snapshot-action workflow=${workflow} run=${run} attempt=${attempt} purpose=${purpose} key=k3v9x2p7]`
}

/** What a reader is shown of a scenario: the step, each stage, and what became of the servers. */
export function describeScenario(
  scene: Scene,
  stages: readonly [MainTranscript, ...Transcript[]],
  options: FormatOptions = STABLE,
): string {
  const [main] = stages
  const given = Object.entries(main.options.with ?? {}).map(([name, value]) => `${name}: ${shown(value)}`)
  const told = stages.map(stage => formatTranscript(stage, options))
  return [`=== with\n${given.join('\n')}\n`, ...told, `=== what happened\n${history(scene)}\n`].join('\n')
}

/** Every contradiction between the places in which a stage tells how it ended: a fixture that is updated would hide it. */
export function contradictionsOf(...stages: readonly Transcript[]): readonly string[] {
  return stages.flatMap(stage => contradictions({ ...stage, green: stage.exitCode === 0 }))
}

/** Holds a scenario against its fixture; `name` is the fixture's, without its end. */
export async function expectFixture(
  { expect }: TestContext,
  name: string,
  scene: Scene,
  ...stages: readonly [MainTranscript, ...Transcript[]]
): Promise<void> {
  expect(contradictionsOf(...stages)).toEqual([])
  await expect(describeScenario(scene, stages)).toMatchFileSnapshot(`fixtures/${name}.txt`)
}

const STABLE: FormatOptions = {
  replace: [
    // Whether a date is written in full depends on the day of the run, a chart's scale on how long it took.
    [/(?:\d{4}-\d\d-\d\d )?\d\d:\d\d UTC/g, '<time>'],
    [/tickInterval \d+(?=[a-z])/g, 'tickInterval <n>'],
    // The step's own folder.
    [/[^\s'"]*action-step-\w+/g, '<folder>'],
  ],
}

/** A time-out between two polls and far from both, so that no request is under way when it comes. */
export const TIMING_OUT = { 'poll-interval': '3s', timeout: '5s' } as const

function shown(value: string): string {
  return value.replaceAll(TOKEN, '***').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:<port>')
}

/** The world's own account, one line for each event, then what is there now. */
export function history({ emulator }: Pick<Scene, 'emulator'>): string {
  const { events, servers, snapshots } = emulator.world.report()
  const told = events.map(({ kind, server, snapshot, by, detail }) => {
    const what = [snapshot === undefined ? '' : ` ${snapshot}`, detail === undefined ? '' : ` ${detail}`]
    return `${kind}${what.join('')} on server ${server}${by === 'api' ? ', asked for by the action' : ''}`
  })
  const left = [
    ...servers.map(({ id, name, status, disk }) => `server ${id} ${name} is ${status}, disk: ${disk}`),
    ...snapshots.map(({ id, name, status, disk }) => `snapshot ${id} ${name} is ${status}, holds: ${disk}`),
  ]
  return [...told, '--- at the end', ...left].join('\n')
}

/** What a stage asked to be changed, in its order. */
export function changesOf({ requests }: Transcript): readonly string[] {
  return requests
    .filter(({ to, method }) => to === undefined && method !== 'GET')
    .map(
      ({ method, path, body }) => `${method} ${path.replace('/api/v1', '')}${body === '' ? '' : ` ${body}`}`,
    )
}

/** What the first server holds now. */
export function diskOf({ emulator }: Pick<Scene, 'emulator'>): string | undefined {
  return emulator.world.report().servers[0]?.disk
}

/** A Markdown table that can be read as it is, too. */
export function alignedTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const line = (cellTexts: readonly string[], fill = ' ') =>
    `| ${cellTexts.map((text, column) => text.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`
  const [head = [], ...others] = rows.map(row => line(row))
  const rule = line(
    widths.map(() => ''),
    '-',
  )
  return [head, rule, ...others].flat()
}
