import * as messages from './messages.ts'
import type { Runner } from './runner.ts'
import { escapeWorkflowCommands, logLine, oneLine } from './sanitize.ts'
import { renderSummary, type SummaryModel, type Verdict } from './summary-markup.ts'
import { type Table, tableLines } from './text-table.ts'

/** How a stage ended, as the user is to see it. Texts are raw. */
export interface Conclusion extends Omit<Verdict, 'tone'> {
  /** The annotation's title, e.g. `Restore failed`. */
  readonly title: string
  /** A green end that is worth an annotation: more than a line in a log that nobody opens. */
  readonly annotateAs?: 'notice' | 'warning' | undefined
  readonly summary: SummaryModel | undefined
}

/** All that the operations tell the user and the runner. Everything is made harmless here, once. */
export interface Report {
  /** One line in the log: a change, not a poll. */
  line(text: string): void
  /** Lines whose columns are aligned: what a person compares by eye. */
  table(table: Table): void
  debug(text: string): void
  notice(text: string): void
  /** Something that the user should act on: an annotation, too. The same text is said once. */
  warn(text: string): void
  /** Writes the outputs that have a value. Where the runner's file cannot be written, the values go to the log. */
  outputs(values: Readonly<Record<string, string | undefined>>): void
  /**
   * Saves a value for the post stage.
   * @returns why it could not be saved; undefined where it was
   */
  saveState(name: string, value: string): string | undefined
  group<T>(title: string, body: () => Promise<T>): Promise<T>
  /** Writes the summary before the end, where the time to write it later may not be left; a later one takes its place. */
  summarise(summary: SummaryModel): Promise<void>
  /** Writes the summary, the annotation of a failed stage, and the verdict. */
  conclude(conclusion: Conclusion): Promise<void>
  /** The last line of the log: what a tired reader sees. Undefined where no way out is needed. */
  wayOut(next: string | undefined): void
}

// The runner shows ten annotations of a kind a step, of 4,096 characters each, and drops the rest.
const ANNOTATIONS = 10
const ANNOTATION_LENGTH = 4_000

/** A report to `runner`; `summary` false leaves the job summary alone, `outputs` false (the post stage) the outputs. */
export function createReport(
  runner: Runner,
  settings: { readonly summary: boolean; readonly outputs: boolean },
): Report {
  const warn = limited(
    text => runner.warning(text, messages.TITLE),
    line => runner.info(`Warning: ${line}`),
  )
  const notice = limited(
    text => runner.notice(text, messages.TITLE),
    line => runner.info(line),
  )
  const summarise = settings.summary ? summaryWriter(runner, warn) : async () => undefined
  const groups = groupLog(runner)
  return {
    line: text => {
      groups.open()
      runner.info(logLine(text))
    },
    table: table => {
      groups.open()
      for (const line of tableLines(table)) runner.info(line)
    },
    debug: text => runner.debug(oneLine(text)),
    notice,
    warn,
    outputs: settings.outputs ? outputWriter(runner, warn) : () => undefined,
    saveState: stateWriter(runner),
    group: groups.within,
    summarise,
    conclude: async conclusion => {
      if (conclusion.summary !== undefined) await summarise(conclusion.summary)
      // An annotation stands in the log, too: what it says is said.
      if (!conclusion.isGreen) runner.error(annotation(conclusion), oneLine(conclusion.title))
      else if (conclusion.annotateAs === 'warning') warn(annotation(conclusion))
      else if (conclusion.annotateAs === 'notice') notice(annotation(conclusion))
      else
        for (const text of [conclusion.headline, conclusion.state])
          if (text !== '') runner.info(logLine(text))
    },
    wayOut: next => {
      if (next !== undefined) runner.info(logLine(`${messages.NEXT} ${next}`))
    },
  }
}

function outputWriter(runner: Runner, warn: Report['warn']): Report['outputs'] {
  let isLost = false
  return values => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue
      try {
        runner.setOutput(name, value)
      } catch (error) {
        // A full disk or a lost file must not end a rollback before it is sent, nor hide the id of a snapshot.
        if (!isLost) warn(messages.outputsLost(reasonOf(error)))
        isLost = true
        runner.info(logLine(`Output ${name}: ${value}`))
      }
    }
  }
}

function stateWriter(runner: Runner): Report['saveState'] {
  return (name, value) => {
    try {
      runner.saveState(name, value)
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }
}

function summaryWriter(runner: Runner, warn: Report['warn']): Report['summarise'] {
  let state: 'unwritten' | 'written' | 'lost' = 'unwritten'
  return async summary => {
    if (state === 'lost') return
    try {
      await runner.writeSummary(renderSummary(summary), { replace: state === 'written' })
      state = 'written'
    } catch (error) {
      state = 'lost'
      // A full disk or a lost file must not turn a completed snapshot red.
      warn(messages.summaryLost(reasonOf(error)))
    }
  }
}

/** A group is opened at its first line: an empty one is a fold with nothing in it. */
function groupLog(runner: Runner): { readonly open: () => void; readonly within: Report['group'] } {
  let group: { readonly title: string; isOpen: boolean } | undefined
  return {
    open: () => {
      if (group === undefined || group.isOpen) return
      group.isOpen = true
      runner.startGroup(group.title)
    },
    within: async (title, body) => {
      group = { title: oneLine(title), isOpen: false }
      try {
        return await body()
      } finally {
        if (group.isOpen) runner.endGroup()
        group = undefined
      }
    },
  }
}

/** Passes on each text once, and as many as the runner shows; the last of them says where the others are. */
function limited(annotate: (text: string) => void, print: (line: string) => void): (text: string) => void {
  const said = new Set<string>()
  return text => {
    if (said.has(text)) return
    said.add(text)
    const clean = oneLine(text, ANNOTATION_LENGTH)
    if (said.size < ANNOTATIONS) annotate(clean)
    else if (said.size === ANNOTATIONS) annotate(messages.moreInLog(clean))
    else print(escapeWorkflowCommands(clean))
  }
}

function annotation({ headline, state, next }: Conclusion): string {
  return oneLine([headline, state, next ?? ''].filter(text => text !== '').join(' '), ANNOTATION_LENGTH)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : messages.UNKNOWN_REASON
}
