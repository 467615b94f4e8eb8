import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:net'
import { join } from 'node:path'

/** A stage that is to be run in a process of several. */
export interface Order {
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** In which the process is. */
  readonly folder: string
  /** Stands around the exit code at the end of both streams. */
  readonly mark: string
}

/** What a stage has printed, and how it ended. */
export interface SharedEnd {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly hung: boolean
}

interface Host {
  readonly child: ChildProcess
  readonly printed: { stdout: string; stderr: string }
  /** Of the process itself. */
  closed?: Pick<SharedEnd, 'exitCode' | 'signal'>
  onChange: () => void
  stages: number
}

// As many as tests run side by side; none so long that it matters what V8 keeps of each stage.
const MOST_IDLE = 6
const MOST_STAGES = 50
const idle: Host[] = []

/**
 * Runs a stage in a process that has run others: most of what a process of its own costs is the start of Node, and code
 * that is not warm yet. A stage that ends its process does that here, too, and the next one gets another.
 */
export async function runShared(order: Omit<Order, 'mark'>, hangsAfterMs: number): Promise<SharedEnd> {
  const host = idle.pop() ?? startHost()
  host.stages += 1
  const end = await play(host, { ...order, mark: `\0${randomUUID()}\0` }, hangsAfterMs)
  if (host.closed !== undefined) return end
  if (idle.length < MOST_IDLE && host.stages < MOST_STAGES) idle.push(host)
  else host.child.disconnect()
  return end
}

function startHost(): Host {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'shared-host.ts')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const host: Host = { child, printed: { stdout: '', stderr: '' }, onChange: () => {}, stages: 0 }
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]?.setEncoding('utf8').on('data', (text: string) => {
      host.printed[name] += text
      host.onChange()
    })
    if (stream instanceof Socket) stream.unref()
  }
  child.once('close', (exitCode, signal) => {
    host.closed = { exitCode, signal }
    host.onChange()
  })
  // It ends with this process, which it does not keep from its end.
  child.unref()
  child.channel?.unref()
  return host
}

async function play(host: Host, order: Order, hangsAfterMs: number): Promise<SharedEnd> {
  let hung = false
  const guard = setTimeout(() => {
    hung = true
    host.child.kill('SIGKILL')
  }, hangsAfterMs)
  Object.assign(host.printed, { stdout: '', stderr: '' })
  const ended = new Promise<Omit<SharedEnd, 'hung'>>(resolve => {
    host.onChange = () => {
      const end = endOf(host, order.mark)
      if (end !== undefined) resolve(end)
    }
  })
  host.child.send(order)
  try {
    return { ...(await ended), hung }
  } finally {
    clearTimeout(guard)
  }
}

function endOf({ closed, printed }: Host, mark: string): Omit<SharedEnd, 'hung'> | undefined {
  if (closed !== undefined) return { ...printed, ...closed }
  const [stdout = '', exitCode, after] = printed.stdout.split(mark)
  const [stderr = '', , alsoAfter] = printed.stderr.split(mark)
  if (after === undefined || alsoAfter === undefined) return undefined
  return { stdout, stderr, exitCode: Number(exitCode), signal: null }
}
