import * as core from '@actions/core'

/** What the GitHub runner takes from an action. Tests put a recorder in its place. */
export interface Runner {
  info(line: string): void
  debug(line: string): void
  notice(text: string, title: string): void
  warning(text: string, title: string): void
  error(text: string, title: string): void
  startGroup(title: string): void
  endGroup(): void
  mask(secret: string): void
  setOutput(name: string, value: string): void
  saveState(name: string, value: string): void
  /** Appends to the job summary. Rejects when the runner's file cannot be written. */
  writeSummary(markup: string): Promise<void>
}

/** The real runner, through the toolkit. */
export const githubRunner: Runner = {
  info: core.info,
  debug: core.debug,
  notice: (text, title) => core.notice(text, { title }),
  warning: (text, title) => core.warning(text, { title }),
  error: (text, title) => core.error(text, { title }),
  startGroup: core.startGroup,
  endGroup: core.endGroup,
  mask: core.setSecret,
  setOutput: core.setOutput,
  saveState: core.saveState,
  writeSummary: async markup => {
    await core.summary.addRaw(markup, true).write()
  },
}
