import type { Random } from '../src/domain/clock.ts'
import type { Context } from '../src/operations/context.ts'
import { createReport } from '../src/report/report.ts'
import type { Runner } from '../src/report/runner.ts'
import { mainStage } from '../src/stages.ts'
import { createClient } from '../src/vps/client.ts'
import type { Wire } from '../src/vps/wire.ts'
import type { VirtualClock } from '../test/emulator/virtual-clock.ts'
import { readManifest } from '../test/harness/index.ts'

const IGNORE = (): void => {}

/** A runner that keeps only what it was told last of each output. */
export function quietRunner(outputs = new Map<string, string>()): Runner {
  return {
    info: IGNORE,
    debug: IGNORE,
    notice: IGNORE,
    warning: IGNORE,
    error: IGNORE,
    startGroup: IGNORE,
    endGroup: IGNORE,
    mask: IGNORE,
    setOutput: (name, value) => outputs.set(name, value),
    saveState: IGNORE,
    writeSummary: async () => {},
  }
}

const ORIGIN = {
  repository: 'owner/shop',
  workflow: 'owner/shop/.github/workflows/deploy.yml',
  workflowName: 'Deploy',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
  serverUrl: 'https://github.com',
  action: 'owner/vps-snapshot-action@v1',
}

const NO_WIRE: Wire = { send: () => Promise.reject(new Error('nothing is sent here')) }

/** A context for code that only waits. */
export function quietContext(clock: VirtualClock, random: Random): Context {
  const { signal } = new AbortController()
  const apiUrl = new URL('https://admin.vps.org/api/v1')
  const report = createReport(quietRunner(), { summary: false, outputs: false })
  return {
    api: createClient({ apiUrl, token: 'unused', wire: NO_WIRE, clock, random, signal }),
    ...{ clock, random, signal, origin: ORIGIN, maxParallel: 1, pace: { timeLapse: false } },
    ...{ report, sayRetry: () => undefined },
    probe: async () => undefined,
  }
}

/** Runs the main stage in this process, on a virtual clock; whether it ended green. */
export function runVirtually(
  inputs: Readonly<Record<string, string>>,
  { clock, wire, random }: { readonly clock: VirtualClock; readonly wire: Wire; readonly random: Random },
): Promise<boolean> {
  const defaults = readManifest().inputs
  const stage = mainStage({
    ...{ clock, wire, random, runner: quietRunner(), origin: ORIGIN },
    probe: async () => undefined,
    signal: new AbortController().signal,
    readInput: name => inputs[name] ?? defaults[name]?.default ?? '',
    readState: () => '',
  })
  return clock.run(stage, { timerLimit: 10_000_000 })
}
