/**
 * The entry: which stage this is, the runner's signals, the exit code. The only module that touches the process.
 */
import { setFlagsFromString } from 'node:v8'
import { getState } from '@actions/core'
import { context } from '@actions/github'
import { Cancelled } from './domain/clock.ts'
import { createHealthProbe } from './health-probe.ts'
import { originOf } from './origin.ts'
import { oneLine } from './report/harmless.ts'
import { githubRunner } from './report/runner.ts'
import { mainStage, postStage, STAGE_STATE, type Surroundings } from './stages.ts'
import { systemClock } from './system-clock.ts'
import { createUndiciWire } from './vps/undici-wire.ts'

// The runner kills 7.5 s after SIGINT; this project promises two. What is written by then is all there is. An exit would
// wait for what is under way in other threads, such as a name look-up that gets no answer.
const LAST_RESORT = 1_900

// Of a fleet's lists little is kept, but V8 lets its heap grow to twice what a single server's run takes before it
// looks. These two are read anew at every collection. They are set for long lists only, and cost a little time there.
const FLEET_FLAGS = ['--semi-space-growth-factor=1', '--heap-growing-percent=50']
const FLEET_INPUT_LENGTH = 500

const { env } = process
if ((env['INPUT_SERVER-ID'] ?? '').length > FLEET_INPUT_LENGTH)
  for (const flag of FLEET_FLAGS) setFlagsFromString(flag)

const cancel = new AbortController()
const wire = createUndiciWire({ env })
const healthWire = createUndiciWire({ env })

for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    cancel.abort(new Cancelled(name))
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_RESORT).unref()
  })

const surroundings: Surroundings = {
  runner: githubRunner,
  wire,
  probe: createHealthProbe(healthWire),
  clock: systemClock,
  random: Math.random,
  signal: cancel.signal,
  origin: originOf(context, env),
  // As the runner names them: upper case, hyphens kept. Not the toolkit's getInput, which throws.
  readInput: name => env[`INPUT_${name.toUpperCase()}`] ?? '',
  readState: getState,
}

try {
  const stage = getState(STAGE_STATE) === '' ? mainStage : postStage
  process.exitCode = (await stage(surroundings)) ? 0 : 1
} catch (error) {
  // A mistake in this program. Its stack would tell the user nothing; its message may tell the maintainers something.
  const message = oneLine(error instanceof Error ? error.message : String(error))
  githubRunner.error(`The action itself failed: ${message}. Please report it.`, 'VPS.org snapshot')
  process.exitCode = 1
} finally {
  await Promise.all([wire.close(), healthWire.close()])
}
