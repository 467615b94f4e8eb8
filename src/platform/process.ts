/**
 * What both entries have in common: the runner's signals, the environment, the exit code. With the entries the only module
 * that touches the process.
 */
import { getState } from '@actions/core'
import { Cancelled } from '../domain/clock.ts'
import { createUndiciTransport } from '../http/undici-transport.ts'
import { readInputTexts } from '../inputs.ts'
import { githubRunner } from '../report/runner.ts'
import { oneLine } from '../report/sanitize.ts'
import type { StageDeps } from '../stages.ts'
import { createHealthProbe } from './health-probe.ts'
import { internalError, nodeTooOld, TITLE } from './messages.ts'
import { readWorkflowRun } from './read-workflow-run.ts'
import { systemClock } from './system-clock.ts'

// The runner kills 7.5 s after SIGINT; this project promises two. What is written by then is all there is. An exit would
// wait for what is under way in other threads, such as a name look-up that gets no answer.
const LAST_RESORT_MS = 1_900

/** Runs a stage with the real clock, network and runner, and sets the exit code. */
export async function runStage(stage: (deps: StageDeps) => Promise<boolean>): Promise<void> {
  const { env } = process
  if (!('withResolvers' in Promise)) {
    process.exitCode = 1
    return githubRunner.error(nodeTooOld(process.versions.node), TITLE)
  }
  const transports = [
    createUndiciTransport({ env }),
    createUndiciTransport({ env }),
    createUndiciTransport({ env }),
  ] as const
  const [transport, healthTransport, notifyTransport] = transports
  process.exitCode = 1
  try {
    const isGreen = await stage({
      runner: githubRunner,
      transport,
      notifyTransport,
      probe: createHealthProbe(healthTransport),
      clock: systemClock,
      random: Math.random,
      signal: cancelSignal(),
      origin: readWorkflowRun(env),
      inputs: readInputTexts(env),
      readState: getState,
      env,
    })
    process.exitCode = isGreen ? 0 : 1
  } catch (error) {
    // A mistake in this program, outside of any operation. Its stack would tell the user nothing.
    const message = oneLine(error instanceof Error ? error.message : String(error))
    githubRunner.error(internalError(message), TITLE)
  } finally {
    await Promise.all(transports.map(({ close }) => close()))
    // A name look-up that hangs must not hold a red step past its end.
    if (process.exitCode !== 0) endForGood()
  }
}

/** Aborted with `Cancelled` when the runner asks for the end. */
function cancelSignal(): AbortSignal {
  const cancel = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      cancel.abort(new Cancelled(name))
      endForGood()
    })
  return cancel.signal
}

function endForGood(): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_RESORT_MS).unref()
}
