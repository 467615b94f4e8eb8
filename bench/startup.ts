import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GITHUB_RUN,
  inputEnvironment,
  prepareFolder,
  runnerEnvironment,
} from '../test/harness/environment.ts'
import { ROOT } from '../test/harness/index.ts'
import { atMost, fixed, formatTable, type Goal, median } from './goals.ts'

const ROUNDS = 25
const DIST = join(ROOT, 'dist', 'index.js')
const SUBJECTS = join(import.meta.dirname, 'subjects')
const MEGABYTE = 1_000_000

/** Something that is started, and the moment to which it is timed. */
interface Subject {
  readonly name: string
  readonly script: string
  readonly until: 'first request' | 'end'
  readonly inputs?: Readonly<Record<string, string>>
}

const SUBJECT_LIST = {
  empty: { name: 'an empty script', script: join(SUBJECTS, 'empty.js'), until: 'end' },
  fetch: { name: 'one built-in fetch', script: join(SUBJECTS, 'fetch.js'), until: 'first request' },
  action: {
    name: 'the action',
    script: DIST,
    until: 'first request',
    inputs: { operation: 'list', 'api-token': 'vps_token' },
  },
  refusal: { name: 'the action, bad inputs', script: DIST, until: 'end', inputs: { operation: 'Create' } },
} as const satisfies Readonly<Record<string, Subject>>

type Name = keyof typeof SUBJECT_LIST

/** Times from the start of a process to its first request, or its end, side by side; only their ratios count. */
export async function startup(): Promise<readonly Goal[]> {
  const times = await measureAll()
  const middle = (name: Name): number => median(times[name])
  const rows = Object.entries(SUBJECT_LIST).map(([name, subject]) => {
    // The keys of the list are the names.
    const milliseconds = middle(name as Name)
    const ratios = [milliseconds / middle('fetch'), milliseconds / middle('empty')]
    return [subject.name, subject.until, ...ratios.map(ratio => fixed(ratio, 2)), fixed(milliseconds, 0)]
  })
  console.log(`\nFrom the start of the process, medians of ${ROUNDS} rounds, all in turn\n`)
  console.log(formatTable(['', 'until', '× fetch', '× empty', 'ms here'], rows))
  return [
    atMost('start to first request, × one built-in fetch', middle('action') / middle('fetch'), 1.35, 2),
    atMost(
      'a run that ends with input errors, × one built-in fetch',
      middle('refusal') / middle('fetch'),
      1.35,
      2,
    ),
    atMost('size of dist/ (MB)', folderSize(join(ROOT, 'dist')) / MEGABYTE, 2, 2),
  ]
}

async function measureAll(): Promise<Record<Name, number[]>> {
  const times: Record<Name, number[]> = { empty: [], fetch: [], action: [], refusal: [] }
  const listener = await listen()
  const folder = mkdtempSync(join(tmpdir(), 'bench-startup-'))
  try {
    prepareFolder(folder, GITHUB_RUN)
    // The first round warms the machine's file cache and does not count.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [name, subject] of Object.entries(SUBJECT_LIST)) {
        const milliseconds = await measure(subject, listener, folder)
        // The keys of the list are the names.
        if (round > 0) times[name as Name].push(milliseconds)
      }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await listener.close()
  }
  return times
}

interface Listener {
  readonly url: string
  /** Resolves with the monotonic time of the next request. */
  nextRequest(): Promise<number>
  close(): Promise<void>
}

async function listen(): Promise<Listener> {
  let onRequest = (_at: number): void => {}
  const server = createServer((_request, response) => {
    onRequest(performance.now())
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('[]')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    nextRequest: () =>
      new Promise(resolve => {
        onRequest = resolve
      }),
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

async function measure(subject: Subject, listener: Listener, folder: string): Promise<number> {
  const inputs = { ...subject.inputs, 'api-url': listener.url }
  const env = {
    ...runnerEnvironment(folder, GITHUB_RUN),
    ...inputEnvironment(inputs, 'success'),
    BENCH_URL: listener.url,
  }
  const requested = listener.nextRequest()
  const began = performance.now()
  const child = spawn(process.execPath, [subject.script], { env, cwd: folder, stdio: 'ignore' })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve(performance.now()))
  })
  if (subject.until === 'end') return (await ended) - began
  const first = await Promise.race([
    requested,
    ended.then(() => Promise.reject(new Error('no request came'))),
  ])
  await ended
  return first - began
}

function folderSize(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
