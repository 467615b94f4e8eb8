import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Environment,
  GITHUB_RUN,
  type GithubRun,
  inputEnvironment,
  inputVariable,
  prepareFolder,
  type RunnerFile,
  runnerEnvironment,
  type Texts,
} from './environment.ts'
import { type FileTroubles, fileIn, makeTrouble, readLeft, type TroubledRun } from './file-trouble.ts'
import { createKiller, type Kill, type Subscribe } from './kill.ts'
import { createLogReader, type LogReader } from './log.ts'
import { entryOf } from './manifest.ts'
import { readKeyValueFile } from './runner-files.ts'
import { runShared } from './shared-process.ts'
import type { RecordedRequest, Transcript } from './transcript.ts'

/** What is the same for both stages of a step. */
export interface StageOptions {
  /** Every request that was answered so far, this stage's and earlier ones. */
  readonly requests?: () => readonly RecordedRequest[]
  /** Calls the listener for each request as it arrives; hands back what ends that. */
  readonly onRequest?: Subscribe
  readonly kill?: Kill
  /** Besides what the runner gives (a proxy, another runner's variables, …). Wins over it; undefined takes away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is wrong with the runner's files in this stage. */
  readonly files?: FileTroubles
  /**
   * Whether the stage may run in a process that runs others, one after the other; it costs a fifth. A stage that is
   * killed, whose files fail late, or that tells Node something, gets one of its own in any case, and so does every one on
   * Windows. False when not given.
   */
  readonly shares?: boolean
  /** A stage that takes longer hangs: it is killed, and the run is rejected. One minute when it is not given. */
  readonly hangsAfterMs?: number
}

export interface RunOptions extends StageOptions {
  /** The step's `with:`. */
  readonly with?: Texts
  /** What `${{ job.status }}` is; `success` when it is not given. */
  readonly jobStatus?: string
  readonly run?: Partial<GithubRun>
  /** Run instead of what action.yml names for both stages. */
  readonly script?: string
}

export interface PostOptions extends StageOptions {
  readonly jobStatus?: string
  /** The step stands in a composite action inside another one: its inputs are lost, but for `job-status`. */
  readonly nested?: boolean
  /** What becomes of the state between the stages: `() => ({})` loses it. */
  readonly state?: (saved: Texts) => Texts
}

/** A main stage, with what its post stage needs to know of it. */
export interface MainTranscript extends Transcript {
  readonly options: RunOptions
}

/** Runs the main stage of the action as the runner does, and writes down everything that it did. */
export async function runAction(options: RunOptions): Promise<MainTranscript> {
  const env = inputEnvironment(options.with ?? {}, options.jobStatus ?? 'success')
  const stage = { name: 'main', env, masks: [] } as const
  return { ...(await runStage(stage, options, options)), options }
}

/** Runs the post stage after a main stage, with its state and masks. */
export async function runPost(previous: MainTranscript, options: PostOptions = {}): Promise<Transcript> {
  const main = previous.options
  const inputs = inputEnvironment(main.with ?? {}, options.jobStatus ?? main.jobStatus ?? 'success')
  const jobStatus = inputVariable('job-status')
  const kept = options.state?.(previous.state) ?? previous.state
  const state = Object.entries(kept).map(([name, value]) => [`STATE_${name}`, value])
  const env = {
    ...previous.env,
    ...(options.nested === true ? { [jobStatus]: inputs[jobStatus] ?? '' } : inputs),
    ...Object.fromEntries(state),
  }
  // What the step was given holds for both stages; a kill and spoiled files were for one.
  const { kill: _, files: __, ...shared } = main
  return runStage({ name: 'post', env, masks: previous.masks }, { ...shared, ...options }, main)
}

interface Stage {
  readonly name: Transcript['stage']
  readonly env: Environment
  readonly masks: readonly string[]
}

async function runStage(stage: Stage, options: StageOptions, main: RunOptions): Promise<Transcript> {
  const folder = mkdtempSync(join(tmpdir(), 'action-step-'))
  try {
    const run = { ...GITHUB_RUN, ...main.run }
    prepareFolder(folder, run)
    const trouble = makeTrouble(folder, options.files ?? {})
    const before = options.requests?.().length ?? 0
    const env = { ...runnerEnvironment(folder, run), ...stage.env, ...trouble.env, ...options.env }
    const script = main.script ?? entryOf(stage.name)
    const process = {
      ...{ script, env, nodeArguments: trouble.nodeArguments, masks: stage.masks },
      ...{ folder: join(folder, 'workspace'), stateFile: fileIn(folder, 'STATE') },
      hangsAfterMs: options.hangsAfterMs ?? 60_000,
    }
    const ended = await (mayShare(process, options) ? runInShared(process) : runAlone(process, options))
    const requests = options.requests?.().slice(before) ?? []
    return { stage: stage.name, ...ended, ...readFiles(folder, options.files ?? {}), requests }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Files = Pick<Transcript, 'outputs' | 'state' | 'env' | 'paths' | 'summary' | 'fileProblems'>

/** Reads what the stage left. A file that was not spoiled on purpose must be whole. */
function readFiles(folder: string, troubles: FileTroubles): Files {
  const fileProblems: string[] = []
  const values = (file: RunnerFile) => {
    const { values, problem } = readKeyValueFile(readLeft(folder, file))
    if (problem !== undefined && troubles[file] === undefined) throw new Error(problem)
    if (problem !== undefined) fileProblems.push(`${file}: ${problem}`)
    return values
  }
  return {
    outputs: values('OUTPUT'),
    state: values('STATE'),
    env: values('ENV'),
    paths: readLeft(folder, 'PATH').split('\n').filter(Boolean),
    summary: readLeft(folder, 'STEP_SUMMARY'),
    ...(fileProblems.length === 0 ? {} : { fileProblems }),
  }
}

interface Process {
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly nodeArguments: TroubledRun['nodeArguments']
  /** In which the process is. */
  readonly folder: string
  readonly stateFile: string
  readonly masks: readonly string[]
  readonly hangsAfterMs: number
}

type Ended = Omit<Transcript, keyof Files | 'stage' | 'requests'>

/** Asks nothing of the process that only one of its own can do. */
function mayShare({ env, nodeArguments }: Process, { shares, kill }: StageOptions): boolean {
  const tellsNode = Object.keys(env).some(name => name.startsWith('NODE_'))
  // There, Node itself cannot do without some of the environment that a stage is not given.
  const isWindows = process.platform === 'win32'
  return shares === true && !isWindows && kill === undefined && nodeArguments.length === 0 && !tellsNode
}

async function runInShared({ script, env, folder, masks, hangsAfterMs }: Process): Promise<Ended> {
  const started = performance.now()
  const { stdout, stderr, ...end } = await runShared({ script, env, folder }, hangsAfterMs)
  const log = createLogReader(masks)
  log.feed('stdout', stdout)
  log.feed('stderr', stderr)
  return endedOf(log, { stdout, stderr }, end, { started, sentAt: undefined })
}

async function runAlone(process: Process, options: StageOptions): Promise<Ended> {
  const started = performance.now()
  const child = spawn(nodePath, [...process.nodeArguments, process.script], {
    cwd: process.folder,
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stateFile, hangsAfterMs } = process
  const killer = createKiller(options.kill, { child, stateFile, onRequest: options.onRequest })
  const log = createLogReader(process.masks, killer.onLine)
  const raw = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      raw[stream] += text
      log.feed(stream, text)
    })
  }
  const end = await waitForEnd(child, hangsAfterMs).finally(killer.stop)
  return endedOf(log, raw, end, { started, sentAt: killer.sentAt() })
}

interface Times {
  readonly started: number
  readonly sentAt: number | undefined
}

function endedOf(
  log: LogReader,
  raw: { readonly stdout: string; readonly stderr: string },
  { hung, ...end }: End,
  { started, sentAt }: Times,
): Ended {
  log.end()
  if (hung) throw new Error(`the action did not end; its log:\n${log.lines.join('\n')}`)
  const ended = performance.now()
  return {
    ...pickLog(log),
    rawStdout: raw.stdout,
    rawStderr: raw.stderr,
    ...end,
    durationMs: ended - started,
    afterSignalMs: sentAt === undefined ? undefined : ended - sentAt,
  }
}

interface End extends Pick<Transcript, 'exitCode' | 'signal'> {
  readonly hung: boolean
}

/** Waits until the process has ended and its streams are read to their ends. */
function waitForEnd(child: ChildProcess, hangsAfterMs: number): Promise<End> {
  let hung = false
  const guard = setTimeout(() => {
    hung = true
    child.kill('SIGKILL')
  }, hangsAfterMs)
  return new Promise<End>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, hung }))
  }).finally(() => clearTimeout(guard))
}

// The node that runs the tests, which is the one that users get.
const nodePath = process.execPath

function pickLog({
  lines,
  commands,
  annotations,
  masks,
}: LogReader): Pick<Ended, 'log' | 'commands' | 'annotations' | 'masks'> {
  return { log: lines, commands, annotations, masks }
}
