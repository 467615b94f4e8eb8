import type { Random } from '../src/domain/clock.ts'
import type { HttpTransport } from '../src/http/http-transport.ts'
import type { Runner } from '../src/report/runner.ts'
import { mainStage } from '../src/stages.ts'
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

const WORKFLOW_RUN = {
  repository: 'owner/shop',
  workflow: 'owner/shop/.github/workflows/deploy.yml',
  workflowName: 'Deploy',
  runId: '9876543210',
  attempt: 1,
  event: 'push',
  job: 'deploy',
  sha: '0123456789abcdef0123456789abcdef01234567',
  actor: 'octocat',
  isNestedInForeignRunner: false,
  serverUrl: 'https://github.com',
  action: 'owner/vps-snapshot-action@v1',
}

/** Runs the main stage in this process, on a virtual clock; whether it ended green. */
export function runVirtually(
  inputs: Readonly<Record<string, string>>,
  {
    clock,
    wire,
    random,
  }: { readonly clock: VirtualClock; readonly wire: HttpTransport; readonly random: Random },
): Promise<boolean> {
  const defaults = readManifest().inputs
  const stage = mainStage({
    ...{
      clock,
      transport: wire,
      notifyTransport: wire,
      random,
      runner: quietRunner(),
      origin: WORKFLOW_RUN,
      env: {},
    },
    probe: async () => undefined,
    signal: new AbortController().signal,
    inputs: new Map(Object.keys(defaults).map(name => [name, inputs[name] ?? defaults[name]?.default ?? ''])),
    readState: () => '',
  })
  return clock.run(stage, { timerLimit: 10_000_000 })
}
