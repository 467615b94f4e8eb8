import type { Emulator } from '../../emulator/server.ts'
import { startEmulator } from '../../emulator/server.ts'
import { type RunOptions, runAction, runPost, type Transcript } from '../../harness/index.ts'
import type { StageStory, Story, Wish } from '../../soak/story.ts'
import { breachesOf } from '../../soak/truth.ts'
import type { Cell } from './cells.ts'
import { hasPost, type Play, RUN_ID, SERVERS, type Step, setupOf, WORKFLOW } from './operations.ts'

export const TOKEN = 'vps_s3cr3t-T0ken-of-the-matrix'
// A snapshot of five minutes takes half a second.
const SPEED = 600
const HOURS = 3 * 3_600_000

/** What a cell came to. */
export interface PlayedCell {
  readonly cell: Cell
  readonly breaches: readonly string[]
  readonly log: readonly string[]
}

// On a busy machine all can be over before the request that was to meet the fault: such a play tells nothing.
const TRIES = 3

/** Where cells are played. */
export interface Place {
  /** The origin where nobody may be asked. */
  readonly sink: string
  /** Whether a process may play several, one after the other. */
  readonly shares: boolean
}

/** Plays a cell against the built action. */
export async function playCell(cell: Cell, place: Place): Promise<PlayedCell> {
  for (let left = TRIES - 1; ; left -= 1) {
    const played = await playOnce(cell, place)
    if (left === 0 || !played.breaches.includes(NEVER_MET)) return played
  }
}

const NEVER_MET = 'the fault was met 0 times'

async function playOnce(cell: Cell, place: Place): Promise<PlayedCell> {
  const emulator = await startEmulator({ speed: SPEED, setup: setupOf(cell.play, cell.servers, TOKEN) })
  try {
    const { story, log } = await playOut(cell, place, emulator)
    const { main, post } = story
    const isGreen = main.green && post?.green !== false
    const unseen = cell.passes && !isGreen ? ['the fault passes, and the step is red'] : []
    // A request that was never made would let every fault of it pass.
    const faults = emulator.log.all.filter(({ fault }) => fault !== null).length
    const wanted = 'files' in cell.at ? 0 : 1
    const missed = faults === wanted ? [] : [`the fault was met ${faults} times`]
    return { cell, breaches: [...breachesOf(story), ...unseen, ...missed], log }
  } catch (error) {
    return { cell, breaches: [error instanceof Error ? error.message : String(error)], log: [] }
  } finally {
    await emulator.close()
  }
}

/** Plays a step of an operation in which the runner asks for the end while a request is on its way. */
export async function playSignal(
  play: Play,
  step: Step,
  signal: NodeJS.Signals,
  servers: Cell['servers'] = 1,
): Promise<Struck> {
  for (let left = TRIES - 1; ; left -= 1) {
    const played = await strikeOnce(play, step, signal, servers)
    if (left === 0 || played.wasStruck) return played
  }
}

interface Struck {
  readonly story: Story
  /** What was asked for after the signal. */
  readonly late: readonly string[]
  /** Whether the request was made during which the signal is sent. */
  readonly wasStruck: boolean
}

async function strikeOnce(
  play: Play,
  step: Step,
  signal: NodeJS.Signals,
  servers: Cell['servers'],
): Promise<Struck> {
  const emulator = await startEmulator({ speed: SPEED, setup: setupOf(play, servers, TOKEN) })
  const name = `${signal} at ${step.name} of ${play.name}`
  const fault = { name: 'delay', kind: 'slow', fault: { kind: 'delay', ms: 400 } } as const
  const at = { step, fault, when: 'after' } as const
  const rest = { servers, timeoutSeconds: 20, passes: false } as const
  try {
    const { story } = await playOut({ name, play, at, ...rest }, { sink: '', shares: true }, emulator, signal)
    const requests = play.inPost === true ? (story.post?.requests ?? []) : story.main.requests
    const struck = requests.findIndex(request => request.fault !== null)
    const late = requests.slice(struck + 1).map(({ method, path }) => `${method} ${path}`)
    return { story, late, wasStruck: struck >= 0 }
  } finally {
    await emulator.close()
  }
}

/** Resolves as soon as a request has met its fault, which is when it arrives. */
function arrivalOfFault(emulator: Emulator): Promise<void> {
  return new Promise(resolve => {
    const timer = setInterval(() => {
      if (!emulator.log.all.some(({ fault }) => fault !== null)) return
      clearInterval(timer)
      resolve()
    }, 5).unref()
  })
}

async function playOut(
  cell: Cell,
  { sink, shares }: Place,
  emulator: Emulator,
  signal?: NodeJS.Signals,
): Promise<{ readonly story: Story; readonly log: readonly string[] }> {
  const wish = wishOf(cell)
  const { world } = emulator
  if (cell.play.before !== undefined)
    for (const { id } of setupSnapshots(cell)) world.act(cell.play.before(id))
  const before = world.report()
  if (cell.play.inPost !== true) addFault(cell, sink, emulator)
  const happens = signal === undefined ? undefined : arrivalOfFault(emulator)
  const kill =
    signal === undefined || happens === undefined
      ? {}
      : { kill: { when: { at: 'event', happens }, signal } as const }
  const main = await runAction({
    with: inputsOf(cell, wish, emulator.apiUrl),
    requests: () => emulator.log.all,
    shares,
    // The step's own time, what cleaning up may take, and a slow machine.
    hangsAfterMs: cell.timeoutSeconds * 1_000 + 60_000,
    ...(cell.play.inPost === true ? {} : kill),
    ...filesOf(cell, 'main'),
  })
  const isStruck = signal !== undefined
  const mainStory = storyOf(main, emulator, 0, isStruck && cell.play.inPost !== true)
  if (cell.play.inPost === true) addFault(cell, sink, emulator)
  const requests = emulator.log.all.length
  for (const server of wish.servers)
    if (wish.restoreOn.length > 0) world.deploy(server, `deployed to ${server}`)
  const { jobStatus } = cell.play
  const post = hasPost(cell.play)
    ? await runPost(main, {
        jobStatus,
        ...(cell.play.inPost === true ? kill : {}),
        ...filesOf(cell, 'post'),
      })
    : undefined
  const postStory =
    post === undefined ? undefined : storyOf(post, emulator, requests, isStruck && cell.play.inPost === true)
  emulator.advance(HOURS)
  const story: Story = {
    ...{ wish, token: TOKEN, origin: emulator.origin, before, main: mainStory },
    ...(postStory === undefined ? {} : { post: postStory }),
    ...{ jobStatus, hadFailed: false, finally: world.report() },
    stateIsLost: stateIsLost(cell),
    namesFields: 'fault' in cell.at && cell.at.fault.name === '400 that names a field',
    ...{ keepsDescriptions: true, hardships: 'one' },
  }
  return { story, log: [...main.log, ...(post?.log ?? [])] }
}

function addFault(cell: Cell, sink: string, emulator: Emulator): void {
  if ('files' in cell.at) return
  const { method, path, nth: nthOfOne, nthOfThree = nthOfOne } = cell.at.step
  const nth = cell.servers === 3 ? nthOfThree : nthOfOne
  const { fault } = cell.at.fault
  const aimed =
    fault.kind === 'redirect' ? { ...fault, location: fault.location.replace('{sink}', sink) } : fault
  emulator.faults.add({ match: { method, path, nth }, when: cell.at.when, fault: aimed })
}

/** Nothing that was saved after the disk was full is there. */
function stateIsLost({ at }: Cell): boolean {
  return 'files' in at && at.stage === 'main' && 'STATE' in at.files
}

function filesOf({ at }: Cell, stage: 'main' | 'post'): Pick<RunOptions, 'files'> {
  return 'files' in at && at.stage === stage ? { files: at.files } : {}
}

function setupSnapshots(cell: Cell) {
  return setupOf(cell.play, cell.servers, TOKEN).snapshots ?? []
}

function wishOf(cell: Cell): Wish {
  return {
    operation: cell.play.operation,
    servers: SERVERS.slice(0, cell.servers),
    snapshots: cell.play.names ? setupSnapshots(cell).map(({ id }) => id) : [],
    wait: true,
    dryRun: false,
    stopServer: false,
    safety: false,
    startAfterRestore: true,
    whenFull: false,
    keepLast: false,
    restoreOn: [],
    deleteOn: [],
    timeoutMs: cell.timeoutSeconds * 1_000,
    workflow: WORKFLOW,
    runId: RUN_ID,
    ...cell.play.wish,
  }
}

function inputsOf(cell: Cell, wish: Wish, apiUrl: string): Readonly<Record<string, string>> {
  return {
    operation: wish.operation,
    'api-token': TOKEN,
    'api-url': apiUrl,
    'poll-interval': '100ms',
    ...(wish.operation === 'list' ? {} : { timeout: `${cell.timeoutSeconds}s` }),
    'server-id': wish.servers.join(','),
    ...(wish.snapshots.length === 0 ? {} : { 'snapshot-id': wish.snapshots.join(',') }),
    ...cell.play.inputs,
  }
}

/** What could not be written is in the log instead. */
function printedOutputs({ log }: Transcript): Readonly<Record<string, string>> {
  const printed = log.flatMap(line => {
    const [, name, value = ''] = /^Output ([a-z-]+):(?: (.*))?$/.exec(line) ?? []
    return name === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(printed)
}

/** A transcript of the harness as the invariants read it. */
export function storyOf(
  transcript: Transcript,
  emulator: Emulator,
  since: number,
  isCancelled: boolean,
): StageStory {
  const worldAfter = emulator.world.report()
  return {
    green: transcript.exitCode === 0,
    bytes: transcript.rawStdout + transcript.rawStderr,
    log: transcript.log,
    obeyed: transcript.commands,
    outputs: { ...transcript.outputs, ...printedOutputs(transcript) },
    state: transcript.state,
    summary: transcript.summary,
    requests: emulator.log.all.slice(since),
    worldAfter,
    // What is asked for after the signal is seen from the requests themselves.
    ...(isCancelled ? { cancelledAt: worldAfter.now } : {}),
    tookMs: transcript.durationMs,
  }
}
