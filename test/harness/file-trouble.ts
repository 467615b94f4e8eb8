import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Environment, RunnerFile } from './environment.ts'

/** A file that the runner hands over; `EVENT_PATH` is only read by the action. */
export type TroubledFile = RunnerFile | 'EVENT_PATH'

/** A file that is good at first: the first `afterWrites` calls of `appendFile` and `writeFile`, sync or not, succeed. */
export interface LateTrouble {
  readonly afterWrites: number
  /**
   * - `fails`: every later write fails
   * - `tears`: half of the next write arrives, then it fails, as every later one
   */
  readonly effect: 'fails' | 'tears'
}

/**
 * What is wrong with a file from the start, or later. Not a matter of permissions, since they do not stop root.
 *
 * - `missing`: its variable names a file that is not there; `dangling`: nor is its folder
 * - `directory`: a folder is in its place
 * - `full`: every write finds the disk full (Linux only)
 * - `content`: it holds this already
 */
export type FileTrouble =
  | 'missing'
  | 'dangling'
  | 'directory'
  | 'full'
  | { readonly content: string }
  | LateTrouble

export type FileTroubles = Readonly<Partial<Record<TroubledFile, FileTrouble>>>

export interface TroubledRun {
  /** Over what the runner gives. */
  readonly env: Environment
  /** For node, before the script. */
  readonly nodeArguments: readonly string[]
}

export interface WriteFault extends LateTrouble {
  readonly path: string
}

export const WRITE_FAULTS_VARIABLE = 'HARNESS_WRITE_FAULTS'

/** Where a file stands in a step's folder. */
export function fileIn(folder: string, file: TroubledFile): string {
  return join(folder, file === 'EVENT_PATH' ? 'event.json' : file)
}

/** Spoils the files of a step that has not begun. */
export function makeTrouble(folder: string, troubles: FileTroubles): TroubledRun {
  const env: Record<string, string> = {}
  const faults: WriteFault[] = []
  for (const [name, trouble] of Object.entries(troubles)) {
    const file = name as TroubledFile
    const path = fileIn(folder, file)
    if (typeof trouble === 'object' && 'afterWrites' in trouble) faults.push({ path, ...trouble })
    else Object.assign(env, spoil(file, path, trouble))
  }
  if (faults.length === 0) return { env, nodeArguments: [] }
  const preload = pathToFileURL(join(import.meta.dirname, 'write-faults.ts')).href
  return {
    env: { ...env, [WRITE_FAULTS_VARIABLE]: JSON.stringify(faults) },
    nodeArguments: ['--import', preload],
  }
}

function spoil(file: TroubledFile, path: string, trouble: Exclude<FileTrouble, LateTrouble>): Environment {
  if (trouble === 'dangling') return { [`GITHUB_${file}`]: join(path, '..', 'gone', file) }
  if (typeof trouble === 'object') writeFileSync(path, trouble.content)
  else {
    rmSync(path)
    if (trouble === 'directory') mkdirSync(path)
    if (trouble === 'full') symlinkSync(fullDevice(), path)
  }
  return {}
}

function fullDevice(): string {
  const device = '/dev/full'
  if (!existsSync(device)) throw new Error('a full disk can be had only where there is /dev/full')
  return device
}

/** What a file holds after the step, as the runner looks for it: only a plain file counts. */
export function readLeft(folder: string, file: RunnerFile): string {
  const path = fileIn(folder, file)
  return existsSync(path) && lstatSync(path).isFile() ? readFileSync(path, 'utf8') : ''
}
