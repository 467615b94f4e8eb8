import { defuse, logLine, oneLine } from './harmless.ts'
import type { Outputs } from './outputs.ts'
import type { Runner } from './runner.ts'
import { renderSummary, type SummaryModel } from './summary.ts'
import { type Table, tableLines } from './table.ts'

/** How a stage ended, as the user is to see it. Texts are raw. */
export interface Conclusion {
  readonly good: boolean
  /** The annotation's title, e.g. `Restore failed`. */
  readonly title: string
  /** What to do next; undefined where nothing is to be done. */
  readonly verdict: string
  readonly next: string | undefined
  /** What the annotation says besides, since the log has said it in lines of its own. */
  readonly detail?: string | undefined
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
  /** Something that the user should act on: an annotation, too. */
  warn(text: string): void
  outputs(values: Outputs): void
  /** Saves a value for the post stage. */
  keep(name: string, value: string): void
  group<T>(title: string, body: () => Promise<T>): Promise<T>
  /** Writes the summary before the end, where the time to write it later may not be left; `conclude` then writes none. */
  summarise(summary: SummaryModel): Promise<void>
  /** Writes the summary, the annotation of a failed stage and, last, the verdict. */
  conclude(conclusion: Conclusion): Promise<void>
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
    text => runner.warning(text, 'VPS.org snapshot'),
    line => runner.info(`Warning: ${line}`),
  )
  const notice = limited(
    text => runner.notice(text, 'VPS.org snapshot'),
    line => runner.info(line),
  )
  let summarised = false
  const summarise = async (summary: SummaryModel): Promise<void> => {
    if (!settings.summary || summarised) return
    summarised = true
    await writeSummary(runner, summary, warn)
  }
  // Opened at its first line: an empty group is a fold with nothing in it.
  let group: { readonly title: string; open: boolean } | undefined
  const openGroup = (): void => {
    if (group === undefined || group.open) return
    group.open = true
    runner.startGroup(group.title)
  }
  return {
    line: text => {
      openGroup()
      runner.info(logLine(text))
    },
    table: table => {
      openGroup()
      for (const line of tableLines(table)) runner.info(line)
    },
    debug: text => runner.debug(oneLine(text)),
    notice,
    warn,
    outputs: values => {
      if (!settings.outputs) return
      for (const [name, value] of Object.entries(values))
        if (value !== undefined) runner.setOutput(name, value)
    },
    keep: (name, value) => runner.saveState(name, value),
    group: async (title, body) => {
      group = { title: oneLine(title), open: false }
      try {
        return await body()
      } finally {
        if (group.open) runner.endGroup()
        group = undefined
      }
    },
    summarise,
    conclude: async conclusion => {
      if (conclusion.summary !== undefined) await summarise(conclusion.summary)
      if (!conclusion.good) runner.error(annotation(conclusion), oneLine(conclusion.title))
      if (conclusion.next !== undefined) runner.info(logLine(`Next: ${conclusion.next}`))
      runner.info(logLine(conclusion.verdict))
    },
  }
}

/** Passes on as many texts as the runner shows; the last of them says where the others are. */
function limited(annotate: (text: string) => void, print: (line: string) => void): (text: string) => void {
  let said = 0
  return text => {
    said += 1
    const clean = oneLine(text, ANNOTATION_LENGTH)
    if (said < ANNOTATIONS) annotate(clean)
    else if (said === ANNOTATIONS) annotate(`${clean} (Further ones are in the log only.)`)
    else print(defuse(clean))
  }
}

function annotation(conclusion: Conclusion): string {
  const { verdict, detail, next } = conclusion
  return oneLine([verdict, detail, next].filter(text => text !== undefined).join(' '), ANNOTATION_LENGTH)
}

async function writeSummary(
  runner: Runner,
  model: SummaryModel,
  warn: (text: string) => void,
): Promise<void> {
  try {
    await runner.writeSummary(renderSummary(model))
  } catch (error) {
    // A full disk or a lost file must not turn a completed snapshot red.
    warn(`The job summary could not be written: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
}
