import { type LogCommand, parseCommand } from './commands.ts'
import { applyMasks, maskValues } from './masks.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly title: string
  /** Masked; may have line breaks. */
  readonly message: string
}

const ANNOTATIONS = ['error', 'warning', 'notice'] as const

/** The log of a step, read line by line as the runner reads it. */
export interface LogReader {
  /** A piece of a stream; lines may be spread over several. */
  feed(stream: 'stdout' | 'stderr', text: string): void
  /** Both streams have ended: what is left of a line is a line. */
  end(): void
  /** Masked, in the order in which they arrived; commands as the web page of a run shows them. */
  readonly lines: readonly string[]
  /** Every line that the runner obeyed. */
  readonly commands: readonly LogCommand[]
  readonly annotations: readonly Annotation[]
  readonly masks: readonly string[]
}

/** Reads a log. `onLine` sees each line as it was written, before masks. */
export function createLogReader(
  knownMasks: readonly string[] = [],
  onLine: (line: string) => void = () => {},
): LogReader {
  const lines: string[] = []
  const commands: LogCommand[] = []
  const annotations: Annotation[] = []
  const masks = [...knownMasks]
  const rests = { stdout: '', stderr: '' }
  let stopToken: string | undefined

  const mask = (text: string) => applyMasks(text, masks)

  function obey(command: LogCommand): void {
    commands.push(command)
    const level = ANNOTATIONS.find(each => each === command.name)
    if (level !== undefined) {
      const message = mask(command.data)
      annotations.push({ level, title: mask(command.properties['title'] ?? ''), message })
      lines.push(...`##[${level}]${message}`.split('\n'))
    } else if (command.name === 'add-mask') masks.push(...maskValues(command.data))
    else if (command.name === 'stop-commands') stopToken = command.data.toLowerCase()
    // Only a run with debug logging shows those.
    else if (command.name !== 'debug') lines.push(`##[${command.name}]${mask(command.data)}`)
  }

  function readLine(line: string): void {
    onLine(line)
    const command = parseCommand(line, stopToken === undefined ? [] : [stopToken])
    if (command === undefined) lines.push(mask(line))
    else if (stopToken === undefined) obey(command)
    else if (command.name === stopToken) stopToken = undefined
    else lines.push(mask(line))
  }

  return {
    feed(stream, text) {
      const pieces = (rests[stream] + text).split(/\r\n|\n|\r(?!$)/)
      rests[stream] = pieces.pop() ?? ''
      for (const line of pieces) readLine(line)
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = rests[stream].replace(/\r$/, '')
        if (rest !== '') readLine(rest)
        rests[stream] = ''
      }
    },
    lines,
    commands,
    annotations,
    masks,
  }
}
