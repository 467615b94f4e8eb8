import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
import { createKiller, type Kill, type Subscribe } from './kill.ts'
import { createLogReader, type LogReader } from './log.ts'
import { ROOT } from './manifest.ts'
import { parseKeyValueFile } from './runner-files.ts'
import type { RecordedRequest, Transcript } from './transcript.ts'

/** What is the same for both stages of a step. */
export interface StageOptions {
  /** Every request that was answered so far, this stage's and earlier ones. */
  readonly requests?: () => readonly RecordedRequest[]
  /** Calls the listener for each request as it arrives; hands back what ends that. */
  readonly onRequest?: Subscribe
  readonly kill?: Kill
  /** Besides what the runner gives (a proxy, a certificate authority, …). Wins over it. */
  readonly env?: Environment
  /** A stage that takes longer hangs: it is killed, and the run is rejected. One minute when it is not given. */
  readonly hangsAfterMs?: number
}

export interface RunOptions extends StageOptions {
  /** The step's `with:`. */
  readonly with?: Texts
  /** What `${{ job.status }}` is; `success` when it is not given. */
  readonly jobStatus?: string
  readonly run?: Partial<GithubRun>
  /** What the runner masks from the start. */
  readonly secrets?: readonly string[]
  /** Run instead of dist/index.js. */
  readonly script?: string
}

export interface PostOptions extends StageOptions {
  readonly jobStatus?: string
  /** The step stands in a composite action inside another one: its inputs are lost, but for `job-status`. */
  readonly nested?: boolean
}

/** A main stage, with what its post stage needs to know of it. */
export interface MainTranscript extends Transcript {
  readonly options: RunOptions
}

/** Runs the main stage of the action as the runner does, and writes down everything that it did. */
export async function runAction(options: RunOptions): Promise<MainTranscript> {
  const env = inputEnvironment(options.with ?? {}, options.jobStatus ?? 'success')
  const stage = { name: 'main', env, masks: options.secrets ?? [] } as const
  return { ...(await runStage(stage, options, options)), options }
}

/** Runs the post stage after a main stage, with its state and masks. */
export async function runPost(previous: MainTranscript, options: PostOptions = {}): Promise<Transcript> {
  const main = previous.options
  const inputs = inputEnvironment(main.with ?? {}, options.jobStatus ?? main.jobStatus ?? 'success')
  const kept = inputVariable('job-status')
  const state = Object.entries(previous.state).map(([name, value]) => [`STATE_${name}`, value])
  const env = {
    ...previous.env,
    ...(options.nested === true ? { [kept]: inputs[kept] ?? '' } : inputs),
    ...Object.fromEntries(state),
  }
  // What the step was given holds for both stages; a kill was for one.
  const { kill: _, ...shared } = main
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
    const before = options.requests?.().length ?? 0
    const env = { ...runnerEnvironment(folder, run), ...stage.env, ...options.env }
    const script = main.script ?? join(ROOT, 'dist', 'index.js')
    const ended = await runProcess({ script, env, folder, masks: stage.masks }, options)
    const requests = options.requests?.().slice(before) ?? []
    return { stage: stage.name, ...ended, ...readFiles(folder), requests }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Files = Pick<Transcript, 'outputs' | 'state' | 'env' | 'paths' | 'summary'>

function readFiles(folder: string): Files {
  const read = (file: RunnerFile) => readFileSync(join(folder, file), 'utf8')
  return {
    outputs: parseKeyValueFile(read('OUTPUT')),
    state: parseKeyValueFile(read('STATE')),
    env: parseKeyValueFile(read('ENV')),
    paths: read('PATH').split('\n').filter(Boolean),
    summary: read('STEP_SUMMARY'),
  }
}

interface Process {
  readonly script: string
  readonly env: Environment
  readonly folder: string
  readonly masks: readonly string[]
}

type Ended = Omit<Transcript, keyof Files | 'stage' | 'requests'>

async function runProcess(process: Process, options: StageOptions): Promise<Ended> {
  const started = performance.now()
  const child = spawn(nodePath, [process.script], {
    cwd: join(process.folder, 'workspace'),
    env: process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stateFile = join(process.folder, 'STATE')
  const killer = createKiller(options.kill, { child, stateFile, onRequest: options.onRequest })
  const log = createLogReader(process.masks, killer.onLine)
  const raw = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      raw[stream] += text
      log.feed(stream, text)
    })
  }
  const end = await waitForEnd(child, options.hangsAfterMs ?? 60_000).finally(killer.stop)
  log.end()
  if (end.hung) throw new Error(`the action did not end; its log:\n${log.lines.join('\n')}`)
  const ended = performance.now()
  const sentAt = killer.sentAt()
  return {
    ...pickLog(log),
    rawStdout: raw.stdout,
    rawStderr: raw.stderr,
    exitCode: end.exitCode,
    signal: end.signal,
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
  debug,
  commands,
  annotations,
  masks,
}: LogReader): Pick<Ended, 'log' | 'debug' | 'commands' | 'annotations' | 'masks'> {
  return { log: lines, debug, commands, annotations, masks }
}
