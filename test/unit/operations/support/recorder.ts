import type { Runner } from '../../../../src/report/runner.ts'

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error'
  readonly title: string
  readonly text: string
}

/** A runner that keeps all it is told, in order. */
export interface Recorder extends Runner {
  /** The lines of the log, without those of groups and annotations. */
  readonly log: readonly string[]
  /** Everything that a reader of the log sees, in order: lines, `group: …`, `endgroup`, `warning: …`, `error: …`, `notice: …`. */
  readonly printed: readonly string[]
  readonly debugLines: readonly string[]
  readonly annotations: readonly Annotation[]
  /** Every write of an output, in order. */
  readonly outputWrites: readonly (readonly [name: string, value: string])[]
  /** Every write of the saved state, in order. */
  readonly stateWrites: readonly (readonly [name: string, value: string])[]
  readonly masks: readonly string[]
  /** All that was appended to the job summary. */
  readonly summary: string
}

/** Makes a recorder; with `failSummary` the summary cannot be written. */
export function createRecorder(
  settings: {
    readonly failSummary?: boolean
    readonly failOutputs?: boolean
    readonly failState?: (name: string) => boolean
    readonly onSummary?: () => void
  } = {},
): Recorder {
  const log: string[] = []
  const printed: string[] = []
  const debugLines: string[] = []
  const annotations: Annotation[] = []
  const outputWrites: (readonly [string, string])[] = []
  const stateWrites: (readonly [string, string])[] = []
  const masks: string[] = []
  let summary = ''
  const annotate =
    (level: Annotation['level']) =>
    (text: string, title: string): void => {
      annotations.push({ level, title, text })
      printed.push(`${level}: ${text}`)
    }
  return {
    ...{ log, printed, debugLines, annotations, outputWrites, stateWrites, masks },
    get summary() {
      return summary
    },
    info: line => {
      log.push(line)
      printed.push(line)
    },
    debug: line => debugLines.push(line),
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    startGroup: title => printed.push(`group: ${title}`),
    endGroup: () => printed.push('endgroup'),
    mask: secret => masks.push(secret),
    setOutput: (name, value) => {
      if (settings.failOutputs === true) throw new Error('no space left on device')
      outputWrites.push([name, value])
    },
    saveState: (name, value) => {
      if (settings.failState?.(name) === true) throw new Error('no space left on device')
      stateWrites.push([name, value])
    },
    writeSummary: (markup, { replace }) => {
      settings.onSummary?.()
      if (settings.failSummary === true) return Promise.reject(new Error('no space left on device'))
      summary = replace ? markup : summary + markup
      return Promise.resolve()
    },
  }
}
