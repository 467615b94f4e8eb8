import * as core from '@actions/core'
import { NO_STATE_FILE } from './messages.ts'

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
  /** Throws when the runner's file cannot be written. */
  setOutput(name: string, value: string): void
  /** Throws when the runner's file cannot be written. */
  saveState(name: string, value: string): void
  /**
   * Writes to the job summary: after what stands there, or in the place of what this step has written before. Rejects
   * when the runner's file cannot be written.
   */
  writeSummary(markup: string, how: { readonly replace: boolean }): Promise<void>
}

// A shorter text may well be part of an id; the runner itself hides what it was told to.
const SHORTEST_SECRET = 8

/**
 * A runner that is never told a secret: a text from the API may hold it in a form that becomes readable only when it is
 * made harmless. What is kept for the post stage is passed on as it is.
 */
export function withoutSecrets(runner: Runner, secrets: readonly string[]): Runner {
  const hidden = secrets.filter(secret => secret.length >= SHORTEST_SECRET)
  if (hidden.length === 0) return runner
  const hide = (text: string): string =>
    hidden.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
  return {
    ...runner,
    info: line => runner.info(hide(line)),
    debug: line => runner.debug(hide(line)),
    notice: (text, title) => runner.notice(hide(text), title),
    warning: (text, title) => runner.warning(hide(text), title),
    error: (text, title) => runner.error(hide(text), title),
    setOutput: (name, value) => runner.setOutput(name, hide(value)),
    writeSummary: (markup, how) => runner.writeSummary(hide(markup), how),
  }
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
  saveState: (name, value) => {
    // Without that file the toolkit would print the value, and among them is the API token.
    if ((process.env['GITHUB_STATE'] ?? '') === '') throw new Error(NO_STATE_FILE)
    core.saveState(name, value)
  },
  writeSummary: async (markup, { replace }) => {
    // Each stage of a step has a file of its own.
    await core.summary.addRaw(markup, true).write({ overwrite: replace })
  },
}
