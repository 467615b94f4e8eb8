import type { ChildProcess } from 'node:child_process'
import { type FSWatcher, readFileSync, watch } from 'node:fs'
import type { RecordedRequest } from './transcript.ts'

/** When to send the signal. What counts is counted in this stage only; `nth` is 1 when it is not given. */
export type KillMoment =
  | { readonly at: 'log'; readonly line: RegExp; readonly nth?: number }
  /** `request` is held against `METHOD /path?query`; needs `onRequest`. */
  | { readonly at: 'request'; readonly matches: RegExp; readonly nth?: number }
  /** As soon as the state file holds anything, or something that matches. */
  | { readonly at: 'state'; readonly holds?: RegExp }
  /** When something else has happened: a hook of the emulator was called, … */
  | { readonly at: 'event'; readonly happens: Promise<unknown> }

export interface Kill {
  readonly when: KillMoment
  /** SIGINT when it is not given. */
  readonly signal?: NodeJS.Signals
  /** Whether SIGTERM and SIGKILL follow a SIGINT, 7.5 and 10 seconds after it, as the runner does it. True when it is not given. */
  readonly escalate?: boolean
}

export type Subscribe = (listener: (request: RecordedRequest) => void) => () => void

const SIGTERM_AFTER_MS = 7_500
const SIGKILL_AFTER_MS = 10_000

/** Watches a stage of the action for the moment to end it. */
export interface Killer {
  readonly onLine: (line: string) => void
  /** When the first signal was sent, on the monotonic clock. */
  readonly sentAt: () => number | undefined
  readonly stop: () => void
}

export interface Watched {
  readonly child: ChildProcess
  readonly stateFile: string
  readonly onRequest: Subscribe | undefined
}

/** Sends the signal once its moment has come; `stop` ends the watching when the process has ended. */
export function createKiller(kill: Kill | undefined, { child, stateFile, onRequest }: Watched): Killer {
  const cleanups: (() => void)[] = []
  let sentAt: number | undefined
  let onLine = (_line: string): void => {}

  function strike(): void {
    if (sentAt !== undefined) return
    sentAt = performance.now()
    const signal = kill?.signal ?? 'SIGINT'
    child.kill(signal)
    if (signal !== 'SIGINT' || kill?.escalate === false) return
    const timers = [
      setTimeout(() => child.kill('SIGTERM'), SIGTERM_AFTER_MS),
      setTimeout(() => child.kill('SIGKILL'), SIGKILL_AFTER_MS),
    ]
    cleanups.push(() => timers.forEach(clearTimeout))
  }

  const when = kill?.when
  if (when?.at === 'log') {
    onLine = countTo(when.nth, when.line, strike)
  } else if (when?.at === 'request') {
    if (onRequest === undefined) throw new Error('to kill at a request, the harness needs onRequest')
    const onMatch = countTo(when.nth, when.matches, strike)
    cleanups.push(onRequest(({ method, path }) => onMatch(`${method} ${path}`)))
  } else if (when?.at === 'state') {
    const watcher = watchState(stateFile, when.holds ?? /./, strike)
    cleanups.push(() => watcher.close())
  } else if (when?.at === 'event') {
    // A promise that is rejected is a mistake of the test, and fails it as an unhandled rejection.
    void when.happens.then(strike)
  }
  return {
    onLine: line => onLine(line),
    sentAt: () => sentAt,
    stop: () => {
      for (const cleanup of cleanups) cleanup()
    },
  }
}

function countTo(nth = 1, pattern: RegExp, act: () => void): (text: string) => void {
  let seen = 0
  return text => {
    if (text.search(pattern) < 0) return
    seen += 1
    if (seen === nth) act()
  }
}

function watchState(file: string, pattern: RegExp, act: () => void): FSWatcher {
  return watch(file, () => {
    if (readFileSync(file, 'utf8').search(pattern) >= 0) act()
  })
}
