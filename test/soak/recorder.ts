import type { Runner } from '../../src/report/runner.ts'

/** A runner that writes down what the toolkit would have written, byte for byte. */
export interface Recorder {
  readonly runner: Runner
  /** stdout, as the toolkit writes it. */
  text(): string
  /** How many of its lines are meant to be obeyed. */
  commands(): number
  readonly outputs: ReadonlyMap<string, string>
  readonly state: ReadonlyMap<string, string>
  summary(): string
}

/** Makes a recorder; `state` is what an earlier stage saved. */
export function createRecorder(): Recorder {
  const lines: string[] = []
  const outputs = new Map<string, string>()
  const state = new Map<string, string>()
  let commands = 0
  let summary = ''
  const command = (name: string, data: string, title?: string): void => {
    commands += 1
    lines.push(
      `::${name}${title === undefined ? '' : ` title=${escapeProperty(title)}`}::${escapeData(data)}`,
    )
  }
  return {
    runner: {
      info: line => void lines.push(line),
      debug: line => command('debug', line),
      notice: (text, title) => command('notice', text, title),
      warning: (text, title) => command('warning', text, title),
      error: (text, title) => command('error', text, title),
      startGroup: title => command('group', title),
      endGroup: () => command('endgroup', ''),
      mask: secret => command('add-mask', secret),
      setOutput: (name, value) => void outputs.set(name, value),
      saveState: (name, value) => void state.set(name, value),
      writeSummary: async (markup, { replace }) => {
        summary = replace ? markup : summary + markup
      },
    },
    text: () => lines.map(line => `${line}\n`).join(''),
    commands: () => commands,
    outputs,
    state,
    summary: () => summary,
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
